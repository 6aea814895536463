"""The answer of ``malmoi diff`` as a page of text for a terminal.

The values of :mod:`pipelines.diff.answer` enter; lines leave. Rows without a difference are counted and left out.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.json_lines import counted
from pipelines.marked_text import harmless

from .answer import Json
from .recipes import Change, told

#: Rows of a table that are shown; --json has them all.
_MAX_ROWS = 30
_MAX_SAMPLE_KINDS = 16
_TEXT_WIDTH = 110
_WHAT = {
    "lost": "kept by A, lost by B",
    "gained": "lost by A, kept by B",
    "rewritten": "kept by both, with another text",
    "segment": "kept by both, in another segment",
    "language": "kept by both, in another language",
}


def page(found: Json) -> str:
    """The whole page."""
    return "\n".join(_lines(found))


def _lines(found: Json) -> Iterator[str]:
    for label in ("a", "b"):
        side = found[label]
        state = "" if side["finished"] else ", unfinished"
        about = f"recipe {harmless(side['recipe'])}, compared after {side['compared_after']}{state}"
        yield f"{label.upper()}  {harmless(side['run'])}  {about}"
    yield from (f"note: {note}" for note in found["notes"])
    yield from _recipe(found["recipe"])
    yield from _documents(found["documents"])
    yield from _stages(found["stages"])
    for kind in ("segments", "languages", "sources"):
        yield from _totals(kind, found[kind], found)
    yield from _rules(found["rules"])
    yield from _relabelled(found["relabelled"])
    yield from _samples(found["samples"])


def _recipe(rows: Sequence[Json]) -> Iterator[str]:
    yield ""
    if not rows:
        yield "Recipe: no difference"
        return
    yield f"Recipe: {counted(len(rows), 'difference')}"
    # As a recipe is written: its rules stand in the table of their language.
    cells = [[f"  {row['key'].replace('.rules.', '.')}", *told(Change(**row))] for row in rows[:_MAX_ROWS]]
    yield from _aligned([[harmless(key), harmless(old), "->", harmless(new)] for key, old, new in cells], numbers=())
    yield from _more(rows)


def _documents(rows: Json) -> Iterator[str]:
    yield ""
    yield from _aligned(
        [
            ["Documents", "A", "B", "B - A"],
            *(
                [f"  {name}", _count(rows[name]["a"]), _count(rows[name]["b"]), _change(rows[name]["b"] - rows[name]["a"])]
                for name in ("read", "kept")
            ),
        ]
    )
    yield f"  {rows['kept_by_both']:,} kept by both" + (
        f", {rows['rewritten']:,} of them with another text" if rows["rewritten"] else ""
    )
    for label, other in (("a", "B"), ("b", "A")):
        only = rows[f"only_{label}"]
        reasons = ", ".join(f"{_fate(row)} {row['documents']:,}" for row in only["in_the_other"])
        yield f"  {only['documents']:,} kept only by {label.upper()}" + (f" (in {other}: {reasons})" if reasons else "")
    elsewhere = f", {rows['lost_by_other_rules']:,} of them by other rules" if rows["lost_by_other_rules"] else ""
    yield f"  {rows['lost_by_both']:,} lost by both{elsewhere}"


def _fate(row: Json) -> str:
    return f"{row['action']} by {row['stage']}" if row["stage"] else row["action"]


def _stages(rows: Sequence[Json]) -> Iterator[str]:
    yield ""
    cells = [["Stage", "in A", "kept A", "in B", "kept B", "kept B - A", ""]]
    for row in rows:
        a, b = row["a"], row["b"]
        both = [[_count(side["in"]), _count(side["kept"])] if side else ["–", "–"] for side in (a, b)]
        change = _change(b["kept"] - a["kept"]) if a and b else "–"
        settings = "" if row["same_settings"] or not (a and b) else "other settings"
        cells.append([f"  {row['stage']}", *both[0], *both[1], change, settings])
    yield from _aligned(cells, numbers=(1, 2, 3, 4, 5))


def _totals(kind: str, rows: Sequence[Json], found: Json) -> Iterator[str]:
    has_tokens = found["a"]["tokens"] and found["b"]["tokens"]
    columns = ["documents", *(["tokens"] if has_tokens else [])]
    columns += ["planned_tokens"] if found["a"]["plan"] and found["b"]["plan"] else []
    shown = [row for row in rows if any(row["a"][name] != row["b"][name] for name in columns)] or list(rows[:3])
    yield ""
    head = [kind.capitalize()]
    for name in columns:
        head += [f"{name.replace('_tokens', '')} A", "B", "B - A"]
    cells = [head]
    for row in shown[:_MAX_ROWS]:
        line = [f"  {harmless(row['name']) or '(unknown)'}"]
        for name in columns:
            a, b = row["a"][name], row["b"][name]
            line += [_count(a), _count(b), _change(b - a)]
        cells.append(line)
    yield from _aligned(cells)
    yield from _more(shown)
    if len(shown) < len(rows):
        yield f"  {len(rows) - len(shown):,} more without a difference"


def _rules(rows: Sequence[Json]) -> Iterator[str]:
    changed = [row for row in rows if row["newly_lost"] or row["newly_kept"] or row["a"] != row["b"]]
    yield ""
    yield f"Rules: {len(changed)} of {len(rows)} took other documents"
    if not changed:
        return
    cells = [["  stage", "rule", "taken A", "taken B", "B - A", "A kept, B lost", "A lost, B kept", "by segment"]]
    for row in changed[:_MAX_ROWS]:
        moved = [_count(row["newly_lost"]), _count(row["newly_kept"])] if row["action"] != "edited" else ["", ""]
        change = _change(row["b"] - row["a"])
        name = row["rule"] or f"({row['action']})"
        name += " (edited)" if row["action"] == "edited" else ""
        cells.append([f"  {row['stage']}", name, _count(row["a"]), _count(row["b"]), change, *moved, _by_segment(row)])
    yield from _aligned(cells, numbers=(2, 3, 4, 5, 6))
    yield from _more(changed)


def _by_segment(row: Json) -> str:
    changes = {name or "unknown": counts["b"] - counts["a"] for name, counts in row["segments"].items()}
    return ", ".join(f"{name} {_change(value)}" for name, value in changes.items() if value)


def _relabelled(rows: Sequence[Json]) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield "Kept by both, under another name"
    cells = [
        [f"  {row['what']}", f"{row['a'] or '(none)'} -> {row['b'] or '(none)'}", _count(row["documents"])] for row in rows
    ]
    yield from _aligned(cells[:_MAX_ROWS], numbers=(2,))
    yield from _more(rows)


def _samples(kinds: Sequence[Json]) -> Iterator[str]:
    for kind in kinds[:_MAX_SAMPLE_KINDS]:
        yield ""
        yield _sample_title(kind)
        for one in kind["documents"]:
            about = ", ".join(harmless(one[name]) for name in ("source", "segment", "language") if name in one)
            yield f"  {harmless(one['id'])}  ({about})"
            for failure in one.get("failures", ()):
                yield f"    {_failure(failure)}"
            if "kept_id" in one:
                yield f"    a duplicate of {harmless(one['kept_id'])}"
            text, other = one.get("text", ""), one.get("other_text", "")
            if kind["what"] == "rewritten":
                yield f"    A: {_excerpt(text)}"
                yield f"    B: {_excerpt(other)}"
            else:
                yield f"    {_excerpt(text)}"
    if len(kinds) > _MAX_SAMPLE_KINDS:
        yield ""
        yield f"samples of {len(kinds) - _MAX_SAMPLE_KINDS} more kinds are in --json"


def _sample_title(kind: Json) -> str:
    title = _WHAT[kind["what"]]
    if kind["what"] in ("segment", "language"):
        return f"{title}: {kind['a'] or '(none)'} -> {kind['b'] or '(none)'}"
    if kind["what"] == "rewritten":
        return title
    if not kind["stage"]:
        return "kept by A, not in the input of B" if kind["what"] == "lost" else "kept by B, not in the input of A"
    has_threshold = any(failure["threshold"] is not None for one in kind["documents"] for failure in one.get("failures", ()))
    rule = f", {kind['rule']}" if kind["rule"] else ""
    return f"{title}: {_fate(kind)}{rule}" + (" (the nearest to its threshold first)" if has_threshold else "")


def _failure(failure: Mapping[str, Any]) -> str:
    value, threshold = failure["value"], failure["threshold"]
    numbers = "" if value is None else f" {value:.6g}"
    numbers += "" if threshold is None else f", threshold {threshold:.6g}"
    detail = f" ({harmless(failure['detail'])[:200]})" if failure["detail"] else ""
    return failure["rule"] + numbers + detail


def _excerpt(text: str) -> str:
    line = " ".join(harmless(text[: 2 * _TEXT_WIDTH]).split())
    while _width(line) > _TEXT_WIDTH:
        line = line[: -max(2, (_width(line) - _TEXT_WIDTH) // 2)] + "…"
    return line


def _more(rows: Sequence[Any]) -> Iterator[str]:
    if len(rows) > _MAX_ROWS:
        yield f"  … and {len(rows) - _MAX_ROWS:,} more (--json has all)"


def _count(number: int) -> str:
    return f"{number:,}"


def _change(number: int) -> str:
    return f"{number:+,}" if number else "0"


def _aligned(cells: Sequence[Sequence[str]], *, numbers: Sequence[int] | None = None) -> Iterator[str]:
    """Rows in columns; ``numbers`` are the columns that end at the right (default: all but the first)."""
    right = set(range(1, len(cells[0])) if numbers is None else numbers)
    widths = [max(_width(row[column]) for row in cells) for column in range(len(cells[0]))]
    for row in cells:
        padded = [
            " " * (width - _width(cell)) + cell if column in right else cell + " " * (width - _width(cell))
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Columns of a terminal: Hangul and Han characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
