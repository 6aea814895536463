"""Edges inside buckets: the same components as all pairs, generation by generation, in bounded work."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters.near_duplicates import buckets
from filters.near_duplicates.buckets import Prints, by_estimate, collapse, hashes_of, prints_of, similar_pairs, similarities
from filters.near_duplicates.components import connect, singletons
from tests.filters.near_duplicates.test_components import union_find

NUM_VALUES = 120


def made(rows: list[list[int]], present: list[int] | None = None) -> Prints:
    """Prints of two kinds: a row says how many of the 120 values of each kind differ from the first document's."""
    values = np.zeros((len(rows), 2, NUM_VALUES), dtype=np.uint8)
    for number, row in enumerate(rows):
        for kind, differ in enumerate(row):
            values[number, kind, :differ] = number + 1
    return Prints(values, np.array(present or [3] * len(rows), dtype=np.uint8))


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        (([0, 0], 3), ([0, 0], 3), 1.0),
        (([0, 0], 3), ([36, 120], 3), 0.7),
        (([0, 0], 3), ([120, 37], 3), 83 / 120),
        (([0, 0], 3), ([120, 120], 3), 0.0),
        (([0, 0], 1), ([12, 0], 3), 0.9),  # the second kind is the second document's alone
        (([0, 0], 1), ([0, 0], 2), 0.0),
        (([0, 0], 0), ([0, 0], 0), 0.0),
    ],
)
def test_similarity_is_that_of_the_better_kind(one: tuple[list[int], int], other: tuple[list[int], int], wanted: float) -> None:
    prints = made([one[0], other[0]], [one[1], other[1]])
    assert similarities(prints, np.array([0]), np.array([1])).tolist() == [np.float32(wanted)]


@pytest.mark.parametrize("num_values", [5, 8, 120, 2048])
def test_estimates_do_not_depend_on_how_many_values_are_counted_at_once(num_values: int) -> None:
    rng = np.random.default_rng(num_values)
    whole = rng.integers(0, 1 << 32, (2, 1, num_values), dtype=np.uint32)
    whole[1, 0, : num_values * 4 // 5] = whole[0, 0, : num_values * 4 // 5]
    prints = Prints(prints_of(whole), np.array([1, 1], dtype=np.uint8))
    found = similarities(prints, np.array([0]), np.array([1]))[0]
    assert found == pytest.approx((whole[0] == whole[1]).mean(), abs=2 / num_values)


def test_the_lowest_byte_is_compared() -> None:
    assert prints_of(np.array([[[0x1234_5678, 255, 256]]], dtype=np.uint32)).tolist() == [[[0x78, 255, 0]]]


def test_copies_are_led_by_the_earliest_generation() -> None:
    prints = made([[0, 0], [5, 0], [0, 0], [0, 0], [0, 0]], [3, 3, 3, 1, 3])
    generations = np.array([1, 0, 0, 0, 0], dtype=np.int32)
    assert collapse(prints, hashes_of(prints), generations).tolist() == [2, 1, 2, 3, 2]


def test_equal_hashes_of_different_prints_are_told_apart() -> None:
    prints = made([[0, 0], [5, 0], [0, 0]])
    same_hash = np.zeros(3, dtype=np.uint64)
    assert collapse(prints, same_hash, np.zeros(3, dtype=np.int32)).tolist() == [0, 1, 0]


def random_case(seed: int) -> tuple[Prints, np.ndarray, np.ndarray, np.ndarray]:
    """Noisy copies of a few documents in overlapping buckets, each document alone in a bucket too."""
    rng = np.random.default_rng(seed)
    size, num_buckets = int(rng.integers(1, 90)), int(rng.integers(1, 10))
    values = rng.integers(0, 1 << 32, (6, 2, 24), dtype=np.uint32)[rng.integers(0, 6, size)].copy()
    noise = rng.random(values.shape) < rng.choice([0, 0.1, 0.3, 0.4], (size, 1, 1))
    values[noise] = rng.integers(0, 1 << 32, int(noise.sum()), dtype=np.uint32)
    present = rng.choice([1, 2, 3], size, p=[0.2, 0.1, 0.7]).astype(np.uint8)
    chosen = [rng.choice(size, int(rng.integers(1, size + 1)), replace=False) for _ in range(num_buckets)]
    chosen += [np.array([row]) for row in range(size)]
    members = np.concatenate(chosen)
    numbers = np.repeat(np.arange(len(chosen)), [len(bucket) for bucket in chosen])
    return Prints(prints_of(values), present), members, numbers, rng.integers(0, 3, size).astype(np.int32)


@pytest.mark.parametrize("small", [0, 64])
@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 1 << 30))
def test_components_up_to_each_generation_are_those_of_all_pairs(small: int, seed: int) -> None:
    prints, members, numbers, generations = random_case(seed)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(buckets, "_SMALL", small)
        alike = by_estimate(prints, 0.5)
        edges = similar_pairs(prints, members=members, buckets=numbers, generations=generations, alike=alike)
    leaders = collapse(prints, hashes_of(prints), np.zeros(len(prints), dtype=np.int32))
    for generation in range(3):
        early = generations <= generation
        pairs: list[tuple[int, int]] = []
        for bucket in range(int(numbers[-1]) + 1):
            own = members[(numbers == bucket) & early[members]]
            one, other = (own[side] for side in np.triu_indices(len(own), 1))
            similar = similarities(prints, one, other) >= 0.5
            pairs += zip(one[similar].tolist(), other[similar].tolist(), strict=True)
        # Copies are joined whether they met in a bucket or not: they would in all of their bands.
        rows = np.flatnonzero(early)
        pairs += [(one, other) for one in rows.tolist() for other in rows[leaders[rows] == leaders[one]][:1].tolist()]
        labels = singletons(len(prints))
        own = edges.generation <= generation
        connect(labels, edges.first[own], edges.second[own])
        assert labels.tolist() == union_find(len(prints), pairs)


