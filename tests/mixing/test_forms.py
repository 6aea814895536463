"""The form of each use: in the shares asked for, of nothing but hash and use, independent of the order of documents."""

import numpy as np
import pytest

from mixing.forms import PLAIN, PSM, SPM, forms
from mixing.repeats import unit_hashes

HASHES = unit_hashes((f"문서-{number}" for number in range(100_000)), seed=3)


@pytest.mark.parametrize(
    ("fim_rate", "spm", "expected"),
    [
        (0.0, 0.5, (1.0, 0.0, 0.0)),
        (1.0, 0.0, (0.0, 1.0, 0.0)),
        (1.0, 1.0, (0.0, 0.0, 1.0)),
        (0.5, 0.5, (0.5, 0.25, 0.25)),
        (0.1, 0.9, (0.9, 0.01, 0.09)),
    ],
)
@pytest.mark.parametrize("use", [0, 1, 15])
def test_shares(fim_rate: float, spm: float, expected: tuple[float, ...], use: int) -> None:
    counts = np.bincount(forms(HASHES, use, fim_rate=fim_rate, spm=spm), minlength=3)
    assert counts / len(HASHES) == pytest.approx(expected, abs=0.006)
    if fim_rate in (0.0, 1.0) and spm in (0.0, 1.0):
        assert (counts / len(HASHES)).tolist() == list(expected)


def test_a_higher_rate_keeps_the_forms_that_there_were() -> None:
    lower, higher = (forms(HASHES, 2, fim_rate=rate, spm=0.5) for rate in (0.2, 0.6))
    assert (higher[lower != PLAIN] == lower[lower != PLAIN]).all()


def test_a_rate_for_each() -> None:
    rates = np.where(np.arange(len(HASHES)) % 2, 1.0, 0.0)
    found = forms(HASHES, np.arange(len(HASHES)) % 4, fim_rate=rates, spm=0.5)
    assert (found[::2] == PLAIN).all()
    assert set(found[1::2].tolist()) == {PSM, SPM}
    assert found.dtype == np.int8


def test_forms_say_nothing_of_the_order_of_documents() -> None:
    first = np.median(HASHES) > HASHES
    is_fim = forms(HASHES, 0, fim_rate=0.5, spm=0.5) != PLAIN
    assert abs(is_fim[first].mean() - is_fim[~first].mean()) < 0.01
