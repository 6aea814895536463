"""From the tokens that there are and the mix that is wanted to a number of tokens for each cell.

Cells and wishes enter, a solution leaves. The default loses nothing: the total is chosen so that the segment that is largest
for its share gives every token once, and the others are repeated up to it (HyperCLOVA X Technical Report: equal thirds of
Korean, multilingual and code). Where the cap on repeats binds, the mix shrinks, or siblings give way, as the wishes say.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor

from mixing.limited import LimitedMix, source_bands
from mixing.rows import Group, Row, Table, capacity_of, cell_weight, table_of
from mixing.shares import fill, whole
from mixing.shortfalls import cap_shortfall, missing_shortfall, stopped
from mixing.source_limits import TOLERANCE, Band
from mixing.wishes import Cell, InfeasibleMix, Solution, Wishes, check_wishes

__all__ = ["solve"]

#: Rounded up to no more than this much of what there is.
_MAX_ROUNDED = Fraction(11, 10)


def solve(cells: Sequence[Cell], wishes: Wishes) -> Solution:
    """The mix that meets all wishes, or as ``wishes.short`` says the one that comes nearest.

    Raises ``ValueError`` for wishes that make no sense, and :class:`InfeasibleMix` where a share of nothing is wanted, where
    limits contradict the shares at any total, or where something is short and ``short`` is ``stop``.
    """
    check_wishes(wishes)
    if wishes.short == "stop":
        return _solve_or_stop(cells, wishes)
    table = table_of(cells, wishes)
    asked, largest = _asked(table, wishes)
    hard = table.segments if wishes.short == "relax" else table.rows
    tightest = min(hard, key=lambda row: row.capacity / row.share)
    possible = floor(tightest.capacity / tightest.share)
    asked = _rounded(asked, possible, wishes)
    total = min(asked, possible)
    limited_by = tightest.label if total < asked else None
    shortfalls = [missing_shortfall(label, share, total) for label, share in table.missing]
    shortfalls += [cap_shortfall(row, asked, total, wishes) for row in hard if row.capacity < row.share * asked]
    amounts = _natural(table, total, wishes)
    limits = source_bands(table, wishes)
    if any(not _within(amounts, band, total) for _, band in limits):
        limited = LimitedMix(table, wishes, limits, total)
        total = limited.total()
        missed = limited.shortfalls(total)
        shortfalls += missed
        if total < limited.asked:
            limited_by = " and ".join(dict.fromkeys(row.what for row in missed)) or "the limits of sources"
        amounts = limited.amounts(_natural(table, total, wishes), total)
    elif wishes.short == "relax":
        named = [row for row in table.rows if row.language is not None]
        shortfalls += [cap_shortfall(row, total, total, wishes) for row in named if row.capacity < row.share * total]
    return Solution(
        targets=_whole_targets(cells, table, amounts, total, wishes),
        total_tokens=total,
        limited_by=limited_by,
        explanation=_explained(total, asked, largest, tightest if limited_by == tightest.label else None, limited_by, wishes),
        shortfalls=tuple(shortfalls),
    )


def _solve_or_stop(cells: Sequence[Cell], wishes: Wishes) -> Solution:
    solution = solve(cells, replace(wishes, short="shrink"))
    if solution.shortfalls:
        raise InfeasibleMix(stopped(solution, solve(cells, replace(wishes, short="relax"))))
    return solution


def _asked(table: Table, wishes: Wishes) -> tuple[int, Row]:
    """The total before any cap, and the segment that is largest for its share: the default uses its tokens once."""
    largest = max(table.segments, key=lambda row: row.tokens / row.share)
    return wishes.total_tokens or floor(largest.tokens / largest.share), largest


def _rounded(asked: int, possible: int, wishes: Wishes) -> int:
    """A total that is not the recipe's own, up to as many as fill whole sequences: then there is hardly any padding."""
    up = ceil(Fraction(asked, wishes.full_tokens)) * wishes.full_tokens
    return up if wishes.total_tokens is None and up <= min(possible, _MAX_ROUNDED * asked) else asked


