"""The tokens of program code, of many texts at once and whatever the language.

Enters: texts. Leaves: a hash for each token: a run of letters, marks, numbers and underscores, or one other character that is
not white space. Letter case counts. Comments are tokens too: copies of code keep them, but lay them out anew.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from filters.near_duplicates.fold_table import IGNORABLE, NUM_CODE_POINTS, SEPARATOR, fold_table
from filters.near_duplicates.folding import IntArray, joined
from filters.near_duplicates.hashing import Hashes, range_hashes

_SPACE, _WORD, _SIGN = 0, 1, 2


@cache
def _kinds() -> NDArray[np.uint8]:
    """Whether each code point is white space or a control, part of a word, or a sign."""
    folded = fold_table().folded
    kinds = np.full(NUM_CODE_POINTS, _WORD, dtype=np.uint8)
    kinds[folded == SEPARATOR] = _SIGN
    kinds[folded == IGNORABLE] = _SPACE
    kinds[ord("_")] = _WORD
    kinds[:0x21] = kinds[0x7F:0xA1] = _SPACE
    kinds[[code for code in range(0x1680, 0x3001) if chr(code).isspace()]] = _SPACE
    return kinds


def tokens(texts: Sequence[str]) -> tuple[Hashes, IntArray]:
    """(the hash of each token, in the order of the texts; where each text's start)."""
    code_points, text_starts = joined(texts)
    kinds = _kinds().take(code_points, mode="clip")
    begins = kinds == _SIGN
    words = kinds == _WORD
    text_begins = np.zeros(len(kinds) + 1, dtype=np.bool_)
    text_begins[text_starts] = True
    begins[:1] |= words[:1]
    begins[1:] |= words[1:] & (~words[:-1] | text_begins[1:-1])
    ends = kinds == _SIGN
    ends[-1:] |= words[-1:]
    ends[:-1] |= words[:-1] & (~words[1:] | text_begins[1:-1])
    starts = np.flatnonzero(begins)
    return range_hashes(code_points.view(np.int32), starts, np.flatnonzero(ends) + 1), np.searchsorted(starts, text_starts)
