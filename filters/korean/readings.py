"""What the rules with lexicons ask of every text of a batch, found for all of them before any is judged.

Enters: a batch. Leaves: for each document how many telling terms of each lexicon it has (:mod:`.lexicon`), where it shows signs
of disguise (:mod:`.signs`), and whether it has letters in odd forms (:mod:`.unmask`).

The automaton of all telling terms is megabytes of tables. Text after text it stays in the cache of a processor; with other
rules between two texts it has to be fetched again each time, which was measured to cost five times the search itself.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from filters.batch import Batch
from filters.korean.folding import Spelt, spelt
from filters.korean.lexicon import telling
from filters.korean.signs import groups, stretches_of_group
from filters.korean.unmask import odd_table


class Reading(NamedTuple):
    """Of one document: telling terms by lexicon, stretches with signs of disguise, whether odd letters may stand in it."""

    telling: Mapping[str, int]
    seen: Spelt
    may_be_odd: bool


@lru_cache(maxsize=1)
def readings(batch: Batch) -> list[Reading]:
    """A reading of each document of ``batch``, in order; kept for the rules that ask for the same batch after the first."""
    found = [telling(text) for text in batch.texts]
    seen: list[Spelt] = []
    odd: list[bool] = []
    for group in groups(batch.texts):
        seen += [spelt(text, own) for text, own in zip(group.texts, stretches_of_group(group), strict=True)]
        odd += np.logical_or.reduceat(odd_table().take(group.codes), group.starts).tolist()
    return list(map(Reading, found, seen, odd))
