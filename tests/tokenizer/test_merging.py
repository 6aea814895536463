"""Merges, against a trainer that counts everything anew at each step; and what is pruned from the vocabulary."""

import random
from collections import Counter
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest

from tokenizer.merging import NUM_BYTES, Merger, Penalty
from tokenizer.pruning import pruned


class Piece(NamedTuple):
    """A token at its place in a word."""

    token: bytes
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.token)


def misaligned(start: int, end: int, *, cuts: set[int], length: int) -> bool:
    edges = cuts | {0, length}
    return any(start < cut < end for cut in cuts) and not (start in edges and end in edges)


def slow_merges(
    words: list[bytes], weights: list[int], cuts: list[set[int]], penalty: Penalty, num_merges: int
) -> list[tuple[bytes, bytes]]:
    """The same merges by the definition: all pairs counted again before each one."""
    ids = {bytes([value]): value for value in range(NUM_BYTES)}
    state = [[Piece(word[n : n + 1], n) for n in range(len(word))] for word in words]
    merges: list[tuple[bytes, bytes]] = []
    while len(merges) < num_merges:
        worth: Counter[tuple[bytes, bytes]] = Counter()
        for pieces, weight, own, word in zip(state, weights, cuts, words, strict=True):
            bad = partial(misaligned, cuts=own, length=len(word))
            for left, right in pairwise(pieces):
                change = bad(left.start, right.end) - bad(left.start, left.end) - bad(right.start, right.end)
                worth[left.token, right.token] += weight * (penalty.denominator - penalty.numerator * change)
        if not worth:
            break
        best = min(worth, key=lambda pair: (-worth[pair], ids[pair[0]], ids[pair[1]]))
        if worth[best] < 2 * penalty.denominator:
            break
        merges.append(best)
        ids.setdefault(best[0] + best[1], len(ids))
        state = [joined(pieces, best) for pieces in state]
    return merges


def joined(pieces: list[Piece], pair: tuple[bytes, bytes]) -> list[Piece]:
    result: list[Piece] = []
    for piece in pieces:
        if result and (result[-1].token, piece.token) == pair and result[-1].end == piece.start:
            result[-1] = Piece(pair[0] + pair[1], result[-1].start)
        else:
            result.append(piece)
    return result


def made_up(seed: int) -> tuple[list[bytes], list[int], list[set[int]]]:
    rng = random.Random(seed)
    words = [bytes(rng.choices(b"aab" if seed % 2 else b"abcde", k=rng.randint(0, 9))) for _ in range(rng.randint(1, 30))]
    cuts = [{n for n in range(1, len(word)) if rng.random() < 0.3} for word in words]
    return words, [rng.randint(1, 6) for _ in words], cuts


@pytest.mark.parametrize("penalty", [Penalty(0, 1), Penalty(3, 2), Penalty(1000, 1)])
@pytest.mark.parametrize("seed", range(20))
def test_merges_are_those_of_the_definition(seed: int, penalty: Penalty) -> None:
    words, weights, cuts = made_up(seed)
    merger = Merger(words, np.array(weights), [sorted(own) for own in cuts], penalty)
    merger.learn(NUM_BYTES + 40)
    got = [(merger.tokens[left], merger.tokens[right]) for left, right, _ in merger.merges]
    assert got == slow_merges(words, weights, cuts, penalty, len(got) + 1 if len(merger.tokens) < NUM_BYTES + 40 else len(got))


def test_a_penalty_counts_what_a_merge_undoes() -> None:
    # In "ab|c" (b glued to nothing yet) joining b and c makes a misaligned token; joining a to it undoes that.
    merger = Merger([b"abc"], np.array([10]), [(2,)], Penalty(1, 1))
    merger.learn(NUM_BYTES + 2)
    assert [(merger.tokens[left], merger.tokens[right]) for left, right, _ in merger.merges] == [(b"a", b"b"), (b"ab", b"c")]


def test_long_tokens_are_not_made() -> None:
    merger = Merger([b"a" * 40], np.array([100]), [()], Penalty(0, 1), 8)
    merger.learn(NUM_BYTES + 40)
    assert max(map(len, merger.tokens)) == 8


def test_steps_that_no_word_ends_in_make_place() -> None:
    # ab is only ever a step to abc, which is only ever a whole word: it can be looked up, and ab is not needed.
    words = [b"abc", b"xy", b"zw"]
    merger = Merger(words, np.array([90, 8, 6]), [(), (), ()], Penalty(0, 1))
    vocabulary = pruned(merger, NUM_BYTES + 2, min_weight=2)
    assert vocabulary.tokens[NUM_BYTES:] == [b"abc", b"xy"]
    assert vocabulary.merges == [(b"x", b"y")]


def test_steps_to_what_occurs_inside_words_stay() -> None:
    merger = Merger([b"abc", b"abcq", b"xy"], np.array([90, 3, 8]), [(), (), ()], Penalty(0, 1))
    vocabulary = pruned(merger, NUM_BYTES + 3, min_weight=4)
    assert vocabulary.tokens[NUM_BYTES:] == [b"ab", b"abc", b"xy"]
