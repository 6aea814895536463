"""clusters: connected components of near-duplicates, and the document of each that stays.

What enters: the pairs of ``candidates``, and the signatures. What leaves, per partition: ``<partition>.parquet``, a row per
row of the signatures: the cluster (the smallest number of a document in it, -1 where there is none), how many documents it
has, whether this one is kept, the id of the best one (:mod:`pipelines.stages.verdicts`) and the estimated similarity to it.

What becomes of a document depends on the documents of its own and of earlier generations alone: so documents of an older run
never go because of newer ones, and slices that are deduplicated one after the other come out as if they had been deduplicated
at once with ``prefer = "order"``.

One worker finds the components while their pairs are up to :data:`PAIRS_IN_MEMORY`: they are read part by part, and a
document of a cluster takes some 40 bytes. More pairs go by rounds over all workers (:mod:`pipelines.stages.star_rounds`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from filters.near_duplicates.components import connect, singletons
from pipelines.engine import files
from pipelines.engine.fingerprint import code_version
from pipelines.engine.progress import Progress
from pipelines.engine.ranges import write_ranges
from pipelines.engine.stage import Shuffle, Stage, Unit

from .candidates import COMPARING
from .context import Context
from .duplicates import unpack_tables
from .pair_files import PairFile, all_sources, read_pairs
from .signature_index import CHUNK, Index, Part, indexes, read_rows
from .star_rounds import ByRounds
from .verdicts import VERDICTS_SCHEMA, Deciding

# Its functions are made at run time, which type checkers cannot see.
pc: Any = pyarrow.compute

Ints = NDArray[np.int64]

CLUSTERS_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("cluster", pa.int64()),
        ("cluster_size", pa.int32()),
        ("kept", pa.bool_()),
        ("kept_id", pa.string()),
        ("similarity", pa.float32()),
    ]
)
PAIRS_IN_MEMORY = 1_000_000_000
#: Documents that are decided about at a time; and of a range, by rounds.
_DOCUMENTS = 2_000_000
_MODULES = tuple(f"pipelines.stages.{name}" for name in ("duplicates", "pair_files", "star_rounds", "verdicts"))


def stage(context: Context, *, pairs_in_memory: int = PAIRS_IN_MEMORY, range_documents: int = _DOCUMENTS) -> Stage | None:
    """``pairs_in_memory`` and ``range_documents`` decide how the result is found, not what it is."""
    near = context.recipe.dedup.near
    if not near.remove:
        return None
    found = indexes(context)
    deciding = Deciding(found, near.keep)
    sources = all_sources(found, [unit.payload for unit in context.partitions("candidates")])
    own = found[-1]
    generations = range(own.first_generation, own.first_generation + own.num_generations)
    num_pairs = int(context.manifests["candidates"]["totals"].get("stats", {}).get("pairs", 0))
    shuffle: Shuffle = InMemory(deciding, tuple(sources), tuple(generations))
    shuffled_from = [Unit("all", None, max(own.end * 100, 1))]
    if num_pairs > pairs_in_memory:
        shuffle = ByRounds(context.run, deciding, tuple(generations), own.end, range_documents)
        cost = max(own.end * 100 // max(len(sources), 1), 1)
        shuffled_from = [Unit(f"pairs-{number:05d}", source, cost) for number, source in enumerate(sources)]
    return Stage(
        name="clusters",
        run=context.run,
        job=WriteClusters(own),
        units=[Unit(part.name, part, max(part.num_documents * 10, 1)) for part in own.parts],
        shuffle=shuffle,
        shuffled_from=shuffled_from,
        config={"keep": near.keep},
        inputs=[context.fingerprint_of("candidates")],
        code=code_version((*COMPARING, *_MODULES, __name__), ("numpy", "pyarrow")),
        expected_bytes_per_s=20_000_000,
    )


@dataclass(frozen=True)
class InMemory:
    """The shuffle: one worker reads all pairs, decides, and sends every partition its rows."""

    deciding: Deciding
    sources: tuple[PairFile, ...]
    generations: tuple[int, ...]
    rounds: int = 0

    def emit(self, unit: Unit, *, progress: Progress) -> Iterator[tuple[str, bytes]]:
        with progress.alive(seconds=600 + unit.cost / 1_000_000):
            clustered = self._clustered()
            own_generations = self.deciding.generations(clustered) if len(clustered) else np.zeros(0, dtype=np.int32)
            labels = singletons(len(clustered))
            for generation in range(self.generations[-1] + 1):
                for first, second in self._pairs_of(generation, clustered):
                    connect(labels, first, second)
                if generation in self.generations:
                    # Only the clusters that this generation's documents are in.
                    wanted = np.zeros(len(clustered), dtype=np.bool_)
                    wanted[labels[own_generations == generation]] = True
                    for some, their in _slices(clustered, labels, wanted):
                        yield from self.deciding.verdicts(some, their, generation=generation)
        progress.advance(rows=len(clustered), num_bytes=unit.cost)

    def regroup(self, key: str, blobs: Sequence[bytes]) -> list[tuple[str, bytes]]:
        raise NotImplementedError("there is no round")

    def _clustered(self) -> Ints:
        """The numbers of all documents that have a near-duplicate, ascending."""
        involved = np.zeros(self.deciding.indexes[-1].end, dtype=np.bool_)
        for source in self.sources:
            for first, second, _ in read_pairs(self.deciding.indexes, source):
                involved[first] = True
                involved[second] = True
        return np.flatnonzero(involved)

    def _pairs_of(self, generation: int, clustered: Ints) -> Iterator[tuple[Ints, Ints]]:
        """The pairs of one generation, by the documents' places in ``clustered``, in large parts."""
        waiting: list[tuple[Ints, Ints]] = []
        for source in self.sources:
            for first, second, generations in read_pairs(self.deciding.indexes, source):
                own = generations == generation
                waiting.append((np.searchsorted(clustered, first[own]), np.searchsorted(clustered, second[own])))
                if sum(len(part) for part, _ in waiting) > max(len(clustered), 1 << 20):
                    yield np.concatenate([one for one, _ in waiting]), np.concatenate([other for _, other in waiting])
                    waiting = []
        if waiting:
            yield np.concatenate([one for one, _ in waiting]), np.concatenate([other for _, other in waiting])


