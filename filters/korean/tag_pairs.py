"""How likely the first morpheme of a word follows the last one of the word before it.

Enters: morphemes as (form, tag). Leaves: their classes, and for two classes the natural logarithm of how much oftener they
stand side by side in ordinary text than by chance (pointwise mutual information, Church and Hanks 1990), smoothed
towards chance. Particles, endings and the commonest words are classes for themselves, all others go by their tag.

The table ``tag_pairs.json`` holds numbers only; ``benchmarks/calibrate_morphology.py`` makes it from a corpus.
"""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_TABLE = Path(__file__).with_name("tag_pairs.json")

#: What stands before a word when it is no morpheme: the end of a sentence, a comma.
AFTER_STOP, AFTER_COMMA = "<stop>", "<comma>"
OTHER = "<other>"


class TagPairs(NamedTuple):
    """``weights[last, first]``; ``last`` and ``first`` give a class its number."""

    last: dict[str, int]
    first: dict[str, int]
    weights: NDArray[np.float32]


@cache
def tag_pairs() -> TagPairs:
    """The table of this package."""
    table = json.loads(_TABLE.read_text(encoding="utf-8"))
    last, first = ({name: at for at, name in enumerate(table[side])} for side in ("last", "first"))
    weights: NDArray[np.float32] = np.array(table["tenths"], dtype=np.float32) / np.float32(10)
    return TagPairs(last=last, first=first, weights=weights)


def class_name(form: str, tag: str, known: dict[str, int]) -> str:
    """The class of a morpheme: its own if it has one, else that of its tag, else :data:`OTHER`."""
    tag = tag.partition("-")[0]  # VV-I and VV-R say how a verb is inflected
    own = f"{form}/{tag}"
    return own if own in known else tag if tag in known else OTHER


def first_class(form: str, tag: str) -> int:
    """The number of the class of a word's first morpheme."""
    known = tag_pairs().first
    return known[class_name(form, tag, known)]


def last_class(form: str, tag: str) -> int:
    """The number of the class of a word's last morpheme."""
    known = tag_pairs().last
    return known[class_name(form, tag, known)]
