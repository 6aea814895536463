"""Whether a passage is spaced as Korean is.

Enters: a sample of a document. Leaves: how many of its spaces the analyser would not put there, and how many it misses, when it
spaces the same syllables afresh. Writers differ about compound nouns, so that a fifth to two fifths more or fewer are ordinary.
"""

from itertools import accumulate
from typing import NamedTuple

from filters.korean.eojeol import analyser
from filters.korean.sampling import Sample
from filters.korean.word_order import words_of

#: 2 ms a passage.
MAX_CHARS = 150
MIN_CHARS = 24
#: A longer word is none.
MAX_WORD = 13


class Spacing(NamedTuple):
    """``extra`` is a share of the spaces there are, ``missing`` of those there should be, ``difference`` of both together."""

    extra: float
    missing: float
    difference: float
    written: str
    respaced: str


def _places(text: str) -> set[int]:
    """After how many other characters there is a space."""
    places: set[int] = set()
    count = 0
    for character in text:
        if character == " ":
            places.add(count)
        else:
            count += 1
    return places


def spacing(sample: Sample) -> Spacing | None:
    """The spacing of a passage from the second third of the sample; None where it is too short to tell."""
    words = [*words_of(sample)]
    words = words[len(words) // 3 :] if len(words) > 60 else words
    lengths = accumulate(len(word) + 1 for word in words)
    written = " ".join(word for word, length in zip(words, lengths, strict=True) if length <= MAX_CHARS)
    if len(written) < MIN_CHARS:
        return None
    respaced = str(analyser().space(written, reset_whitespace=True))
    # On names and labels the analyser gives up and joins everything: that says nothing.
    if len(max(written.split(), key=len)) < MAX_WORD < len(max(respaced.split(), key=len)):
        return None
    here, there = _places(written), _places(respaced)
    extra, missing = len(here - there), len(there - here)
    return Spacing(
        extra / max(1, len(here)),
        missing / max(1, len(there)),
        (extra + missing) / max(1, len(here | there)),
        written,
        respaced,
    )
