"""What of a text the knowledge classifier reads: tables of units and tokens, and hostile input."""

import time
import unicodedata

import pytest

from filters.knowledge.features import SAMPLE_UNITS, line, sampled_units
from filters.knowledge.korean import RunTable, register_tokens


@pytest.mark.parametrize(
    ("text", "language", "units"),
    [
        ("도서관에서 책을 읽는다.", "ko", ["도서관에서", "책을", "읽는다"]),
        ("API를 3개 호출한다", "ko", ["A", "A를", "0", "0개", "호출한다"]),
        ("const x = f(1, 2);\n값을 2024 ABC 55 돌려준다", "ko", ["A", "값을", "0", "돌려준다"]),
        ("`map`은 목록을 만든다", "ko", ["A", "A은", "목록을", "만든다"]),
        ("진짜? ㅋㅋㅋ 와!!", "ko", ["진짜", "?", "ㅋ", "ㅋ", "ㅋ", "와", "!", "!"]),
        (unicodedata.normalize("NFD", "한글을 쓴다"), "ko", ["한글을", "쓴다"]),
        ("가" * 100, "ko", ["가" * 24]),
        ("The cat sat on 12 mats!", "en", ["en:the", "en:cat", "en:sat", "en:on", "en:0", "en:mats", "en:!"]),
        ("猫がいる", "ja", ["ja:猫", "ja:が", "ja:い", "ja:る"]),
        ("snake_case Straße", "de", ["de:snake", "de:case", "de:straße"]),
        ("", "ko", []),
        ("漢字 のみ", "ko", []),
        ("\ud800\udc00 \ud83d", "ko", []),
        ("\ud83d a", "en", ["en:a"]),
    ],
)
def test_units(text: str, language: str, units: list[str]) -> None:
    assert sampled_units(text, language) == units


@pytest.mark.parametrize(
    ("run", "tokens"),
    [
        ("도서관에서", "N관 에서/JKB"),
        ("갔다", "가/VV 었/EP 다/EF"),
        ("A를", "A 를/JKO"),
        ("우리는", "우리/NP 는/JX"),
        ("정말", "정말/MAG"),
    ],
)
def test_nouns_are_masked_and_the_register_stays(run: str, tokens: str) -> None:
    assert register_tokens(run) == tokens


def test_a_long_text_is_sampled_evenly() -> None:
    text = " ".join(f"낱말{chr(0xAC00 + number)}" for number in range(5000))
    units = sampled_units(text, "ko")
    assert len(units) == SAMPLE_UNITS
    places = [ord(unit[-1]) - 0xAC00 for unit in units]
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] > 4700


def test_the_line_of_other_languages_is_their_words() -> None:
    assert line(["en:the", "en:cat"], "en") == "en:the en:cat"


def test_a_table_of_runs_is_bounded_and_changes_nothing() -> None:
    table = RunTable(max_runs=2)
    assert [table.tokens(run) for run in ("책을", "물을", "길을", "책을")] == [
        "N책 을/JKO",
        "N물 을/JKO",
        "N길 을/JKO",
        "N책 을/JKO",
    ]
    assert len(table) <= 2


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    "text",
    [
        " " * 1_000_000,
        "가" * 1_000_000,
        "1" * 1_000_000,
        "a@" * 500_000,
        "ㅋ" * 1_000_000,
        "😀" * 300_000,
        "\u1100\u1161" * 300_000,
        "漢" * 500_000,
        "\u202e" * 500_000,
        "가 " * 500_000,
        "\ud800" * 300_000,
    ],
    ids=["spaces", "syllable", "digits", "a@", "laughing", "emoji", "jamo", "hanja", "bidi", "words", "surrogates"],
)
def test_a_hostile_text_costs_no_more_than_any_other(text: str, language: str) -> None:
    line(["가다"], "ko")  # the analyser is loaded
    start = time.perf_counter()
    first = line(sampled_units(text, language), language)
    assert time.perf_counter() - start < 0.5
    assert line(sampled_units(text, language), language) == first
