"""A fixed pseudo-random order of numbers by SplitMix64 (Steele et al. 2014), which no NumPy release can change."""

import numpy as np
import numpy.typing as npt


def mixed(numbers: npt.NDArray[np.integer]) -> npt.NDArray[np.uint64]:
    """A 64-bit number for each; different ones for different numbers, so that sorting by them gives one order."""
    bits = (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        bits = (bits ^ (bits >> np.uint64(shift))) * np.uint64(factor)
    return bits ^ (bits >> np.uint64(31))
