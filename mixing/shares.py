"""From the tokens that there are and the shares that are wanted to a number of tokens for each segment.

Tokens per segment and shares enter, exact targets leave. The default loses nothing: the total is chosen so that every
segment is used at least once, the one that is largest for its share exactly once, and the others are repeated up to it
(HyperCLOVA X Technical Report: equal thirds of Korean, multilingual and code). No segment is repeated more than
``max_epochs`` times, beyond which repeats teach little (Muennighoff et al. 2023, arXiv 2305.16264, four epochs): where
that binds, the total shrinks so that the shares stay exact, and the larger segments are sampled down.

The same arithmetic serves the languages inside a segment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor

_SUM_TOLERANCE = Fraction(1, 1_000_000)


class InfeasibleMix(ValueError):  # noqa: N818 - the name that a recipe's author reads
    """A segment is to have a share of the mix and has no tokens at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentTarget:
    """What one segment gives to the mix; ``epochs`` is how often it is used on average."""

    segment: str
    share: float
    available_tokens: int
    target_tokens: int
    epochs: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """Targets for every segment, in the order of the shares; they add up to ``total_tokens`` exactly.

    ``limited_by`` names the segment whose epoch cap made the total smaller than wanted, or is ``None``; ``explanation`` says
    in one sentence where the total comes from.
    """

    segments: tuple[SegmentTarget, ...]
    total_tokens: int
    limited_by: str | None
    explanation: str


def mix_targets(
    available_tokens: Mapping[str, int],
    *,
    shares: Mapping[str, float],
    total_tokens: int | None = None,
    max_epochs: float = 4.0,
) -> Mix:
    """The tokens that each segment gives, for ``total_tokens`` or for as many as let every document be used.

    Raises ``ValueError`` for shares or a cap that make no sense and :class:`InfeasibleMix` for a segment without tokens.
    """
    exact = _exact_shares(shares)
    _check(available_tokens, shares=exact, total_tokens=total_tokens, max_epochs=max_epochs)
    wanted = {segment: share for segment, share in exact.items() if share}
    lossless = {segment: available_tokens[segment] / share for segment, share in wanted.items()}
    largest = max(lossless, key=lambda segment: lossless[segment])
    cap = {segment: Fraction(max_epochs) * tokens for segment, tokens in lossless.items()}
    tightest = min(cap, key=lambda segment: cap[segment])
    asked = lossless[largest] if total_tokens is None else Fraction(total_tokens)
    total = floor(min(asked, cap[tightest]))
    limited_by = tightest if cap[tightest] < asked else None
    if limited_by is not None:
        explanation = (
            f"{limited_by} has {available_tokens[limited_by]} tokens, used at most {max_epochs:g} times: the total is "
            f"{total} tokens instead of {floor(asked)}, so that the shares stay exact"
        )
    elif total_tokens is not None:
        explanation = f"the recipe asks for {total} tokens"
    else:
        explanation = f"{largest} is the largest for its share and used once in full: the total is {total} tokens"
    targets = _apportion(exact, total=total)
    segments = tuple(
        SegmentTarget(
            segment=segment,
            share=float(exact[segment]),
            available_tokens=available_tokens.get(segment, 0),
            target_tokens=target,
            epochs=target / available_tokens[segment] if target else 0.0,
        )
        for segment, target in targets.items()
    )
    return Mix(segments=segments, total_tokens=total, limited_by=limited_by, explanation=explanation)


def _exact_shares(shares: Mapping[str, float]) -> dict[str, Fraction]:
    """The shares as fractions that add up to 1 exactly, whatever the rounding of 1/3 in a file."""
    for segment, share in shares.items():
        if not 0 <= share <= 1:
            raise ValueError(f"the share of {segment} is {share}: give a number from 0 to 1")
    # A third written as 0.3333333 is meant to be a third.
    exact = {segment: Fraction(share).limit_denominator(100_000) for segment, share in shares.items()}
    total = sum(exact.values(), Fraction(0))
    if abs(total - 1) > _SUM_TOLERANCE:
        listed = ", ".join(f"{segment} {share}" for segment, share in shares.items())
        raise ValueError(f"the shares add up to {float(total):.6g} instead of 1 ({listed}): correct one of them")
    return {segment: share / total for segment, share in exact.items()}


def _check(
    available_tokens: Mapping[str, int], *, shares: Mapping[str, Fraction], total_tokens: int | None, max_epochs: float
) -> None:
    if total_tokens is not None and total_tokens < 1:
        raise ValueError(f"total_tokens is {total_tokens}: ask for at least one, or leave it out")
    if max_epochs <= 0:
        raise ValueError(f"max_epochs is {max_epochs}: give a number above 0")
    for segment, tokens in available_tokens.items():
        if tokens and segment not in shares:
            raise ValueError(f"{segment} has {tokens} tokens but no share: give it one, 0 to leave it out")
    for segment, share in shares.items():
        if share and not available_tokens.get(segment, 0):
            raise InfeasibleMix(
                f"{segment} is to be {float(share):.4g} of the mix and has no tokens after filtering: "
                "add a source of it, loosen its filters, or set its share to 0"
            )


def _apportion(shares: Mapping[str, Fraction], *, total: int) -> dict[str, int]:
    """Whole tokens that add up to ``total``, by largest remainder, ties to the first."""
    exact = {segment: share * total for segment, share in shares.items()}
    targets = {segment: floor(tokens) for segment, tokens in exact.items()}
    by_remainder = sorted(exact, key=lambda segment: targets[segment] - exact[segment])
    for segment in by_remainder[: total - sum(targets.values())]:
        targets[segment] += 1
    return targets
