"""``malmoi plan``: what a build of a recipe would make, from a probe of a minute or two.

What enters: a recipe. What leaves: a text table or, with ``--json``, the forecast (:mod:`pipelines.probe.forecast`) on standard
output, and with ``--out`` ``RUN/forecast.json``, which the report of the build shows beside the outcome.
"""

import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

from tqdm import tqdm

from .engine import files
from .probe.costs import machine_name
from .probe.forecast import Forecasting
from .probe.probe import probe
from .recipe import load_recipe
from .stage_names import STAGE_NAMES

FORECAST_FILE = "forecast.json"
_WIDTH = 118
_MOST_ROWS = 40
_SIZES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def run_plan(
    recipe: str,
    out: TextIO,
    *,
    root: str | None = None,
    share: float | None = None,
    seed: int | None = None,
    run: str | None = None,
    workers: int = 1,
    as_json: bool = False,
    quiet: bool = False,
) -> int:
    """Probes the sources of a recipe and prints the forecast; the exit code.

    Raises:
        RecipeError: the recipe says something that cannot be done.
        ValueError: an argument is out of range, a source is missing, or what else a build refuses before it begins.
    """
    loaded = load_recipe(recipe)
    with tempfile.TemporaryDirectory(prefix="malmoi-plan-") as directory, _telling(quiet=quiet) as tell:
        probed = probe(loaded, directory, root=root, share=share, seed=seed, tell=tell)
        told = Forecasting(probed).forecast(workers=workers, machine=machine_name())
    if run is not None:
        files.write_json(files.join(files.absolute(run), FORECAST_FILE), told)
    out.write(files.to_json(told).decode() if as_json else forecast_text(told))
    return 0


@contextmanager
def _telling(*, quiet: bool) -> Any:
    """A line on standard error that names the stage that runs."""
    if quiet:
        yield _silent
        return
    with tqdm(file=sys.stderr, bar_format="probe: {desc} [{elapsed}]", mininterval=0.5, leave=False) as bar:

        def tell(stage: str) -> None:
            bar.set_description_str(stage)

        yield tell


def _silent(stage: str) -> None:
    del stage


