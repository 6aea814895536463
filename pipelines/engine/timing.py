"""How long stages took: ``RUN/timing.json``, written by the driver and read by the report alone.

A stage and the number of workers enter; a session of work on the stage is added to the file when it ends, well or badly. A
session that is killed leaves nothing. No fingerprint, manifest or other output holds a time: two runs of one recipe
differ in this file, and in what the report shows of it.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any

from . import files
from .stage import Stage

FILE = "timing.json"
VERSION = 1


@contextmanager
def timed(stage: Stage, *, workers: int) -> Generator[None]:
    """Wraps one session of work on a stage."""
    before = _committed(stage)
    start = time.monotonic()
    try:
        yield
    finally:
        _add(stage, before, seconds=time.monotonic() - start, workers=workers)


def _committed(stage: Stage) -> frozenset[str]:
    """The units that are done, of the stage as it is now."""
    manifest: Any = _read(files.join(stage.directory, "manifest.json"))
    if manifest.get("fingerprint", stage.fingerprint) != stage.fingerprint:
        # The stage is about to begin anew.
        return frozenset()
    return frozenset(files.listing(files.join(stage.directory, "parts")))


def _add(stage: Stage, before: frozenset[str], *, seconds: float, workers: int) -> None:
    path = files.join(stage.run, FILE)
    told = _read(path)
    stages: dict[str, Any] = told["stages"] if isinstance(told.get("stages"), dict) else {}
    old: Any = stages.get(stage.name)
    kept = old["sessions"] if isinstance(old, dict) and old.get("fingerprint") == stage.fingerprint else []
    new = _committed(stage) - before
    done = [unit for unit in stage.units if f"{unit.name}.json" in new]
    session = {
        "seconds": round(seconds, 3),
        "workers": workers,
        "units": len(done),
        "bytes": sum(unit.cost for unit in done),
    }
    stages[stage.name] = {"fingerprint": stage.fingerprint, "units": len(stage.units), "sessions": [*kept, session]}
    # A build neither fails nor brings back a run directory that was removed under it for the sake of its times.
    if files.exists(stage.run):
        with suppress(OSError):
            files.write_json(path, {"version": VERSION, "stages": stages})


def _read(path: str) -> dict[str, Any]:
    """A JSON object, or an empty one: times are no reason to stop a build."""
    try:
        value = files.read_json(path)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
