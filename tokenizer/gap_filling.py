"""Fewer sequences by cutting documents into the gaps of the others.

Pieces in bins enter; the same tokens in fewer bins leave, where padding was above what is allowed. Whole bins are given up,
first those of documents that are in pieces in any case, and their pieces go, the longest first, into the largest gaps:
so few documents are cut, and those in few places. A bin whose pieces find no room is left as it was.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .best_fit import Ints, Pieces, fewest_bins
from .chunks import SMALLEST_WINDOW, Cut, cut_at, tiny
from .separation import Owners

#: Gaps looked at for one piece, bins that may fail for want of gaps, and those of one owner.
_MAX_LOOKS = 64
_MAX_FAILURES = 4_096
_MAX_FAILURES_OF_OWNER = 4


@dataclass(frozen=True, slots=True)
class _Fragment:
    bin: int
    document: int
    start: int
    length: int


def gaps_filled(pieces: Pieces, *, capacity: int, max_padding: float, owner: Ints, cut: Cut | None) -> Pieces:
    """The pieces in as few bins as ``max_padding`` asks for, if owners let them."""
    tokens = int(pieces.length.sum())
    allowed = fewest_bins(tokens, capacity=capacity, max_padding=max_padding)
    if pieces.bins <= allowed:
        return pieces
    return _Filling(pieces, capacity=capacity, owner=owner, cut=cut, allowed=allowed, spare=allowed * capacity - tokens).run()


class _Filling:
    def __init__(self, pieces: Pieces, *, capacity: int, owner: Ints, cut: Cut | None, allowed: int, spare: int) -> None:
        self._pieces = pieces
        self._owner = owner
        self._owners = Owners(pieces, owner[pieces.document])
        self._cut = cut
        self._excess = pieces.bins - allowed
        self._candidates = _by_cost(pieces)
        closed = self._candidates[: self._excess]
        room = capacity - pieces.used()
        room[closed] = 0
        self._gaps = _Gaps(room)
        # What padding may be left is spent on cutting where the text allows it.
        each = spare // (1 + int(np.count_nonzero(room)))
        wide = max(SMALLEST_WINDOW, min(each, capacity // 16)) if cut is not None else 1
        narrow = min(wide, SMALLEST_WINDOW)
        # Window and smallest piece: where there is hardly a gap more than tokens, a few tokens alone are better than none.
        self._attempts = tuple(dict.fromkeys([(wide, tiny(capacity)), (narrow, tiny(capacity)), (narrow, 1)]))

    def run(self) -> Pieces:
        given_up = np.zeros(self._pieces.bins, dtype=np.bool_)
        fragments: list[_Fragment] = []
        touched: set[int] = set()
        order = np.argsort(self._pieces.bin, kind="stable")
        ends = np.cumsum(np.bincount(self._pieces.bin, minlength=self._pieces.bins))
        failed: Counter[int] = Counter()
        failures = 0
        for number in self._candidates.tolist():
            own = order[ends[number - 1] if number else 0 : ends[number]]
            longest = int(own[np.argmax(self._pieces.length[own])])
            whose = int(self._owner[self._pieces.document[longest]])
            if number in touched or failed[whose] >= _MAX_FAILURES_OF_OWNER:
                continue
            moved: list[_Fragment] = []
            for window, least in self._attempts:
                moved = moved or self._moved(number, own, window=window, least=least)
            fragments += moved
            touched.update(fragment.bin for fragment in moved)
            if moved:
                given_up[number] = True
                self._excess -= 1
            else:
                failed[whose] += 1
                failures += 1
            if not self._excess or failures >= _MAX_FAILURES:
                break
        return _renumbered(self._pieces, given_up=given_up, fragments=fragments)

    def _moved(self, number: int, own: Ints, *, window: int, least: int) -> list[_Fragment]:
        """The fragments of a bin's pieces in the gaps of the others, or none if they do not find room."""
        moved: list[_Fragment] = []
        held = self._gaps.close(number)
        pieces = self._pieces
        for place in own[np.argsort(-pieces.length[own], kind="stable")].tolist():
            document, start = int(pieces.document[place]), int(pieces.start[place])
            end = start + int(pieces.length[place])
            while start < end:
                target = self._target(document, end - start)
                if target is None:
                    self._undo(moved, number, held)
                    return []
                taken = self._taken(document, start, end, room=self._gaps.room[target], window=window, least=least)
                moved.append(_Fragment(target, document, start, taken))
                self._gaps.change(target, -taken)
                self._owners.of(target)[int(self._owner[document])] += 1
                start += taken
        return moved

    def _target(self, document: int, length: int) -> int | None:
        """The smallest gap that holds the rest of a piece, else the largest; of those without this owner."""
        owner = int(self._owner[document])
        for bins in (self._gaps.fitting(length), self._gaps.largest()):
            for looks, number in enumerate(bins):
                if not self._owners.of(number)[owner]:
                    return number
                if looks >= _MAX_LOOKS:
                    break
        return None

    def _taken(self, document: int, start: int, end: int, *, room: int, window: int, least: int) -> int:
        if end - start <= room:
            return end - start
        latest = start + room
        if room >= 2 * least and end - latest < least:
            latest = end - least
        earliest = max(start, start + room - window)
        return cut_at(self._cut, document=document, earliest=min(earliest, latest - 1), latest=latest) - start

    def _undo(self, moved: list[_Fragment], number: int, held: int) -> None:
        for fragment in moved:
            self._gaps.change(fragment.bin, fragment.length)
            self._owners.of(fragment.bin)[int(self._owner[fragment.document])] -= 1
        self._gaps.change(number, held)


