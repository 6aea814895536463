"""How many documents deduplication leaves of the whole, when a sample shows only some of the copies.

What enters: the documents of a sample with the groups of copies that were found in it, and the chance of each to be sampled.
What leaves: for each document that is left a factor on its expansion: at most, expected, and at least.

A document whose copies were not sampled looks unique, so expanding what is left of a sample is too much: that is the upper
bound. It is exact for copies within one cluster, which come or stay out together; so clusters, not documents, are what is
counted here: groups seen in exactly one cluster (singles) and in two (doubles). The lower bound is that of Chao and Lin for
the number of classes under sampling without replacement (Biometrics 68, 2012, 912): unseen groups are at least
f1**2 / (2 f2 + f1 r / (1 - r)), with f1 singles and f2 doubles (its 95 % upper limit) at sampling rate r; with no doubles and
r known exactly it meets the upper one. It assumes that all groups are of one size, and so the least unseen ones. What is
expected is, where copies come in pairs, Goodman's unbiased estimate (Annals of Mathematical Statistics 20, 1949, 572), which
groups of many make worthless: so the more of the groups seen in several clusters were seen in more than two, the more it is
the mean of the two bounds instead. Near-duplicates are connected through one another, so that a group of many falls apart in
a sample and shows as pairs and singles: of such ``chained`` groups as many are expected as the lower bound says. A group seen
in k > 1 clusters is expanded by its own chance to be seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: A part's doubles are seen against those of the whole, which count as so many doubles of its own.
_PRIOR_DOUBLES = 1.0


@dataclass(frozen=True, slots=True)
class Factors:
    """By document, 0 to 1: on what a document that is left stands for."""

    low: Floats
    expected: Floats
    high: Floats


def groups_of(num_records: int, losses: Sequence[Mapping[int, int]]) -> Ints:
    """The group of each record, by the number of a record in it: what lost is in the group of what was kept for it."""
    labels = np.arange(num_records)
    for kept_for in losses:
        for lost, kept in kept_for.items():
            labels[lost] = kept
    while True:
        further = labels[labels]
        if (further == labels).all():
            return labels
        labels = further


def factors(
    groups: Ints,
    cluster: Ints,
    rates: Floats,
    *,
    among: NDArray[np.bool_],
    left: NDArray[np.bool_],
    parts: Sequence[str],
    chained: bool = False,
) -> Factors:
    """The factors of the records ``among`` which copies were looked for, of which some are ``left``.

    ``parts``, one a record, are pooled apart, but against the whole.
    """
    size = len(groups)
    seen = _clusters_seen(groups, cluster, among)
    # A double counts where its copy was lost: that is where more would be lost if more were seen.
    singles, doubles = left & (seen == 1), among & ~left & (seen == 2)
    result = Factors(np.ones(size), np.ones(size), np.ones(size))
    if (rates[among] >= 1).all():
        return result
    num_all = (float(singles.sum()), float(doubles.sum()))
    labels = np.array(parts, dtype=object)
    for part in sorted(set(parts)):
        own = among & (labels == part)
        if own.any():
            # Copies may be in any part, so what counts is the chance of a record of all of them together.
            rate = float(own.sum()) / float((1 / np.maximum(rates[own], 1e-12)).sum())
            mine = (float((singles & own).sum()), float((doubles & own).sum()))
            at = own & (seen == 1)
            crowds = len(np.unique(groups[own & (seen > 2)]))
            result.low[at], result.expected[at] = _single_factors(mine, num_all, rate, crowds=None if chained else crowds)
    several = among & (seen > 1)
    own_rates = np.minimum(rates[several], 1.0)
    result.low[several] = own_rates
    chance = own_rates / (1 - (1 - own_rates) ** seen[several])
    result.expected[several] = result.high[several] = chance
    return result


def _clusters_seen(groups: Ints, cluster: Ints, among: NDArray[np.bool_]) -> Ints:
    """In how many clusters each record's group was seen."""
    rows = np.flatnonzero(among)
    pairs = np.unique(np.stack([groups[rows], cluster[rows]], axis=1), axis=0)
    count = np.bincount(pairs[:, 0], minlength=len(groups)) if len(pairs) else np.zeros(len(groups), np.int64)
    return count[groups]


def _single_factors(
    mine: tuple[float, float], whole: tuple[float, float], rate: float, *, crowds: int | None
) -> tuple[float, float]:
    """The lower bound over linear expansion, and what is expected, for the singles of a part, from its singles and doubles."""
    if rate >= 1 or not mine[0]:
        return 1.0, 1.0
    all_limit = poisson_limit(whole[1]) / max(whole[0], 1.0)
    prior_singles = _PRIOR_DOUBLES / all_limit
    exposure = mine[0] + prior_singles
    limit = min(poisson_limit(mine[1] + _PRIOR_DOUBLES) / exposure, poisson_limit(mine[1]) / mine[0])
    ratio = mine[1] / mine[0]
    bound = _bound(ratio, rate)
    low = _bound(limit, rate)
    if crowds is None:
        return low, max(bound, low)
    pairs = 1 + ratio * rate * (1 - ((1 - rate) / rate) ** 2 - 1 / (1 - (1 - rate) ** 2))
    crowded = crowds / max(crowds + mine[1], 1)
    expected = (1 - crowded) * pairs + crowded * (bound + 1) / 2
    return low, min(max(expected, bound, low), 1.0)


def _bound(doubles_per_single: float, rate: float) -> float:
    return rate * (1 + 1 / (2 * doubles_per_single + rate / (1 - rate)))


def poisson_limit(count: float) -> float:
    """The 97.5 % upper limit of a Poisson mean (Wilson and Hilferty's approximation of the chi-square quantile)."""
    own = count + 1
    return own * (1 - 1 / (9 * own) + 1.96 / (3 * own**0.5)) ** 3
