"""Dividing an amount: in proportion, within limits, to the token."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixing.shares import fill, whole


@pytest.mark.parametrize(
    ("amount", "weights", "limits", "parts"),
    [
        (6, [1, 2, 3], [9, 9, 9], [1, 2, 3]),
        # What the full one lacks goes to the others in proportion.
        (9, [1, 2, 3], [9, 9, 3], [2, 4, 3]),
        (9, [1, 2, 3], [1, 9, 3], [1, 5, 3]),
        (100, [1, 2, 3], [1, 9, 3], [1, 9, 3]),
        (5, [0, 1], [9, 9], [0, 5]),
        (1, [1, 1, 1], [9, 9, 9], [Fraction(1, 3)] * 3),
        (0, [1, 1], [5, 5], [0, 0]),
        (5, [], [], []),
    ],
)
def test_fill(amount: int, weights: list[int], limits: list[int], parts: list[Fraction]) -> None:
    assert fill(Fraction(amount), weights=[Fraction(w) for w in weights], limits=[Fraction(m) for m in limits]) == parts


@given(st.integers(0, 10**15), st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**15)), min_size=1, max_size=6))
def test_there_is_one_level(amount: int, cells: list[tuple[int, int]]) -> None:
    weights, limits = ([Fraction(cell[side]) for cell in cells] for side in (0, 1))
    parts = fill(Fraction(amount), weights=weights, limits=limits)
    assert sum(parts) == min(amount, sum(limits))
    levels = {part / weight for part, weight, limit in zip(parts, weights, limits, strict=True) if part < limit}
    assert len(levels) <= 1
    for part, weight, limit in zip(parts, weights, limits, strict=True):
        assert part < limit or not levels or limit / weight <= max(levels)


@pytest.mark.parametrize(
    ("amount", "parts", "limits", "numbers"),
    [
        (100, [1, 1, 1], [99, 99, 99], [34, 33, 33]),
        (10, [1, 2, 3], [99, 99, 99], [2, 3, 5]),
        (10, [1, 2, 3], [99, 99, 4], [2, 4, 4]),
        (10, [0, 1], [99, 4], [6, 4]),
        (0, [0, 0], [5, 5], [0, 0]),
        (7, [0, 0], [5, 5], [4, 3]),
    ],
)
def test_whole(amount: int, parts: list[int], limits: list[int], numbers: list[int]) -> None:
    assert whole(amount, parts=[Fraction(part) for part in parts], limits=limits) == numbers


@given(st.data())
def test_whole_numbers_add_up_within_limits(data: st.DataObject) -> None:
    limits = data.draw(st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
    parts = [Fraction(data.draw(st.integers(0, 10**6)), 7) for _ in limits]
    amount = data.draw(st.integers(0, sum(limits)))
    numbers = whole(amount, parts=parts, limits=limits)
    assert sum(numbers) == amount
    assert all(0 <= number <= limit for number, limit in zip(numbers, limits, strict=True))
    exact = [amount * part / sum(parts) for part in parts] if sum(parts) else []
    if exact and all(value <= limit for value, limit in zip(exact, limits, strict=True)):
        assert all(abs(number - value) < 1 for number, value in zip(numbers, exact, strict=True))


def test_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="10 tokens do not fit into limits of 9"):
        whole(10, parts=[Fraction(1)], limits=[9])
