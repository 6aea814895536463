"""A recipe with another layout, comments and all else as they were.

The file of a recipe, a layout and the micro-batch size of each stage enter, the text of the new recipe leaves.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from .plan_layout import PlanLayout
from .recipe import parse_recipe

_FIELDS = (
    "tensor",
    "pipeline",
    "virtual_pipeline",
    "context",
    "sequence_parallel",
    "distributed_optimizer",
    "recompute",
)


def with_layout(source: Path, *, target: Path, layout: PlanLayout, micro_batches: Sequence[int]) -> str:
    """The text for ``target``; relative ``data.shards`` keep meaning what they meant in ``source``."""
    sections = re.split(r"(?m)^(?=\s*\[)", source.read_text(encoding="utf-8"))
    remaining = iter(micro_batches)
    written: list[str] = []
    replaced = False
    for section in sections:
        if re.match(r"\s*\[\[\s*stage\s*\]\]", section):
            section = _with_key(section, "micro_batch_size", str(next(remaining)))
        elif re.match(r"\s*\[\s*layout\s*\]", section):
            section, replaced = _layout_section(section, layout), True
        elif re.match(r"\s*\[\s*data\s*\]", section):
            section = _moved_shards(section, source=source, target=target)
        written.append(section)
    if not replaced:
        written.append("\n" + _layout_section("[layout]\n", layout))
    text = "".join(written)
    parse_recipe(text, path=str(target))
    return text


def _layout_section(section: str, layout: PlanLayout) -> str:
    header, _, body = section.partition("\n")
    header = re.sub(r"\s*#.*", "", header)
    kept = [line for line in body.splitlines() if not re.match(rf"\s*({'|'.join(_FIELDS)})\s*=", line)]
    lines = [f"{name} = {_toml(getattr(layout, name))}" for name in _FIELDS]
    return "\n".join([f"{header}                          # for {layout.gpus} devices", *lines, *kept]) + "\n"


def _toml(value: bool | int | str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _with_key(section: str, key: str, value: str) -> str:
    changed, count = re.subn(rf"(?m)^(\s*{key}\s*=\s*)\d+", rf"\g<1>{value}", section)
    if count:
        return changed
    header, _, body = section.partition("\n")
    return f"{header}\n{key} = {value}\n{body}"


def _moved_shards(section: str, *, source: Path, target: Path) -> str:
    def moved(match: re.Match[str]) -> str:
        shards = match[2]
        if "://" in shards or Path(shards).is_absolute() or not (source.parent / shards).exists():
            return match[0]
        return f'{match[1]}"{os.path.relpath(source.parent / shards, target.parent.resolve())}"'

    return re.sub(r'(?m)^(\s*shards\s*=\s*)"([^"]*)"', moved, section)
