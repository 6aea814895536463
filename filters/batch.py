"""A batch of documents for judging together, and what rules say of it.

Enters: the documents of a record batch that are judged by the same rules, and their word splitter. Leaves: the views of
the documents one by one, and measures of all of them at once as NumPy arrays, made when a rule first asks for them.

A rule is a frozen dataclass in ``filters/rules`` with one of two methods: ``judge(view)``, the failures of one document,
or ``judge_batch(batch)``, findings over all documents, for what a Python loop per document would make slow.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.document import Document, Failure
from filters.view import IntArray, View, lazy
from filters.words import WordSplitter, word_splitter

FloatArray = NDArray[np.float64]


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


def findings(rule: Any, batch: Batch) -> list[Finding]:
    """What ``rule`` says of every document of ``batch``, whichever of the two methods it has."""
    if hasattr(rule, "judge_batch"):
        return list(rule.judge_batch(batch))
    found: list[Finding] = []
    for row, view in enumerate(batch.views):
        for failure in rule.judge(view):
            value = np.nan if failure.value is None else failure.value
            found.append(Finding(failure.rule, np.array([row]), np.array([value]), failure.threshold, [failure.detail]))
    return found


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
    return failures_by_document(findings(rule, Batch(documents, split_words=word_splitter(words))), len(texts))
