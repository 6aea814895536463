"""How well tokens keep to morphemes.

Texts, the places of their tokens and the places at which morphemes begin enter; counts leave. Only Korean is looked at:
tokens that hold a Hangul syllable, and places between two syllables. A token, less the blanks around it, is

* *aligned* when it is one or more whole morphemes,
* *misaligned* when a morpheme boundary lies in it and it begins or ends inside a morpheme: a piece of one morpheme glued to
  another,
* else a part of one morpheme.

Between a syllable and anything else there always is a boundary. A token that begins or ends inside a character begins or
ends inside a morpheme.
"""

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Ints = NDArray[np.int32]

#: A line is far shorter; more is cut so that one analysis has a bounded cost.
_MAX_LINE_CHARACTERS = 4096


@dataclass(frozen=True, slots=True)
class Alignment:
    """Counts. ``tokens``: those with Hangul. ``cuts``: between two tokens inside a run of Hangul, inside characters too;
    ``right_cuts`` are at one of the ``boundaries`` between morphemes.
    """

    tokens: int = 0
    aligned: int = 0
    misaligned: int = 0
    cuts: int = 0
    right_cuts: int = 0
    boundaries: int = 0

    def __add__(self, other: "Alignment") -> "Alignment":
        return Alignment(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    @property
    def aligned_share(self) -> float:
        return self.aligned / max(1, self.tokens)

    @property
    def misaligned_share(self) -> float:
        return self.misaligned / max(1, self.tokens)

    @property
    def precision(self) -> float:
        """The share of cuts that are at a morpheme boundary."""
        return self.right_cuts / max(1, self.cuts)

    @property
    def recall(self) -> float:
        """The share of morpheme boundaries at which there is a cut."""
        return self.right_cuts / max(1, self.boundaries)


def morpheme_begins(texts: Iterable[str]) -> Iterator[Ints]:
    """Of each text the ascending code points at which a morpheme begins, by Kiwi's analysis of whole lines."""
    for text in texts:
        lines = list(_lines(text))
        begins = [
            offset + morpheme.start
            for (offset, _), morphemes in zip(lines, _kiwi().tokenize([line for _, line in lines]), strict=True)
            for morpheme in morphemes
        ]
        yield np.unique(np.array(begins, dtype=np.int32))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """(offset, line); lines without Hangul are left out."""
    offset = 0
    for line in text.splitlines(keepends=True):
        for start in range(0, len(line), _MAX_LINE_CHARACTERS):
            part = line[start : start + _MAX_LINE_CHARACTERS]
            if any("가" <= letter <= "힣" for letter in part):
                yield offset + start, part
        offset += len(line)


@cache
def _kiwi() -> Any:
    from kiwipiepy import Kiwi

    return Kiwi(num_workers=-1)


class Morphemes:
    """A text and where its morphemes begin, ready to be asked about tokens.

    Arrays over places, from 0 before the first character to the length of the text.
    """

    def __init__(self, text: str, begins: Ints) -> None:
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        syllable = (points >= 0xAC00) & (points <= 0xD7A3)
        between = np.zeros(len(points) + 1, dtype=np.bool_)
        between[1:-1] = syllable[1:] & syllable[:-1]
        begun = np.zeros(len(points) + 1, dtype=np.bool_)
        begun[begins] = True
        self._is_boundary = between & begun
        self._is_inside = between & ~begun
        self._syllables_before = _counts_before(syllable)
        self._boundaries_before = _counts_before(self._is_boundary)
        places = np.arange(len(points), dtype=np.int32)
        blank = np.fromiter(map(str.isspace, text), np.bool_, len(text))
        # The first character at or after a place that is not blank; and where the last one before it ends.
        after = np.where(blank, len(points), places)
        self._solid_from = np.append(np.minimum.accumulate(after[::-1])[::-1], len(points))
        self._solid_to = np.append(0, np.maximum.accumulate(np.where(blank, 0, places + 1)))

    def alignment(self, begins: Ints, ends: Ints) -> Alignment:
        """Counts for the tokens from ``begins`` to ``ends``, in order; those that share a character overlap."""
        shares = np.zeros(len(begins) + 1, dtype=np.bool_)
        shares[1:-1] = begins[1:] < ends[:-1]
        first = np.minimum(self._solid_from[begins], ends)
        last = np.maximum(self._solid_to[ends], first)
        has_hangul = self._syllables_before[last] > self._syllables_before[first]
        broken = self._is_inside[first] | self._is_inside[last] | shares[:-1] | shares[1:]
        glued = self._boundaries_before[last] > self._boundaries_before[np.minimum(first + 1, last)]
        cuts = begins[~shares[:-1]]
        right_cuts = int(self._is_boundary[cuts].sum())
        return Alignment(
            tokens=int(has_hangul.sum()),
            aligned=int((has_hangul & ~broken).sum()),
            misaligned=int((has_hangul & broken & glued).sum()),
            cuts=right_cuts + int(self._is_inside[cuts].sum()) + int((has_hangul & shares[:-1]).sum()),
            right_cuts=right_cuts,
            boundaries=int(self._is_boundary.sum()),
        )


def _counts_before(flags: Bools) -> Ints:
    """Of each place, how many flags are set before it: one more than there are flags."""
    return np.append(0, np.cumsum(flags)).astype(np.int32)
