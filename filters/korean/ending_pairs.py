"""How well neighbouring words fit each other, told by how they end: a first reading that needs no analyser.

Enters: the classes of the runs of a sample (:mod:`filters.korean.sampling`) and how they are joined. Leaves: the number of
pairs of neighbours, and by how many standard deviations they fit better than words a few places apart (a permutation test:
Fisher 1935, ch. 3). Korean marks what a word does in its sentence at its end: after an object's 을 a verb's 습니다 is likely
and a subject's 은 is not. A weight is the pointwise mutual information of two endings (Church and Hanks 1990), smoothed.

The table ``ending_pairs.json`` holds endings, function words and numbers; ``benchmarks/calibrate_morphology.py`` makes it.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.korean.sampling import COMMA, STOP

_TABLE = Path(__file__).with_name("ending_pairs.json")

#: What stands before a word when it is no word, and a word that ends in nothing known.
AFTER_STOP, AFTER_COMMA, OTHER = "<stop>", "<comma>", "<other>"
#: The longest ending in the table.
MAX_ENDING = 3
#: Words so many places apart say what any order of the same words would give.
_SHIFTS = np.array([[5], [7], [11], [13], [17], [19]])
MIN_PAIRS = 2


class EndingPairs(NamedTuple):
    """``weights[before, after]``; ``classes`` gives a whole word, or an ending as "-endings", its number."""

    classes: dict[str, int]
    weights: NDArray[np.float32]


@cache
def ending_pairs() -> EndingPairs:
    """The table of this package."""
    table = json.loads(_TABLE.read_text(encoding="utf-8"))
    weights: NDArray[np.float32] = np.array(table["tenths"], dtype=np.float32) / np.float32(10)
    return EndingPairs(classes={name: at for at, name in enumerate(table["classes"])}, weights=weights)


def class_of(run: str, classes: dict[str, int]) -> int:
    """The number of a whole word, else of its longest known ending, else of :data:`OTHER`."""
    found = classes.get(run)
    for size in range(min(MAX_ENDING, len(run) - 1), 0, -1):
        if found is not None:
            break
        found = classes.get("-" + run[-size:])
    return classes[OTHER] if found is None else found


def ending_class(run: str) -> int:
    """The class of a run in the table of this package."""
    return class_of(run, ending_pairs().classes)


def fit(joins: Sequence[int], numbers: NDArray[np.int64]) -> tuple[int, float]:
    """(pairs of neighbours, standard deviations by which they fit better than by chance; NaN where there are too few).

    ``numbers`` are the classes of the runs of a sample, ``joins`` says what stands after each.
    """
    table = ending_pairs()
    joined = np.array(joins[:-1], dtype=np.int64)
    kept = joined <= STOP
    num_pairs = int(np.count_nonzero(kept))
    if num_pairs < MIN_PAIRS:
        return num_pairs, np.nan
    before = numbers[:-1].copy()
    before[joined == STOP] = table.classes[AFTER_STOP]
    before[joined == COMMA] = table.classes[AFTER_COMMA]
    before, after = before[kept], numbers[1:][kept]
    others = table.weights[before, after[(np.arange(num_pairs) + _SHIFTS) % num_pairs]]
    spread = float(others.std()) / num_pairs**0.5
    return num_pairs, (float(table.weights[before, after].mean()) - float(others.mean())) / max(spread, 1e-3)
