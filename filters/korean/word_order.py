"""Whether the words of a passage stand in an order that Korean has.

Enters: a sample of a document. Leaves: by how much Kiwi's language model likes the passage better as it stands than with
its words in another order, in natural logarithms per word. Ordinary text gains 1.5 to 5; a list of keywords or words
that were shuffled gain nothing, whatever the text is about (the permutation test: Fisher 1935, ch. 3).
"""

import random
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from filters.korean.eojeol import MAX_SYLLABLES, analyser
from filters.korean.gaps import ATTACHED
from filters.korean.sampling import Sample

#: Bounds of a passage: 2 ms a reading.
MAX_CHARS = 300
NUM_ORDERS = 2
#: More words than a passage has.
PASSAGE_WORDS = 75
MIN_WORDS = 6
#: No junk gains as much over one other order, so that a second one would not change anything.
CERTAIN_GAIN = 2.6


class Order(NamedTuple):
    """``gain`` is None where the passage is too short to tell."""

    gain: float | None
    num_words: int


def words_of(sample: Sample) -> Iterator[str]:
    """The runs with the marks after them; what is joined without a space (API를) as one."""
    word = ""
    for run, join, gap in zip(sample.runs, sample.joins, sample.gaps, strict=True):
        word += run[:MAX_SYLLABLES]
        if join == ATTACHED and len(gap) <= MAX_SYLLABLES and not any(map(str.isspace, gap)) and len(word) < MAX_SYLLABLES:
            word += gap
            continue
        yield word + (gap[:1] if gap[:1] in tuple(".,?!") else "")
        # What stands before a particle of its own (를 of "API를") belongs to it.
        word = gap.split()[-1][-MAX_SYLLABLES:] if join == ATTACHED else ""


def order_gain(sample: Sample) -> Order:
    """How much the order of the words of one passage is worth: of the middle, where the sample is longer than a passage."""
    words = list(words_of(sample))
    if len(words) > 2 * PASSAGE_WORDS:
        words = words[len(words) // 2 :]
    lengths = accumulate(len(word) + 1 for word in words)
    words = [word for word, length in zip(words, lengths, strict=True) if length <= MAX_CHARS]
    if len(words) < MIN_WORDS:
        return Order(None, len(words))
    as_it_stands = _score(words)
    gains: list[float] = []
    for seed in range(NUM_ORDERS):
        other = words.copy()
        random.Random(seed).shuffle(other)
        gains.append((as_it_stands - _score(other)) / len(words))
        if gains[0] > CERTAIN_GAIN:
            break
    return Order(sum(gains) / len(gains), len(words))


def _score(words: list[str]) -> float:
    return analyser().analyze(" ".join(words))[0][1]  # pyright: ignore[reportReturnType, reportIndexIssue, reportArgumentType]
