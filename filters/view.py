"""One document with what the rules count in it, split once.

Enters: a :class:`Document` and the word splitter of its language (:func:`filters.words.word_splitter`). Leaves: lists and
arrays, made when a rule first asks for them and shared by all rules after that. Nothing here changes the document.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from filters.document import Document
from filters.words import WordSplitter

IntArray = NDArray[np.int64]

#: Up to here plain Python is done before NumPy has started.
FEW_WORDS = 200


_T = TypeVar("_T")


class lazy(Generic[_T]):  # noqa: N801 - used as a decorator
    """A property that is computed once: ``functools.cached_property`` without its lock, which costs 1 us each in 3.11."""

    def __init__(self, compute: Callable[[Any], _T]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    def __get__(self, instance: Any, owner: type | None = None) -> _T:
        # Found in the instance's own dictionary from now on: this is no data descriptor.
        value = instance.__dict__[self._name] = self._compute(instance)
        return value


class View:
    """A document for judging. Lengths and offsets are in code points."""

    def __init__(self, document: Document, *, split_words: WordSplitter) -> None:
        self.document = document
        self.text = document.text
        self._split_words = split_words

    @lazy
    def words(self) -> list[str]:
        """Every word in order, as the splitter gave them."""
        return self._split_words(self.text)

    @lazy
    def lines(self) -> list[str]:
        """Lines as ``str.splitlines`` has them, blank ones too, without their ends."""
        return self.text.splitlines()

    @lazy
    def content_lines(self) -> list[str]:
        r"""What stands between line feeds, without what is empty or white space only."""
        return [line for line in self.text.split("\n") if line and not line.isspace()]

    @lazy
    def paragraphs(self) -> list[str]:
        """What stands between empty lines; one empty paragraph for a text of white space only."""
        parts = self.text.strip().split("\n\n")
        if len(parts) == 1:
            return parts
        # Three line feeds and more leave the odd ones at the head of the next part, or nothing between two pairs.
        return [part.lstrip("\n") for part in parts if part]

    @lazy
    def _word_table(self) -> tuple[list[str], IntArray]:
        numbers: defaultdict[str, int] = defaultdict()
        numbers.default_factory = numbers.__len__  # a new word gets the next number, and the loop stays in C
        ids = np.fromiter(map(numbers.__getitem__, self.words), dtype=np.int64, count=len(self.words))
        return list(numbers), ids

    @property
    def word_ids(self) -> IntArray:
        """Every word as the place that it has in :attr:`word_counts`, in order."""
        return self._word_table[1]

    @lazy
    def word_counts(self) -> dict[str, int]:
        """Each distinct word and how often it appears, in order of first appearance."""
        if len(self.words) <= FEW_WORDS:
            return Counter(self.words)
        vocabulary, ids = self._word_table
        return dict(zip(vocabulary, np.bincount(ids, minlength=len(vocabulary)).tolist(), strict=True))

    @lazy
    def word_offsets(self) -> IntArray:
        """Where each word would start if all stood together without anything between, and where the last would end."""
        vocabulary, ids = self._word_table
        lengths = np.fromiter(map(len, vocabulary), dtype=np.int64, count=len(vocabulary))
        offsets = np.zeros(len(ids) + 1, dtype=np.int64)
        lengths.take(ids).cumsum(out=offsets[1:])
        return offsets
