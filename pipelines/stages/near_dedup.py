"""near-dedup: takes out the documents that ``clusters`` did not keep.

What enters: the partitions that ``signatures`` read, and the tables of ``clusters``. What leaves: the partitions without the
near-duplicates; the ledger names the document that was kept, the estimated similarity to it, and the size of the cluster: two
documents of a cluster may be less similar than the threshold, where others between them connect them. A kept document of a
cluster has ``scores["near_duplicates"]``, the number of documents in it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from filters.batch import Finding
from filters.document import DOCUMENT_SCHEMA
from pipelines.engine import files
from pipelines.engine.accounts import account, findings_batch
from pipelines.engine.fingerprint import code_version
from pipelines.engine.partition import PartitionWriter, read_batches, text_sizes
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, Unit

from .context import Context

RULE = "near_duplicate"
SCORE = "near_duplicates"


def stage(context: Context) -> Stage | None:
    near = context.recipe.dedup.near
    if not near.remove:
        return None
    units = [
        Unit(unit.name, (unit.payload, files.join(context.run, "clusters", f"{unit.name}.parquet")), unit.cost)
        for unit in context.partitions(context.documents)
    ]
    return Stage(
        name="near-dedup",
        run=context.run,
        job=TakeOutNear(near.threshold),
        units=units,
        config={"threshold": near.threshold},
        inputs=[context.fingerprint_of(context.documents), context.fingerprint_of("clusters")],
        code=code_version((__name__,), ("numpy", "pyarrow")),
        documents_in=context.kept(context.documents),
        expected_bytes_per_s=60_000_000,
    )


@dataclass(frozen=True)
class TakeOutNear:
    """The job."""

    threshold: float

    def setup(self) -> None:
        """Nothing to load."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        documents, clusters_path = unit.payload
        clusters = read_batches(clusters_path, columns=["cluster_size", "kept", "kept_id", "similarity"])
        waiting = pa.table({})
        with PartitionWriter(directory, unit.name) as out:
            for batch in read_batches(documents):
                while waiting.num_rows < batch.num_rows:
                    more = pa.Table.from_batches([next(clusters)])
                    waiting = pa.concat_tables([waiting, more]) if waiting.num_rows else more
                self._take_out(batch, waiting.slice(0, batch.num_rows), out)
                waiting = waiting.slice(batch.num_rows)
                progress.advance(rows=batch.num_rows, num_bytes=sum(text_sizes(batch)))
        return [out.entry]

    def _take_out(self, batch: pa.RecordBatch, clusters: pa.Table, out: PartitionWriter) -> None:
        """Writes what is left of a record batch, and accounts for the others."""
        sizes = np.array(text_sizes(batch), dtype=np.int64)
        kept, cluster_sizes = clusters["kept"].to_numpy(), clusters["cluster_size"].to_numpy()
        lost = np.flatnonzero(~kept)
        details = [f"one of {size} near-duplicates" for size in cluster_sizes[lost].tolist()]
        # As a decimal of a few digits: what a float32 becomes as a float64 says more than was measured.
        similarity = clusters["similarity"].to_numpy()[lost].astype(np.float64).round(4)
        found = [Finding(RULE, lost, similarity, self.threshold, details)] if len(lost) else []
        kept_ids = clusters["kept_id"].combine_chunks()
        rows = findings_batch(out.tally, batch, sizes, action="duplicate", findings=found, kept_ids=kept_ids)
        out.record_batch(rows)
        account(out.tally, batch, sizes, lost=[("duplicate", ~kept)])
        for size, number in zip(*np.unique(cluster_sizes[kept], return_counts=True), strict=True):
            if size > 1:
                out.tally.add("cluster_sizes", size_class(int(size)), documents=int(number))
        out.add_batch(with_sizes(batch, cluster_sizes).filter(pa.array(kept)))


def size_class(size: int) -> str:
    """A cluster's size in powers of ten: how many copies a corpus has is a long tail."""
    classes = ((2, "2"), (10, "3-10"), (100, "11-100"), (1000, "101-1000"))
    return next((name for limit, name in classes if size <= limit), "1001-")


def with_sizes(batch: pa.RecordBatch, cluster_sizes: Any) -> pa.RecordBatch:
    """The documents with the size of their cluster among their scores, where it is above 1."""
    if not (cluster_sizes > 1).any():
        return batch
    scores = [
        [*(pair for pair in own if pair[0] != SCORE), *([(SCORE, float(size))] if size > 1 else [])]
        for own, size in zip(batch.column("scores").to_pylist(), cluster_sizes.tolist(), strict=True)
    ]
    place = DOCUMENT_SCHEMA.names.index("scores")
    return batch.set_column(place, DOCUMENT_SCHEMA.field(place), pa.array(scores, DOCUMENT_SCHEMA.field(place).type))
