"""Dividing an amount in proportion to weights, with a limit for each: exactly, and in whole tokens.

Weights, limits and an amount enter; parts that add up to the amount leave. Fractions, not floats: the parts of a mix of
10^15 tokens add up to the token.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import floor


def fill(amount: Fraction, *, weights: Sequence[Fraction], limits: Sequence[Fraction]) -> list[Fraction]:
    """``min(limit, level * weight)`` for the one level at which all add up to ``amount``, or all limits if they do not.

    What a full one cannot take goes to the others in proportion to their weights.
    """
    parts = [Fraction(0)] * len(weights)
    # In the order in which a rising level fills them.
    order = sorted((place for place, weight in enumerate(weights) if weight), key=lambda place: limits[place] / weights[place])
    left, weight = amount, sum((weights[place] for place in order), Fraction(0))
    for number, place in enumerate(order):
        if limits[place] * weight > left * weights[place]:
            level = left / weight
            for rest in order[number:]:
                parts[rest] = level * weights[rest]
            break
        parts[place] = limits[place]
        left -= limits[place]
        weight -= weights[place]
    return parts


def whole(amount: int, *, parts: Sequence[Fraction], limits: Sequence[int]) -> list[int]:
    """Whole numbers in proportion to ``parts`` that add up to ``amount``, none above its limit: by largest remainder.

    Ties go to the first. Raises ``ValueError`` where the limits do not add up to ``amount``.
    """
    if sum(limits) < amount:
        raise ValueError(f"{amount} tokens do not fit into limits of {sum(limits)}")
    total = sum(parts, Fraction(0))
    exact = [amount * part / total if total else Fraction(0) for part in parts]
    numbers = [min(floor(value), limit) for value, limit in zip(exact, limits, strict=True)]
    missing = amount - sum(numbers)
    while missing:
        open_places = [place for place, limit in enumerate(limits) if numbers[place] < limit]
        # One each to the largest remainders; more than one only where limits left whole tokens over.
        for place in sorted(open_places, key=lambda place: numbers[place] - exact[place])[:missing]:
            share = max(1, (missing // len(open_places)))
            given = min(share, limits[place] - numbers[place], missing)
            numbers[place] += given
            missing -= given
    return numbers
