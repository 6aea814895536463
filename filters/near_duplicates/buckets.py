"""Inside the buckets of a band: which documents that share a band key are similar enough, without comparing all with all.

Enters: buckets of documents that share a band key, and the documents' prints, the lowest byte of each of their MinHash
values. Leaves: edges that make the same connected components as all pairs of a bucket whose estimated similarity reaches
the threshold. Two different values share their lowest byte once in 256 times, so that of ``n`` values of which ``m`` bytes are
equal about ``(m - n/256) / (1 - 1/256)`` are (b-bit minwise hashing: Li and König 2010); to the nearest whole number, which
of 120 values is nearly always what all their bytes would tell.

Documents with equal prints are put together first. Then each bucket is searched breadth first: a member that is reached is
compared with those that are not yet, never with the others, so that a bucket of copies takes one pass. Only a bucket of
thousands of texts that share a key and are not similar (templates) would take the square of its size: there the comparisons
end at a bound, and how many members have not been compared with all others is told.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .components import Ints

Bytes = NDArray[np.uint8]
Keys = NDArray[np.uint64]
Floats = NDArray[np.float32]
#: Tells of each pair of documents whether they are near-duplicates.
Alike = Callable[[Ints, Ints], NDArray[np.bool_]]

#: Pairs that are compared at once: their prints stay in the cache.
_BLOCK = 4096
#: Buckets up to this size are searched all at the same time, larger ones one by one.
_SMALL = 64
#: All pairs of 2,000 texts that have nothing in common may be compared; in larger buckets up to 64 million pairs, and 64 a
#: member at least.
_COMPARISONS_PER_MEMBER = 1_000
_COMPARISONS = 64_000_000
_FEWEST_PER_MEMBER = 64
_BYTE_LANES = np.uint64(0x00FF00FF00FF00FF)


@dataclass(frozen=True)
class Prints:
    """Documents as what is compared of them: the lowest bytes of their values ``[documents, kinds, values]``, and the kinds
    that each has, as bits."""

    values: Bytes
    present: Bytes

    def __len__(self) -> int:
        return len(self.present)

    def part(self, start: int, end: int) -> "Prints":
        """Some documents in a row, of the same memory."""
        return Prints(self.values[start:end], self.present[start:end])


@dataclass(frozen=True)
class Edges:
    """Pairs of documents with their generation, the later one of the two, and what it took to find them."""

    first: Ints
    second: Ints
    generation: NDArray[np.int32]
    num_comparisons: int = 0
    #: Members of buckets that have not been compared with all others.
    num_not_compared: int = 0


def prints_of(values: NDArray[np.uint32]) -> Bytes:
    """The lowest byte of each MinHash value."""
    return (values & np.uint32(0xFF)).astype(np.uint8)


def similarities(prints: Prints, first: Ints, second: Ints, *, others: Prints | None = None) -> Floats:
    """The estimated similarity of each pair: of the kinds that both documents have, the highest.

    ``second`` are rows of ``others`` where these are given.
    """
    others = prints if others is None else others
    num_kinds, num_values = prints.values.shape[1:]
    rows = prints.values.reshape(len(prints), num_kinds * num_values)
    other_rows = others.values.reshape(len(others), num_kinds * num_values)
    bits = np.uint8(1) << np.arange(num_kinds, dtype=np.uint8)
    found = np.empty(len(first), dtype=np.float32)
    for start in range(0, len(first), _BLOCK):
        one, other = first[start : start + _BLOCK], second[start : start + _BLOCK]
        equal = np.equal(rows.take(one, axis=0), other_rows.take(other, axis=0)).reshape(len(one), num_kinds, num_values)
        estimates = ((_counts(equal) - num_values / 256) / (1 - 1 / 256)).round() / num_values
        both = (prints.present[one] & others.present[other])[:, None] & bits
        found[start : start + _BLOCK] = np.where(both != 0, estimates, 0.0).max(axis=1).clip(0.0)
    return found


def _counts(equal: NDArray[np.bool_]) -> Ints:
    """How many of the last axis are true."""
    num_values = equal.shape[2]
    if num_values % 8 or num_values > 8 * 255:
        return np.count_nonzero(equal, axis=2)
    # Eight bytes at a time: sums stay below 256 in each byte of a word, then below 65,536 in each two bytes.
    sums = np.einsum("ijk->ij", equal.view(np.uint64))
    pairs = (sums & _BYTE_LANES) + ((sums >> np.uint64(8)) & _BYTE_LANES)
    return ((pairs * np.uint64(0x0001000100010001)) >> np.uint64(48)).astype(np.int64)


def hashes_of(prints: Prints) -> Keys:
    """A hash of each document's prints, by which members of a bucket are ordered whatever their numbers are."""
    flat = prints.values.reshape(len(prints), prints.values.shape[1] * prints.values.shape[2])
    padded = np.zeros((len(prints), -(-flat.shape[1] // 8) * 8), dtype=np.uint8)
    padded[:, : flat.shape[1]] = flat
    hashes = prints.present.astype(np.uint64)
    with np.errstate(over="ignore"):
        for word in padded.view(np.uint64).T:
            hashes = (hashes ^ word) * np.uint64(0x9E3779B97F4A7C15)
            hashes ^= hashes >> np.uint64(29)
    return hashes


def collapse(prints: Prints, hashes: Keys, generations: NDArray[np.int32]) -> Ints:
    """For each document the first one with the same prints: of the earliest generation, then of the lowest number."""
    order = np.lexsort((np.arange(len(prints)), generations, hashes))
    ordered = hashes[order]
    new = np.r_[True, ordered[1:] != ordered[:-1]][: len(order)]
    leaders = np.empty(len(order), dtype=np.int64)
    leaders[order] = order[np.flatnonzero(new)][np.cumsum(new) - 1] if len(order) else order
    for start in range(0, len(order), _BLOCK):
        own, other = np.arange(start, min(start + _BLOCK, len(order))), leaders[start : start + _BLOCK]
        same = (prints.values[own] == prints.values[other]).all(axis=(1, 2)) & (prints.present[own] == prints.present[other])
        leaders[own] = np.where(same, other, own)
    return leaders


def by_estimate(prints: Prints, threshold: float) -> Alike:
    """Whether the estimated similarity of pairs of documents reaches the threshold."""
    return lambda first, second: similarities(prints, first, second) >= threshold


def similar_pairs(prints: Prints, *, members: Ints, buckets: Ints, generations: NDArray[np.int32], alike: Alike) -> Edges:
    """The edges within buckets: ``members[i]`` is a document of the bucket ``buckets[i]``; ``alike`` decides of pairs.

    ``generations`` is of each document. The components of the edges up to a generation are those of all similar pairs up
    to it: whoever adds later documents finds the same among the earlier ones.
    """
    hashes = hashes_of(prints)
    leaders = collapse(prints, hashes, generations)
    copies = np.unique(members[leaders[members] != members])
    classes, class_buckets, class_generations = _distinct(leaders, hashes, members, buckets, generations)
    searched = _by_generation(classes, class_buckets, class_generations)
    first, second, level, num_comparisons, num_left = _search(*searched, alike)
    return Edges(
        np.concatenate([copies, first]),
        np.concatenate([leaders[copies], second]),
        np.concatenate([generations[copies], level]).astype(np.int32),
        num_comparisons,
        num_left,
    )


def _distinct(
    leaders: Ints, hashes: Keys, members: Ints, buckets: Ints, generations: NDArray[np.int32]
) -> tuple[Ints, Ints, NDArray[np.int32]]:
    """The different prints of each bucket, in the order of their hashes, each with the earliest generation it has there."""
    led, of_member = leaders[members], generations[members]
    order = np.lexsort((of_member, led, hashes[led], buckets))
    led, buckets, of_member = led[order], buckets[order], of_member[order]
    new = np.r_[True, (led[1:] != led[:-1]) | (buckets[1:] != buckets[:-1])][: len(led)]
    return led[new], buckets[new], of_member[new]


def _by_generation(members: Ints, buckets: Ints, generations: NDArray[np.int32]) -> tuple[Ints, Ints, NDArray[np.int32]]:
    """Each bucket once for each of its generations, with the members up to it; buckets of one member are left out."""
    parts: list[tuple[Ints, Ints, NDArray[np.int32]]] = []
    num_buckets = int(buckets[-1]) + 1 if len(buckets) else 0
    for number, generation in enumerate(np.unique(generations).tolist()):
        reached = np.zeros(num_buckets, dtype=np.bool_)
        reached[buckets[generations == generation]] = True
        own = reached[buckets] & (generations <= generation)
        parts.append((members[own], buckets[own] + number * num_buckets, generations[own]))
    if not parts:
        return members, buckets, generations
    members, buckets, generations = (np.concatenate(column) for column in zip(*parts, strict=True))
    sizes = np.bincount(buckets)
    several = sizes[buckets] > 1
    return members[several], buckets[several], generations[several]


_Found = tuple[Ints, Ints, NDArray[np.int32], int, int]


def _search(members: Ints, buckets: Ints, generations: NDArray[np.int32], alike: Alike) -> _Found:
    """Edges between members of the same bucket, the comparisons made, and the members not compared with all others."""
    sizes = np.bincount(buckets) if len(buckets) else np.zeros(0, dtype=np.int64)
    small = sizes[buckets] <= _SMALL
    found = [_search_small(members[small], buckets[small], generations[small], alike)]
    members, buckets, generations = members[~small], buckets[~small], generations[~small]
    cuts = np.flatnonzero(buckets[1:] != buckets[:-1]) + 1
    for own, of_own in zip(np.split(members, cuts), np.split(generations, cuts), strict=True):
        if len(own):
            found.append(_search_large(own, of_own, alike))
    first, second, level, num_comparisons, num_left = zip(*found, strict=True)
    return np.concatenate(first), np.concatenate(second), np.concatenate(level), sum(num_comparisons), sum(num_left)


def _search_small(members: Ints, buckets: Ints, generations: NDArray[np.int32], alike: Alike) -> _Found:
    """All buckets step by step together: in each step one member of each is compared with those not yet reached."""
    num_comparisons = 0
    pairs: list[tuple[Ints, Ints, NDArray[np.int32]]] = []
    waiting = np.zeros(0, dtype=np.int64)  # places of members that are reached and not yet compared, by bucket
    places = np.arange(len(members))
    while len(places):
        heads = np.concatenate([waiting, places])
        # The first waiting member of a bucket, or else its first one that is not reached.
        by_bucket = np.argsort(buckets[heads], kind="stable")
        heads = heads[by_bucket]
        starts = np.r_[True, buckets[heads[1:]] != buckets[heads[:-1]]]
        pivots = np.full(int(buckets[-1]) + 1, -1, dtype=np.int64)
        pivots[buckets[heads[starts]]] = heads[starts]
        places = places[pivots[buckets[places]] != places]
        waiting = waiting[pivots[buckets[waiting]] != waiting]
        own = pivots[buckets[places]]
        num_comparisons += len(places)
        similar = alike(members[own], members[places])
        one, other = own[similar], places[similar]
        pairs.append((members[one], members[other], np.maximum(generations[one], generations[other])))
        waiting, places = np.concatenate([waiting, other]), places[~similar]
        left = np.zeros(len(pivots), dtype=np.bool_)
        left[buckets[places]] = True
        waiting = waiting[left[buckets[waiting]]]
    return *_joined(pairs), num_comparisons, 0


def _search_large(members: Ints, generations: NDArray[np.int32], alike: Alike) -> _Found:
    """One bucket: as many reached members at a time as fill a block with those that are not."""
    budget = max(_FEWEST_PER_MEMBER * len(members), min(_COMPARISONS_PER_MEMBER * len(members), _COMPARISONS))
    num_comparisons = 0
    pairs: list[tuple[Ints, Ints, NDArray[np.int32]]] = []
    waiting, places = np.arange(0), np.arange(len(members))
    while len(places) and num_comparisons < budget:
        if not len(waiting):
            waiting, places = places[:1], places[1:]
            continue
        step = max(1, _BLOCK // len(places))
        pivots, waiting = waiting[:step], waiting[step:]
        own, others = np.repeat(pivots, len(places)), np.tile(places, len(pivots))
        num_comparisons += len(own)
        similar = alike(members[own], members[others]).reshape(len(pivots), len(places))
        reached = similar.any(axis=0)
        one, other = pivots[similar.argmax(axis=0)[reached]], places[reached]
        pairs.append((members[one], members[other], np.maximum(generations[one], generations[other])))
        waiting, places = np.concatenate([waiting, other]), places[~reached]
    return *_joined(pairs), num_comparisons, len(places)


def _joined(pairs: list[tuple[Ints, Ints, NDArray[np.int32]]]) -> tuple[Ints, Ints, NDArray[np.int32]]:
    if not pairs:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
    first, second, generation = zip(*pairs, strict=True)
    return np.concatenate(first), np.concatenate(second), np.concatenate(generation)
