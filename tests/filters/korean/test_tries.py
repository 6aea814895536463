"""Which words runs begin or end with."""

import numpy as np
import pytest

from filters.korean.tries import FIRST_SYLLABLE, trie

_RUNS = ("습니다", "니다", "다", "합니다", "합니다만", "뷁", "하")


def _walked(runs: tuple[str, ...], *, backwards: bool) -> list[list[tuple[int, int, int]]]:
    words = trie({"다": 1, "니다": 2, "하": 4}, {"습니다": 7, "합니다": 8, "<stop>": 9}, is_reversed=backwards)
    syllables = np.array([ord(char) - FIRST_SYLLABLE for run in runs for char in run], dtype=np.int32)
    lengths = np.array([len(run) for run in runs])
    starts = lengths.cumsum() - (1 if backwards else lengths)
    found: list[list[tuple[int, int, int]]] = [[] for _ in runs]
    for depth, rows, states in words.walk(syllables, starts, lengths, backwards=backwards):
        for row, state in zip(rows.tolist(), states.tolist(), strict=True):
            found[row].append((depth, int(words.says[state]), int(words.numbers[state])))
    return found


@pytest.mark.parametrize(
    ("backwards", "found"),
    [
        (
            True,
            [
                [(1, 1, -1), (2, 2, -1), (3, 0, 7)],
                [(1, 1, -1), (2, 2, -1)],
                [(1, 1, -1)],
                [(1, 1, -1), (2, 2, -1), (3, 0, 8)],
                [],
                [],
                [(1, 4, -1)],
            ],
        ),
        (
            False,
            [
                [(1, 0, -1), (2, 0, -1), (3, 0, 7)],
                [(1, 0, -1), (2, 2, -1)],
                [(1, 1, -1)],
                [(1, 0, -1), (2, 0, -1), (3, 0, 8)],
                [(1, 0, -1), (2, 0, -1), (3, 0, 8)],
                [],
                [(1, 4, -1)],
            ],
        ),
    ],
)
def test_walks(backwards: bool, found: list[list[tuple[int, int, int]]]) -> None:
    assert _walked(_RUNS, backwards=backwards) == found


def test_no_words() -> None:
    nothing = trie({})
    assert list(nothing.walk(np.array([0], dtype=np.int32), np.array([0]), np.array([1]))) == []
