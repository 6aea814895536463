"""ingest over a sample: the build's own readers and normaliser, a partition per source, with the place of every cluster in it.

What enters: the clusters that were drawn. What leaves: ingest's partitions and ledger as a build writes them, and beside them
``clusters/<partition>.json``: for each cluster, the bytes of text and the ledger rows of the partition up to its end. A
partition's rows are in the order of its clusters, so the bytes of text tell the rows.
"""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.engine import files
from pipelines.engine.ledger import LOSSES
from pipelines.engine.partition import PartitionWriter
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Unit
from pipelines.readers.record import Piece
from pipelines.recipe_tables import Source
from pipelines.stages.ingest import Ingest, reader_name, reader_settings
from pipelines.stages.ingest_writer import Batch

from .drawing import Cluster

#: A partition of the probe is never full: it holds what was taken of a source.
ENDLESS_BYTES = 1 << 62


@dataclass(frozen=True, slots=True)
class SampledSource:
    """A unit's payload: the clusters of one source, and the number of the first of them among all."""

    source: Source
    clusters: tuple[Cluster, ...]


@dataclass
class SampledIngest(Ingest):
    """The job."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        sampled: SampledSource = unit.payload
        ends: list[list[int]] = []
        with PartitionWriter(directory, unit.name) as out:
            for cluster in sampled.clusters:
                batch = Batch(sampled.source, cluster.root, cluster.pieces)
                rest = self._fill(out, batch, _items(batch))
                assert rest is None, "a partition of the probe has no end"
                counts = out.tally.counts
                ends.append([out.text_bytes_added, counts["edited"] + sum(counts[action] for action in LOSSES)])
                progress.advance(rows=1, num_bytes=cluster.num_bytes)
        files.write_json(files.join(directory, "clusters", f"{unit.name}.json"), ends)
        return [out.entry]


def _items(batch: Batch) -> Iterator[tuple[Piece, Any]]:
    reader = importlib.import_module(f"pipelines.readers.{reader_name(batch.source)}")
    read = getattr(reader, "read_columns", reader.read)
    settings = reader_settings(batch.source)
    for piece in batch.pieces:
        for item in read(piece, settings=settings):
            yield piece, item
