"""Junk that Korean crawls are full of: one module per class, each with ``make(draw) -> str``, one document.

The words and sentence patterns are written for this exam, apart from those who write the rules. A module may have
``disguised(draw)`` too: the same junk with look-alike characters, inserted symbols or split jamo.
"""

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache

from .draw import Draw

#: Modules that are no class of junk.
_TOOLS = {"disguise", "draw", "shapes", "vocabulary"}


@cache
def generators() -> dict[str, Callable[[Draw], str]]:
    """Every class of junk by name, in the order of the alphabet; ``gambling, disguised`` is a class of its own."""
    found: dict[str, Callable[[Draw], str]] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name in _TOOLS:
            continue
        made = importlib.import_module(f"{__name__}.{module.name}")
        found[module.name] = made.make
        if hasattr(made, "disguised"):
            found[f"{module.name}, disguised"] = made.disguised
    return found


def documents(name: str, *, number: int, seed: int, split: str, passages: tuple[str, ...]) -> list[str]:
    """``number`` distinct documents of a class. ``passages``: good prose, for the classes that spoil good text."""
    make = generators()[name]
    made: dict[str, None] = {}
    for attempt in range(20 * number):
        if len(made) == number:
            break
        made[make(Draw(f"{seed}/{name}/{split}/{attempt}", split=split, passages=passages))] = None
    return list(made)
