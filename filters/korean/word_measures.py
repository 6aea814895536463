"""What the runs of a sample say together: shares, scores, and whether neighbours fit each other.

Enters: samples (:mod:`filters.korean.sampling`). Leaves: a :class:`Measures` of arrays with one number a document; NaN
where a document has nothing to measure. Whether words stand in order is measured against the same words in every other
order, so it does not depend on what kind of text it is.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.korean import eojeol, tag_pairs
from filters.korean.gaps import COMMA, STOP
from filters.korean.sampling import Sample

FloatArray = NDArray[np.float64]


class Measures(NamedTuple):
    """Per document. Shares are of the runs, unless they say otherwise."""

    runs: FloatArray
    syllables: FloatArray  # per run
    score: FloatArray  # natural logarithm per morpheme, each run for itself
    grammar: FloatArray  # particles and endings per run
    particles: FloatArray
    endings: FloatArray
    nouns: FloatArray  # per run
    bare_nouns: FloatArray  # share of runs of nouns only
    final_endings: FloatArray
    full_stops: FloatArray  # number of sentences that end in one full stop
    informal: FloatArray  # share of the final endings
    unknown: FloatArray  # share of the syllables
    single: FloatArray  # share of runs of one syllable
    joints: FloatArray
    choices: FloatArray  # number
    wrong: FloatArray  # number of different runs with a particle in the wrong form or place
    foreign: FloatArray  # share of Latin letters and digits among all letters and digits
    num_pairs: FloatArray
    order: FloatArray  # standard deviations by which neighbours fit better than in a random order


def measure(samples: Sequence[Sample]) -> Measures:
    """The measures of each sample, in order."""
    rows = eojeol.row_table().rows([run for sample in samples for run in sample.runs])
    table = np.full((len(samples), len(Measures._fields)), np.nan)
    table[:, 0] = counts = np.array([len(sample.runs) for sample in samples])
    starts = counts.cumsum() - counts
    filled = np.flatnonzero(counts)
    if len(filled):
        bare = (rows[:, eojeol.NOUNS] > 0) & (rows[:, eojeol.PARTICLES] + rows[:, eojeol.ENDINGS] == 0)
        single = rows[:, eojeol.SYLLABLES] == 1
        totals = np.add.reduceat(np.column_stack([rows, bare, single]), starts[filled], axis=0, dtype=np.float64)
        for number, total in zip(filled.tolist(), totals, strict=True):
            start = starts[number]
            table[number] = _measure_one(samples[number], rows[start : start + counts[number]], total.tolist())
    return Measures(*table.T)


def _measure_one(sample: Sample, rows: eojeol.Rows, total: list[float]) -> tuple[float, ...]:
    """The measures of one sample; ``total`` has the sums of its rows, and of its bare nouns and single syllables."""
    count = len(rows)
    *_, bare, single = total
    wrong: set[str] = set()
    if total[eojeol.WRONG] or total[eojeol.IMPOSSIBLE]:
        wrong = {sample.runs[at] for at in np.flatnonzero(rows[:, eojeol.WRONG] + rows[:, eojeol.IMPOSSIBLE])}
    stops = [gap for join, gap in zip(sample.joins, sample.gaps, strict=True) if join == STOP]
    return (
        count,
        total[eojeol.SYLLABLES] / count,
        total[eojeol.SCORE] / total[eojeol.MORPHEMES],
        (total[eojeol.PARTICLES] + total[eojeol.ENDINGS]) / count,
        total[eojeol.PARTICLES] / count,
        total[eojeol.ENDINGS] / count,
        total[eojeol.NOUNS] / count,
        bare / count,
        total[eojeol.FINAL] / count,
        sum([gap.rstrip() == "." for gap in stops]),
        total[eojeol.INFORMAL] / max(1.0, total[eojeol.FINAL]),
        total[eojeol.UNKNOWN] / total[eojeol.SYLLABLES],
        single / count,
        total[eojeol.JOINTS] / count,
        total[eojeol.CHOICES] + total[eojeol.IMPOSSIBLE],
        len(wrong),
        sample.foreign,
        *_order(sample.joins, rows),
    )


def _order(joins: Sequence[int], rows: eojeol.Rows) -> tuple[float, float]:
    """(pairs, standard deviations above the mean over all orders of the same words).

    The spread over all orders is that of the weights freed of what each word brings for itself (Hoeffding 1951).
    """
    joined = np.array(joins[:-1], dtype=np.int64)
    marks = tag_pairs.tag_pairs()
    fits = joined <= STOP
    count = int(np.count_nonzero(fits))
    if count < 2:
        return count, np.nan
    last = rows[:-1, eojeol.LAST].astype(np.int64)
    last[joined == STOP] = marks.last[tag_pairs.AFTER_STOP]
    last[joined == COMMA] = marks.last[tag_pairs.AFTER_COMMA]
    first = rows[1:, eojeol.FIRST].astype(np.int64)[fits]
    weights = marks.weights[last[fits][:, None], first]
    by_last, by_first = weights.sum(axis=1) / count, weights.sum(axis=0) / count
    mean = float(by_last.sum()) / count
    squares = float(np.vdot(weights, weights)) / count**2 - float(by_last @ by_last + by_first @ by_first) / count + mean**2
    spread = (max(squares, 0.0) / count) ** 0.5
    return count, (float(weights.trace()) / count - mean) / max(spread, 1e-3)
