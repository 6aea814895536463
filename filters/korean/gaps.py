"""How what stands between two runs of Hangul joins them: one gap at a time, or very many at once.

Enters: a gap, the text between two runs; or the code points of texts with the places of gaps. Leaves: one of :data:`SPACE`,
:data:`COMMA` and so on for each. The second form says the same as the first without making a string of any gap.
"""

import sys
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: How a run is joined to the next one: by a space; by a mark after it; by a line end; by something else of its own, such as
#: Latin, a number or a dash; without a space.
SPACE, COMMA, STOP, LINE, OTHER, ATTACHED = range(6)
_STOPS = ".?!…。~;ㅋㅎㅠㅜ"
_COMMAS = ",、"
_OPENING = "\"'`“‘([{<「『《〈*_#"
_CLOSING = ")]}>”’%`'\"*_"
#: A longer gap is read at its ends.
_MAX_GAP = 12
#: Gaps of so few characters come again and again.
_MAX_COMMON = 3
_BLANK, _ALPHANUMERIC, _OPENS, _CLOSES, _STOP, _COMMA, _LINE_FEED = (1 << bit for bit in range(7))


def join_of(gap: str) -> int:
    """How ``gap`` joins the runs on its sides."""
    return _join_of_common(gap) if len(gap) <= _MAX_COMMON else _join_of(gap)


@lru_cache(maxsize=4096)
def _join_of_common(gap: str) -> int:
    return _join_of(gap)


def _join_of(gap: str) -> int:
    if len(gap) > _MAX_GAP:
        gap = gap[: _MAX_GAP // 2] + gap[-_MAX_GAP // 2 :]
    if not gap:
        return LINE
    last = gap[-1]
    if last.isspace():
        if gap.isspace():
            return LINE if "\n" in gap else SPACE
    elif last.isalnum() or last in _CLOSING:
        before_quote = gap.rstrip(_OPENING)
        if before_quote and not before_quote[-1].isspace():
            return ATTACHED
    if gap[0] in _STOPS:
        return STOP
    if "\n" in gap:
        return LINE
    return COMMA if gap[0] in _COMMAS and not any(map(str.isalnum, gap)) else OTHER


class Gaps(NamedTuple):
    """``joins`` of each gap, and how many letters and digits it has."""

    joins: NDArray[np.int64]
    letters: NDArray[np.int64]


def gaps_between(codes: NDArray[np.uint32], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Gaps:
    """What the gaps from ``starts`` to before ``ends`` of ``codes`` are; how an empty one joins means nothing."""
    kinds = _kinds().take(codes)
    letters = _sums(kinds, _ALPHANUMERIC, starts, ends)
    joins = np.full(len(starts), SPACE)
    first = kinds.take(starts)
    rows = np.flatnonzero((ends - starts > 1) | (codes.take(starts) != ord(" ")))
    sizes = (ends - starts)[rows]
    long = rows[sizes > _MAX_GAP]
    if len(long):
        joins[long] = _of_long(codes, starts[long], ends[long])
        rows = rows[sizes <= _MAX_GAP]
    low, high = starts[rows], ends[rows]
    has_line = _sums(kinds, _LINE_FEED, low, high) > 0
    of_comma = (first[rows] & _COMMA != 0) & (letters[rows] == 0)
    found = np.where(has_line, LINE, np.where(of_comma, COMMA, OTHER))
    found[first[rows] & _STOP != 0] = STOP
    found[_is_attached(kinds, low, high)] = ATTACHED
    blank = _sums(kinds, _BLANK, low, high) == high - low
    joins[rows] = np.where(blank, np.where(has_line, LINE, SPACE), found)
    return Gaps(joins, letters)


def _of_long(codes: NDArray[np.uint32], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """The joins of long gaps: those of their ends, put together."""
    half = np.arange(_MAX_GAP // 2)
    places = np.hstack([starts[:, None] + half, ends[:, None] - _MAX_GAP // 2 + half])
    cut = np.arange(0, places.size + 1, _MAX_GAP)
    return gaps_between(codes.take(places.ravel()), cut[:-1], cut[1:]).joins


def _is_attached(kinds: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether a letter, digit or closing mark ends the gap, and no blank stands before it or its quotation marks."""
    attached = np.zeros(len(starts), dtype=np.bool_)
    rows = np.flatnonzero(kinds.take(ends - 1) & (_ALPHANUMERIC | _CLOSES))
    at = ends[rows] - 1
    for _ in range(_MAX_GAP):
        at -= (at >= starts[rows]) & (kinds.take(at) & _OPENS != 0)
    attached[rows] = (at >= starts[rows]) & (kinds.take(at) & _BLANK == 0)
    return attached


def _sums(kinds: NDArray[np.uint8], kind: int, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many characters of a kind stand from each start to before its end."""
    return counted(kinds & np.uint8(kind) != 0, starts, ends)


def counted(marks: NDArray[np.bool_], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of ``marks`` are true from each start to before its end."""
    before = np.empty(len(marks) + 1, dtype=np.int32)
    before[0] = 0
    marks.cumsum(dtype=np.int32, out=before[1:])
    return (before.take(ends) - before.take(starts)).astype(np.int64)


@cache
def _kinds() -> NDArray[np.uint8]:
    """The bits of every code point."""
    points = range(sys.maxunicode + 1)
    table = np.zeros(len(points), dtype=np.uint8)
    for test, bit in ((str.isalnum, _ALPHANUMERIC), (str.isspace, _BLANK)):
        table |= bit * np.fromiter(map(test, map(chr, points)), dtype=np.uint8, count=len(points))
    marks = ((_OPENING, _OPENS), (_CLOSING, _CLOSES), (_STOPS, _STOP), (_COMMAS, _COMMA), ("\n", _LINE_FEED))
    for chars, bit in marks:
        table[[*map(ord, chars)]] |= np.uint8(bit)
    return table
