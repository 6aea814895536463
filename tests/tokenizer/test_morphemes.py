"""Cuts of Korean words, on the surface string."""

import random
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokenizer.morphemes import MorphemeCutter
from tokenizer.split import WordCounts, split


def cut(cutter: MorphemeCutter, text: str) -> str:
    """``text`` with a bar at every cut, each word with its context as it is counted."""
    contexts = {word: context for word, context, _ in counted(text)}
    words = split(text)
    bars = cutter.cuts((word, contexts[word]) for word in words)
    return "".join(
        "".join("|" * (place in places) + letter for place, letter in enumerate(word))
        for word, places in zip(words, bars, strict=True)
    )


def counted(text: str) -> list[tuple[str, str, int]]:
    counts = WordCounts()
    counts.add(text)
    return counts.rows()


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
def test_cuts(cutter: MorphemeCutter, text: str, segmented: str) -> None:
    assert cut(cutter, text) == segmented


def test_neither_order_nor_company_changes_the_answer(cutter: MorphemeCutter) -> None:
    words = [
        ("고양이에게", ""),
        ("에서", "A"),
        ("에서", "1"),
        (" 고양이에게", ""),
        ("나는", ""),
        ("😀", ""),
        ("ㅋㅋ안녕", ""),
    ] * 1000
    first = list(cutter.cuts(words))
    assert first[:7] == [(3,), (), (), (4,), (1,), (), (2,)]
    shuffled = list(range(len(words)))
    random.Random(1).shuffle(shuffled)
    assert list(cutter.cuts(words[number] for number in shuffled)) == [first[number] for number in shuffled]


@given(st.text(st.sampled_from("가각갔다는을에서ㅋㅠaA1. \n\0\u1112\u119e\u11ab😀\u200d\u0301"), max_size=60))
@settings(deadline=None, max_examples=200)
def test_cuts_lie_between_hangul(cutter: MorphemeCutter, text: str) -> None:
    words = split(text)
    assert "".join(words) == text
    for word, cuts in zip(words, cutter.cuts((word, "") for word in words), strict=True):
        assert list(cuts) == sorted(set(cuts))
        assert all("ㄱ" <= word[place - 1] <= "힣" and "ㄱ" <= word[place] <= "힣" for place in cuts)


def test_a_long_run_without_spaces_is_cheap(cutter: MorphemeCutter) -> None:
    began = time.monotonic()
    assert len(list(cutter.cuts([("가" * 100_000, ""), ("a" * 1_000_000, "")]))) == 2
    assert time.monotonic() - began < 20
