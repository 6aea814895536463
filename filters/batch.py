"""A batch of documents for judging together, and what rules say of it.

Enters: the documents of a record batch that are judged by the same rules, and their word splitter. Leaves: the views of
the documents one by one, and measures of all of them at once as NumPy arrays, made when a rule first asks for them.

A rule is a frozen dataclass in ``filters/rules`` with one of two methods: ``judge(view)``, the failures of one document,
or ``judge_batch(batch)``, findings over all documents, for what a Python loop per document would make slow.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.characters import kinds
from filters.document import Document, Failure
from filters.parts import Parts, starts_of
from filters.view import BoolArray, FloatArray, IntArray, View, content_lines, lazy, line_runs, paragraphs
from filters.words import WordSplitter, word_splitter


class Finding(NamedTuple):
    """What one rule found: the documents that fail it, as rows of the batch, ascending, with a value for each.

    ``details`` has a text for each row, or is None.
    """

    rule: str
    rows: IntArray
    values: FloatArray
    threshold: float | None
    details: Sequence[str] | None = None


class Batch:
    """Documents for judging. Row numbers are places in ``documents``."""

    def __init__(self, documents: Sequence[Document], *, split_words: WordSplitter) -> None:
        self.documents = documents
        self.texts = [document.text for document in documents]
        self._split_words = split_words

    def __len__(self) -> int:
        return len(self.documents)

    @lazy
    def views(self) -> list[View]:
        """Each document for itself."""
        return [View(document, split_words=self._split_words) for document in self.documents]

    @lazy
    def num_chars(self) -> IntArray:
        """Code points of each text."""
        return np.fromiter(map(len, self.texts), dtype=np.int64, count=len(self))

    @lazy
    def words(self) -> Parts:
        """The words, as the splitter gives them."""
        if self._split_words is str.split:
            return Parts.of_words(self.texts)
        return Parts([*map(self._split_words, self.texts)])

    @lazy
    def content_lines(self) -> Parts:
        """What stands between line feeds, without what is empty or white space only."""
        return Parts([*map(content_lines, self.texts)])

    @lazy
    def line_runs(self) -> Parts:
        """What stands between runs of line feeds."""
        return Parts([*map(line_runs, self.texts)])

    @lazy
    def paragraphs(self) -> Parts:
        """What stands between empty lines."""
        return Parts([*map(paragraphs, self.texts)])

    def count(self, text: str) -> IntArray:
        """How often ``text`` stands in each document."""
        return np.fromiter((own.count(text) for own in self.texts), dtype=np.int64, count=len(self))

    @lazy
    def code_points(self) -> NDArray[np.uint32]:
        """All texts as one array of code points."""
        return np.frombuffer("".join(self.texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)

    @lazy
    def char_offsets(self) -> IntArray:
        """Where each document starts in :attr:`code_points`, and where the last ends."""
        return starts_of(self.num_chars)

    @lazy
    def character_kinds(self) -> NDArray[np.uint8]:
        """The bits of :mod:`filters.characters` of each code point."""
        return kinds()[self.code_points]

    def num_of_kind(self, kind: int) -> IntArray:
        """How many characters of one of the kinds of :mod:`filters.characters` each document has."""
        return self.char_sums((self.character_kinds & np.uint8(kind)) != 0)

    def char_sums(self, marks: BoolArray) -> IntArray:
        """How many of ``marks``, one for each code point, are true in each document."""
        # count_nonzero is so fast that a call for each document costs less than any sum over all of them.
        offsets = self.char_offsets.tolist()
        counted = (np.count_nonzero(marks[start:end]) for start, end in pairwise(offsets))
        return np.fromiter(counted, dtype=np.int64, count=len(self))


def above(rule: str, values: IntArray | FloatArray, limit: float, *, among: BoolArray | None = None) -> list[Finding]:
    """The documents whose value is above ``limit``, of those ``among`` which the rule is asked about (default: all)."""
    return _found(rule, values, limit, values > limit, among)


def below(rule: str, values: IntArray | FloatArray, limit: float, *, among: BoolArray | None = None) -> list[Finding]:
    """The documents whose value is below ``limit``."""
    return _found(rule, values, limit, values < limit, among)


def _found(rule: str, values: IntArray | FloatArray, limit: float, failed: BoolArray, among: BoolArray | None) -> list[Finding]:
    rows = np.flatnonzero(failed if among is None else failed & among)
    return [Finding(rule, rows, values[rows].astype(np.float64), limit)] if len(rows) else []


def shares(parts: IntArray, wholes: IntArray) -> FloatArray:
    """``parts / wholes``, and 0 of nothing."""
    return parts / np.maximum(wholes, 1)


def findings(rules: Sequence[Any], batch: Batch) -> list[Finding]:
    """What ``rules`` say of every document of ``batch``, rule by rule, whichever of the two methods each has."""
    single = [rule for rule in rules if not hasattr(rule, "judge_batch")]
    told: list[list[tuple[int, list[Failure]]]] = [[] for _ in single]
    for row, view in enumerate(batch.views if single else ()):
        # Document by document: what a rule has worked out about a text is there for the next one.
        for rule, own in zip(single, told, strict=True):
            failures = rule.judge(view)
            if failures:
                own.append((row, failures))
    found: list[Finding] = []
    by_rule = iter(told)
    for rule in rules:
        found += rule.judge_batch(batch) if hasattr(rule, "judge_batch") else gathered(next(by_rule))
    return found


def gathered(told: Iterable[tuple[int, Sequence[Failure]]]) -> list[Finding]:
    """The failures of rows, ascending, as findings: one for all that fail in the same place of their list by the same rule."""
    alike: dict[tuple[int, str, float | None], list[tuple[int, Failure]]] = {}
    for row, failures in told:
        for place, failure in enumerate(failures):
            alike.setdefault((place, failure.rule, failure.threshold), []).append((row, failure))
    return [_finding(failed) for _, failed in sorted(alike.items(), key=lambda item: item[0][0])]


def _finding(told: Sequence[tuple[int, Failure]]) -> Finding:
    """The failures of some documents by one rule as a finding."""
    _, first = told[0]
    values = np.array([np.nan if failure.value is None else failure.value for _, failure in told])
    return Finding(
        first.rule, np.array([row for row, _ in told]), values, first.threshold, [failure.detail for _, failure in told]
    )


def failures_by_document(found: Iterable[Finding], num_documents: int) -> list[list[Failure]]:
    """The findings as a list of failures for each document, in the order in which the rules told them."""
    by_document: list[list[Failure]] = [[] for _ in range(num_documents)]
    for finding in found:
        details = finding.details or [""] * len(finding.rows)
        for row, value, detail in zip(finding.rows.tolist(), finding.values.tolist(), details, strict=True):
            told = None if value != value else value
            by_document[row].append(Failure(finding.rule, told, finding.threshold, detail))
    return by_document


def judge(rule: Any, texts: Sequence[str], *, words: str = "whitespace", language: str = "") -> list[list[Failure]]:
    """The failures of each text under one rule: for tests and for trying a rule out."""
    documents = [Document(id=str(number), text=text, language=language) for number, text in enumerate(texts)]
    return failures_by_document(findings([rule], Batch(documents, split_words=word_splitter(words))), len(texts))
