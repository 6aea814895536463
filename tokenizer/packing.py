"""Best-fit packing of documents into sequences of one length.

Document lengths enter, in the random global order that the caller has chosen; which tokens of which document lie where in
which sequence leaves. Follows Ding et al. 2024 (arXiv 2404.10830): a document is cut only where it is longer than a
sequence, and each goes, the longest first, into the fullest sequence that still has room for it.

Where that alone leaves more padding than allowed (a corpus of documents just over half a sequence), the emptiest
sequences are given up and their documents fill the gaps of the others, cut as needed: tokens are never lost, and a
document's pieces keep their order across sequences.

The sequences come in a fixed pseudo-random order: by their first document, those of many short documents would come in
front, and in the order in which they are opened, the longest. Within a sequence documents stand in input order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedSequences:
    """One row per piece, sorted by ``sequence`` and ``start``; all lengths in tokens.

    Piece ``i`` puts tokens ``document_start[i] : document_start[i] + length[i]`` of document ``document[i]`` (its place in
    the input) at offset ``start[i]`` of sequence ``sequence[i]``. What is left of a sequence behind its pieces is padding.
    """

    sequence: Ints
    start: Ints
    document: Ints
    document_start: Ints
    length: Ints
    num_sequences: int
    capacity: int

    @property
    def num_tokens(self) -> int:
        """Tokens of documents, padding not counted."""
        return int(self.length.sum())

    @property
    def num_padding(self) -> int:
        """Tokens of padding."""
        return self.num_sequences * self.capacity - self.num_tokens


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Which bin each piece goes to; ``bins`` counts them."""

    bin: Ints
    document: Ints
    length: Ints
    bins: int


def pack(lengths: npt.NDArray[np.integer], *, capacity: int, max_padding: float = 0.004) -> PackedSequences:
    """Pack documents of ``lengths`` tokens into sequences of ``capacity`` tokens.

    Padding is at most the share ``max_padding`` of all tokens, or the least that whole sequences allow where that is more
    (so only where there are few sequences). Deterministic. Raises ``ValueError`` for a document without tokens.
    """
    if capacity < 1:
        raise ValueError(f"capacity is {capacity}: a sequence holds at least one token")
    if not 0 <= max_padding < 1:
        raise ValueError(f"max_padding is {max_padding}: give a share of 0 or more and less than 1")
    lengths = lengths.astype(np.int64)
    if lengths.size and lengths.min() < 1:
        place = int(np.argmin(lengths))
        raise ValueError(f"document {place} has {lengths[place]} tokens: each has at least its end-of-text token")
    packed = _best_fit(lengths, capacity=capacity)
    packed = _fill_gaps(packed, capacity=capacity, max_padding=max_padding)
    return _ordered(packed, capacity=capacity)


def _best_fit(lengths: Ints, *, capacity: int) -> _Pieces:
    """Full sequences out of long documents, then best fit, the longest first, over everything shorter."""
    num_full = lengths // capacity
    full_document = np.repeat(np.arange(lengths.size), num_full)
    rest = lengths - num_full * capacity
    short = np.flatnonzero(rest)
    order = short[np.argsort(-rest[short], kind="stable")]
    short_bin, bins = _best_fit_bins(rest[order], capacity=capacity)
    return _Pieces(
        bin=np.concatenate([np.arange(full_document.size), full_document.size + short_bin]),
        document=np.concatenate([full_document, order]),
        length=np.concatenate([np.full(full_document.size, capacity), rest[order]]),
        bins=full_document.size + bins,
    )


