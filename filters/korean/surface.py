"""What the runs of a sample say before any analyser reads them: lengths, endings, and how well neighbours fit.

Enters: texts. Leaves: a :class:`Surface` of arrays with one number a document, over the runs that
:func:`filters.korean.sampling.sample` takes. Most prose is told apart from all junk by this alone, so that the analyser, 100
times as slow, is asked about the rest only. The runs of many texts are read at once as code points in one array; that says the
same as ``tests/filters/korean/plain_surface.py``, which reads them one by one.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.korean.ending_pairs import fits
from filters.korean.gaps import LINE, counted, gaps_between
from filters.korean.run_marks import COURTESY, PARTICLE, TRANSLATED, WRONG, marks_of_runs
from filters.korean.sampling import MAX_RUN, stretches
from filters.korean.tries import FIRST_SYLLABLE, NUM_SYLLABLES

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: A run of so many syllables is seldom one word.
LONG_SYLLABLES = 8
_TEXTS_TOGETHER = 64
#: An odd number, by the powers of which the syllables of a run make one number; and one that spreads such numbers.
_BASE, _SPREAD = 0x9E3779B97F4A7C15, 0xD1B54A32D192ED03
_WORD = 1 << 64


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


class _Runs(NamedTuple):
    """The runs of some texts in their order: of which text, where, how long, and what stands behind them."""

    text: str  # all of them
    codes: NDArray[np.uint32]
    owners: IntArray
    starts: IntArray
    ends: IntArray
    lengths: IntArray  # what is longer than a run may be is cut
    gaps: IntArray  # where the gap behind each run ends
    is_last: NDArray[np.bool_]  # of its stretch


def read(texts: Sequence[str], *, max_runs: int) -> tuple[Surface, list[list[str]]]:
    """The surface of each text, and the runs of each whose last particle may not go with what stands before it."""
    table = np.full((len(Surface._fields), len(texts)), np.nan)
    table[0] = 0
    suspects: list[list[str]] = [[] for _ in texts]
    for first in range(0, len(texts), _TEXTS_TOGETHER):
        some = texts[first : first + _TEXTS_TOGETHER]
        runs = _runs(some, max_runs=max_runs)
        if not len(runs.starts):
            continue
        rows, columns, wrong = _measured(runs)
        table[:, rows + first] = columns
        for owner, start, length in wrong.tolist():
            suspects[first + owner].append(runs.text[start : start + length])
    return Surface(*table), suspects


def _runs(texts: Sequence[str], *, max_runs: int) -> _Runs:
    """The runs of the samples of ``texts``."""
    parts: list[str] = []
    owners: list[int] = []
    limits: list[int] = []
    for owner, text in enumerate(texts):
        own = stretches(text, max_runs=max_runs)
        parts += own
        owners += [owner] * len(own)
        limits += [max_runs // len(own)] * len(own)
    joined = "\n" + "\n".join(parts) + "\n"
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    # Unsigned, so that what lies before the first syllable wraps round.
    is_hangul = (codes - np.uint32(FIRST_SYLLABLE)) < NUM_SYLLABLES
    edges = np.flatnonzero(is_hangul[1:] != is_hangul[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    sizes = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts))
    part_ends = sizes.cumsum() + np.arange(1, len(parts) + 1)
    part = np.searchsorted(part_ends, starts, side="right")
    gaps = np.append(starts[1:], 0)
    is_last = np.ones(len(starts), dtype=np.bool_)
    is_last[:-1] = part[1:] != part[:-1]
    gaps[is_last] = part_ends[part[is_last]]
    rank = np.arange(len(starts)) - np.searchsorted(part, np.arange(len(parts)))[part]
    limit = np.array(limits)[part]
    kept = np.flatnonzero(rank < limit)
    is_last |= rank == limit - 1
    lengths = np.minimum(ends - starts, MAX_RUN)
    starts, ends, lengths, gaps = (of[kept] for of in (starts, ends, lengths, gaps))
    return _Runs(joined, codes, np.array(owners)[part[kept]], starts, ends, lengths, gaps, is_last[kept])


def _measured(runs: _Runs) -> tuple[IntArray, FloatArray, IntArray]:
    """(the texts that have runs, the columns of :class:`Surface` for them, owner, start and length of suspect runs)."""
    syllables = runs.codes.astype(np.int32) - FIRST_SYLLABLE
    classes, marks = marks_of_runs(syllables, runs.starts, runs.lengths)
    rows, firsts, counts = np.unique(runs.owners, return_index=True, return_counts=True)

    def summed(values: NDArray[np.bool_] | IntArray) -> IntArray:
        return np.add.reduceat(values.astype(np.int64), firsts)

    num_syllables = summed(runs.lengths)
    joins, letters = gaps_between(runs.codes, runs.ends, runs.gaps)
    joins[runs.is_last] = LINE
    letters = summed(letters)
    rare = summed(counted(_rare().take(syllables, mode="clip"), runs.starts, runs.starts + runs.lengths))
    num_pairs, fit = fits(joins, classes, firsts)
    columns: FloatArray = np.array(
        [
            counts,
            num_syllables / counts,
            summed(runs.lengths == 1) / counts,
            summed(runs.lengths >= LONG_SYLLABLES) / counts,
            *(summed(marks & mark != 0) / counts for mark in (PARTICLE, COURTESY, TRANSLATED)),
            _distinct(runs, syllables, counts),
            letters / np.maximum(1, letters + num_syllables),
            rare / num_syllables,
            num_pairs,
            fit,
        ],
        dtype=np.float64,
    )
    suspect = np.flatnonzero(marks & WRONG)
    return rows, columns, np.column_stack([of[suspect] for of in (runs.owners, runs.starts, runs.lengths)])


def _distinct(runs: _Runs, syllables: NDArray[np.int32], counts: IntArray) -> FloatArray:
    """The share of the pairs of neighbours that are different, for each text; 1 where there is no pair.

    A pair is compared as 48 bits, in which a text's hundred pairs do not meet by chance.
    """
    powers, inverses = _powers(len(syllables) + 1)
    sums = np.append(np.uint64(0), ((syllables.astype(np.uint64) + np.uint64(1)) * powers[:-1]).cumsum(dtype=np.uint64))
    spelt = (sums[runs.starts + runs.lengths] - sums[runs.starts]) * inverses[runs.starts]
    spelt *= np.uint64(_SPREAD)
    spelt = (spelt ^ (spelt >> np.uint64(32))) * np.uint64(_SPREAD)
    pairs = (spelt[:-1] * np.uint64(3) + spelt[1:]) * np.uint64(_SPREAD)
    number = np.repeat(np.arange(len(counts)), counts)
    keys = (pairs >> np.uint64(16)) | (number[1:].astype(np.uint64) << np.uint64(48))
    keys = keys[number[1:] == number[:-1]]
    keys.sort()
    is_new = np.append(True, keys[1:] != keys[:-1])[: len(keys)]
    found = np.bincount((keys[is_new] >> np.uint64(48)).astype(np.int64), minlength=len(counts))
    return np.where(counts > 1, found / np.maximum(1, counts - 1), 1.0)


@lru_cache(maxsize=4)
def _powers_of(size: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The powers of the base and of its inverse, modulo a word, up to ``size``."""

    def powers(base: int) -> NDArray[np.uint64]:
        factors = np.full(size, base, dtype=np.uint64)
        factors[0] = 1
        return factors.cumprod(dtype=np.uint64)

    return powers(_BASE), powers(pow(_BASE, -1, _WORD))


def _powers(size: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    # A few sizes of tables, each twice the one before.
    powers, inverses = _powers_of(1 << (size - 1).bit_length())
    return powers[:size], inverses[:size]


@cache
def _rare() -> NDArray[np.bool_]:
    """Whether each syllable is outside KS X 1001, and False for what is before and after the syllables."""
    table = np.zeros(NUM_SYLLABLES + 1, dtype=np.bool_)
    for number in range(NUM_SYLLABLES):
        # The codec writes any other syllable as its letters, in eight bytes for two.
        table[number] = len(chr(FIRST_SYLLABLE + number).encode("euc-kr")) > 2
    return table
