"""The lines of documents and the keys under which they are counted.

Enters: texts and what they fold to. Leaves: for each line its place and a 64-bit key, equal for lines that a reader would call
the same: letters and digits as :mod:`filters.near_duplicates.folding` has them, so that spacing, width, case and punctuation do
not count.

Numbers: a short line has a second key, in which each run of digits is one zero, so that "조회수 1,234" and "조회수 56" are the
same template. In a long line numbers are content, and the key that counts them is the only one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filters.near_duplicates.fold_table import CodePoints
from filters.near_duplicates.folding import FoldedTexts, joined
from filters.near_duplicates.hashing import Hashes, mix

from .rolling import Places, Rolling

#: A longer line is a paragraph; it repeats as a passage if at all.
MAX_LINE_CHARS = 400
#: Up to here a line is a label with its value: a date, a counter, a page number.
MAX_NUMBERED_CHARS = 40
_OTHER_ENDS = "\r\x0b\x0c\x85\u2028\u2029"
_ZERO, _NINE = ord("0"), ord("9")
#: Keeps the key of a template apart from that of the line in which the same zeros are written.
_TEMPLATE = np.uint64(0x5851F42D4C957F2D)


@dataclass(frozen=True)
class Lines:
    """One entry a line, in order: the text it is of, its start and end in the joined texts (its line end not within).

    ``num_letters``: folded ones, digits not among them. ``keys`` are for the lines that are ``counted``: those with letters and
    at most ``MAX_LINE_CHARS`` letters and digits; ``templates`` for those of them which are ``numbered``.
    """

    rows: Places
    starts: Places
    ends: Places
    num_letters: Places
    counted: NDArray[np.bool_]
    numbered: NDArray[np.bool_]
    keys: Hashes
    templates: Hashes


def find_lines(texts: Sequence[str], folded: FoldedTexts) -> Lines:
    """All lines of all texts; the empty ones too, and the one behind a line end that ends a text."""
    rows, starts, ends = _bounds(texts)
    firsts = np.searchsorted(folded.positions, starts)
    lasts = np.searchsorted(folded.positions, ends)
    sizes = lasts - firsts
    is_digit = (folded.code_points - np.uint32(_ZERO)) <= np.uint32(_NINE - _ZERO)
    digits = np.zeros(len(is_digit) + 1, dtype=np.int64)
    np.cumsum(is_digit, out=digits[1:])
    num_digits = digits[lasts] - digits[firsts]
    counted = (num_digits < sizes) & (sizes <= MAX_LINE_CHARS)
    numbered = counted & (num_digits > 0) & (sizes <= MAX_NUMBERED_CHARS)
    keys = Rolling(folded.code_points).hashes(firsts, lasts)
    templates = _templates(folded.code_points, is_digit, firsts, np.where(numbered, sizes, 0))
    return Lines(rows, starts, ends, sizes - num_digits, counted, numbered, keys, templates)


def _bounds(texts: Sequence[str]) -> tuple[Places, Places, Places]:
    """The text, the start and the end of each line, in code points of all texts joined."""
    codes, text_starts = joined(texts)
    is_end = codes == ord("\n")
    others = [end for end in _OTHER_ENDS if any(end in text for text in texts)]
    for end in others:
        is_end |= codes == ord(end)
    if "\r" in others:
        is_end[:-1] &= (codes[:-1] != ord("\r")) | (codes[1:] != ord("\n"))
    # A text ends between two characters, before a line end that stands there: even numbers before odd ones.
    ends = np.sort(np.concatenate([np.flatnonzero(is_end) * 2 + 1, text_starts[1:] * 2]))
    ends_text = (ends & 1) == 0
    rows = np.cumsum(ends_text) - ends_text
    starts = np.zeros_like(ends)
    starts[1:] = (ends[:-1] >> 1) + (ends[:-1] & 1)
    return rows, starts, ends >> 1


def _templates(code_points: CodePoints, is_digit: NDArray[np.bool_], firsts: Places, sizes: Places) -> Hashes:
    """The keys of lines (those with a size) with every run of digits as one zero."""
    numbered = sizes > 0
    templates = np.zeros(len(sizes), dtype=np.uint64)
    own_sizes = sizes[numbered]
    if not len(own_sizes):
        return templates
    first_places = np.cumsum(own_sizes) - own_sizes
    taken = np.arange(own_sizes.sum()) + np.repeat(firsts[numbered] - first_places, own_sizes)
    points, own_digit = code_points[taken], is_digit[taken]
    points[own_digit] = _ZERO
    kept = ~own_digit
    kept[1:] |= ~own_digit[:-1]
    kept[first_places] = True
    ranks = np.zeros(len(kept) + 1, dtype=np.int64)
    np.cumsum(kept, out=ranks[1:])
    hashes = Rolling(points[kept]).hashes(ranks[first_places], ranks[first_places + own_sizes])
    templates[numbered] = mix(hashes ^ _TEMPLATE)
    return templates
