"""The table of character kinds: equal to what Unicode says of each code point, asked one by one."""

import sys
import unicodedata

import numpy as np
import pytest

from filters.characters import (
    DIGIT,
    HANGUL,
    HANGUL_RANGES,
    LETTER,
    PROSE_PUNCTUATION,
    SPACE,
    SYMBOL,
    combining_marks,
    kinds,
)


def test_the_table_is_what_unicode_says() -> None:
    categories = [unicodedata.category(chr(point)) for point in range(sys.maxunicode + 1)]
    first = np.array([category[0] for category in categories])
    hangul = np.zeros(len(categories), dtype=np.bool_)
    for start, end in HANGUL_RANGES:
        hangul[start : end + 1] = True
    whole = np.array(categories)
    assert np.array_equal(kinds() & LETTER != 0, (first == "L") | hangul)
    assert np.array_equal(kinds() & HANGUL != 0, hangul)
    assert np.array_equal(kinds() & DIGIT != 0, whole == "Nd")
    symbols = np.isin(first, ["P", "S", "C"]) & ~np.isin(whole, ["Co", "Cn"])
    told = [point for point in range(0x3001) if chr(point).isspace()]
    symbols[[*map(ord, PROSE_PUNCTUATION), *told]] = False
    assert np.array_equal(kinds() & SYMBOL != 0, symbols)
    assert np.flatnonzero(kinds() & SPACE).tolist() == told
    assert np.array_equal(combining_marks(), np.flatnonzero(first == "M"))


@pytest.mark.parametrize(
    ("character", "expected"),
    [
        ("가", LETTER | HANGUL),
        ("ㅋ", LETTER | HANGUL),
        ("\u302e", 0),  # a tone mark of old Hangul: a mark, no letter
        ("𠮷", LETTER),
        ("٣", DIGIT),
        ("½", 0),
        ("\u3000", SPACE),
        ("…", 0),
        ("★", SYMBOL),
        ("\ue000", 0),
        ("\u200b", SYMBOL),
    ],
)
def test_kinds_of_single_characters(character: str, expected: int) -> None:
    assert kinds()[ord(character)] == expected
