"""Totals of a whole from a stratified sample of its clusters, with their intervals.

What enters: what was drawn, and a number per record. What leaves: :class:`Estimate`, the total over all clusters with its
standard error, from how the clusters of a stratum differ and with the finite population correction: where all of a stratum was
read its part has no error. Formulas: Cochran, Sampling Techniques (3rd edition, 1977): (5.6, 5.12) for expansion by the
number of clusters, 6.11 (combined ratio) for expansion by bytes, 7.10 (combined regression on bytes) for numbers of records,
with the deviations of the jackknife (Royall and Cumberland 1981); degrees of freedom by Satterthwaite (1946), of clusters in
which records begin. One cluster is taken to differ from others by all that it holds; that and two have one degree of freedom:
12.7 standard errors. Counts that are small have the interval of Wilson (1927) with the effective sample size of Korn and
Graubard (1998).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .drawing import Drawn

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_Z = 1.959964
#: Student's 97.5 % quantiles for few degrees of freedom, where the expansion below is no good.
_T = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A total, its standard error, and the degrees of freedom of that."""

    total: float
    error: float = 0.0
    freedom: float = math.inf

    @property
    def margin(self) -> float:
        """Half the width of the 95 % interval."""
        return student(self.freedom) * self.error if self.error else 0.0


def student(freedom: float) -> float:
    """The 97.5 % quantile of Student's t: Cornish and Fisher's expansion (Abramowitz and Stegun 26.7.5)."""
    if freedom < 5:
        return _T[max(1, int(freedom))]
    z = _Z
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3


