"""filter: identifies the language, routes to a segment, and applies that language's rules; every failing rule is told.

What enters: ingest's partitions. What leaves: the same without the documents that failed, with ``segment``,
``language`` and ``language_score`` filled in.
"""

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from filters.document import Document, Failure
from filters.language import LanguageIdentifier
from filters.view import View
from filters.words import word_splitter
from pipelines.engine.fingerprint import code_version
from pipelines.engine.ledger import LedgerRow
from pipelines.engine.partition import PartitionWriter, read_batches, text_sizes
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, Unit
from pipelines.recipe import Recipe, rule_class

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
            ("filters.document", "filters.language", "filters.view", "filters.words", "filters.rules", __name__),
            ("fasttext-community", "kiwipiepy", "kiwipiepy_model", "pyarrow"),
        ),
        documents_in=context.kept("ingest"),
        expected_bytes_per_s=1_500_000,
    )


@dataclass
class _Verdict:
    segment: str
    language: str
    score: float
    failures: list[Failure]


@dataclass
class Filter:
    """The job. Rules are made from the recipe once per worker."""

    recipe: Recipe
    _identifier: LanguageIdentifier | None = field(default=None, repr=False)

    def setup(self) -> None:
        recipe = self.recipe
        self._identifier = LanguageIdentifier(recipe.identify.model)
        self._segment_of = dict.fromkeys(recipe.segments.multilingual, "multilingual")
        self._segment_of |= dict.fromkeys(recipe.segments.korean, "korean")
        self._rules = {key: self._made(key) for key in {*self._segment_of, *recipe.filter, "code"}}

    def _made(self, key: str) -> tuple[float, Any, list[Any]]:
        rules = self.recipe.rules_for(key)
        made = [rule_class(name)(**_tuples(settings)) for name, settings in sorted(rules.rules.items())]
        return rules.min_language_score, word_splitter(rules.words), made

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        with PartitionWriter(directory, unit.name) as out:
            for batch in read_batches(unit.payload):
                self._judge_batch(batch, out, progress)
        return [out.entry]

    def _judge_batch(self, batch: pa.RecordBatch, out: PartitionWriter, progress: Progress) -> None:
        names = ("id", "text", "source", "uri", "segment", "language")
        columns = [batch.column(name).to_pylist() for name in names]
        sizes = text_sizes(batch)
        keep: list[bool] = []
        verdicts: list[_Verdict] = []
        for identifier, text, source, uri, segment, language, text_bytes in zip(*columns, sizes, strict=True):
            document = Document(id=identifier, text=text, source=source, uri=uri, segment=segment, language=language)
            with progress.alive(num_bytes=text_bytes):
                verdict = self.judge(document)
            out.tally.entered(source, text_bytes=text_bytes)
            keep.append(not verdict.failures)
            if verdict.failures:
                out.record(
                    LedgerRow(
                        id=identifier,
                        action="dropped",
                        failures=verdict.failures,
                        source=source,
                        uri=uri,
                        text_bytes=text_bytes,
                        language=verdict.language,
                        segment=verdict.segment,
                    )
                )
            else:
                verdicts.append(verdict)
                kept = {"segment": verdict.segment, "language": verdict.language}
                out.tally.kept(source, **kept, text_bytes=text_bytes)
            progress.advance(rows=1, num_bytes=text_bytes)
        out.add_batch(_with_verdicts(batch.filter(pa.array(keep)), verdicts))

    def judge(self, document: Document) -> _Verdict:
        """Segment, language and every failing rule of one document."""
        if document.segment == "code":
            _, split_words, rules = self._rules["code"]
            failures = _apply(rules, View(document, split_words=split_words))
            return _Verdict("code", document.language, 1.0, failures)
        assert self._identifier is not None
        language, score = self._identifier.identify(document.text)
        if language not in self._segment_of:
            failure = Failure("language_not_wanted", score, None, f"identified as {language!r}")
            return _Verdict("", language, score, [failure])
        min_score, split_words, rules = self._rules[language]
        failures = _apply(rules, View(document, split_words=split_words))
        if score < min_score:
            failures.insert(0, Failure("language_score", score, min_score))
        return _Verdict(self._segment_of[language], language, score, failures)


def _apply(rules: list[Any], view: View) -> list[Failure]:
    return [failure for rule in rules for failure in rule.judge(view)]


def _tuples(settings: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no tuples; frozen rules want them."""

    def frozen(value: Any) -> Any:
        return tuple(frozen(v) for v in value) if isinstance(value, list) else value

    return {key: frozen(value) for key, value in settings.items()}


def _with_verdicts(batch: pa.RecordBatch, verdicts: list[_Verdict]) -> pa.RecordBatch:
    columns = {
        "segment": pa.array([v.segment for v in verdicts], pa.string()),
        "language": pa.array([v.language for v in verdicts], pa.string()),
        "language_score": pa.array([v.score for v in verdicts], pa.float32()),
    }
    arrays = [columns.get(name, batch.column(name)) for name in batch.schema.names]
    return pa.RecordBatch.from_arrays(arrays, schema=batch.schema)
