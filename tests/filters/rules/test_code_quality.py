"""The rules for source code: what fails, with which value, against which threshold."""

import pytest

from filters.rules.code_quality import CodeQuality
from tests.filters.rules.judging import check_adversarial, verdict

GOOD = '"""합을 구한다."""\n\n\ndef add(first: int, second: int) -> int:\n    return first + second  # 더하기\n'

ROWS = [
    ("good", GOOD, []),
    ("empty", "", [("code_too_few_chars", 0, 10)]),
    ("one line", "print('hello')", []),
    ("minified", f"a\nb\n{'var a=1;' * 126}", [("code_line_too_long", 1008, 1000), ("code_lines_too_long", 1010 / 3, 100)]),
    ("brackets", "{}[]();,.<>\n" * 5 + "ab", [("code_too_few_alphanumeric", 2 / 62, 0.25)]),
    ("korean comments are letters", "// 한국어로 쓴 설명\n" * 3, []),
    ("too large", "abcde\n" * 170_000, [("code_too_many_chars", 1_020_000, 1_000_000)]),
]


@pytest.mark.parametrize(("text", "failures"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_defaults(text: str, failures: list[tuple[str, float, float | None]]) -> None:
    assert verdict(CodeQuality(), text) == failures


def test_too_few_lines() -> None:
    assert verdict(CodeQuality(min_lines=3), "a = 'hello'\n") == [("code_too_few_lines", 1, 3)]


def test_adversarial() -> None:
    check_adversarial(CodeQuality(), "code_")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"min_lines": -1}, "code_quality: min_lines = -1 is too small"),
        ({"min_alphanumeric_fraction": 25}, "min_alphanumeric_fraction = 25 is not a share"),
        ({"min_chars": 10, "max_chars": 9}, "min_chars = 10 lies above max_chars = 9"),
    ],
)
def test_senseless_numbers(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CodeQuality(**fields)
