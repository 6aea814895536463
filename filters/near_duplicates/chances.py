"""How likely bands, rows and a threshold are to find a pair of some similarity.

Enters: similarities, bands, rows, threshold. Leaves: probabilities. Each of the ``bands * rows`` values of a pair of similarity
s is equal with probability s, whatever the others are (Broder 1997); the chance of a band in common is that of Leskovec et al.,
"Mining of Massive Datasets", section 3.4.2.
"""

from math import ceil, comb

import numpy as np


def chance_of_candidate(similarity: float, *, bands: int, rows: int) -> float:
    """The probability that a pair of ``similarity`` shares a band."""
    return 1 - (1 - similarity**rows) ** bands


def expected_recall(similarity: float, *, bands: int, rows: int, threshold: float) -> float:
    """The probability that a pair of ``similarity`` shares a band and is estimated at ``threshold`` or above: exact."""
    num_values = bands * rows
    least = ceil(threshold * num_values - 1e-9)
    within = np.array([comb(rows, equal) * similarity**equal * (1 - similarity) ** (rows - equal) for equal in range(rows + 1)])
    verified, missed = np.ones(1), np.ones(1)
    for _ in range(bands):
        verified = np.convolve(verified, within)
        # Without a band in common, no band has all of its rows equal.
        missed = np.convolve(missed, within[:-1])
    return float(verified[least:].sum() - missed[least:].sum())
