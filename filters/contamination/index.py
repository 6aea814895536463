"""The index of benchmark passages: which runs of symbols stand where in which of them.

Enters: items. Leaves: passages, and arrays to look runs up in, a whole batch at once: a bitmap that turns most away, then a
sorted array, then the places of each run. Short passages are looked up by runs of three symbols, the others by runs of four.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filters.contamination.items import ASKING_BITS, Item, Passages, passages_of
from filters.contamination.plausible import PairKeys, pair_keys
from filters.contamination.shared_runs import RUN
from filters.contamination.skeleton import FloatArray, IntArray
from filters.near_duplicates.hashing import Hashes, multipliers

SHORT_RUN = 3
#: The share of a passage's weight that has to be found in a long one and in one that barely tells enough.
OVERLAP, SHORT_OVERLAP = 0.78, 0.88
#: What short and long mean, in bits that are not common.
_SHORT_BITS, _LONG_BITS = 60.0, 180.0
#: Of a passage that tells less than this in all, nearly everything has to be there.
_TINY_BITS = 46.0
#: Where particles and endings count too, some may differ, if a phrase of questions is there.
_WHOLE_LENIENCE = 0.08
#: Passages of fewer symbols than this are short, and those with particles and endings, which may differ.
_SHORT, _SHORT_WHOLE = 12, 32
#: A run that stands in more passages tells nothing of any; a passage that has no other keeps its rarest ones.
_MAX_PASSAGES = 16
_KEPT_RUNS = 6
#: Of the runs of a passage this share has to be found in a row for it to be looked at.
_NEEDED_SHARE, _NEEDED_SHARE_WHOLE = 0.25, 0.15
#: The bitmap has 2 to this power bits for each run, but not more than it may.
_BITMAP_SPARSENESS, _MAX_BITMAP_BITS = 4, 26
_SEED = 4_001


@dataclass(frozen=True)
class Places:
    """Places of runs in passages: run k stands at ``offsets[starts[k] : starts[k + 1]]`` of ``passages[...]``."""

    hashes: Hashes  # ascending
    starts: IntArray
    passages: NDArray[np.int32]
    offsets: NDArray[np.int16]


@dataclass(frozen=True)
class PassageIndex:
    """Passages of one kind, with particles and endings or without, and where to look."""

    passages: Passages
    places: Places
    bitmap: NDArray[np.uint8]
    bitmap_bits: int
    lengths: frozenset[int]  # of runs that are looked up
    needed: NDArray[np.int32]  # runs that have to be found, by passage
    thresholds: FloatArray  # the share of its weight that has to be found, by passage
    pairs: PairKeys  # of the symbols of all passages

    @property
    def num_bytes(self) -> int:
        arrays = (*vars(self.places).values(), *vars(self.passages).values(), self.bitmap, self.needed, self.pairs)
        return sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))

    def find_runs(self, symbols: Hashes, texts: IntArray) -> tuple[IntArray, IntArray]:
        """Where in ``symbols`` runs of passages begin, and the number of each in ``places``; ``texts`` tells texts apart."""
        found: list[tuple[IntArray, IntArray]] = []
        shift = np.uint64(64 - self.bitmap_bits)
        for length, hashes in zip((SHORT_RUN, RUN), _run_sums(symbols), strict=True):
            if length not in self.lengths:
                continue
            bits = (hashes >> shift).astype(np.uint32)
            maybe = np.flatnonzero(self.bitmap.take(bits >> np.uint32(3)) >> (bits & np.uint32(7)).astype(np.uint8) & 1)
            maybe = maybe[texts[maybe] == texts[maybe + length - 1]]
            # In order, so that one search finds the memory warm that the next one needs.
            order = np.argsort(hashes[maybe])
            maybe, wanted = maybe[order], hashes[maybe[order]]
            numbers = np.minimum(np.searchsorted(self.places.hashes, wanted), len(self.places.hashes) - 1)
            same = self.places.hashes[numbers] == wanted
            found.append((maybe[same], numbers[same]))
        return np.concatenate([places for places, _ in found]), np.concatenate([numbers for _, numbers in found])


def _run_sums(symbols: Hashes) -> tuple[Hashes, Hashes]:
    """A hash of each short run and of each long one: multilinear ones share their products, and need no mixing here."""
    count = max(0, len(symbols) - SHORT_RUN + 1)
    numbers = multipliers(RUN + 2, seed=_SEED)
    short = symbols[:count] * numbers[0]
    for place in range(1, SHORT_RUN):
        short += symbols[place : place + count] * numbers[place]
    long = short[: max(0, count - 1)] + symbols[SHORT_RUN : SHORT_RUN + max(0, count - 1)] * numbers[SHORT_RUN]
    # Runs of different lengths are never the same.
    return short ^ numbers[-1], long


@dataclass(frozen=True)
class BenchmarkIndex:
    """All items; the passages without particles and endings, and those of items that only a whole passage tells."""

    items: tuple[Item, ...]
    content: PassageIndex
    whole: PassageIndex

    @property
    def too_short(self) -> tuple[int, ...]:
        """The numbers of the items that cannot be told from ordinary text."""
        return self.whole.passages.without

    @property
    def num_repeated(self) -> int:
        """Passages that are word for word those of an earlier item."""
        return self.content.passages.num_repeated + self.whole.passages.num_repeated

    @property
    def num_bytes(self) -> int:
        return self.content.num_bytes + self.whole.num_bytes


def build_index(items: Sequence[Item], *, overlap: float = OVERLAP, short_overlap: float = SHORT_OVERLAP) -> BenchmarkIndex:
    """The index of ``items``; the same for the same items in the same order.

    ``overlap`` is the share of a long question that has to be found, ``short_overlap`` that of one that barely tells enough.
    """
    content = passages_of(items, numbers=range(len(items)), content=True)
    whole = passages_of(items, numbers=content.without, content=False)
    long = _thresholds(content, overlap=overlap, short_overlap=short_overlap)
    asks = whole.total_bits - whole.bits >= ASKING_BITS
    near = np.where(asks, max(short_overlap - _WHOLE_LENIENCE, 0.0), short_overlap).astype(np.float32)
    return BenchmarkIndex(
        tuple(items),
        _indexed(content, long, short=_SHORT, needed=_NEEDED_SHARE),
        _indexed(whole, near, short=_SHORT_WHOLE, needed=_NEEDED_SHARE_WHOLE),
    )


def _indexed(passages: Passages, thresholds: FloatArray, *, short: int, needed: float) -> PassageIndex:
    is_short = np.diff(passages.starts) < short
    places, counts = _places(passages, is_short)
    bitmap_bits = min(max(len(places.hashes).bit_length() + _BITMAP_SPARSENESS, 8), _MAX_BITMAP_BITS)
    is_there = np.zeros(1 << bitmap_bits, dtype=np.bool_)
    is_there[places.hashes >> np.uint64(64 - bitmap_bits)] = True
    bitmap = np.packbits(is_there, bitorder="little")
    lengths = frozenset(length for length, wanted in ((SHORT_RUN, is_short), (RUN, ~is_short)) if wanted.any())
    at_least = np.maximum(1, np.ceil(needed * counts)).astype(np.int32)
    return PassageIndex(passages, places, bitmap, bitmap_bits, lengths, at_least, thresholds, pair_keys(passages.symbols))


def _thresholds(passages: Passages, *, overlap: float, short_overlap: float) -> FloatArray:
    """The share of a passage that has to be found: the less it tells, the more."""
    share = np.clip((passages.bits - _SHORT_BITS) / (_LONG_BITS - _SHORT_BITS), 0, 1)
    thresholds = short_overlap + (overlap - short_overlap) * share
    return np.where(passages.total_bits < _TINY_BITS, (1 + short_overlap) / 2, thresholds).astype(np.float32)


def _places(passages: Passages, short: NDArray[np.bool_]) -> tuple[Places, NDArray[np.int64]]:
    """The runs that are looked up, and how many of each passage."""
    sizes = np.diff(passages.starts)
    owners = np.repeat(np.arange(len(passages), dtype=np.int32), sizes)
    offsets = (np.arange(len(owners)) - np.repeat(passages.starts[:-1], sizes)).astype(np.int16)
    chosen: list[tuple[Hashes, NDArray[np.int32], NDArray[np.int16]]] = []
    sums = _run_sums(passages.symbols)
    for length, wanted, hashes in ((SHORT_RUN, short, sums[0]), (RUN, ~short, sums[1])):
        inside = (offsets[: len(hashes)] + length <= sizes[owners[: len(hashes)]]) & wanted[owners[: len(hashes)]]
        chosen.append((hashes[inside], owners[: len(hashes)][inside], offsets[: len(hashes)][inside]))
    hashes, owners, offsets = (np.concatenate(columns) for columns in zip(*chosen, strict=True))
    order = np.lexsort((offsets, owners, hashes))
    hashes, owners, offsets = hashes[order], owners[order], offsets[order]
    # A run that a passage repeats counts once.
    once = np.ones(len(hashes), dtype=np.bool_)
    once[1:] = (hashes[1:] != hashes[:-1]) | (owners[1:] != owners[:-1])
    hashes, owners, offsets = hashes[once], owners[once], offsets[once]
    kept = _rare_enough(hashes, owners, len(passages))
    hashes, owners, offsets = hashes[kept], owners[kept], offsets[kept]
    distinct, starts = np.unique(hashes, return_index=True)
    starts = np.append(starts, len(hashes)).astype(np.int64)
    return Places(distinct, starts, owners, offsets), np.bincount(owners, minlength=len(passages))


def _rare_enough(hashes: Hashes, owners: NDArray[np.int32], num_passages: int) -> NDArray[np.bool_]:
    """Which runs are looked up: those of few passages, and the rarest ones of passages that would be left with too few."""
    numbers = np.cumsum(np.concatenate(([False], hashes[1:] != hashes[:-1]))) if len(hashes) else np.zeros(0, np.int64)
    num_passages_of = np.bincount(numbers)[numbers] if len(numbers) else numbers
    kept = num_passages_of <= _MAX_PASSAGES
    left = np.bincount(owners[kept], minlength=num_passages)
    poor = np.flatnonzero(~kept & (left[owners] < _KEPT_RUNS))
    order = poor[np.lexsort((hashes[poor], num_passages_of[poor], owners[poor]))]
    is_first = np.ones(len(order), dtype=np.bool_)
    is_first[1:] = owners[order[1:]] != owners[order[:-1]]
    firsts = np.flatnonzero(is_first)
    ranks = np.arange(len(order)) - np.repeat(firsts, np.diff(firsts, append=len(order)))
    kept[order[ranks < _KEPT_RUNS - left[owners[order]]]] = True
    return kept
