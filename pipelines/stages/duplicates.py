"""duplicates: finds documents with the same normalised text, and records with the same id, over the whole run.

What enters: filter's partitions, and the signatures of the runs that ``[dedup] against`` names. What leaves: per partition one
small table (row, rule, kept_id) of the documents that ``dedup`` takes out. Hashes are grouped by key range; the winner of a
group is the document of an older run, then of the source that stands first in the recipe, then the smallest id, so neither
partitions nor workers show in the result. An id that an older run has is no fault: pages change, and runs keep them apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from filters.content_hash import HASH_BYTES, content_hash
from pipelines.engine import files
from pipelines.engine.fingerprint import code_version
from pipelines.engine.partition import TableWriter, read_batches, text_sizes
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, Unit

from .context import Context
from .signature_index import content_of, older_manifests

# Its functions are made at run time, which type checkers cannot see.
pc: Any = pyarrow.compute

#: Documents whose keys are resolved together, about; and the most groups that there are, by the first byte of the hash.
_RANGE_DOCUMENTS = 250_000
_MOST_RANGES = 256
#: Bytes of an older document's keys, for progress.
_KEY_BYTES = 50
#: A smaller table is not worth a compressor's start.
_COMPRESSED_BYTES = 1 << 16

#: A document among others that may be its equals: its keys, its rank, its place.
_KEYED = pa.schema(
    [
        ("id_key", pa.binary(HASH_BYTES)),
        ("text_key", pa.binary(HASH_BYTES)),
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
    names = tuple(unit.name for unit in units)
    older = older_manifests(context) if context.recipe.dedup.exact else []
    older_units = [
        unit for rank, (path, manifest) in enumerate(older) for unit in _older_units(rank - len(older), path, manifest)
    ]
    num_documents = context.kept("filter") + sum(unit.cost for unit in older_units) // _KEY_BYTES
    num_ranges = min(_MOST_RANGES, -(-num_documents // _RANGE_DOCUMENTS))
    return Stage(
        name="duplicates",
        run=context.run,
        job=WriteLosers(),
        units=[Unit(unit.name, None, 1) for unit in units],
        shuffle=SameKey(tuple(order), names, exact=context.recipe.dedup.exact, num_ranges=max(num_ranges, 1)),
        shuffled_from=[*units, *older_units],
        config={"exact": context.recipe.dedup.exact, "sources": order},
        inputs=[context.fingerprint_of("filter"), *(content_of(manifest) for _, manifest in older)],
        code=code_version(("filters.content_hash", __name__), ("pyarrow",)),
        expected_bytes_per_s=30_000_000,
    )


@dataclass(frozen=True)
class Older:
    """Signatures of an older run, whose documents rank before all others: the latest run's at -1."""

    path: str
    rank: int


def _older_units(rank: int, directory: str, manifest: Mapping[str, Any]) -> list[Unit]:
    return [
        Unit(
            f"older{rank}-{entry['name']}",
            Older(files.join(directory, f"{entry['name']}.parquet"), rank),
            int(entry["stats"]["documents"]) * _KEY_BYTES,
        )
        for entry in manifest["partitions"]
    ]


def pack_table(table: pa.Table) -> bytes:
    """A table as Arrow IPC bytes, compressed unless it is small."""
    sink = pa.BufferOutputStream()
    compression = "zstd" if table.nbytes >= _COMPRESSED_BYTES else None
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
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
    num_ranges: int = 1
    rounds: int = 2

    def emit(self, unit: Unit, *, progress: Progress) -> list[tuple[str, bytes]]:
        if isinstance(unit.payload, Older):
            return self._by_range("text", _older_keys(unit.payload, progress), name="older")
        number = self.partitions.index(unit.name)
        tables: list[pa.Table] = []
        first_row = 0
        for batch in read_batches(unit.payload, columns=["id", "text", "source", "segment"]):
            tables.append(self._keyed(batch, number, first_row, progress))
            first_row += batch.num_rows
        return self._by_range("id", pa.concat_tables(tables)) if tables else []

    def _keyed(self, batch: pa.RecordBatch, number: int, first_row: int, progress: Progress) -> pa.Table:
        """The keys and places of a record batch's documents."""
        rank = {name: index for index, name in enumerate(self.sources)}
        ids, texts, sources, segments = (column.to_pylist() for column in batch.columns)
        id_keys = [blake2b(identifier.encode(), digest_size=HASH_BYTES).digest() for identifier in ids]
        text_keys = [content_hash(text, code=segment == "code") for text, segment in zip(texts, segments, strict=True)]
        progress.advance(rows=batch.num_rows, num_bytes=sum(text_sizes(batch)))
        columns = (
            pa.array(id_keys, _KEYED.field("id_key").type),
            pa.array(text_keys, _KEYED.field("text_key").type),
            pa.array([rank[source] for source in sources], pa.int16()),
            batch.column("id"),
            pa.array(np.full(batch.num_rows, number, dtype=np.int32)),
            pa.array(np.arange(first_row, first_row + batch.num_rows, dtype=np.int32)),
        )
        return pa.table(list(columns), schema=_KEYED)

    def regroup(self, key: str, blobs: Sequence[bytes]) -> list[tuple[str, bytes]]:
        kind, _, number = key.partition("/")
        if kind == "older":  # they need no first round
            return [(f"text/{number}", blob) for blob in blobs]
        if kind not in _ROUNDS:  # losers of the first round, on their way to their partition
            return [(key, blob) for blob in blobs]
        table, lost = find_losers(unpack_tables(blobs, schema=_KEYED), by=_ROUNDS[kind])
        lost = lost.filter(pc.greater_equal(lost["partition"], 0))
        result: list[tuple[str, bytes]] = []
        for number in pc.unique(lost["partition"]).to_pylist():
            own = lost.filter(pc.equal(lost["partition"], number)).select(LOSERS_SCHEMA.names)
            result.append((self.partitions[number], pack_table(own)))
        return result + (self._by_range("text", table) if kind == "id" and self.exact else [])

    def _by_range(self, kind: str, table: pa.Table, *, name: str = "") -> list[tuple[str, bytes]]:
        """A table's rows packed by the range of a key."""
        first_bytes = np.array([key[0] for key in table[_ROUNDS[kind]].to_pylist()], dtype=np.int64)
        ranges = first_bytes * self.num_ranges // 256
        return [
            (f"{name or kind}/{number:03d}", pack_table(table.filter(pa.array(ranges == number))))
            for number in np.unique(ranges).tolist()
        ]


def _older_keys(older: Older, progress: Progress) -> pa.Table:
    """The documents of an older run's partition, which have no place in this run."""
    tables = [_KEYED.empty_table()]
    for batch in read_batches(older.path, columns=["id_key", "text_key", "id"]):
        columns = (
            batch.column("id_key"),
            batch.column("text_key"),
            pa.array(np.full(batch.num_rows, older.rank, dtype=np.int16)),
            batch.column("id"),
            pa.array(np.full(batch.num_rows, -1, dtype=np.int32)),
            pa.array(np.full(batch.num_rows, -1, dtype=np.int32)),
        )
        tables.append(pa.table(list(columns), schema=_KEYED))
        progress.advance(rows=batch.num_rows, num_bytes=batch.num_rows * _KEY_BYTES)
    return pa.concat_tables(tables).combine_chunks()


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
