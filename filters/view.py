"""One document with what the rules count in it, split once.

Enters: a :class:`Document` and the word splitter of its language (:func:`filters.words.word_splitter`). Leaves: lists and
arrays, made when a rule first asks for them and shared by all rules after that. Nothing here changes the document.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from filters.document import Document
from filters.words import WordSplitter

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

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
        return content_lines(self.text)


def content_lines(text: str) -> list[str]:
    """What stands between line feeds, without what is empty or white space only."""
    return [line for line in text.split("\n") if line and not line.isspace()]


def line_runs(text: str) -> list[str]:
    """``text`` cut at every run of line feeds; an empty part at an end that is one."""
    lines = text.split("\n")
    if "" not in lines:
        return lines
    if not text.strip("\n"):
        return ["", ""] if text else [""]
    return [""] * text.startswith("\n") + [line for line in lines if line] + [""] * text.endswith("\n")


def paragraphs(text: str) -> list[str]:
    """What stands between empty lines; one empty paragraph for a text of white space only."""
    parts = text.strip().split("\n\n")
    if len(parts) == 1:
        return parts
    # Three line feeds and more leave the odd ones at the head of the next part, or nothing between two pairs.
    return [part.lstrip("\n") for part in parts if part]
