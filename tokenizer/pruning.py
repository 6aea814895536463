"""Takes entries out of a vocabulary that encoding never produces, and learns others in their place.

A merger enters; a vocabulary of the size that was asked for leaves. BPE needs a token for every step on the way to a longer
one, and some steps are never the end of any word (PickyBPE, arXiv 2409.04599). Where everything that such a token leads to
is only ever a whole word, those words can be looked up instead of merged, and the token's place is free.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tokenizer.merging import NUM_BYTES, Merger

_MAX_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """``tokens``: the bytes of every entry, the 256 single ones first. ``merges``: (left, right), in order.

    An entry that no merge makes is reached by looking up the whole word.
    """

    tokens: list[bytes]
    merges: list[tuple[bytes, bytes]]


def pruned(merger: Merger, num_tokens: int, *, min_weight: int, told: Callable[[int], None] | None = None) -> Vocabulary:
    """Learns until ``num_tokens`` entries are left after pruning, or there is no pair left to merge."""
    merger.learn(num_tokens, min_weight=min_weight, told=told)
    for _ in range(_MAX_ROUNDS):
        needless = _needless(merger)
        wanted = num_tokens + len(needless)
        before = len(merger.tokens)
        if before >= wanted:
            break
        merger.learn(wanted, min_weight=min_weight, told=told)
        if len(merger.tokens) == before:
            break
    tokens = merger.tokens
    # No more than are too many: a last round may have freed more places than there was left to learn.
    too_many = max(0, len(tokens) - num_tokens)
    gone = set(_needless(merger)[-too_many:] if too_many else ())
    kept = set([number for number in range(len(tokens)) if number not in gone][:num_tokens])
    return Vocabulary(
        [token for number, token in enumerate(tokens) if number in kept],
        [(tokens[left], tokens[right]) for left, right, made in merger.merges if {left, right, made} <= kept],
    )


def _needless(merger: Merger) -> list[int]:
    """Tokens that no word ends up with, and whose every use leads to tokens that are whole words wherever they occur.

    The greatest such set: a token that is needed makes those needed through which it is reached.
    """
    produced, whole = merger.produced()
    candidate: NDArray[np.bool_] = produced == whole  # never, or only as a whole word
    candidate[:NUM_BYTES] = False
    changed = True
    merges = np.array(merger.merges, dtype=np.int64).reshape(-1, 3)
    while changed:
        # A part of something that must be merged is itself needed.
        needed = ~candidate[merges[:, 2]]
        parts = np.unique(merges[needed, :2])
        changed = bool(candidate[parts].any())
        candidate[parts] = False
    return np.flatnonzero(candidate & (produced == 0)).tolist()
