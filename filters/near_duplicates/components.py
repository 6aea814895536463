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
