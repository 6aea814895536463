"""repeats-index: what the documents of a partition may share with others, as small records by range of key.

What enters: filter's partitions, without the documents that ``duplicates`` found. What leaves, per partition, as one row
group per range of keys (:mod:`pipelines.engine.ranges`): how many of its documents have a line (``.lines``) and are of a site
(``.sites``), and the fingerprints of its passages (``.windows``). Code has none: its lines and licence headers are meant to
repeat.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from filters.near_duplicates.folding import fold_all
from filters.near_duplicates.hashing import Hashes, mix
from filters.repeats.fingerprints import STEPS, Fingerprints, Geometry, fingerprints
from filters.repeats.lines import find_lines
from filters.repeats.sites import site_numbers
from pipelines.engine import files
from pipelines.engine.fingerprint import code_version
from pipelines.engine.partition import read_batches
from pipelines.engine.progress import Progress
from pipelines.engine.ranges import write_ranges
from pipelines.engine.stage import Stage, Unit
from pipelines.recipe_tables import Lines, Substrings

from .context import Context, as_made
from .duplicates import LOSERS_SCHEMA

#: Text for one range: its records are read together by one worker.
_RANGE_BYTES = 512_000_000
_MAX_RANGES = 256
#: How the places around a fingerprint's window are told: :class:`filters.repeats.fingerprints.Fingerprints`.
AROUND_BYTES = 2 * STEPS * 4
_ID_BITS = 48
#: The code that says what is repeated.
LEAVES = (
    "filters.repeats",
    "filters.near_duplicates.fold_table",
    "filters.near_duplicates.folding",
    "filters.near_duplicates.hashing",
)

COUNTED = pa.schema([("key", pa.uint64()), ("documents", pa.uint32())])
WINDOWS = pa.schema(
    [
        ("key", pa.uint64()),
        ("document", pa.uint64()),
        ("row", pa.int32()),
        ("start", pa.int32()),
        ("around", pa.binary(AROUND_BYTES)),
    ]
)


def stage(context: Context) -> Stage | None:
    lines, substrings = context.recipe.dedup.lines, context.recipe.dedup.substrings
    if not lines.remove and substrings.action == "off":
        return None
    order = [source.name for source in context.recipe.source]
    ranges = num_ranges(context)
    return Stage(
        name="repeats-index",
        run=context.run,
        job=Index(lines, substrings, tuple(order), ranges),
        units=[
            Unit(unit.name, (unit.payload, files.join(context.run, "duplicates", f"{unit.name}.parquet")), unit.cost)
            for unit in context.partitions("filter")
        ],
        # Thresholds are for the next stage: what is written here does not depend on them.
        config={
            "lines": lines.by if lines.remove else None,
            "min_chars": None if substrings.action == "off" else substrings.min_chars,
            "sources": order,
            "ranges": ranges,
        },
        inputs=[context.fingerprint_of("filter"), context.fingerprint_of("duplicates")],
        code=code_version((*LEAVES, "pipelines.engine.ranges", __name__), ("numpy", "pyarrow")),
        expected_bytes_per_s=40_000_000 if substrings.action == "off" else 20_000_000,
    )


def num_ranges(context: Context) -> int:
    """By the bytes of text, not by partitions or workers."""
    num_bytes = int(as_made(context.manifests["filter"]["totals"])["stats"].get("text_bytes_kept", 0))
    return min(max(-(-num_bytes // _RANGE_BYTES), 1), _MAX_RANGES)


def remaining(batch: pa.RecordBatch, losers: NDArray[np.int64], first_row: int) -> NDArray[np.int64]:
    """The rows of a record batch that are prose and no duplicates, given the rows of the whole partition that are."""
    stays = np.ones(batch.num_rows, dtype=np.bool_)
    start, end = np.searchsorted(losers, [first_row, first_row + batch.num_rows])
    stays[losers[start:end] - first_row] = False
    stays &= np.array([segment != "code" for segment in batch.column("segment").to_pylist()], dtype=np.bool_)
    return np.flatnonzero(stays)


def losers_of(path: str) -> pa.Table:
    """The table of a partition's duplicates, by row."""
    return pa.Table.from_batches(read_batches(path), schema=LOSERS_SCHEMA).combine_chunks()


