"""Passages of 13 words: which texts have one in common."""

import random

import numpy as np
import pytest

from pipelines.takedown.grams import BREAK, GramCollector, GramSet, split, union, without

_WORDS = [f"단어{n}" for n in range(40)]
_LONG = " ".join(_WORDS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("하나 둘  셋\n넷", 4),
        ("하나, 둘.", 4),  # a sign is a word of its own
        ("漢字です", 4),  # so is a Han ideograph or a kana
        ("카타카나 カタカナ", 2),  # katakana go together
        ("e\u0301t\u00e9 ok", 2),  # marks belong to their letter
        ("", 0),
        (" \t\n", 0),
        ("a" * 100_000, 1),
        (f"하나{BREAK}둘", 2),
        ("\ud800 a", 2),  # a lone surrogate is a sign
    ],
)
def test_words(text: str, words: int) -> None:
    assert len(split([text]).hashes) == words


def test_equal_words_have_equal_hashes_wherever_they_stand() -> None:
    first, second = split(["가 나 다 가"]).hashes, split(["길고 긴 글 뒤의 가", "나"]).hashes
    assert first[0] == first[3] == second[4]
    assert first[1] == second[5]
    assert len({*first.tolist()}) == 3


@pytest.mark.parametrize(
    ("other", "held"),
    [
        (_LONG, 28),
        (" ".join(["앞", *_WORDS[5:18], "뒤"]), 1),
        (" ".join(["앞", *_WORDS[5:17], "뒤"]), 0),
        (" ".join(_WORDS[:12]), 0),
        (" ".join(_WORDS[::-1]), 0),
        ("\n\t".join(_WORDS), 28),  # white space is no word
        (BREAK.join([" ".join(_WORDS[:12]), " ".join(_WORDS[12:24])]), 0),
    ],
)
def test_passages_in_common(other: str, held: int) -> None:
    collector = GramCollector()
    collector.add(split([_LONG]).own_runs())
    found = collector.result().found_in(split([other]))
    assert sum(map(len, found.values())) == held


def test_a_text_of_fewer_words_is_looked_for_whole() -> None:
    collector = GramCollector()
    collector.add(split(["우리 집 주소", "네"]).own_runs())
    grams = collector.result()
    assert {number: len(hashes) for number, hashes in grams.hashes.items()} == {1: 1, 3: 1}
    assert [*grams.found_in(split(["여기는 우리 집 주소 입니다"]))] == [3]
    assert grams.found_in(split(["우리 집"])) == {}
    assert [*grams.found_in(split(["네 그렇습니다"]))] == [1]


def test_words_that_were_cut_are_left_out() -> None:
    whole = split(["가나 다라 마바"])
    cut = split(["나 다라 마"], cut_before=[True], cut_after=[True])
    assert cut.hashes.tolist() == whole.hashes[1:2].tolist()
    assert len(split(["가"], cut_before=[True], cut_after=[True]).hashes) == 0
    assert len(split(["가 나", "다"], cut_before=[False, True], cut_after=[False, False]).hashes) == 2


def test_agrees_with_a_slow_search() -> None:
    rng = random.Random(3)
    texts = [" ".join(rng.choice("가나다") for _ in range(rng.randint(1, 60))) for _ in range(40)]

    def runs(text: str) -> set[tuple[str, ...]]:
        words = text.split()
        size = min(13, len(words))
        return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}

    for one in texts[:10]:
        collector = GramCollector()
        collector.add(split([one]).own_runs())
        grams = collector.result()
        for other in texts:
            words = other.split()
            expected = {run for run in runs(one) if any(tuple(words[i : i + len(run)]) == run for i in range(len(words)))}
            assert sum(map(len, grams.found_in(split([other])).values())) == len(expected)


def test_of_too_many_an_even_share_is_kept() -> None:
    rng = random.Random(1)
    texts = [" ".join(str(rng.random()) for _ in range(60)) for _ in range(200)]
    collector = GramCollector(max_grams=500)
    for text in texts:
        collector.add(split([text]).own_runs())
    grams = collector.result()
    assert 100 < grams.num_grams <= 500
    total = sum(len(np.unique(np.concatenate([*split([text]).own_runs().values()]))) for text in texts)
    assert grams.num_grams == pytest.approx(total * grams.share, rel=0.3)
    found = GramSet().hashes
    for text in texts:
        found = union(found, grams.found_in(split([text])))
    assert sum(map(len, found.values())) == grams.num_grams
    assert without(found, (found,)) == {}
