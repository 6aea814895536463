"""Texts as letters, numbers and marks only: what is the same but for spacing, width, case and punctuation becomes the same.

Enters: texts, Unicode of any kind, lone surrogates included. Leaves: the folded code points of all of them as one array, with
the way back to the code points of each text. Folding is ``toNFKC_Casefold`` (Unicode Standard Annex 15, section 3.13 of the
standard) code point by code point, then composition, then everything but letters, numbers and marks out; marks in another than
the canonical order are left in it. Old Hangul, which does not compose, stays as jamo. Emoji are symbols.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filters.near_duplicates.fold_table import EXPANSION, IGNORABLE, JOINS, NUM_CODE_POINTS, CodePoints, fold_table

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: So many marks after one letter compose with it; no language needs more.
_MAX_MARKS = 4
_LEADS, _VOWELS, _FINALS, _SYLLABLES = 0x1100, 0x1161, 0x11A7, 0xAC00
_NUM_LEADS, _NUM_VOWELS, _NUM_FINALS = 19, 21, 28


@dataclass(frozen=True)
class FoldedTexts:
    """``num`` texts, folded, one after the other: text i is ``code_points[starts[i] : starts[i + 1]]``."""

    code_points: CodePoints
    starts: IntArray  # [num + 1]
    positions: IntArray  # where each folded code point begins in all texts, joined
    stops: IntArray  # where it ends
    breaks: BoolArray  # True where white space, punctuation or the start of the text stand before it
    text_starts: IntArray  # [num + 1]: where each text starts in all texts, joined

    @property
    def original(self) -> IntArray:
        """The code-point offset of each folded code point in its own original text."""
        return self.positions - np.repeat(self.text_starts[:-1], np.diff(self.starts))

    def __len__(self) -> int:
        return len(self.starts) - 1


def _expand(folded: CodePoints, positions: IntArray) -> tuple[CodePoints, IntArray]:
    """``folded`` with every code point that folds to several replaced by them."""
    table = fold_table()
    rows = np.where(
        folded & np.uint32(JOINS - 1) >= EXPANSION, (folded & np.uint32(JOINS - 1)).astype(np.int64) - EXPANSION, -1
    )
    sizes = np.ones(len(folded), dtype=np.int64)
    many = np.flatnonzero(rows >= 0)
    sizes[many] = table.expansion_starts[rows[many] + 1] - table.expansion_starts[rows[many]]
    expanded = np.repeat(folded, sizes)
    firsts = np.cumsum(sizes) - sizes
    places = np.repeat(firsts[many], sizes[many])
    within = np.arange(len(places)) - np.repeat(np.cumsum(sizes[many]) - sizes[many], sizes[many])
    expanded[places + within] = table.expansions[np.repeat(table.expansion_starts[rows[many]], sizes[many]) + within]
    return expanded, np.repeat(positions, sizes)


def _compositions(first: CodePoints, second: CodePoints) -> CodePoints:
    """What each pair of neighbours composes to, 0 where it does not."""
    table = fold_table()
    # Unsigned differences wrap round, so that one comparison asks whether a number lies in a range.
    lead, vowel, final = first - np.uint32(_LEADS), second - np.uint32(_VOWELS), second - np.uint32(_FINALS)
    syllable = first - np.uint32(_SYLLABLES)
    made = np.zeros(len(first), dtype=np.uint32)
    at = np.flatnonzero((lead < _NUM_LEADS) & (vowel < _NUM_VOWELS))
    made[at] = _SYLLABLES + (lead[at] * _NUM_VOWELS + vowel[at]) * _NUM_FINALS
    open_syllable = (syllable < _NUM_LEADS * _NUM_VOWELS * _NUM_FINALS) & (syllable % _NUM_FINALS == 0)
    at = np.flatnonzero(open_syllable & (final < _NUM_FINALS) & (final > 0))
    made[at] = first[at] + final[at]
    keys = first.astype(np.uint64) << np.uint64(24) | second
    places = np.minimum(np.searchsorted(table.pair_keys, keys), len(table.pair_keys) - 1)
    at = np.flatnonzero(table.pair_keys[places] == keys)
    made[at] = table.pair_values[places[at]]
    return made


def _compose(
    folded: CodePoints, positions: IntArray, stops: IntArray, breaks: BoolArray
) -> tuple[CodePoints, IntArray, IntArray, BoolArray]:
    """The arrays with what :data:`JOINS` the code point before it melted into that, a mark at a time."""
    for _ in range(_MAX_MARKS):
        joins = (folded & np.uint32(JOINS)) != 0
        # Of a row of marks the first goes first; the others meet what it has become in the next round.
        seconds = np.flatnonzero(joins[1:] & ~joins[:-1] & ~breaks[1:]) + 1
        made = _compositions(folded[seconds - 1] & np.uint32(JOINS - 1), folded[seconds] & np.uint32(JOINS - 1))
        folded[seconds[made == 0]] &= np.uint32(JOINS - 1)
        seconds, made = seconds[made > 0], made[made > 0]
        if not len(seconds):
            break
        folded[seconds - 1] = made
        stops[seconds - 1] = stops[seconds]
        kept = np.ones(len(folded), dtype=np.bool_)
        kept[seconds] = False
        folded, positions, stops, breaks = (values.compress(kept) for values in (folded, positions, stops, breaks))
    return folded & np.uint32(JOINS - 1), positions, stops, breaks


def joined(texts: Sequence[str]) -> tuple[CodePoints, IntArray]:
    """The code points of all texts, one after the other, and where each starts: [len(texts) + 1]."""
    starts = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)), out=starts[1:])
    return np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32), starts


def fold_all(texts: Sequence[str]) -> FoldedTexts:
    """Every text folded, with the way back."""
    code_points, text_starts = joined(texts)
    folded = fold_table().folded.take(code_points, mode="clip")
    positions: IntArray | None = None
    highest = int(folded.max(initial=0))
    if highest >= NUM_CODE_POINTS and ((folded & np.uint32(JOINS - 1)) >= EXPANSION).any():
        folded, positions = _expand(folded, np.arange(len(folded)))
    ignored = folded == IGNORABLE
    if ignored.any():
        kept = ~ignored
        positions = np.flatnonzero(kept) if positions is None else positions.compress(kept)
        folded = folded.compress(kept)
    places = np.flatnonzero(folded)
    folded = folded.take(places)
    breaks = np.ones(len(places), dtype=np.bool_)
    np.not_equal(places[1:] - places[:-1], 1, out=breaks[1:])
    positions = places if positions is None else positions.take(places)
    stops = positions + 1
    starts = np.searchsorted(positions, text_starts)
    breaks[starts[:-1][starts[:-1] < len(breaks)]] = True
    if highest >= NUM_CODE_POINTS:
        folded, positions, stops, breaks = _compose(folded, positions, stops, breaks)
        starts = np.searchsorted(positions, text_starts)
    return FoldedTexts(folded, starts, positions, stops, breaks, text_starts)


def fold(text: str) -> str:
    """``text`` folded."""
    return fold_all([text]).code_points.tobytes().decode("utf-32-le", "surrogatepass")
