"""The bounded sample of a text."""

import unicodedata

import pytest

from filters.korean.gaps import ATTACHED, COMMA, LINE, OTHER, SPACE, STOP
from filters.korean.sampling import sample


@pytest.mark.parametrize(
    ("text", "runs", "joins"),
    [
        ("", [], []),
        ("abc 123", [], []),
        ("나는 간다", ["나는", "간다"], [SPACE, LINE]),
        ("그래, 간다. 또 봐!", ["그래", "간다", "또", "봐"], [COMMA, STOP, SPACE, LINE]),
        ("첫째\n둘째", ["첫째", "둘째"], [LINE, LINE]),
        ("새 API를 쓴다", ["새", "를", "쓴다"], [ATTACHED, SPACE, LINE]),
        ("값(value)을 본다", ["값", "을", "본다"], [ATTACHED, SPACE, LINE]),
        ('그는 "좋은 날"', ["그는", "좋은", "날"], [OTHER, SPACE, LINE]),
        ("#가을 #여행", ["가을", "여행"], [OTHER, LINE]),
        ("앞\n```\n코드\n```\n뒤", ["앞", "뒤"], [LINE, LINE]),
        (unicodedata.normalize("NFD", "한국어 글"), ["한국어", "글"], [SPACE, LINE]),
        ("\ud800가\ud800", ["가"], [LINE]),
    ],
)
def test_runs_and_joins(text: str, runs: list[str], joins: list[int]) -> None:
    found = sample(text, max_runs=64)
    assert (found.runs, found.joins) == (runs, joins)
    assert found.complete


def test_a_long_text_is_sampled_from_end_to_end() -> None:
    text = "\n".join(f"{'가나다라마바사'[number // 1000]} {'하' * (number % 5 + 1)} 이다" for number in range(7000))
    found = sample(text, max_runs=96)
    assert len(found.runs) == 96
    assert not found.complete
    assert {"가", "사"} <= set(found.runs)


def test_foreign_share() -> None:
    assert sample("가나 abcd 12", max_runs=64).foreign == 6 / 8
