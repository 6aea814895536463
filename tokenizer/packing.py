"""Best-fit packing of documents into sequences of one length.

Document lengths enter, in the random global order that the caller has chosen; which tokens of which document lie where in
which sequence leaves. Follows Ding et al. 2024 (arXiv 2404.10830): a document is cut only where it is longer than a
sequence, and each goes, the longest first, into the fullest sequence that still has room for it.

Beyond that paper: a long document is cut where its text allows it, and what such a cut leaves empty is best-fit's to fill.
Where that does not succeed, its cuts move closer to the end of the sequence, and where padding is still above what is
allowed, whole sequences are given up and their documents fill the gaps of the others, first those that are in pieces anyway.
No sequence holds two pieces of one owner (a document and its repeats): where a few documents are most of a small corpus, this
costs padding.

The sequences come in a fixed pseudo-random order: by their first document, those of many short documents would come in
front, and in the order in which they are opened, the longest. So the pieces of a document stand in no order either. Within a
sequence pieces stand in input order, or with owners given in an order that follows from their owners' numbers alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .best_fit import Ints, Pieces
from .bit_mixing import mixed
from .chunks import Cut, Packing
from .gap_filling import gaps_filled
from .separation import joined, separated


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

    @property
    def num_split(self) -> int:
        """Documents in more than one piece."""
        return int(np.count_nonzero(np.bincount(self.document) > 1))


def pack(
    lengths: npt.NDArray[np.integer],
    *,
    capacity: int,
    owner: npt.NDArray[np.integer] | None = None,
    cut: Cut | None = None,
    max_padding: float = 0.001,
) -> PackedSequences:
    """Pack documents of ``lengths`` tokens into sequences of ``capacity`` tokens.

    ``owner`` has a number for each: no sequence holds two of one number, nor two separate pieces of one document.
    ``cut(document, earliest, latest)`` gives the best place in ``(earliest, latest]`` to cut a document; without it, cuts are
    where sequences end. Padding is at most the share ``max_padding`` of all tokens, or the least that whole sequences allow
    where that is more (so only where there are few sequences), or what owners make unavoidable. Deterministic.

    Raises:
        ValueError: a document without tokens, a capacity below 1, an owner missing or negative, a ``cut`` out of its bounds.
    """
    lengths, owners = _checked(lengths, capacity=capacity, owner=owner, max_padding=max_padding)
    if not lengths.size:
        none = np.empty(0, dtype=np.int64)
        return _ordered(Pieces(bin=none, document=none, start=none, length=none, bins=0), capacity=capacity, key=none)
    packed = Packing(lengths, capacity=capacity, owner=owners, cut=cut, max_padding=max_padding).run()
    packed = separated(packed, owner=owners, capacity=capacity)
    packed = joined(gaps_filled(packed, capacity=capacity, max_padding=max_padding, owner=owners, cut=cut))
    key = packed.document if owner is None else mixed(owners)[packed.document]
    return _ordered(packed, capacity=capacity, key=key)


def _checked(
    lengths: npt.NDArray[np.integer], *, capacity: int, owner: npt.NDArray[np.integer] | None, max_padding: float
) -> tuple[Ints, Ints]:
    """Lengths and owners as 64-bit numbers."""
    if capacity < 1:
        raise ValueError(f"capacity is {capacity}: a sequence holds at least one token")
    if not 0 <= max_padding < 1:
        raise ValueError(f"max_padding is {max_padding}: give a share of 0 or more and less than 1")
    if lengths.ndim != 1:
        raise ValueError(f"lengths have {lengths.ndim} dimensions: give one number for each document")
    if lengths.size and lengths.min() < 1:
        place = int(np.argmin(lengths))
        raise ValueError(f"document {place} has {lengths[place]} tokens: each has at least its end-of-text token")
    if owner is None:
        return lengths.astype(np.int64), np.arange(lengths.size)
    if owner.shape != lengths.shape:
        raise ValueError(f"{owner.size} owners for {lengths.size} documents: give one for each")
    if owner.size and owner.min() < 0:
        raise ValueError(f"document {int(np.argmin(owner))} has owner {owner.min()}: number owners from 0 on")
    return lengths.astype(np.int64), np.unique(owner, return_inverse=True)[1].astype(np.int64)


def _ordered(packed: Pieces, *, capacity: int, key: npt.NDArray[Any]) -> PackedSequences:
    """Number the sequences and give each piece its place; pieces of one sequence stand by ``key``."""
    numbers = np.empty(packed.bins, dtype=np.int64)
    numbers[np.argsort(mixed(np.arange(packed.bins)), kind="stable")] = np.arange(packed.bins)
    sequence = numbers[packed.bin]
    order = np.lexsort((key, sequence))
    sequence, length = sequence[order], packed.length[order]
    return PackedSequences(
        sequence=sequence,
        start=offsets_within(length, group=sequence),
        document=packed.document[order],
        document_start=packed.start[order],
        length=length,
        num_sequences=packed.bins,
        capacity=capacity,
    )


def offsets_within(length: Ints, *, group: Ints) -> Ints:
    """For each piece the tokens before it in its group; equal groups are neighbours."""
    before = np.cumsum(length) - length
    first = np.flatnonzero(np.diff(group, prepend=-1))
    return before - np.repeat(before[first], np.diff(np.append(first, group.size)))


def boundaries(packed: PackedSequences) -> tuple[Ints, Ints]:
    """The offsets in its sequence where each piece begins, and its padding if it has any; and how many each sequence has.

    Sequence after sequence, each beginning with 0: what cumulative lengths for attention within documents are made of.
    """
    begins = packed.sequence * packed.capacity + packed.start
    ends = np.bincount(packed.sequence, weights=packed.length, minlength=packed.num_sequences).astype(np.int64)
    padded = np.flatnonzero(ends < packed.capacity)
    places = np.sort(np.append(begins, padded * packed.capacity + ends[padded]))
    return places % packed.capacity, np.bincount(places // packed.capacity, minlength=packed.num_sequences)


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
