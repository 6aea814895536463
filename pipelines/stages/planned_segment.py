"""The uses of one segment's documents: how many of each, and which of them go into long sequences.

Documents and whole targets for their groups enter; numbers of uses and bits of long ones leave. What whole documents leave
over of one target is made up for where most is wanted, so that languages and the segment come out to the token.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

import numpy as np
import numpy.typing as npt

from mixing.long_sequences import choose_long
from mixing.shares import whole
from mixing.uses import all_tokens, choose_uses
from mixing.wishes import FREE
from pipelines.recipe_tables import Recipe

from .planned_corpus import Corpus, members_of

#: The long sequences of a segment are all full where that moves no more than this share of its tokens.
_ROUNDED = 0.0005
#: How many groups are tried to make up for what the others leave over.
_TRIED = 8


@dataclass(frozen=True, kw_only=True)
class Planned:
    """How often each document is used, and which of its uses go into long sequences."""

    counts: npt.NDArray[np.int8]
    long: npt.NDArray[np.uint32]


@dataclass(frozen=True)
class SegmentUses:
    """Enters the uses of the documents of a segment into ``planned``."""

    corpus: Corpus
    recipe: Recipe
    planned: Planned

    def plan(self, groups: Sequence[int], targets: Sequence[int]) -> None:
        """``groups``: those of the segment; ``targets``: the tokens of each group of the corpus."""
        wanted = {group: targets[group] for group in groups if targets[group]}
        languages = [list(own) for _, own in groupby(wanted, key=lambda group: self.corpus.keys[group][1])]
        given: dict[int, int] = {}
        aims: dict[int, int] = {}
        for own in languages:
            found = _given({group: wanted[group] for group in own}, self._use)
            given |= found[0]
            aims |= found[1]
        # What is still missing is so in a language of few documents: the largest of the segment makes up for it.
        _settle(wanted, given, aims, self._use)
        self._plan_long(languages, [sum(given[group] for group in own) for own in languages])

    def _use(self, group: int, target: int) -> int:
        """Chooses the uses of a group's documents; their tokens."""
        places, documents = members_of(self.corpus, group, group + 1, self.recipe)
        counts = choose_uses(documents, target=target, max_epochs=self.recipe.mix.max_epochs)
        self.planned.counts[places] = counts
        return all_tokens(documents, counts)

    def _plan_long(self, languages: Sequence[Sequence[int]], tokens: Sequence[int]) -> None:
        """The same share of every language into the long sequences."""
        pack = self.recipe.pack
        total = sum(tokens)
        target = round(total * pack.long_share)
        rounded = round(target / pack.long_sequence_length) * pack.long_sequence_length
        if abs(rounded - target) <= _ROUNDED * total and rounded <= total:
            target = round(rounded * (1 - FREE))
        parts = whole(target, parts=[Fraction(count) for count in tokens], limits=tokens)
        of_language = dict(zip((own[0] for own in languages), languages, strict=True))
        wanted = {first: part for first, part in zip(of_language, parts, strict=True) if part}
        _given(wanted, lambda first, part: self._lengthen(of_language[first], part))

    def _lengthen(self, groups: Sequence[int], target: int) -> int:
        """Chooses the long uses of a language's documents; their tokens."""
        pack = self.recipe.pack
        places, documents = members_of(self.corpus, groups[0], groups[-1] + 1, self.recipe)
        bits = choose_long(
            documents,
            self.planned.counts[places],
            target=target,
            sequence_length=pack.sequence_length,
            long_sequence_length=pack.long_sequence_length,
        )
        self.planned.long[places] = bits
        uses = range(self.recipe.mix.max_epochs)
        return sum(int(documents.use_lengths(use)[(bits >> np.uint32(use)) & np.uint32(1) > 0].sum()) for use in uses)


Choose = Callable[[int, int], int]


def _given(wanted: dict[int, int], choose: Choose) -> tuple[dict[int, int], dict[int, int]]:
    """``choose`` with the target of each, the largest last with what the others left over; what each gives, and was asked."""
    given: dict[int, int] = {}
    aims = dict(sorted(wanted.items(), key=lambda item: item[1]))
    for number, group in enumerate(aims):
        if number == len(aims) - 1:
            aims[group] = max(sum(wanted.values()) - sum(given.values()), 0)
        given[group] = choose(group, aims[group])
    _settle(wanted, given, aims, choose)
    return given, aims


def _settle(wanted: dict[int, int], given: dict[int, int], aims: dict[int, int], choose: Choose) -> None:
    """Has the largest make up for what all together lack, as long as that brings them nearer.

    ``aims``: what each was asked for last, which is asked again where another number is no better.
    """
    total = sum(wanted.values())
    for group in sorted(wanted, key=lambda group: -wanted[group])[:_TRIED]:
        missing = total - sum(given.values())
        if not missing:
            break
        before, aim = given[group], max(given[group] + missing, 0)
        given[group] = choose(group, aim)
        if abs(total - sum(given.values())) < abs(missing):
            aims[group] = aim
        else:
            given[group] = choose(group, aims[group])
            assert given[group] == before, "the same target gives the same uses"
