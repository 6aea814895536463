"""What a sample says about copies in the whole: bounds that hold the truth for pairs, crowds and none."""

import numpy as np
import pytest

from pipelines.probe.copies import factors, groups_of, poisson_limit


def test_groups() -> None:
    assert groups_of(6, [{1: 0, 2: 1}, {4: 3, 0: 5}]).tolist() == [5, 5, 5, 3, 3, 5]


@pytest.mark.parametrize(("count", "limit"), [(0, 3.69), (1, 5.57), (10, 18.39), (100, 121.6)])
def test_poisson_limit(count: float, limit: float) -> None:
    assert poisson_limit(count) == pytest.approx(limit, rel=0.01)


def test_everything_was_read() -> None:
    found = factors(
        np.array([0, 0, 2]),
        np.array([0, 1, 2]),
        np.ones(3),
        among=np.ones(3, bool),
        left=np.array([True, False, True]),
        parts=["a"] * 3,
    )
    assert [own.tolist() for own in (found.low, found.expected, found.high)] == [[1.0] * 3] * 3


def _sampled(sizes: list[int], rate: float, *, seed: int) -> tuple[float, float, float]:
    """Low, expected and high number of groups of these sizes, from a sample of their members at a rate."""
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    owner = owner[rng.random(len(owner)) < rate]
    _, first, groups = np.unique(owner, return_index=True, return_inverse=True)
    groups = first[groups]
    left = np.zeros(len(owner), bool)
    left[first] = True
    found = factors(
        groups,
        np.arange(len(owner)),
        np.full(len(owner), rate),
        among=np.ones(len(owner), bool),
        left=left,
        parts=["a"] * len(owner),
    )
    low, expected, high = (float(own[left].sum() / rate) for own in (found.low, found.expected, found.high))
    return low, expected, high


@pytest.mark.parametrize("rate", [0.05, 0.2, 0.5])
@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("none", [1] * 6000),
        ("pairs", [1] * 4000 + [2] * 1000),
        ("all are pairs", [2] * 3000),
        ("crowds", [1] * 4000 + [50] * 40),
        ("pairs and crowds", [1] * 4000 + [2] * 500 + [5] * 100 + [100] * 10),
    ],
)
def test_bounds_hold(name: str, sizes: list[int], rate: float) -> None:
    for seed in range(5):
        low, expected, high = _sampled(sizes, rate, seed=seed)
        # The sampling error of the number of records is another part of the interval.
        noise = 3 * np.sqrt(sum(size**2 for size in sizes) * (1 - rate) / rate)
        assert low - noise <= len(sizes) <= high + noise, name
        assert low <= expected <= high


def test_pairs_are_expected_without_bias() -> None:
    sizes = [1] * 8000 + [2] * 2000
    found = [_sampled(sizes, 0.3, seed=seed)[1] for seed in range(20)]
    assert np.mean(found) == pytest.approx(10000, rel=0.02)


def test_copies_within_a_cluster_expand_exactly() -> None:
    """Ten clusters of three documents, two of them copies: nothing of other clusters is to be expected beyond the limit."""
    groups = np.repeat(np.arange(0, 30, 3), 3)
    groups[2::3] = np.arange(2, 30, 3)
    left = np.tile([True, False, True], 10)
    found = factors(groups, np.repeat(np.arange(10), 3), np.full(30, 0.5), among=np.ones(30, bool), left=left, parts=["a"] * 30)
    assert found.expected[left].tolist() == [1.0] * 20
    assert (found.low[left] < 1).all()
