"""What a sample's surface is, one run at a time: slow and plain, to be read and to compare the fast form with."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from filters.korean.ending_pairs import AFTER_COMMA, AFTER_STOP, MIN_PAIRS, ending_class, ending_pairs
from filters.korean.eojeol import sounds_wrong
from filters.korean.filler_words import courtesy_words, translators_words
from filters.korean.gaps import COMMA, STOP
from filters.korean.run_marks import DOUBLED, PARTICLE_ENDINGS, VERB_FINALS
from filters.korean.sampling import Sample
from filters.korean.surface import LONG_SYLLABLES


def is_suspect(run: str) -> bool:
    """Whether the last particle of a run may not go with what stands before it."""
    particle, wrong = sounds_wrong(run)
    if wrong and particle == "는" and (ord(run[-2]) - 0xAC00) % 28 in VERB_FINALS:
        wrong = False
    return wrong or (len(run) > 2 and run.endswith(DOUBLED))


def plain_surface(sample: Sample) -> tuple[float, ...]:
    """The columns of :class:`filters.korean.surface.Surface` of one sample that has runs."""
    runs, count = sample.runs, len(sample.runs)
    joined = "".join(runs)
    beginnings, whole = translators_words()
    return (
        count,
        len(joined) / count,
        sum(len(run) == 1 for run in runs) / count,
        sum(len(run) >= LONG_SYLLABLES for run in runs) / count,
        sum(len(run) > 1 and run.endswith(PARTICLE_ENDINGS) for run in runs) / count,
        sum(run.startswith(tuple(courtesy_words())) for run in runs) / count,
        sum(run.startswith(tuple(beginnings)) or run in whole for run in runs) / count,
        len(set(pairwise(runs))) / (count - 1) if count > 1 else 1.0,
        sample.foreign,
        sum(len(char.encode("euc-kr")) > 2 for char in joined) / len(joined),
        *plain_fit(sample.joins, [ending_class(run) for run in runs]),
    )


def plain_fit(joins: Sequence[int], classes: Sequence[int]) -> tuple[int, float]:
    """(pairs of neighbours, standard deviations by which they fit better than words some places apart)."""
    table = ending_pairs()
    marks = {STOP: table.classes[AFTER_STOP], COMMA: table.classes[AFTER_COMMA]}
    kept = [place for place, join in enumerate(joins[:-1]) if join <= STOP]
    before = [marks.get(joins[place], classes[place]) for place in kept]
    after = [classes[place + 1] for place in kept]
    if len(kept) < MIN_PAIRS:
        return len(kept), float("nan")
    others: NDArray[np.int64] = np.array(
        [table.tenths[before, after[shift % len(kept) :] + after[: shift % len(kept)]] for shift in (5, 7, 11, 13, 17, 19)]
    )
    own = table.tenths[before, after].mean()
    return len(kept), (own - others.mean()) / max(others.std() / len(kept) ** 0.5, 1e-2)
