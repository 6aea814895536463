"""Words: what merges never cross, the same in training as in the finished tokenizer; and their counts."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Regex, pre_tokenizers

from tokenizer.split import MAX_WORD_CHARACTERS, SPLIT_PATTERN, WordCounts, split


def by_the_library(text: str) -> list[str]:
    """What the finished tokenizer does."""
    return [part for part, _ in pre_tokenizers.Split(Regex(SPLIT_PATTERN), "isolated").pre_tokenize_str(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("API를 쓰는 함수", ["API", "를", " 쓰는", " 함수"]),
        ("안녕ㅋㅋㅋ  하세요", ["안녕ㅋㅋㅋ", " ", " 하세요"]),
        ("don't 'string' 'tis", ["don", "'t", " '", "string", "'", " '", "tis"]),
        ("12345개 1,234", ["123", "45", "개", " ", "1", ",", "234"]),
        ("f(a_b) != c", ["f", "(a", "_b", ")", " !=", " c"]),
        ("x:\n\n    return y\r\n", ["x", ":\n\n", "   ", " return", " y", "\r\n"]),
        ("if x:\n\treturn", ["if", " x", ":\n", "\treturn"]),
        ("हिन्दी の日本語", ["हिन्दी", " の日本語"]),
        ("ᄒᆞᆫ글 e\u0301t\u0301e", ["ᄒᆞᆫ글", " e\u0301t\u0301e"]),
        ("👨‍👩‍👧가족", ["👨‍👩‍👧", "가족"]),
        ("a\0b", ["a", "\0b"]),
    ],
)
def test_split_pattern(text: str, parts: list[str]) -> None:
    assert split(text) == parts
    assert by_the_library(text) == parts


# Of characters newer than either engine's tables they need not think alike; there the count is of slightly other words.
_KNOWN = st.characters(exclude_categories=["Cs", "Cn"])


@given(st.text(st.one_of(st.sampled_from("가각ㅋaA1'\"._ \n\r\t\u3000\u0301\u1112\u119e\u11abの日😀\u200dßİ٣"), _KNOWN)))
@settings(max_examples=500, deadline=None)
def test_both_regular_expression_engines_agree(text: str) -> None:
    assert split(text) == by_the_library(text)
    assert "".join(split(text)) == text


def test_counts_know_what_stands_before() -> None:
    counts = WordCounts()
    counts.add("API를 3월에 나를 `x`를 값(원)을 나를")
    assert [row for row in counts.rows() if row[0].strip() in ("를", "월에", "나를", "을", "원")] == [
        (" 나를", "", 2),
        ("를", "A", 2),
        ("원", "", 1),
        ("월에", "1", 1),
        ("을", "A", 1),
    ]


def test_counts_do_not_depend_on_order_or_on_how_they_were_gathered() -> None:
    texts = [f"학교에 {n % 7}번 API{'를' * (n % 3)} 갔다\n" for n in range(50)]
    together = WordCounts()
    for text in random.Random(0).sample(texts, len(texts)):
        together.add(text)
    apart = WordCounts()
    for part in (texts[:20], texts[20:]):
        own = WordCounts()
        for text in part:
            own.add(text)
        apart.merge(*zip(*own.rows(), strict=True))
    assert together.rows() == apart.rows()


def test_endless_words_are_counted_in_pieces() -> None:
    counts = WordCounts()
    counts.add("가" * 3000 + " 나 " + "A" * 3000 + "다" * 3000)
    assert max(len(word) for word, _, _ in counts.rows()) == MAX_WORD_CHARACTERS
    assert sum(len(word) * n for word, _, n in counts.rows()) == 9003
