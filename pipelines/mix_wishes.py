"""What a recipe's ``[mix]`` asks of the mixing arithmetic.

A recipe enters; the wishes of :mod:`mixing`, the buckets of the knowledge score and the bucket of each document leave.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Any

import numpy as np
import numpy.typing as npt

from filters.document import SEGMENTS
from mixing.wishes import FREE, SourceWish, Wishes, exact_shares

from .recipe_tables import Recipe

#: A curve is followed in this many steps of the score.
CURVE_STEPS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Documents of a knowledge score from ``low`` up to, not including, ``high`` (the last one: and beyond)."""

    low: float | None
    high: float | None
    factor: float


#: Documents without a score, and all of a segment whose score does not count.
UNSCORED = Bucket(low=None, high=None, factor=1.0)


def wishes_of(recipe: Recipe) -> Wishes:
    """The mix that the recipe asks for."""
    mix = recipe.mix
    return Wishes(
        segments={segment: getattr(mix, segment) for segment in SEGMENTS},
        languages={segment: shares for segment in SEGMENTS if (shares := getattr(mix.languages, segment))},
        sources={name: SourceWish(weight=s.weight, min=s.min, max=s.max) for name, s in sorted(mix.sources.items())},
        total_tokens=mix.total_tokens,
        max_epochs=mix.max_epochs,
        temperature=mix.temperature,
        short=mix.short,
        full_tokens=full_tokens(recipe),
    )


def full_tokens(recipe: Recipe) -> int:
    """The fewest tokens of a mix of which every segment fills whole sequences of both lengths but for :data:`FREE`."""
    pack = recipe.pack
    long = Fraction(pack.long_share).limit_denominator(10_000)
    shares = exact_shares({segment: getattr(recipe.mix, segment) for segment in SEGMENTS})
    lengths = ((pack.sequence_length, 1 - long), (pack.long_sequence_length, long))
    parts = [(length, part * share) for length, part in lengths for share in shares.values() if part * share]
    full = lcm(*((length / part).numerator for length, part in parts))
    # So many that the shares of what is left are whole tokens too.
    step = lcm(*(share.denominator for share in shares.values()))
    return full - int(full * FREE) // step * step


def knowledge_buckets(recipe: Recipe, *, segment: str) -> tuple[Bucket, ...]:
    """The buckets of a segment: :data:`UNSCORED` first, then by ascending score."""
    knowledge = recipe.mix.knowledge
    if segment not in knowledge.segments:
        return (UNSCORED,)
    if knowledge.curve is not None:
        edges = [step / CURVE_STEPS for step in range(CURVE_STEPS + 1)]
        centres = [(low + high) / 2 for low, high in pairwise(edges)]
        curve = knowledge.curve
        factors = [round(curve.lowest + (curve.highest - curve.lowest) * s**curve.power, 6) for s in centres]
    elif knowledge.factors:
        edges, factors = [0.0, *knowledge.buckets, 1.0], knowledge.factors
    else:
        return (UNSCORED,)
    scored = zip(pairwise(edges), factors, strict=True)
    return (UNSCORED, *(Bucket(low=low, high=high, factor=factor) for (low, high), factor in scored))


def buckets_of(recipe: Recipe, *, segment: str, scores: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """The bucket of each document of a segment, as a place in :func:`knowledge_buckets`; NaN is no score."""
    buckets = knowledge_buckets(recipe, segment=segment)
    # In the precision of the scores, so that a score equal to a bound is in the bucket above it.
    bounds: Any = np.array([bucket.low for bucket in buckets[2:]], dtype=np.float32)
    scored = np.isfinite(scores) if len(buckets) > 1 else np.zeros(len(scores), dtype=np.bool_)
    return np.where(scored, 1 + np.searchsorted(bounds, np.where(scored, scores, 0), side="right"), 0).astype(np.uint8)
