"""64-bit hashes of runs of numbers, all at once.

Enters: arrays of code points or hashes. Leaves: uint64 hashes, the same on every machine and in every run.

A run of numbers is hashed by a sum of products with fixed odd numbers modulo 2^64 (multilinear hashing, Lemire and Kaser
2014, arXiv:1202.4961), which cumulative sums give for any run at once; SplitMix64's finaliser (Steele et al. 2014) then makes
every bit depend on every bit.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
#: Places of a range with a multiplier of their own; the next one shares the first's.
_PERIOD = 64


def mix(values: Hashes) -> Hashes:
    """SplitMix64's finaliser of each value: a permutation of the 64-bit numbers. ``values`` is left as it is."""
    mixed = values ^ (values >> np.uint64(30))
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def mix_one(value: int) -> int:
    """:func:`mix` of one number."""
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB & _MASK
    return value ^ (value >> 31)


@cache
def multipliers(count: int, *, seed: int) -> Hashes:
    """``count`` odd numbers that ``seed`` makes."""
    made = [mix_one((seed * 0x632BE59BD9B4E019 + (number + 1) * _GOLDEN) & _MASK) | 1 for number in range(count)]
    return np.array(made, dtype=np.uint64)


def run_hashes(values: Hashes, *, n: int) -> Hashes:
    """A hash of each run of ``n`` neighbours: ``len(values) - n + 1`` of them, none where there are fewer values."""
    count = max(0, len(values) - n + 1)
    summed = np.zeros(count, dtype=np.uint64)
    for place, multiplier in enumerate(multipliers(n, seed=n)):
        summed += values[place : place + count] * multiplier
    return mix(summed)


def range_hashes(values: NDArray[np.int32], starts: NDArray[np.int64], stops: NDArray[np.int64]) -> Hashes:
    """A hash of each ``values[starts[i] : stops[i]]``, of which none is empty."""
    sizes = stops - starts
    begins = np.cumsum(sizes) - sizes
    if not len(begins):
        return np.zeros(0, dtype=np.uint64)
    within = np.arange(int(sizes.sum()))
    places = within + np.repeat(starts - begins, sizes)
    within -= np.repeat(begins, sizes)
    within &= _PERIOD - 1
    terms = values.take(places).astype(np.uint64)
    terms *= multipliers(_PERIOD, seed=1).take(within)
    sums = np.add.reduceat(terms, begins)
    sums += sizes.astype(np.uint64) * multipliers(1, seed=2)[0]
    return mix(sums)
