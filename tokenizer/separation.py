"""No two pieces of one owner in one sequence: a document must not be read twice, or in pieces out of order, in one context.

Pieces in bins enter, the same pieces with some of them exchanged leave. An offender changes places with a piece of equal or
fitting length elsewhere; where none is found, it goes to a new bin. No conflict stays: where one owner has more than there
are bins, that costs padding.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from .best_fit import Ints, Pieces
from .bit_mixing import mixed

#: Pieces looked at for one offender, and for all of them.
_MAX_LOOKS = 128
_MAX_LOOKS_IN_ALL = 4_000_000


class Owners:
    """Whose pieces each bin holds; looked up bin by bin, for few bins are asked about."""

    def __init__(self, pieces: Pieces, owner: Ints) -> None:
        order = np.argsort(pieces.bin, kind="stable")
        self._owner = owner[order]
        self._ends = np.cumsum(np.bincount(pieces.bin, minlength=pieces.bins))
        self._known: dict[int, Counter[int]] = {}

    def of(self, number: int) -> "Counter[int]":
        """How many pieces of each owner are in a bin; to be kept up to date by who moves them."""
        if number not in self._known:
            begin = int(self._ends[number - 1]) if number else 0
            self._known[number] = Counter(self._owner[begin : int(self._ends[number])].tolist())
        return self._known[number]


def joined(pieces: Pieces) -> Pieces:
    """Pieces of one document that follow one another in one bin, as one piece."""
    if not (np.bincount(pieces.document) > 1).any():
        return pieces
    order = np.lexsort((pieces.start, pieces.document, pieces.bin))
    bins, document, start, length = (column[order] for column in (pieces.bin, pieces.document, pieces.start, pieces.length))
    end = start + length
    follows = np.zeros(order.size, dtype=np.bool_)
    follows[1:] = (bins[1:] == bins[:-1]) & (document[1:] == document[:-1]) & (start[1:] == end[:-1])
    first = np.flatnonzero(~follows)
    length = np.add.reduceat(length, first) if first.size else length
    return Pieces(bin=bins[first], document=document[first], start=start[first], length=length, bins=pieces.bins)


def offenders(pieces: Pieces, *, owner: Ints) -> Ints:
    """The pieces whose bin has an earlier one of their owner."""
    if not owner.size:
        return owner
    key = pieces.bin * (int(owner.max()) + 1) + owner
    in_order = np.sort(key)
    if not (in_order[1:] == in_order[:-1]).any():
        return key[:0]
    order = np.argsort(key, kind="stable")
    return order[1:][key[order[1:]] == key[order[:-1]]]


def separated(pieces: Pieces, *, owner: Ints, capacity: int) -> Pieces:
    """The pieces so that each bin holds at most one of an owner; ``owner`` has a number for each document."""
    pieces = joined(pieces)
    owners = owner[pieces.document]
    wrong = offenders(pieces, owner=owners)
    if not wrong.size:
        return pieces
    exchange = _Exchange(pieces, owners=owners, capacity=capacity)
    left = np.array([piece for piece in wrong.tolist() if not exchange.repair(piece)], dtype=np.int64)
    bins = exchange.bin
    bins[left], num_bins = _new_bins(pieces.length[left], owner=owners[left], capacity=capacity, first=pieces.bins)
    return joined(replace(pieces, bin=bins, bins=num_bins))


class _Exchange:
    """Changes places of pieces; ``bin`` is where they are."""

    def __init__(self, pieces: Pieces, *, owners: Ints, capacity: int) -> None:
        self.bin = pieces.bin.copy()
        self._length = pieces.length
        self._owner = owners
        self._room = capacity - pieces.used()
        self._owners = Owners(pieces, owners)
        # Among equal lengths in a mixed order: neighbours by input or by bin would share their bins.
        self._by_length = np.lexsort((mixed(np.arange(owners.size)), pieces.length))
        self._place = np.empty_like(self._by_length)
        self._place[self._by_length] = np.arange(owners.size)
        self._looks = _MAX_LOOKS_IN_ALL

    def repair(self, piece: int) -> bool:
        """Exchange a piece with the nearest in length that may take its place; whether its bin is right now."""
        owner, number = int(self._owner[piece]), int(self.bin[piece])
        here = self._owners.of(number)
        if here[owner] < 2:
            return True
        for other in self._nearest(piece):
            self._looks -= 1
            place = int(self.bin[other])
            if place < 0:
                continue
            there, its_owner = self._owners.of(place), int(self._owner[other])
            if place == number or there[owner] or here[its_owner]:
                continue
            longer = int(self._length[other] - self._length[piece])
            if longer > self._room[number] or -longer > self._room[place]:
                continue
            self.bin[piece], self.bin[other] = place, number
            self._room[number] -= longer
            self._room[place] += longer
            for counter, gone, come in ((here, owner, its_owner), (there, its_owner, owner)):
                counter[gone] -= 1
                counter[come] += 1
            return True
        here[owner] -= 1
        self._room[number] += self._length[piece]
        self.bin[piece] = -1
        return False

    def _nearest(self, piece: int) -> Iterator[int]:
        """Pieces near in length, the longer and the shorter ones in turn."""
        place, size = int(self._place[piece]), self._by_length.size
        for step in range(1, min(_MAX_LOOKS, self._looks) // 2 + 1):
            if place + step < size:
                yield int(self._by_length[place + step])
            if place >= step:
                yield int(self._by_length[place - step])


def _new_bins(lengths: Ints, *, owner: Ints, capacity: int, first: int) -> tuple[Ints, int]:
    """A bin from ``first`` on for each piece, next fit; all first pieces of the owners, then all second ones, and so on."""
    order = np.argsort(owner, kind="stable")
    begins = np.flatnonzero(np.diff(owner[order], prepend=-1))
    layer = np.empty_like(owner)
    layer[order] = np.arange(owner.size) - np.repeat(begins, np.diff(np.append(begins, owner.size)))
    found = np.empty_like(owner)
    number, room, current = first - 1, 0, -1
    for piece in np.lexsort((-lengths, layer)).tolist():
        if layer[piece] != current or lengths[piece] > room:
            number, room, current = number + 1, capacity, layer[piece]
        found[piece] = number
        room -= int(lengths[piece])
    return found, number + 1
