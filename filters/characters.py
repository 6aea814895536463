"""What kind of character each code point is, as a table that NumPy looks up for a whole batch at once.

Enters: code points. Leaves: bits. The kinds are Unicode's general categories (as Python's ``unicodedata`` has them) and
the blocks of Hangul.
"""

import sys
import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

LETTER = 1
HANGUL = 2
DIGIT = 4
SPACE = 8
#: Signs that are neither letter, mark, digit nor space, and not the punctuation of sentences.
SYMBOL = 16

#: Jamo, compatibility jamo, extended jamo, syllables, half-width jamo: everything Korean is written with, old and new.
HANGUL_RANGES = (
    (0x1100, 0x11FF),
    (0x3131, 0x318E),
    (0xA960, 0xA97C),
    (0xAC00, 0xD7A3),
    (0xD7B0, 0xD7FB),
    (0xFFA0, 0xFFDC),
)
#: What ordinary prose is punctuated with: no sign of a machine's text however often it stands.
PROSE_PUNCTUATION = ".,!?:;'\"()[]-~…·‘’“”「」『』《》〈〉、。，！？：；（）–—/%"

#: All other planes are unassigned (4 to 13) or private use (15 and 16), and plane 14 has tags and selectors at its start.
_ASSIGNED = ((0, 0x40000), (0xE0000, 0xE1000))


@cache
def kinds() -> NDArray[np.uint8]:
    """The bits of every code point, shape (0x110000,); made once per process in 70 ms."""
    table = np.zeros(sys.maxunicode + 1, dtype=np.uint8)
    spaces = [point for point in range(0x3001) if chr(point).isspace()]
    for start, end in _ASSIGNED:
        part = table[start:end]
        categories = _categories(start, end)
        first, second = categories[:, 0], categories[:, 1]
        part[first == ord("L")] |= LETTER
        part[(first == ord("N")) & (second == ord("d"))] |= DIGIT
        # Of category C only what is a character at all: private use is text to someone, unassigned newer than this table.
        is_other = (first == ord("C")) & (second != ord("o")) & (second != ord("n"))
        part[(first == ord("P")) | (first == ord("S")) | is_other] |= SYMBOL
    table[[*map(ord, PROSE_PUNCTUATION), *spaces]] &= 0xFF ^ SYMBOL
    table[spaces] |= SPACE
    for start, end in HANGUL_RANGES:
        table[start : end + 1] |= HANGUL | LETTER
    return table


def combining_marks() -> NDArray[np.int64]:
    """Every combining mark (category M), ascending."""
    found = [start + np.flatnonzero(_categories(start, end)[:, 0] == ord("M")) for start, end in _ASSIGNED]
    return np.concatenate(found)


@cache
def _categories(start: int, end: int) -> NDArray[np.uint8]:
    """The two letters of the general category of each code point from ``start`` to before ``end``, shape (n, 2)."""
    letters = "".join(map(unicodedata.category, map(chr, range(start, end))))
    return np.frombuffer(letters.encode(), dtype=np.uint8).reshape(-1, 2)
