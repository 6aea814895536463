"""Which word is stuffed into a text."""

from filters.korean.stuffing import keyword


def test_a_bare_word_in_every_sentence() -> None:
    found = keyword("천안 도배 추천. 천안 도배 가격. 아산 도배 후기. 청주 도배 비교.", frozenset(("천안", "아산", "청주")))
    assert found is not None
    assert (found.word, found.number, found.units, found.bare, found.before, found.places) == ("도배", 4, 1.0, 1.0, 3, 3)


def test_nothing_comes_often() -> None:
    assert keyword("") is None
    assert keyword("도배는 쉽다. 도배를 한다. 도배가 끝났다. 도배의 역사.") is None
