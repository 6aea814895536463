"""What a mix is asked to be, what there is for it, and what it turns out to be.

Cells of tokens and the wishes of a recipe enter the solver; whole targets for every cell leave it, with a row for every wish
that could not be met. Repeats beyond about four epochs teach little (Muennighoff et al. 2023, arXiv 2305.16264), hence the
cap that every wish is held against.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

#: In the shares of a segment's languages: every language that is not named.
OTHERS = "others"

#: The share of full sequences that is left free, so that few documents are cut, and those where their text allows it.
FREE = Fraction(1, 2_000)

_SUM_TOLERANCE = Fraction(1, 1_000_000)


class InfeasibleMix(ValueError):  # noqa: N818 - the name that a recipe's author reads
    """No mix of any size is what was asked for, or ``short = "stop"`` and something is short."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Documents that the mix cannot tell apart: their tokens, each used once, and how much more often than others.

    ``capacity``: tokens of all uses that the cap allows; -1: ``max_epochs`` times ``tokens``.
    """

    segment: str
    language: str
    source: str
    bucket: int
    tokens: int
    factor: float = 1.0
    capacity: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceWish:
    """``weight`` among the sources of a language; ``min`` and ``max`` are shares of the whole mix."""

    weight: float = 1.0
    min: float = 0.0
    max: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """The mix as a recipe asks for it. Shares of segments add up to 1, and so do those of a segment's languages.

    ``full_tokens``: a total that nobody asked for is rounded up to a multiple of it where that adds little and the cap allows.
    ``short``: where the cap does not allow what is asked, ``shrink`` keeps every share and makes the mix smaller, ``relax``
    keeps the segments' shares and gives what a language or source lacks to its siblings, ``stop`` raises.
    """

    segments: Mapping[str, float]
    languages: Mapping[str, Mapping[str, float]] = field(default_factory=dict[str, Mapping[str, float]])
    sources: Mapping[str, SourceWish] = field(default_factory=dict[str, SourceWish])
    total_tokens: int | None = None
    max_epochs: int = 4
    temperature: float = 1.0
    short: Literal["shrink", "relax", "stop"] = "shrink"
    full_tokens: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A wish that cannot be met: in tokens of the mix that was asked for, and what to do about it."""

    what: str
    wanted_tokens: int
    possible_tokens: int
    binding: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Whole tokens for every cell, in the order of the cells, ``total_tokens`` in all.

    ``limited_by`` names what made the total smaller than it was to be, or is ``None``; ``explanation`` says in a sentence
    where the total comes from.
    """

    targets: tuple[int, ...]
    total_tokens: int
    limited_by: str | None
    explanation: str
    shortfalls: tuple[Shortfall, ...]


def exact_shares(shares: Mapping[str, float]) -> dict[str, Fraction]:
    """The shares as fractions that add up to 1 exactly, whatever the rounding of 1/3 in a file."""
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise ValueError(f"the share of {name} is {share}: give a number from 0 to 1")
    # A third written as 0.3333333 is meant to be a third.
    exact = {name: Fraction(share).limit_denominator(100_000) for name, share in shares.items()}
    total = sum(exact.values(), Fraction(0))
    if abs(total - 1) > _SUM_TOLERANCE:
        listed = ", ".join(f"{name} {share}" for name, share in shares.items())
        raise ValueError(f"the shares add up to {float(total):.6g} instead of 1 ({listed}): correct one of them")
    return {name: share / total for name, share in exact.items()}


def check_wishes(wishes: Wishes) -> None:
    """Raises ``ValueError`` for what makes no sense whatever the documents are."""
    exact_shares(wishes.segments)
    if wishes.total_tokens is not None and wishes.total_tokens < 1:
        raise ValueError(f"total_tokens is {wishes.total_tokens}: ask for at least one, or leave it out")
    if wishes.max_epochs < 1:
        raise ValueError(f"max_epochs is {wishes.max_epochs}: give 1 or more")
    if not wishes.temperature >= 1:
        raise ValueError(f"temperature is {wishes.temperature}: give 1 (natural shares) or more (flatter ones)")
    for name, wish in wishes.sources.items():
        if not wish.weight > 0:
            raise ValueError(f"the weight of source {name} is {wish.weight}: give a number above 0; max = 0 leaves it out")
        if not 0 <= wish.min <= wish.max <= 1:
            raise ValueError(f"source {name} has min {wish.min} and max {wish.max}: give 0 <= min <= max <= 1")
    minima = sum(wish.min for wish in wishes.sources.values())
    if minima > 1 + 1e-9:
        raise ValueError(f"the min of all sources add up to {minima:.6g}, more than the whole mix: lower them")
