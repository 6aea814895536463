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

_KEYED = pa.schema(
    [
        ("kind", pa.int8()),
        ("key", pa.binary(16)),
        ("source", pa.int16()),
        ("id", pa.string()),
        ("partition", pa.int32()),
        ("row", pa.int32()),
    ]
)
LOSERS_SCHEMA = pa.schema([("row", pa.int32()), ("rule", pa.string()), ("kept_id", pa.string())])
_LOST = pa.schema([("partition", pa.int32()), *LOSERS_SCHEMA])
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
    """The shuffle: every document's hashes to their key range, then the losers of a range to their partitions."""

    sources: tuple[str, ...]
    partitions: tuple[str, ...]
    exact: bool

    def emit(self, unit: Unit, *, progress: Progress) -> list[tuple[str, bytes]]:
        number = self.partitions.index(unit.name)
        tables: list[pa.Table] = []
        first_row = 0
        for batch in read_batches(unit.payload, columns=["id", "text", "source", "segment"]):
            tables.append(self._keyed(batch, number, first_row, progress))
            first_row += batch.num_rows
        if not tables:
            return []
        table = pa.concat_tables(tables).combine_chunks()
        first_bytes = np.frombuffer(table["key"].chunk(0).buffers()[1], dtype=np.uint8)[::16]
        ranges = first_bytes[: table.num_rows].astype(np.int64) * _RANGES // 256
        return [
            (f"range-{key_range:03d}", pack_table(table.filter(pa.array(ranges == key_range))))
            for key_range in np.unique(ranges).tolist()
        ]

    def _keyed(self, batch: pa.RecordBatch, number: int, first_row: int, progress: Progress) -> pa.Table:
        """The keys of a record batch: id hashes, and content hashes where exact dedup is on."""
        rank = {name: index for index, name in enumerate(self.sources)}
        rows: list[tuple[int, bytes, int, str, int, int]] = []
        columns = zip(*(column.to_pylist() for column in batch.columns), strict=True)
        for row, (identifier, text, source, segment) in enumerate(columns, start=first_row):
            if self.exact:
                rows.append((0, content_hash(text, code=segment == "code"), rank[source], identifier, number, row))
            id_hash = hashlib.blake2b(identifier.encode(), digest_size=16).digest()
            rows.append((1, id_hash, rank[source], identifier, number, row))
            progress.advance(rows=1, num_bytes=len(text))
        arrays = [pa.array(column, f.type) for column, f in zip(zip(*rows, strict=True), _KEYED, strict=True)]
        return pa.table(arrays, schema=_KEYED)

    def regroup(self, key: str, blobs: Sequence[bytes]) -> list[tuple[str, bytes]]:  # noqa: ARG002
        lost = find_losers(unpack_tables(blobs, schema=_KEYED))
        result: list[tuple[str, bytes]] = []
        for number in pc.unique(lost["partition"]).to_pylist():
            own = lost.filter(pc.equal(lost["partition"], number)).select(LOSERS_SCHEMA.names)
            result.append((self.partitions[number], pack_table(own)))
        return result


def find_losers(keyed: pa.Table) -> pa.Table:
    """Of rows with equal (kind, key), all but the first by (source, id, partition, row): who loses, and to whom."""
    order = [(name, "ascending") for name in ("kind", "key", "source", "id", "partition", "row")]
    table = keyed.take(pc.sort_indices(keyed, sort_keys=order)).combine_chunks()
    if table.num_rows < 2:
        return _LOST.empty_table()
    same = np.zeros(table.num_rows, dtype=bool)
    equal = [pc.equal(table[name].slice(1), table[name].slice(0, table.num_rows - 1)) for name in ("kind", "key")]
    same[1:] = pc.and_(*equal).to_numpy()
    starts = np.flatnonzero(~same)
    winner = starts[np.cumsum(~same) - 1]
    losers = np.flatnonzero(same)
    rules = [_RULES[kind] for kind in table["kind"].take(pa.array(losers)).to_pylist()]
    return pa.table(
        [
            table["partition"].take(pa.array(losers)),
            table["row"].take(pa.array(losers)),
            pa.array(rules, pa.string()),
            table["id"].take(pa.array(winner[losers])),
        ],
        schema=_LOST,
    )


@dataclass(frozen=True)
class WriteLosers:
    """The job: one partition's losers, sorted by row; where a row loses twice, the duplicate text is the reason."""

    def setup(self) -> None:
        """Nothing to load."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        _, blobs = unit.payload
        lost = unpack_tables(blobs, schema=LOSERS_SCHEMA)
        lost = lost.take(pc.sort_indices(lost, sort_keys=[("row", "ascending"), ("rule", "descending")]))
        rows = lost["row"].to_numpy()
        first = np.ones(len(rows), dtype=bool)
        first[1:] = rows[1:] != rows[:-1]
        lost = lost.filter(pa.array(first)).combine_chunks()
        name = f"{unit.name}.parquet"
        writer = TableWriter(files.join(directory, name), LOSERS_SCHEMA)
        for batch in lost.to_batches():
            writer.write(batch)
        progress.advance(rows=0, num_bytes=0)
        stats = {rule: int(pc.sum(pc.equal(lost["rule"], rule)).as_py() or 0) for rule in _RULES}
        return [{"name": unit.name, "files": {name: writer.close()}, "stats": stats}]
