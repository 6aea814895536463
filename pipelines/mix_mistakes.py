"""Mistakes in what a recipe says of the mix and of the sequences: what types cannot see.

A recipe whose types are right enters; mistakes with their places and remedies leave.
"""

from collections.abc import Mapping
from itertools import pairwise

from filters.document import SEGMENTS
from mixing.wishes import OTHERS

from .readers.code_language import LANGUAGE_EXTENSIONS
from .recipe_mistakes import Mistakes, nearest
from .recipe_tables import MixKnowledge, Pack, Recipe

_TOLERANCE = 1e-6


def check_mix(recipe: Recipe, mistakes: Mistakes) -> None:
    """All mistakes of ``[mix]`` and ``[pack]``."""
    mix = recipe.mix
    shares = {segment: getattr(mix, segment) for segment in SEGMENTS}
    if abs(sum(shares.values()) - 1) > _TOLERANCE:
        told = " + ".join(f"{k} {v:g}" for k, v in shares.items())
        mistakes.add(("mix",), f'shares must sum to 1: {told} = {sum(shares.values()):g}; thirds are written "1/3"')
    if mix.total_tokens is not None and mix.total_tokens < 1:
        told = f"a budget of {mix.total_tokens} tokens makes no mix"
        mistakes.add(("mix", "total_tokens"), f"{told}; give 1 or more, or leave it out for as many as there are")
    for segment in SEGMENTS:
        _check_languages(recipe, segment, getattr(mix.languages, segment), mistakes)
    _check_sources(recipe, mistakes)
    _check_knowledge(mix.knowledge, mistakes)
    if (mix.knowledge.factors or mix.knowledge.curve) and not (recipe.knowledge.train or recipe.knowledge.model):
        told = "documents have no knowledge score to go by"
        mistakes.add(("mix", "knowledge"), f"{told}; set knowledge.train = true, or knowledge.model to a trained one")
    _check_lengths(recipe.pack, mistakes)


def _check_languages(recipe: Recipe, segment: str, shares: Mapping[str, float], mistakes: Mistakes) -> None:
    if not shares:
        return
    place = ("mix", "languages", segment)
    known = list(LANGUAGE_EXTENSIONS) if segment == "code" else list(getattr(recipe.segments, segment))
    # A column of languages may name what no file extension does.
    told_by_column = segment == "code" and any(source.language_column for source in recipe.source)
    for language in shares:
        if language != OTHERS and language not in known and not told_by_column:
            told = f"{language!r} is no language of {segment}{nearest(language, [*known, OTHERS])}"
            mistakes.add((*place, language), told if segment == "code" else f"{told} (segments.{segment} lists them)")
    total = sum(shares.values())
    if abs(total - 1) > _TOLERANCE:
        listed = " + ".join(f"{k} {v:g}" for k, v in shares.items())
        rest = f"; others = {1 - total:.6g} is for all that are not named" if total < 1 and OTHERS not in shares else ""
        mistakes.add(place, f"shares inside a segment must sum to 1: {listed} = {total:g}{rest}")


def _check_sources(recipe: Recipe, mistakes: Mistakes) -> None:
    names = [source.name for source in recipe.source]
    for name, wish in recipe.mix.sources.items():
        if name not in names:
            mistakes.add(("mix", "sources", name), f"there is no source {name!r}{nearest(name, names)}")
        if wish.min > wish.max:
            mistakes.add(("mix", "sources", name, "min"), f"min {wish.min:g} is above max {wish.max:g}; swap or lower it")
    minima = {name: wish.min for name, wish in recipe.mix.sources.items() if wish.min}
    if sum(minima.values()) > 1 + _TOLERANCE:
        listed = " + ".join(f"{k} {v:g}" for k, v in minima.items())
        mistakes.add(("mix", "sources"), f"the sources' min sum to more than the mix: {listed} = {sum(minima.values()):g}")
    # A source that no one limits can always make up the mix.
    maxima = [recipe.mix.sources[name].max if name in recipe.mix.sources else 1.0 for name in names]
    if sum(maxima) < 1 - _TOLERANCE:
        mistakes.add(("mix", "sources"), f"the sources' max sum to {sum(maxima):g}, less than the mix; raise one of them")


def _check_knowledge(knowledge: MixKnowledge, mistakes: Mistakes) -> None:
    place = ("mix", "knowledge")
    bounds, factors = knowledge.buckets, knowledge.factors
    if knowledge.curve is not None:
        if bounds or factors:
            mistakes.add((*place, "curve"), "give buckets and factors, or a curve, not both")
        return
    if any(low >= high for low, high in pairwise(bounds)):
        mistakes.add((*place, "buckets"), f"must ascend: {bounds}; sort them, each once")
    if any(not 0 < bound < 1 for bound in bounds):
        mistakes.add((*place, "buckets"), f"bounds lie between 0 and 1, the ends of the score: {bounds}")
    if (bounds or factors) and len(factors) != len(bounds) + 1:
        told = f"{len(bounds)} bounds make {len(bounds) + 1} buckets, and there are {len(factors)} factors"
        mistakes.add((*place, "factors" if factors else "buckets"), f"{told}; give one for each bucket")
    if len(factors) > 200:
        mistakes.add((*place, "factors"), f"{len(factors)} buckets are more than 200; give fewer, or a curve")


def _check_lengths(pack: Pack, mistakes: Mistakes) -> None:
    if pack.long_share and pack.long_sequence_length <= pack.sequence_length:
        told = f"{pack.long_sequence_length} is not above sequence_length {pack.sequence_length}"
        mistakes.add(("pack", "long_sequence_length"), f"{told}; raise it, or set long_share = 0 for sequences of one length")
