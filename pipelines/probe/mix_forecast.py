"""The mix that the predicted tokens make: tokens of all uses, epochs, shortfalls, sequences.

What enters: cells of predicted tokens, and the recipe. What leaves: entries of the forecast. The mix is solved as the build
solves it: for what is expected, for every way in which the segments' tokens may be at the ends of their intervals, and for
balanced draws of the sources' and the languages' ends, as in McCarthy's balanced half-samples (Review of the International
Statistical Institute 37, 1969, 239), whose number does not grow with that of sources; the smallest and the largest of these
solutions are the bounds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

from mixing.repeats import unit_hash
from mixing.solver import solve
from mixing.wishes import Cell, Solution
from pipelines.mix_wishes import knowledge_buckets, wishes_of
from pipelines.recipe_tables import Recipe

from .intervals import Interval

#: Draws of the sources' ends, and as many of the languages'.
_DRAWS = 16


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
    for tokens in [*_corners(told["segments"], cells), *_draws(told, cells)]:
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
            # Uses are of whole documents, of which a part of few may get one more or less: which, only the documents tell.
            one = 0.0 if told["sampled"]["whole"] else 1 / max(row["documents"]["expected"], 1)
            row["planned_tokens"] = _bounds(planned, slack=one * before[0]).told()
            if before[0]:
                epochs = [p / b if b else 0.0 for p, b in zip(planned, before, strict=True)]
                row["epochs"] = _bounds(epochs, slack=one).told(digits=3)
            if table == "segments":
                row["share"] = float(getattr(recipe.mix, name))
    told["sequences"] = _sequences(recipe, told["planned_tokens"])


def _ends(rows: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """The ends of the tokens' intervals, of what is expected."""
    ends: dict[str, tuple[float, float]] = {}
    for name, row in rows.items():
        middle = max(row["tokens"]["expected"], 1)
        ends[name] = (row["tokens"]["low"] / middle, row["tokens"]["high"] / middle)
    return ends


def _draws(told: Mapping[str, Any], cells: Sequence[PredictedCell]) -> list[list[float]]:
    """The cells' tokens with half of the sources, then of the languages, at the lower ends and the others at the upper ones."""
    result: list[list[float]] = []
    for table, field in (("languages", "language"), ("sources", "source")):
        ends = _ends(told[table])
        for number in range(_DRAWS // 2):
            # Each draw comes with its opposite, so that every part is at either end as often.
            signs = {name: unit_hash(f"{table}/{name}/{number}", seed=0) & 1 for name in ends}
            for turned in (0, 1):
                scale = {name: ends[name][sign ^ turned] for name, sign in signs.items()}
                result.append([cell.tokens.expected * scale[getattr(cell, field)] for cell in cells])
    return result


def _corners(segments: Mapping[str, Any], cells: Sequence[PredictedCell]) -> list[list[float]]:
    """The cells' tokens with every segment at either end of its interval."""
    ends = _ends(segments)
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


def _bounds(values: Sequence[float], *, slack: float = 0.0) -> Interval:
    return Interval(max(min(values) - slack, 0.0), values[0], max(values) + slack)


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
