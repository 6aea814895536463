"""Learns byte-pair merges from words with their counts, at a price for tokens that cut morphemes.

Words enter as bytes, each with a weight and the places where a morpheme begins inside it; tokens and merges leave, in the
order in which an encoder applies them. It is byte-level BPE (Sennrich et al. 2016, Radford et al. 2019) with one change.
Where plain BPE joins the pair of neighbours that occurs most often, a pair here counts

    sum over its occurrences of  weight x (1 - penalty x (misaligned tokens made - misaligned tokens undone))

A token is *misaligned* at a place when a morpheme boundary lies in it and it begins or ends inside a morpheme: a piece of
one morpheme glued to another. Penalty 0 is plain BPE; an infinite one never makes such a token (MorphBPE, arXiv
2502.00894). In between lies what neither has: words and word forms of whole morphemes are joined as freely as in plain BPE,
and pieces of morphemes are only where they save more than they spoil. Because an encoder applies a merge wherever its pair
occurs, so does the count: what is learned is tried against what encoding really does.

All words lie in one array of symbols, linked both ways; a merge is a handful of NumPy operations over all its occurrences
(100,000 merges over 760,000 words: 30 s and 0.3 GB). The result depends on the words alone: ties go to the lower ids.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]

NUM_BYTES = 256
_LOW = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class Penalty:
    """``misaligned`` as a fraction of whole numbers, so that sums are exact: what a misaligned token costs, in tokens."""

    numerator: int = 3
    denominator: int = 2


@dataclass
class Merger:
    """The words on their way from bytes to tokens.

    ``cuts[i]`` are the byte offsets in ``words[i]`` at which a morpheme begins, without 0. ``tokens[i]`` is the bytes of
    token ``i``, the 256 single ones first; ``merges`` are (left, right, result), in order. A token may be the result of
    several merges.

    Raises:
        ValueError: more than 2^31 bytes of words.
    """

    words: Sequence[bytes]
    weights: NDArray[np.int64]
    cuts: Sequence[Sequence[int]]
    penalty: Penalty = Penalty()
    max_token_bytes: int = 64
    tokens: list[bytes] = field(init=False)
    merges: list[tuple[int, int, int]] = field(init=False, default_factory=list[tuple[int, int, int]])

    def __post_init__(self) -> None:
        lengths = np.fromiter(map(len, self.words), np.int64, len(self.words))
        size = int(lengths.sum())
        if size >= 1 << 31:
            raise ValueError(f"{size:,} bytes of distinct words are too many to train on: count fewer texts")
        starts = np.cumsum(lengths) - lengths
        self.tokens = [bytes([value]) for value in range(NUM_BYTES)]
        self._ids = {token: number for number, token in enumerate(self.tokens)}
        # Of each token, at the place of its first byte; the other places are dead (symbol -1).
        self._symbol = np.frombuffer(b"".join(self.words), np.uint8).astype(np.int32)
        self._next = np.arange(1, size + 1, dtype=np.int32)
        self._previous = np.arange(-1, size - 1, dtype=np.int32)
        self._next[(starts + lengths - 1)[lengths > 0]] = -1
        self._previous[starts[lengths > 0]] = -1
        self._end = np.arange(1, size + 1, dtype=np.int32)
        self._weight = np.repeat(self.weights.astype(np.int64), lengths)
        self._glued = np.zeros(size, dtype=np.bool_)
        self._begins = np.zeros(size + 1, dtype=np.bool_)
        self._begins[starts] = True
        self._begins[size] = True
        for start, cuts in zip(starts.tolist(), self.cuts, strict=True):
            if cuts:
                self._begins[start + np.array(cuts)] = True
        self._worth: dict[int, int] = {}
        self._places: dict[int, list[Ints]] = {}
        self._heap: list[tuple[int, int]] = []
        self._enter(np.flatnonzero(self._next >= 0).astype(np.int32))

    def learn(self, num_tokens: int, *, min_weight: int = 2, told: Callable[[int], None] | None = None) -> None:
        """Goes on until there are ``num_tokens`` tokens, or no pair is worth ``min_weight``."""
        while len(self.tokens) < num_tokens and self._step(min_weight * self.penalty.denominator):
            if told and len(self.merges) % 1000 == 0:
                told(len(self.tokens))

    def produced(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """How often (by weight) each token stands in the encoded words, and how often as a whole word."""
        live = np.flatnonzero(self._symbol >= 0)
        whole = live[(self._previous[live] < 0) & (self._next[live] < 0)]
        counts = np.zeros((2, len(self.tokens)), dtype=np.int64)
        for row, places in zip(counts, (live, whole), strict=True):
            np.add.at(row, self._symbol[places], self._weight[places])
        return counts[0], counts[1]

    def _step(self, least: int) -> bool:
        """Applies the pair that is worth most; False when none is worth ``least``."""
        while self._heap:
            worth, pair = heapq.heappop(self._heap)
            worth, now = -worth, self._worth.get(pair, 0)
            if now != worth:  # an entry from before; one that promises less was pushed with what is true now
                if 0 < now < worth:
                    heapq.heappush(self._heap, (-now, pair))
                continue
            if worth < least:
                return False
            left, right = pair >> 32, pair & _LOW
            places = self._occurrences(left, right, np.concatenate(self._places.pop(pair)))
            if len(self.tokens[left]) + len(self.tokens[right]) > self.max_token_bytes:
                self._worth[pair] = 0
                continue
            self._merge(left, right, places)
            return True
        return False

    def _occurrences(self, left: int, right: int, places: Ints) -> Ints:
        """Of the places where the pair once was, ascending, those where it is; of overlapping ones the first."""
        following = self._next[places]
        here = places[(self._symbol[places] == left) & (following >= 0)]
        here = np.unique(here[self._symbol[self._next[here]] == right])
        if left != right:
            return here
        chosen: list[int] = []
        taken = -1
        for place, following in zip(here.tolist(), self._next[here].tolist(), strict=True):
            if place != taken:
                chosen.append(place)
                taken = following
        return np.array(chosen, dtype=np.int32)

    def _merge(self, left: int, right: int, places: Ints) -> None:
        token = self.tokens[left] + self.tokens[right]
        number = self._ids.setdefault(token, len(self.tokens))
        if number == len(self.tokens):
            self.tokens.append(token)
        self.merges.append((left, right, number))
        seconds, befores = self._next[places], self._previous[places]
        touched = np.unique(np.concatenate((befores[befores >= 0], places, seconds)))
        self._leave(touched[self._next[touched] >= 0])
        after = self._next[seconds]
        self._glued[places] |= self._begins[seconds] | self._glued[seconds]
        self._end[places] = self._end[seconds]
        self._symbol[places] = number
        self._symbol[seconds] = -1
        self._next[places] = after
        self._previous[after[after >= 0]] = places[after >= 0]
        touched = touched[self._symbol[touched] >= 0]
        self._enter(touched[self._next[touched] >= 0])

    def _misaligned(self, glued: NDArray[np.bool_], first: Ints, last: Ints) -> NDArray[np.int64]:
        """Whether the token from the place ``first`` to the end of that at ``last`` is misaligned."""
        return (glued & ~(self._begins[first] & self._begins[self._end[last]])).astype(np.int64)

    def _by_pair(self, places: Ints) -> tuple[list[int], list[int], Ints, list[int]]:
        """The pairs that begin at ``places``: pairs, what they are worth there, places by pair, where each pair's begin."""
        seconds = self._next[places]
        pairs = self._symbol[places].astype(np.int64) << 32 | self._symbol[seconds]
        worth = self._weight[places] * self.penalty.denominator
        if self.penalty.numerator:
            glued, glued_second = self._glued[places], self._glued[seconds]
            made = self._misaligned(glued | self._begins[seconds] | glued_second, places, seconds)
            undone = self._misaligned(glued, places, places) + self._misaligned(glued_second, seconds, seconds)
            worth -= self._weight[places] * self.penalty.numerator * (made - undone)
        order = np.argsort(pairs, kind="stable")
        pairs = pairs[order]
        firsts = np.flatnonzero(np.diff(pairs, prepend=-1))
        return pairs[firsts].tolist(), np.add.reduceat(worth[order], firsts).tolist(), places[order], firsts.tolist()

    def _enter(self, places: Ints) -> None:
        if not len(places):
            return
        pairs, worths, places, firsts = self._by_pair(places)
        for pair, worth, first, end in zip(pairs, worths, firsts, [*firsts[1:], len(places)], strict=True):
            now = self._worth[pair] = self._worth.get(pair, 0) + worth
            self._places.setdefault(pair, []).append(places[first:end])
            if now > 0:
                heapq.heappush(self._heap, (-now, pair))

    def _leave(self, places: Ints) -> None:
        if not len(places):
            return
        pairs, worths, _, _ = self._by_pair(places)
        for pair, worth in zip(pairs, worths, strict=True):
            now = self._worth[pair] = self._worth[pair] - worth
            if worth < 0 < now:  # it lost occurrences that spoke against it
                heapq.heappush(self._heap, (-now, pair))
