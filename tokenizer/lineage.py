"""Which tokens of which document lie where in a shard: ``part-00000.lineage.parquet``.

One row per piece of a document. A document's end-of-text token belongs to it and is counted; what follows the last piece of
a sequence is padding. The answer to "which document taught the model this?", and the proof that no token was lost or
written twice.

On disk, rows stand in order of their documents' ids, so that ids are stored as what differs from the one before and one
document is found without reading the others. ``document`` numbers the ids of the file. Where documents are so short that
every byte of a row counts, ``start`` is null: it follows from the order of pieces within a sequence, which the packer takes
from those numbers (:func:`document_numbers`); where it did not, or a takedown left gaps, ``start`` is written.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from .bit_mixing import mixed

Ints = npt.NDArray[np.int64]
#: Whose functions are made when it is imported, so that no checker sees them.
pc: Any = pyarrow.compute

LINEAGE_SCHEMA = pa.schema(
    [
        pa.field("sequence", pa.int32(), nullable=False),
        pa.field("start", pa.int32(), nullable=False),
        pa.field("length", pa.int32(), nullable=False),
        pa.field("document_id", pa.string(), nullable=False),
        pa.field("document_start", pa.int64(), nullable=False),
        pa.field("repeat", pa.int16(), nullable=False),
        pa.field("form", pa.int8(), nullable=False),
    ]
)
_NUMBER = pa.field("document", pa.int32(), nullable=False)
_FILE_SCHEMA = pa.schema([field.with_nullable(field.name == "start") for field in LINEAGE_SCHEMA]).append(_NUMBER)
#: Dictionaries would hold every id; what is random is stored byte by byte, so that its high bytes are compressed.
_ENCODINGS = {
    "sequence": "BYTE_STREAM_SPLIT",
    "start": "BYTE_STREAM_SPLIT",
    "length": "BYTE_STREAM_SPLIT",
    "document_id": "DELTA_BYTE_ARRAY",
    "document_start": "DELTA_BINARY_PACKED",
    "repeat": "DELTA_BINARY_PACKED",
    "form": "PLAIN",
    "document": "DELTA_BINARY_PACKED",
}
_ROWS_PER_GROUP = 1 << 17
_ZSTD_LEVEL = 9
#: Tokens in a piece on average below which the bytes of ``start`` count.
_SHORT = 64


class LineageError(ValueError):
    """A shard's lineage does not account for each of its tokens exactly once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageTotals:
    """What a checked lineage adds up to."""

    sequences: int
    documents: int
    tokens: int
    padding: int


def document_numbers(ids: Any) -> Ints:
    """A number for each document id, equal for equal ones and ascending with them: the ``owner`` to pack with."""
    column = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else pa.array(ids, pa.string())
    coded = column.dictionary_encode()
    ranks = pc.rank(coded.dictionary, sort_keys="ascending", tiebreaker="first").to_numpy().astype(np.int64) - 1
    return ranks[coded.indices.to_numpy()] if len(coded) else np.empty(0, dtype=np.int64)


def lineage_table(
    *,
    sequence: npt.ArrayLike,
    start: npt.ArrayLike,
    length: npt.ArrayLike,
    document_id: Any,
    document_start: npt.ArrayLike,
    repeat: npt.ArrayLike,
    form: npt.ArrayLike,
) -> pa.Table:
    """The columns as a table of :data:`LINEAGE_SCHEMA`, sorted by sequence and start."""
    columns = [sequence, start, length, document_id, document_start, repeat, form]
    table = pa.table([pa.array(column) for column in columns], names=LINEAGE_SCHEMA.names).cast(LINEAGE_SCHEMA)
    return _by_place(table)


def write_lineage(table: pa.Table, *, to: Any) -> None:
    """Write the table to a path or an open binary file; the same rows give the same bytes, whatever their order."""
    table = table.cast(LINEAGE_SCHEMA)
    numbers = document_numbers(table["document_id"])
    order = np.lexsort((_ints(table, "document_start"), _ints(table, "repeat"), numbers))
    table = table.take(pa.array(order)).append_column(_NUMBER, pa.array(numbers[order], pa.int32()))
    if pc.sum(table["length"]).as_py() is None or pc.mean(table["length"]).as_py() < _SHORT:
        table = _without_starts(table)
    pq.write_table(
        table.cast(_FILE_SCHEMA),
        to,
        compression="zstd",
        compression_level=_ZSTD_LEVEL,
        row_group_size=_ROWS_PER_GROUP,
        use_dictionary=False,
        column_encoding=_ENCODINGS,
    )


