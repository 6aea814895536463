"""How often each document of a segment is used so that the segment gives its target of tokens.

Hashes and lengths of the documents enter, a number of uses for each leaves. Which documents are used once more than the
others is a pure function of (seed, document id): those whose hash is below a threshold. A corpus that grows moves the
threshold a little and leaves nearly every other document as it was.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """``counts[i]`` uses of document ``i``, ``planned_tokens`` in all.

    ``residual_tokens`` = planned - target: at most half of the shortest document that could still have been added, in
    either direction.
    """

    counts: npt.NDArray[np.int64]
    planned_tokens: int
    residual_tokens: int


def unit_hashes(ids: Iterable[str], *, seed: int) -> npt.NDArray[np.uint64]:
    """A 64-bit number for each id, uniform over ``uint64``: BLAKE2b keyed by the seed. About 1.8 M ids a second."""
    keyed = hashlib.blake2b(digest_size=8, key=seed.to_bytes(16, "little", signed=True))
    digests = bytearray()
    for document_id in ids:
        state = keyed.copy()
        state.update(document_id.encode())
        digests += state.digest()
    return np.frombuffer(bytes(digests), dtype="<u8").astype(np.uint64)


def unit_hash(document_id: str, *, seed: int) -> int:
    """The number of one id, see :func:`unit_hashes`."""
    return int(unit_hashes([document_id], seed=seed)[0])


def choose_repeats(hashes: npt.NDArray[np.uint64], lengths: npt.NDArray[np.integer], *, target_tokens: int) -> Repeats:
    """How often to use each document, of ``lengths`` tokens, for ``target_tokens`` in all.

    Whole repeats for all; of the rest, documents in the order of their hash up to the first that does not fit, then from
    there on each that still fits. At last the shortest one left is added and those of the highest hashes are given back
    for it, if that comes nearer to the target (where only very long documents are left). One document is used at most once
    more than another. Raises ``ValueError`` where there is nothing to repeat.
    """
    if target_tokens < 0:
        raise ValueError(f"target_tokens is {target_tokens}: give 0 or more")
    lengths = lengths.astype(np.int64)
    available = int(lengths.sum())
    if not available:
        if target_tokens:
            raise ValueError(f"{target_tokens} tokens are wanted of {lengths.size} documents without any token")
        return Repeats(counts=np.zeros(lengths.size, np.int64), planned_tokens=0, residual_tokens=0)
    whole, rest = divmod(target_tokens, available)
    counts = np.full(lengths.size, whole, dtype=np.int64)
    # Equal hashes (never in practice) keep the input order.
    in_hash_order = np.argsort(hashes, kind="stable")
    added = in_hash_order[_fitting(lengths[in_hash_order], budget=rest)]
    counts[added] += 1
    planned = int(counts @ lengths)
    left = np.flatnonzero((counts == whole) & (lengths > 0))
    if left.size and planned < target_tokens:
        shortest = left[np.lexsort((hashes[left], lengths[left]))[0]]
        surplus = planned + int(lengths[shortest]) - target_tokens
        given_back = added[::-1][_fitting(lengths[added[::-1]], budget=surplus)]
        surplus -= int(lengths[given_back].sum())
        if surplus < target_tokens - planned:
            counts[shortest] += 1
            counts[given_back] -= 1
            planned = target_tokens + surplus
    return Repeats(counts=counts, planned_tokens=planned, residual_tokens=planned - target_tokens)


def _fitting(lengths: npt.NDArray[np.int64], *, budget: int) -> npt.NDArray[np.int64]:
    """The places, ascending, of what is taken when each is taken in turn if it still fits into ``budget``.

    Each round takes a whole run and drops all that has become too long, so there are few rounds.
    """
    taken: list[npt.NDArray[np.int64]] = []
    places = np.arange(lengths.size)
    while places.size:
        places = places[lengths[places] <= budget]
        ends = np.cumsum(lengths[places])
        num_taken = int(np.searchsorted(ends, budget, side="right"))
        if num_taken:
            budget -= int(ends[num_taken - 1])
            taken.append(places[:num_taken])
        places = places[num_taken:]
    return np.concatenate(taken) if taken else np.empty(0, np.int64)