def _best_fit_bins(lengths: Ints, *, capacity: int) -> tuple[Ints, int]:
    """The bin of each of ``lengths``, which descend and are smaller than ``capacity``; and how many bins there are.

    Documents of one length are placed together: a bin whose room is the smallest that fits stays the best fit until it
    fits no more, so all bins with the same room take as many documents each. That makes the work a matter of the number
    of (length, room) pairs and not of documents. ``occupied`` has bit ``r`` set where a bin with room ``r`` exists.
    """
    room: list[list[Ints]] = [[] for _ in range(capacity + 1)]
    occupied = 0
    placed: list[Ints] = []
    bins = 0
    sizes, counts = np.unique(lengths, return_counts=True)
    for size, count in zip(_ints(sizes[::-1]), _ints(counts[::-1]), strict=True):
        while count:
            fitting = occupied >> size
            space = size + (fitting & -fitting).bit_length() - 1 if fitting else capacity
            each = space // size
            if fitting:
                group = room[space].pop()
                occupied ^= (not room[space]) << space
            else:
                group = np.arange(bins, bins - (-count // each))
                bins += group.size
            # The first bins take all they have room for, one may take fewer, the others none.
            num_full = min(group.size, count // each)
            num_used = min(group.size, -(-count // each))
            in_last = count - num_full * each
            for part, taken in ((group[:num_full], each), (group[num_full:num_used], in_last), (group[num_used:], 0)):
                placed.append(np.repeat(part, taken))
                left = space - taken * size
                if part.size and left:
                    room[left].append(part)
                    occupied |= 1 << left
            count = max(0, count - group.size * each)
    return np.concatenate([np.empty(0, np.int64), *placed]), bins


def _ints(array: Ints) -> list[int]:
    return array.tolist()


def _fill_gaps(packed: _Pieces, *, capacity: int, max_padding: float) -> _Pieces:
    """Give up the emptiest bins where padding is above ``max_padding``, and cut their documents into the others' gaps."""
    tokens = int(packed.length.sum())
    fewest = -(-tokens // capacity)
    allowed = max(fewest, int(tokens / (capacity * (1 - max_padding))))
    if packed.bins <= allowed:
        return packed
    used = np.bincount(packed.bin, weights=packed.length, minlength=packed.bins).astype(np.int64)
    by_use = np.argsort(-used, kind="stable")
    renumbered = np.full(packed.bins, -1, dtype=np.int64)
    renumbered[by_use[:allowed]] = np.arange(allowed)
    kept = renumbered[packed.bin] >= 0
    # The largest gaps first, so that as few documents as possible are cut: the kept bins from the emptiest up.
    gap_bins = np.arange(allowed)[::-1]
    gap_ends = np.cumsum(capacity - used[by_use[:allowed]][::-1])
    piece_ends = np.cumsum(packed.length[~kept])
    # Both laid end to end on one line: a fragment lies between neighbouring ends.
    edges = np.union1d(np.append(0, piece_ends), gap_ends[gap_ends < piece_ends[-1]])
    begins = edges[:-1]
    return _Pieces(
        bin=np.append(renumbered[packed.bin[kept]], gap_bins[np.searchsorted(gap_ends, begins, side="right")]),
        document=np.append(packed.document[kept], packed.document[~kept][np.searchsorted(piece_ends, begins, side="right")]),
        length=np.append(packed.length[kept], np.diff(edges)),
        bins=allowed,
    )


def _ordered(packed: _Pieces, *, capacity: int) -> PackedSequences:
    """Number the sequences, join what touches, and give each piece its place in sequence and document."""
    sequence = _sequence_numbers(packed.bins)[packed.bin]
    order = np.lexsort((packed.document, sequence))
    sequence, document, length = sequence[order], packed.document[order], packed.length[order]
    # Two pieces of one document in one sequence become one.
    first = np.flatnonzero(np.diff(sequence, prepend=-1) | np.diff(document, prepend=-1))
    if first.size:
        length = np.add.reduceat(length, first)
    sequence, document = sequence[first], document[first]
    by_document = np.lexsort((sequence, document))
    document_start = np.empty_like(length)
    document_start[by_document] = _offsets(length[by_document], group=document[by_document])
    return PackedSequences(
        sequence=sequence,
        start=_offsets(length, group=sequence),
        document=document,
        document_start=document_start,
        length=length,
        num_sequences=packed.bins,
        capacity=capacity,
    )


def _sequence_numbers(bins: int) -> Ints:
    """A number for each bin: their order by SplitMix64 (Steele et al. 2014), which no NumPy release can change."""
    mixed = np.arange(1, bins + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    numbers = np.empty(bins, dtype=np.int64)
    numbers[np.argsort(mixed ^ (mixed >> np.uint64(31)), kind="stable")] = np.arange(bins)
    return numbers


def _offsets(length: Ints, *, group: Ints) -> Ints:
    """For each piece the tokens before it in its group; equal groups are neighbours."""
    before = np.cumsum(length) - length
    first = np.flatnonzero(np.diff(group, prepend=-1))
    return before - np.repeat(before[first], np.diff(np.append(first, group.size)))


def fill_sequences(
    packed: PackedSequences,
    *,
    read: Callable[[int, int, int], npt.NDArray[np.integer]],
    dtype: np.dtype[Any],
    pad_id: int,
    first: int = 0,
    last: int | None = None,
) -> npt.NDArray[np.integer]:
    """The tokens of sequences ``first`` to ``last`` (exclusive), one row each, shape ``(last - first, capacity)``.

    ``read(document, start, length)`` gives the tokens from ``start`` on of a document, named by its place in the input.
    """
    last = packed.num_sequences if last is None else last
    rows = np.full((last - first, packed.capacity), pad_id, dtype=dtype)
    begin, end = np.searchsorted(packed.sequence, [first, last]).tolist()
    part = slice(begin, end)
    targets = (packed.sequence[part] - first) * packed.capacity + packed.start[part]
    columns = (packed.document[part], packed.document_start[part], packed.length[part], targets)
    flat = rows.reshape(-1)
    for document, start, length, target in zip(*(column.tolist() for column in columns), strict=True):
        flat[target : target + length] = read(document, start, length)
    return rows
