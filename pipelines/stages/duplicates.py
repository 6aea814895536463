"""duplicates: finds documents with the same normalised text, and records with the same id, over the whole run.

What enters: filter's partitions. What leaves: per partition one small table (row, rule, kept_id) of the documents that
``dedup`` takes out. Hashes are grouped by key range; the winner of a group is the document of the source that stands
first in the recipe, then the smallest id, so neither partitions nor workers show in the result.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from filters.content_hash import content_hash
from pipelines.engine import files
from pipelines.engine.fingerprint import code_version
from pipelines.engine.partition import TableWriter, read_batches
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, Unit

from .context import Context

# Its functions are made at run time, which type checkers cannot see.
pc: Any = pyarrow.compute

#: Groups of keys that are resolved together, by the first byte of the hash.
_RANGES = 64

#: A document among others that may be its equals: its keys, its rank, its place.
_KEYED = pa.schema(
    [
        ("id_key", pa.binary(16)),
        ("text_key", pa.binary(16)),
        ("source", pa.int16()),
        ("id", pa.string()),
        ("partition", pa.int32()),
        ("row", pa.int32()),
    ]
)
LOSERS_SCHEMA = pa.schema([("row", pa.int32()), ("rule", pa.string()), ("kept_id", pa.string())])
_LOST = pa.schema([("partition", pa.int32()), *LOSERS_SCHEMA])
#: The two rounds and the key that each compares. Ids first: a record whose id is taken must not be the one for which another
#: is dropped.
_ROUNDS = {"id": "id_key", "text": "text_key"}
#: Why a record loses: its text is the winner's, or only its id is.
_RULES = ("exact_duplicate", "duplicate_id")


def stage(context: Context) -> Stage:
    units = context.partitions("filter")
    order = [source.name for source in context.recipe.source]
    return Stage(
        name="duplicates",
        run=context.run,
        job=WriteLosers(),
        units=[Unit(unit.name, None, 1) for unit in units],
        shuffle=SameKey(tuple(order), tuple(unit.name for unit in units), exact=context.recipe.dedup.exact),
        shuffled_from=units,
        config={"exact": context.recipe.dedup.exact, "sources": order},
        inputs=[context.fingerprint_of("filter")],
        code=code_version(("filters.content_hash", __name__), ("pyarrow",)),
        expected_bytes_per_s=30_000_000,
    )


def pack_table(table: pa.Table) -> bytes:
    """A table as compressed Arrow IPC bytes."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def unpack_tables(blobs: Sequence[bytes], *, schema: pa.Schema) -> pa.Table:
    """The tables of packed blobs as one."""
    tables = [pa.ipc.open_stream(blob).read_all() for blob in blobs]
    return pa.concat_tables(tables).combine_chunks() if tables else schema.empty_table()