@dataclass(frozen=True)
class Index:
    """The job."""

    lines: Lines
    substrings: Substrings
    sources: tuple[str, ...]
    ranges: int

    def setup(self) -> None:
        """Nothing to load."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        documents, losers_path = unit.payload
        losers = losers_of(losers_path)["row"].to_numpy().astype(np.int64)
        found = _Found(self)
        first_row = 0
        for batch in read_batches(documents, columns=["id", "text", "source", "uri", "segment"]):
            rows = remaining(batch, losers, first_row)
            if len(rows):
                found.add(batch.take(pa.array(rows)), rows + first_row)
            progress.advance(rows=batch.num_rows, num_bytes=batch.nbytes)
            first_row += batch.num_rows
        described: dict[str, Any] = {}
        records: dict[str, int] = {}
        for kind, table in found.tables():
            name = f"{unit.name}.{kind}.parquet"
            described[name] = write_ranges(files.join(directory, name), self._ranged(table), schema=table.schema)
            records[kind] = table.num_rows
        return [{"name": unit.name, "files": described, "stats": {"records": records}}]

    def _ranged(self, table: pa.Table) -> Iterator[pa.Table]:
        """A table sorted by key, range by range."""
        bounds = [(number << 64) // self.ranges for number in range(1, self.ranges)]
        cuts = np.searchsorted(table["key"].to_numpy(), np.array(bounds, dtype=np.uint64))
        places = [0, *cuts.tolist(), table.num_rows]
        for start, end in pairwise(places):
            yield table.slice(start, end - start)


class _Found:
    """What the documents of one partition have, while they are read."""

    def __init__(self, job: Index) -> None:
        self._job = job
        self._ranks = {name: rank for rank, name in enumerate(job.sources)}
        self._keys: list[Hashes] = []
        self._sites: list[Hashes] = []
        self._windows: list[pa.Table] = []

    def add(self, batch: pa.RecordBatch, rows: NDArray[np.int64]) -> None:
        texts = batch.column("text").to_pylist()
        folded = fold_all(texts)
        sources = batch.column("source").to_pylist()
        if self._job.lines.remove:
            sites = site_numbers(batch.column("uri").to_pylist(), sources, by=self._job.lines.by)
            self._sites.append(sites)
            lines = find_lines(texts, folded)
            own = sites[lines.rows]
            for taken, keys in ((lines.counted, lines.keys), (lines.numbered, lines.templates)):
                self._keys.append(_once_a_document(line_keys(keys[taken], own[taken]), lines.rows[taken]))
        if self._job.substrings.action != "off":
            taken = fingerprints(texts, folded, geometry=Geometry(self._job.substrings.min_chars))
            ranks = document_ranks(batch.column("id").to_pylist(), [self._ranks[source] for source in sources])
            self._windows.append(_windows(taken, rows, ranks))

    def tables(self) -> Iterator[tuple[str, pa.Table]]:
        """The records by key, the smallest first; counts are added up."""
        if self._job.lines.remove:
            yield "lines", _counts(self._keys)
            yield "sites", _counts(self._sites)
        if self._job.substrings.action != "off":
            windows = pa.concat_tables([WINDOWS.empty_table(), *self._windows])
            yield "windows", windows.take(pa.array(np.argsort(windows["key"].to_numpy(), kind="stable")))


def line_keys(keys: Hashes, sites: Hashes) -> Hashes:
    """The keys under which lines are counted: those of a site apart from those of every other."""
    return mix(keys ^ sites)


def document_ranks(ids: list[str], sources: list[int]) -> Hashes:
    """The order in which documents come first: by source, then by a hash of the id."""
    numbers = (int.from_bytes(blake2b(own.encode("utf-8", "surrogatepass"), digest_size=6).digest()) for own in ids)
    hashed = np.fromiter(numbers, dtype=np.uint64, count=len(ids))
    return (np.array(sources, dtype=np.uint64) << np.uint64(_ID_BITS)) | hashed


def _once_a_document(keys: Hashes, rows: NDArray[np.int64]) -> Hashes:
    order = np.lexsort((keys, rows))
    keys, rows = keys[order], rows[order]
    fresh = np.ones(len(keys), dtype=np.bool_)
    fresh[1:] = (keys[1:] != keys[:-1]) | (rows[1:] != rows[:-1])
    return keys[fresh]


def _counts(keys: list[Hashes]) -> pa.Table:
    found, counts = np.unique(np.concatenate([np.zeros(0, dtype=np.uint64), *keys]), return_counts=True)
    return pa.table([pa.array(found), pa.array(counts.astype(np.uint32))], schema=COUNTED)


def _windows(found: Fingerprints, rows: NDArray[np.int64], ranks: Hashes) -> pa.Table:
    around = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(AROUND_BYTES),
        len(found.rows),
        [None, pa.py_buffer(np.ascontiguousarray(found.around, dtype="<u4").tobytes())],
    )
    columns = [
        pa.array(found.hashes),
        pa.array(ranks[found.rows]),
        pa.array(rows[found.rows].astype(np.int32)),
        pa.array(found.starts.astype(np.int32)),
        around,
    ]
    return pa.table(columns, schema=WINDOWS)
