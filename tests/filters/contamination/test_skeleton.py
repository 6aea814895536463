"""What of a text counts: the same symbols for the same question in other forms, and places that lead back."""

import unicodedata

import pytest

from filters.contamination.skeleton import Skeletons, skeletons

QUESTION = "조선 시대에 세종대왕이 훈민정음을 창제한 연도는 1446년입니까?"


def pieces(text: str, found: Skeletons) -> list[str]:
    return [text[start:end] for start, end in zip(found.begins.tolist(), found.ends.tolist(), strict=True)]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", ""),
        ("?! …", ""),
        ("학교에서 공부를 합니다", "학교 공부"),
        ("학교를 공부한다", "학교 공부"),
        ("학교까지 가서 공부해요", "학교 공부"),
        ("컴퓨터부터 처음처럼", "컴퓨터 처"),
        ("학교(學校)에", "학교"),
        ("學校(학교)", "學校 학교"),
        ("다음 중 ① 부산 ② 대구 (3) 광주 4. 대전 B) 울산 가. 제주", "중 부산 대구 광주 대전 울산 제주"),
        ("3.5% 1945년 12.", "3 5 1 9 4 5 년"),
        ("e.g. x", "e x"),
        ("ㅋㅋ ㅠㅠ", ""),
    ],
)
def test_content(text: str, left: str) -> None:
    assert "".join(pieces(text, skeletons([text]).content())).replace(" ", "") == left.replace(" ", "")


@pytest.mark.parametrize(
    "other",
    [
        "조선시대에세종대왕이훈민정음을창제한연도는1446년입니까",
        "조 선 시 대 에 세종 대왕이 훈민 정음을 창 제한 연도는 14 46년 입니까 ?",
        "조선 시대는 세종대왕도 훈민정음만 창제하던 연도가 1446년이던가요",
        "조선\n시대에 세종\n대왕이 훈민정음을\r\n창제한 연도는 1446년\n이다.",
        "３. 「조선 시대에 세종대왕(世宗大王)이 훈민정음(訓民正音)을 창제한 연도는 １４４６년입니까」",
        unicodedata.normalize("NFD", QUESTION),
    ],
)
def test_forms_of_one_question(other: str) -> None:
    found = skeletons([QUESTION, other]).content()
    assert found.symbols[found.text(0)].tolist() == found.symbols[found.text(1)].tolist()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Which planet is known as the Red Planet", "WHICH plan et is\nknownas the\tred planet"),
        ("def has_close_elements(numbers: List[float])", "def hasCloseElements( numbers:  list[ float ] )"),
    ],
)
def test_letters_without_spaces(one: str, other: str) -> None:
    found = skeletons([one, other])
    assert found.symbols[found.text(0)].tolist() == found.symbols[found.text(1)].tolist()
    assert found.is_word.all()


def test_a_text_does_not_depend_on_its_neighbours() -> None:
    texts = ["가나다 abc", "def 1. 값", "", "(學校)", QUESTION]
    together = skeletons(texts)
    for row, text in enumerate(texts):
        alone = skeletons([text])
        own = together.text(row)
        for name in ("symbols", "bits", "begins", "ends", "is_function"):
            assert getattr(together, name)[own].tolist() == getattr(alone, name).tolist()


def test_a_row_of_letters_that_nothing_cuts_is_cut() -> None:
    found = skeletons(["a" * 1000])
    assert 1000 // 64 <= len(found.symbols) <= 1000
    assert found.ends[-1] == 1000
