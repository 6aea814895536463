"""Ranking and calibration of scores, on examples done by hand."""

import math

import numpy as np
import pytest

from filters.knowledge.calibration import Calibration, fit_calibration
from filters.knowledge.measures import Bin, area_under_curve, calibration_error, reliability


@pytest.mark.parametrize(
    ("scores", "labels", "auc"),
    [
        ([0.9, 0.8, 0.2, 0.1], [1, 1, 0, 0], 1.0),
        ([0.1, 0.2, 0.8, 0.9], [1, 1, 0, 0], 0.0),
        ([0.5, 0.5, 0.5, 0.5], [1, 1, 0, 0], 0.5),
        ([0.9, 0.3, 0.5, 0.1], [1, 1, 0, 0], 0.75),
        ([0.9, 0.5, 0.5], [1, 1, 0], 0.75),
    ],
)
def test_area_under_curve(scores: list[float], labels: list[float], auc: float) -> None:
    assert area_under_curve(np.array(scores), np.array(labels, dtype=float)) == auc


def test_area_under_curve_needs_both_sides() -> None:
    assert math.isnan(area_under_curve(np.array([0.1]), np.array([1.0])))


def test_area_under_curve_weighs() -> None:
    scores, labels = np.array([0.9, 0.3, 0.5]), np.array([1.0, 1.0, 0.0])
    assert area_under_curve(scores, labels, np.array([3.0, 1.0, 1.0])) == 0.75


def test_calibration_error_by_hand() -> None:
    scores, labels = np.array([0.95, 0.95, 0.15, 0.15]), np.array([1.0, 0.0, 0.0, 0.0])
    table = reliability(scores, labels, np.ones(4))
    assert [tuple(round(value, 6) for value in row) for row in table] == [
        Bin(0.1, 0.2, 0.5, 0.15, 0.0),
        Bin(0.9, 1.0, 0.5, 0.95, 0.5),
    ]
    assert calibration_error(scores, labels, np.ones(4)) == pytest.approx(0.5 * 0.15 + 0.5 * 0.45)
    assert calibration_error(np.array([1.0, 0.0]), np.array([1.0, 0.0]), np.ones(2)) == 0.0


def _drawn(slope: float, bias: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    margins = generator.normal(0, 4, 20_000)
    labels = (generator.random(20_000) < 1 / (1 + np.exp(-(bias + slope * margins)))).astype(float)
    return margins, np.full(20_000, 48), labels


@pytest.mark.parametrize(("slope", "bias"), [(0.5, 0.0), (1.0, -1.0), (0.3, 0.8)])
def test_a_calibration_finds_what_the_labels_were_drawn_with(slope: float, bias: float) -> None:
    margins, num_units, labels = _drawn(slope, bias, 3)
    found = fit_calibration(margins, num_units, labels, np.ones(len(labels)))
    assert found.slope == pytest.approx(slope, abs=0.04)
    assert found.bias == pytest.approx(bias, abs=0.1)
    assert calibration_error(found.probabilities(margins, num_units), labels, np.ones(len(labels))) < 0.02


@pytest.mark.parametrize(
    ("margins", "labels"),
    [
        ([5.0, 4.0, -4.0, -5.0], [1, 1, 0, 0]),  # nothing wrong: still no certainty beyond what four documents give
        ([5.0, 4.0, -4.0, -5.0], [0, 0, 1, 1]),  # all wrong: flat, not turned round
        ([0.0, 0.0, 0.0, 0.0], [1, 1, 0, 0]),
    ],
)
@pytest.mark.parametrize("units", [[48, 48, 48, 48], [1, 48, 1, 48], [48, 1, 48, 1]])
def test_a_larger_margin_never_means_less(margins: list[float], labels: list[float], units: list[int]) -> None:
    found = fit_calibration(np.array(margins), np.array(units), np.array(labels, dtype=float), np.ones(4))
    steps = np.linspace(-11, 11, 50)
    for number in (1, 8, 48):
        probabilities = found.probabilities(steps, np.full(50, number))
        assert (np.diff(probabilities) >= 0).all()
        assert ((probabilities >= 0) & (probabilities <= 1)).all()


def test_less_evidence_means_less_certainty() -> None:
    calibration = Calibration(bias=0.0, slope=1.0, evidence=0.2)
    few, many = calibration.probabilities(np.array([3.0, 3.0]), np.array([4, 48]))
    assert 0.5 < few < many
