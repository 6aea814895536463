"""What runs say before any analyser reads them."""

import numpy as np
import pytest

from filters.korean.sampling import sample
from filters.korean.surface import read


def test_shares() -> None:
    surface, suspects = read([sample("나는 그 학교를 당신의 고객님과 걸어갔습니다 뷁", max_runs=64), sample("", max_runs=64)])
    assert surface.runs.tolist() == [7, 0]
    assert surface.syllables[0] == 20 / 7
    assert surface.single[0] == 2 / 7
    assert surface.particles[0] == 4 / 7
    assert surface.courtesy[0] == 2 / 7  # 고객님과, and 그 as in 그 동안
    assert surface.translated[0] == 1 / 7
    assert surface.distinct[0] == 1
    assert surface.rare[0] == pytest.approx(1 / 20)
    assert np.isnan(surface.single[1])
    assert suspects == [[], []]


@pytest.mark.parametrize(
    ("run", "suspect"),
    [
        ("책를", True),
        ("학교을", True),
        ("책을이", True),
        ("문서를에서", True),
        ("마을은", True),  # the analyser tells it from a doubled particle
        ("회의를", False),
        ("책을", False),
        ("있는", False),
        ("않는", False),
        ("학교에서는", False),
    ],
)
def test_suspects(run: str, suspect: bool) -> None:
    assert read([sample(run, max_runs=64)])[1] == [[run] if suspect else []]