def read_lineage(source: str | Path | BinaryIO) -> pa.Table:
    """Read a lineage file: the table of :data:`LINEAGE_SCHEMA`, sorted by sequence and start.

    Raises:
        LineageError: the file has other columns.
    """
    table = _checked_columns(pq.ParquetFile(source)).read()
    return _by_place(_with_starts(table).drop_columns(["document"]).cast(LINEAGE_SCHEMA))


def places_of(source: str | Path | BinaryIO, document_id: str) -> pa.Table:
    """The rows of one document, by repeat and place in the document; reads the part of the file where its id could be.

    Raises:
        LineageError: the file has other columns.
    """
    file = _checked_columns(pq.ParquetFile(source))
    groups = [group for group in range(file.num_row_groups) if _may_hold(file, group, document_id)]
    table = file.read_row_groups(groups)
    table = table.filter(pc.equal(table["document_id"], pa.scalar(document_id)))
    if table["start"].null_count:
        others = file.read(columns=["sequence", "length", "document"])
        others = others.filter(pc.is_in(others["sequence"], value_set=pc.unique(table["sequence"])))
        starts = pa.table({"sequence": others["sequence"], "document": others["document"], "start": _derived_starts(others)})
        place = np.lexsort((_ints(starts, "document"), _ints(starts, "sequence")))
        keys = (_ints(starts, "sequence") * (1 << 32) + _ints(starts, "document"))[place]
        wanted = _ints(table, "sequence") * (1 << 32) + _ints(table, "document")
        found = _ints(starts, "start")[place][np.searchsorted(keys, wanted)]
        table = _with_column(table, "start", pa.array(found, pa.int32()))
    return table.drop_columns(["document"]).cast(LINEAGE_SCHEMA)


def check_lineage(table: pa.Table, *, sequence_length: int, num_sequences: int, uses: pa.Table | None = None) -> LineageTotals:
    """Prove that each token of ``num_sequences`` sequences is a document's or padding at the end.

    Each sequence holds pieces that follow one another from 0 on and end within ``sequence_length``, none of them of one
    document with another; the pieces of each repeat of a document follow one another in it and have one form. With ``uses``
    (columns document_id, repeat, form, num_tokens: every repeat of the table) each is there from token 0 to its last one;
    leave it out where a document may continue in another shard.

    Raises:
        LineageError: names the first row that breaks this.
    """
    sequence, start, length = (_ints(table, name) for name in ("sequence", "start", "length"))
    _check(length > 0, rule="a piece has at least one token", table=table)
    _check(np.diff(sequence, prepend=0) >= 0, rule="rows are sorted by sequence", table=table)
    _check(start == _expected_starts(sequence, length), rule="a piece begins where the last one ended", table=table)
    _check(start + length <= sequence_length, rule=f"a piece ends within {sequence_length} tokens", table=table)
    _check_sequences(np.unique(sequence), num_sequences=num_sequences)
    document = document_numbers(table["document_id"])
    _check(_first_in_group(sequence, document), rule="a sequence has one piece of a document", table=table)
    key = document * (1 << 16) + _ints(table, "repeat") + (1 << 15)
    _check_repeats(table, key=key, uses=uses)
    tokens = int(length.sum())
    return LineageTotals(
        sequences=num_sequences,
        documents=int(document.max(initial=-1)) + 1,
        tokens=tokens,
        padding=num_sequences * sequence_length - tokens,
    )


def _check_repeats(table: pa.Table, *, key: Ints, uses: pa.Table | None) -> None:
    """The pieces of each repeat of a document, which have one ``key``."""
    length, document_start, form = (_ints(table, name) for name in ("length", "document_start", "form"))
    order = np.lexsort((document_start, key))
    first = np.diff(key[order], prepend=-1) != 0
    end = (document_start + length)[order]
    follows, same_form = np.empty((2, order.size), dtype=np.bool_)
    follows[order] = first | (document_start[order] == np.append(0, end[:-1])[: order.size])
    _check(follows, rule="a document's pieces follow one another", table=table)
    same_form[order] = first | (np.diff(form[order], prepend=-1) == 0)
    _check(same_form, rule="the pieces of a repeat have one form", table=table)
    if uses is not None:
        _check_uses(table.take(pa.array(order[first])), totals=_sums(length[order], first=first), uses=uses)


def _check(holds: npt.NDArray[np.bool_], *, rule: str, table: pa.Table) -> None:
    if not holds.all():
        row = int(np.argmin(holds))
        raise LineageError(f"lineage row {row} breaks '{rule}': {table.slice(row, 1).to_pylist()[0]}; pack it again")


