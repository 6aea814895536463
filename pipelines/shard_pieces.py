"""The lineage of a shard as arrays: pieces, and the uses of documents that they make up.

Enters: the lineage table of a shard, in the order in which pieces stand. Leaves: :class:`Pieces`.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_REPEATS = 1 << 16


@dataclass(frozen=True)
class Pieces:
    """A row per piece; ``use`` numbers the use of each, ``document`` its id in ``ids``."""

    capacity: int
    sequence: Ints
    start: Ints
    length: Ints
    document_start: Ints
    repeat: Ints
    form: Ints
    document: Ints
    ids: list[str]
    use: Ints
    num_uses: int

    @staticmethod
    def of(lineage: pa.Table, *, capacity: int) -> "Pieces":
        """The pieces of a lineage table."""
        names = ("sequence", "start", "length", "document_start", "repeat", "form")
        columns: Any = {name: lineage[name].to_numpy().astype(np.int64) for name in names}
        codes = lineage["document_id"].combine_chunks()
        codes = codes if pa.types.is_dictionary(codes.type) else codes.dictionary_encode()
        document = codes.indices.to_numpy().astype(np.int64)
        keys, use = np.unique(document * _REPEATS + columns["repeat"] + _REPEATS // 2, return_inverse=True)
        return Pieces(
            capacity=capacity,
            document=document,
            ids=codes.dictionary.to_pylist(),
            use=use.astype(np.int64),
            num_uses=len(keys),
            **columns,
        )

    def __len__(self) -> int:
        return len(self.sequence)

    @cached_property
    def begins(self) -> Ints:
        """The place of each piece in the shard."""
        return self.sequence * self.capacity + self.start

    @cached_property
    def ends(self) -> Ints:
        return self.begins + self.length

    @cached_property
    def by_use(self) -> Ints:
        """The rows, use after use, the pieces of each in the order of its stream."""
        return np.lexsort((self.document_start, self.use))

    @cached_property
    def first_of_use(self) -> Ints:
        """The place in ``by_use`` of the first piece of each use, and one more for the end."""
        return np.searchsorted(self.use[self.by_use], np.arange(self.num_uses + 1))

    @cached_property
    def first_row(self) -> Ints:
        """The row of the first piece of each use."""
        return self.by_use[self.first_of_use[:-1]]

    @cached_property
    def use_tokens(self) -> Ints:
        """The tokens of each use."""
        return np.bincount(self.use, weights=self.length, minlength=self.num_uses).astype(np.int64)

    @cached_property
    def use_form(self) -> Ints:
        """The form of each use, as its first piece says."""
        return self.form[self.first_row]

    def owner(self, places: Ints) -> Ints:
        """The row of the piece that holds each place of the shard; -1: none does."""
        rows = np.searchsorted(self.begins, places, side="right") - 1
        held = (rows >= 0) & (places < self.ends[np.maximum(rows, 0)]) if len(self) else np.zeros(len(places), dtype=np.bool_)
        return np.where(held, rows, -1)

    def named(self, row: int) -> str:
        """A piece for a message."""
        return f"sequence {self.sequence[row]}, document {self.ids[self.document[row]]!r}"
