"""How well neighbouring words fit each other, told by how they end: a first reading that needs no analyser.

Enters: the classes of the runs of a sample (:mod:`filters.korean.sampling`) and how they are joined. Leaves: the number of
pairs of neighbours, and by how many standard deviations they fit better than words a few places apart (a permutation test:
Fisher 1935, ch. 3). Korean marks what a word does in its sentence at its end: after an object's 을 a verb's 습니다 is likely
and a subject's 은 is not. A weight is the pointwise mutual information of two endings (Church and Hanks 1990), smoothed.

The table ``ending_pairs.json`` holds endings, function words and numbers; ``benchmarks/calibrate_morphology.py`` makes it.
"""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.korean.gaps import COMMA, STOP

_TABLE = Path(__file__).with_name("ending_pairs.json")

#: What stands before a word when it is no word, and a word that ends in nothing known.
AFTER_STOP, AFTER_COMMA, OTHER = "<stop>", "<comma>", "<other>"
#: The longest ending in the table.
MAX_ENDING = 3
#: Words so many places apart say what any order of the same words would give.
_SHIFTS = (5, 7, 11, 13, 17, 19)
MIN_PAIRS = 2


class EndingPairs(NamedTuple):
    """``tenths[before, after]`` of a weight; ``classes`` gives a whole word, or an ending as "-endings", its number."""

    classes: dict[str, int]
    tenths: NDArray[np.int16]


@cache
def ending_pairs() -> EndingPairs:
    """The table of this package."""
    table = json.loads(_TABLE.read_text(encoding="utf-8"))
    classes = {name: at for at, name in enumerate(table["classes"])}
    return EndingPairs(classes=classes, tenths=np.array(table["tenths"], dtype=np.int16))


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


def fits(
    joins: NDArray[np.int64], numbers: NDArray[np.int64], firsts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Of many samples: (pairs of neighbours, standard deviations by which they fit better than by chance; NaN for too few).

    ``numbers`` are the classes of all their runs, ``joins`` says what stands after each, ``firsts`` where each sample begins.
    """
    table = ending_pairs()
    counts = np.diff(firsts, append=len(numbers))
    sample = np.repeat(np.arange(len(firsts)), counts)
    kept = np.flatnonzero((joins[:-1] <= STOP) & (sample[1:] == sample[:-1]))
    joined = joins[kept]
    before = numbers[kept]
    before[joined == STOP] = table.classes[AFTER_STOP]
    before[joined == COMMA] = table.classes[AFTER_COMMA]
    after = numbers[kept + 1]
    owners = sample[kept]
    num_pairs = np.bincount(owners, minlength=len(firsts))
    begin = (num_pairs.cumsum() - num_pairs)[owners]
    width = len(table.classes)
    flat, rows = table.tenths.ravel(), before * width
    own = np.bincount(owners, flat.take(rows + after), len(firsts))
    # Tenths are whole numbers, so that these sums are exact in whatever order they are made.
    others, squares = np.zeros(len(firsts)), np.zeros(len(firsts))
    place, size = np.arange(len(kept)) - begin, num_pairs[owners]
    for shift in _SHIFTS:
        weights = flat.take(rows + after.take(begin + (place + shift) % size)).astype(np.float64)
        others += np.bincount(owners, weights, len(firsts))
        squares += np.bincount(owners, weights * weights, len(firsts))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = others / (num_pairs * len(_SHIFTS))
        spread = np.sqrt((squares / (num_pairs * len(_SHIFTS)) - mean**2) / num_pairs)
        found = (own / num_pairs - mean) / np.maximum(spread, 1e-2)
    return num_pairs, np.where(num_pairs < MIN_PAIRS, np.nan, found)
