"""Spaces as written and as the analyser puts them."""

import pytest

from filters.korean.sampling import sample
from filters.korean.spacing import spacing

TEXT = "손이 닿지 않는 높은 가지의 감은 까치 몫으로 남겨 두었다. 할머니는 새들도 겨울을 나야 한다고 말씀하셨다."
NO_SPACES = TEXT.replace(" ", "")
APART = " ".join(NO_SPACES)
IN_TWOS = " ".join(NO_SPACES[at : at + 2] for at in range(0, len(NO_SPACES), 2))


@pytest.mark.parametrize(
    ("text", "extra", "missing"),
    [
        (TEXT, (0, 0.1), (0, 0.2)),
        (NO_SPACES, (0, 1), (0.6, 1)),
        (APART, (0.4, 0.8), (0, 0.1)),
        (IN_TWOS, (0.3, 0.8), (0.2, 0.7)),
    ],
)
def test_spacing(text: str, extra: tuple[float, float], missing: tuple[float, float]) -> None:
    found = spacing(sample(text, max_runs=64))
    assert found is not None
    assert extra[0] <= found.extra <= extra[1]
    assert missing[0] <= found.missing <= missing[1]
    assert found.written.replace(" ", "") == found.respaced.replace(" ", "")


def test_too_short_to_tell() -> None:
    assert spacing(sample("나는 간다.", max_runs=64)) is None
