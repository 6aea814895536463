"""What two resolved recipes say differently.

Two recipes as ``resolved.json`` holds them enter; a :class:`Change` for every key whose value differs leaves, sorted by key. A
table that only one of them has is one change. Tables in a list are told apart by their names (sources), so that one more does
not make all behind it differ.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

#: Stands for a key that a recipe does not have.
MISSING = "(none)"


class Change(NamedTuple):
    """A key with dots between its parts, and both values; MISSING where a recipe does not have it."""

    key: str
    old: Any
    new: Any


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Every key that differs, sorted."""
    return sorted(_changes(old, new, ""), key=lambda change: change.key)


def _changes(old: Any, new: Any, key: str) -> Iterator[Change]:
    if old == new:
        return
    before, after = _parts(old), _parts(new)
    if before is None or after is None:
        yield Change(key, old, new)
        return
    for name in {**before, **after}:
        yield from _changes(before.get(name, MISSING), after.get(name, MISSING), f"{key}{name}" if key else name.lstrip("."))


def _parts(value: Any) -> dict[str, Any] | None:
    """The parts of a table, or of a list of tables that have names; None for anything else."""
    if isinstance(value, Mapping):
        return {f".{name}": inner for name, inner in cast(Mapping[str, Any], value).items()}
    if not isinstance(value, Sequence) or isinstance(value, str):
        return None
    rows = cast(Sequence[Any], value)
    names = [cast(Mapping[str, Any], row).get("name") if isinstance(row, Mapping) else None for row in rows]
    if not rows or None in names or len(set(names)) < len(names):
        return None
    return {f"[{name}]": row for name, row in zip(names, rows, strict=True)}


def told(change: Change, *, width: int = 60) -> tuple[str, str]:
    """Both values in short; of lists only what one has and the other has not."""
    old, new = change.old, change.new
    if isinstance(old, list) and isinstance(new, list):
        gone = [item for item in cast(list[Any], old) if item not in new]
        come = [item for item in cast(list[Any], new) if item not in old]
        if gone or come:
            return _cut(f"without {_listed(gone)}", width), _cut(f"with {_listed(come)}", width)
    return _cut(_written(old), width), _cut(_written(new), width)


def _listed(values: Sequence[Any]) -> str:
    return ", ".join(map(_written, values)) or "nothing more"


def _written(value: Any) -> str:
    """A value as a recipe has it; nothing where it is not set."""
    if isinstance(value, str):
        return value or '""'
    if isinstance(value, Mapping):
        pairs = (f"{name} = {_written(inner)}" for name, inner in cast(Mapping[str, Any], value).items())
        return "{" + ", ".join(pairs) + "}"
    return "(not set)" if value is None else json.dumps(value, ensure_ascii=False)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
