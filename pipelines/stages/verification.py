"""The true similarity of documents of which an estimate leaves open whether they are near-duplicates.

Enters: pairs of document numbers. Leaves: whether each pair is similar enough. An estimate that lies more than three standard
errors from the threshold decides; where it is nearer, the Jaccard similarity of the two texts' shingles does: of the kinds
that :mod:`filters.near_duplicates.sketch` makes signatures of, the highest. Texts are read from the partitions when they are
wanted. Of documents of older runs whose partitions are there no more the estimate decides.
"""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from filters.near_duplicates.buckets import Prints, similarities
from filters.near_duplicates.folding import fold_all
from filters.near_duplicates.shingles import character_runs, stem_shingles_of, token_runs
from filters.near_duplicates.sketch import MIN_STEM_SHINGLES
from pipelines.engine import files

from .signature_index import Index, read_rows

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]

_STANDARD_ERRORS = 3
#: Shingles that are remembered, of all kinds; and texts that are read at a time.
_MAX_SHINGLES = 30_000_000
_TEXTS = 256


class TrueSimilarity:
    """Decides of pairs of rows of ``prints``, which are those of ``documents``."""

    def __init__(self, indexes: Sequence[Index], documents: Ints, prints: Prints, threshold: float) -> None:
        self._indexes = indexes
        self._documents = documents
        self._prints = prints
        self._threshold = threshold
        self._margin = _STANDARD_ERRORS * sqrt(threshold * (1 - threshold) / prints.values.shape[2])
        self._shingles: dict[int, tuple[Hashes, ...]] = {}
        self._num_shingles = 0
        self.num_verified = 0

    def __call__(self, first: Ints, second: Ints) -> NDArray[np.bool_]:
        estimates = similarities(self._prints, first, second)
        alike = estimates >= self._threshold
        for row in np.flatnonzero(np.abs(estimates - self._threshold) <= self._margin).tolist():
            one, other = self._of(int(first[row]), wanted=first[row:]), self._of(int(second[row]), wanted=second[row:])
            if one and other:
                alike[row] = max(map(jaccard, one, other)) >= self._threshold
                self.num_verified += 1
        return alike

    def _of(self, document: int, *, wanted: Ints) -> tuple[Hashes, ...]:
        """The shingles of a document, a set for each kind; nothing where its text is there no more.

        ``wanted`` are those that will be asked for next: they are read along with it.
        """
        if document not in self._shingles:
            if self._num_shingles > _MAX_SHINGLES:
                self._shingles, self._num_shingles = {}, 0
            rows = np.unique(np.append(wanted[:_TEXTS], document))
            self._read(np.array([row for row in rows.tolist() if row not in self._shingles], dtype=np.int64))
        return self._shingles[document]

    def _read(self, rows: Ints) -> None:
        numbers = self._documents[rows]
        for index in self._indexes:
            for part in index.parts:
                start, end = np.searchsorted(numbers, [part.first, part.end])
                if end == start:
                    continue
                path = files.join(index.documents, f"{part.name}.parquet")
                if files.exists(path):
                    table = read_rows(path, numbers[start:end] - part.first, columns=("text", "segment", "language"))
                    for row, *of_text in zip(rows[start:end].tolist(), *table.to_pydict().values(), strict=True):
                        self._shingles[row] = shingles(*of_text)
                        self._num_shingles += sum(map(len, self._shingles[row]))
                else:
                    self._shingles.update(dict.fromkeys(rows[start:end].tolist(), ()))


def shingles(text: str, segment: str, language: str) -> tuple[Hashes, ...]:
    """The sets of a document of which :class:`filters.near_duplicates.sketch.MinHash` makes its signatures, a set a kind."""
    if segment == "code":
        return (np.unique(token_runs([text])[0]),)
    folded = fold_all([text])
    characters = np.unique(character_runs(folded)[0])
    if segment != "korean" and language != "ko":
        return (characters,)
    stems = np.unique(stem_shingles_of(folded).hashes)
    return characters, stems if len(stems) >= MIN_STEM_SHINGLES else stems[:0]


def jaccard(one: Hashes, other: Hashes) -> float:
    """The similarity of two sets of hashes; 0 where one is empty."""
    if not len(one) or not len(other):
        return 0.0
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared)
