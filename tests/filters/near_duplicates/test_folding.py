"""Folding: what is the same but for spacing, width, case and form becomes the same, with the way back."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters.near_duplicates.folding import fold, fold_all

CASES = [
    ("학교에서는, 학교가!", "학교에서는학교가"),
    ("ＡＢＣ　１２３", "abc123"),
    (unicodedata.normalize("NFD", "학교 각하 값"), "학교각하값"),
    ("ﾡﾤﾷ", "\u1100\u1102\u110b"),  # half-width jamo
    ("ㅋㅋㅋ ㅠㅠ", "\u110f\u110f\u110f\u1172\u1172"),
    ("ㄱㅏ", "가"),  # as NFKC has it
    ("㈜말모이 ㎏ ½", "주말모이kg12"),
    ("Straße ﬁn", "strassefin"),
    ("cafe\u0301 CAFÉ", "cafécafé"),
    ("e\u0302\u0301", "ế"),
    ("か\u3099 ｶﾞ", "がガ"),
    ("말\u200b모\ufeff이\u00ad", "말모이"),
    ("ᄒᆞᆫ글", "ᄒᆞᆫ글"),  # Old Hangul
    ("가 \u0301", "가\u0301"),  # a mark after a space has nothing to melt into
    ("😀🎉!?… —", ""),
    ("", ""),
    ("\ud800가\udfff", "\ud800가\udfff"),
    ("שלום عربي", "שלוםعربي"),
    ("स्थिति ไทยนี้", "स्थितिไทยนี้"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_fold(text: str, expected: str) -> None:
    assert fold(text) == expected


def _reference(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in folded if unicodedata.category(letter)[0] in "LNM")


@settings(deadline=None)
@given(
    st.text(alphabet=st.characters(categories=["Lu", "Ll", "Lo", "Nd", "Zs", "Po", "Sm"], max_codepoint=0xFFFF), max_size=50)
)
def test_letters_fold_as_unicode_says(text: str) -> None:
    # Composition across what is taken out, and jamo in a row, are ours.
    parts = [part for part in text if not 0x1100 <= ord(unicodedata.normalize("NFKC", part)[0]) < 0x1200]
    text = " ".join(parts)
    assert fold(text) == "".join(map(_reference, parts)).translate({0x115F: None, 0x1160: None})


@settings(deadline=None)
@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_of_letters(text: str) -> None:
    once = fold(text)
    assert len(fold(once)) <= len(once)
    if all("가" <= letter <= "힣" or letter.isascii() for letter in once):
        assert fold(once) == once


def test_the_way_back() -> None:
    texts = ["", "Ａ 가\u200b나", unicodedata.normalize("NFD", "각.x"), "㎏"]
    folded = fold_all(texts)
    assert folded.starts.tolist() == [0, 0, 3, 5, 7]
    assert folded.original.tolist() == [0, 2, 4, 0, 4, 0, 0]
    assert (folded.stops - folded.positions).tolist() == [1, 1, 1, 3, 1, 1, 1]
    assert folded.breaks.tolist() == [True, True, False, True, True, True, False]


@settings(deadline=None)
@given(st.lists(st.text(max_size=30), max_size=6))
def test_texts_do_not_touch_each_other(texts: list[str]) -> None:
    together = fold_all(texts)
    for row, text in enumerate(texts):
        own = slice(together.starts[row], together.starts[row + 1])
        alone = fold_all([text])
        np.testing.assert_array_equal(together.code_points[own], alone.code_points)
        np.testing.assert_array_equal(together.original[own], alone.original)
        np.testing.assert_array_equal(together.breaks[own], alone.breaks)


def test_a_million_marks_take_bounded_time() -> None:
    assert len(fold("e" + "\u0301" * 1_000_000)) == 1_000_000
