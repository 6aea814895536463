"""How much of a benchmark passage stands in a piece of a document, in its order and close together.

Enters: the symbols of both. Leaves: the share of the passage's weight that is found, and where. It is the heaviest common
subsequence (Needleman and Wunsch 1970, without gap costs) of symbols that agree together with a neighbour: single syllables
agree by chance. A row of the table is one step of NumPy.
"""

from typing import NamedTuple

import numpy as np

from filters.contamination.plausible import ALONE_WEIGHT
from filters.contamination.skeleton import FloatArray
from filters.near_duplicates.hashing import Hashes

#: What is found may be spread over so many symbols for each of its own.
_MAX_SPREAD = 1.5


class Alignment(NamedTuple):
    """``share`` of the passage's weight was found; ``pairs`` are places in the passage and in the piece, from the last one."""

    share: float
    pairs: list[tuple[int, int]]


def align(passage: Hashes, weights: FloatArray, piece: Hashes) -> Alignment | None:
    """The best alignment, or None where nothing agrees, or too far apart."""
    agrees = passage[:, None] == piece[None, :]
    supported = agrees & (weights >= ALONE_WEIGHT)[:, None]
    both = agrees[1:, 1:] & agrees[:-1, :-1]
    supported[1:, 1:] |= both
    supported[:-1, :-1] |= both
    table = np.zeros((len(passage) + 1, len(piece) + 1), dtype=np.float32)
    for row, weight in enumerate(weights.tolist()):
        diagonal = table[row, :-1] + supported[row] * np.float32(weight)
        np.maximum(table[row, 1:], diagonal, out=diagonal)
        np.maximum.accumulate(diagonal, out=table[row + 1, 1:])
    total, heaviest = float(weights.sum()), float(table[-1, -1])
    if heaviest <= 0 or total <= 0:
        return None
    pairs = _pairs(table)
    spread = (pairs[0][1] - pairs[-1][1] + 1) / len(pairs)
    return Alignment(min(heaviest / total, 1.0), pairs) if spread <= _MAX_SPREAD else None


def _pairs(table: FloatArray) -> list[tuple[int, int]]:
    """The places that agree, from the last to the first."""
    row, column = table.shape[0] - 1, table.shape[1] - 1
    values = table.tolist()
    pairs: list[tuple[int, int]] = []
    while row and column:
        if values[row][column] == values[row - 1][column]:
            row -= 1
        elif values[row][column] == values[row][column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            pairs.append((row, column))
    return pairs
