"""Turns away most of what looks like a benchmark passage and is none, many places at once.

Enters: places in texts and the passage that each may hold. Leaves: those where enough of the passage can be. The passage's
symbols that stand in the piece together with a neighbour weigh at least as much as any alignment
(:mod:`filters.contamination.alignment`) can find: no match is lost here.
"""

import numpy as np
from numpy.typing import NDArray

from filters.contamination.skeleton import BoolArray, FloatArray, IntArray
from filters.near_duplicates.hashing import Hashes, run_hashes

PairKeys = NDArray[np.uint32]

#: A symbol that tells so much agrees by itself, others together with a neighbour.
ALONE_WEIGHT = 8.0
#: Symbols of passages and pieces that are compared together.
_TOGETHER = 1 << 20
#: Above rounding.
_SLIGHTLY = 1e-3


def plausible(
    symbols: Hashes,
    lows: IntArray,
    highs: IntArray,
    *,
    passage_pairs: PairKeys,
    weights: FloatArray,
    firsts: IntArray,
    lasts: IntArray,
    thresholds: FloatArray,
) -> BoolArray:
    """Whether ``symbols[low:high]`` may hold the share ``threshold`` of the passage at ``first:last``, for each of the rows.

    ``passage_pairs`` are the :func:`pair_keys` of all passages, ``weights`` what their symbols weigh.
    """
    kept = np.zeros(len(lows), dtype=np.bool_)
    if not len(lows):
        return kept
    in_text = pair_keys(symbols)
    sizes = np.cumsum(highs - lows + lasts - firsts)
    start = 0
    while start < len(lows):
        done = int(sizes[start - 1]) if start else 0
        end = max(int(np.searchsorted(sizes, done + _TOGETHER, side="right")), start + 1)
        rows = slice(start, end)
        found = _found(in_text, lows[rows], highs[rows], passage_pairs, weights, firsts[rows], lasts[rows])
        kept[rows] = found >= thresholds[rows] - _SLIGHTLY
        start = end
    return kept


def pair_keys(symbols: Hashes) -> PairKeys:
    """32 bits for each two neighbours, and 0 for the last symbol, which has none."""
    return np.append(run_hashes(symbols, n=2) >> np.uint64(32), np.uint64(0))[: len(symbols)].astype(np.uint32)


def _found(
    in_text: PairKeys,
    lows: IntArray,
    highs: IntArray,
    in_passages: PairKeys,
    weights: FloatArray,
    firsts: IntArray,
    lasts: IntArray,
) -> FloatArray:
    """The share of each passage that can be found at most."""
    of_text, rows_of_text = _ranges(lows, highs - 1)
    of_passage, rows = _ranges(firsts, lasts)
    there = np.sort(rows_of_text.astype(np.uint64) << np.uint64(32) | in_text[of_text])
    wanted = rows.astype(np.uint64) << np.uint64(32) | in_passages[of_passage]
    places = np.minimum(np.searchsorted(there, wanted), max(len(there) - 1, 0))
    pair = there[places] == wanted if len(there) else np.zeros(len(wanted), dtype=np.bool_)
    bounds = np.concatenate(([0], np.cumsum(lasts - firsts)))
    pair[bounds[1:] - 1] = False
    own = weights[of_passage]
    covered = pair | (own >= ALONE_WEIGHT)
    covered[1:] |= pair[:-1]
    sums = np.add.reduceat(np.stack((own * covered, own)), bounds[:-1], axis=1)
    return sums[0] / np.maximum(sums[1], _SLIGHTLY)


def _ranges(starts: IntArray, stops: IntArray) -> tuple[IntArray, IntArray]:
    """All numbers from ``starts`` to ``stops``, and the row of each."""
    sizes = np.maximum(stops - starts, 0)
    rows = np.repeat(np.arange(len(starts)), sizes)
    return np.arange(len(rows)) + np.repeat(starts - (np.cumsum(sizes) - sizes), sizes), rows
