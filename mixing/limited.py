"""The mix with limits of sources, where the natural mix breaks one of them.

The table of a mix, its wishes and the limits enter; the total that is possible, what is short, and amounts as near to the
natural ones as the limits allow leave. All in shares of a total.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor

import numpy as np
import numpy.typing as npt

from mixing.rows import Row, Table
from mixing.shortfalls import impossible, limit_shortfalls
from mixing.source_limits import TOLERANCE, Band, largest_total, nearest, shortages, widened
from mixing.wishes import InfeasibleMix, Shortfall, Wishes

Floats = npt.NDArray[np.float64]

#: A mix that would have to be this much smaller than what is asked for is not worth having.
_SMALLEST = 1e-9
#: Under ``relax``, what it costs to miss the share of a language, beside 1 for a source's minimum.
_LANGUAGE_COST = 100.0


def source_bands(table: Table, wishes: Wishes) -> list[tuple[str, Band]]:
    """The sources that have limits, with their groups."""
    used = sorted(_used(table))
    bands: list[tuple[str, Band]] = []
    for name, wish in sorted(wishes.sources.items()):
        members = tuple(number for number in used if table.groups[number].source == name)
        if wish.min > 0 or (members and wish.max < 1):
            bands.append((name, Band(members=members, low=wish.min, high=wish.max)))
    return bands


def _used(table: Table) -> set[int]:
    return {number for row in table.rows for number in row.members}


@dataclass(frozen=True)
class LimitedMix:
    """``asked``: the largest total that segments and languages allow."""

    table: Table
    wishes: Wishes
    limits: Sequence[tuple[str, Band]]
    asked: int

    def total(self) -> int:
        """The largest total at which what has to be met can be.

        Raises :class:`InfeasibleMix` where there is none worth having.
        """
        total = float(self.asked)
        found = 0.0
        # A total that is much smaller is found again in its own units: the linear program is exact in those alone.
        while total > self.asked * _SMALLEST and found < 0.9:
            found = largest_total(self._hard(), capacity=self._capacity(total))
            total *= found
        if total <= self.asked * _SMALLEST or total < 1:
            raise InfeasibleMix(self._why_nothing())
        return self.asked if total >= self.asked * (1 - TOLERANCE) else floor(total * (1 - TOLERANCE))

    def shortfalls(self, total: int) -> list[Shortfall]:
        """The limits that cannot be met at the total that was asked for; under ``relax`` also those that this one gives up."""
        told: list[Shortfall] = []
        if not self._relax or total < self.asked:
            hard, soft = (self._segments(), self._maxima()) if self._relax else (self._rows(), self._limit_bands())
            missed = shortages(hard, soft, capacity=self._capacity(self.asked))
            assert missed is not None, "the shares alone fit into what there is"
            named = [(f"source {name}", band) for (name, _), band in zip(self.limits, soft, strict=True)]
            told += self._told(named, missed, self.asked, total)
        if self._relax:
            names = [*(row.label for row in self.table.rows), *(f"source {name}" for name, _ in self.limits)]
            named = list(zip(names, [*self._rows(), *self._minima()], strict=True))
            told += self._told(named, self._relaxed(total), total, total)
        return told

    def _told(
        self, named: Sequence[tuple[str, Band]], missed: tuple[Floats, Floats], asked: int, total: int
    ) -> list[Shortfall]:
        return limit_shortfalls(named, missed, groups=self.table.groups, asked=asked, total=total, wishes=self.wishes)

    def amounts(self, natural: Sequence[Fraction], total: int) -> list[Fraction]:
        """As near to the natural amounts as the limits allow."""
        bands = [*self._rows(), *self._limit_bands()]
        if self._relax:
            soft = widened([*self._rows(), *self._minima()], *self._relaxed(total))
            bands = [*self._segments(), *self._maxima(), *soft]
        reference = np.array([float(amount / total) for amount in natural])
        # What the natural mix has nothing of may still be needed, and in proportion to nothing it would stay nothing.
        least = np.array([1e-9 if number in _used(self.table) else 0.0 for number in range(len(natural))])
        shares = nearest(np.maximum(reference, least), capacity=self._capacity(total), bands=bands)
        return [Fraction(float(share)) * total for share in shares]

    @property
    def _relax(self) -> bool:
        return self.wishes.short == "relax"

    def _relaxed(self, total: int) -> tuple[Floats, Floats]:
        """What languages, and then minima, have to be missed by."""
        rows, minima = self._rows(), self._minima()
        costs = [_LANGUAGE_COST] * len(rows) + [1.0] * len(minima)
        missed = shortages(self._hard(), [*rows, *minima], capacity=self._capacity(total), costs=costs)
        assert missed is not None, "the total was chosen so that segments and maxima can be met"
        return missed

    def _why_nothing(self) -> str:
        """Limits that contradict the shares however many tokens there were, or something that there is next to nothing of."""
        used = _used(self.table)
        capacity = np.array([1.0 if number in used else 0.0 for number in range(len(self.table.groups))])
        rows = self._segments() if self._relax else self._rows()
        missed = shortages(rows, self._limit_bands(), capacity=capacity)
        assert missed is not None, "shares add up to one"
        if any(amounts.any() for amounts in missed):
            return impossible(self.limits, *missed, relax=self._relax)
        missed = shortages(rows, self._limit_bands(), capacity=self._capacity(self.asked))
        assert missed is not None, "the rows alone fit into what there is"
        return impossible(self.limits, *missed, relax=self._relax)

    def _hard(self) -> list[Band]:
        return [*self._segments(), *self._maxima()] if self._relax else [*self._rows(), *self._limit_bands()]

    def _capacity(self, total: float) -> Floats:
        """At most the whole total for each group: larger numbers would only cost precision."""
        used = _used(self.table)
        capacities = [group.capacity if number in used else 0 for number, group in enumerate(self.table.groups)]
        return np.array([min(capacity / total, 1.0) for capacity in capacities])

    def _segments(self) -> list[Band]:
        return [_exactly(row) for row in self.table.segments]

    def _rows(self) -> list[Band]:
        """Under ``relax`` a language may have more than its share, for what its siblings lack."""
        bands = [_exactly(row) for row in self.table.rows]
        return [replace(band, high=1.0) for band in bands] if self._relax else bands

    def _limit_bands(self) -> list[Band]:
        return [band for _, band in self.limits]

    def _maxima(self) -> list[Band]:
        return [replace(band, low=0.0) for _, band in self.limits]

    def _minima(self) -> list[Band]:
        return [replace(band, high=1.0) for _, band in self.limits]


def _exactly(row: Row) -> Band:
    return Band(members=row.members, low=float(row.share), high=float(row.share))
