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


@cache
def kinds() -> NDArray[np.uint8]:
    """The bits of every code point, shape (0x110000,); made once per process in 0.2 s."""
    categories = [unicodedata.category(chr(point)) for point in range(sys.maxunicode + 1)]
    table = np.zeros(sys.maxunicode + 1, dtype=np.uint8)
    first = np.array([category[0] for category in categories])
    table[first == "L"] |= LETTER
    table[np.array([category == "Nd" for category in categories])] |= DIGIT
    spaces = [point for point in range(0x3001) if chr(point).isspace()]
    table[spaces] |= SPACE
    symbols = np.isin(first, ["P", "S", "C"])
    # Of category C only what is a character at all: private use is text to someone, unassigned is newer than this table.
    symbols &= ~np.isin(np.array(categories), ["Co", "Cn"])
    symbols[[*map(ord, PROSE_PUNCTUATION), *spaces]] = False
    table[symbols] |= SYMBOL
    for start, end in HANGUL_RANGES:
        table[start : end + 1] |= HANGUL | LETTER
    return table
