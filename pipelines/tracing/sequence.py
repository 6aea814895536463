"""Every piece of one sequence: whose it is, which tokens of it, where the rest of it lies, and what it says.

Enters: a :class:`~pipelines.shard_set.ShardSet`, a shard and the number of a sequence. Leaves: a :class:`SequenceTrace`. All
of it but what only the run knows of a document (its source, say) comes from the shard's own files.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.shard_set import ShardSet, segment_of, sequence_length
from pipelines.takedown.tables import pc
from pipelines.token_bytes import TokenBytes
from tokenizer.fim import FORM_NAMES

from .about import About, about_documents, described


@dataclass(frozen=True, kw_only=True)
class Place:
    """A piece of a use: tokens ``document_start`` and on of its stream, at ``start`` of ``sequence``."""

    sequence: int
    start: int
    length: int
    document_start: int

    @property
    def end(self) -> int:
        return self.start + self.length

    @property
    def document_end(self) -> int:
        return self.document_start + self.length


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A piece with its document. ``rest`` are the other pieces of the same use, ``tokens`` all of them together."""

    document_id: str
    repeat: int
    form: str
    place: Place
    tokens: int
    rest: tuple[Place, ...]
    about: About
    #: None without a tokenizer.
    text: str | None

    @property
    def whole(self) -> bool:
        return not self.rest


@dataclass(frozen=True, kw_only=True)
class SequenceTrace:
    """One sequence; ``padding`` as (start, length)."""

    shard: str
    sequence: int
    num_sequences: int
    sequence_length: int
    segment: str
    pieces: tuple[Piece, ...]
    padding: tuple[tuple[int, int], ...] = field(default=())
    has_run: bool = True
    has_text: bool = True


def parse_sequence(given: str) -> int:
    """The number of a sequence.

    Raises:
        ValueError: it is none.
    """
    if not (given.isascii() and given.isdecimal()):
        raise ValueError(f"{given!r} is no number of a sequence: give 0, 1, … (the first sequence of a shard is 0)")
    return int(given)


def trace_sequence(
    shards: ShardSet, given: str, number: int, *, tokenizer: str | None = None, position: int | None = None
) -> SequenceTrace:
    """What stands in sequence ``number`` of a shard; with ``position`` only the piece that holds that token.

    Raises:
        ValueError: no such shard, sequence or token, or a file of it is damaged.
    """
    shard = shards.resolve(given)
    capacity, num_sequences = _checked(shards, shard, number, position)
    lineage = shards.lineage(shard)
    rows = lineage.filter(pc.equal(lineage["sequence"], number))
    padding = tuple(_gaps(rows, capacity))
    if position is not None:
        own = (pc.less_equal(rows["start"], position), pc.greater(pc.add(rows["start"], rows["length"]), position))
        rows = rows.filter(pc.and_(*own))
        padding = tuple((start, length) for start, length in padding if start <= position < start + length)
    decoder = shards.decoder(tokenizer)
    about = about_documents(shards.run, rows["document_id"].unique().to_pylist()) if shards.run and rows.num_rows else {}
    with shards.tokens(shard) as tokens:
        ids = tokens.read(number * capacity, capacity)
    return SequenceTrace(
        shard=shard,
        sequence=number,
        num_sequences=num_sequences,
        sequence_length=capacity,
        segment=segment_of(shard),
        pieces=tuple(_pieces(rows, lineage, ids, decoder, about)),
        padding=padding,
        has_run=shards.run is not None,
        has_text=decoder is not None,
    )


def _checked(shards: ShardSet, shard: str, number: int, position: int | None) -> tuple[int, int]:
    """The length of a shard's sequences and their number.

    Raises:
        ValueError: there is no such sequence or token.
    """
    capacity, num_sequences = sequence_length(shard), shards.num_sequences(shard)
    if not 0 <= number < num_sequences:
        last = f"its sequences are 0 to {num_sequences - 1:,}" if num_sequences else "it has none"
        raise ValueError(f"{shard} has no sequence {number:,}: {last}")
    if position is not None and not 0 <= position < capacity:
        raise ValueError(f"there is no token {position:,} in a sequence of {capacity:,} tokens: give 0 to {capacity - 1:,}")
    return capacity, num_sequences


def _gaps(rows: pa.Table, capacity: int) -> list[tuple[int, int]]:
    """Where no piece stands: at the end, or where a document was taken down."""
    gaps: list[tuple[int, int]] = []
    end = 0
    for start, length in zip(rows["start"].to_pylist(), rows["length"].to_pylist(), strict=True):
        gaps += [(end, start - end)] if start > end else []
        end = start + length
    return gaps + ([(end, capacity - end)] if end < capacity else [])


def _pieces(rows: pa.Table, lineage: pa.Table, ids: Any, decoder: TokenBytes | None, about: dict[str, About]) -> list[Piece]:
    all_of_them = lineage.filter(pc.is_in(lineage["document_id"], value_set=rows["document_id"].unique()))
    by_use = uses_of(all_of_them)
    pieces: list[Piece] = []
    for row in rows.to_pylist():
        place = _place(row)
        places = by_use[row["document_id"], row["repeat"]]
        pieces.append(
            Piece(
                document_id=row["document_id"],
                repeat=row["repeat"],
                form=form_name(row["form"]),
                place=place,
                tokens=sum(other.length for other in places),
                rest=tuple(other for other in places if other != place),
                about=described(about, row["document_id"]),
                text=shown_text(decoder, ids[place.start : place.end]) if decoder else None,
            )
        )
    return pieces


def uses_of(rows: pa.Table) -> dict[tuple[str, int], list[Place]]:
    """The pieces of each (document, repeat) in the order of its text."""
    found: dict[tuple[str, int], list[Place]] = {}
    for row in rows.to_pylist():
        found.setdefault((row["document_id"], row["repeat"]), []).append(_place(row))
    return {use: sorted(places, key=lambda place: place.document_start) for use, places in found.items()}


def _place(row: dict[str, Any]) -> Place:
    return Place(**{name: row[name] for name in ("sequence", "start", "length", "document_start")})


def form_name(form: int) -> str:
    """How people call a form."""
    return FORM_NAMES[form] if 0 <= form < len(FORM_NAMES) else f"form {form}"


def shown_text(decoder: TokenBytes, ids: Any) -> str:
    """The text of some ids with special tokens between double brackets, so that they differ from text that names them.

    A character that was cut in two is U+FFFD, and so is an id that the tokenizer does not have.
    """
    known = np.where(ids < decoder.vocab_size, ids, 0)
    special = np.flatnonzero(decoder.special[known] | (ids >= decoder.vocab_size))
    bounds = np.unique(np.concatenate(([0, len(ids)], special, special + 1)))
    names = {int(place): _bracketed(decoder, int(ids[place])) for place in special}
    texts = decoder.texts(known, bounds)
    return "".join(names.get(start, text) for start, text in zip(bounds[:-1].tolist(), texts, strict=True))


def _bracketed(decoder: TokenBytes, number: int) -> str:
    return f"[[{decoder.special_names.get(number, f'no token {number}')}]]"
