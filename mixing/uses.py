"""How often each document of a group is used, so that the group gives its target of tokens.

Hashes, lengths and factors of documents enter, a number of uses for each leaves. Use k (from 0) of a document enters the mix
at (k + v) / factor, where v in (0, 1] is its hash: a pure function of (seed, id). Uses are taken in that order until the
target, so a document of factor 2 is used twice as often as one of factor 1, fractions and all; a corpus that grows moves the
place where the target is reached a little and leaves nearly every other document as it was.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mixing.fitting import fit

Ints = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int8]

#: The uses near the target that are sorted; everything else is counted only.
_WINDOW = 8_192
_WIDE_WINDOW = 65_536
#: Documents that are looked at together, so that memory stays small.
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """``lengths``: tokens as the text is, of each; ``fim_lengths``: in a FIM form, 0 where there is none.

    Bit k of ``fim_uses`` is set where use k is to be in a FIM form.
    """

    hashes: npt.NDArray[np.uint64]
    lengths: npt.NDArray[np.int32]
    fim_lengths: npt.NDArray[np.int32]
    fim_uses: npt.NDArray[np.uint32]
    factors: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return self.hashes.size

    def at(self, places: Any) -> "Documents":
        """Some of them: an array of places, or a slice."""
        return Documents(
            hashes=self.hashes[places],
            lengths=self.lengths[places],
            fim_lengths=self.fim_lengths[places],
            fim_uses=self.fim_uses[places],
            factors=self.factors[places],
        )

    def tokens(self, counts: npt.NDArray[Any]) -> Ints:
        """The tokens of the first ``counts[i]`` uses of each, in their forms."""
        used = (np.uint64(1) << counts.astype(np.uint64)) - np.uint64(1)
        num_fim = np.bitwise_count(self.fim_uses & used).astype(np.int64)
        lengths = self.lengths.astype(np.int64)
        return counts * lengths + np.where(self.fim_lengths > 0, num_fim * (self.fim_lengths - lengths), 0)

    def use_lengths(self, use: npt.NDArray[Any] | int) -> Ints:
        """The tokens of use ``use`` of each."""
        is_fim = (self.fim_uses >> np.asarray(use).astype(np.uint32)) & np.uint32(1)
        return np.where((is_fim > 0) & (self.fim_lengths > 0), self.fim_lengths, self.lengths).astype(np.int64)

    def entries(self, use: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Where use ``use`` of each enters the mix."""
        return (use + self._units()) / self.factors

    def counts_at(self, level: float, *, max_epochs: int) -> Counts:
        """How many uses of each have entered at a level."""
        return np.clip(np.floor(level * self.factors - self._units()) + 1, 0, max_epochs).astype(np.int8)

    def _units(self) -> npt.NDArray[np.float64]:
        return (self.hashes.astype(np.float64) + 1.0) / 2.0**64


def all_tokens(documents: Documents, counts: Counts | int) -> int:
    """The tokens of all together."""
    total = 0
    for start in range(0, len(documents), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        own = documents.at(chunk)
        total += int(own.tokens(np.full(len(own), counts) if isinstance(counts, int) else counts[chunk]).sum())
    return total


def choose_uses(documents: Documents, *, target: int, max_epochs: int) -> Counts:
    """The number of uses of each document, at most ``max_epochs``, for ``target`` tokens in all or as nearly as it goes."""
    if target <= 0 or not len(documents):
        return np.zeros(len(documents), dtype=np.int8)
    if target >= all_tokens(documents, max_epochs):
        return np.full(len(documents), max_epochs, dtype=np.int8)
    counts, window, below = _narrowed(documents, target, max_epochs)
    near = _taken(documents, counts, window, target - below)
    if near[1] and window.size < len(documents):
        candidates = _nearest_candidates(documents, counts, max_epochs)
        wide = _taken(documents, counts, candidates, target - below)
        near = wide if abs(wide[1]) < abs(near[1]) else near
    counts[near[0]] += 1
    return counts


def _narrowed(documents: Documents, target: int, max_epochs: int) -> tuple[Counts, Ints, int]:
    """Counts at a level just below the target, the few documents with one more use around it, and the tokens of the counts.

    Bisection; after each step only documents that still have a use between the two levels are looked at.
    """
    low, high = 0.0, max_epochs / float(documents.factors.min())
    counts = np.zeros(len(documents), dtype=np.int8)
    upper = np.full(len(documents), max_epochs, dtype=np.int8)
    active = np.arange(len(documents))
    settled = 0
    while active.size > _WINDOW or (active.size and int((upper[active] - counts[active]).max()) > 1):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        at_middle, tokens = _at_level(documents, active, middle, max_epochs)
        if settled + tokens <= target:
            low, counts[active] = middle, at_middle
        else:
            high, upper[active] = middle, at_middle
        open_ones = counts[active] != upper[active]
        settled += all_tokens(documents.at(active[~open_ones]), counts[active[~open_ones]])
        active = active[open_ones]
    return counts, active, settled + all_tokens(documents.at(active), counts[active])


def _at_level(documents: Documents, places: Ints, level: float, max_epochs: int) -> tuple[Counts, int]:
    counts = np.empty(places.size, dtype=np.int8)
    tokens = 0
    for start in range(0, places.size, _CHUNK):
        own = documents.at(places[start : start + _CHUNK])
        counts[start : start + _CHUNK] = own.counts_at(level, max_epochs=max_epochs)
        tokens += int(own.tokens(counts[start : start + _CHUNK]).sum())
    return counts, tokens


def _nearest_candidates(documents: Documents, counts: Counts, max_epochs: int) -> Ints:
    """Documents whose next use comes first: where the window held nothing of the right length."""
    places = np.flatnonzero(counts < max_epochs)
    if places.size <= _WIDE_WINDOW:
        return places
    entries = documents.at(places).entries(counts[places].astype(np.int64))
    return np.sort(places[np.argpartition(entries, _WIDE_WINDOW)[:_WIDE_WINDOW]])


def _taken(documents: Documents, counts: Counts, places: Ints, target: int) -> tuple[Ints, int]:
    """Which of the documents to use once more, and what is then missing of the target."""
    own, use = documents.at(places), counts[places].astype(np.int64)
    lengths = own.use_lengths(use)
    # Documents of the same hash (never in practice) by length: the order of the input says nothing.
    by_length = np.lexsort((lengths, own.hashes))
    mask = fit(own.entries(use)[by_length], lengths[by_length], target=target)
    return places[by_length[mask]], target - int(lengths[by_length][mask].sum())
