"""Runs of 13 words, as numbers: what a passage is recognised by in text that may hold it anywhere.

Enters: texts. Leaves: a 64-bit hash for every run of :data:`NUM_WORDS` words, or of the whole text where that is shorter.
13 words are what GPT-3 (arXiv:2005.14165, appendix C) and most after it take for a passage that did not come about twice by
chance. A word is a run of letters, digits and marks; a Han ideograph, a kana or a Thai letter and every other sign is a
word of its own, so that these words are never longer than what white space separates: text that keeps 13 of those
keeps 13 of these. Hashes are polynomials over code points modulo 2^64, taken as differences of running sums: no loop
touches a word, and equal words have equal hashes wherever they stand.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from pipelines.token_bytes import BREAK

Hashes = NDArray[np.uint64]
Ints = NDArray[np.int64]

NUM_WORDS = 13
#: So many grams are searched for; of more, an even share by their hash.
MAX_GRAMS = 50_000_000

#: The class of :data:`~pipelines.token_bytes.BREAK`, which also stands between texts: no run of words goes over it.
_SPACE, _JOINS, _ALONE, _BREAK = range(4)
#: Scripts written without spaces: Han, kana but katakana, Thai, Lao, Burmese, Khmer.
_ALONE_RANGES = (
    (0x2E80, 0x2FDF),
    (0x3005, 0x3007),
    (0x3021, 0x3096),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17D3),
    (0x20000, 0x3FFFF),
)
_CHARACTER_BASE, _WORD_BASE = 0x9E3779B97F4A7C15, 0xD1342543DE82EF95
_BITMAP_BITS = 24


@cache
def _classes() -> NDArray[np.uint8]:
    """The class of every code point."""
    table = np.full(0x110000, _ALONE, dtype=np.uint8)
    for point in range(0x110000):
        character = chr(point)
        if character.isspace():
            table[point] = _SPACE
        elif character.isalnum() or character == "_" or unicodedata.category(character)[0] == "M":
            table[point] = _JOINS
    for first, last in _ALONE_RANGES:
        part = table[first : last + 1]
        part[part == _JOINS] = _ALONE
    table[ord(BREAK)] = _BREAK
    return table


def _mixed(numbers: Hashes) -> Hashes:
    """The finaliser of SplitMix64 (Steele et al. 2014)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


class _Powers:
    """Powers of an odd number and of its inverse modulo 2^64, as many as were ever asked for."""

    def __init__(self, base: int) -> None:
        self._base = base
        self._inverse = pow(base, -1, 1 << 64)
        self._known: tuple[Hashes, Hashes] = (np.ones(1, np.uint64), np.ones(1, np.uint64))

    def first(self, number: int) -> tuple[Hashes, Hashes]:
        if len(self._known[0]) < number:
            size = max(1 << number.bit_length(), 1 << 16)
            powers = [np.full(size, base, dtype=np.uint64) for base in (self._base, self._inverse)]
            for array in powers:
                array[0] = 1
            self._known = (np.multiply.accumulate(powers[0]), np.multiply.accumulate(powers[1]))
        return self._known[0][:number], self._known[1][:number]


@cache
def _powers(base: int) -> _Powers:
    return _Powers(base)


def _segment_hashes(values: Hashes, starts: Ints, ends: Ints, *, base: int) -> Hashes:
    """A hash of ``values[starts[i]:ends[i]]`` for each i."""
    powers, inverses = _powers(base).first(len(values) + 1)
    sums = np.zeros(len(values) + 1, dtype=np.uint64)
    np.cumsum(values * powers[:-1], out=sums[1:])
    return _mixed((sums[ends] - sums[starts]) * inverses[starts] + (ends - starts).astype(np.uint64))


@dataclass(frozen=True)
class Words:
    """The words of some texts, end to end: their hashes, and the stretch of unbroken text that each stands in."""

    hashes: Hashes
    stretches: Ints

    def runs(self, number: int) -> Hashes:
        """A hash of every run of ``number`` words within a stretch."""
        count = len(self.hashes) - number + 1
        if count <= 0:
            return np.zeros(0, dtype=np.uint64)
        starts = np.flatnonzero(self.stretches[:count] == self.stretches[number - 1 :])
        return _segment_hashes(self.hashes, starts, starts + number, base=_WORD_BASE)

    def own_runs(self) -> dict[int, Hashes]:
        """What the texts are recognised by: their runs of 13 words; of a shorter stretch, the whole, by its number of words."""
        found = {NUM_WORDS: self.runs(NUM_WORDS)}
        firsts = np.flatnonzero(np.diff(self.stretches, prepend=-1))
        counts = np.diff(np.append(firsts, len(self.stretches)))
        for number in np.unique(counts[counts < NUM_WORDS]).tolist():
            starts = firsts[counts == number]
            found[number] = _segment_hashes(self.hashes, starts, starts + number, base=_WORD_BASE)
        return found


