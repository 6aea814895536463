"""What a knowledge model is trained on: documents of two sides, from named sources, bounded and in one order.

Enters: documents in any order, any number. Leaves: for each source a bounded number of them, chosen and ordered by a hash of
their text alone, each as units (:mod:`filters.knowledge.features`), and windows cut from those.
"""

import hashlib
import heapq
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from filters.knowledge.features import sampled_units
from filters.knowledge.korean import LATIN, NUMBER

Side = Literal["knowledge", "ordinary"]
SIDES: tuple[Side, Side] = ("knowledge", "ordinary")

#: More documents of one source teach nothing new about its register.
MAX_DOCUMENTS_PER_SOURCE = 2_000
#: Of a document, as many units are kept for training; four windows of the longest kind.
_UNITS_PER_DOCUMENT = 256
#: The share of windows without the marks for digits and Latin: so many sources of knowledge are developer pages that a
#: model would otherwise lean on them.
_UNMARKED = 0.25


class Document(NamedTuple):
    """One document of the material. ``source`` names where it is from: a recipe's source or a file."""

    side: Side
    source: str
    language: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source's documents, as units, in the order of their hashes."""

    side: Side
    name: str
    language: str
    documents: tuple[tuple[str, ...], ...]
    is_anchor: bool = False

    def part(self, number: int, *, of: int, without: bool) -> "Source":
        """Every ``of``-th document from ``number`` on, or all ``without`` those."""
        kept = tuple(units for place, units in enumerate(self.documents) if (place % of == number) != without)
        return Source(side=self.side, name=self.name, language=self.language, documents=kept, is_anchor=self.is_anchor)


@dataclass
class Material:
    """Gathers documents; holds at most :data:`MAX_DOCUMENTS_PER_SOURCE` of each source and language."""

    _heaps: dict[tuple[Side, str, str], list[tuple[int, tuple[str, ...]]]] = field(default_factory=dict)
    _seen: dict[tuple[Side, str, str], set[int]] = field(default_factory=dict)
    #: Documents that came in, also those that were not kept: by side, source and language.
    counts: dict[tuple[Side, str, str], int] = field(default_factory=dict)

    def add(self, document: Document) -> None:
        """Takes a document; equal texts of a source count once, and texts without any unit not at all."""
        key = (document.side, document.source, document.language)
        self.counts[key] = self.counts.get(key, 0) + 1
        heap, seen = self._heaps.setdefault(key, []), self._seen.setdefault(key, set())
        rank = -_hash(document.text)
        if rank in seen or (len(heap) >= MAX_DOCUMENTS_PER_SOURCE and rank < heap[0][0]):
            return
        units = tuple(sampled_units(document.text, document.language, num_units=_UNITS_PER_DOCUMENT))
        if not units:
            return
        seen.add(rank)
        if len(heap) < MAX_DOCUMENTS_PER_SOURCE:
            heapq.heappush(heap, (rank, units))
        else:
            seen.discard(heapq.heapreplace(heap, (rank, units))[0])

    def sources(self, *, are_anchors: bool = False) -> list[Source]:
        """The sources with any document, by language, side and name."""
        found: list[Source] = []
        for (side, name, language), heap in self._heaps.items():
            if heap:
                documents = tuple(units for _, units in sorted(heap, reverse=True))
                found.append(Source(side=side, name=name, language=language, documents=documents, is_anchor=are_anchors))
        return sorted(found, key=lambda source: (source.language, source.side, source.name))


def _hash(text: str) -> int:
    # Lone surrogates are no UTF-8, and no reason to stop.
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def windows(source: Source, count: int, *, lengths: Sequence[int], seed: int) -> Iterator[list[str]]:
    """``count`` windows of a source in units, each of a length drawn from ``lengths``.

    Documents that are too short for their window are read on into the next ones, so that the windows of every source are of
    the same lengths: else a model learns that reviews are short.
    """
    generator = random.Random(f"{seed}/{source.side}/{source.name}/{source.language}")
    documents = source.documents
    for number in range(count):
        place = number % len(documents)
        length = generator.choice(lengths)
        units = list(documents[place])
        if len(units) > length:
            start = generator.randrange(len(units) - length + 1)
            units = units[start : start + length]
        following = place
        while len(units) < length and (following := (following + 1) % len(documents)) != place:
            units += documents[following]
        units = units[:length]
        if generator.random() < _UNMARKED:
            units = [unit for unit in units if unit not in (NUMBER, LATIN)] or units
        yield units


def shares(sources: Iterable[Source], *, total: int) -> list[tuple[Source, int]]:
    """How many of ``total`` windows each source gives: by the square root of how many documents it has."""
    listed = list(sources)
    roots = [len(source.documents) ** 0.5 for source in listed]
    whole = sum(roots)
    return [(source, max(1, round(total * root / whole))) for source, root in zip(listed, roots, strict=True)]
