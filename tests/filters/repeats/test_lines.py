"""Which lines are the same line, and which have numbers in them."""

import pytest

from filters.near_duplicates.folding import fold_all
from filters.repeats.lines import MAX_LINE_CHARS, Lines, find_lines


def lines_of(*texts: str) -> Lines:
    return find_lines(texts, fold_all(texts))


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("회사소개 | 이용약관", "회사 소개｜이용 약관", True),
        ("ABC News", "ａｂｃ　ＮＥＷＳ", True),
        ("제1조(목적)", "제1조 (목적)", True),
        ("제1조(목적)", "제2조(목적)", False),
        ("㈜말모이", "(주)말모이", True),
        ("네.", "네!", True),
        ("네", "예", False),
        ("가나다", "다나가", False),
        ("각\u200b자", "각자", True),
        ("가" * MAX_LINE_CHARS, "가" * MAX_LINE_CHARS, True),
    ],
)
def test_keys(first: str, second: str, same: bool) -> None:
    lines = lines_of(first, second)
    assert (lines.keys[0] == lines.keys[1]) == same
    assert lines.counted.tolist() == [True, True]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("조회수 1,234", "조회수 5", True),
        ("등록일 2024-01-02", "등록일 2023-11-30", True),
        ("1쪽 / 10쪽", "22쪽 / 7쪽", True),
        ("12가", "가12", False),
        ("조회수 0", "조회수 0", True),
        ("가1나2", "가12나", False),
    ],
)
def test_templates(first: str, second: str, same: bool) -> None:
    lines = lines_of(first, second)
    assert lines.numbered.tolist() == [True, True]
    assert (lines.templates[0] == lines.templates[1]) == same
    assert lines.templates[0] != lines.keys[0]


@pytest.mark.parametrize(
    ("text", "counted", "numbered"),
    [
        ("", [False], [False]),
        ("---\n===\n***", [False] * 3, [False] * 3),
        ("2024. 1. 2.\n12", [False] * 2, [False] * 2),
        ("가" * (MAX_LINE_CHARS + 1), [False], [False]),
        ("가\n\n나\n", [True, False, True, False], [False] * 4),
        ("가1" * 21, [True], [False]),
        ("😀😀\n★\n\u200b", [False] * 3, [False] * 3),
    ],
)
def test_what_counts(text: str, counted: list[bool], numbered: list[bool]) -> None:
    lines = lines_of(text)
    assert lines.counted.tolist() == counted
    assert lines.numbered.tolist() == numbered


def test_line_ends_and_places() -> None:
    texts = ("가\r\n나\r다\u2028라\x85마\x0b바", "", "\n", "사\n아")
    lines = lines_of(*texts)
    joined = "".join(texts)
    told = [(int(r), joined[s:e].rstrip("\r")) for r, s, e in zip(lines.rows, lines.starts, lines.ends, strict=True)]
    assert told == [(0, c) for c in "가나다라마바"] + [(1, ""), (2, ""), (2, ""), (3, "사"), (3, "아")]
    assert lines.num_letters.tolist() == [1] * 6 + [0, 0, 0, 1, 1]


def test_neighbours_do_not_show() -> None:
    alone, among = lines_of("조회수 12"), lines_of("9", "앞 99\n조회수 12\n34 뒤", "7")
    assert alone.keys[0] in among.keys
    assert alone.templates[0] in among.templates


def test_no_text() -> None:
    assert len(lines_of().keys) == 0
