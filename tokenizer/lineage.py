"""Which tokens of which document lie where in a shard: ``part-00000.lineage.parquet``.

One row per piece of a document, sorted by sequence and place in it. A document's end-of-text token belongs to it and is
counted; what follows the last piece of a sequence is padding. The answer to "which document taught the model this?", and
the proof that no token was lost or written twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

LINEAGE_SCHEMA = pa.schema(
    [
        pa.field("sequence", pa.int32(), nullable=False),
        pa.field("start", pa.int32(), nullable=False),
        pa.field("length", pa.int32(), nullable=False),
        pa.field("document_id", pa.string(), nullable=False),
        pa.field("document_start", pa.int64(), nullable=False),
        pa.field("repeat", pa.int16(), nullable=False),
    ]
)


class LineageError(ValueError):
    """A shard's lineage does not account for each of its tokens exactly once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageTotals:
    """What a checked lineage adds up to."""

    sequences: int
    documents: int
    tokens: int
    padding: int


def lineage_table(
    *,
    sequence: npt.ArrayLike,
    start: npt.ArrayLike,
    length: npt.ArrayLike,
    document_id: Any,
    document_start: npt.ArrayLike,
    repeat: npt.ArrayLike,
) -> pa.Table:
    """The columns as a table of :data:`LINEAGE_SCHEMA`, sorted by sequence and start."""
    columns = [sequence, start, length, document_id, document_start, repeat]
    table = pa.table([pa.array(column) for column in columns], names=LINEAGE_SCHEMA.names).cast(LINEAGE_SCHEMA)
    return table.sort_by([("sequence", "ascending"), ("start", "ascending")])


def write_lineage(table: pa.Table, *, to: Any) -> None:
    """Write the table to a path or an open binary file; the same rows give the same bytes."""
    pq.write_table(table.cast(LINEAGE_SCHEMA), to, compression="zstd", row_group_size=1 << 20)


def read_lineage(source: str | Path | BinaryIO) -> pa.Table:
    """Read a lineage file. Raises :class:`LineageError` where it has other columns."""
    table = pq.read_table(source)
    if table.schema.names != LINEAGE_SCHEMA.names:
        raise LineageError(f"lineage has the columns {table.schema.names} where {LINEAGE_SCHEMA.names} were expected")
    return table.cast(LINEAGE_SCHEMA)


def check_lineage(
    table: pa.Table,
    *,
    sequence_length: int,
    num_sequences: int,
    document_tokens: Mapping[str, int] | None = None,
) -> LineageTotals:
    """Prove that each token of ``num_sequences`` sequences is a document's or padding at the end.

    Each sequence holds pieces that follow one another from 0 on and end within ``sequence_length``; each repeat of a document
    has pieces that follow one another from token 0 on. With ``document_tokens`` (id to tokens, every document of the table)
    each repeat is complete too; leave it out where a document may continue in another shard.
    Raises :class:`LineageError` naming the first row that breaks this.
    """
    sequence, start, length, document_start, repeat = (
        table.column(name).to_numpy().astype(np.int64) for name in ("sequence", "start", "length", "document_start", "repeat")
    )
    _check(length > 0, rule="a piece has at least one token", table=table)
    _check(np.diff(sequence, prepend=0) >= 0, rule="rows are sorted by sequence", table=table)
    _check(start == _expected_starts(sequence, length), rule="a piece begins where the last one ended", table=table)
    _check(start + length <= sequence_length, rule=f"a piece ends within {sequence_length} tokens", table=table)
    present = np.unique(sequence)
    if not np.array_equal(present, np.arange(num_sequences)):
        missing = np.setdiff1d(np.arange(num_sequences), present)
        what = f"nothing of sequence {missing[0]}" if missing.size else f"sequence {present[-1]}"
        raise LineageError(f"lineage of {num_sequences} sequences has {what}: pack the shard again")
    # A dictionary's indices are numbered by first occurrence: good as keys, not as an order.
    codes = table.column("document_id").dictionary_encode().combine_chunks()
    ids = codes.dictionary.to_pylist()
    key = codes.indices.to_numpy().astype(np.int64) * (1 << 16) + repeat + (1 << 15)
    order = np.lexsort((document_start, sequence, key))
    expected = np.empty_like(start)
    expected[order] = _expected_starts(key[order], length[order])
    if document_tokens is not None:
        _check(document_start == expected, rule="a document's piece begins where its last one ended", table=table)
        _check_complete(key, length=length, ids=ids, document_tokens=document_tokens)
    else:
        first = np.minimum.reduceat(document_start[order], _firsts(key[order])) if key.size else key
        shift = np.empty_like(start)
        shift[order] = np.repeat(first, np.diff(np.append(_firsts(key[order]), key.size)))
        _check(document_start == expected + shift, rule="a document's pieces follow one another", table=table)
    tokens = int(length.sum())
    return LineageTotals(
        sequences=num_sequences, documents=len(ids), tokens=tokens, padding=num_sequences * sequence_length - tokens
    )


def _firsts(group: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    return np.flatnonzero(np.diff(group, prepend=-1))


def _expected_starts(group: npt.NDArray[np.int64], length: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """For each row the lengths before it in its group; equal groups are neighbours."""
    before = np.cumsum(length) - length
    first = _firsts(group)
    return before - np.repeat(before[first], np.diff(np.append(first, group.size)))


def _check(holds: npt.NDArray[np.bool_], *, rule: str, table: pa.Table) -> None:
    if not holds.all():
        row = int(np.argmin(holds))
        raise LineageError(f"lineage row {row} breaks '{rule}': {table.slice(row, 1).to_pylist()[0]}; pack it again")


def _check_complete(
    key: npt.NDArray[np.int64],
    *,
    length: npt.NDArray[np.int64],
    ids: list[str],
    document_tokens: Mapping[str, int],
) -> None:
    keys, inverse = np.unique(key, return_inverse=True)
    totals = np.bincount(inverse, weights=length, minlength=keys.size).astype(np.int64)
    for number, total in zip((keys >> 16).tolist(), totals.tolist(), strict=True):
        if document_tokens.get(ids[number]) != total:
            raise LineageError(
                f"document {ids[number]!r} has {document_tokens.get(ids[number])} tokens but {total} in its shard: pack again"
            )
