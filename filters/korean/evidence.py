"""What is told of a document that fails a morphological rule: a few words of it that show why.

Enters: the sample of a document that failed, with its rows in the table of the process. Leaves: a short text.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from filters.batch import Finding
from filters.korean import eojeol
from filters.korean.sampling import Sample
from filters.view import BoolArray, FloatArray

_MAX_WORDS = 5
_MAX_SYLLABLES = 24


def _listed(runs: list[str]) -> str:
    """The first different ones."""
    return ", ".join(run[:_MAX_SYLLABLES] for run in list(dict.fromkeys(runs))[:_MAX_WORDS])


def _where(sample: Sample, marks: NDArray[np.bool_]) -> list[str]:
    return [sample.runs[at] for at in np.flatnonzero(marks)]


def _rows(sample: Sample) -> eojeol.Rows:
    return eojeol.row_table().rows(sample.runs)


def wrong_particles(sample: Sample) -> str:
    """The runs with a particle in the wrong form or place."""
    rows = _rows(sample)
    return _listed(_where(sample, rows[:, eojeol.WRONG] + rows[:, eojeol.IMPOSSIBLE] > 0))


def unknown(sample: Sample) -> str:
    """Runs that are mostly not in the dictionary."""
    rows = _rows(sample)
    return _listed(_where(sample, rows[:, eojeol.UNKNOWN] * 2 >= rows[:, eojeol.SYLLABLES]))


def run_together(sample: Sample) -> str:
    """The runs with most places for a space, those first."""
    joints = _rows(sample)[:, eojeol.JOINTS]
    order = np.argsort(-joints, kind="stable")
    return _listed([sample.runs[at] for at in order if joints[at]])


def bare_nouns(sample: Sample) -> str:
    """The longest stretch of runs that are nouns only."""
    rows = _rows(sample)
    bare = (rows[:, eojeol.NOUNS] > 0) & (rows[:, eojeol.PARTICLES] + rows[:, eojeol.ENDINGS] == 0)
    edges = [-1, *np.flatnonzero(~bare).tolist(), len(bare)]
    longest = max(pairwise(edges), key=lambda edge: edge[1] - edge[0])
    stretch = sample.runs[longest[0] + 1 : longest[1]]
    return f"{len(stretch)} nouns in a row: {_listed(stretch)}" if stretch else ""


def commonest_pair(sample: Sample) -> str:
    """The pair of neighbours that occurs most often."""
    pair, count = Counter(pairwise(sample.runs)).most_common(1)[0]
    return f"{pair[0][:_MAX_SYLLABLES]} {pair[1][:_MAX_SYLLABLES]} x{count}"


def told_findings(
    rule: str, failed: BoolArray, values: FloatArray, limits: float | FloatArray, told: Callable[[int], str]
) -> Iterator[Finding]:
    """The documents that failed, as one finding for each limit that was applied."""
    applied = np.broadcast_to(np.round(limits, 3), failed.shape)
    for limit in np.unique(applied[failed]).tolist():
        rows = np.flatnonzero(failed & (applied == limit))
        yield Finding(rule, rows, values[rows], limit, [*map(told, rows.tolist())])
