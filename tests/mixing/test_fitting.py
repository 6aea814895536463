"""Taking things in their order until a target: near it, in few places different from plain order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixing.fitting import fit


@pytest.mark.parametrize(
    ("order", "lengths", "target", "taken"),
    [
        ([3, 1, 2], [10, 10, 10], 20, [0, 1, 1]),
        ([3, 1, 2], [10, 10, 10], 30, [1, 1, 1]),
        ([3, 1, 2], [10, 10, 10], 99, [1, 1, 1]),
        ([3, 1, 2], [10, 10, 10], 0, [0, 0, 0]),
        ([3, 1, 2], [10, 10, 10], -5, [0, 0, 0]),
        # The first that does not fit is passed over; a later one fills the gap.
        ([1, 2, 3, 4], [5, 100, 3, 4], 12, [1, 0, 1, 1]),
        # One that is taken is exchanged for one that is not, where that comes out right.
        ([1, 2, 3, 4], [5, 100, 3, 9], 12, [0, 0, 1, 1]),
        # The shortest one left for the last ones taken, if that is nearer.
        ([1, 2, 3, 4], [50, 60, 10, 900], 950, [1, 0, 0, 1]),
        ([1, 2], [50_000, 50_000], 1_020, [0, 0]),
        ([1, 2], [50_000, 50_000], 30_000, [1, 0]),
        ([], [], 0, []),
        # Equal places in the order they came in.
        ([1, 1, 1], [10, 10, 10], 20, [1, 1, 0]),
    ],
)
def test_exact(order: list[float], lengths: list[int], target: int, taken: list[int]) -> None:
    mask = fit(np.array(order, np.float64), np.array(lengths, np.int64), target=target)
    assert mask.astype(int).tolist() == taken


def test_never_more() -> None:
    mask = fit(np.array([1.0, 2.0]), np.array([50_000, 50_000]), target=30_000, never_more=True)
    assert not mask.any()


def slowly(lengths: list[int], target: int) -> int:
    """What is missing when each is taken in turn if it fits."""
    for length in lengths:
        if length <= target:
            target -= length
    return target


@given(st.lists(st.integers(1, 1_000), min_size=1, max_size=40), st.integers(0, 20_000))
@settings(deadline=None)
def test_never_worse_than_in_turn(lengths: list[int], target: int) -> None:
    array = np.array(lengths)
    mask = fit(np.arange(len(lengths)).astype(np.float64), array, target=target)
    residual = abs(int(array[mask].sum()) - target)
    assert residual <= slowly(lengths, target)
    if not mask.all():
        assert residual <= array[~mask].min() / 2 or int(array[mask].sum()) > target
    in_turn = fit(np.arange(len(lengths)).astype(np.float64), array, target=target, never_more=True)
    assert target - int(array[in_turn].sum()) == slowly(lengths, target)


def test_a_thousand_documents_come_out_to_the_token() -> None:
    random = np.random.default_rng(0)
    for _ in range(20):
        lengths = random.integers(50, 5_000, 1_000)
        target = int(lengths.sum() * random.random())
        assert int(lengths[fit(random.random(1_000), lengths, target=target)].sum()) == target
