"""Fingerprints by which passages that documents share are found: winnowing (Schleimer, Wilkerson and Aiken, SIGMOD 2003).

Enters: texts and what they fold to. Leaves: of the hashes of all windows of half the least length of a passage the smallest of
every so many in a row, so that two texts which share a passage of that length share a fingerprint in it, and that the windows
of the fingerprints of a shared passage leave no gap.

A fingerprint proves its window. How far a passage reaches before and behind it is told by hashes of ever longer stretches on
either side, each up to where a sentence or line starts or ends if it does so near, so that the passage is known by sentences
without the other text at hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filters.near_duplicates.folding import FoldedTexts, joined
from filters.near_duplicates.hashing import Hashes

from .rolling import Places, Rolling

#: Stretches told on either side.
STEPS = 6
#: What is told of a stretch: its length above, a hash of it below.
_HASH_BITS = 20
#: So that the length of every stretch has room.
MAX_CHARS = 8_000
_STOPS = "\n\r\x0b\x0c\x85\u2028\u2029.!?…。！？"
_ORDER_BITS = np.uint64(32)
_PLACE_MASK = np.uint64((1 << 32) - 1)


@dataclass(frozen=True)
class Geometry:
    """What follows from the least length of a passage, in letters and digits."""

    min_chars: int

    @property
    def window(self) -> int:
        return self.min_chars // 2 + 1

    @property
    def among(self) -> int:
        """How many windows in a row of which one is taken: the guarantee is ``window + among - 1 = min_chars``."""
        return self.min_chars - self.window + 1

    @property
    def stride(self) -> int:
        return -(-(self.among - 1) // STEPS)

    @property
    def min_proven(self) -> int:
        """What is at least proved of a passage of ``min_chars``: at either end two strides may be missing."""
        return max(self.min_chars - 4 * self.stride, self.window)


@dataclass(frozen=True)
class Fingerprints:
    """One entry each: the text it is of, where its window starts in the folded text, its hash, and what stands round it.

    ``around``: uint32[n, 2 * STEPS], of stretches that end where the window starts, then of ones that start where it ends,
    shortest first; 0 where the text does not reach so far.
    """

    rows: Places
    starts: Places
    hashes: Hashes
    around: NDArray[np.uint32]


def fingerprints(texts: Sequence[str], folded: FoldedTexts, *, geometry: Geometry) -> Fingerprints:
    """The fingerprints of all texts, in order."""
    firsts = folded.starts
    rolling = Rolling(folded.code_points)
    windows = rolling.windows(geometry.window)
    taken = _thinned(windows, _winnowed(windows, firsts, geometry), firsts, geometry)
    rows = np.searchsorted(firsts, taken, side="right") - 1
    around = _around(rolling, _sentences(texts, folded), taken, firsts[rows], firsts[rows + 1], geometry)
    return Fingerprints(rows, taken - firsts[rows], windows[taken], around)


def _sentences(texts: Sequence[str], folded: FoldedTexts) -> Places:
    """Where in the folded texts a line or sentence, or a text, starts; and the end of all."""
    codes, _ = joined(texts)
    stops = np.zeros(len(codes) + 1, dtype=np.int32)
    is_stop = np.zeros(0x10000, dtype=np.bool_)
    is_stop[[*map(ord, _STOPS)]] = True
    np.cumsum(is_stop[np.minimum(codes, 0xFFFF)], out=stops[1:])
    before = stops[folded.positions]
    starts = np.flatnonzero(before[1:] != before[:-1]) + 1
    return np.sort(np.concatenate([starts, folded.starts]), kind="stable")


def _winnowed(windows: Hashes, firsts: Places, geometry: Geometry) -> Places:
    """The places of the windows that are taken: for each text, of every ``among`` in a row the smallest."""
    among = geometry.among
    if len(windows) < max(among, 1):
        return np.zeros(0, dtype=np.int64)
    # Hash above, place below and downwards: of equals the rightmost is the smallest.
    ordered = (windows >> _ORDER_BITS << _ORDER_BITS) | (_PLACE_MASK - np.arange(len(windows), dtype=np.uint64))
    smallest = _sliding_minimum(ordered, among)
    # Only rows of windows that lie within one text count.
    inside = np.zeros(len(smallest) + 1, dtype=np.int64)
    ends = np.maximum(firsts[1:] - geometry.min_chars + 1, firsts[:-1])
    within = ends > firsts[:-1]
    np.add.at(inside, firsts[:-1][within], 1)
    np.add.at(inside, ends[within], -1)
    places = (_PLACE_MASK - (smallest[np.cumsum(inside[:-1]) > 0] & _PLACE_MASK)).astype(np.int64)
    fresh = np.ones(len(places), dtype=np.bool_)
    fresh[1:] = places[1:] != places[:-1]
    return places[fresh]


def _thinned(windows: Hashes, taken: Places, firsts: Places, geometry: Geometry) -> Places:
    """Without most of a row of equal hashes, as a word repeated a million times has: no two left are ``among`` apart."""
    if len(taken) < 3:
        return taken
    rows = np.searchsorted(firsts, taken, side="right")
    fresh = np.ones(len(taken), dtype=np.bool_)
    fresh[1:] = (windows[taken[1:]] != windows[taken[:-1]]) | (rows[1:] != rows[:-1])
    run_starts = taken[np.maximum.accumulate(np.where(fresh, np.arange(len(taken)), 0))]
    bucket = (taken - run_starts) // geometry.among
    fresh[1:] |= bucket[1:] != bucket[:-1]
    return taken[fresh | np.append(fresh[1:], True)]


def _sliding_minimum(values: Hashes, size: int) -> Hashes:
    """The minimum of every ``size`` values in a row, in linear time (van Herk 1992)."""
    num_windows = len(values) - size + 1
    num_blocks = -(-len(values) // size)
    blocks = np.full(num_blocks * size, np.iinfo(np.uint64).max, dtype=np.uint64)
    blocks[: len(values)] = values
    blocks = blocks.reshape(num_blocks, size)
    from_left = np.minimum.accumulate(blocks, axis=1).ravel()
    from_right = np.minimum.accumulate(blocks[:, ::-1], axis=1)[:, ::-1].ravel()
    return np.minimum(from_right[:num_windows], from_left[size - 1 : size - 1 + num_windows])


def _around(
    rolling: Rolling, sentences: Places, taken: Places, firsts: Places, lasts: Places, geometry: Geometry
) -> NDArray[np.uint32]:
    """What is told of the stretches on either side of each window."""
    around = np.zeros((len(taken), 2 * STEPS), dtype=np.uint32)
    ends = taken + geometry.window
    for step in range(STEPS):
        near, far = step * geometry.stride, (step + 1) * geometry.stride
        # The start of a sentence that lies farthest within the step, else the step's end.
        found = sentences[np.searchsorted(sentences, np.maximum(taken - far, firsts))]
        starts = np.where(found < taken - near, found, taken - far)
        is_there = taken - near > firsts
        around[is_there, step] = _told(rolling, starts[is_there], taken[is_there])
        found = sentences[np.searchsorted(sentences, np.minimum(ends + far, lasts), side="right") - 1]
        stops = np.where(found > ends + near, found, ends + far)
        is_there = ends + near < lasts
        around[is_there, STEPS + step] = _told(rolling, ends[is_there], stops[is_there])
    return around


def _told(rolling: Rolling, starts: Places, ends: Places) -> NDArray[np.uint32]:
    hashes = rolling.hashes(starts, ends) >> np.uint64(64 - _HASH_BITS)
    return ((ends - starts).astype(np.uint32) << np.uint32(_HASH_BITS)) | hashes.astype(np.uint32)


def proven(
    starts: Places, around: NDArray[np.uint32], others: NDArray[np.uint32], *, geometry: Geometry
) -> tuple[Places, Places]:
    """How far a shared window's passage is known to reach: starts and ends in the folded text, given the other's ``around``."""
    agree = (around == others) & (around != 0)
    reach: list[Places] = []
    for side in (slice(0, STEPS), slice(STEPS, None)):
        steps = np.minimum.accumulate(agree[:, side], axis=1).sum(axis=1)
        lengths = (around[:, side] >> np.uint32(_HASH_BITS)).astype(np.int64)
        last = np.take_along_axis(lengths, np.maximum(steps - 1, 0)[:, None], axis=1)[:, 0]
        reach.append(np.where(steps > 0, last, 0))
    return starts - reach[0], starts + geometry.window + reach[1]
