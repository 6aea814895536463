"""Whether an id has been there before, in 16 bytes an id.

Ids enter in batches; for each leaves whether it is a repeat. Hashes of 128 bits stand for the ids, in sorted arrays of which
each is at least twice as long as the next (a logarithmic method: Bentley and Saxe 1980), so that ten million ids take 160 MB.
"""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

_HASH = np.dtype("S16")


class SeenIds:
    """The ids so far."""

    def __init__(self) -> None:
        self._sorted: list[npt.NDArray[np.bytes_]] = []

    def repeated(self, ids: Sequence[str]) -> list[bool]:
        """For each of ``ids`` whether it came before, in this batch or in an earlier one."""
        if not ids:
            return []
        hashes = np.array([blake2b(text.encode(), digest_size=16).digest() for text in ids], dtype=_HASH)
        unique, first = np.unique(hashes, return_index=True)
        is_repeat = np.ones(len(hashes), dtype=np.bool_)
        is_repeat[first] = False
        for held in self._sorted:
            places = np.minimum(np.searchsorted(held, hashes), len(held) - 1)
            is_repeat |= held[places] == hashes
        self._sorted.append(unique)
        while len(self._sorted) > 1 and len(self._sorted[-2]) < 2 * len(self._sorted[-1]):
            both = np.concatenate([self._sorted.pop(), self._sorted.pop()])
            both.sort()
            self._sorted.append(both)
        return is_repeat.tolist()