class Estimator:
    """Expands sums over records to the whole."""

    def __init__(self, drawn: Sequence[Drawn], cluster: Ints) -> None:
        self._cluster = cluster
        self._drawn = drawn
        self._sizes = np.array([c.num_bytes for d in drawn for c in d.clusters], np.float64)
        self._stratum = np.repeat(np.arange(len(drawn)), [len(d.clusters) for d in drawn])
        self._inner = np.array([d.inner_share for d in drawn], np.float64)
        self._count = np.array([d.num_clusters for d in drawn], np.float64)
        self._taken = np.array([max(len(d.clusters), 1) for d in drawn], np.float64)
        filled = np.zeros(len(self._stratum))
        filled[cluster] = 1.0
        #: Clusters in which no record begins say nothing of how records differ.
        self._filled = _sums(self._stratum, filled, len(drawn))
        groups = sorted({d.group for d in drawn})
        #: Files of a tree are counted; of everything else the bytes are known better than the number of records.
        self._group_counted = np.array([any(d.is_files for d in drawn if d.group == group) for group in groups], np.bool_)
        self._group = np.array([groups.index(d.group) for d in drawn], np.int64)
        self._group_of = self._group[self._stratum]
        #: Of each group its size, and what the sample makes of it.
        self._known = _sums(self._group, np.array([d.num_bytes for d in drawn], np.float64), len(groups))
        self._guessed = _sums(self._group, self._expanded(self._sizes), len(groups))
        #: The chance of a record to be taken.
        self.rates = np.array([d.rate for d in drawn], np.float64)[self._stratum][cluster] if len(cluster) else np.zeros(0)

    @property
    def is_whole(self) -> bool:
        """Whether everything was read."""
        return bool((self._taken >= self._count).all() and (self._inner == 1).all())

    def total(self, values: Any, *, by: Literal["count", "bytes"]) -> Estimate:
        """The sum of ``values``, one per record, over the whole: in the ratio of the clusters' bytes, or as numbers of records.

        Of files these go by the number of clusters, of everything else by the bytes too, along a line where one can be drawn.
        """
        sums = _sums(self._cluster, np.asarray(values, np.float64), len(self._stratum)) / self._inner[self._stratum]
        by_group = _sums(self._group, self._expanded(sums), len(self._known))
        # A group of empty files has no bytes to go by.
        by_bytes = (self._guessed > 0) & ((by == "bytes") | ~self._group_counted)
        ratio = np.divide(by_group, self._guessed, out=np.zeros_like(by_group), where=by_bytes)
        slope, is_sloped = self._slopes(sums)
        is_sloped &= by_bytes & (by == "count")
        slope = np.where(is_sloped, slope, ratio)
        by_group = np.where(by_bytes, by_group + slope * (self._known - self._guessed), by_group)
        rest = np.where(is_sloped[self._group_of], self._residuals(sums, slope), self._deviations(sums, ratio))
        variances = self._variances(rest)
        return Estimate(float(by_group.sum()), math.sqrt(float(variances.sum())), self._freedom(variances))

    def _slopes(self, sums: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """By group, how many more there are in a cluster of more bytes, and whether there are clusters enough to say so.

        A long record is one record: where few hold most of the bytes, a sample without them is short of bytes, not of records.
        """
        sizes, values = self._centred(self._sizes), self._centred(sums)
        weights = self._weights()[self._stratum]
        squares = _sums(self._group_of, weights * sizes**2, len(self._known))
        products = _sums(self._group_of, weights * sizes * values, len(self._known))
        filled = _sums(self._group, self._filled, len(self._known))
        is_told = (squares > 0) & (filled >= _LEAST_SLOPED)
        return np.divide(products, squares, out=np.zeros_like(squares), where=is_told), is_told

    def _residuals(self, sums: Floats, slope: Floats) -> Floats:
        """What each cluster has more than the line says; more of it the more it bent the line itself (jackknife)."""
        sizes = self._centred(self._sizes)
        squares = _sums(self._group_of, self._weights()[self._stratum] * sizes**2, len(self._known))[self._group_of]
        own = self._weights()[self._stratum] * sizes**2
        lever = np.divide(own, squares, out=np.zeros_like(own), where=squares > 0)
        means = _sums(self._stratum, sums, len(self._drawn)) / self._taken
        return means[self._stratum] + (self._centred(sums) - slope[self._group_of] * sizes) / np.maximum(1 - lever, _LEAST_REST)

    def _centred(self, values: Floats) -> Floats:
        """The values less the mean of their stratum."""
        return values - (_sums(self._stratum, values, len(self._drawn)) / self._taken)[self._stratum]

    def _weights(self) -> Floats:
        """By stratum, what a square of its clusters counts for in the variance of its total."""
        read = np.minimum(self._taken / np.maximum(self._count, 1) * self._inner, 1.0)
        return self._count**2 * (1 - read) / self._taken / np.maximum(self._taken - 1, 1)

    def _deviations(self, sums: Floats, ratio: Floats) -> Floats:
        """What each cluster has more than its bytes say; more of it the more of the ratio is the cluster's own (jackknife)."""
        group = self._group_of
        own_part = self._sizes * (self._count / self._taken)[self._stratum]
        lever = np.divide(own_part, self._guessed[group], out=np.zeros_like(own_part), where=self._guessed[group] > 0)
        lever = np.where(ratio[group] != 0, lever, 0.0)
        rest = (sums - ratio[group] * self._sizes) / np.maximum(1 - lever, _LEAST_REST)
        # Where one cluster is all there is, the ratio says nothing about how it varies.
        alone = np.zeros(len(self._known), np.bool_)
        alone[group[lever > 1 - _LEAST_REST]] = True
        return np.where(alone[group], sums, rest)

    def share(self, part: Any, whole: Any) -> Estimate:
        """The ratio of two sums over the whole."""
        part, whole = np.asarray(part, np.float64), np.asarray(whole, np.float64)
        below = self.total(whole, by="count").total
        if below <= 0:
            return Estimate(0.0)
        ratio = self.total(part, by="count").total / below
        rest = self.total(part - ratio * whole, by="count")
        return Estimate(ratio, rest.error / below, rest.freedom)

    def _expanded(self, sums: Floats) -> Floats:
        """By stratum, the total that its clusters make."""
        return _sums(self._stratum, sums, len(self._drawn)) * self._count / self._taken

    def _variances(self, values: Floats) -> Floats:
        """By stratum, the variance of its total."""
        means = _sums(self._stratum, values, len(self._drawn)) / self._taken
        squares = _sums(self._stratum, (values - means[self._stratum]) ** 2, len(self._drawn))
        spread = np.divide(squares, self._taken - 1, out=np.zeros_like(squares), where=self._taken > 1)
        # One cluster says nothing of how clusters differ: as much as it says at all.
        spread = np.where((self._taken == 1) & (self._count > 1), means**2, spread)
        read = np.minimum(self._taken / np.maximum(self._count, 1) * self._inner, 1.0)
        return self._count**2 * (1 - read) * spread / self._taken

    def _freedom(self, variances: Floats) -> float:
        own = np.maximum(self._filled - 1, 1)
        below = float((variances**2 / own).sum())
        return float(variances.sum()) ** 2 / below if below > 0 else math.inf


def _sums(labels: Ints, values: Floats, count: int) -> Floats:
    return np.bincount(labels, weights=values, minlength=count).astype(np.float64)


#: A cluster with more than the rest of this of its group's bytes is alone.
_LEAST_REST = 0.3
#: Clusters with records from which on a line is drawn through them.
_LEAST_SLOPED = 6
#: Of larger shares the plain interval is as good.
_SMALL_SHARE = 0.2


def count_bounds(estimate: Estimate, *, among: float, sampled: float) -> tuple[float, float]:
    """The interval of a number of records among ``among``, of which ``sampled`` were looked at."""
    share = estimate.total / among if among > 0 else 0.0
    if not estimate.error or not 0 < share < _SMALL_SHARE:
        return estimate.total - estimate.margin, estimate.total + estimate.margin
    variance = (estimate.error / among) ** 2
    effective = min(share * (1 - share) / variance, max(sampled, 1.0) / max(1 - sampled / among, 1e-9))
    z = student(estimate.freedom)
    centre = (share + z * z / (2 * effective)) / (1 + z * z / effective)
    half = z / (1 + z * z / effective) * math.sqrt(share * (1 - share) / effective + z * z / (4 * effective**2))
    return max(centre - half, 0.0) * among, min(centre + half, 1.0) * among
