import time
import unicodedata
from itertools import pairwise

import pytest

from filters.pii.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＡＢＣ０１２－＠．＊", "ABC012-@.*"),
        ("010\u200b-12\u00ad34-5678\ufeff", "010-1234-5678"),
        ("010–1234—5678−1ㅡ2ー3", "010-1234-5678-1-2-3"),
        ("010\u00a01234\u30005678ㅤ9", "010 1234 5678 9"),
        ("𝟎𝟏𝟎-𝟏𝟐", "010-12"),
        ("٠١٠", "010"),
        ("0️⃣1️⃣0️⃣", "010"),
        ("〇一〇-一二三四-五六七八", "010-1234-5678"),
        ("９〇〇一〇一－一二三四五六七", "900101-1234567"),
        ("②⓪①⓪-①②③④", "2010-1234"),
        ("① 제목 ①010-1234-5678", "① 제목 ①010-1234-5678"),
        ("900101-1○○○○○○", "900101-1○○○○○○"),
        ("九○○一○一-一○○○○○○", "900101-1000000"),
        ("一部, 二〇二四年, 三一運動", "一部, 二〇二四年, 三一運動"),
        (unicodedata.normalize("NFD", "각 é 가"), "각 é 가"),
        ("ᄒᆞᆫ글", "ᄒᆞᆫ글"),
        ("\ud800가\udfff", "\ud800가\udfff"),
        ("", ""),
    ],
)
def test_folded_text(text: str, folded: str) -> None:
    assert fold(text).text == folded


@pytest.mark.parametrize("text", ["", "plain", "한국어 문장 010-1234-5678.", "\ud800", "漢字 ハングル", "😀 \n\t"])
def test_ordinary_text_is_not_copied(text: str) -> None:
    folded = fold(text)
    assert folded.text is text
    assert folded.folded_starts == ()


@pytest.mark.parametrize(
    ("text", "piece", "original"),
    [
        ("앞\u200b뒤010\u200b-12\u00ad34\u200b 끝", "010-1234", "010\u200b-12\u00ad34"),
        ("０１０\u00a0１２", "010 12", "０１０\u00a0１２"),
        (unicodedata.normalize("NFD", "전화 각12 é3"), "각12", unicodedata.normalize("NFD", "각12")),
        (unicodedata.normalize("NFD", "é3 각"), "é3", unicodedata.normalize("NFD", "é3")),
        ("5️⃣6", "5", "5"),
    ],
)
def test_the_way_back(text: str, piece: str, original: str) -> None:
    folded = fold(text)
    at = folded.text.index(piece)
    start, end = folded.span(at, at + len(piece))
    assert text[start:end] == original


def test_every_folded_character_comes_from_a_place_of_its_own() -> None:
    text = unicodedata.normalize("NFD", "각é 나") + "\u200b０\u00ad1️⃣ᄀᄀ" + "\ud800\u0301e\u0301\u0301"
    folded = fold(text)
    places = [folded.span(at, at + 1) for at in range(len(folded.text))]
    assert all(start < end for start, end in places)
    assert all(before[1] <= after[0] for before, after in pairwise(places))


@pytest.mark.parametrize(
    "text", [" ", "1", "가", "😀", "一", "\ud800", "\u200b", "ᄀ", "e\u0301\u0301", "０", "ᄀ\u1161\u11a8", "①", "1 一"]
)
def test_less_than_a_second_a_megabyte(text: str) -> None:
    long = text * (400_000 // len(text))
    started = time.process_time()
    fold(long)
    assert time.process_time() - started < max(len(long.encode("utf-8", "surrogatepass")) / 1e6, 0.5)
