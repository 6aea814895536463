"""What each single code point folds to: the tables of :mod:`filters.near_duplicates.folding`.

Enters: Python's Unicode database. Leaves: one number for each code point, the code points that fold to several, and the pairs
that compose. Folding is NFKC and case folding (Unicode Standard Annex 15 and section 3.13, ``toNFKC_Casefold``), with white
space, punctuation and symbols taken out. It is made once a process, in about a tenth of a second.
"""

import sys
import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CodePoints = NDArray[np.uint32]

NUM_CODE_POINTS = sys.maxunicode + 1
#: White space, punctuation and symbols: a word ends here.
SEPARATOR = 0
#: Zero-width characters and other default ignorables: as if they were not there.
IGNORABLE = 1
#: Numbers from here on are of code points that fold to several: rows of ``FoldTable.expansions``.
EXPANSION = NUM_CODE_POINTS
#: The bit of a code point that may melt into the one before it.
JOINS = 1 << 24

#: Blocks whose letters fold to themselves, or that hold nothing: CJK ideographs, Hangul syllables, surrogates and private use.
_UNFOLDED = (
    (0x3400, 0xA000),
    (0xAC00, 0xD7A4),
    (0xD800, 0xF900),
    (0x20000, 0x2F800),
    (0x2FA20, 0xE0000),
    (0xE01F0, NUM_CODE_POINTS),
)
_ZERO_WIDTH = (
    0x00AD,
    0x034F,
    0x061C,
    0x115F,
    0x1160,
    0x17B4,
    0x17B5,
    0x180B,
    0x180C,
    0x180D,
    0x180E,
    0x180F,
    0x3164,
    0xFEFF,
    0xFFA0,
)
_ZERO_WIDTH_RANGES = (
    (0x200B, 0x2010),
    (0x202A, 0x202F),
    (0x2060, 0x2070),
    (0xFE00, 0xFE10),
    (0xFFF0, 0xFFF9),
    (0xE0000, 0xE1000),
)
_HANGUL_VOWELS = range(0x1161, 0x1176)
_HANGUL_FINALS = range(0x11A8, 0x11C3)


class FoldTable(NamedTuple):
    """``folded``: for each code point what it folds to, :data:`SEPARATOR`, :data:`IGNORABLE`, or :data:`EXPANSION` + row."""

    folded: CodePoints
    expansions: CodePoints  # one after the other
    expansion_starts: NDArray[np.int64]
    pair_keys: NDArray[np.uint64]  # first << 24 | second, ascending
    pair_values: CodePoints


def _fold_one(character: str) -> list[int]:
    """The code points that one character folds to."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", character).casefold())
    return [ord(part) for part in folded if unicodedata.category(part)[0] in "LNM" and ord(part) not in _ZERO_WIDTH]


def _composing_pairs() -> dict[tuple[int, int], int]:
    """The pairs of code points that NFC makes one, but for Hangul, which is arithmetic."""
    pairs: dict[tuple[int, int], int] = {}
    for start, end in ((0xC0, 0x3400), (0xFB00, 0xFB50), (0x11000, 0x12000)):
        for code in range(start, end):
            parts = unicodedata.decomposition(chr(code)).split()
            if len(parts) == 2 and parts[0][0] != "<" and unicodedata.normalize("NFC", chr(code)) == chr(code):
                first, second = (int(part, 16) for part in parts)
                if len(_fold_one(chr(code))) == 1:
                    pairs[first, second] = code
    return pairs


def _ranges() -> list[range]:
    """The code points that may fold to something else."""
    edges = [0, *(edge for block in _UNFOLDED for edge in block)]
    return [range(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False)]


@cache
def fold_table() -> FoldTable:
    """The table of this process."""
    folded = np.arange(NUM_CODE_POINTS, dtype=np.uint32)
    expansions: list[int] = []
    starts = [0]
    for code in (code for block in _ranges() for code in block):
        parts = _fold_one(chr(code))
        if len(parts) > 1:
            folded[code] = EXPANSION + len(starts) - 1
            expansions += parts
            starts.append(len(expansions))
        else:
            folded[code] = parts[0] if parts else SEPARATOR
    for start, end in _ZERO_WIDTH_RANGES:
        folded[start:end] = IGNORABLE
    folded[list(_ZERO_WIDTH)] = IGNORABLE
    pairs = _composing_pairs()
    joining = {second for _, second in pairs} | {*_HANGUL_VOWELS, *_HANGUL_FINALS}
    lone = folded < NUM_CODE_POINTS
    lone[lone] = np.isin(folded[lone], list(joining))
    folded[lone] |= JOINS
    parts = np.array(expansions, dtype=np.uint32)
    parts[np.isin(parts, list(joining))] |= JOINS
    keys = sorted((first << 24 | second, value) for (first, second), value in pairs.items())
    return FoldTable(
        folded,
        parts,
        np.array(starts, dtype=np.int64),
        np.array([key for key, _ in keys], dtype=np.uint64),
        np.array([_fold_one(chr(value))[0] for _, value in keys], dtype=np.uint32),
    )
