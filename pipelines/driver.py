"""The driver process of a build: runs the stages on Beam and tells the supervisor, by JSON lines, what it does.

Started by ``malmoi build`` as ``python -m pipelines.driver``; not for hand use.
"""

import argparse
import json
import os
import re
import sys
import threading
import time
import traceback
from typing import Any, BinaryIO

from .build import make_context, store_recipe, walk
from .engine import files
from .engine.ledger import ConservationError
from .engine.lock import RunLock, RunLockedError
from .engine.progress import DRIVER_ENV, Progress
from .engine.stage import Stage, StageFailedError
from .recipe import RecipeError, load_recipe

_MAX_PLANNING_S = 3600.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("recipe")
    parser.add_argument("run")
    parser.add_argument("--root")
    parser.add_argument("--until")
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--beam", action="append", default=[])
    arguments = parser.parse_args()
    os.environ[DRIVER_ENV] = str(os.getpid())
    _die_with_parent()
    with os.fdopen(arguments.events, "wb", buffering=0) as events:
        tell = _Teller(events)
        try:
            with RunLock(arguments.run):
                _build(arguments, tell)
            tell(event="finished")
        except (RecipeError, StageFailedError, ConservationError, RunLockedError, ValueError) as error:
            traceback.print_exc()
            tell(event="failed", message=str(error), code=2 if isinstance(error, RecipeError) else 1)
        except Exception as error:
            traceback.print_exc()
            tell(event="failed", message=_explain(error), code=1)
        sys.stderr.flush()
    # Beam's threads may still wait for workers; everything is told and committed.
    os._exit(0)


class _Teller:
    def __init__(self, events: BinaryIO) -> None:
        self._events = events

    def __call__(self, **event: Any) -> None:
        self._events.write(json.dumps(event).encode() + b"\n")


def _build(arguments: argparse.Namespace, tell: _Teller) -> None:
    from .engine.runner import run_stage

    loaded = load_recipe(arguments.recipe)
    context = make_context(loaded, arguments.run, root=arguments.root)
    store_recipe(context, loaded)
    files.remove_tree(files.join(context.run, ".progress"))

    def run(stage: Stage) -> dict[str, Any]:
        cost = sum(unit.cost for unit in (*stage.units, *stage.shuffled_from))
        tell(event="stage", stage=stage.name, units=len(stage.units), bytes=cost)
        manifest = run_stage(stage, arguments=arguments.beam, workers=arguments.workers)
        totals = manifest["totals"]
        counts = {k: totals[k] for k in ("in", "kept") if k in totals}
        summary = ", ".join(f"{count:,} {name}" for name, count in counts.items())
        tell(event="stage_done", stage=stage.name, summary=summary)
        return manifest

    own = Progress(context.run, stage="planning")
    for _ in walk(context, run, until=arguments.until, planning=lambda: own.alive(seconds=_MAX_PLANNING_S)):
        pass
    files.remove_tree(files.join(context.run, ".progress"))


def _explain(error: BaseException) -> str:
    """The last line of a Beam error that is ours: Beam passes a worker's exception on as the text of its traceback."""
    for line in reversed(str(error).splitlines()):
        for ours in ("StageFailedError: ", "ConservationError: ", "ValueError: ", "OSError: ", "MemoryError"):
            if ours in line:
                message = line[line.index(ours) :].removeprefix("StageFailedError: ").removeprefix("ConservationError: ")
                return re.sub(r" \[while running .*\]$", "", message).strip()
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


if __name__ == "__main__":
    main()
