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
from .estimating import Estimator, count_bounds

#: How far the compression of one kind of text is from that of its segment, at least, twice.
_PART_SPREAD = 0.2
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
        bottom, top = estimate.total - estimate.margin, estimate.total + estimate.margin
        if among:
            bottom, top = count_bounds(estimate, among=among, sampled=self.num_records)
        return widened(
            estimate.total,
            (estimate.total - low, estimate.total - bottom),
            (high - estimate.total, top - estimate.total, self.unseen_share() * among if among else 0.0),
            most=max(everything, estimate.total),
        )

    def amount(
        self,
        values: Any,
        factors: Factors,
        compressions: Sequence[tuple[NDArray[np.bool_], Compression]] = (),
        *,
        is_part: bool = False,
    ) -> Interval:
        """The sum of an amount per record (bytes, tokens); ``compressions`` hold for the records marked.

        ``is_part``: of a part of what a compression was measured on, whose own is another one.
        """
        own = np.asarray(values, np.float64)
        scale = np.ones(len(own))
        for marked, compression in compressions:
            scale[marked] = compression.expected
        expected = self.estimator.total(own * scale * factors.expected, by="bytes")
        low, high = (self.estimator.total(own * scale * factor, by="bytes").total for factor in (factors.low, factors.high))
        # Sizes of documents have a long tail, of which a small sample shows little: the interval of the logarithm.
        tail = expected.total * math.expm1(min(expected.margin / expected.total, _MOST_LOG)) if expected.total > 0 else 0.0
        below, above = [expected.total - low, expected.margin], [high - expected.total, tail]
        under = over = 0.0
        # What the tokenizer makes of one segment it makes of the others: these errors simply add.
        for marked, compression in compressions:
            part = self.estimator.total(np.where(marked, own * scale * factors.expected, 0.0), by="bytes").total
            under += part * (1 - compression.low / compression.expected)
            over += part * (compression.high / compression.expected - 1)
        spread = max(under + over, _PART_SPREAD * expected.total) / 2 if is_part and compressions else 0.0
        return widened(expected.total, [*below, under, spread], [*above, over, spread])

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
        """The most that something may be of all records that is in none of the sample: 95 % (the rule of three)."""
        return 0.0 if self.estimator.is_whole else 3.0 / max(self.num_records, 1)
