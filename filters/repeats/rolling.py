"""Polynomial hashes of stretches of folded text (Karp and Rabin 1987), all from one running sum.

Enters: an array of code points. Leaves: 64-bit hashes of stretches [start, end), equal for equal stretches wherever they
stand. With ``S[i]`` the sum of ``c[j] * B**j`` over ``j < i``, the hash is ``(S[end] - S[start]) * B**-start`` modulo 2**64,
so that neither the number of stretches nor their overlap costs a pass over the text.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from filters.near_duplicates.fold_table import CodePoints
from filters.near_duplicates.hashing import Hashes, mix

Places = NDArray[np.int64]

#: Odd, so that it has an inverse modulo 2**64; the bits of a uniform random number.
_BASE = 0x9E3D_3A5F_1C6B_47AD
_INVERSE = pow(_BASE, -1, 1 << 64)
_SMALLEST_TABLE = 1 << 16


@cache
def _powers(base: int, bits: int) -> Hashes:
    """``base**i`` for ``i < 2**bits``, made by doubling."""
    powers = np.ones(1 << bits, dtype=np.uint64)
    for done in range(bits):
        size = 1 << done
        np.multiply(powers[:size], np.uint64(pow(base, size, 1 << 64)), out=powers[size : 2 * size])
    return powers


def powers(base: int, size: int) -> Hashes:
    return _powers(base, max(size, _SMALLEST_TABLE).bit_length())[:size]


class Rolling:
    """Hashes of stretches of ``code_points``."""

    def __init__(self, code_points: CodePoints) -> None:
        self._sums = np.zeros(len(code_points) + 1, dtype=np.uint64)
        np.cumsum(code_points * powers(_BASE, len(code_points)), out=self._sums[1:])

    def hashes(self, starts: Places, ends: Places) -> Hashes:
        """The hash of each stretch."""
        return mix((self._sums[ends] - self._sums[starts]) * powers(_INVERSE, len(self._sums))[starts])

    def windows(self, size: int) -> Hashes:
        """The hash of every window of ``size`` code points, by its start; empty where there is none."""
        num_windows = max(len(self._sums) - size, 0)
        return mix((self._sums[size:] - self._sums[:num_windows]) * powers(_INVERSE, len(self._sums))[:num_windows])
