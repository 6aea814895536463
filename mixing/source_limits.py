"""The mix where sources have a least and a largest share: rows of languages and columns of sources that bind each other.

A transportation problem: amounts of groups enter, with bands (groups whose sum has a lower and an upper bound), all as
shares of one total. Linear programs (HiGHS, Huangfu & Hall 2018) say how large the total can be and what is short by how
little; among all mixes that are possible, the one of least relative entropy to what was natural is taken (iterative
proportional fitting, Deming & Stephan 1940, here with bounds).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: What the linear programs are exact to, as a share of the total.
TOLERANCE = 1e-9
_MAX_ROUNDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Groups whose amounts add up to something from ``low`` to ``high``."""

    members: tuple[int, ...]
    low: float = 0.0
    high: float = inf


def largest_total(bands: Sequence[Band], *, capacity: Floats) -> float:
    """The largest factor, at most 1, by which all bands can be multiplied so that amounts within ``capacity`` meet them."""
    sums = _sums(bands, capacity.size)
    low, high = _bounds(bands)
    bounded = np.isfinite(high)
    matrix = np.vstack(
        [np.column_stack([-sums, low]), np.column_stack([sums[bounded], -high[bounded]])],
    )
    objective = np.append(np.zeros(capacity.size), -1.0)
    found = _solved(objective, matrix, np.zeros(len(matrix)), np.append(capacity, 1.0))
    assert found is not None, "nothing at all is always possible"
    return float(found[-1])


def shortages(
    hard: Sequence[Band], soft: Sequence[Band], *, capacity: Floats, costs: Sequence[float] | None = None
) -> tuple[Floats, Floats] | None:
    """By how much each soft band has to be missed, below and above, in the mix that misses them least in all.

    ``costs``: what it costs to miss each, 1 unless given: dearer ones are missed only where cheaper ones do not help.

    ``None`` where the hard bands cannot be met.
    """
    count = len(soft)
    low, high = _bounds([*hard, *soft])
    sums = _sums([*hard, *soft], capacity.size)
    slack = np.vstack([np.zeros((len(hard), count)), np.eye(count)])
    bounded = np.isfinite(high)
    matrix = np.vstack(
        [
            np.column_stack([-sums, -slack, np.zeros_like(slack)]),
            np.column_stack([sums[bounded], np.zeros_like(slack)[bounded], -slack[bounded]]),
        ]
    )
    prices = np.ones(count) if costs is None else np.array(costs)
    objective = np.concatenate([np.zeros(capacity.size), prices, prices])
    upper = np.append(capacity, np.full(2 * count, np.inf))
    found = _solved(objective, matrix, np.append(-low + TOLERANCE, high[bounded] + TOLERANCE), upper)
    if found is None:
        return None
    missed = np.where(found > 10 * TOLERANCE, found, 0.0)
    return missed[capacity.size : capacity.size + count], missed[capacity.size + count :]


def nearest(reference: Floats, *, capacity: Floats, bands: Sequence[Band]) -> Floats:
    """Amounts that meet all bands, which can be met, as near to ``reference`` as they get."""
    fitted = _proportional(reference, capacity, bands)
    if _violation(fitted, bands) <= TOLERANCE:
        return fitted
    size = reference.size
    sums = _sums(bands, size)
    low, high = _bounds(bands)
    bounded = np.isfinite(high)
    zeros, eye = np.zeros_like(sums), np.eye(size)
    matrix = np.vstack(
        [
            np.column_stack([-sums, zeros]),
            np.column_stack([sums[bounded], zeros[bounded]]),
            np.column_stack([eye, -eye]),
            np.column_stack([-eye, -eye]),
        ]
    )
    for slack in (TOLERANCE, 1e-7, 1e-6):
        right = np.concatenate([slack - low, high[bounded] + slack, fitted, -fitted])
        upper = np.append(capacity, np.full(size, np.inf))
        found = _solved(np.append(np.zeros(size), np.ones(size)), matrix, right, upper)
        if found is not None:
            return np.clip(found[:size], 0.0, capacity)
    return fitted


def widened(bands: Sequence[Band], under: Floats, over: Floats) -> list[Band]:
    """The bands with what they have to be missed by."""
    return [
        replace(band, low=max(band.low - float(below), 0.0), high=band.high + float(above))
        for band, below, above in zip(bands, under, over, strict=True)
    ]


def _proportional(reference: Floats, capacity: Floats, bands: Sequence[Band]) -> Floats:
    """``min(capacity, reference * factors of its bands)``: each band's factor in turn, 1 where it is met as it is.

    Ascent of the dual, one coordinate at a time; where the optimum is at the edge it comes near and no further.
    """
    members = [np.array(band.members, dtype=np.int64) for band in bands]
    factors = np.ones(len(bands))
    scaled = reference.copy()
    for _ in range(_MAX_ROUNDS):
        for number, (band, own) in enumerate(zip(bands, members, strict=True)):
            if not own.size:
                continue
            base = scaled[own] / factors[number]
            natural = float(np.minimum(base, capacity[own]).sum())
            bound = min(max(natural, band.low), band.high)
            factors[number] = 1.0 if bound == natural else _level(base, capacity[own], bound)
            scaled[own] = base * factors[number]
        if _violation(np.minimum(scaled, capacity), bands) <= TOLERANCE:
            break
    return np.minimum(scaled, capacity)


def _level(base: Floats, capacity: Floats, bound: float) -> float:
    """The factor at which ``min(capacity, base * factor)`` adds up to ``bound``; kept off zero and infinity."""
    order = np.argsort(capacity / base, kind="stable")
    full = np.append(0.0, np.cumsum(capacity[order]))[:-1]
    rest = np.cumsum(base[order][::-1])[::-1]
    levels = (bound - full) / rest
    fits = np.flatnonzero(levels * base[order] <= capacity[order])
    level = float(levels[fits[0]]) if fits.size else float((capacity / base).max())
    return min(max(level, 1e-12), 1e12)


def _violation(amounts: Floats, bands: Sequence[Band]) -> float:
    sums = [float(amounts[list(band.members)].sum()) for band in bands]
    return max((max(band.low - value, value - band.high) for band, value in zip(bands, sums, strict=True)), default=0.0)


def _sums(bands: Sequence[Band], size: int) -> Floats:
    matrix = np.zeros((len(bands), size))
    for number, band in enumerate(bands):
        matrix[number, list(band.members)] = 1.0
    return matrix


def _bounds(bands: Sequence[Band]) -> tuple[Floats, Floats]:
    return np.array([band.low for band in bands]), np.array([band.high for band in bands])


def _solved(objective: Floats, matrix: Floats, right: Floats, upper: Floats) -> Floats | None:
    """The variables from 0 to ``upper`` of least objective with ``matrix @ x <= right``, or ``None`` if there are none."""
    from scipy.optimize import linprog  # a quarter of a second that recipes without limits need not spend

    bounds = np.column_stack([np.zeros_like(upper), upper])
    precise = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    found: Any = linprog(objective, A_ub=matrix, b_ub=right, bounds=bounds, method="highs", options=precise)
    return np.asarray(found.x, dtype=np.float64) if found.status == 0 else None
