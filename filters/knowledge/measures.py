"""What scores are worth: ranking (AUC) and calibration (expected calibration error), both for weighted documents.

Scores, labels (1 for knowledge) and weights enter as arrays of one length; numbers leave. Calibration error after Naeini et
al. 2015 ("Obtaining well calibrated probabilities using Bayesian binning"), with bins of equal width.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
NUM_BINS = 10


class Bin(NamedTuple):
    """One row of a reliability table: mean score and share of knowledge of the documents in it, and their weight."""

    low: float
    high: float
    weight: float
    mean_score: float
    share: float


def area_under_curve(scores: FloatArray, labels: FloatArray, weights: FloatArray | None = None) -> float:
    """The probability that a knowledge document scores above an ordinary one, ties as half; nan without both."""
    weights = np.ones(len(scores)) if weights is None else weights
    values, places = np.unique(scores, return_inverse=True)
    positive = np.bincount(places, weights=weights * labels, minlength=len(values))
    negative = np.bincount(places, weights=weights * (1 - labels), minlength=len(values))
    total = positive.sum() * negative.sum()
    if not total:
        return float("nan")
    below = negative.cumsum() - negative
    return float((positive * (below + negative / 2)).sum() / total)


def reliability(scores: FloatArray, labels: FloatArray, weights: FloatArray) -> list[Bin]:
    """The bins that hold any document."""
    places = np.minimum((scores * NUM_BINS).astype(np.int64), NUM_BINS - 1)
    table: list[Bin] = []
    for number in range(NUM_BINS):
        inside = places == number
        weight = float(weights[inside].sum())
        if weight:
            mean = float((weights * scores)[inside].sum() / weight)
            share = float((weights * labels)[inside].sum() / weight)
            table.append(Bin(number / NUM_BINS, (number + 1) / NUM_BINS, weight / float(weights.sum()), mean, share))
    return table


def calibration_error(scores: FloatArray, labels: FloatArray, weights: FloatArray) -> float:
    """The mean distance between score and share of knowledge over the bins, by their weight."""
    return sum(row.weight * abs(row.mean_score - row.share) for row in reliability(scores, labels, weights))
