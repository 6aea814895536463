"""clusters: connected components of near-duplicates, and the document of each that stays.

What enters: the pairs of ``candidates``, and the signatures. What leaves, per partition: ``<partition>.parquet``, a row per
row of the signatures: the cluster (the smallest number of a document in it, -1 where there is none), how many documents it
has, whether this one is kept, the id of the best one and the estimated similarity to it.

The best document is of the earliest generation, then of the highest quality, then the longest, then the one whose id comes
first; the recipe's ``keep`` best stay. What becomes of a document depends on the documents of its own and of earlier
generations alone: so documents of an older run never go because of newer ones, and slices that are deduplicated one after
the other come out as if they had been deduplicated at once with ``prefer = "order"``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from filters.near_duplicates.buckets import similarities
from filters.near_duplicates.components import connect, singletons, standings
from pipelines.engine import files
from pipelines.engine.fingerprint import code_version
from pipelines.engine.partition import opened_parquet
from pipelines.engine.progress import Progress
from pipelines.engine.ranges import write_ranges
from pipelines.engine.stage import Stage, Unit

from .candidates import COMPARING
from .context import Context
from .signature_index import CHUNK, Index, Part, indexes, read_prints, read_rows

# Its functions are made at run time, which type checkers cannot see.
pc: Any = pyarrow.compute

Ints = NDArray[np.int64]
Pairs = tuple[Ints, Ints, NDArray[np.int32]]

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
#: What decides which document of a cluster is the best, in this order.
_ORDER = (
    *(("generation", "ascending"), ("quality", "descending"), ("length", "descending")),
    *(("id", "ascending"), ("text_key", "ascending"), ("number", "ascending")),
)
_RANKED = ("generation", "quality", "length", "id", "text_key")
_STANDING = ("cluster", "size", "place", "best")
#: Best documents whose prints are in memory at a time.
_PRINTS = 1_000_000


def stage(context: Context) -> Stage | None:
    near = context.recipe.dedup.near
    if not near.remove:
        return None
    found = indexes(context)
    units = context.partitions("candidates")
    num_documents = sum(index.num_documents for index in found)
    return Stage(
        name="clusters",
        run=context.run,
        job=Decide(found, tuple(unit.payload for unit in units), near.keep),
        units=[Unit("clusters", None, max(num_documents * 100, 1))],
        config={"keep": near.keep},
        inputs=[context.fingerprint_of("candidates")],
        code=code_version(
            (*COMPARING, __name__),
            ("numpy", "pyarrow"),
        ),
        expected_bytes_per_s=20_000_000,
    )


@dataclass(frozen=True)
class Decide:
    """The job: all clusters of the run."""

    indexes: tuple[Index, ...]
    pairs: tuple[str, ...]
    keep: int

    def setup(self) -> None:
        """Nothing to load."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        own = self.indexes[-1]
        with progress.alive(seconds=600 + unit.cost / 1_000_000):
            clustered = self._clustered()
            found = self._decided(clustered)
            similarity = self._similarities(clustered, found)
        entries: list[dict[str, Any]] = []
        for part in own.parts:
            name = f"{part.name}.parquet"
            tables = _rows(own, part, clustered, found, similarity)
            described = write_ranges(files.join(directory, name), tables, schema=CLUSTERS_SCHEMA, compression="zstd")
            start, end = np.searchsorted(clustered, [part.first, part.end])
            mine = found.slice(start, end - start)
            stats = {
                "documents": part.num_documents,
                "clustered": mine.num_rows,
                "clusters": int(pc.sum(pc.equal(mine["place"], 0)).as_py() or 0),
                "lost": int(pc.sum(pc.invert(mine["kept"])).as_py() or 0),
            }
            entries.append({"name": part.name, "files": {name: described}, "stats": stats})
            progress.advance(rows=part.num_documents, num_bytes=part.num_documents * 100)
        return entries

    def _all_pairs(self) -> Iterator[Pairs]:
        """The pairs of copies within partitions and those of the candidates, part by part."""
        for index in self.indexes:
            for part in index.parts:
                yield _copies(index, part)
        for path in self.pairs:
            with opened_parquet(path) as parquet:
                for group in range(parquet.num_row_groups):
                    table = parquet.read_row_group(group, use_threads=False)
                    first, second, generation = (column.to_numpy() for column in table.columns)
                    yield first, second, generation

    def _clustered(self) -> Ints:
        """The numbers of all documents that have a near-duplicate, ascending."""
        involved = np.zeros(self.indexes[-1].end, dtype=np.bool_)
        for first, second, _ in self._all_pairs():
            involved[first] = True
            involved[second] = True
        return np.flatnonzero(involved)

    def _decided(self, clustered: Ints) -> pa.Table:
        """For each clustered document its cluster, size, place, whether it is kept, and the best one, as a row number."""
        facts = self._facts(clustered)
        order = pc.sort_indices(facts, sort_keys=list(_ORDER)).to_numpy()
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        generations = facts["generation"].to_numpy()
        labels = singletons(len(clustered))
        columns: dict[str, Any] = {name: np.zeros(len(clustered), dtype=np.int64) for name in _STANDING}
        for generation in np.unique(generations).tolist():
            for first, second in self._pairs_of(generation, clustered):
                connect(labels, first, second)
            standing = standings(labels, rank)
            own = generations == generation
            columns["cluster"][own] = clustered[labels[own]]
            for name, values in (("size", standing.size), ("place", standing.place), ("best", standing.best)):
                columns[name][own] = values[own]
        columns["kept"] = columns["place"] < self.keep
        arrays = {name: pa.array(column) for name, column in columns.items()}
        return pa.table({**arrays, "best_id": facts["id"].take(pa.array(columns["best"]))})

    def _pairs_of(self, generation: int, clustered: Ints) -> Iterator[tuple[Ints, Ints]]:
        """The pairs of one generation, by the documents' places in ``clustered``, in large parts."""
        waiting: list[tuple[Ints, Ints]] = []
        for first, second, levels in self._all_pairs():
            own = levels == generation
            waiting.append((np.searchsorted(clustered, first[own]), np.searchsorted(clustered, second[own])))
            if sum(len(part) for part, _ in waiting) > max(len(clustered), 1 << 20):
                yield np.concatenate([one for one, _ in waiting]), np.concatenate([other for _, other in waiting])
                waiting = []
        if waiting:
            yield np.concatenate([one for one, _ in waiting]), np.concatenate([other for _, other in waiting])

    def _facts(self, clustered: Ints) -> pa.Table:
        """What decides which document is the best, of each clustered one."""
        tables: list[pa.Table] = []
        for index in self.indexes:
            for part in index.parts:
                start, end = np.searchsorted(clustered, [part.first, part.end])
                table = read_rows(index.path(part), clustered[start:end] - part.first, columns=_RANKED)
                generations = pc.add(table["generation"], pa.scalar(index.first_generation, pa.int32()))
                tables.append(table.set_column(0, "generation", generations))
        facts = pa.concat_tables(tables).combine_chunks()
        return facts.append_column("number", pa.array(clustered))

    def _similarities(self, clustered: Ints, found: pa.Table) -> NDArray[np.float32]:
        """The estimated similarity of each clustered document of this run to the best one of its cluster; 1 of itself."""
        best, place = found["best"].to_numpy(), found["place"].to_numpy()
        result = np.ones(len(clustered), dtype=np.float32)
        others = np.flatnonzero((place > 0) & (clustered >= self.indexes[-1].first))
        winners = np.unique(best[others])
        for start in range(0, len(winners), _PRINTS):
            some = winners[start : start + _PRINTS]
            their = read_prints(self.indexes, clustered[some])[0]
            mine = others[(best[others] >= some[0]) & (best[others] <= some[-1])]
            for first in range(0, len(mine), _PRINTS):
                losers = mine[first : first + _PRINTS]
                prints = read_prints(self.indexes, clustered[losers])[0]
                theirs = np.searchsorted(some, best[losers])
                result[losers] = similarities(prints, np.arange(len(losers)), theirs, others=their)
        return result