def _natural(table: Table, total: int, wishes: Wishes) -> list[Fraction]:
    """The tokens of each group as long as no source has limits: down from segments to languages to sources."""
    amounts = [Fraction(0)] * len(table.groups)
    for segment in table.segments:
        rows = [row for row in table.rows if row.segment == segment.segment]
        wanted = [row.share * total for row in rows]
        if wishes.short == "relax":
            limits = [Fraction(row.capacity) for row in rows]
            wanted = fill(segment.share * total, weights=[row.share for row in rows], limits=limits)
        for row, amount in zip(rows, wanted, strict=True):
            for number, part in _inside(row, amount, table.groups, wishes):
                amounts[number] = part
    return amounts


def _inside(row: Row, amount: Fraction, groups: Sequence[Group], wishes: Wishes) -> list[tuple[int, Fraction]]:
    """A row's tokens over its languages, and each language's over its sources."""
    languages: dict[str, list[int]] = {}
    for number in row.members:
        languages.setdefault(groups[number].language, []).append(number)
    tokens = [sum(groups[number].tokens for number in own) for own in languages.values()]
    limits = [Fraction(sum(groups[number].capacity for number in own)) for own in languages.values()]
    weights = [Fraction(count) if wishes.temperature == 1 else Fraction(count ** (1 / wishes.temperature)) for count in tokens]
    parts: list[tuple[int, Fraction]] = []
    for own, part in zip(languages.values(), fill(amount, weights=weights, limits=limits), strict=True):
        capacities = [Fraction(groups[number].capacity) for number in own]
        parts += zip(own, fill(part, weights=[groups[number].weight for number in own], limits=capacities), strict=True)
    return parts


def _within(amounts: Sequence[Fraction], band: Band, total: int) -> bool:
    held = float(sum((amounts[number] for number in band.members), Fraction(0)) / max(total, 1))
    return band.low - TOLERANCE <= held <= band.high + TOLERANCE


def _whole_targets(
    cells: Sequence[Cell], table: Table, amounts: Sequence[Fraction], total: int, wishes: Wishes
) -> tuple[int, ...]:
    """Whole tokens, level by level, so that cells, rows and segments all add up."""
    targets = [0] * len(cells)
    segments = whole(total, parts=[row.share for row in table.segments], limits=[row.capacity for row in table.segments])
    for segment, in_segment in zip(table.segments, segments, strict=True):
        rows = [row for row in table.rows if row.segment == segment.segment]
        parts = [row.share for row in rows]
        if wishes.short == "relax":
            parts = [sum((amounts[number] for number in row.members), Fraction(0)) for row in rows]
        for row, in_row in zip(rows, whole(in_segment, parts=parts, limits=[row.capacity for row in rows]), strict=True):
            own = [table.groups[number] for number in row.members]
            in_groups = whole(
                in_row, parts=[amounts[number] for number in row.members], limits=[group.capacity for group in own]
            )
            for group, in_group in zip(own, in_groups, strict=True):
                weights = [cell_weight(cells[place]) for place in group.cells]
                limits = [capacity_of(cells[place], wishes.max_epochs) for place in group.cells]
                exact = fill(Fraction(in_group), weights=weights, limits=[Fraction(limit) for limit in limits])
                for place, target in zip(group.cells, whole(in_group, parts=exact, limits=limits), strict=True):
                    targets[place] = target
    return tuple(targets)


def _explained(total: int, asked: int, largest: Row, tightest: Row | None, limited_by: str | None, wishes: Wishes) -> str:
    if tightest is not None:
        return (
            f"{tightest.label} has {tightest.tokens:,} tokens, used at most {wishes.max_epochs} times: the total is "
            f"{total:,} tokens instead of {asked:,}, so that the shares stay exact"
        )
    if limited_by is not None:
        return f"{limited_by}: {total:,} tokens are possible instead of {asked:,} with all shares exact"
    if wishes.total_tokens is not None:
        return f"the recipe asks for {total:,} tokens"
    rounded = ", rounded up to full sequences" if total > largest.tokens / largest.share else ""
    return f"{largest.label} is the largest for its share and used once in full: the total is {total:,} tokens{rounded}"
