"""repeats: which lines many documents of a site have, and which passages another document holds first, over the whole run.

What enters: the records of ``repeats-index``, one range of keys of all partitions at a time. What leaves, per unit, as one row
group per partition: the counts of the lines and sites of that partition that reach ``min_documents`` (``.lines``,
``.sites``), and the stretches of its documents, in folded characters, that are repeated (``.passages``) with the id of the
document that holds them first: that of the source which stands first in the recipe, then by a hash of the id, then the place
in the document. Neither partitions nor workers show in any of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from filters.near_duplicates.hashing import Hashes
from filters.repeats.fingerprints import STEPS, Geometry, proven
from pipelines.engine import files
from pipelines.engine.fingerprint import code_version
from pipelines.engine.partition import read_batches
from pipelines.engine.progress import Progress
from pipelines.engine.ranges import read_range, write_ranges
from pipelines.engine.stage import Stage, Unit
from pipelines.recipe_tables import Lines, Substrings

from .context import Context, as_made
from .repeats_index import COUNTED, LEAVES, WINDOWS, num_ranges

#: Records that one worker holds at a time: about half a gigabyte.
_MAX_RECORDS = 8_000_000
#: Bytes of a record, for progress.
_RECORD_BYTES = 16

PASSAGES = pa.schema([("row", pa.int32()), ("start", pa.int32()), ("end", pa.int32()), ("first_id", pa.string())])
#: The tables of a unit and of what they are made.
SCHEMAS = {"lines": COUNTED, "sites": COUNTED, "passages": PASSAGES}


def stage(context: Context) -> Stage | None:
    if "repeats-index" not in context.manifests:
        return None
    dedup = context.recipe.dedup
    if not dedup.lines.remove and dedup.substrings.action == "off":
        return None
    partitions = tuple(unit.name for unit in context.partitions("filter"))
    parts = _slices(context)
    records = sum(_records(context).values())
    units = num_ranges(context) * parts
    return Stage(
        name="repeats",
        run=context.run,
        job=Aggregate(dedup.lines, dedup.substrings, context.run, partitions, units, parts),
        units=[Unit(f"range-{n:05d}", n, max(records * _RECORD_BYTES // units, 1)) for n in range(units)],
        config={
            "min_documents": dedup.lines.min_documents if dedup.lines.remove else None,
            "min_chars": None if dedup.substrings.action == "off" else dedup.substrings.min_chars,
        },
        inputs=[context.fingerprint_of("repeats-index")],
        code=code_version((*LEAVES, "pipelines.engine.ranges", __name__), ("numpy", "pyarrow")),
        expected_bytes_per_s=30_000_000,
    )


def _records(context: Context) -> dict[str, int]:
    return dict(as_made(context.manifests["repeats-index"]["totals"]).get("stats", {}).get("records", {}))


def _slices(context: Context) -> int:
    """Into how many units a range is divided, so that its records fit in memory. Keys are hashes: all ranges are alike."""
    most = max(_records(context).values(), default=0)
    return max(-(-most // (_MAX_RECORDS * num_ranges(context))), 1)


@dataclass(frozen=True)
class Aggregate:
    """The job: one part of a range of all partitions."""

    lines: Lines
    substrings: Substrings
    directory: str
    partitions: tuple[str, ...]
    units: int
    parts: int

    def setup(self) -> None:
        """Nothing to load."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        described: dict[str, Any] = {}
        stats: dict[str, int] = {}
        for kind, found in self._found(unit.payload, progress):
            name = f"{unit.name}.{kind}.parquet"
            described[name] = write_ranges(files.join(directory, name), found, schema=SCHEMAS[kind])
            stats[kind] = sum(table.num_rows for table in found)
        return [{"name": unit.name, "files": described, "stats": stats}]

    def _found(self, number: int, progress: Progress) -> Iterator[tuple[str, list[pa.Table]]]:
        if self.lines.remove:
            for kind in ("lines", "sites"):
                keys, counts, partitions = self._counts(kind, number, progress)
                yield kind, self._common(keys, counts, partitions)
        if self.substrings.action != "off":
            yield "passages", self._passages(*self._windows(number, progress))

    def _tables(self, kind: str, number: int, progress: Progress) -> Iterator[pa.Table]:
        """The unit's part of each partition's range."""
        low, high = (np.uint64(min((n << 64) // self.units, (1 << 64) - 1)) for n in (number, number + 1))
        is_last = number + 1 == self.units
        for partition in self.partitions:
            path = files.join(self.directory, "repeats-index", f"{partition}.{kind}.parquet")
            table = read_range(path, number // self.parts)
            keys = table["key"].to_numpy()
            start, end = np.searchsorted(keys, low), len(keys) if is_last else np.searchsorted(keys, high)
            progress.advance(rows=0, num_bytes=int(end - start) * _RECORD_BYTES)
            yield table.slice(int(start), int(end - start))

    def _counts(self, kind: str, number: int, progress: Progress) -> tuple[Hashes, NDArray[np.int64], NDArray[np.int32]]:
        tables = [*self._tables(kind, number, progress)]
        keys = np.concatenate([table["key"].to_numpy() for table in tables])
        counts = np.concatenate([table["documents"].to_numpy() for table in tables]).astype(np.int64)
        return keys, counts, _numbered(tables)

    def _common(self, keys: Hashes, counts: NDArray[np.int64], partitions: NDArray[np.int32]) -> list[pa.Table]:
        """For each partition those of its keys that enough documents have, with how many those are."""
        order = np.argsort(keys, kind="stable")
        keys, counts, partitions = keys[order], counts[order], partitions[order]
        starts = _starts_of_equals(keys)
        sizes = np.diff([*starts.tolist(), len(keys)])
        sums = np.add.reduceat(counts, starts) if len(starts) else counts
        enough = np.repeat(sums >= self.lines.min_documents, sizes)
        told = pa.table([pa.array(keys[enough]), pa.array(np.repeat(sums, sizes)[enough].astype(np.uint32))], schema=COUNTED)
        return self._by_partition(told, partitions[enough])

    def _by_partition(self, table: pa.Table, partitions: NDArray[np.int32]) -> list[pa.Table]:
        """The rows of each partition, in the order that they have."""
        order = np.argsort(partitions, kind="stable")
        cuts = np.searchsorted(partitions[order], np.arange(len(self.partitions) + 1))
        table = table.take(pa.array(order))
        return [table.slice(start, end - start) for start, end in pairwise(cuts.tolist())]

    def _windows(self, number: int, progress: Progress) -> tuple[pa.Table, NDArray[np.int32]]:
        """The fingerprints that stand more than once, equals together and the first of them first; their partitions."""
        tables = [*self._tables("windows", number, progress)]
        table, partitions = pa.concat_tables([WINDOWS.empty_table(), *tables]), _numbered(tables)
        keys = table["key"].to_numpy()
        order = np.argsort(keys, kind="stable")
        starts = _starts_of_equals(keys[order])
        several = np.repeat(np.diff([*starts.tolist(), len(keys)]), np.diff([*starts.tolist(), len(keys)])) > 1
        taken = order[several]
        table, partitions = table.take(pa.array(taken)).combine_chunks(), partitions[taken]
        order = np.lexsort([table[name].to_numpy() for name in ("start", "document", "key")])
        return table.take(pa.array(order)).combine_chunks(), partitions[order]

    def _passages(self, windows: pa.Table, partitions: NDArray[np.int32]) -> list[pa.Table]:
        """The stretches of each partition's documents that another holds first."""
        starts = _starts_of_equals(windows["key"].to_numpy())
        first = np.repeat(starts, np.diff([*starts.tolist(), windows.num_rows]))
        others = np.setdiff1d(np.arange(windows.num_rows), starts)
        winners = first[others]
        around = _around(windows)
        places = windows["start"].to_numpy().astype(np.int64)[others]
        geometry = Geometry(self.substrings.min_chars)
        from_, to = proven(places, around[others], around[winners], geometry=geometry)
        rows = windows["row"].to_numpy()
        ids = self._ids(partitions[winners], rows[winners])
        columns = [rows[others], from_.astype(np.int32), to.astype(np.int32)]
        found = pa.table([*map(pa.array, columns), pa.array(ids, pa.string())], schema=PASSAGES)
        order = np.lexsort((columns[2], columns[1], columns[0]))
        return self._by_partition(found.take(pa.array(order)), partitions[others][order])

    def _ids(self, partitions: NDArray[np.int32], rows: NDArray[np.int32]) -> list[str]:
        """The ids of documents, which are read partition by partition."""
        ids = np.empty(len(rows), dtype=object)
        for number in np.unique(partitions).tolist():
            path = files.join(self.directory, "filter", f"{self.partitions[number]}.parquet")
            known = pa.chunked_array([batch.column("id") for batch in read_batches(path, columns=["id"])])
            own = np.flatnonzero(partitions == number)
            ids[own] = known.take(pa.array(rows[own])).to_pylist()
        return ids.tolist()


def _numbered(tables: Sequence[pa.Table]) -> NDArray[np.int32]:
    """The number of the table for each row of all."""
    return np.repeat(np.arange(len(tables), dtype=np.int32), [table.num_rows for table in tables])


def _starts_of_equals(ordered: Hashes) -> NDArray[np.int64]:
    """Where each run of equal values starts."""
    if not len(ordered):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))


def _around(windows: pa.Table) -> NDArray[np.uint32]:
    chunks = windows["around"].combine_chunks()
    array = chunks.chunk(0) if isinstance(chunks, pa.ChunkedArray) and chunks.num_chunks else chunks
    if not len(array):
        return np.zeros((0, 2 * STEPS), dtype=np.uint32)
    width = 2 * STEPS
    data = np.frombuffer(array.buffers()[1], dtype="<u4")
    return data[array.offset * width : (array.offset + len(array)) * width].reshape(-1, width)
