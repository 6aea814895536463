"""signatures: a MinHash sketch of every document, and its band keys on their way to where equal ones meet.

What enters: the partitions of documents after exact deduplication. What leaves: the files of
:mod:`pipelines.stages.signature_index`, which are all that later stages and later runs need to find near-duplicates: of each
value of a sketch the lowest byte, to estimate similarities, and the hash of each band (MinHash-LSH: Broder 1997, Indyk and
Motwani 1998; FineWeb's and datatrove's setting is 14 bands of 8 rows, ours is in the recipe).

A document's quality is its knowledge score, or 0 where the recipe asks for none. One without any shingle (nothing but
punctuation) is nobody's near-duplicate; where the recipe deduplicates exactly it is like those with the same text.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from filters.content_hash import content_hash
from filters.near_duplicates.buckets import Prints, collapse, hashes_of, prints_of
from filters.near_duplicates.sketch import KINDS, MinHash, band_keys
from pipelines.engine import files
from pipelines.engine.fingerprint import code_version
from pipelines.engine.partition import read_batches, text_sizes
from pipelines.engine.progress import Progress
from pipelines.engine.ranges import write_ranges
from pipelines.engine.stage import Stage, Unit

from .context import Context
from .signature_index import BANDS_SCHEMA, CHUNK, num_as_made, older_manifests, range_of, rows_schema

# Its functions are made at run time, which type checkers cannot see.
pc: Any = pyarrow.compute

#: Band keys of a range: what one worker sorts at a time.
KEYS_PER_RANGE = 16_000_000
#: Texts whose sketches are part of the configuration: an index of other shingles must not be compared with this one's.
_PROBES = (
    ("아버지가 방에 들어가신다. 그러자 모두가 일어섰고, 회의는 10시에 시작되었습니다.", "ko", "korean"),
    ("The quick brown fox jumps over the lazy dog while 12 people are watching it.", "en", "multilingual"),
    ("吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。", "ja", "multilingual"),
    ("def area(width, height):\n    return width * height  # square metres\n", "python", "code"),
)
_COLUMNS = ["id", "text", "source", "segment", "language", "scores"]


def stage(context: Context) -> Stage | None:
    near = context.recipe.dedup.near
    if not near.remove:
        return None
    units = context.partitions(context.documents)
    sources = [source.name for source in context.recipe.source]
    by_order = near.prefer == "order"
    sketcher = MinHash(bands=near.bands, rows=near.rows)
    num_documents = context.kept_as_made(context.documents) + sum(
        num_as_made(manifest) for _, manifest in older_manifests(context)
    )
    ranges = num_ranges_for(num_documents * len(KINDS) * near.bands)
    return Stage(
        name="signatures",
        run=context.run,
        job=Sign(sketcher, ranges, tuple(sources) if by_order else (), context.recipe.dedup.exact),
        units=units,
        config={
            "sketch": sketch_config(sketcher),
            "ranges": ranges,
            "generations": len(sources) if by_order else 1,
            "sources": sources if by_order else [],
            "exact": context.recipe.dedup.exact,
            "documents": context.documents,
        },
        inputs=[context.fingerprint_of(context.documents)],
        code=code_version(("filters.content_hash", "filters.near_duplicates", __name__), ("numpy", "pyarrow")),
        expected_bytes_per_s=6_000_000,
    )


def num_ranges_for(num_keys: int) -> int:
    """A power of two, so that ranges are prefixes of keys."""
    return 1 << max(0, -(-num_keys // KEYS_PER_RANGE) - 1).bit_length()


def sketch_config(sketcher: MinHash) -> dict[str, Any]:
    """What two indexes must have in common to be compared."""
    texts, languages, segments = zip(*_PROBES, strict=True)
    values = sketcher.sketch(texts, languages=languages, segments=segments).values
    probe = blake2b(values.astype("<u4").tobytes(), digest_size=16).hexdigest()
    return {"bands": sketcher.bands, "rows": sketcher.rows, "kinds": len(KINDS), "probe": probe}


@dataclass
class Sign:
    """The job. ``order`` are the sources by generation, or nothing where all documents are of one."""

    sketcher: MinHash
    num_ranges: int
    order: tuple[str, ...]
    exact: bool
    _generations: dict[str, int] = field(default_factory=dict[str, int], repr=False)

    def setup(self) -> None:
        self._generations = {name: number for number, name in enumerate(self.order)}

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        width = len(KINDS) * self.sketcher.bands * self.sketcher.rows
        writing = WritingSignatures(directory, unit.name, self.num_ranges, width)
        tables: list[tuple[pa.Table, NDArray[np.uint64]]] = []
        num_rows = 0
        for batch in read_batches(unit.payload, columns=_COLUMNS):
            tables.append(self._signed(batch, progress))
            num_rows += batch.num_rows
            while num_rows >= CHUNK:
                tables = writing.add_full(tables)
                num_rows -= CHUNK
        writing.add_last(tables)
        return [writing.close()]

    def _signed(self, batch: pa.RecordBatch, progress: Progress) -> tuple[pa.Table, NDArray[np.uint64]]:
        """The rows of a record batch but for ``same_as``, and the band keys of its documents: 0 where there are none."""
        texts = batch.column("text").to_pylist()
        languages, segments = (batch.column(name).to_pylist() for name in ("language", "segment"))
        sizes = text_sizes(batch)
        text_keys = [content_hash(text, code=segment == "code") for text, segment in zip(texts, segments, strict=True)]
        with progress.alive(num_bytes=sum(sizes)):
            sketches = self.sketcher.sketch(texts, languages=languages, segments=segments)
        values, present = sketches.values.copy(), sketches.present.copy()
        if self.exact:
            without = np.flatnonzero(~present.any(axis=1))
            values[without, 0] = _stand_ins([text_keys[row] for row in without.tolist()], values.shape[2])
            present[without, 0] = True
        keys = band_keys(values, bands=self.sketcher.bands, rows=self.sketcher.rows).copy()
        keys[~present] = 0
        id_keys = [blake2b(identifier.encode(), digest_size=16).digest() for identifier in batch.column("id").to_pylist()]
        width = values.shape[1] * values.shape[2]
        generations = [self._generations.get(source, 0) for source in batch.column("source").to_pylist()]
        bits = (present.astype(np.uint8) << np.arange(present.shape[1], dtype=np.uint8)).sum(axis=1, dtype=np.uint8)
        rows = pa.table(
            [
                batch.column("id"),
                batch.column("source"),
                pa.array(text_keys, pa.binary(16)),
                pa.array(id_keys, pa.binary(16)),
                pa.array(generations, pa.int32()),
                _quality(batch.column("scores")),
                pc.utf8_length(batch.column("text")).cast(pa.int32()),
                pa.array(bits),
                pa.array(np.full(batch.num_rows, -1, dtype=np.int32)),
                fixed_binary(np.where(present[:, :, None], prints_of(values), 0).astype(np.uint8).reshape(-1, width)),
            ],
            schema=rows_schema(width),
        )
        progress.advance(rows=batch.num_rows, num_bytes=sum(sizes))
        return rows, keys.reshape(batch.num_rows, -1)


def fixed_binary(values: NDArray[np.uint8]) -> pa.Array:
    """The rows of an array as fixed-size binary."""
    buffer = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(pa.binary(values.shape[1]), len(values), [None, buffer])


def _stand_ins(text_keys: list[bytes], num_values: int) -> NDArray[np.uint32]:
    """Values for documents without shingles: equal for equal texts, and for no others."""
    found = [np.frombuffer(blake2b(key, digest_size=16).digest() * (num_values // 4 + 1), dtype="<u4") for key in text_keys]
    places = np.arange(num_values, dtype=np.uint32) * np.uint32(0x9E3779B1)
    return np.array([values[:num_values] for values in found], dtype=np.uint32).reshape(-1, num_values) ^ places


def _quality(scores: pa.MapArray) -> pa.Array:
    """The knowledge score of each document, or 0."""
    found = pc.map_lookup(scores, pa.scalar("knowledge"), "last")
    return pc.fill_null(found, pa.scalar(0.0, pa.float32())).cast(pa.float32())


class WritingSignatures:
    """Writes the files of one partition, a chunk of documents at a time."""

    def __init__(self, directory: str, name: str, num_ranges: int, print_bytes: int) -> None:
        self._directory = directory
        self._name = name
        self._num_ranges = num_ranges
        self._schema = rows_schema(print_bytes)
        self._rows: list[pa.Table] = []
        self._described: dict[str, Any] = {}
        self._stats = {"documents": 0, "copies": 0, "without_shingles": 0}

    def add_full(self, tables: list[tuple[pa.Table, NDArray[np.uint64]]]) -> list[tuple[pa.Table, NDArray[np.uint64]]]:
        """Writes CHUNK documents; what is left."""
        rows, keys = pa.concat_tables([table for table, _ in tables]), np.concatenate([own for _, own in tables])
        self.add(rows.slice(0, CHUNK), keys[:CHUNK])
        return [(rows.slice(CHUNK), keys[CHUNK:])]

    def add_last(self, tables: list[tuple[pa.Table, NDArray[np.uint64]]]) -> None:
        if any(table.num_rows for table, _ in tables):
            self.add(pa.concat_tables([table for table, _ in tables]), np.concatenate([own for _, own in tables]))

    def add(self, rows: pa.Table, keys: NDArray[np.uint64]) -> None:
        """Writes the band keys of a chunk, of documents with equal prints those of the first only."""
        number, first = len(self._rows), self._stats["documents"]
        rows = rows.combine_chunks()
        flat = np.frombuffer(rows["prints"].chunk(0).buffers()[1], dtype=np.uint8)
        offset = rows["prints"].chunk(0).offset
        width = self._schema.field("prints").type.byte_width
        values = flat[offset * width : (offset + len(rows)) * width].reshape(len(rows), 1, width)
        prints = Prints(values, rows["present"].to_numpy())
        leaders = collapse(prints, hashes_of(prints), rows["generation"].to_numpy())
        copies = (leaders != np.arange(len(rows))) & (prints.present != 0)
        same_as = np.where(copies, leaders + first, -1).astype(np.int32)
        self._rows.append(rows.set_column(rows.schema.names.index("same_as"), "same_as", pa.array(same_as)))
        name = f"{self._name}.bands-{number:03d}.parquet"
        tables = self._by_range(keys, ~copies, first)
        self._described[name] = write_ranges(files.join(self._directory, name), tables, schema=BANDS_SCHEMA)
        self._stats["documents"] += len(rows)
        self._stats["copies"] += int(copies.sum())
        self._stats["without_shingles"] += int((prints.present == 0).sum())

    def _by_range(self, keys: NDArray[np.uint64], among: NDArray[np.bool_], first: int) -> Iterator[pa.Table]:
        rows, places = np.nonzero((keys != 0) & among[:, None])
        own = keys[rows, places]
        numbers = range_of(own, self._num_ranges).astype(np.uint16)
        order = np.argsort(numbers, kind="stable")
        own, rows = own[order], rows[order].astype(np.int32) + np.int32(first)
        bounds = np.searchsorted(numbers[order], np.arange(self._num_ranges + 1))
        for start, end in pairwise(bounds.tolist()):
            yield pa.table([pa.array(own[start:end]), pa.array(rows[start:end])], schema=BANDS_SCHEMA)

    def close(self) -> dict[str, Any]:
        """Writes the rows; the manifest entry of the partition."""
        name = f"{self._name}.parquet"
        self._described[name] = write_ranges(files.join(self._directory, name), self._rows, schema=self._schema)
        return {"name": self._name, "files": self._described, "stats": self._stats}
