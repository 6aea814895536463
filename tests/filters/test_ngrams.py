"""The fast count of repeated runs agrees with a slow, plain one, in both ways of grouping."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters import ngrams
from filters.ngrams import most_repeated_chars, most_top_chars, repeated_chars, repeated_runs, top_run_chars

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


def check(words: list[str]) -> None:
    numbers = {word: number for number, word in enumerate(dict.fromkeys(words))}
    ids = np.array([numbers[word] for word in words], dtype=np.int64)
    offsets = np.array([0, *np.cumsum([len(word) for word in words])], dtype=np.int64)
    found = {runs.n: runs for runs in repeated_runs(ids, max_n=12)}
    for n in range(1, 13):
        counts = Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))
        starts = [i for i in range(len(words) - n + 1) if counts[tuple(words[i : i + n])] > 1]
        assert (n in found) == bool(starts)
        if not starts:
            assert plain_repeated(words, n) == 0
            continue
        assert found[n].starts.tolist() == starts
        assert top_run_chars(found[n], offsets) == plain_top(words, n)
        assert repeated_chars(found[n], offsets) == plain_repeated(words, n)
        for longer in range(n, 13):
            assert most_repeated_chars(found[n], offsets, n=longer) >= plain_repeated(words, longer)
            if longer in found:
                assert most_top_chars(found[n], offsets, n=longer) >= plain_top(words, longer)


@given(WORDS)
def test_agrees_with_the_plain_count(words: list[str]) -> None:
    check(words)


@given(WORDS)
def test_agrees_where_key_and_place_do_not_fit_one_integer(words: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ngrams, "_SIGN_BITS", 0)
        check(words)


@pytest.mark.parametrize("words", [[], ["가"], ["가"] * 50, ["가", "나다"] * 30, [str(i) for i in range(50)]])
def test_extremes(words: list[str]) -> None:
    check(words)


def test_of_equally_frequent_runs_the_first_is_on_top() -> None:
    words = ["하나", "둘", ".", "긴낱말", "둘", ".", "하나", "둘", ".", "긴낱말", "둘"]
    ids = np.array([0, 1, 2, 3, 1, 2, 0, 1, 2, 3, 1])
    offsets = np.array([0, *np.cumsum([len(word) for word in words])])
    pairs = list(repeated_runs(ids, max_n=2))[1]
    # "둘 ." stands three times, 3 characters with its space.
    assert top_run_chars(pairs, offsets) == 9
