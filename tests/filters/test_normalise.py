"""Prose comes out in one form, and nothing that carries meaning is lost."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from filters.document import Failure
from filters.normalise import normalise, normalise_all

NFD = unicodedata.normalize("NFD", "한국어 글")

CHANGED = [
    ("nfd korean", NFD, "한국어 글", {"nfc": 2}),
    ("conjoining jamo in one word", "ᄒ" + "ᅡ" + "ᆫ 글", "한 글", {"nfc": 1}),
    ("windows and old mac lines", "가\r\n나\r다\n라", "가\n나\n다\n라", {"line_ends": 2}),
    ("other line ends", "가\u2028나\u2029다\x0b라\x0c마\x85바", "가\n나\n다\n라\n마\n바", {"line_ends": 5}),
    ("odd spaces", "가\u00a0나\u3000다\u2009라\u202f마", "가 나 다 라 마", {"spaces": 4}),
    ("controls", "가\x00나\x1b[0m다\x7f라\x9f마\ufffc", "가나[0m다라마", {"control": 5}),
    ("zero width in a word", "비\u200b밀\u200d번\ufeff호\u2060", "비밀번호", {"zero_width": 4}),
    ("soft hyphen", "inter\u00adnational", "international", {"zero_width": 1}),
    ("byte-order mark", "\ufeff제목", "제목", {"zero_width": 1}),
    ("marks of direction", "\u202eabc\u202c \u200fאב", "abc אב", {"zero_width": 3}),
    ("joiner without its scripts", "a\u200db 가\u200c나", "ab 가나", {"zero_width": 2}),
    ("second joiner", "می\u200c\u200cخواهم", "می\u200cخواهم", {"zero_width": 1}),
    ("joiner after an emoji, before none", "👩\u200d 가", "👩 가", {"zero_width": 1}),
    ("invisible message in tags", "가\U000e0041\U000e0042나", "가나", {"zero_width": 2}),
    ("lone surrogate, noncharacters", "가\ud800나\ufffe다\ufdd0라\U0001ffff", "가나다라", {"not_text": 4}),
    ("mark that meets its letter late", "e\u200b\u0301", "é", {"zero_width": 1}),
    ("all at once", f"\ufeff{NFD}\r\n\u00a0", "한국어 글\n ", {"nfc": 2, "line_ends": 1, "spaces": 1, "zero_width": 1}),
]

UNCHANGED = [
    ("empty", ""),
    ("korean", "나는 밥을 먹었다.\n\t그랬다.  "),
    ("old hangul", "나랏말ᄊᆞ미 듕귁에 달아 ꥠᅡ ퟋ"),
    ("hangul fillers", "ᅟᅡ ㄱ\u1160"),
    ("compatibility jamo and full width", "ㅋㅋㅋ ＡＢＣ ％"),
    ("private use", "한글 \ue000\U000f0000"),
    ("emoji sequences", "👩\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 👍🏽 1\ufe0f\u20e3 🧑🏽\u200d💻"),
    ("flag of england", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"),
    ("persian", "می\u200cخواهم"),
    ("hindi", "क्\u200dष और क्\u200cष"),
    ("khmer word breaks", "ខ្ញុំ\u200bទៅ"),
    ("replacement character", "가\ufffd나"),
    ("composed latin", "café"),
]


@pytest.mark.parametrize(("text", "expected", "edits"), [row[1:] for row in CHANGED], ids=[row[0] for row in CHANGED])
def test_edits(text: str, expected: str, edits: dict[str, int]) -> None:
    assert normalise(text) == (expected, [Failure(f"normalise_{kind}", count) for kind, count in edits.items()])


@pytest.mark.parametrize("text", [row[1] for row in UNCHANGED], ids=[row[0] for row in UNCHANGED])
def test_left_alone(text: str) -> None:
    assert normalise(text) == (text, [])


PARTS = [*CHANGED, *UNCHANGED]
PIECES = st.one_of(st.characters(), st.characters(exclude_categories=[]), st.sampled_from([row[1] for row in PARTS]))
PIECES |= st.sampled_from("\u200b\u200c\u200d\ufe0f\u0301\r\n\u00adक्กខا👩e각\ufeff\U000e007f🏴")


@given(st.lists(PIECES).map("".join))
@example("👩\u200d\u200b\u200d👩")
def test_a_second_time_changes_nothing(text: str) -> None:
    once, _ = normalise(text)
    assert normalise(once) == (once, [])
    once.encode()
    assert unicodedata.is_normalized("NFC", once)


def test_every_character_that_is_edited_is_seen_by_the_quick_look() -> None:
    from filters.normalise import _EDITS, _has_nothing_to_edit

    edited = [chr(point) for point in range(0x110000) if (found := _EDITS.match(chr(point))) and found.lastgroup]
    assert not any(map(_has_nothing_to_edit, edited))


@given(st.lists(st.one_of(st.sampled_from("가나다abc"), PIECES, st.sampled_from([row[1] for row in PARTS])), max_size=40))
@example(["e", "\u0301", "각", "\u11a8", "\r", "\n"])
@example([])
def test_many_together_come_out_as_each_for_itself(texts: list[str]) -> None:
    together, edits = normalise_all(texts)
    alone = [normalise(text) for text in texts]
    assert together == [text for text, _ in alone]
    assert edits == {row: own for row, (_, own) in enumerate(alone) if own}
