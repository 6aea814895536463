"""The alignment against a slow one, and the bound that turns places away against the alignment."""

import random

import numpy as np
import pytest

from filters.contamination.alignment import align
from filters.contamination.plausible import ALONE_WEIGHT, pair_keys, plausible


def slow(passage: list[int], weights: list[float], piece: list[int]) -> float:
    """The heaviest common subsequence of symbols that agree with a neighbour, or weigh much, cell by cell."""

    def agrees(i: int, j: int) -> bool:
        return 0 <= i < len(passage) and 0 <= j < len(piece) and passage[i] == piece[j]

    table = [[0.0] * (len(piece) + 1) for _ in range(len(passage) + 1)]
    for i, weight in enumerate(weights):
        for j in range(len(piece)):
            counts = agrees(i, j) and (weight >= ALONE_WEIGHT or agrees(i - 1, j - 1) or agrees(i + 1, j + 1))
            table[i + 1][j + 1] = max(table[i][j + 1], table[i + 1][j], table[i][j] + weight * counts)
    return table[-1][-1] / sum(weights)


@pytest.mark.parametrize("seed", range(40))
def test_as_the_slow_one(seed: int) -> None:
    rng = random.Random(seed)
    passage = [rng.randrange(6) for _ in range(rng.randrange(1, 30))]
    piece = [rng.randrange(6) for _ in range(rng.randrange(1, 40))]
    weights = [rng.choice((2.0, 6.0, 9.0)) for _ in passage]
    if seed % 2:
        piece[3:3] = passage
    own = np.array(passage, np.uint64), np.array(weights, np.float32), np.array(piece, np.uint64)
    found = align(*own)
    expected = slow(passage, weights, piece)
    if found is not None:
        assert found.share == pytest.approx(expected, abs=1e-5)
        assert all(passage[row] == piece[column] for row, column in found.pairs)
        assert found.pairs == sorted(found.pairs, reverse=True)
    ends = [np.array([value]) for value in (0, len(piece), 0, len(passage))]
    kept = plausible(
        own[2],
        ends[0],
        ends[1],
        passage_pairs=pair_keys(own[0]),
        weights=own[1],
        firsts=ends[2],
        lasts=ends[3],
        thresholds=np.array([expected], np.float32),
    )
    assert kept.tolist() == [True]


def test_far_apart_is_no_match() -> None:
    passage = np.arange(1, 9, dtype=np.uint64)
    weights = np.full(8, 6.0, np.float32)
    apart = np.concatenate((passage[:4], np.zeros(30, np.uint64), passage[4:]))
    assert align(passage, weights, apart) is None
    found = align(passage, weights, np.concatenate((passage[:4], passage[:0], passage[4:])))
    assert found is not None
    assert found.share == 1.0
