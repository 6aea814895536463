"""What each run of Hangul says for itself by its syllables: how it ends, whether its particle fits, what words it begins with.

Enters: the syllables of many runs, as numbers in one array, and where each run stands in it. Leaves: for every run the number
of its class in the table of endings (:mod:`.ending_pairs`), and marks. All is arithmetic on arrays and tries (:mod:`.tries`):
no run is ever made a string, of which a text of 4 KB has hundreds. ``tests/filters/korean/plain_marks.py`` says the same one
run at a time, to be read.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.korean.ending_pairs import OTHER, ending_pairs
from filters.korean.filler_words import courtesy_words, translators_words
from filters.korean.tries import FIRST_SYLLABLE, NUM_SYLLABLES, Trie, trie

#: Marks of a run: it ends as if in a particle, begins as formulas of courtesy do, is what translators leave behind, or has a
#: particle that may not go with what stands before it. The last two are for the tries.
PARTICLE, COURTESY, TRANSLATED, WRONG, _DOUBLED_PARTICLES, _TRANSLATED_WHOLE = (1 << bit for bit in range(6))

PARTICLE_ENDINGS = (
    *"은는이가을를의에로와과도만",
    *("에서", "에게", "까지", "부터", "보다", "처럼", "이나", "에는", "에도", "으로", "에서는", "으로는", "로부터"),
)
#: Case particles after particles (책을이, 문서를에서). After 이, 가, 과 and 의, which end many nouns,
#: the analyser would be asked too often.
DOUBLED = tuple(
    first + second for first in "을를은는와" for second in (*"을를은는이가의에와과로", "에서", "에게", "까지", "부터", "으로")
)
#: No noun ends in these, so that 는 after them (있는, 없는, 않는) is the ending of a verb.
VERB_FINALS = (20, 18, 6, 15, 5, 9, 11, 12, 13, 14, 3, 10)

#: What has to stand before a particle: a consonant, a vowel, or (로) a vowel or ㄹ.
_AFTER_CONSONANT, _AFTER_VOWEL, _AFTER_VOWEL_OR_RIEUL = 1, 2, 3
_NONE, _RIEUL = 0, 8


class Marks(NamedTuple):
    """Per run: the number of its class of endings, and its marks (:data:`PARTICLE` and so on)."""

    classes: NDArray[np.int64]
    marks: NDArray[np.int64]


def _number(char: str) -> int:
    return ord(char) - FIRST_SYLLABLE


@cache
def _endings() -> Trie:
    """Endings from the last syllable on: their classes, and whether they are particles or two of them."""
    bits = dict.fromkeys(PARTICLE_ENDINGS, PARTICLE)
    for ending in DOUBLED:
        bits[ending] = bits.get(ending, 0) | _DOUBLED_PARTICLES
    classes = {name[1:]: number for name, number in ending_pairs().classes.items() if name.startswith("-")}
    return trie(bits, classes, is_reversed=True)


@cache
def _beginnings() -> Trie:
    """Whole words with their classes, and begins of words of courtesy and of translators."""
    bits = dict.fromkeys(courtesy_words(), COURTESY)
    beginnings, whole = translators_words()
    for words, bit in ((beginnings, TRANSLATED), (whole, _TRANSLATED_WHOLE)):
        for word in words:
            bits[word] = bits.get(word, 0) | bit
    return trie(bits, {name: number for name, number in ending_pairs().classes.items() if not name.startswith("-")})


@cache
def _wants() -> NDArray[np.uint8]:
    """For each syllable that is such a particle what has to stand before it; 0 for all others."""
    table = np.zeros(NUM_SYLLABLES, dtype=np.uint8)
    for chars, want in (("을이은과", _AFTER_CONSONANT), ("를가는와", _AFTER_VOWEL), ("로", _AFTER_VOWEL_OR_RIEUL)):
        table[[*map(_number, chars)]] = want
    return table


def marks_of_runs(syllables: NDArray[np.int32], starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Marks:
    """The marks of runs that begin at ``starts`` in ``syllables`` and have ``lengths`` (at least one) syllables."""
    classes, marks = _read_endings(syllables, starts + lengths - 1, lengths)
    _read_beginnings(syllables, starts, lengths, classes, marks)
    wrong = _sounds_wrong(syllables, starts + lengths - 1, lengths) | (marks & _DOUBLED_PARTICLES != 0)
    marks |= np.where(marks & _TRANSLATED_WHOLE != 0, TRANSLATED, 0) | np.where(wrong, WRONG, 0)
    return Marks(classes, marks & (PARTICLE | COURTESY | TRANSLATED | WRONG))


def _read_endings(
    syllables: NDArray[np.int32], lasts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The class of the longest known ending of each run, which is never all of it, and the marks that endings give."""
    endings = _endings()
    classes = np.full(len(lasts), ending_pairs().classes[OTHER])
    marks = np.zeros(len(lasts), dtype=np.int64)
    for depth, rows, states in endings.walk(syllables, lasts, lengths, backwards=True):
        own = lengths[rows]
        found = endings.numbers[states]
        known = np.flatnonzero((found >= 0) & (own > depth))
        classes[rows[known]] = found[known]
        said = endings.says[states]
        said[own < 2] &= ~PARTICLE
        said[own < 3] &= ~_DOUBLED_PARTICLES
        marks[rows] |= said
    return classes, marks


def _read_beginnings(
    syllables: NDArray[np.int32],
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    classes: NDArray[np.int64],
    marks: NDArray[np.int64],
) -> None:
    """Put the classes of runs that are whole known words, and the marks that beginnings give, into the arrays given."""
    beginnings = _beginnings()
    for depth, rows, states in beginnings.walk(syllables, starts, lengths):
        is_whole = lengths[rows] == depth
        found = beginnings.numbers[states]
        known = np.flatnonzero(is_whole & (found >= 0))
        classes[rows[known]] = found[known]
        said = beginnings.says[states]
        said[~is_whole] &= ~_TRANSLATED_WHOLE
        marks[rows] |= said


def _sounds_wrong(syllables: NDArray[np.int32], lasts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the particle that a run may end in is the wrong one for the sound before it (:func:`.eojeol.sounds_wrong`)."""
    wants = _wants().take(syllables.take(lasts))
    wants[lengths < 2] = 0
    rows = np.flatnonzero(wants)
    wrong = np.zeros(len(lasts), dtype=np.bool_)
    want, before = wants[rows], syllables.take(lasts[rows] - 1)
    final = before % 28
    own = np.where(want == _AFTER_VOWEL, final != _NONE, final == _NONE)
    own &= ~((syllables.take(lasts[rows]) == _number("는")) & np.isin(final, VERB_FINALS))
    is_ro = want == _AFTER_VOWEL_OR_RIEUL
    # 으로 is one particle: what stands before it tells.
    is_long = is_ro & (before == _number("으"))
    third = syllables.take(np.where(lengths[rows] > 2, lasts[rows] - 2, 0)) % 28
    own = np.where(is_ro, (final != _NONE) & (final != _RIEUL), own)
    own = np.where(is_long, (lengths[rows] > 2) & ((third == _NONE) | (third == _RIEUL)), own)
    wrong[rows] = own
    return wrong
