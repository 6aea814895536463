"""The splitters give exact words for the scripts and oddities that a web corpus holds."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.words import count_sentences, split_sentences, word_splitter

UNICODE = [
    ("korean", "한국어는 교착어이다.", ["한국어는", "교착어이다", "."]),
    ("hangul with latin and digits", "API를 3개 호출(call)했다!", ["API를", "3개", "호출", "(", "call", ")", "했다", "!"]),
    ("english", "It's 3.5 GB, isn't it?", ["It", "'", "s", "3", ".", "5", "GB", ",", "isn", "'", "t", "it", "?"]),
    ("code", "if x_1 != None:", ["if", "x_1", "!", "=", "None", ":"]),
    ("hanja one by one", "大韓民國은", ["大", "韓", "民", "國", "은"]),
    ("japanese", "データを見る", ["データ", "を", "見", "る"]),
    ("half-width katakana", "ﾃﾞｰﾀ", ["ﾃﾞｰﾀ"]),
    ("chinese", "我们2024年", ["我", "们", "2024", "年"]),
    ("thai, mark by its letter", "กินข้าว", ["กิ", "น", "ข้", "า", "ว"]),
    ("hindi keeps its vowels", "हिन्दी में", ["हिन्दी", "में"]),
    ("persian keeps the joiner", "می\u200cخواهم", ["می\u200cخواهم"]),
    ("arabic with vowels", "كِتَاب", ["كِتَاب"]),
    (
        "nfd korean",
        unicodedata.normalize("NFD", "각 나"),
        [unicodedata.normalize("NFD", "각"), unicodedata.normalize("NFD", "나")],
    ),
    ("old hangul", "나랏말ᄊᆞ미", ["나랏말ᄊᆞ미"]),
    ("emoji", "좋아요👍🏽👍", ["좋아요", "👍", "🏽", "👍"]),
    ("emoji with selector", "❤️❤", ["❤️", "❤"]),
    ("lone mark", "\u0301 a", ["\u0301", "a"]),
    ("rare han beyond the basic plane", "𠀀𠀁은", ["𠀀", "𠀁", "은"]),
    ("jamo", "ㅋㅋㅋ ㅠㅠ", ["ㅋㅋㅋ", "ㅠㅠ"]),
    ("lone surrogate", "a\ud800b", ["a", "\ud800", "b"]),
    ("empty", "", []),
    ("white space only", " \n\t\u3000\u00a0", []),
]


@pytest.mark.parametrize(("text", "words"), [row[1:] for row in UNICODE], ids=[row[0] for row in UNICODE])
def test_unicode_splitter(text: str, words: list[str]) -> None:
    assert word_splitter("unicode")(text) == words


@given(st.text())
def test_unicode_splitter_loses_nothing_but_white_space(text: str) -> None:
    words = word_splitter("unicode")(text)
    assert "".join(words) == re.sub(r"\s", "", text)
    assert all(words)


@given(st.text(alphabet=st.characters(max_codepoint=0xFFFF, exclude_categories=["M", "Cf", "Cs"])))
def test_both_patterns_of_the_unicode_splitter_agree(text: str) -> None:
    split = word_splitter("unicode")
    # An emoji at the end makes the splitter take the pattern for marks, for the same text.
    assert split(text + " 😀") == [*split(text), "😀"]


def test_whitespace_splitter() -> None:
    assert word_splitter("whitespace")(" 밥을\u3000먹었다.\n(잘)") == ["밥을", "먹었다.", "(잘)"]


def test_kiwi_splitter_composes_first_and_gives_a_contracted_syllable_twice() -> None:
    split = word_splitter("kiwi")
    assert split("나는 학교에 갔다.") == ["나", "는", "학교", "에", "갔", "갔", "다", "."]
    assert split(unicodedata.normalize("NFD", "나는 학교에 갔다.")) == split("나는 학교에 갔다.")
    assert split("") == []


def test_a_splitter_is_made_once() -> None:
    assert word_splitter("unicode") is word_splitter("unicode")


def test_unknown_splitter_is_an_error_that_names_the_others() -> None:
    with pytest.raises(ValueError, match="'mecab'; choose one of kiwi, unicode, whitespace"):
        word_splitter("mecab")


SENTENCES = [
    ("korean", "밥을 먹었다. 잘 잤다! 그래?", ["밥을 먹었다.", "잘 잤다!", "그래?"]),
    ("closing quotation", '그는 "간다." 하고 갔다.', ['그는 "간다."', "하고 갔다."]),
    ("one-syllable sentence", "네. 알겠습니다.", ["네.", "알겠습니다."]),
    ("numbers", "값은 3.14이다. 제3.1절", ["값은 3.14이다.", "제3.1절"]),
    ("ordinals", "1. 목적 2. 정의", ["1. 목적 2. 정의"]),
    ("abbreviations", "J. Smith met Mr. Kim, i.e. him. Fine.", ["J. Smith met Mr. Kim, i.e. him.", "Fine."]),
    ("ellipsis", "글쎄... 모르겠다…… 끝", ["글쎄...", "모르겠다……", "끝"]),
    ("japanese needs no space", "今日は。元気？はい", ["今日は。", "元気？", "はい"]),
    ("no end", "제목", ["제목"]),
    ("empty", " \n", []),
]


@pytest.mark.parametrize(("text", "sentences"), [row[1:] for row in SENTENCES], ids=[row[0] for row in SENTENCES])
def test_split_sentences(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences
    assert count_sentences(text) == len(sentences)


def test_a_million_dots_take_linear_time() -> None:
    assert count_sentences("." * 1_000_000 + "x") == 1
    assert count_sentences('."' * 500_000 + "x") == 1
