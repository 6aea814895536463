"""The words, lines or paragraphs of all documents of a batch, one document's after the other.

Enters: for each document the list of its parts. Leaves: counts, lengths and repetitions for each document, by NumPy over
all parts at once: the fixed cost of NumPy is paid once a batch and not once a document.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from filters.view import BoolArray, IntArray, lazy

_SIGN_BITS = 63


class Parts:
    """``items[offsets[row]:offsets[row + 1]]`` are the parts of the document at ``row``."""

    def __init__(self, of_documents: Sequence[list[str]]) -> None:
        self.counts: IntArray = np.fromiter(map(len, of_documents), dtype=np.int64, count=len(of_documents))
        self.offsets: IntArray = starts_of(self.counts)
        self._strings: pa.LargeStringArray | None = None
        self.__dict__["items"] = list(chain.from_iterable(of_documents))

    @classmethod
    def of_words(cls, texts: Sequence[str]) -> "Parts":
        """The words that ``str.split`` gives for each text. Arrow splits them, and no word is made a string of Python."""
        try:
            split = pc.call_function("utf8_split_whitespace", [pa.array(texts, pa.large_string())])
        except UnicodeEncodeError:  # lone surrogates, which Arrow cannot hold
            return cls([*map(str.split, texts)])
        strings = split.values
        # White space at the ends of a text leaves empty words there.
        is_word = pc.call_function("binary_length", [strings]).to_numpy() > 0
        words = cls([])
        words.offsets = starts_of(is_word)[split.offsets.to_numpy()]
        words.counts = np.diff(words.offsets)
        words._strings = strings.filter(pa.array(is_word))
        del words.__dict__["items"]
        return words

    @lazy
    def items(self) -> list[str]:
        """All parts, the documents' one after the other."""
        assert self._strings is not None
        return self._strings.to_pylist()

    @lazy
    def size(self) -> int:
        """How many parts there are in all."""
        return int(self.offsets[-1])

    @lazy
    def _table(self) -> tuple[list[str], IntArray]:
        if self._strings is not None:
            encoded = self._strings.dictionary_encode()
            return encoded.dictionary.to_pylist(), encoded.indices.to_numpy().astype(np.int64)
        numbers: defaultdict[str, int] = defaultdict()
        numbers.default_factory = numbers.__len__  # a new one gets the next number, and the loop stays in C
        ids = np.fromiter(map(numbers.__getitem__, self.items), dtype=np.int64, count=len(self.items))
        return list(numbers), ids

    @property
    def vocabulary(self) -> list[str]:
        """Every distinct part, in order of first appearance."""
        return self._table[0]

    @property
    def ids(self) -> IntArray:
        """Each part as its place in :attr:`vocabulary`."""
        return self._table[1]

    @lazy
    def rows(self) -> IntArray:
        """The document of each part."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    @lazy
    def lengths(self) -> IntArray:
        """The code points of each part."""
        if self._strings is not None:
            return pc.call_function("utf8_length", [self._strings]).to_numpy().astype(np.int64)
        return np.fromiter(map(len, self.items), dtype=np.int64, count=len(self.items))

    @lazy
    def char_offsets(self) -> IntArray:
        """Where each part would start if all stood together without anything between, and where the last would end."""
        return starts_of(self.lengths)

    def sums(self, values: IntArray | BoolArray) -> IntArray:
        """The sum of ``values``, one for each part, over each document."""
        sums = starts_of(values)
        return sums[self.offsets[1:]] - sums[self.offsets[:-1]]

    @lazy
    def keys(self) -> IntArray:
        """A number for each part that two parts share if they are equal and of one document."""
        return self.rows * max(len(self.vocabulary), 1) + self.ids

    @lazy
    def num_keys(self) -> int:
        return len(self.counts) * max(len(self.vocabulary), 1)

    @lazy
    def repeated(self) -> tuple[IntArray, IntArray]:
        """For each document how many of its parts were there before in it, and how many characters those have."""
        again = np.zeros(self.size, dtype=np.int64)
        if len(self.vocabulary) < self.size:
            places, ordered = sorted_keys(self.keys, self.num_keys)
            again[places[1:][ordered[1:] == ordered[:-1]]] = 1
        return self.sums(again), self.sums(again * self.lengths)


def starts_of(sizes: IntArray | BoolArray) -> IntArray:
    """Where each of things of these sizes starts if they follow one another, and where the last ends."""
    starts = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, out=starts[1:])
    return starts


def sorted_keys(keys: IntArray, num_keys: int) -> tuple[IntArray, IntArray]:
    """The places of ``keys`` (each below ``num_keys``) in ascending order of key, of equals the first first; and the keys."""
    size = len(keys)
    shift = max(size - 1, 1).bit_length()
    if num_keys.bit_length() + shift <= _SIGN_BITS:
        # Key and place in one integer: a plain sort of integers is vectorised, an argsort is not.
        packed = (keys << shift) | np.arange(size, dtype=np.int64)
        packed.sort()
        return packed & ((1 << shift) - 1), packed >> shift
    places = np.argsort(keys, kind="stable")
    return places, keys[places]
