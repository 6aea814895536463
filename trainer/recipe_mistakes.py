"""Mistakes in a training recipe: each told with its key, its line and the nearest right name, all at once.

The text of a TOML file and pydantic's complaints enter, a :class:`RecipeError` with a line for each mistake leaves.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

Location = tuple[str | int, ...]


class RecipeError(Exception):
    """A recipe that cannot be used. The message lists every mistake with key, line and remedy."""

    exit_code = 2


def recipe_error(error: ValidationError, *, table: type[BaseModel], text: str, path: str) -> RecipeError:
    """What pydantic found, as the user should read it."""
    found: list[tuple[int, str]] = []
    for mistake in error.errors():
        location = mistake["loc"]
        line = _find_line(text, location)
        where = f"{path}:{line}" if line else path
        found.append((line, f"{where}: {_dotted(location)}: {_message(mistake, table=table)}"))
    return RecipeError("\n".join(message for _, message in sorted(found)))


def _message(mistake: Mapping[str, Any], *, table: type[BaseModel]) -> str:
    location = mistake["loc"]
    if mistake["type"] == "extra_forbidden":
        return f"unknown key {str(location[-1])!r}{nearest(str(location[-1]), _keys(table, location[:-1]))}"
    if mistake["type"] == "missing":
        return "is missing: give it a value"
    message = str(mistake["msg"]).removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    return message if isinstance(mistake["input"], dict | list | BaseModel) else f"{message} (it is {mistake['input']!r})"


def nearest(name: str, allowed: Iterable[str]) -> str:
    """``; did you mean 'x'?``, or the names that there are."""
    names = sorted(allowed)
    close = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(names)}"


def _keys(table: type[BaseModel], location: Location) -> list[str]:
    for part in location:
        if isinstance(part, int):
            continue
        annotation: Any = next(field.annotation for name, field in table.model_fields.items() if (field.alias or name) == part)
        while not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            annotation = annotation.__args__[0]
        table = annotation
    return [field.alias or name for name, field in table.model_fields.items()]


def _dotted(location: Location) -> str:
    """``("stage", 1, "share")`` -> ``stage[2].share`` (counted from one, as a reader counts)."""
    parts = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location]
    return "".join(parts).lstrip(".") or "recipe"


def _find_line(text: str, location: Location) -> int:
    """The line (from 1) of a key in a TOML text, or of its nearest enclosing table; 0 if none is there."""
    seen: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*(\[\[?)\s*([^\]]+?)\s*\]", line):
            prefix = header[2]
            if header[1] == "[[":
                counts[prefix] = counts.get(prefix, 0) + 1
                prefix = f"{prefix}[{counts[prefix]}]"
            seen.setdefault(prefix, number)
        elif key := re.match(r"\s*([A-Za-z0-9_.-]+)\s*=", line):
            seen.setdefault(f"{prefix}.{key[1]}" if prefix else key[1], number)
    for length in range(len(location), 0, -1):
        if (name := _dotted(location[:length])) in seen:
            return seen[name]
    return 0
