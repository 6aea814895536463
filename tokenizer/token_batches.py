"""Mini-batches of a constant number of tokens, as alignment is trained with (arXiv 2404.01954).

The lengths of sequences enter, and which group each belongs to (the answers to one prompt); lists of their numbers leave, a
list a batch. Sequences of similar length come together, the number of *tokens* of a batch is bounded and so the number of its
sequences varies; a group is never divided, so that all comparisons of a prompt are in one optimisation step. The batches
depend on lengths, groups and seed alone: another seed (an epoch, say) makes others.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
_SEED_FACTOR = 0xD1342543DE82EF95
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def token_batches(
    lengths: Sequence[int] | npt.NDArray[np.integer],
    *,
    max_tokens: int,
    seed: int,
    groups: Sequence[int] | npt.NDArray[np.integer] | None = None,
    padded: bool = True,
) -> list[Ints]:
    """The numbers of the sequences of each batch, batches in an order shuffled by ``seed``.

    A batch takes ``max_tokens`` at most: its sequences times the longest of them where they are ``padded`` to it, else their
    sum. ``groups``: a number for each sequence, the same for those that stay together (default: each is alone).

    Raises:
        ValueError: a length is below 1; a group alone takes more than ``max_tokens``.
    """
    sizes = np.asarray(lengths, dtype=np.int64)
    owners = np.arange(len(sizes)) if groups is None else np.asarray(groups, dtype=np.int64)
    if len(owners) != len(sizes):
        raise ValueError(f"{len(owners)} groups for {len(sizes)} sequences: give one for each")
    if not len(sizes):
        return []
    if sizes.min() < 1:
        raise ValueError(f"sequence {int(sizes.argmin())} has {int(sizes.min())} tokens: take it out")
    members = np.argsort(owners, kind="stable")
    starts = np.flatnonzero(np.diff(owners[members], prepend=owners[members[0]] - 1))
    counts = np.diff(starts, append=len(members))
    longest = np.maximum.reduceat(sizes[members], starts)
    totals = longest * counts if padded else np.add.reduceat(sizes[members], starts)
    if totals.max() > max_tokens:
        worst = int(totals.argmax())
        told = f"sequence {int(members[starts[worst]])}" if counts[worst] == 1 else f"a group of {int(counts[worst])} sequences"
        raise ValueError(f"{told} takes {int(totals[worst])} tokens, more than max_tokens = {max_tokens}: raise that")
    # Groups of one length come in another order with every seed.
    order = np.lexsort((_random(len(longest), seed=seed), longest))
    cuts = _cuts(longest[order], counts[order], totals[order], max_tokens=max_tokens, padded=padded)
    parts = [members[start : start + count] for start, count in zip(starts, counts, strict=True)]
    batches = [np.concatenate([parts[group] for group in order[start:end]]) for start, end in pairwise(cuts)]
    return [batches[number] for number in np.argsort(_random(len(batches), seed=seed + 1), kind="stable")]


def _cuts(longest: Ints, counts: Ints, totals: Ints, *, max_tokens: int, padded: bool) -> list[int]:
    """Where batches begin and end among groups sorted by length: each takes as many as fit."""
    cuts = [0]
    held = 0
    for place, (length, count, total) in enumerate(zip(longest.tolist(), counts.tolist(), totals.tolist(), strict=True)):
        # Groups come by length: whoever comes last is the longest, to whose length the others are padded.
        if (length * (held + count) if padded else held + total) > max_tokens:
            cuts.append(place)
            held = 0
        held += count if padded else total
    return [*cuts, len(longest)]


def _random(count: int, *, seed: int) -> npt.NDArray[np.uint64]:
    """A number for each of ``count``, which does not change with NumPy's versions: SplitMix64 (Steele, Lea, Flood 2014)."""
    start = np.uint64(seed * _SEED_FACTOR % (1 << 64))
    values = (np.arange(1, count + 1, dtype=np.uint64) + start) * _GOLDEN
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