def forecast_text(told: Mapping[str, Any]) -> str:
    """The forecast as tables of plain text."""
    parts = [_heading(told), _stages(told), _rules(told)]
    parts += [_parts(told, table) for table in ("segments", "languages", "sources")]
    parts += [_mix(told), _costs(told), _problems(told)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _heading(told: Mapping[str, Any]) -> str:
    sampled = told["sampled"]
    if sampled["whole"]:
        return f"Everything was read: {sampled['records']:,} records. Figures without a range are exact."
    return (
        f"A sample of {sampled['records']:,} records ({sampled['share']:.2%} of the text).\n"
        f"Ranges hold at {told['confidence']:.0%}; a figure without one is exact."
    )


def _stages(told: Mapping[str, Any]) -> str:
    rows = [
        [stage, _count(row["in"]), _count(row["kept"]), _share(row["retention"]), _size(row["text_bytes"])]
        for stage, row in sorted(told["stages"].items(), key=_by_stage)
    ]
    return _table(["stage", "documents in", "kept", "retention", "text kept"], rows)


def _rules(told: Mapping[str, Any]) -> str:
    rows = [
        [stage, rule, _count(found)]
        for stage, own in sorted(told["rules"].items(), key=_by_stage)
        for rule, found in sorted(own.items(), key=lambda item: (-item[1]["expected"], item[0]))
    ]
    left = len(rows) - _MOST_ROWS
    more = f"\n… and {left} more rules (--json has them all)" if left > 0 else ""
    return _table(["stage", "rule", "documents"], rows[:_MOST_ROWS]) + more if rows else ""


def _by_stage(item: tuple[str, Any]) -> int:
    return STAGE_NAMES.index(item[0])


def _parts(told: Mapping[str, Any], table: str) -> str:
    own = told[table]
    if not own:
        return ""
    names = sorted(own, key=lambda name: (-own[name].get("tokens", own[name]["documents"])["expected"], name))
    has_tokens = any("tokens" in row for row in own.values())
    heads = [table.removesuffix("s"), "documents", *(["tokens", "epochs", "tokens in the mix"] if has_tokens else [])]
    rows = [
        [
            name,
            _count(own[name]["documents"]),
            *(
                [_size(own[name].get("tokens")), _plain(own[name].get("epochs")), _size(own[name].get("planned_tokens"))]
                if has_tokens
                else []
            ),
        ]
        for name in names
    ]
    left = len(rows) - _MOST_ROWS
    return _table(heads, rows[:_MOST_ROWS]) + (f"\n… and {left} more (--json has them all)" if left > 0 else "")


def _mix(told: Mapping[str, Any]) -> str:
    if "planned_tokens" not in told:
        return ""
    lines = [f"mix: {_size(told['planned_tokens'])} tokens. {told['explanation']}"]
    for row in told["shortfalls"]:
        lines.append(
            f"  short: {row['what']}: {row['wanted_tokens']:,} tokens wanted, {row['possible_tokens']:,} possible "
            f"({row['binding']}); {row['remedy']}"
        )
    lines += [f"sequences of {length}: {_count(found)}" for length, found in told["sequences"].items()]
    return "\n".join(_wrapped(line) for line in lines)


def _costs(told: Mapping[str, Any]) -> str:
    hours = told["hours"]
    unit, factor = ("h", 1.0) if hours["expected"] >= 1 else ("min", 60.0)
    shown = {end: value * factor for end, value in hours.items()}
    disk = sorted(told["disk"].items(), key=lambda item: (-item[1], item[0]))[:6]
    return "\n".join(
        [
            f"time: {_plain(shown, digits=1)} {unit} on {told['workers']} workers ({told['machine']})",
            _wrapped(f"disk: {_size(told['disk_bytes'])}B: " + ", ".join(f"{stage} {_scaled(size)}B" for stage, size in disk)),
            f"memory of a worker: about {_scaled(told['memory_bytes'])}B",
        ]
    )


def _problems(told: Mapping[str, Any]) -> str:
    lines = [_wrapped(f"! {problem}") for problem in told["problems"]]
    if told["missing_sources"]:
        lines.append(_wrapped(f"optional sources that are not here: {', '.join(told['missing_sources'])}"))
    return "\n".join(lines)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as they have to be; the first ones to the left, figures to the right."""
    widths = [max(len(row[place]) for row in [heads, *rows]) for place in range(len(heads))]
    widths[0] = min(widths[0], _WIDTH // 3)
    left = 2 if "rule" in heads else 1
    lines: list[str] = []
    for row in [heads, *rows]:
        cells = [
            _cut(cell, width).ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _wrapped(text: str) -> str:
    """The text in lines of the table's width, at blanks where there are any."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > _WIDTH:
            lines.append("    " + word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return "\n".join(lines)


def _range(found: Mapping[str, float], shown: Callable[[float], str]) -> str:
    middle = shown(found["expected"])
    if found["low"] == found["high"]:
        return middle
    return f"{middle} ({shown(found['low'])} – {shown(found['high'])})"


def _count(found: Mapping[str, float]) -> str:
    return _range(found, lambda value: f"{round(value):,}")


def _share(found: Mapping[str, float]) -> str:
    return _range(found, lambda value: f"{value:.1%}")


def _plain(found: Mapping[str, float] | None, *, digits: int = 2) -> str:
    return _range(found, lambda value: f"{value:.{digits}f}") if found else ""


def _size(found: Mapping[str, float] | None) -> str:
    return _range(found, _scaled) if found else ""


def _scaled(value: float) -> str:
    for size, name in _SIZES:
        if value >= size:
            return f"{value / size:.3g} {name}"
    return f"{round(value)} "
