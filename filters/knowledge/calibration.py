"""From the classifier's margin to a probability that holds for sources it has never seen.

Enters: margins (log odds) of documents that the model behind each has not been trained on, how many units each margin rests
on, labels and weights. Leaves: a :class:`Calibration`. Its form is Platt's (1999, "Probabilistic outputs for support vector
machines") with a slope that grows with the evidence: the margin of five words says less than that of fifty. It has the
least Brier score (Brier 1950), not the highest likelihood: one source that is quite unlike the others, or marked on the
wrong side, would otherwise make all scores timid.

Both sides weigh the same, so a probability answers for a document that is as likely to be knowledge as not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filters.knowledge.features import SAMPLE_UNITS
from filters.knowledge.measures import FloatArray

#: Pulls the coefficients towards "the margin is right as it is", against folds with few documents.
_RIDGE = 1e-5
_MAX_STEPS = 100


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """``probability = 1 / (1 + exp(-(bias + slope * margin + evidence * margin * log(units / 48))))``."""

    bias: float
    slope: float
    evidence: float

    def probabilities(self, margins: FloatArray, num_units: NDArray[np.int64]) -> FloatArray:
        return _sigmoid(_inputs(margins, num_units) @ np.array([self.bias, self.slope, self.evidence]))


def _inputs(margins: FloatArray, num_units: NDArray[np.int64]) -> FloatArray:
    """Shape (documents, 3): one, the margin, and the margin by the logarithm of its evidence (0 for a full sample)."""
    evidence = np.log(np.clip(num_units, 1, SAMPLE_UNITS) / SAMPLE_UNITS)
    return np.stack([np.ones_like(margins), margins, margins * evidence], axis=1)


def _sigmoid(x: FloatArray) -> FloatArray:
    return 1 / (1 + np.exp(-np.clip(x, -40, 40)))


def fit_calibration(margins: FloatArray, num_units: NDArray[np.int64], labels: FloatArray, weights: FloatArray) -> Calibration:
    """The calibration with the least Brier score; a larger margin never gets a lower probability.

    Labels are moved inwards as Platt does, by how much the documents are worth, so that folds without any mistake do not
    make certainty.
    """
    inputs = _inputs(margins, num_units)
    weights = weights / weights.mean()
    targets = _soft_targets(labels, weights)
    least = float(np.log(1 / SAMPLE_UNITS))
    best = _squares(inputs, targets, weights)
    # The slope at the least evidence must stay positive, and no slope may fall with the evidence.
    if best[2] < 0 or best[1] + best[2] * least <= 0:
        ratio = 0.0 if best[2] < 0 else -1 / (least * 1.05)
        joined = np.stack([inputs[:, 0], inputs[:, 1] + ratio * inputs[:, 2]], axis=1)
        bias, slope = _squares(joined, targets, weights)
        best = np.array([bias, slope, slope * ratio])
    bias, slope, evidence = (round(float(value), 6) for value in best)
    return Calibration(bias=bias, slope=max(slope, 1e-3), evidence=evidence)


def _soft_targets(labels: FloatArray, weights: FloatArray) -> FloatArray:
    positive = float((weights * labels).sum())
    negative = float((weights * (1 - labels)).sum())
    return np.where(labels > 0, (positive + 1) / (positive + 2), 1 / (negative + 2))


def _squares(inputs: FloatArray, targets: FloatArray, weights: FloatArray) -> FloatArray:
    """Least squares of probabilities by Levenberg's and Marquardt's method, from the margin as it is."""
    width = inputs.shape[1]
    prior = np.zeros(width)
    prior[1] = 1.0
    strength = _RIDGE * weights.sum()

    def loss(beta: FloatArray) -> float:
        return float((weights * (_sigmoid(inputs @ beta) - targets) ** 2).sum() + strength * ((beta - prior) ** 2).sum())

    beta = prior.copy()
    now = loss(beta)
    damping = 1.0
    for _ in range(_MAX_STEPS):
        p = _sigmoid(inputs @ beta)
        slopes = inputs * (p * (1 - p))[:, None]
        gradient = slopes.T @ (weights * (p - targets)) + strength * (beta - prior)
        curvature = slopes.T @ (slopes * weights[:, None]) + strength * np.eye(width)
        step = np.linalg.solve(curvature + damping * np.diag(np.diag(curvature)), gradient)
        then = loss(beta - step)
        if then < now:
            settled = now - then < 1e-10 * now
            beta, now, damping = beta - step, then, damping / 3
            if settled:
                break
        else:
            damping *= 4
    return beta
