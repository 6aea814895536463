"""The chances of candidates and of verified pairs."""

import numpy as np
import pytest

from filters.near_duplicates.chances import chance_of_candidate, expected_recall


@pytest.mark.parametrize(
    ("similarity", "bands", "rows", "expected"),
    [(0.0, 20, 6, 0.0), (1.0, 20, 6, 1.0), (0.5, 1, 1, 0.5), (0.5, 2, 1, 0.75), (0.8, 20, 6, 0.997712), (0.6, 20, 6, 0.615415)],
)
def test_chance_of_candidate(similarity: float, bands: int, rows: int, expected: float) -> None:
    assert chance_of_candidate(similarity, bands=bands, rows=rows) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("bands", "rows"), [(20, 6), (14, 8), (5, 3)])
@pytest.mark.parametrize("similarity", [0.0, 0.5, 0.7, 0.8, 1.0])
def test_expected_recall_is_what_drawing_gives(similarity: float, bands: int, rows: int) -> None:
    equal = np.random.default_rng(2).random((20_000, bands, rows)) < similarity
    drawn = (equal.all(axis=2).any(axis=1) & (equal.mean(axis=(1, 2)) >= 0.7 - 1e-9)).mean()
    assert expected_recall(similarity, bands=bands, rows=rows, threshold=0.7) == pytest.approx(drawn, abs=0.012)


def test_no_threshold_leaves_the_chance_of_a_band() -> None:
    assert expected_recall(0.7, bands=20, rows=6, threshold=0) == pytest.approx(chance_of_candidate(0.7, bands=20, rows=6))