@dataclass(frozen=True)
class SameKey:
    """The shuffle: documents by their id; those that keep theirs by their text; the losers of both to their partitions."""

    sources: tuple[str, ...]
    partitions: tuple[str, ...]
    exact: bool
    rounds: int = 2

    def emit(self, unit: Unit, *, progress: Progress) -> list[tuple[str, bytes]]:
        number = self.partitions.index(unit.name)
        tables: list[pa.Table] = []
        first_row = 0
        for batch in read_batches(unit.payload, columns=["id", "text", "source", "segment"]):
            tables.append(self._keyed(batch, number, first_row, progress))
            first_row += batch.num_rows
        return _by_range("id", pa.concat_tables(tables)) if tables else []

    def _keyed(self, batch: pa.RecordBatch, number: int, first_row: int, progress: Progress) -> pa.Table:
        """The keys and places of a record batch's documents."""
        rank = {name: index for index, name in enumerate(self.sources)}
        rows: list[tuple[bytes, bytes, int, str, int, int]] = []
        columns = zip(*(column.to_pylist() for column in batch.columns), strict=True)
        for row, (identifier, text, source, segment) in enumerate(columns, start=first_row):
            id_key = hashlib.blake2b(identifier.encode(), digest_size=16).digest()
            text_key = content_hash(text, code=segment == "code")
            rows.append((id_key, text_key, rank[source], identifier, number, row))
            progress.advance(rows=1, num_bytes=len(text))
        arrays = [pa.array(column, f.type) for column, f in zip(zip(*rows, strict=True), _KEYED, strict=True)]
        return pa.table(arrays, schema=_KEYED)

    def regroup(self, key: str, blobs: Sequence[bytes]) -> list[tuple[str, bytes]]:
        kind = key.split("/")[0]
        if kind not in _ROUNDS:  # losers of the first round, on their way to their partition
            return [(key, blob) for blob in blobs]
        table, lost = find_losers(unpack_tables(blobs, schema=_KEYED), by=_ROUNDS[kind])
        result: list[tuple[str, bytes]] = []
        for number in pc.unique(lost["partition"]).to_pylist():
            own = lost.filter(pc.equal(lost["partition"], number)).select(LOSERS_SCHEMA.names)
            result.append((self.partitions[number], pack_table(own)))
        return result + (_by_range("text", table) if kind == "id" and self.exact else [])


def _by_range(kind: str, table: pa.Table) -> list[tuple[str, bytes]]:
    """A table's rows packed by the range of a key."""
    keys = np.array(table[_ROUNDS[kind]].to_pylist(), dtype="S16").view(np.uint8).reshape(-1, 16)
    ranges = keys[:, 0].astype(np.int64) * _RANGES // 256
    return [
        (f"{kind}/{number:03d}", pack_table(table.filter(pa.array(ranges == number)))) for number in np.unique(ranges).tolist()
    ]


def find_losers(keyed: pa.Table, *, by: str) -> tuple[pa.Table, pa.Table]:
    """Of rows with an equal key ``by``, the first by (source, id, partition, row) stays.

    Returns the rows that stay, and for the others who loses to whom, by which rule.
    """
    order = [(name, "ascending") for name in (by, "source", "id", "partition", "row")]
    table = keyed.take(pc.sort_indices(keyed, sort_keys=order)).combine_chunks()
    same = np.zeros(table.num_rows, dtype=bool)
    if table.num_rows > 1:
        same[1:] = pc.equal(table[by].slice(1), table[by].slice(0, table.num_rows - 1)).to_numpy()
    starts = np.flatnonzero(~same)
    losers = np.flatnonzero(same)
    winners = starts[np.cumsum(~same)[losers] - 1]
    texts = table["text_key"]
    same_texts = pc.equal(texts.take(pa.array(losers)), texts.take(pa.array(winners))).to_pylist()
    lost = pa.table(
        [
            table["partition"].take(pa.array(losers)),
            table["row"].take(pa.array(losers)),
            pa.array([_RULES[0] if same_text else _RULES[1] for same_text in same_texts], pa.string()),
            table["id"].take(pa.array(winners)),
        ],
        schema=_LOST,
    )
    return table.filter(pa.array(~same)), lost


@dataclass(frozen=True)
class WriteLosers:
    """The job: one partition's losers, sorted by row."""

    def setup(self) -> None:
        """Nothing to load."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        _, blobs = unit.payload
        lost = unpack_tables(blobs, schema=LOSERS_SCHEMA)
        lost = lost.take(pc.sort_indices(lost, sort_keys=[("row", "ascending")])).combine_chunks()
        name = f"{unit.name}.parquet"
        writer = TableWriter(files.join(directory, name), LOSERS_SCHEMA)
        for batch in lost.to_batches():
            writer.write(batch)
        progress.advance(rows=0, num_bytes=0)
        stats = {rule: int(pc.sum(pc.equal(lost["rule"], rule)).as_py() or 0) for rule in _RULES}
        return [{"name": unit.name, "files": {name: writer.close()}, "stats": stats}]
