"""The fast count of repeated runs agrees with a slow, plain one, in both ways of grouping."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters import parts
from filters.ngrams import (
    RepeatedRuns,
    most_repeated_chars,
    most_top_chars,
    no_runs,
    one_word_longer,
    repeated_chars,
    repeated_words,
    top_run_chars,
)
from filters.parts import Parts

WORDS = st.lists(st.sampled_from(["가", "나다", "라마바", "."]), max_size=60)


def plain_top(words: list[str], n: int) -> int:
    counts = Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))
    run, count = counts.most_common(1)[0]
    return len(" ".join(run)) * count


def plain_repeated(words: list[str], n: int) -> int:
    seen: set[tuple[str, ...]] = set()
    chars, index = 0, 0
    while index + n <= len(words):
        run = tuple(words[index : index + n])
        if run in seen:
            chars += sum(map(len, run))
            index += n
        else:
            seen.add(run)
            index += 1
    return chars


def all_runs(words: Parts, *, max_n: int) -> dict[int, RepeatedRuns]:
    runs = repeated_words(words)
    found: dict[int, RepeatedRuns] = {}
    while len(runs.starts) and runs.n <= max_n:
        found[runs.n] = runs
        runs = one_word_longer(runs)
    return found


def check(documents: list[list[str]]) -> None:
    words_of = Parts(documents)
    found = all_runs(words_of, max_n=12)
    for n in range(1, 13):
        runs = found.get(n, no_runs(n))
        tops = top_run_chars(runs, words_of).tolist()
        for row, words in enumerate(documents):
            counts = Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))
            starts = [i for i in range(len(words) - n + 1) if counts[tuple(words[i : i + n])] > 1]
            assert (runs.starts[runs.rows == row] - words_of.offsets[row]).tolist() == starts
            assert tops[row] == (plain_top(words, n) if counts else 0)
            assert repeated_chars(runs, words_of, row) == plain_repeated(words, n)
            for longer in range(n, 13):
                assert most_repeated_chars(runs, words_of, n=longer)[row] >= plain_repeated(words, longer)
                if longer in found and row in found[longer].rows:
                    assert most_top_chars(runs, words_of, n=longer)[row] >= plain_top(words, longer)


@given(st.lists(WORDS, max_size=4))
def test_agrees_with_the_plain_count(documents: list[list[str]]) -> None:
    check(documents)


@given(st.lists(WORDS, max_size=3))
def test_agrees_where_key_and_place_do_not_fit_one_integer(documents: list[list[str]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "_SIGN_BITS", 0)
        check(documents)


@pytest.mark.parametrize("words", [[], ["가"], ["가"] * 50, ["가", "나다"] * 30, [str(i) for i in range(50)]])
def test_extremes(words: list[str]) -> None:
    check([words])
    check([[], words, [], words, ["가"]])


def test_of_equally_frequent_runs_the_first_is_on_top() -> None:
    words = Parts([["하나", "둘", ".", "긴낱말", "둘", ".", "하나", "둘", ".", "긴낱말", "둘"]])
    # "둘 ." stands three times, 3 characters with its space.
    assert top_run_chars(all_runs(words, max_n=2)[2], words).tolist() == [9]


def test_words_of_two_documents_make_no_run() -> None:
    assert list(all_runs(Parts([["가", "나"], ["가", "나"], ["나", "가"]]), max_n=3)) == []


SPACED = [
    "",
    " ",
    "가 나  다\n\n가\t",
    "\u3000가\u2028나\xa0다\x1f라\x85마\u200b바",
    "漢字 😀 e\u0301 ＡＢ a\u1680b",
    "\n가 가 가",
]


@pytest.mark.parametrize("texts", [SPACED, ["\ud800 가 나", *SPACED], [], [""], ["가"]])
def test_words_of_arrow_are_those_of_python(texts: list[str]) -> None:
    found, plain = Parts.of_words(texts), Parts([*map(str.split, texts)])
    assert found.items == plain.items
    assert found.size == plain.size == len(plain.items)
    assert found.vocabulary == plain.vocabulary
    for name in ("counts", "offsets", "ids", "lengths", "rows", "keys", "char_offsets"):
        assert getattr(found, name).tolist() == getattr(plain, name).tolist(), name
        assert getattr(found, name).dtype == getattr(plain, name).dtype, name


def test_every_white_space_of_python_separates_words() -> None:
    texts = [f"a{chr(point)}b" for point in range(0x110000) if not 0xD800 <= point < 0xE000]
    assert Parts.of_words(texts).counts.tolist() == [len(text.split()) for text in texts]
