"""Where documents longer than a sequence are cut, and best fit over what that makes.

Lengths enter, pieces in bins leave: whole documents and the chunks of long ones, as few as need be plus those that clean
cuts cost. ``Cut`` is the caller's, who knows the text (:mod:`tokenizer.breaks`): here are only numbers.
"""

from collections.abc import Callable

import numpy as np

from .best_fit import Ints, Pieces, best_fit_bins, descending, fewest_bins
from .exact_fit import exact_fit_bins

#: ``cut(document, earliest, latest)``: the best place in ``(earliest, latest]`` to cut a document, in tokens from its begin.
Cut = Callable[[int, int, int], int]

#: A character has at most four bytes, so of this many places one is not inside a character.
SMALLEST_WINDOW = 4
_TINY = 64
#: Of a sequence: how early a long document may be cut for the sake of its text.
_WINDOW = 1 / 16
_NARROWER = 2
#: Packed again with narrower windows as often as this before gaps are filled with pieces.
_MAX_ROUNDS = 12


def tiny(capacity: int) -> int:
    """Fewer tokens than this teach nothing: no cut leaves such a piece where another place is as good."""
    return min(_TINY, max(1, capacity // 8))


def cut_at(cut: Cut | None, *, document: int, earliest: int, latest: int) -> int:
    """A place in ``(earliest, latest]``: the caller's choice, or ``latest``.

    Raises:
        ValueError: the caller's choice is not in there.
    """
    if cut is None or latest - earliest < 1:
        return latest
    place = cut(document, earliest, latest)
    if not earliest < place <= latest:
        raise ValueError(
            f"cut({document}, {earliest}, {latest}) gave {place}: it has to give a place after {earliest} and up to {latest}"
        )
    return int(place)


def chunk_ends(length: int, *, capacity: int, window: int, cut: Cut | None, document: int) -> list[int]:
    """The ends of the pieces of one document; each cut is in the last ``window`` tokens that a sequence could hold."""
    ends: list[int] = []
    start = 0
    # Without a say in where to cut, a chunk is a sequence, and what is left is left.
    least = tiny(capacity) if cut is not None else 1
    while length - start > capacity:
        latest = min(start + capacity, length - least)
        start = cut_at(cut, document=document, earliest=max(start, latest - window), latest=latest)
        ends.append(start)
    return [*ends, length]


def pieces_of(ends: list[list[int]], documents: list[int]) -> tuple[Ints, Ints, Ints]:
    """Document, start and length of each piece, from the ends of each document's pieces."""
    counts = np.array([len(each) for each in ends], dtype=np.int64)
    flat = np.array([end for each in ends for end in each], dtype=np.int64)
    start = np.append(0, flat[:-1])[: flat.size]
    start[np.cumsum(counts) - counts] = 0
    return np.repeat(np.array(documents, dtype=np.int64), counts), start, flat - start


class Packing:
    """Best fit over whole documents and the chunks of long ones, again with narrower windows until padding is allowed."""

    def __init__(self, lengths: Ints, *, capacity: int, owner: Ints, cut: Cut | None, max_padding: float) -> None:
        self._lengths = lengths
        self._capacity = capacity
        self._owner = owner
        self._cut = cut
        self._long: list[int] = np.flatnonzero(lengths > capacity).tolist()
        self._allowed = fewest_bins(int(lengths.sum()), capacity=capacity, max_padding=max_padding)
        # Cuts this close to the end of a sequence keep within the padding that is allowed.
        self._narrowest = max(1 + int(capacity * max_padding), SMALLEST_WINDOW)
        widest = max(int(capacity * _WINDOW), self._narrowest) if cut is not None else 1
        self._window = np.full(len(self._long), widest, dtype=np.int64)

    def run(self) -> Pieces:
        ends = [self._ends(place) for place in range(len(self._long))]
        for _ in range(_MAX_ROUNDS):
            packed = self._packed(ends)
            narrowed = self._narrow(packed) if self._cut is not None and packed.bins > self._allowed else ()
            if not len(narrowed):
                return packed
            for place in narrowed:
                ends[place] = self._ends(place)
        return self._packed(ends)

    def _ends(self, place: int) -> list[int]:
        document, window = self._long[place], int(self._window[place])
        length = int(self._lengths[document])
        return chunk_ends(length, capacity=self._capacity, window=window, cut=self._cut, document=document)

    def _packed(self, ends: list[list[int]]) -> Pieces:
        short = np.flatnonzero(self._lengths <= self._capacity)
        document, start, length = pieces_of(ends, self._long)
        document = np.append(document, short)
        start = np.append(start, np.zeros_like(short))
        length = np.append(length, self._lengths[short])
        # In input order, so that ties go to the earlier document.
        order = np.lexsort((start, document))
        document, start, length = document[order], start[order], length[order]
        order, apart = descending(length, owner=self._owner[document])
        document, start, length = document[order], start[order], length[order]
        found, bins = best_fit_bins(length, capacity=self._capacity, apart=apart)
        if bins > self._allowed:
            exact, fewer = exact_fit_bins(length, capacity=self._capacity, apart=apart)
            found, bins = (exact, fewer) if fewer < bins else (found, bins)
        return Pieces(bin=found, document=document, start=start, length=length, bins=bins)

    def _narrow(self, packed: Pieces) -> list[int]:
        """Narrow the windows of the long documents behind whose cuts most was left empty; their places among the long.

        Only gaps too small for a piece count, and only as far as they are more than the padding that is allowed: the others
        can be filled with pieces of documents that are cut in any case.
        """
        room = self._capacity - packed.used()
        room[room >= tiny(self._capacity)] = 0
        excess = int(room.sum()) - (self._allowed * self._capacity - int(packed.length.sum()))
        if excess <= 0:
            return []
        is_cut = packed.start + packed.length < self._lengths[packed.document]
        wasted = np.bincount(packed.document[is_cut], weights=room[packed.bin[is_cut]], minlength=self._lengths.size)
        wasted = np.where(self._window > self._narrowest, wasted[self._long], 0)
        order = np.argsort(-wasted, kind="stable")
        # A window half as wide loses about half as much.
        needed = np.searchsorted(np.cumsum(wasted[order]) * (1 - 1 / _NARROWER), excess) + 1
        chosen = order[:needed]
        chosen = chosen[wasted[chosen] > 0]
        self._window[chosen] = np.maximum(self._window[chosen] // _NARROWER, self._narrowest)
        return chosen.tolist()
