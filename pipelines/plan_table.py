"""The plan as a table of text, to look at before anything is packed.

``plan.json`` enters; lines of at most about a hundred columns leave: what there is and what is planned of it by segment,
language, source and knowledge bucket, the two stages, and what is short with its remedy.
"""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from filters.document import SEGMENTS

_WIDTH = 100
_NAME_WIDTH = 30
_Row = Mapping[str, Any]


def plan_table(plan: Mapping[str, Any]) -> str:
    """The whole table, without a line end behind it."""
    total = sum(row["planned_tokens"] for row in plan["segments"].values())
    segments = {name: plan["segments"][name] for name in SEGMENTS if name in plan["segments"]}
    rows = [_cells(name, row, total, _percent(row["share"])) for name, row in segments.items()]
    sections = [("segment", "of the mix", rows)]
    by_segment = [
        _cells(name, row, segments[row["segment"]]["planned_tokens"], _percent(row["share"]))
        for segment in segments
        for name, row in plan["languages"].items()
        if row["segment"] == segment
    ]
    sections.append(("language", "of segment", by_segment))
    sections.append(("source", "of the mix", [_cells(n, row, total, _limits(row)) for n, row in plan["sources"].items()]))
    knowledge = [
        _cells(_bucket(row), row, segments[row["segment"]]["planned_tokens"], f"x {row['factor']:g}")
        for row in plan["knowledge"]
    ]
    sections.append(("knowledge", "of segment", knowledge))
    lines: list[str] = []
    for title, share, table in sections:
        if table:
            header = (title, "documents", "tokens", "planned", share, "wished", "epochs")
            lines += [*_aligned([header, *table]), ""]
    lines += _stages(plan, segments, total)
    lines += _wrapped(f"Total: {total:,} tokens; {plan['explanation']}.")
    for row in plan["shortfalls"]:
        lines += ["", *_shortfall(row)]
    return "\n".join(lines)


def _cells(name: str, row: _Row, whole: int, wished: str) -> tuple[str, ...]:
    """One line: name, documents, tokens before, planned, share, wished, epochs."""
    share = _percent(row["planned_tokens"] / whole) if whole else ""
    return (
        _shortened(name),
        f"{row['documents']:,}",
        f"{row['tokens']:,}",
        f"{row['planned_tokens']:,}",
        share,
        wished,
        f"{row['epochs']:.3f}",
    )


def _shortened(name: str) -> str:
    return name if len(name) <= _NAME_WIDTH else f"{name[: _NAME_WIDTH - 1]}…"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.3f} %"


def _limits(row: _Row) -> str:
    """The weight and limits of a source, where it has any."""
    told = [f"x {row['weight']:g}"] if row["weight"] != 1 else []
    if row["min"] > 0 or row["max"] < 1:
        told.append(f"{100 * row['min']:.4g}-{100 * row['max']:.4g} %")
    return " ".join(told)


def _bucket(row: _Row) -> str:
    if row["low"] is None:
        return f"{row['segment']} no score"
    return f"{row['segment']} {row['low']:.2f}-{row['high']:.2f}"


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Columns under one another, the first to the left and numbers to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _stages(plan: Mapping[str, Any], segments: Mapping[str, Any], total: int) -> list[str]:
    """The tokens of each length of sequences, with what each segment has of them."""
    header = ("sequences of", *segments, "tokens", "of the mix", "wished")
    rows = [
        (
            f"{int(length):,}",
            *(f"{segment['by_length'].get(length, 0):,}" for segment in segments.values()),
            f"{row['tokens']:,}",
            _percent(row["tokens"] / total) if total else "",
            _percent(row["share"]),
        )
        for length, row in sorted(plan["sequence_lengths"].items(), key=lambda item: int(item[0]))
    ]
    return [*_aligned([header, *rows]), ""]


def _shortfall(row: _Row) -> list[str]:
    difference = row["possible_tokens"] - row["wanted_tokens"]
    told = "short by" if difference < 0 else "too many by"
    return [
        *_wrapped(
            f"! {row['what']}: {row['wanted_tokens']:,} tokens wanted, {row['possible_tokens']:,} possible, "
            f"{told} {abs(difference):,}"
        ),
        *_wrapped(f"binding: {row['binding']}", indent="  "),
        *_wrapped(f"remedy: {row['remedy']}", indent="  "),
    ]


def _wrapped(text: str, *, indent: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent or "  ", break_long_words=False)
