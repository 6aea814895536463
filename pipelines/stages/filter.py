"""filter: identifies the language, routes to a segment, and applies that language's rules; every failing rule is told.

What enters: ingest's partitions. What leaves: the same without the documents that failed and without personal data, with
``segment``, ``language``, ``language_score`` and, where the recipe asks for it, ``scores["knowledge"]`` filled in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import starmap
from typing import Any

import numpy as np
import pyarrow as pa

from filters.batch import Finding
from filters.document import Document
from filters.knowledge.scoring import KnowledgeScorer
from pipelines.engine.accounts import account, findings_batch
from pipelines.engine.fingerprint import code_version
from pipelines.engine.partition import PartitionWriter, read_batches, text_sizes
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, Unit
from pipelines.judge import Judge, Verdicts
from pipelines.pii_editor import PiiEditor
from pipelines.recipe_tables import Recipe

from .context import Context
from .knowledge import has_scores, open_scorer, scorer_directory


def stage(context: Context) -> Stage:
    recipe = context.recipe
    return Stage(
        name="filter",
        run=context.run,
        job=Filter(recipe, scorer_directory(context)),
        units=context.partitions("ingest"),
        config={
            "segments": recipe.segments.model_dump(mode="json"),
            "identify": recipe.identify.model_dump(mode="json"),
            "pii": recipe.pii.model_dump(mode="json"),
            "filter": {key: rules.model_dump(mode="json") for key, rules in sorted(recipe.filter.items())},
        },
        inputs=[context.fingerprint_of("ingest"), *([context.fingerprint_of("knowledge")] if has_scores(context) else [])],
        code=code_version(
            ("filters", "pipelines.judge", "pipelines.pii_editor", __name__),
            ("ahocorasick_rs", "fasttext-community", "kiwipiepy", "kiwipiepy_model", "numpy", "pyarrow"),
        ),
        documents_in=context.kept("ingest"),
        expected_bytes_per_s=1_500_000,
    )


@dataclass
class Filter:
    """The job. Rules are made from the recipe once per worker."""

    recipe: Recipe
    #: Where the knowledge classifier lies, if documents are scored.
    knowledge: str | None = None
    _judge: Judge | None = field(default=None, repr=False)
    _editor: PiiEditor | None = field(default=None, repr=False)
    _scorer: KnowledgeScorer | None = field(default=None, repr=False)

    def setup(self) -> None:
        self._judge = Judge(self.recipe)
        self._editor = PiiEditor(self.recipe.pii) if self.recipe.pii.remove else None
        self._scorer = open_scorer(self.knowledge) if self.knowledge else None

    def judge_and_edit(self, documents: Sequence[Document]) -> tuple[Verdicts, list[str], list[Finding], dict[int, float]]:
        """All that the stage does to documents: verdicts, texts without personal data, edits, and scores by row."""
        assert self._judge is not None, "call setup() first"
        verdicts = self._judge.judge(documents)
        texts, edits = self._edit(documents, verdicts)
        return verdicts, texts, edits, self._score(texts, verdicts)

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        with PartitionWriter(directory, unit.name) as out:
            for batch in read_batches(unit.payload):
                self._judge_record_batch(batch, out, progress)
        return [out.entry]

    def _judge_record_batch(self, batch: pa.RecordBatch, out: PartitionWriter, progress: Progress) -> None:
        sizes = np.array(text_sizes(batch), dtype=np.int64)
        num_bytes = int(sizes.sum())
        with progress.alive(num_bytes=num_bytes):
            verdicts, texts, edits, scores = self.judge_and_edit(_documents(batch))
        judged = _with_verdicts(batch, verdicts, texts if edits else None, scores)
        failed = verdicts.failed
        out.record_batch(findings_batch(out.tally, judged, sizes, action="dropped", findings=verdicts.findings))
        out.record_batch(findings_batch(out.tally, judged, sizes, action="edited", findings=edits))
        kept_sizes = np.array(text_sizes(judged), dtype=np.int64)
        account(out.tally, judged, sizes, lost=[("dropped", failed)], kept_sizes=kept_sizes)
        out.add_batch(judged.filter(pa.array(~failed)))
        progress.advance(rows=len(sizes), num_bytes=num_bytes)

    def _edit(self, documents: Sequence[Document], verdicts: Verdicts) -> tuple[list[str], list[Finding]]:
        """The texts without personal data, and the edits; a document that is mostly personal data fails in ``verdicts``."""
        texts = [document.text for document in documents]
        if self._editor is None:
            return texts, []
        edits: dict[str, list[tuple[int, float]]] = {}
        for row in np.flatnonzero(~verdicts.failed).tolist():
            texts[row], own, dense = self._editor.edit(texts[row])
            for edit in own:
                edits.setdefault(edit.rule, []).append((row, edit.value or 0.0))
            if dense:
                value = np.array([dense.value or 0.0])
                verdicts.findings.append(Finding(dense.rule, np.array([row]), value, dense.threshold, [dense.detail]))
        columns = {rule: tuple(zip(*told, strict=True)) for rule, told in sorted(edits.items())}
        return texts, [Finding(rule, np.array(rows), np.array(counts), None) for rule, (rows, counts) in columns.items()]

    def _score(self, texts: Sequence[str], verdicts: Verdicts) -> dict[int, float]:
        """The knowledge score of each document of prose that is kept, by row."""
        if self._scorer is None:
            return {}
        prose = [row for row in np.flatnonzero(~verdicts.failed).tolist() if verdicts.segments[row] != "code"]
        scores = self._scorer.scores([texts[row] for row in prose], [verdicts.languages[row] for row in prose])
        # A language that the classifier has not learnt has no score.
        return {row: score for row, score in zip(prose, scores.tolist(), strict=True) if score == score}


def _documents(batch: pa.RecordBatch) -> list[Document]:
    """The rows of a record batch as rules see them."""
    names = ("id", "text", "source", "uri", "licence", "segment", "language")
    return [*starmap(Document, zip(*(batch.column(name).to_pylist() for name in names), strict=True))]


def _with_verdicts(
    batch: pa.RecordBatch, verdicts: Verdicts, texts: Sequence[str] | None, scores: Mapping[int, float]
) -> pa.RecordBatch:
    columns = {
        "segment": pa.array(verdicts.segments, pa.string()),
        "language": pa.array(verdicts.languages, pa.string()),
        "language_score": pa.array(verdicts.language_scores.astype(np.float32)),
    }
    if texts is not None:
        columns["text"] = pa.array(texts, pa.string())
    if scores:
        told = [[("knowledge", scores[row])] if row in scores else [] for row in range(batch.num_rows)]
        columns["scores"] = pa.array(told, batch.schema.field("scores").type)
    arrays = [columns.get(name, batch.column(name)) for name in batch.schema.names]
    return pa.RecordBatch.from_arrays(arrays, schema=batch.schema)
