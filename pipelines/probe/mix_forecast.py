"""The mix that the predicted tokens make: tokens of all uses, epochs, shortfalls, sequences.

What enters: cells of predicted tokens, and the recipe. What leaves: entries of the forecast. The mix is solved as the build
solves it, for what is expected and for every way in which the segments' tokens may be at the ends of their intervals; the
smallest and the largest of these solutions are the bounds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

from mixing.solver import solve
from mixing.wishes import Cell, Solution
from pipelines.mix_wishes import knowledge_buckets, wishes_of
from pipelines.recipe_tables import Recipe

from .intervals import Interval


@dataclass(frozen=True, slots=True)
class PredictedCell:
    """Documents that the mix cannot tell apart, and the tokens that they will have."""

    segment: str
    language: str
    source: str
    bucket: int
    tokens: Interval


def mix_forecast(told: dict[str, Any], recipe: Recipe, cells: Sequence[PredictedCell]) -> None:
    """Adds to a forecast what hangs on the mix; where there is none, the reason to its problems."""
    try:
        expected = _solved(recipe, cells, [cell.tokens.expected for cell in cells])
    except ValueError as error:
        told["problems"].append(f"a build would stop at plan: {error}")
        return
    solutions = [(expected, [cell.tokens.expected for cell in cells])]
    for tokens in _corners(told["segments"], cells):
        try:
            solutions.append((_solved(recipe, cells, tokens), tokens))
        except ValueError:  # that it may become impossible shows in the shortfalls of what is expected
            continue
    told["planned_tokens"] = _bounds([float(solution.total_tokens) for solution, _ in solutions]).told()
    told["limited_by"] = expected.limited_by
    told["explanation"] = expected.explanation
    told["shortfalls"] = [asdict(shortfall) for shortfall in expected.shortfalls]
    for table, field in (("segments", "segment"), ("languages", "language"), ("sources", "source")):
        for name, row in told[table].items():
            own = [place for place, cell in enumerate(cells) if getattr(cell, field) == name]
            planned = [float(sum(solution.targets[place] for place in own)) for solution, _ in solutions]
            before = [sum(tokens[place] for place in own) for _, tokens in solutions]
            row["planned_tokens"] = _bounds(planned).told()
            if before[0]:
                row["epochs"] = _bounds([p / b if b else 0.0 for p, b in zip(planned, before, strict=True)]).told(digits=3)
            if table == "segments":
                row["share"] = float(getattr(recipe.mix, name))
    told["sequences"] = _sequences(recipe, told["planned_tokens"])


def _corners(segments: Mapping[str, Any], cells: Sequence[PredictedCell]) -> list[list[float]]:
    """The cells' tokens with every segment at either end of its interval."""
    ends: dict[str, tuple[float, float]] = {}
    for name, row in segments.items():
        middle = max(row["tokens"]["expected"], 1)
        ends[name] = (row["tokens"]["low"] / middle, row["tokens"]["high"] / middle)
    names = sorted(ends)
    result: list[list[float]] = []
    for chosen in product((0, 1), repeat=len(names)):
        scale = {name: ends[name][end] for name, end in zip(names, chosen, strict=True)}
        result.append([cell.tokens.expected * scale[cell.segment] for cell in cells])
    return result


def _solved(recipe: Recipe, cells: Sequence[PredictedCell], tokens: Sequence[float]) -> Solution:
    factors = {segment: knowledge_buckets(recipe, segment=segment) for segment in {cell.segment for cell in cells}}
    return solve(
        [
            Cell(
                segment=cell.segment,
                language=cell.language,
                source=cell.source,
                bucket=cell.bucket,
                tokens=round(count),
                factor=factors[cell.segment][cell.bucket].factor,
            )
            for cell, count in zip(cells, tokens, strict=True)
        ],
        wishes_of(recipe),
    )


def _bounds(values: Sequence[float]) -> Interval:
    return Interval(min(values), values[0], max(values))


def _sequences(recipe: Recipe, planned: Mapping[str, float]) -> dict[str, Any]:
    """How many sequences of each length, both without padding to speak of."""
    pack = recipe.pack
    shares = {pack.sequence_length: 1 - pack.long_share}
    if pack.long_share:
        shares[pack.long_sequence_length] = shares.get(pack.long_sequence_length, 0.0) + pack.long_share
    return {
        str(length): {end: round(planned[end] * share / length) for end in ("low", "expected", "high")}
        for length, share in sorted(shares.items())
    }
