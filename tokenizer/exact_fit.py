"""Bins filled to the token, one after the other, where best fit leaves more empty than is allowed.

Lengths of pieces enter, a bin for each leaves. A bin takes the longest piece that is left, then whatever one or two pieces
fill it exactly, else the longest that fits, and so on: the pair look-ahead of the minimum bin slack heuristic (Gupta and Ho
1999). Best fit works on many bins at once and is faster, but where few documents are short it finds nothing for its last gaps.
"""

from array import array
from collections.abc import Mapping

import numpy as np

from .best_fit import Ints


def exact_fit_bins(lengths: Ints, *, capacity: int, apart: Mapping[int, int]) -> tuple[Ints, int]:
    """The bin of each of ``lengths``, which descend and are at most ``capacity``; and how many bins there are.

    Of a length in ``apart``, no bin takes more than that number.
    """
    sizes, counts = np.unique(lengths, return_counts=True)
    supply = _Supply(dict(zip(sizes.tolist(), counts.tolist(), strict=True)), capacity=capacity, apart=apart)
    bins = 0
    while supply.lengths:
        supply.fill(bins)
        bins += 1
    placed = [np.frombuffer(supply.placed[size], dtype=np.int64) for size in sizes[::-1].tolist()]
    return np.concatenate([np.empty(0, dtype=np.int64), *placed]), bins


class _Supply:
    """The pieces that are left. ``lengths`` has bit ``n`` set where one of ``n`` tokens is; ``placed`` has their bins."""

    def __init__(self, counts: dict[int, int], *, capacity: int, apart: Mapping[int, int]) -> None:
        self._counts = counts
        self._capacity = capacity
        self._apart = apart
        self.placed = {size: array("q") for size in counts}
        self.lengths = sum(1 << size for size in counts)
        # The same with bit ``capacity - n``: shifted, it tells for each length whether what a pair still needs is there.
        self._mirrored = sum(1 << capacity - size for size in counts)

    def fill(self, number: int) -> None:
        """Fill a bin with pieces."""
        room = self._capacity
        barred = 0
        taken: dict[int, int] = {}
        while room:
            fitting = self.lengths & ((1 << room + 1) - 1) & ~barred
            if not fitting:
                return
            size = self._choice(fitting, room, barred) if room < self._capacity else fitting.bit_length() - 1
            self._take(size, number)
            room -= size
            if size in self._apart:
                taken[size] = taken.get(size, 0) + 1
                if taken[size] >= self._apart[size]:
                    barred |= 1 << size

    def _choice(self, fitting: int, room: int, barred: int) -> int:
        if fitting >> room & 1:
            return room
        # Of a pair, the longer one, and the pair of most equal lengths: the shortest pieces are needed at the end.
        half = room + 1 >> 1
        pairs = (fitting & (self._mirrored >> self._capacity - room)) >> half
        while pairs:
            longer = half + (pairs & -pairs).bit_length() - 1
            shorter = room - longer
            if not barred >> shorter & 1 and (longer != shorter or self._spare(longer)):
                return longer
            pairs &= pairs - 1
        return fitting.bit_length() - 1

    def _spare(self, size: int) -> bool:
        return self._counts[size] > 1 and self._apart.get(size, 2) > 1

    def _take(self, size: int, number: int) -> None:
        self.placed[size].append(number)
        self._counts[size] -= 1
        if not self._counts[size]:
            self.lengths ^= 1 << size
            self._mirrored ^= 1 << self._capacity - size
