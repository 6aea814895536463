"""candidates: documents that share a band key and are similar enough, range by range of the keys.

What enters: the signatures of this run and of the runs that ``[dedup] against`` names. What leaves, per range of keys:
``<range>.parquet``, the fewest pairs ``(first, second, generation)`` that connect what the similar pairs of the range
connect; ``generation`` is that of the latest document without which they would not be connected. Where documents of several
generations meet, the pairs up to each generation connect exactly what a run of those documents alone connects.

A worker holds one range of keys (:data:`~pipelines.stages.signatures.KEYS_PER_RANGE`) and the prints of the documents that
share a key there, :data:`MEMBERS` at most at a time; prints are read in one pass over the signatures a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from filters.near_duplicates.buckets import Edges, by_estimate, similar_pairs
from filters.near_duplicates.chances import expected_recall
from filters.near_duplicates.components import connect, forest, singletons
from pipelines.engine import files
from pipelines.engine.fingerprint import code_version
from pipelines.engine.progress import Progress
from pipelines.engine.ranges import write_ranges
from pipelines.engine.stage import Stage, Unit
from pipelines.recipe_tables import Near

from .context import Context
from .signature_index import Index, band_keys, content_of, indexes, older_manifests, read_prints
from .signatures import num_ranges_for
from .verification import TrueSimilarity

PAIRS_SCHEMA = pa.schema([("first", pa.int64()), ("second", pa.int64()), ("generation", pa.int32())])
#: The code that compares and connects.
COMPARING = ("filters.near_duplicates.buckets", "filters.near_duplicates.components", "pipelines.stages.signature_index")
VERIFYING = ("filters.near_duplicates", "pipelines.stages.verification")
#: Documents that are compared at a time, bucket by bucket: their prints are in memory.
MEMBERS = 2_000_000
#: Rows of pairs that are read at a time.
PAIRS = 1 << 20
#: Bytes of a key with its row, and how many keys a second are sorted and compared.
_KEY_BYTES = 12
_KEYS_PER_S = 200_000

Ints = NDArray[np.int64]


def stage(context: Context) -> Stage | None:
    near = context.recipe.dedup.near
    if not near.remove:
        return None
    found = indexes(context)
    num_keys = sum(index.num_as_made * index.num_kinds for index in found) * near.bands
    num_ranges = num_ranges_for(num_keys)
    older = [content_of(manifest) for _, manifest in older_manifests(context)]
    cost = num_keys * _KEY_BYTES // num_ranges + 1
    return Stage(
        name="candidates",
        run=context.run,
        job=Compare(found, num_ranges, near.threshold, near.verify == "true"),
        units=[Unit(f"range-{number:05d}", number, cost) for number in range(num_ranges)],
        config={
            "threshold": near.threshold,
            "verify": near.verify,
            "ranges": num_ranges,
            "expected_recall": recalls(near),
        },
        inputs=[context.fingerprint_of("signatures"), *older],
        code=code_version((*COMPARING, *(VERIFYING if near.verify == "true" else ()), __name__), ("numpy", "pyarrow")),
        expected_bytes_per_s=8_000_000,
    )


def recalls(near: Near) -> dict[str, float]:
    """The share of pairs of a similarity that meet in some band and are estimated to be similar enough."""

    def recall(similarity: float) -> float:
        return expected_recall(similarity, bands=near.bands, rows=near.rows, threshold=near.threshold)

    return {f"{tenths / 10}": round(recall(tenths / 10), 4) for tenths in (5, 6, 7, 8, 9)}


@dataclass(frozen=True)
class Compare:
    """The job: one range of keys."""

    indexes: tuple[Index, ...]
    num_ranges: int
    threshold: float
    verify: bool

    def setup(self) -> None:
        """Nothing to load."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        with progress.alive(seconds=600 + unit.cost / _KEY_BYTES / _KEYS_PER_S):
            members, buckets = self._shared(unit.payload)
            found = [self._similar(*own) for own in in_parts(members, buckets, limit=MEMBERS)]
        first, second, generation = fewest(found)
        table = pa.table([pa.array(column) for column in (first, second, generation)], schema=PAIRS_SCHEMA)
        name = f"{unit.name}.parquet"
        slices = [table.slice(start, PAIRS) for start in range(0, len(table), PAIRS)]
        described = write_ranges(files.join(directory, name), slices, schema=PAIRS_SCHEMA)
        progress.advance(rows=len(members), num_bytes=unit.cost)
        stats = {
            "members": len(members),
            "comparisons": sum(edges.num_comparisons for edges in found),
            "not_compared": sum(edges.num_not_compared for edges in found),
            "pairs": len(first),
        }
        return [{"name": unit.name, "files": {name: described}, "stats": stats}]

    def _shared(self, number: int) -> tuple[Ints, Ints]:
        """The documents that have a key in common with another, bucket by bucket, and the bucket of each."""
        read = [band_keys(index, number, num_ranges=self.num_ranges) for index in self.indexes]
        keys, documents = (np.concatenate(column) for column in zip(*read, strict=True))
        del read
        several = in_several(keys)
        keys, documents = keys[several], documents[several]
        order = np.argsort(keys)
        keys = keys[order]
        like_last = np.zeros(len(keys) + 1, dtype=np.bool_)
        like_last[1:-1] = keys[1:] == keys[:-1]
        shared = like_last[1:] | like_last[:-1]
        buckets = np.cumsum(~like_last[:-1][shared]) - 1
        return documents[order[shared]], buckets

    def _similar(self, members: Ints, buckets: Ints) -> Edges:
        """The edges of some buckets, by the documents' numbers."""
        documents, local = np.unique(members, return_inverse=True)
        prints, generations = read_prints(self.indexes, documents)
        alike = by_estimate(prints, self.threshold)
        if self.verify:
            alike = TrueSimilarity(self.indexes, documents, prints, self.threshold)
        edges = similar_pairs(prints, members=local, buckets=buckets - buckets[0], generations=generations, alike=alike)
        first, second = documents[edges.first], documents[edges.second]
        return Edges(first, second, edges.generation, edges.num_comparisons, edges.num_not_compared)


