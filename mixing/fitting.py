"""Taking things in their order until an amount is reached, and then to the token.

An order, lengths and a target enter; which ones are taken leaves. Changing the target, or adding things, changes few of the
others: only those near the place in the order where the target is reached.
"""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: How far from that place one may be exchanged for another.
_NEAR = 4096
_MAX_EXCHANGES = 4


def fit(
    order: npt.NDArray[np.float64] | npt.NDArray[np.uint64], lengths: Ints, *, target: int, never_more: bool = False
) -> Mask:
    """Which ones, of ``lengths`` tokens, to take so that they have ``target`` in all, or as nearly as they can.

    In their order up to the first that does not fit, then from there on each that still fits (``never_more``: no further).
    Where only long ones are left, the shortest of them is taken and others given back for it if that is nearer. Last, one
    that is taken is exchanged for one that is not, where that is nearer still. Equal places keep the order they came in.
    """
    ranked = np.argsort(order, kind="stable")
    sizes = lengths[ranked].astype(np.int64)
    taken = np.zeros(sizes.size, dtype=np.bool_)
    taken[fitting(sizes, budget=target)] = True
    gap = target - int(sizes[taken].sum())
    if gap > 0 and not never_more:
        gap = _take_long_one(sizes, taken, gap)
        for _ in range(_MAX_EXCHANGES):
            gap, better = _exchange(sizes, taken, gap)
            if not better:
                break
    mask = np.zeros(sizes.size, dtype=np.bool_)
    mask[ranked] = taken
    return mask


def fitting(lengths: Ints, *, budget: int) -> Ints:
    """The places, ascending, of what is taken when each is taken in turn if it still fits into ``budget``.

    Each round takes a whole run and drops all that has become too long, so there are few rounds.
    """
    taken: list[Ints] = []
    places = np.arange(lengths.size)
    while places.size:
        places = places[lengths[places] <= budget]
        ends = np.cumsum(lengths[places])
        num_taken = int(np.searchsorted(ends, budget, side="right"))
        if num_taken:
            budget -= int(ends[num_taken - 1])
            taken.append(places[:num_taken])
        places = places[num_taken:]
    return np.concatenate(taken) if taken else np.empty(0, np.int64)


def _take_long_one(sizes: Ints, taken: Mask, gap: int) -> int:
    """Takes the shortest one left, which is too long, and gives back from the end what fits into the surplus."""
    left = np.flatnonzero(~taken & (sizes > 0))
    if not left.size:
        return gap
    shortest = left[np.argmin(sizes[left])]
    surplus = int(sizes[shortest]) - gap
    last_first = np.flatnonzero(taken)[::-1]
    given_back = last_first[fitting(sizes[last_first], budget=surplus)]
    surplus -= int(sizes[given_back].sum())
    if surplus >= gap:
        return gap
    taken[given_back] = False
    taken[shortest] = True
    return -surplus


def _exchange(sizes: Ints, taken: Mask, gap: int) -> tuple[int, bool]:
    """One (or none) of those taken for one (or none) of the others, so that the gap is least; the gap, and if it is less."""
    if not gap:
        return gap, False
    inside, outside = np.flatnonzero(taken)[-_NEAR:], np.flatnonzero(~taken)[:_NEAR]
    # Place -1 is none.
    given, got = np.append(inside, -1), np.append(outside, -1)
    given_sizes, got_sizes = np.append(sizes[inside], 0), np.append(sizes[outside], 0)
    by_size = np.argsort(got_sizes, kind="stable")
    wanted = given_sizes + gap
    above = np.minimum(np.searchsorted(got_sizes[by_size], wanted), by_size.size - 1)
    near = np.stack([above, np.maximum(above - 1, 0)])
    errors = np.abs(got_sizes[by_size[near]] - wanted)
    side, place = np.unravel_index(int(np.argmin(errors)), errors.shape)
    if errors[side, place] >= abs(gap):
        return gap, False
    given_up, chosen = int(given[place]), int(by_size[near[side, place]])
    if given_up >= 0:
        taken[given_up] = False
    if got[chosen] >= 0:
        taken[got[chosen]] = True
    return int(wanted[place] - got_sizes[chosen]), True
