"""The driver process's side of a supervised run: does the work, and tells the supervisor of it by JSON lines.

Enters: the work, as a function, and the file descriptor that the supervisor reads. Leaves: events; the process ends.
"""

import json
import os
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, NoReturn

from .ledger import ConservationError
from .lock import RunLock, RunLockedError
from .progress import DRIVER_ENV
from .stage import Stage, StageFailedError

#: Errors whose message is for the user as it is.
_TOLD = (StageFailedError, ConservationError, RunLockedError, ValueError)
#: What Beam adds to a message.
_WHERE = re.compile(r" \[while running .*\]$")


class Teller:
    """Events for the supervisor, a JSON line each."""

    def __init__(self, events: BinaryIO) -> None:
        self._events = events

    def __call__(self, **event: Any) -> None:
        self._events.write(json.dumps(event).encode() + b"\n")


def drive(run: str, work: Callable[[Teller], None], *, events_fd: int) -> NoReturn:
    """Does the work in a run directory, tells the supervisor how it ended, and ends this process."""
    os.environ[DRIVER_ENV] = str(os.getpid())
    _die_with_parent()
    with os.fdopen(events_fd, "wb", buffering=0) as events:
        tell = Teller(events)
        try:
            with RunLock(run):
                work(tell)
            tell(event="finished")
        except Exception as error:
            traceback.print_exc()
            known = isinstance(error, _TOLD) or hasattr(error, "exit_code")
            message = _WHERE.sub("", str(error) if known else _explain(error))
            tell(event="failed", message=message, code=getattr(error, "exit_code", 1))
        sys.stderr.flush()
    # Beam's threads may still wait for workers; everything is told and committed.
    os._exit(0)


def run_and_tell(stage: Stage, tell: Teller, *, arguments: Sequence[str], workers: int) -> dict[str, Any]:
    """Runs what is left of a stage; its manifest."""
    from .runner import run_stage

    cost = sum(unit.cost for unit in (*stage.units, *stage.shuffled_from))
    tell(event="stage", stage=stage.name, units=len(stage.units), bytes=cost)
    manifest = run_stage(stage, arguments=arguments, workers=workers)
    totals = manifest["totals"]
    counts = {k: totals[k] for k in ("in", "kept") if k in totals}
    summary = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    tell(event="stage_done", stage=stage.name, summary=summary)
    return manifest


def _explain(error: BaseException) -> str:
    """The last line of a Beam error that is ours: Beam passes a worker's exception on as the text of its traceback."""
    for line in reversed(str(error).splitlines()):
        for ours in ("StageFailedError: ", "ConservationError: ", "ValueError: ", "OSError: ", "MemoryError"):
            if ours in line:
                message = line[line.index(ours) :].removeprefix("StageFailedError: ").removeprefix("ConservationError: ")
                return _WHERE.sub("", message).strip()
    if "Channel closed prematurely" in str(error):
        # Beam saw it before the supervisor did.
        return "a worker process died (killed, or out of memory?): run the same command again to go on"
    return f"{type(error).__name__}: {str(error).strip().splitlines()[-1] if str(error).strip() else ''}"


def _die_with_parent() -> None:
    """Ends the driver when the supervisor is gone, even by kill -9."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
