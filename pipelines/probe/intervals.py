"""Intervals of figures of the whole: what sampling, unseen copies and an untrained tokenizer leave open, put together.

What enters: numbers per record, and factors on them. What leaves: :class:`Interval`. Sources of error that have nothing to do
with each other add as squares.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compression import Compression
from .copies import Factors
from .estimating import Estimate, Estimator, count_bounds

Floats = NDArray[np.float64]

#: A margin of more than this in the logarithm says that nothing is known.
_MOST_LOG = 2.0


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure that lies between ``low`` and ``high`` at 95 %."""

    low: float
    expected: float
    high: float

    def told(self, *, digits: int | None = None) -> dict[str, float]:
        """As JSON tells it: whole numbers, or with so many digits after the point."""

        def rounded(value: float) -> float:
            return round(value) if digits is None else round(value, digits)

        return {"low": rounded(self.low), "expected": rounded(self.expected), "high": rounded(self.high)}

    def times(self, factor: float) -> "Interval":
        """The interval of a multiple."""
        return Interval(self.low * factor, self.expected * factor, self.high * factor)


def widened(expected: float, below: Sequence[float], above: Sequence[float], *, most: float = math.inf) -> Interval:
    """An interval from distances that add as squares."""
    low = expected - math.sqrt(sum(distance**2 for distance in below))
    high = expected + math.sqrt(sum(distance**2 for distance in above))
    return Interval(max(low, 0.0), expected, min(high, most))


@dataclass(frozen=True)
class Figures:
    """Makes intervals of sums over the records of a sample."""

    estimator: Estimator
    num_records: int

    def documents(self, chosen: NDArray[np.bool_], factors: Factors, *, among: float | None = None) -> Interval:
        """How many records are as ``chosen``; ``among``: of how many at most."""
        own = chosen.astype(np.float64)
        estimate = self.estimator.total(own * factors.expected, by="count")
        low, high = (self.estimator.total(own * factor, by="count").total for factor in (factors.low, factors.high))
        everything = among if among is not None else math.inf
        bottom, top = estimate.total - estimate.margin, estimate.total + self._tail(estimate)
        if among:
            bottom, top = count_bounds(estimate, among=among, sampled=self.num_records)
        return widened(
            estimate.total,
            (estimate.total - low, estimate.total - bottom),
            (high - estimate.total, top - estimate.total, self.unseen_share() * among if among else 0.0),
            most=max(everything, estimate.total),
        )

    def _tail(self, estimate: Estimate) -> float:
        """Numbers and sizes have a long tail, of which a small sample shows little: the interval of the logarithm."""
        return estimate.total * math.expm1(min(estimate.margin / estimate.total, _MOST_LOG)) if estimate.total > 0 else 0.0

    def amount(self, values: Any, factors: Factors, compression: Compression | None = None) -> Interval:
        """The sum of an amount per record: of bytes or, with how these compress, of tokens."""
        own = np.asarray(values, np.float64)
        scale = compression.expected if compression else np.ones(len(own))
        expected = self.estimator.total(own * scale * factors.expected, by="bytes")
        low, high = (self.estimator.total(own * scale * factor, by="bytes").total for factor in (factors.low, factors.high))
        below, above = [expected.total - low, expected.margin], [high - expected.total, self._tail(expected)]
        if compression:
            under, over, spread = self._compressed(own * factors.expected, compression)
            below, above = [*below, under, spread], [*above, over, spread]
        return widened(expected.total, below, above)

    def _compressed(self, values: Floats, compression: Compression) -> tuple[float, float, float]:
        """How much less and more the tokens may be; the last is what sources' own errors make."""
        low, expected, high = (
            self.estimator.total(values * scale, by="bytes").total
            for scale in (compression.low, compression.expected, compression.high)
        )
        standing = values * compression.expected / np.maximum(self.estimator.rates, 1e-12)
        cells = np.bincount(compression.cell, weights=standing, minlength=len(compression.spreads))
        everything = float(cells.sum())
        spread = float(np.sqrt(((cells * compression.spreads) ** 2).sum())) / everything if everything else 0.0
        return expected - low, high - expected, spread * expected

    def share(self, part: NDArray[np.bool_], part_factors: Factors, whole: NDArray[np.bool_], factors: Factors) -> Interval:
        """What share of the records ``whole`` are ``part``."""

        def of(name: str) -> tuple[Any, Any]:
            return part * getattr(part_factors, name), whole * factors.expected

        estimate = self.estimator.share(*of("expected"))
        if not estimate.total:
            return Interval(0.0, 0.0, min(1.0, self.unseen_share()) if whole.any() else 0.0)
        low, high = (self.estimator.share(*of(name)).total for name in ("low", "high"))
        # What is missing is the small number: a few clusters more or less, and more of them the less was seen.
        missing = replace(estimate, total=max(1 - estimate.total, 0.0))
        least, most = count_bounds(missing, among=1.0, sampled=self.num_records)
        below = (estimate.total - low, estimate.margin, max(most - missing.total - estimate.margin, 0.0))
        above = (high - estimate.total, min(estimate.margin, missing.total - max(least, 0.0)))
        return widened(estimate.total, below, above, most=max(1.0, estimate.total))

    def unseen_share(self) -> float:
        """The most that something may be of all records that is in none of the sample: 95 %.

        Of parts that were read whole nothing is unseen, and of the others so many records as would be missed once in twenty
        times at the rate at which these were sampled (the rule of three).
        """
        rates = self.estimator.rates
        if self.estimator.is_whole:
            return 0.0
        standing = 1 / np.maximum(rates, 1e-12)
        in_part = rates < 1
        if not in_part.any():
            return 3.0 / max(self.num_records, 1)
        rate = float(in_part.sum()) / float(standing[in_part].sum())
        return min(math.log(0.05) / math.log1p(-min(rate, 0.95)) / float(standing.sum()), 1.0)