def _check_sequences(present: Ints, *, num_sequences: int) -> None:
    if not np.array_equal(present, np.arange(num_sequences)):
        missing = np.setdiff1d(np.arange(num_sequences), present)
        what = f"nothing of sequence {missing[0]}" if missing.size else f"sequence {present[-1]}"
        raise LineageError(f"lineage of {num_sequences} sequences has {what}: pack the shard again")


def _first_in_group(group: Ints, number: Ints) -> npt.NDArray[np.bool_]:
    """Whether each row is the first of its group with its number."""
    order = np.lexsort((number, group))
    found = np.empty(order.size, dtype=np.bool_)
    found[order] = (np.diff(group[order], prepend=-1) != 0) | (np.diff(number[order], prepend=-1) != 0)
    return found


def _sums(length: Ints, *, first: npt.NDArray[np.bool_]) -> Ints:
    return np.add.reduceat(length, np.flatnonzero(first)) if length.size else length


def _check_uses(found: pa.Table, *, totals: Ints, uses: pa.Table) -> None:
    """``found`` has the first piece of each repeat, ``totals`` its tokens; both by id and repeat."""
    order = np.lexsort((_ints(uses, "repeat"), document_numbers(uses["document_id"])))
    uses = uses.take(pa.array(order))
    names = ("document_id", "repeat", "form")
    there = [*(found[name].combine_chunks() for name in names), pa.array(totals), found["document_start"].combine_chunks()]
    expected = [uses[name].combine_chunks().cast(LINEAGE_SCHEMA.field(name).type) for name in names]
    expected += [uses["num_tokens"].combine_chunks().cast(pa.int64()), pa.array(np.zeros(uses.num_rows, dtype=np.int64))]
    same = min(found.num_rows, uses.num_rows)
    equal = np.ones(same, dtype=np.bool_)
    for one, other in zip(there, expected, strict=True):
        equal &= pc.equal(one.slice(0, same), other.slice(0, same)).to_numpy(zero_copy_only=False)
    if not equal.all() or found.num_rows != uses.num_rows:
        row = int(np.argmin(np.append(equal, False)))
        told = [
            [str(column[row]) for column in columns] if row < len(columns[0]) else "nothing" for columns in (there, expected)
        ]
        raise LineageError(
            f"lineage has {told[0]} where {told[1]} was packed (document, repeat, form, tokens, first token): pack it again"
        )


def _checked_columns(file: pq.ParquetFile) -> pq.ParquetFile:
    if file.schema_arrow.names != _FILE_SCHEMA.names:
        raise LineageError(f"lineage has the columns {file.schema_arrow.names} where {_FILE_SCHEMA.names} were expected")
    return file


def _may_hold(file: pq.ParquetFile, group: int, document_id: str) -> bool:
    statistics = file.metadata.row_group(group).column(LINEAGE_SCHEMA.names.index("document_id")).statistics
    if statistics is None or not statistics.has_min_max:
        return True
    # Parquet compares bytes; so does UTF-8 with Python's order of code points.
    return statistics.min <= document_id <= statistics.max


def _by_place(table: pa.Table) -> pa.Table:
    order = np.lexsort((_ints(table, "start"), _ints(table, "sequence")))
    return table.take(pa.array(order))


def _derived_starts(table: pa.Table) -> Ints:
    """Where each piece begins if the pieces of a sequence stand by their documents' mixed numbers."""
    sequence, length = _ints(table, "sequence"), _ints(table, "length")
    order = np.lexsort((mixed(_ints(table, "document")), sequence))
    starts = np.empty_like(length)
    starts[order] = _expected_starts(sequence[order], length[order])
    return starts


def _without_starts(table: pa.Table) -> pa.Table:
    if not np.array_equal(_derived_starts(table), _ints(table, "start")):
        return table
    return _with_column(table, "start", pa.nulls(table.num_rows, pa.int32()))


def _with_starts(table: pa.Table) -> pa.Table:
    if not table["start"].null_count:
        return table
    return _with_column(table, "start", pa.array(_derived_starts(table), pa.int32()))


def _with_column(table: pa.Table, name: str, column: Any) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), _FILE_SCHEMA.field(name), column)


def _ints(table: pa.Table, name: str) -> Ints:
    return table[name].to_numpy().astype(np.int64)


def _expected_starts(group: Ints, length: Ints) -> Ints:
    """For each row the lengths before it in its group; equal groups are neighbours."""
    before = np.cumsum(length) - length
    first = np.flatnonzero(np.diff(group, prepend=-1))
    return before - np.repeat(before[first], np.diff(np.append(first, group.size)))
