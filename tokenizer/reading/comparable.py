"""What a comparison asks of a tokenizer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one text: ids, and the code points of the text at which each begins and ends.

    A token that is a part of a character has the place of the whole character, so that tokens may overlap.
    """

    ids: Ints
    begins: Ints
    ends: Ints


class Comparable(Protocol):
    """A tokenizer that can be compared. All text is ordinary text: no special token is read in it or added to it."""

    @property
    def num_entries(self) -> int:
        """Entries with the special ones."""
        ...

    @property
    def byte_entries(self) -> NDArray[np.bool_]:
        """By id: whether the entry is a single byte that is no character."""
        ...

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """The tokens of each text with their places."""
        ...

    def count(self, texts: Sequence[str]) -> int:
        """The number of tokens of all texts: the fastest way that the library has, which is what is timed."""
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids."""
        ...