def _slices(clustered: Ints, labels: Ints, wanted: NDArray[np.bool_]) -> Iterator[tuple[Ints, Ints]]:
    """Whole clusters, of which ``wanted`` marks the labels: the documents' numbers, and the places of their labels in them."""
    places = np.flatnonzero(wanted[labels])
    sizes = np.bincount(labels[places], minlength=len(labels))
    ends = np.cumsum(sizes)
    start = 0
    while start < len(labels):
        # As many labels as have _DOCUMENTS documents together, and one at least.
        before = int(ends[start - 1]) if start else 0
        end = max(int(np.searchsorted(ends, before + _DOCUMENTS, side="right")), start + 1)
        own = places[(labels[places] >= start) & (labels[places] < end)]
        if len(own):
            yield clustered[own], np.searchsorted(own, labels[own])
        start = end


@dataclass(frozen=True)
class WriteClusters:
    """The job: the rows of one partition."""

    index: Index

    def setup(self) -> None:
        """Nothing to load."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        part, blobs = unit.payload
        found = unpack_tables(blobs, schema=VERDICTS_SCHEMA)
        found = found.take(pc.sort_indices(found, sort_keys=[("row", "ascending")])).combine_chunks()
        name = f"{part.name}.parquet"
        tables = _rows(self.index, part, found)
        described = write_ranges(files.join(directory, name), tables, schema=CLUSTERS_SCHEMA, compression="zstd")
        stats = {
            "documents": part.num_documents,
            "clustered": found.num_rows,
            # A cluster counts where its best document is, if that is this run's.
            "clusters": int(pc.sum(found["best"]).as_py() or 0),
            "lost": int(pc.sum(pc.invert(found["kept"])).as_py() or 0),
        }
        progress.advance(rows=part.num_documents, num_bytes=unit.cost)
        return [{"name": part.name, "files": {name: described}, "stats": stats}]


def _rows(index: Index, part: Part, found: pa.Table) -> Iterator[pa.Table]:
    """The rows of one partition, chunk by chunk."""
    rows = found["row"].to_numpy()
    for first in range(0, part.num_documents, CHUNK):
        size = min(CHUNK, part.num_documents - first)
        start, end = np.searchsorted(rows, [first, first + size])
        ids = read_rows(index.path(part), np.arange(first, first + size), columns=("id",))["id"]
        yield _chunk(ids, rows[start:end] - first, found.slice(start, end - start))


def _chunk(ids: pa.ChunkedArray, rows: NDArray[np.int32], found: pa.Table) -> pa.Table:
    """The rows of a chunk, of which those at ``rows`` are in clusters."""
    size = len(ids)
    filled: list[Any] = []
    for name, without in (("cluster", -1), ("size", 1), ("kept", True), ("similarity", 1.0)):
        own = found[name].to_numpy()
        column = np.full(size, without, dtype=own.dtype)
        column[rows] = own
        filled.append(pa.array(column))
    # The place of the best one's id in its column, and behind it an empty one.
    places = np.full(size, found.num_rows, dtype=np.int64)
    places[rows] = np.arange(len(rows))
    best_ids = pa.concat_arrays([*found["best_id"].chunks, pa.array([""])]).take(pa.array(places))
    cluster, sizes, kept, similarity = filled
    return pa.table([ids, cluster, sizes, kept, best_ids, similarity], schema=CLUSTERS_SCHEMA)
