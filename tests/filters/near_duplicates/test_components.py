"""Connected components, the fewest pairs that make them, and who is best: against a union-find of four lines."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.near_duplicates.components import (
    NotStarsError,
    connect,
    forest,
    large_star,
    singletons,
    small_star,
    standings,
    star_labels,
)

Pairs = list[tuple[int, int]]


def union_find(num_nodes: int, pairs: Pairs) -> list[int]:
    """The smallest node of each node's component."""
    labels = list(range(num_nodes))
    for one, other in pairs:
        low, high = sorted((labels[one], labels[other]))
        labels = [low if label == high else label for label in labels]
    return labels


def connected(num_nodes: int, *parts: Pairs) -> np.ndarray:
    labels = singletons(num_nodes)
    for part in parts:
        array = np.array(part, dtype=np.int64).reshape(-1, 2)
        connect(labels, array[:, 0], array[:, 1])
    return labels


@pytest.mark.parametrize(
    ("num_nodes", "pairs", "labels"),
    [
        (0, [], []),
        (3, [], [0, 1, 2]),
        (3, [(2, 2)], [0, 1, 2]),
        (4, [(3, 1), (1, 3), (1, 3)], [0, 1, 2, 1]),
        (5, [(4, 3), (3, 2), (2, 1), (1, 0)], [0, 0, 0, 0, 0]),
        (6, [(5, 0), (4, 1), (5, 4)], [0, 0, 2, 3, 0, 0]),
        (7, [(0, 6), (1, 5), (2, 4), (6, 5), (5, 4)], [0, 0, 0, 3, 0, 0, 0]),
    ],
)
def test_components(num_nodes: int, pairs: Pairs, labels: list[int]) -> None:
    assert connected(num_nodes, pairs).tolist() == labels


@pytest.mark.parametrize("name", ["path", "shuffled path", "star", "comb"])
def test_shapes_that_take_many_rounds_elsewhere(name: str) -> None:
    size = 20_001
    order = np.random.default_rng(1).permutation(size) if name == "shuffled path" else np.arange(size)
    pairs = {
        "star": np.stack([np.full(size - 1, size - 1), np.arange(size - 1)], axis=1),
        "comb": np.stack([np.arange(2, size), np.arange(size - 2)], axis=1),
    }.get(name, np.stack([order[1:], order[:-1]], axis=1))
    labels = singletons(size)
    connect(labels, pairs[:, 0], pairs[:, 1])
    assert sorted(set(labels.tolist())) == ([0, 1] if name == "comb" else [0])


graphs = st.integers(1, 30).flatmap(
    lambda n: st.tuples(st.just(n), st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=40))
)


@given(graphs, st.integers(0, 40))
def test_any_graph_in_any_parts(graph: tuple[int, Pairs], cut: int) -> None:
    num_nodes, pairs = graph
    labels = connected(num_nodes, pairs[:cut], pairs[cut:])
    assert labels.tolist() == union_find(num_nodes, pairs) == connected(num_nodes, pairs[::-1]).tolist()


@given(graphs, st.integers(0, 40))
def test_a_forest_makes_the_same_components_with_the_fewest_pairs(graph: tuple[int, Pairs], cut: int) -> None:
    num_nodes, pairs = graph
    before, after = connected(num_nodes, pairs[:cut]), connected(num_nodes, pairs)
    first, second = forest(before, after)
    again = before.copy()
    connect(again, first, second)
    assert again.tolist() == after.tolist()
    assert len(first) == len(set(before.tolist())) - len(set(after.tolist()))


@given(graphs, st.randoms(use_true_random=False))
def test_standings(graph: tuple[int, Pairs], random: object) -> None:
    num_nodes, pairs = graph
    labels = connected(num_nodes, pairs)
    rank = list(range(num_nodes))
    random.shuffle(rank)  # type: ignore[attr-defined]
    found = standings(labels, np.array(rank))
    for node in range(num_nodes):
        members = sorted((n for n in range(num_nodes) if labels[n] == labels[node]), key=rank.__getitem__)
        wanted = (members[0], members.index(node), len(members))
        assert (found.best[node], found.place[node], found.size[node]) == wanted


def both_ways(pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    array = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return np.concatenate([array[:, 0], array[:, 1]]), np.concatenate([array[:, 1], array[:, 0]])


@pytest.mark.parametrize(
    ("pairs", "after_large", "after_small"),
    [
        ([], [], []),
        ([(1, 0)], [(1, 0)], [(1, 0)]),
        ([(1, 0), (2, 1), (3, 2)], [(1, 0), (2, 0), (3, 1)], [(1, 0), (2, 0), (3, 1)]),
        ([(5, 3), (5, 4), (3, 3)], [(5, 3), (5, 4)], [(4, 3), (5, 3)]),
    ],
)
def test_one_turn_of_stars(pairs: Pairs, after_large: Pairs, after_small: Pairs) -> None:
    first, second = large_star(*both_ways(pairs))
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == after_large
    first, second = small_star(first, second)
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == after_small


@given(graphs)
def test_stars_by_turns_are_the_components(graph: tuple[int, Pairs]) -> None:
    num_nodes, pairs = graph
    for _ in range(num_nodes.bit_length() + 2):
        first, second = small_star(*large_star(*both_ways(pairs)))
        pairs = list(zip(first.tolist(), second.tolist(), strict=True))
    nodes, centres = star_labels(*both_ways(pairs))
    labels = list(range(num_nodes))
    for node, centre in zip(nodes.tolist(), centres.tolist(), strict=True):
        labels[node] = centre
    assert labels == union_find(num_nodes, graph[1])


def test_pairs_that_are_no_stars_are_told() -> None:
    with pytest.raises(NotStarsError):
        star_labels(*both_ways([(1, 0), (2, 1)]))
