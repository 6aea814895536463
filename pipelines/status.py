"""``malmoi status``: how far a run is, read from its files alone."""

import fcntl
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .engine import files
from .engine.ledger import LOSSES
from .stage_names import STAGE_NAMES


@dataclass(frozen=True)
class StageStatus:
    """One line of the table. ``state`` is done, running, stopped or waiting."""

    stage: str
    state: str
    units_done: int
    units: int | None
    counts: Mapping[str, int]


def read_status(run: str) -> list[StageStatus]:
    """The stages of a run in order, without those that its recipe does without.

    Raises:
        ValueError: the directory is not a run.
    """
    if not files.exists(files.join(run, "resolved.json")):
        raise ValueError(f"{run} is not a run directory (it has no resolved.json); `malmoi build RECIPE --out {run}` makes one")
    running = _is_locked(run)
    rows: list[StageStatus] = []
    begun: list[bool] = []
    for name in STAGE_NAMES:
        directory = files.join(run, name)
        manifest = files.read_json(files.join(directory, "manifest.json"))
        state = files.read_json(files.join(run, ".state", f"{name}.json"))
        done = len([base for base in files.listing(files.join(directory, "parts")) if base.endswith(".json")])
        if manifest is not None:
            counts = {k: manifest["totals"][k] for k in ("in", "kept", *LOSSES, "edited") if k in manifest["totals"]}
            rows.append(StageStatus(name, "done", done, done, counts))
        else:
            units = None if state is None else state["units"]
            rows.append(StageStatus(name, "waiting" if state is None else "stopped", done, units, {}))
        begun.append(state is not None)
    last = max((number for number, has_begun in enumerate(begun) if has_begun), default=-1)
    rows = [row for number, row in enumerate(rows) if begun[number] or number > last]
    if running:
        for index, row in enumerate(rows):
            if row.state != "done":
                rows[index] = StageStatus(row.stage, "running", row.units_done, row.units, row.counts)
                break
    return rows


def _is_locked(run: str) -> bool:
    """Whether a build holds the lock of a local run directory."""
    lock = files.join(run, ".lock")
    if not files.is_local(run) or not files.exists(lock):
        return False
    with open(files.filesystem(lock)[1]) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def as_text(rows: list[StageStatus]) -> str:
    lines = [f"{'stage':<17}{'state':<9}{'units':>13}  documents"]
    for row in rows:
        units = f"{row.units_done}/{'?' if row.units is None else row.units}"
        counts = ", ".join(f"{amount:,} {name}" for name, amount in row.counts.items() if amount or name in ("in", "kept"))
        lines.append(f"{row.stage:<17}{row.state:<9}{units:>13}  {counts}".rstrip())
    return "\n".join(lines)


def as_json(rows: list[StageStatus]) -> list[dict[str, Any]]:
    return [asdict(row) for row in rows]
