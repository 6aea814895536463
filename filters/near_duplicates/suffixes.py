"""Suffixes of :mod:`filters.near_duplicates.endings` found at the ends of many words at once.

Enters: words as ranges of an array of syllable numbers (code point - 0xAC00). Leaves: for each word its longest suffix. The
suffixes are a trie read from the end of the word, as an array that NumPy follows for all words at once, a syllable a step.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.near_duplicates.endings import (
    LINKING_SYLLABLES,
    MELTED_SYLLABLES,
    VERB_FINALS,
    VERB_SYLLABLES,
    After,
    Layer,
    Suffix,
    suffixes,
)

IntArray = NDArray[np.int64]
Syllables = NDArray[np.int32]

FIRST_SYLLABLE = 0xAC00
NUM_SYLLABLES = 11172
NUM_FINALS = 28
#: The final consonants in the order of Unicode's syllables, as compatibility jamo.
FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"

_NONE = -1
#: So many suffixes of one form, with other conditions, may end in one place.
_CHOICES = 2


class Matcher(NamedTuple):
    """The trie. The root of a layer is the node of that number."""

    classes: NDArray[np.int32]  # of each syllable; 0 for those that no suffix holds
    steps: NDArray[np.int32]  # [nodes, classes] -> node, -1
    accepts: NDArray[np.int32]  # [choices, nodes] -> row of a suffix that ends here, -1
    wholes: NDArray[np.int32]  # [nodes] the same for suffixes that are whole words
    finals: NDArray[np.int32]  # [nodes, finals] the same for suffixes that begin with a final consonant
    cuts: IntArray  # [suffixes] syllables
    rests: IntArray
    thens: NDArray[np.int8]
    afters: NDArray[np.int8]
    allowed: NDArray[np.bool_]  # [After, syllables]
    depth: int


def numbers(syllables: str) -> list[int]:
    """The numbers of ``syllables``."""
    return [ord(syllable) - FIRST_SYLLABLE for syllable in syllables]


def _allowed() -> NDArray[np.bool_]:
    """Which syllable each of :class:`After` allows before a suffix."""
    finals = np.arange(NUM_SYLLABLES) % NUM_FINALS
    allowed = np.zeros((len(After), NUM_SYLLABLES), dtype=np.bool_)
    allowed[After.ANY] = True
    allowed[After.VOWEL] = finals == 0
    allowed[After.CONSONANT] = finals != 0
    allowed[After.VOWEL_OR_RIEUL] = (finals == 0) | (finals == FINALS.index("ㄹ"))
    allowed[After.VERB] = np.isin(finals, [FINALS.index(final) for final in VERB_FINALS])
    allowed[After.VERB, numbers(VERB_SYLLABLES)] = True
    allowed[After.VOWEL_OR_VERB] = allowed[After.VERB] | allowed[After.VOWEL]
    allowed[After.MELTED, numbers(MELTED_SYLLABLES)] = True
    allowed[After.NOT_LINKING] = True
    allowed[After.NOT_LINKING, numbers(LINKING_SYLLABLES)] = False
    return allowed


class _Trie:
    """Nodes being made: children, and where which row ends."""

    def __init__(self) -> None:
        self.children: list[dict[str, int]] = [{} for _ in Layer]
        self.accepts: dict[int, list[int]] = {}
        self.wholes: dict[int, int] = {}
        self.finals: dict[tuple[int, int], int] = {}

    def add(self, number: int, row: Suffix) -> None:
        jamo = row.form[0] if row.form[0] in FINALS else ""
        node = int(row.layer)
        for syllable in reversed(row.form[len(jamo) :]):
            node = self.children[node].setdefault(syllable, len(self.children))
            if node == len(self.children):
                self.children.append({})
        if jamo:
            self.finals.setdefault((node, FINALS.index(jamo)), number)
        elif row.whole:
            self.wholes.setdefault(node, number)
        else:
            self.accepts.setdefault(node, []).append(number)


@cache
def matcher() -> Matcher:
    """The one of this process."""
    rows = suffixes()
    trie = _Trie()
    for number, row in enumerate(rows):
        trie.add(number, row)
    syllables = sorted({syllable for edges in trie.children for syllable in edges})
    classes = np.zeros(NUM_SYLLABLES, dtype=np.int32)
    classes[numbers("".join(syllables))] = np.arange(1, len(syllables) + 1)
    num_nodes = len(trie.children)
    steps = np.full((num_nodes, len(syllables) + 1), _NONE, dtype=np.int32)
    for node, edges in enumerate(trie.children):
        for syllable, child in edges.items():
            steps[node, classes[ord(syllable) - FIRST_SYLLABLE]] = child
    accepts = np.full((_CHOICES, num_nodes), _NONE, dtype=np.int32)
    for node, ending in trie.accepts.items():
        accepts[: len(ending), node] = ending
    wholes = np.full(num_nodes, _NONE, dtype=np.int32)
    wholes[[*trie.wholes]] = [*trie.wholes.values()]
    finals = np.full((num_nodes, NUM_FINALS), _NONE, dtype=np.int32)
    for place, number in trie.finals.items():
        finals[place] = number
    return Matcher(
        classes=classes,
        steps=steps,
        accepts=accepts,
        wholes=wholes,
        finals=finals,
        cuts=np.array([row.cut for row in rows]),
        rests=np.array([row.rest for row in rows]),
        thens=np.array([row.then for row in rows], dtype=np.int8),
        afters=np.array([row.after for row in rows], dtype=np.int8),
        allowed=_allowed(),
        depth=max(len(row.form) for row in rows),
    )


def longest_suffixes(
    syllables: Syllables, starts: IntArray, ends: IntArray, layers: NDArray[np.int8]
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """For each word the row of its longest suffix, -1 for none, and whether the final consonant before it goes too.

    Word i is ``syllables[starts[i] : ends[i]]``, not empty. The other elements of ``syllables`` may be any numbers.
    """
    m = matcher()
    found = np.full(len(starts), _NONE, dtype=np.int32)
    drops = np.zeros(len(starts), dtype=np.bool_)
    words = np.arange(len(starts))
    nodes = layers.astype(np.int32)
    at = ends - 1
    here = syllables.take(at)
    for depth in range(m.depth):
        # A final consonant of the syllable in hand may begin the suffix; the syllable itself stays.
        by_final = m.finals.ravel().take(nodes * NUM_FINALS + here % NUM_FINALS)
        hit = np.flatnonzero(by_final >= 0)
        found[words.take(hit)], drops[words.take(hit)] = by_final.take(hit), True
        nodes = m.steps.ravel().take(nodes * m.steps.shape[1] + m.classes.take(here, mode="clip"))
        alive = np.flatnonzero(nodes >= 0)
        if not len(alive):
            break
        words, nodes, at = words.take(alive), nodes.take(alive), at.take(alive)
        left = at - starts.take(words)
        before = np.clip(syllables.take(at - 1, mode="clip"), 0, NUM_SYLLABLES - 1)
        hit, rows = _ending_here(m, nodes, left, before, depth=depth)
        found[words.take(hit)], drops[words.take(hit)] = rows, False
        alive = np.flatnonzero(left > 0)
        words, nodes, at, here = words.take(alive), nodes.take(alive), at.take(alive) - 1, before.take(alive)
    return found, drops


def _ending_here(
    m: Matcher, nodes: NDArray[np.int32], left: IntArray, before: Syllables, *, depth: int
) -> tuple[IntArray, NDArray[np.int32]]:
    """(places in ``nodes`` of words of which a suffix of ``depth`` + 1 syllables may go, rows of the suffixes).

    ``left`` syllables stand before it, the last of them ``before``.
    """
    hits: list[IntArray] = []
    rows: list[NDArray[np.int32]] = []
    for choice in (*m.accepts[::-1], m.wholes):
        own = choice.take(nodes)
        hit = np.flatnonzero((own >= 0) & (left == 0) if choice is m.wholes else own >= 0)
        if not len(hit):
            continue
        own, own_left = own.take(hit), left.take(hit)
        good = own_left + depth + 1 - m.cuts.take(own) >= m.rests.take(own)
        good &= (own_left == 0) | m.allowed.ravel().take(m.afters.take(own) * np.int64(NUM_SYLLABLES) + before.take(hit))
        hits.append(hit.compress(good))
        rows.append(own.compress(good))
    # Of two suffixes for one word the later one here counts, as NumPy's assignments go.
    return (np.concatenate(hits), np.concatenate(rows)) if hits else (left[:0], nodes[:0])
