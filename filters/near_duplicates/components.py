"""Connected components of near-duplicates, exactly, and which member of a component is the best.

Enters: pairs of node numbers. Leaves: ``labels``, the smallest node number of each node's component. The method is label
propagation with pointer jumping (Shiloach and Vishkin 1982): every root hooks itself to the smallest root that an edge leads
to, then paths are halved until they are flat; at least half of the roots of a component go in each pass. Edges may come in
parts, so that memory grows with the nodes and not with the edges.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def singletons(num_nodes: int) -> Ints:
    """The labels of a graph without edges."""
    return np.arange(num_nodes, dtype=np.int64)


def connect(labels: Ints, first: Ints, second: Ints) -> None:
    """Joins, in place, the components of ``first[i]`` and ``second[i]`` for every i."""
    first, second = labels[first], labels[second]
    apart = first != second
    first, second = first[apart], second[apart]
    if not len(first):
        return
    roots, packed = np.unique(np.concatenate([first, second]), return_inverse=True)
    joined = _components(len(roots), packed[: len(first)], packed[len(first) :])
    labels[roots] = roots[joined]
    np.take(labels, labels, out=labels, mode="clip")


def _components(num_nodes: int, first: Ints, second: Ints) -> Ints:
    """The labels of a graph of which each node has an edge."""
    labels = singletons(num_nodes)
    while len(first):
        low, high = np.minimum(first, second), np.maximum(first, second)
        np.minimum.at(labels, high, low)
        while not np.array_equal(flatter := labels[labels], labels):
            labels = flatter
        first, second = labels[low], labels[high]
        apart = first != second
        first, second = first[apart], second[apart]
    return labels


def forest(before: Ints, after: Ints) -> tuple[Ints, Ints]:
    """The fewest pairs that make ``after`` of ``before``: each root that is none any more, and its new one."""
    gone = np.flatnonzero((before != after) & (before == np.arange(len(before))))
    return gone, after[gone]


@dataclass(frozen=True)
class Standings:
    """For each node: the best node of its component, its own place there (0: it is the best), and how many it has."""

    best: Ints
    place: Ints
    size: Ints


def standings(labels: Ints, rank: Ints) -> Standings:
    """How the nodes stand in their components by ``rank``, lowest first; ranks must differ."""
    order = np.lexsort((rank, labels))
    sorted_labels = labels[order]
    starts = np.flatnonzero(np.r_[True, sorted_labels[1:] != sorted_labels[:-1]][: len(order)])
    sizes = np.diff(np.r_[starts, len(order)])
    best, place, size = (np.empty(len(order), dtype=np.int64) for _ in range(3))
    best[order] = np.repeat(order[starts], sizes)
    place[order] = np.arange(len(order)) - np.repeat(starts, sizes)
    size[order] = np.repeat(sizes, sizes)
    return Standings(best, place, size)


Pairs = tuple[Ints, Ints]


class NotStarsError(ValueError):
    """Pairs that are not yet one star for each component."""


def large_star(nodes: Ints, neighbours: Ints) -> Pairs:
    """Each larger neighbour of a node with the smallest of the node and its neighbours (Kiveris et al. 2014).

    Every edge of a node that is among ``nodes`` has to be there, from that node's side. With :func:`small_star` by turns the
    pairs of a graph become one star for each component, around its smallest node; no step needs more than a node's edges.
    """
    nodes, neighbours, least = _by_node(nodes, neighbours)
    larger = neighbours > nodes
    return _distinct(neighbours[larger], np.minimum(least, nodes)[larger])


def small_star(nodes: Ints, neighbours: Ints) -> Pairs:
    """Each smaller neighbour of a node, and the node, with the smallest of them; ``neighbours`` are smaller than ``nodes``."""
    nodes, neighbours, least = _by_node(nodes, neighbours)
    return _distinct(np.concatenate([neighbours, nodes]), np.concatenate([least, least]))


def star_labels(nodes: Ints, neighbours: Ints) -> Pairs:
    """Of stars, given as to :func:`large_star`, each node that is not the centre, and its centre.

    Raises:
        NotStarsError: they are none.
    """
    nodes, neighbours, least = _by_node(nodes, neighbours)
    if np.any((least < nodes) & (neighbours != least)):
        raise NotStarsError("the pairs are not stars yet")
    own = neighbours < nodes
    return nodes[own], neighbours[own]


def _by_node(nodes: Ints, neighbours: Ints) -> tuple[Ints, Ints, Ints]:
    """The pairs, each once, by node, with the smallest neighbour of each pair's node."""
    nodes, neighbours = _distinct(nodes, neighbours)
    starts = np.flatnonzero(np.r_[True, nodes[1:] != nodes[:-1]][: len(nodes)])
    least = np.repeat(neighbours[starts], np.diff(np.r_[starts, len(nodes)]))
    return nodes, neighbours, least


def _distinct(first: Ints, second: Ints) -> Pairs:
    """The pairs of two different nodes, ascending, each once."""
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    new = np.r_[True, (first[1:] != first[:-1]) | (second[1:] != second[:-1])][: len(first)] & (first != second)
    return first[new], second[new]
