"""What a recipe says of documents: segment, language, every rule that fails, and scores. No files and no Beam.

Enters: documents, a record batch of them at a time. Leaves: columns of verdicts. The filter stage, ``malmoi filter`` and the
benchmarks all judge here. Cheap rules see every document and tell everything that is wrong with it; a rule that names
itself ``survivors_only`` is slow, and is asked only about documents that passed all the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from filters.batch import Batch, Finding, failures_by_document, findings
from filters.document import Document, Failure
from filters.language import LanguageIdentifier, outside_fenced_code
from filters.view import BoolArray, FloatArray, IntArray
from filters.words import WordSplitter, word_splitter

from .recipe import made_rule
from .recipe_tables import Recipe

#: The rules of documents in a language that is not wanted: of the default ones those that name themselves ``any_language``,
#: for what they find (mojibake, logs) has no language, and the one identified is only a symptom.
_UNWANTED = ""


class Verdict(NamedTuple):
    """What the recipe says of one document; it is kept where nothing failed."""

    segment: str
    language: str
    language_score: float
    failures: list[Failure]


@dataclass
class Verdicts:
    """What the recipe says of a record batch of documents, by row. ``findings`` are in the order of their telling."""

    segments: list[str]
    languages: list[str]
    language_scores: FloatArray
    findings: list[Finding] = field(default_factory=list[Finding])

    @property
    def failed(self) -> BoolArray:
        """Which documents failed any rule."""
        failed = np.zeros(len(self.segments), dtype=np.bool_)
        for finding in self.findings:
            failed[finding.rows] = True
        return failed

    def __iter__(self) -> Iterator[Verdict]:
        failures = failures_by_document(self.findings, len(self.segments))
        yield from map(Verdict, self.segments, self.languages, self.language_scores.tolist(), failures)


class _Rules(NamedTuple):
    """The rules of one language, or of code: cheap ones, and slow ones for what those leave."""

    min_language_score: float
    split_words: WordSplitter
    ignore_fenced_code: bool
    cheap: list[Any]
    slow: list[Any]

    def batch(self, documents: Sequence[Document]) -> Batch:
        """The documents as these rules see them."""
        if self.ignore_fenced_code:
            documents = [_without_fenced_code(document) for document in documents]
        return Batch(documents, split_words=self.split_words)


class Judge:
    """The rules of a recipe, made once; models are loaded here."""

    def __init__(self, recipe: Recipe) -> None:
        self._identifier = LanguageIdentifier(recipe.identify.model)
        self._segment_of = dict.fromkeys(recipe.segments.multilingual, "multilingual")
        self._segment_of |= dict.fromkeys(recipe.segments.korean, "korean")
        self._rules = {key: _made(recipe, key) for key in {*self._segment_of, *recipe.filter, "code"}}
        default = self._rules.get("default", _made(recipe, "default"))
        alike = [rule for rule in default.cheap if getattr(rule, "any_language", False)]
        self._rules[_UNWANTED] = default._replace(cheap=alike, slow=[])

    def judge(self, documents: Sequence[Document]) -> Verdicts:
        """Segment, language and every failing rule of each document."""
        verdicts = self._identify(documents)
        by_rules: dict[str, list[int]] = {}
        for row, (segment, language) in enumerate(zip(verdicts.segments, verdicts.languages, strict=True)):
            by_rules.setdefault("code" if segment == "code" else language if segment else _UNWANTED, []).append(row)
        for key, rows in sorted(by_rules.items()):
            verdicts.findings += self._judge_alike(key, np.array(rows), documents, verdicts.language_scores)
        return verdicts

    def _identify(self, documents: Sequence[Document]) -> Verdicts:
        """Language and segment; a finding for languages that are not wanted."""
        languages = [document.language for document in documents]
        scores = np.ones(len(documents))
        prose = [row for row, document in enumerate(documents) if document.segment != "code"]
        batch = Batch([documents[row] for row in prose], split_words=str.split)
        for row, (language, score) in zip(prose, self._identifier.identify_all(batch), strict=True):
            languages[row], scores[row] = language, score
        segments = ["code"] * len(documents)
        for row in prose:
            segments[row] = self._segment_of.get(languages[row], "")
        unwanted = [row for row in prose if not segments[row]]
        verdicts = Verdicts(segments, languages, scores)
        if unwanted:
            details = [f"identified as {languages[row]!r}" for row in unwanted]
            verdicts.findings.append(Finding("language_not_wanted", np.array(unwanted), scores[unwanted], None, details))
        return verdicts

    def _judge_alike(
        self, key: str, rows: IntArray, documents: Sequence[Document], language_scores: FloatArray
    ) -> Iterator[Finding]:
        """The findings on the documents at ``rows``, which have the same rules."""
        rules = self._rules[key]
        failed = np.zeros(len(rows), dtype=np.bool_)
        if key in self._segment_of:
            failed |= language_scores[rows] < rules.min_language_score
            if failed.any():
                unsure = rows[failed]
                yield Finding("language_score", unsure, language_scores[unsure], rules.min_language_score)
        batch = rules.batch([documents[row] for row in rows.tolist()])
        for finding in findings(rules.cheap, batch):
            failed[finding.rows] = True
            yield finding._replace(rows=rows[finding.rows])
        passed = rows[~failed]
        if rules.slow and len(passed):
            survivors = rules.batch([documents[row] for row in passed.tolist()])
            for finding in findings(rules.slow, survivors):
                yield finding._replace(rows=passed[finding.rows])


def _without_fenced_code(document: Document) -> Document:
    text = outside_fenced_code(document.text)
    return document if text is document.text else document._replace(text=text)


def _made(recipe: Recipe, key: str) -> _Rules:
    rules = recipe.rules_for(key)
    made = [made_rule(name, settings) for name, settings in sorted(rules.rules.items())]
    slow = [rule for rule in made if getattr(rule, "survivors_only", False)]
    cheap = [rule for rule in made if rule not in slow]
    return _Rules(rules.min_language_score, word_splitter(rules.words), rules.ignore_fenced_code, cheap, slow)
