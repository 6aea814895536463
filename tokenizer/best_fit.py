"""Best fit, the longest first, over pieces of documents: which bin each of them goes to.

Lengths and owners of pieces enter, a bin for each leaves (Ding et al. 2024, arXiv 2404.10830). Memory and work depend on the
number of different lengths, not on how many pieces share one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """A row per piece: tokens ``start : start + length`` of ``document`` go to ``bin``, one of ``bins``."""

    bin: Ints
    document: Ints
    start: Ints
    length: Ints
    bins: int

    def used(self) -> Ints:
        """The tokens in each bin."""
        return np.bincount(self.bin, weights=self.length, minlength=self.bins).astype(np.int64)


def fewest_bins(tokens: int, *, capacity: int, max_padding: float) -> int:
    """How many bins keep padding at ``max_padding``, or the fewest that hold the tokens where those are more."""
    return max(-(-tokens // capacity), int(tokens / (capacity * (1 - max_padding))))


def descending(lengths: Ints, *, owner: Ints) -> tuple[Ints, dict[int, int]]:
    """Places by descending length; and for lengths of which an owner has several, how many neighbours differ in owner.

    Such a length's pieces are laid into as many rows as one owner has of them, owner after owner and column after column:
    read row after row, those of one owner are about a row apart.
    """
    order = np.argsort(-lengths, kind="stable")
    by_owner = np.lexsort((np.arange(lengths.size), owner, -lengths))
    repeated = (np.diff(lengths[by_owner], prepend=0) == 0) & (np.diff(owner[by_owner], prepend=-1) == 0)
    if not repeated.any():
        return order, {}
    first_input = np.empty_like(owner)
    first_input[owner[::-1]] = np.arange(owner.size)[::-1]
    sizes, begins, counts = np.unique(-lengths[order], return_index=True, return_counts=True)
    apart: dict[int, int] = {}
    for size, begin, count in _columns(sizes, begins, counts, chosen=np.unique(-lengths[by_owner[repeated]])):
        own = order[begin : begin + count]
        own = own[np.argsort(first_input[owner[own]], kind="stable")]
        rows = int(np.bincount(np.cumsum(np.diff(owner[own], prepend=-1) != 0)).max())
        own = own[np.argsort(np.arange(count) % rows, kind="stable")]
        order[begin : begin + count] = own
        places = np.lexsort((np.arange(count), owner[own]))
        apart[-size] = int(np.diff(places)[np.diff(owner[own][places]) == 0].min())
    return order, apart


def _columns(sizes: Ints, begins: Ints, counts: Ints, *, chosen: Ints) -> Iterator[tuple[int, int, int]]:
    places = np.searchsorted(sizes, chosen)
    return zip(_ints(chosen), _ints(begins[places]), _ints(counts[places]), strict=True)


def best_fit_bins(lengths: Ints, *, capacity: int, apart: Mapping[int, int] | None = None) -> tuple[Ints, int]:
    """The bin of each of ``lengths``, which descend and are at most ``capacity``; and how many bins there are.

    Documents of one length are placed together: a bin whose room is the smallest that fits stays the best fit until it
    fits no more, so all bins with the same room take as many documents each. That makes the work a matter of the number
    of (length, room) pairs and not of documents. ``occupied`` has bit ``r`` set where a bin with room ``r`` exists.
    Of a length in ``apart``, no bin takes more than that number.
    """
    room: list[list[Ints]] = [[] for _ in range(capacity + 1)]
    occupied = 0
    placed: list[Ints] = []
    bins = 0
    sizes, counts = np.unique(lengths, return_counts=True)
    for size, count in zip(_ints(sizes[::-1]), _ints(counts[::-1]), strict=True):
        most = (apart or {}).get(size, capacity)
        held: list[tuple[int, Ints]] = []
        while count:
            fitting = occupied >> size
            space = size + (fitting & -fitting).bit_length() - 1 if fitting else capacity
            each = min(space // size, most)
            if fitting:
                group = room[space].pop()
                occupied ^= (not room[space]) << space
            else:
                group = np.arange(bins, bins - (-count // each))
                bins += group.size
            # The first bins take all they have room for, one may take fewer, the others none.
            num_full = min(group.size, count // each)
            num_used = min(group.size, -(-count // each))
            in_last = count - num_full * each
            for part, taken in ((group[:num_full], each), (group[num_full:num_used], in_last), (group[num_used:], 0)):
                placed.append(np.repeat(part, taken))
                if part.size:
                    held.append((space - taken * size, part))
            count = max(0, count - group.size * each)
        # Only now: each bin is asked once by each length.
        for left, part in held:
            if left:
                room[left].append(part)
                occupied |= 1 << left
    return np.concatenate([np.empty(0, np.int64), *placed]), bins


def _ints(array: Ints) -> list[int]:
    return array.tolist()
