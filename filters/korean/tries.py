"""Which of many short words do runs of Hangul begin or end with: for all runs at once.

Enters: words of Hangul syllables, each with bits; later the syllables of many runs as numbers (place in Unicode's block of
syllables, U+AC00). Leaves: for every run the bits of the words along its way through a trie (Fredkin 1960, "Trie memory").
A step of all runs is two look-ups in small tables, so a run costs nanoseconds, and no run has to be kept to be quick.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIRST_SYLLABLE, NUM_SYLLABLES = 0xAC00, 11_172
_DEAD, _ROOT = 0, 1


@dataclass(frozen=True, slots=True)
class Trie:
    """A trie as tables: ``columns`` of syllables, the state ``after`` a state and a column, what the words there say.

    ``says`` has the ``bits`` of the word that ends in a state, and ``numbers`` its number or -1.
    """

    columns: NDArray[np.int32]
    after: NDArray[np.int16]
    width: int
    depth: int
    says: NDArray[np.int64]
    numbers: NDArray[np.int64]

    def walk(
        self, syllables: NDArray[np.int32], starts: NDArray[np.int64], lengths: NDArray[np.int64], *, backwards: bool = False
    ) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64]]]:
        """For each number of syllables from 1 on: that number, the runs that are still in the trie, and the state of each.

        ``starts`` are the places of the first syllables of the runs in ``syllables``, or of the last if they are read
        ``backwards``; every run has at least one.
        """
        rows = np.arange(len(starts))
        states = np.full(len(starts), _ROOT)
        for depth in range(self.depth):
            at = starts[rows] + (-depth if backwards else depth)
            states = self.after.take(states * self.width + self.columns.take(syllables.take(at))).astype(np.int64)
            alive = np.flatnonzero(states)
            rows, states = rows[alive], states[alive]
            yield depth + 1, rows, states
            more = np.flatnonzero(lengths[rows] > depth + 1)
            rows, states = rows[more], states[more]
            if not len(rows):
                return


def trie(words: Mapping[str, int], numbers: Mapping[str, int] | None = None, *, is_reversed: bool = False) -> Trie:
    """The trie of ``words`` with their bits, and of those with ``numbers``; only words of Hangul syllables are ever found."""
    numbers = numbers or {}
    known = sorted(word for word in {*words, *numbers} if word and all("가" <= char <= "힣" for char in word))
    written = [word[::-1] if is_reversed else word for word in known]
    alphabet = sorted({char for word in written for char in word})
    columns = np.zeros(NUM_SYLLABLES, dtype=np.int32)
    for column, char in enumerate(alphabet, start=1):
        columns[ord(char) - FIRST_SYLLABLE] = column
    states: dict[str, int] = {"": _ROOT}
    for word in written:
        for size in range(1, len(word) + 1):
            states.setdefault(word[:size], len(states) + 1)
    width = len(alphabet) + 1
    after = np.full((len(states) + 1) * width, _DEAD, dtype=np.int16)
    for prefix, state in states.items():
        if prefix:
            after[states[prefix[:-1]] * width + columns[ord(prefix[-1]) - FIRST_SYLLABLE]] = state
    says = np.zeros(len(states) + 1, dtype=np.int64)
    told = np.full(len(states) + 1, -1, dtype=np.int64)
    for word, spelt in zip(known, written, strict=True):
        says[states[spelt]] = words.get(word, 0)
        told[states[spelt]] = numbers.get(word, -1)
    return Trie(columns, after, width, max(map(len, written), default=0), says, told)
