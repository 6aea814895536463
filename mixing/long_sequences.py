"""Which uses of documents go into the long sequences of the second stage of training.

Documents, their numbers of uses and a target enter; a bit for every use leaves. Documents that the short sequences would
have to cut and the long ones hold whole come first, each once, then still longer ones, then the repeats of both, and then
whatever there is; each class in the order of a hash of (document, use).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mixing.fitting import fit
from mixing.repeats import use_hashes
from mixing.uses import Counts, Documents

Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint32]

_STREAM = 2
#: Uses that are sorted at once; of more, those near the target are.
_WINDOW = 65_536
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class _Class:
    """Uses ``first`` to ``last`` (not included) of some documents."""

    places: Ints
    first: int
    last: int


def choose_long(documents: Documents, counts: Counts, *, target: int, sequence_length: int, long_sequence_length: int) -> Bits:
    """Bit k of the number of each document: whether its use k goes into the long sequences, ``target`` tokens in all."""
    bits = np.zeros(len(documents), dtype=np.uint32)
    left = target
    classes = [
        (own, number, tokens)
        for own in _classes(documents, counts, sequence_length, long_sequence_length)
        for number, tokens in [_size(documents, counts, own)]
        if number
    ]
    for place, (own, number, tokens) in enumerate(classes):
        if left <= 0:
            break
        if tokens <= left:
            for use, chunk in _chunks(counts, own):
                bits[chunk] |= np.uint32(1 << use)
            left -= tokens
        else:
            left -= _part(documents, counts, own, left, (number, tokens), bits, last=place == len(classes) - 1)
    return bits


def _classes(documents: Documents, counts: Counts, short: int, long: int) -> list[_Class]:
    lengths = documents.lengths
    whole = np.flatnonzero((lengths > short) & (lengths <= long) & (counts > 0))
    longer = np.flatnonzero((lengths > long) & (counts > 0))
    rest = np.flatnonzero((lengths <= short) & (counts > 0))
    most = int(counts.max(initial=0))
    return [
        _Class(places=whole, first=0, last=1),
        _Class(places=longer, first=0, last=1),
        _Class(places=whole, first=1, last=most),
        _Class(places=longer, first=1, last=most),
        _Class(places=rest, first=0, last=most),
    ]


def _chunks(counts: Counts, own: _Class) -> Iterator[tuple[int, Ints]]:
    """Each use of the class, with the documents that have it, some at a time."""
    for use in range(own.first, own.last):
        for start in range(0, own.places.size, _CHUNK):
            chunk = own.places[start : start + _CHUNK]
            yield use, chunk[counts[chunk] > use]


def _size(documents: Documents, counts: Counts, own: _Class) -> tuple[int, int]:
    """Uses and tokens of a class."""
    number = tokens = 0
    for use, chunk in _chunks(counts, own):
        number += chunk.size
        tokens += int(documents.at(chunk).use_lengths(use).sum())
    return number, tokens


def _part(
    documents: Documents, counts: Counts, own: _Class, target: int, size: tuple[int, int], bits: Bits, *, last: bool
) -> int:
    """Takes uses of a class in the order of their hashes for ``target`` tokens; the tokens taken.

    Only a window of hashes around the one where the target should be reached is sorted.
    """
    number, tokens = size
    middle, width = target / tokens, max(_WINDOW / (4 * number), 0.0)
    while True:
        whole = number <= _WINDOW or width >= 1
        low, high = (0.0, 1.0) if whole else (max(middle - width, 0.0), min(middle + width, 1.0))
        below, places, uses, hashes, lengths = _window(documents, counts, own, low, high)
        if whole or below <= target <= below + int(lengths.sum()):
            break
        width *= 4
    order = np.lexsort((uses, lengths, hashes))
    mask = fit(hashes[order], lengths[order], target=target - below, never_more=not last)
    np.bitwise_or.at(bits, places[order[mask]], np.uint32(1) << uses[order[mask]].astype(np.uint32))
    if low > 0:
        for use, chunk in _chunks(counts, own):
            bits[chunk[_units(documents, chunk, use) < low]] |= np.uint32(1 << use)
    return below + int(lengths[order[mask]].sum())


def _units(documents: Documents, places: Ints, use: int) -> npt.NDArray[np.float64]:
    return use_hashes(documents.hashes[places], use, stream=_STREAM) / 2.0**64


def _window(
    documents: Documents, counts: Counts, own: _Class, low: float, high: float
) -> tuple[int, Ints, Ints, npt.NDArray[np.float64], Ints]:
    """Tokens of the uses with a hash below ``low``; document, use, hash and length of those from there to ``high``."""
    below = 0
    found: list[tuple[Ints, Ints, npt.NDArray[np.float64], Ints]] = []
    for use, chunk in _chunks(counts, own):
        units, lengths = _units(documents, chunk, use), documents.at(chunk).use_lengths(use)
        below += int(lengths[units < low].sum())
        near = (units >= low) & (units <= high)
        found.append((chunk[near], np.full(int(near.sum()), use), units[near], lengths[near]))
    places, uses, hashes, lengths = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return below, places, uses, hashes, lengths
