"""The gate of length, in code points."""

import pytest

from filters.rules.length import Length
from tests.filters.rules.judging import check_adversarial, verdict


@pytest.mark.parametrize(
    ("rule", "text", "failures"),
    [
        (Length(), "가" * 50, []),
        (Length(), "가" * 49, [("length_too_few_chars", 49, 50)]),
        (Length(max_chars=100), "a" * 101, [("length_too_many_chars", 101, 100)]),
        (Length(max_chars=100), "a" * 100, []),
        (Length(min_chars=0), "", []),
        (Length(min_chars=None), "", []),
    ],
)
def test_length(rule: Length, text: str, failures: list[tuple[str, float, float]]) -> None:
    assert verdict(rule, text) == failures


def test_adversarial() -> None:
    check_adversarial(Length(max_chars=1000), "length_")


def test_senseless_numbers() -> None:
    with pytest.raises(ValueError, match="length: min_chars = -1 is too small"):
        Length(min_chars=-1)
    with pytest.raises(ValueError, match="min_chars = 50 lies above max_chars = 10"):
        Length(max_chars=10)