def split(texts: Sequence[str], *, cut_before: Sequence[bool] = (), cut_after: Sequence[bool] = ()) -> Words:
    """The words of ``texts``. Of a text that was cut there, the first or the last word may be half of one: it is left out."""
    joined = BREAK.join(texts)
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    classes = _classes()[points]
    joins = classes == _JOINS
    begins = (joins & ~np.concatenate(([False], joins[:-1]))) | (classes == _ALONE)
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], len(points))
    # A word ends before the next sign that does not join; one that stands alone is one code point long.
    stops = np.append(np.flatnonzero(~joins), len(points))
    ends = np.where(joins[starts], np.minimum(ends, stops[np.searchsorted(stops, starts)]), starts + 1)
    hashes = _segment_hashes(_mixed(points.astype(np.uint64) + np.uint64(1)), starts, ends, base=_CHARACTER_BASE)
    stretches = np.cumsum(classes == _BREAK)[starts] if len(starts) else np.zeros(0, dtype=np.int64)
    if cut_before or cut_after:
        kept = _whole(texts, starts, cut_before, cut_after)
        hashes, stretches = hashes[kept], stretches[kept]
    return Words(hashes, stretches.astype(np.int64))


def _whole(texts: Sequence[str], starts: Ints, cut_before: Sequence[bool], cut_after: Sequence[bool]) -> NDArray[np.bool_]:
    """Which words are whole for certain."""
    kept = np.ones(len(starts), dtype=np.bool_)
    begins = np.cumsum([0, *(len(text) + 1 for text in texts)])
    firsts, lasts = np.searchsorted(starts, begins[:-1]), np.searchsorted(starts, begins[1:]) - 1
    there = firsts <= lasts
    kept[firsts[there & np.array(cut_before or [False] * len(texts))]] = False
    kept[lasts[there & np.array(cut_after or [False] * len(texts))]] = False
    return kept


@dataclass
class GramSet:
    """Grams to look for, by their number of words; each array ascends. ``share`` of all grams is in it, chosen by hash."""

    hashes: dict[int, Hashes] = field(default_factory=dict[int, Hashes])
    share: float = 1.0

    @property
    def num_grams(self) -> int:
        return sum(map(len, self.hashes.values()))

    @cached_property
    def _bitmaps(self) -> dict[int, NDArray[np.bool_]]:
        """A first look that is a single load: most of what is looked up is not there."""
        bitmaps: dict[int, NDArray[np.bool_]] = {}
        for number, hashes in self.hashes.items():
            bitmaps[number] = np.zeros(1 << _BITMAP_BITS, dtype=np.bool_)
            bitmaps[number][_slots(hashes)] = True
        return bitmaps

    def found_in(self, words: Words) -> dict[int, Hashes]:
        """Which of the grams the words hold."""
        found: dict[int, Hashes] = {}
        for number, known in self.hashes.items():
            runs = words.runs(number)
            runs = np.unique(runs[self._bitmaps[number][_slots(runs)]])
            if len(runs):
                places = np.minimum(np.searchsorted(known, runs), len(known) - 1)
                found[number] = runs[known[places] == runs]
        return found


def _slots(hashes: Hashes) -> Hashes:
    return hashes >> np.uint64(64 - _BITMAP_BITS)


class GramCollector:
    """Puts together the grams of many texts, in bounded memory."""

    def __init__(self, *, max_grams: int = MAX_GRAMS) -> None:
        self._max_grams = max_grams
        self._waiting: dict[int, list[Hashes]] = {}
        self._num_waiting = 0
        self._set = GramSet()
        self._shift = 0

    def add(self, found: dict[int, Hashes]) -> None:
        for number, hashes in found.items():
            if len(hashes):
                self._waiting.setdefault(number, []).append(hashes)
                self._num_waiting += len(hashes)
        if self._num_waiting > self._max_grams // 4 + 1_000:
            self._settle()

    def _settle(self) -> None:
        merged = {
            number: np.unique(np.concatenate([*self._waiting.get(number, []), self._set.hashes.get(number, _NONE)]))
            for number in sorted({*self._waiting, *self._set.hashes})
        }
        while True:
            chosen = {n: hashes[(hashes & np.uint64((1 << self._shift) - 1)) == 0] for n, hashes in merged.items()}
            if sum(map(len, chosen.values())) <= self._max_grams:
                break
            self._shift += 1
        self._set = GramSet(chosen, 0.5**self._shift)
        self._waiting, self._num_waiting = {}, 0

    def result(self) -> GramSet:
        self._settle()
        return self._set


_NONE = np.zeros(0, dtype=np.uint64)


def without(found: dict[int, Hashes], held: Iterable[dict[int, Hashes]]) -> dict[int, Hashes]:
    """The grams of ``found`` that none of ``held`` has."""
    rest = dict(found)
    for others in held:
        rest = {n: np.setdiff1d(hashes, others.get(n, _NONE)) for n, hashes in rest.items()}
    return {n: hashes for n, hashes in rest.items() if len(hashes)}


def union(first: dict[int, Hashes], second: dict[int, Hashes]) -> dict[int, Hashes]:
    """The grams of both."""
    return {n: np.union1d(first.get(n, _NONE), second.get(n, _NONE)) for n in sorted({*first, *second})}
