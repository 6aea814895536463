"""Cuts of Korean words, on the surface string."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokenizer.morphemes import SEPARATOR, MorphemeCutter


@pytest.mark.parametrize(
    ("text", "segmented"),
    [
        # Particles and endings.
        ("전화번호를 학교에서 사람들이", "전화번호|를 학교|에서 사람|들|이"),
        ("안녕하세요", "안녕|하|세요"),
        # A contracted syllable is one piece (가+았+다, 되+었+다, 춥+었+다, 들어오+ㄴ), cut off where the second morpheme begins.
        ("갔다 됐다 했다", "갔|다 됐|다 했|다"),
        ("추웠다 아름다웠다 들어온", "추|웠|다 아름다|웠|다 들어|온"),
        # After Latin letters, digits and closing marks a particle is a particle.
        ("API으로 3월의 `main`에서", "API으로 3월|의 `main`에서"),
        # Lone jamo are no part of a word.
        ("ㅋㅋㅋㅋ안녕ㅋㅋ ㅠㅠ", "ㅋㅋㅋㅋ|안녕|ㅋㅋ ㅠㅠ"),
        # Text in between is left alone, whatever it is.
        ("😀학교에 👨‍👩‍👧가족은", "😀학교|에 👨‍👩‍👧가족|은"),
        ("학교에\0학교에\r\n학교에\t학교에", "학교|에\0학교|에\r\n학교|에\t학교|에"),
        # No Hangul syllables, no cuts: Latin, Han, old Hangul, and decomposed jamo (Kiwi would find nothing there).
        ("def f(x):\n    return x", "def f(x):\n    return x"),
        ("日本語の文章", "日本語の文章"),
        ("ᄒᆞᆫ글", "ᄒᆞᆫ글"),
        (unicodedata.normalize("NFD", "학교에서"), unicodedata.normalize("NFD", "학교에서")),
        ("", ""),
        ("가", "가"),
        (" ", " "),
    ],
)
def test_segment(cutter: MorphemeCutter, text: str, segmented: str) -> None:
    assert cutter.segment(text, separator="|") == segmented


def test_separators_of_the_text_itself_go(cutter: MorphemeCutter) -> None:
    assert cutter.segment(f"학{SEPARATOR}교에{SEPARATOR}") == f"학교{SEPARATOR}에"


def test_cuts_are_positions_in_code_points(cutter: MorphemeCutter) -> None:
    assert cutter.cuts("😀😀 학교에 갔다") == [5, 8]


def test_what_came_before_does_not_change_the_answer(cutter: MorphemeCutter) -> None:
    text = "고양이에게 API에서 고양이에게 1에서"
    first = cutter.cuts(text)
    cutter.cuts("에게 고양이 서에 이에게")
    assert cutter.cuts(text) == first == [3, 15]


@given(st.text(st.sampled_from("가각갔다는을에서ㅋㅠaA1. \n\0\u1112\u119e\u11ab😀\u200d\u0301"), max_size=60))
@settings(deadline=None, max_examples=200)
def test_segmenting_only_inserts_separators(cutter: MorphemeCutter, text: str) -> None:
    cuts = cutter.cuts(text)
    assert cuts == sorted(set(cuts))
    assert all(0 < cut < len(text) for cut in cuts)
    # Only between two Hangul characters, so never where the split pattern looks around.
    assert all("ㄱ" <= text[cut - 1] <= "힣" and "ㄱ" <= text[cut] <= "힣" for cut in cuts)
    assert cutter.segment(text).replace(SEPARATOR, "") == text


def test_a_long_run_without_spaces_is_cheap(cutter: MorphemeCutter) -> None:
    began = time.monotonic()
    assert cutter.segment("가" * 1_000_000).replace(SEPARATOR, "") == "가" * 1_000_000
    assert cutter.segment("a" * 4_000_000) == "a" * 4_000_000
    assert time.monotonic() - began < 20