class _Gaps:
    """Bins by the room they have left; ``_occupied`` has bit ``r`` set where one with room ``r`` may be."""

    def __init__(self, room: Ints) -> None:
        self.room: list[int] = room.tolist()
        self._bins: dict[int, list[int]] = {}
        self._occupied = 0
        for number in np.argsort(-room, kind="stable").tolist():
            self._enter(number)

    def _enter(self, number: int) -> None:
        room = self.room[number]
        if room:
            self._bins.setdefault(room, []).append(number)
            self._occupied |= 1 << room

    def change(self, number: int, by: int) -> None:
        """Give a bin more room, or less; its old entry is passed over when it is met."""
        self.room[number] += by
        if by:
            self._enter(number)

    def close(self, number: int) -> int:
        """Take a bin out; the room it had."""
        held = self.room[number]
        self.room[number] = 0
        return held

    def fitting(self, length: int) -> Iterator[int]:
        """Bins with room for ``length`` tokens, the fullest first."""
        rooms = self._occupied >> length << length
        while rooms:
            room = (rooms & -rooms).bit_length() - 1
            yield from self._with(room)
            rooms &= rooms - 1

    def largest(self) -> Iterator[int]:
        """Bins with any room, the emptiest first."""
        rooms = self._occupied
        while rooms:
            room = rooms.bit_length() - 1
            yield from self._with(room)
            rooms ^= 1 << room

    def _with(self, room: int) -> Iterator[int]:
        bins = self._bins[room]
        while bins and self.room[bins[-1]] != room:
            bins.pop()
        if not bins:
            self._occupied &= ~(1 << room)
        yield from (number for number in reversed(bins) if self.room[number] == room)


def _by_cost(pieces: Pieces) -> Ints:
    """Bins by how many whole documents giving them up would cut, then by how many tokens they hold."""
    whole = np.bincount(pieces.document)[pieces.document] == 1
    fresh = np.bincount(pieces.bin, weights=whole, minlength=pieces.bins)
    return np.lexsort((pieces.used(), fresh))


def _renumbered(pieces: Pieces, *, given_up: np.ndarray, fragments: list[_Fragment]) -> Pieces:
    """The pieces without those bins, and the fragments of theirs."""
    kept = ~given_up[pieces.bin]
    numbers = np.cumsum(~given_up) - 1
    added = np.array([(f.bin, f.document, f.start, f.length) for f in fragments], dtype=np.int64).reshape(-1, 4)
    return Pieces(
        bin=numbers[np.append(pieces.bin[kept], added[:, 0])],
        document=np.append(pieces.document[kept], added[:, 1]),
        start=np.append(pieces.start[kept], added[:, 2]),
        length=np.append(pieces.length[kept], added[:, 3]),
        bins=int(np.count_nonzero(~given_up)),
    )