def in_several(keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Marks every key that is there several times, and a few of the others: most keys are of one document alone.

    Numbers alone are sorted far faster than numbers with their places.
    """
    ordered = np.sort(keys)
    repeated = ordered[1:][ordered[1:] == ordered[:-1]]
    mask = np.uint64((1 << max(len(keys), 1).bit_length()) - 1)
    marked = np.zeros(int(mask) + 1, dtype=np.bool_)
    marked[(repeated & mask).astype(np.int64)] = True
    return marked[(keys & mask).astype(np.int64)]


def in_parts(members: Ints, buckets: Ints, *, limit: int) -> Iterator[tuple[Ints, Ints]]:
    """Whole buckets of at most ``limit`` members together; a larger bucket is cut."""
    start = 0
    while start < len(members):
        end = min(start + limit, len(members))
        if end < len(members) and buckets[end] == buckets[end - 1]:
            whole = int(np.searchsorted(buckets, buckets[end]))
            end = whole if whole > start else end
        yield members[start:end], buckets[start:end]
        start = end


def fewest(found: Sequence[Edges]) -> tuple[Ints, Ints, NDArray[np.int32]]:
    """The fewest pairs that connect, up to each generation, what all edges together connect up to it."""
    first = np.concatenate([np.zeros(0, dtype=np.int64), *(edges.first for edges in found)])
    second = np.concatenate([np.zeros(0, dtype=np.int64), *(edges.second for edges in found)])
    generation = np.concatenate([np.zeros(0, dtype=np.int32), *(edges.generation for edges in found)])
    documents, local = np.unique(np.concatenate([first, second]), return_inverse=True)
    first, second = local[: len(first)], local[len(first) :]
    labels = singletons(len(documents))
    kept: list[tuple[Ints, Ints, NDArray[np.int32]]] = []
    for level in np.unique(generation).tolist():
        before, own = labels.copy(), generation == level
        connect(labels, first[own], second[own])
        gone, into = forest(before, labels)
        kept.append((documents[gone], documents[into], np.full(len(gone), level, dtype=np.int32)))
    if not kept:
        return first, second, generation
    one, other, levels = zip(*kept, strict=True)
    return np.concatenate(one), np.concatenate(other), np.concatenate(levels)
