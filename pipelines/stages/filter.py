"""filter: identifies the language, routes to a segment, and applies that language's rules; every failing rule is told.

What enters: ingest's partitions. What leaves: the same without the documents that failed, with ``segment``,
``language`` and ``language_score`` filled in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from filters.document import Document
from pipelines.engine.accounts import account, findings_batch
from pipelines.engine.fingerprint import code_version
from pipelines.engine.partition import PartitionWriter, read_batches, text_sizes
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, Unit
from pipelines.judge import Judge, Verdict, Verdicts
from pipelines.recipe import Recipe

from .context import Context


def stage(context: Context) -> Stage:
    recipe = context.recipe
    return Stage(
        name="filter",
        run=context.run,
        job=Filter(recipe),
        units=context.partitions("ingest"),
        config={
            "segments": recipe.segments.model_dump(mode="json"),
            "identify": recipe.identify.model_dump(mode="json"),
            "filter": {key: rules.model_dump(mode="json") for key, rules in sorted(recipe.filter.items())},
        },
        inputs=[context.fingerprint_of("ingest")],
        code=code_version(
            ("filters", "pipelines.judge", __name__),
            ("fasttext-community", "kiwipiepy", "kiwipiepy_model", "numpy", "pyarrow"),
        ),
        documents_in=context.kept("ingest"),
        expected_bytes_per_s=1_500_000,
    )


@dataclass
class Filter:
    """The job. Rules are made from the recipe once per worker."""

    recipe: Recipe
    _judge: Judge | None = field(default=None, repr=False)

    def setup(self) -> None:
        self._judge = Judge(self.recipe)

    def judge_batch(self, documents: Sequence[Document]) -> list[Verdict]:
        """What the recipe says of each document."""
        assert self._judge is not None, "call setup() first"
        return list(self._judge.judge(documents))

    def judge(self, document: Document) -> Verdict:
        """What the recipe says of one document; many at once are ten times as fast."""
        return self.judge_batch([document])[0]

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        with PartitionWriter(directory, unit.name) as out:
            for batch in read_batches(unit.payload):
                self._judge_record_batch(batch, out, progress)
        return [out.entry]

    def _judge_record_batch(self, batch: pa.RecordBatch, out: PartitionWriter, progress: Progress) -> None:
        assert self._judge is not None
        sizes = np.array(text_sizes(batch), dtype=np.int64)
        num_bytes = int(sizes.sum())
        with progress.alive(num_bytes=num_bytes):
            verdicts = self._judge.judge(_documents(batch))
        judged = _with_verdicts(batch, verdicts)
        failed = verdicts.failed
        out.record_batch(findings_batch(out.tally, judged, sizes, action="dropped", findings=verdicts.findings))
        account(out.tally, judged, sizes, lost=[("dropped", failed)])
        out.add_batch(judged.filter(pa.array(~failed)))
        progress.advance(rows=len(sizes), num_bytes=num_bytes)


def _documents(batch: pa.RecordBatch) -> list[Document]:
    """The rows of a record batch as rules see them."""
    names = ("id", "text", "source", "uri", "licence", "segment", "language")
    return [Document(*row) for row in zip(*(batch.column(name).to_pylist() for name in names), strict=True)]


def _with_verdicts(batch: pa.RecordBatch, verdicts: Verdicts) -> pa.RecordBatch:
    columns = {
        "segment": pa.array(verdicts.segments, pa.string()),
        "language": pa.array(verdicts.languages, pa.string()),
        "language_score": pa.array(verdicts.language_scores.astype(np.float32)),
    }
    arrays = [columns.get(name, batch.column(name)) for name in batch.schema.names]
    return pa.RecordBatch.from_arrays(arrays, schema=batch.schema)
