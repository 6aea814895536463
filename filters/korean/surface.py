"""What the runs of a sample say before any analyser reads them: lengths, endings, and how well neighbours fit.

Enters: samples (:mod:`filters.korean.sampling`). Leaves: a :class:`Surface` of arrays with one number a document. Most prose is
told apart from all junk by this alone, so that the analyser, 100 times as slow, is asked about the rest only.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.korean.ending_pairs import ending_class, fit
from filters.korean.eojeol import sounds_wrong
from filters.korean.filler_words import courtesy, is_translators_word
from filters.korean.sampling import Sample

FloatArray = NDArray[np.float64]

#: Marks of a run above the number of its class of endings.
_CLASS_BITS = 10
_PARTICLE, _COURTESY, _TRANSLATED, _WRONG = (1 << (_CLASS_BITS + bit) for bit in range(4))
_CLASS = (1 << _CLASS_BITS) - 1
#: A run of so many syllables is seldom one word.
LONG_SYLLABLES = 8
_PARTICLE_ENDINGS = (
    *"은는이가을를의에로와과도만",
    *("에서", "에게", "까지", "부터", "보다", "처럼", "이나", "에는", "에도", "으로", "에서는", "으로는", "로부터"),
)
#: Case particles after particles (책을이, 문서를에서). After 이, 가, 과 and 의, which end many nouns,
#: the analyser would be asked too often.
_DOUBLED = tuple(
    first + second for first in "을를은는와" for second in (*"을를은는이가의에와과로", "에서", "에게", "까지", "부터", "으로")
)
#: No noun ends in these, so that 는 after them (있는, 없는, 않는) is the ending of a verb.
_VERB_FINALS = frozenset({20, 18, 6, 15, 5, 9, 11, 12, 13, 14, 3, 10})


class Surface(NamedTuple):
    """Per document. Shares are of the runs, unless they say otherwise."""

    runs: FloatArray
    syllables: FloatArray  # per run
    single: FloatArray  # share of runs of one syllable
    long: FloatArray  # share of runs of eight and more
    particles: FloatArray  # share of runs that end as if in a particle
    courtesy: FloatArray
    translated: FloatArray  # share of words that translators leave behind
    distinct: FloatArray  # share of the pairs of neighbours that are different
    foreign: FloatArray  # share of Latin letters and digits among all letters and digits
    rare: FloatArray  # share of syllables outside the 2,350 of KS X 1001
    num_pairs: FloatArray
    fit: FloatArray  # standard deviations by which neighbours fit better than by chance


@lru_cache(maxsize=100_000)
def _marks(run: str) -> int:
    """The number of the class of a run's ending and the marks above it."""
    particle, wrong = sounds_wrong(run)
    if wrong and particle == "는" and (ord(run[-2]) - 0xAC00) % 28 in _VERB_FINALS:
        wrong = False
    wrong |= len(run) > 2 and run.endswith(_DOUBLED)
    return (
        ending_class(run)
        | _PARTICLE * (len(run) > 1 and run.endswith(_PARTICLE_ENDINGS))
        | _COURTESY * (courtesy().match(run) is not None)
        | _TRANSLATED * is_translators_word(run)
        | _WRONG * wrong
    )


def read(samples: Sequence[Sample]) -> tuple[Surface, list[list[str]]]:
    """The surface of each sample, and the runs of each whose last particle may not go with what stands before it."""
    table = np.full((len(samples), len(Surface._fields)), np.nan)
    suspects: list[list[str]] = []
    for number, one in enumerate(samples):
        marks = np.fromiter(map(_marks, one.runs), dtype=np.int64, count=len(one.runs))
        suspects.append([one.runs[at] for at in np.flatnonzero(marks & _WRONG)])
        table[number] = _read_one(one, marks) if one.runs else (0, *[np.nan] * (len(Surface._fields) - 1))
    return Surface(*table.T), suspects


def _read_one(one: Sample, marks: NDArray[np.int64]) -> tuple[float, ...]:
    count = len(one.runs)
    joined = "".join(one.runs)
    lengths = [*map(len, one.runs)]
    pairs = set(zip(one.runs, one.runs[1:], strict=False))
    return (
        count,
        len(joined) / count,
        lengths.count(1) / count,
        sum([length >= LONG_SYLLABLES for length in lengths]) / count,
        np.count_nonzero(marks & _PARTICLE) / count,
        np.count_nonzero(marks & _COURTESY) / count,
        np.count_nonzero(marks & _TRANSLATED) / count,
        len(pairs) / (count - 1) if count > 1 else 1.0,
        one.foreign,
        # The codec writes any other syllable as its letters, in eight bytes for two.
        (len(joined.encode("euc-kr", "replace")) - 2 * len(joined)) / 6 / len(joined),
        *fit(one.joins, marks & _CLASS),
    )
