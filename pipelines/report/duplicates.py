"""Duplicates by the size of their cluster, from the ledgers: how many documents went for each that stayed.

Rows of a ledger enter, of documents that are duplicates of another; clusters by size and the largest of them leave. Of more
than :data:`CLUSTERS` clusters only those are followed whose id hashes below a bound that falls as they grow in number: a
uniform sample, the same in whatever order rows come, and memory that does not follow the corpus (Flajolet 1990).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from pipelines.report.ledger_tally import id_hashes
from pipelines.report.messages import Told, told
from pipelines.report.run_directory import Manifest, RunDirectory

# Its functions are made at run time, which type checkers cannot see.
pc: Any = pyarrow.compute

CLUSTERS = 250_000
#: The classes of sizes, each up to a number of documents; the last has no end. Copies have a long tail.
SIZES = (2, 3, 5, 10, 100, 1000)
_LARGEST = 5
_BATCH_ROWS = 65_536


@dataclass(slots=True)
class Clusters:
    """Documents that went, by the document that stayed for them; of clusters hashed below 1 in ``step``."""

    step: int = 1
    removed: dict[str, int] = field(default_factory=dict[str, int])
    limit: int = CLUSTERS

    def add(self, kept_ids: pa.Array) -> None:
        """Count a duplicate for each of these ids."""
        counted = pc.value_counts(pc.fill_null(kept_ids, ""))
        ids = counted.field("values")
        for hashed, kept_id, number in zip(
            id_hashes(ids).tolist(), ids.to_pylist(), counted.field("counts").to_pylist(), strict=True
        ):
            if kept_id and hashed < (1 << 64) // self.step:
                self.removed[kept_id] = self.removed.get(kept_id, 0) + number
        while len(self.removed) > self.limit:
            self.step *= 2
            hashes = id_hashes(pa.array([*self.removed], pa.string())).tolist()
            pairs = zip(self.removed.items(), hashes, strict=True)
            self.removed = {kept_id: number for (kept_id, number), hashed in pairs if hashed < (1 << 64) // self.step}


@dataclass(frozen=True, slots=True)
class SizeRow:
    """Clusters of one class of sizes, and the documents that went from them. ``high`` None: it has no end."""

    low: int
    high: int | None
    clusters: int
    removed: int

    @property
    def label(self) -> str:
        """The sizes in figures."""
        if self.high is None:
            return f"{self.low:,}+"
        return f"{self.low:,}" if self.low == self.high else f"{self.low:,}–{self.high:,}"


@dataclass(frozen=True, slots=True)
class DuplicateView:
    """The duplicates that one rule found."""

    stage: str
    rule: str
    step: int
    rows: Sequence[SizeRow]
    largest: Sequence[tuple[str, int]]


def duplicate_views(run: RunDirectory, manifests: Sequence[Manifest], *, problems: list[Told]) -> list[DuplicateView]:
    """Of each stage that took out duplicates of documents that stayed."""
    views: list[DuplicateView] = []
    for manifest in manifests:
        if not manifest.totals.losses["duplicate"]:
            continue
        clusters = Clusters()
        for _, file in manifest.ledgers():
            try:
                _read(run, f"{manifest.stage}/{file}", clusters)
            except (OSError, pa.ArrowException):
                # The pass over the ledgers has told of it already.
                clusters = None
                break
        if clusters is not None and clusters.removed:
            views.append(_view(manifest, clusters))
        elif clusters is not None:
            file = f"{manifest.stage}/ledger"
            problems.append(told("problem.table", file=file, error="kept_id", what="duplicates"))
    return views


def repeats(manifests: Sequence[Manifest]) -> list[tuple[str, int, int, int]]:
    """(kind, documents, places, characters) of repeated lines and passages that were taken out of documents that stay."""
    rows: list[tuple[str, int, int, int]] = []
    for manifest in manifests:
        table = manifest.stats.get("repeats") or {}
        for kind, row in sorted(table.items()):
            documents, places, characters = (int(row.get(name, 0)) for name in ("documents", "places", "characters"))
            rows.append((str(kind), documents, places, characters))
    return rows


def _read(run: RunDirectory, relative: str, clusters: Clusters) -> None:
    with run.open(relative) as file, pq.ParquetFile(file) as parquet:
        for batch in parquet.iter_batches(_BATCH_ROWS, columns=["action", "kept_id"], use_threads=False):
            clusters.add(batch.column("kept_id").filter(pc.equal(batch.column("action"), "duplicate")))


def _view(manifest: Manifest, clusters: Clusters) -> DuplicateView:
    rows: list[SizeRow] = []
    low = 2
    for high in (*SIZES, None):
        own = [number for number in clusters.removed.values() if low <= number + 1 and (high is None or number + 1 <= high)]
        if own:
            rows.append(SizeRow(low, high, len(own) * clusters.step, sum(own) * clusters.step))
        low = (high or 0) + 1
    largest = sorted(clusters.removed.items(), key=lambda item: (-item[1], item[0]))[:_LARGEST]
    rule = "near_duplicate" if manifest.stage == "near-dedup" else "exact_duplicate"
    return DuplicateView(manifest.stage, rule, clusters.step, rows, [(kept_id, number + 1) for kept_id, number in largest])