def test_a_bucket_of_copies_takes_no_comparison() -> None:
    size = 50_000
    prints = Prints(np.full((size, 2, 8), 7, dtype=np.uint8), np.full(size, 3, dtype=np.uint8))
    zeros = np.zeros(size, dtype=np.int32)
    edges = similar_pairs(
        prints, members=np.arange(size), buckets=zeros.astype(np.int64), generations=zeros, alike=by_estimate(prints, 0.7)
    )
    assert (edges.num_comparisons, edges.num_not_compared, len(edges.first)) == (0, 0, size - 1)
    assert set(edges.second.tolist()) == {0}


def test_a_bucket_of_near_copies_takes_one_pass() -> None:
    size = 3_000
    values = np.zeros((size, 2, NUM_VALUES), dtype=np.uint8)
    values[np.arange(size), 0, np.arange(size) % NUM_VALUES] = np.arange(size) // NUM_VALUES + 1
    prints = Prints(values, np.full(size, 1, dtype=np.uint8))
    zeros = np.zeros(size, dtype=np.int32)
    edges = similar_pairs(
        prints, members=np.arange(size), buckets=zeros.astype(np.int64), generations=zeros, alike=by_estimate(prints, 0.9)
    )
    assert edges.num_comparisons == size - 1


def templates(size: int) -> Prints:
    """Documents that share half of their values, and two that are alike."""
    rng = np.random.default_rng(3)
    values = rng.integers(0, 256, (size, 1, NUM_VALUES), dtype=np.uint8)
    values[:, :, : NUM_VALUES // 2] = 7
    values[size - 1] = values[0]
    values[size - 1, 0, -1] ^= 255
    return Prints(values, np.full(size, 1, dtype=np.uint8))


@pytest.mark.parametrize(("most", "not_compared"), [(64_000_000, 0), (20_000, 900)])
def test_templates_end_at_a_bound_that_is_told(most: int, not_compared: int, monkeypatch: pytest.MonkeyPatch) -> None:
    size = 1_000
    monkeypatch.setattr(buckets, "_COMPARISONS", most)
    monkeypatch.setattr(buckets, "_FEWEST_PER_MEMBER", 1)
    prints = templates(size)
    zeros = np.zeros(size, dtype=np.int32)
    edges = similar_pairs(
        prints, members=np.arange(size), buckets=zeros.astype(np.int64), generations=zeros, alike=by_estimate(prints, 0.8)
    )
    assert edges.num_comparisons <= max(most + size, 0)
    assert (edges.num_not_compared > 0) == (not_compared > 0)
    if not not_compared:
        assert {(a, b) for a, b in zip(edges.first.tolist(), edges.second.tolist(), strict=True)} <= {(0, 999), (999, 0)}
        assert len(edges.first) == 1


def test_nothing() -> None:
    empty = np.zeros(0, dtype=np.int64)
    prints = Prints(np.zeros((0, 2, NUM_VALUES), dtype=np.uint8), np.zeros(0, dtype=np.uint8))
    edges = similar_pairs(
        prints, members=empty, buckets=empty, generations=empty.astype(np.int32), alike=by_estimate(prints, 0.7)
    )
    assert (len(edges.first), edges.num_comparisons) == (0, 0)