def _copies(index: Index, part: Part) -> Pairs:
    """The documents of a partition that have the prints of another, with that one."""
    found = [np.zeros((0, 3), dtype=np.int64)]
    with opened_parquet(index.path(part)) as parquet:
        first = part.first
        for group in range(parquet.num_row_groups):
            table = parquet.read_row_group(group, columns=["same_as", "generation"], use_threads=False)
            same_as = table["same_as"].to_numpy()
            rows = np.flatnonzero(same_as >= 0)
            generations = table["generation"].to_numpy()[rows] + index.first_generation
            found.append(np.stack([rows + first, same_as[rows] + part.first, generations], axis=1).astype(np.int64))
            first += len(table)
    one, other, generation = np.concatenate(found).T
    return one, other, generation.astype(np.int32)


def _rows(index: Index, part: Part, clustered: Ints, found: pa.Table, similarity: NDArray[np.float32]) -> Iterator[pa.Table]:
    """The rows of one partition, chunk by chunk."""
    for first in range(part.first, part.end, CHUNK):
        size = min(CHUNK, part.end - first)
        start, end = np.searchsorted(clustered, [first, first + size])
        ids = read_rows(index.path(part), np.arange(first, first + size) - part.first, columns=("id",))["id"]
        yield _chunk(ids, clustered[start:end] - first, found.slice(start, end - start), similarity[start:end])


def _chunk(ids: pa.ChunkedArray, rows: Ints, found: pa.Table, similarity: NDArray[np.float32]) -> pa.Table:
    """The rows of a chunk, of which those at ``rows`` are clustered."""
    size = len(ids)
    several = found["size"].to_numpy() > 1
    cluster, sizes = np.full(size, -1, dtype=np.int64), np.ones(size, dtype=np.int32)
    cluster[rows] = np.where(several, found["cluster"].to_numpy(), -1)
    sizes[rows] = found["size"].to_numpy()
    kept, similarities_ = np.ones(size, dtype=np.bool_), np.ones(size, dtype=np.float32)
    kept[rows] = found["kept"].to_numpy()
    similarities_[rows] = similarity
    # The row of the best one's id in its column, and behind it an empty one.
    places = np.full(size, found.num_rows, dtype=np.int64)
    places[rows] = np.where(several, np.arange(len(rows)), found.num_rows)
    best_ids = pa.concat_arrays([*found["best_id"].chunks, pa.array([""])]).take(pa.array(places))
    columns = [ids, pa.array(cluster), pa.array(sizes), pa.array(kept), best_ids, pa.array(similarities_)]
    return pa.table(columns, schema=CLUSTERS_SCHEMA)
