"""What a mix lacks, in words: what is short, by how much, which cap binds, and what to do about it.

Rows, limits and what they are missed by enter; :class:`mixing.wishes.Shortfall` rows and messages leave.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from mixing.rows import Group, Row
from mixing.source_limits import Band
from mixing.wishes import Shortfall, Solution, Wishes

Floats = npt.NDArray[np.float64]

#: More repeats than this a recipe cannot ask for.
_MOST_EPOCHS = 16


def missing_shortfall(label: str, share: Fraction, total: int) -> Shortfall:
    """Something without any tokens whose share its siblings have."""
    return Shortfall(
        what=label,
        wanted_tokens=floor(share * total),
        possible_tokens=0,
        binding="it has no tokens after filtering",
        remedy="add a source of it, loosen its filters, or take its share out",
    )


def cap_shortfall(row: Row, asked: int, total: int, wishes: Wishes) -> Shortfall:
    """A segment or language that would have to be used more often than the cap allows."""
    wanted = floor(row.share * asked)
    epochs = ceil(wanted / row.tokens)
    raised = f"raise max_epochs to {epochs}, " if epochs <= _MOST_EPOCHS else ""
    smaller = f"total_tokens = {total}" if total < asked else f"{row.capacity / asked:.4g} of the mix for it"
    return Shortfall(
        what=row.label,
        wanted_tokens=wanted,
        possible_tokens=row.capacity,
        binding=f"max_epochs = {wishes.max_epochs}: {row.tokens:,} tokens give {row.capacity:,}",
        remedy=f"add documents of it, {raised}or lower its share; this plan: {smaller}",
    )


def limit_shortfalls(
    named: Sequence[tuple[str, Band]],
    missed: tuple[Floats, Floats],
    *,
    groups: Sequence[Group],
    asked: int,
    total: int,
    wishes: Wishes,
) -> list[Shortfall]:
    """The limits (and under ``relax`` the languages) that are missed, below and above, in a mix of ``asked`` tokens."""
    plan = f"; this plan: total_tokens = {total}" if total < asked else ""
    shortfalls: list[Shortfall] = []
    for (what, band), below, above in zip(named, *(amounts.tolist() for amounts in missed), strict=True):
        if below > 0:
            possible = max(round(band.low - below, 8), 0.0)
            binding, remedy = _least(band, [groups[number] for number in band.members], asked, possible, wishes)
            shortfalls.append(_missed(what, (band.low, possible), asked, binding, f"{remedy}{plan}"))
        if above > 0:
            binding = f"the others in its languages, used at most {wishes.max_epochs} times"
            remedy = f"raise its max to {band.high + above:.4g}, or add documents of other sources{plan}"
            shortfalls.append(_missed(f"max of {what}", (band.high, band.high + above), asked, binding, remedy))
    return shortfalls


def _least(band: Band, members: Sequence[Group], asked: int, possible: float, wishes: Wishes) -> tuple[str, str]:
    """What keeps groups below the least that they are to have, and what to do about it."""
    tokens, capacity = sum(group.tokens for group in members), sum(group.capacity for group in members)
    if not tokens:
        return "it has no tokens after filtering", "add documents of it, or take its share out"
    if capacity > possible * asked + 1:
        binding = "the shares of its segments and languages, and the limits of other sources"
        return binding, f"lower its share to {possible:.4g}, or give its languages more"
    epochs = ceil(band.low * asked / tokens)
    raised = f"raise max_epochs to {epochs}, " if epochs <= _MOST_EPOCHS else ""
    binding = f"max_epochs = {wishes.max_epochs}: {tokens:,} tokens give {capacity:,}"
    return binding, f"add documents of it, {raised}or lower its share to {possible:.4g}"


def _missed(what: str, shares: tuple[float, float], asked: int, binding: str, remedy: str) -> Shortfall:
    return Shortfall(
        what=what,
        wanted_tokens=round(shares[0] * asked),
        possible_tokens=round(shares[1] * asked),
        binding=binding,
        remedy=remedy,
    )


def impossible(limits: Sequence[tuple[str, Band]], under: Floats, over: Floats, *, relax: bool) -> str:
    """Limits that contradict the shares whatever the total: which, and the nearest that do not."""
    shares = "segments" if relax else "segments and languages"
    told: list[str] = []
    for (name, band), below, above in zip(limits, under.tolist(), over.tolist(), strict=True):
        if below > 0 and not band.members:
            told.append(
                f"source {name} is to be at least {band.low:.4g} of the mix and has no tokens after filtering: add documents "
                'of it, set its min to 0, or set short = "relax"'
            )
        elif below > 0:
            told.append(
                f"source {name} is to be at least {band.low:.4g} of the mix, and beside the shares of the {shares} at most "
                f"{max(round(band.low - below, 8), 0):.4g} is possible: lower its min to that"
            )
        if above > 0:
            told.append(
                f"source {name} is to be at most {band.high:.4g} of the mix, and the shares of the {shares} need at least "
                f"{band.high + above:.4g} of it: raise its max to that, or add other sources"
            )
    return "no mix of any size has these limits and shares:\n" + "\n".join(f"  {line}" for line in told)


def stopped(shrunk: Solution, relaxed: Solution) -> str:
    """Why a build stops, and the two nearest plans."""
    lines = [
        f"  {row.what}: wanted {row.wanted_tokens:,} tokens, possible {row.possible_tokens:,} ({row.binding}): {row.remedy}"
        for row in shrunk.shortfalls
    ]
    return (
        'the mix cannot be met and short is "stop":\n' + "\n".join(lines) + "\n"
        f'  nearest plans: {shrunk.total_tokens:,} tokens in the same shares (short = "shrink"), or '
        f'{relaxed.total_tokens:,} tokens with {len(relaxed.shortfalls)} shares relaxed (short = "relax")'
    )
