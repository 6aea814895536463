"""The shingles of texts: sets of hashes whose Jaccard similarity says how alike two texts are.

Enters: texts. Leaves: :class:`Shingles`. Sets of neighbours are Broder's shingles (1997, "On the resemblance and containment of
documents"); in a multiset the k-th occurrence of a hash is a shingle of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filters.near_duplicates.folding import FoldedTexts, fold_all
from filters.near_duplicates.hashing import Hashes, mix, multipliers, range_hashes, run_hashes
from filters.near_duplicates.stems import content_words
from filters.near_duplicates.stripping import strip
from filters.near_duplicates.tokens import tokens

IntArray = NDArray[np.int64]

#: Hashes of one text are compared by their upper 44 bits, so that a sort by text and hash is one of single numbers.
_TEXT_BITS = 20
_MAX_TEXTS = 1 << _TEXT_BITS
#: The first radical of CJK, as a number of :class:`filters.near_duplicates.stripping.Stripped`.
_FIRST_IDEOGRAPH = 0x2E80 - 0xAC00


@dataclass(frozen=True)
class Shingles:
    """Text i has ``hashes[starts[i] : starts[i + 1]]``: a set, ascending."""

    hashes: Hashes
    starts: IntArray

    def __len__(self) -> int:
        return len(self.starts) - 1


def _sorted(hashes: Hashes, starts: IntArray) -> Hashes:
    """The number of its text and 44 bits of each hash, ascending."""
    if len(starts) > _MAX_TEXTS:
        raise ValueError(f"{len(starts) - 1:,} texts at once; give at most {_MAX_TEXTS - 1:,}")
    texts = np.repeat(np.arange(len(starts) - 1, dtype=np.uint64) << np.uint64(64 - _TEXT_BITS), np.diff(starts))
    keys = hashes >> np.uint64(_TEXT_BITS)
    keys |= texts
    keys.sort()
    return keys


def as_set(hashes: Hashes, starts: IntArray) -> Shingles:
    """The distinct hashes of each text."""
    keys = _sorted(hashes, starts)
    first = np.ones(len(keys), dtype=np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    keys = keys.compress(first)
    bounds = np.arange(len(starts) - 1, dtype=np.uint64) << np.uint64(64 - _TEXT_BITS)
    return Shingles(mix(keys << np.uint64(_TEXT_BITS)), np.append(np.searchsorted(keys, bounds), len(keys)))


def as_multiset(hashes: Hashes, starts: IntArray) -> Shingles:
    """One hash for each occurrence: the k-th of the same hash in a text has the k-th of its hashes."""
    keys = _sorted(hashes, starts)
    places = np.arange(len(keys))
    firsts = places.copy()
    firsts[1:][keys[1:] == keys[:-1]] = 0
    occurrences = places - np.maximum.accumulate(firsts)
    keys <<= np.uint64(_TEXT_BITS)
    keys += occurrences.astype(np.uint64) * multipliers(1, seed=3)[0]
    return Shingles(mix(keys), starts)


def _neighbours(values: Hashes, starts: IntArray, *, n: int) -> tuple[Hashes, IntArray]:
    """(a hash of each ``n`` neighbours in one text, starts); of a text with fewer, but any, one of all of them."""
    sizes = np.diff(starts)
    counts = np.where(sizes >= n, sizes - n + 1, np.minimum(sizes, 1))
    bounds = np.zeros(len(starts), dtype=np.int64)
    np.cumsum(counts, out=bounds[1:])
    padded = np.concatenate([values, np.zeros(n, dtype=np.uint64)])
    hashes = run_hashes(padded, n=n)
    short = np.flatnonzero((sizes < n) & (sizes > 0))
    for size in range(1, n):
        these = starts.take(short[sizes[short] == size])
        hashes[these] = run_hashes(padded[these[:, None] + np.arange(size)].ravel(), n=size)[::size] if len(these) else 0
    return hashes.take(np.arange(bounds[-1]) + np.repeat(starts[:-1] - bounds[:-1], counts)), bounds


def character_runs(folded: FoldedTexts, *, n: int = 5) -> tuple[Hashes, IntArray]:
    """(a hash of each run of ``n`` folded characters, repeated ones too; where each text's start)."""
    return _neighbours(folded.code_points.astype(np.uint64), folded.starts, n=n)


def character_shingles(texts: Sequence[str], *, n: int = 5) -> Shingles:
    """The runs of ``n`` folded characters: blind to spacing, punctuation, case and width. A text with fewer has one: itself."""
    return as_set(*character_runs(fold_all(texts), n=n))


def stem_pieces(folded: FoldedTexts) -> tuple[Hashes, IntArray]:
    """(hashes of the pieces of the stems, in the order of the texts; where each text's start).

    Pieces of a stem of Hangul or ideographs are its pairs of neighbours: compounds are spaced in several ways, and pairs hardly
    change (개인정보 보호, 개인정보보호). A stem of one character, a number and a word in another script are one piece.
    """
    stripped = strip(folded)
    rows = content_words(stripped)
    firsts, stops = stripped.starts.take(rows), stripped.stops.take(rows)
    sizes = stops - firsts
    pairs = (sizes > 1) & (stripped.syllables.take(firsts) >= _FIRST_IDEOGRAPH)
    counts = np.where(pairs, sizes - 1, 1)
    begins = np.cumsum(counts) - counts
    bounds = np.append(begins, counts.sum()).take(np.searchsorted(firsts, folded.starts))
    places = np.arange(int(counts.sum())) + np.repeat(firsts - begins, counts)
    left, right = (stripped.syllables.take(places + shift, mode="clip").astype(np.uint64) for shift in (0, 1))
    pieces = mix((left << np.uint64(32)) ^ right)
    single = np.flatnonzero(~pairs)
    pieces[begins.take(single)] = range_hashes(stripped.syllables, firsts.take(single), stops.take(single))
    return pieces, bounds


def stem_shingles_of(folded: FoldedTexts) -> Shingles:
    """As :func:`stem_shingles`, of texts that are folded already."""
    return as_multiset(*stem_pieces(folded))


def stem_shingles(texts: Sequence[str]) -> Shingles:
    """The multiset of the stems of the content words: blind to particles, endings, speech level and order."""
    return stem_shingles_of(fold_all(texts))


def token_runs(texts: Sequence[str], *, n: int = 5) -> tuple[Hashes, IntArray]:
    """(a hash of each run of ``n`` tokens of program code, repeated ones too; where each text's start)."""
    return _neighbours(*tokens(texts), n=n)


def token_shingles(texts: Sequence[str], *, n: int = 5) -> Shingles:
    """The runs of ``n`` tokens of program code: blind to white space and line ends. A text with fewer has one: itself."""
    return as_set(*token_runs(texts, n=n))
