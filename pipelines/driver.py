"""The driver process of a build: runs the stages on Beam and tells the supervisor, by JSON lines, what it does.

Started by ``malmoi build`` as ``python -m pipelines.driver``; not for hand use.
"""

import argparse
from typing import Any

from .build import make_context, store_recipe, walk
from .engine import files
from .engine.driving import Teller, drive, run_and_tell
from .engine.progress import Progress
from .engine.stage import Stage
from .engine.timing import timed
from .plan_table import plan_table
from .recipe import load_recipe
from .stages.knowledge import untrained
from .takedown.journal import refuse_unfinished

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
    drive(arguments.run, lambda tell: _build(arguments, tell), events_fd=arguments.events)


def _build(arguments: argparse.Namespace, tell: Teller) -> None:
    loaded = load_recipe(arguments.recipe)
    context = make_context(loaded, arguments.run, root=arguments.root)
    refuse_unfinished(context.run)
    store_recipe(context, loaded)
    files.remove_tree(files.join(context.run, ".progress"))

    def run(stage: Stage) -> dict[str, Any]:
        with timed(stage, workers=arguments.workers):
            manifest = run_and_tell(stage, tell, arguments=arguments.beam, workers=arguments.workers)
        if text := _to_tell(context.run, stage.name):
            tell(event="message", text=text)
        return manifest

    own = Progress(context.run, stage="planning")
    for _ in walk(context, run, until=arguments.until, planning=lambda: own.alive(seconds=_MAX_PLANNING_S)):
        pass
    for name in context.left_out:
        # From before the recipe was changed: documents that nothing reads, and that nobody would look for.
        files.remove_tree(files.join(context.run, name))
        files.remove_tree(files.join(context.run, ".state", f"{name}.json"))
    files.remove_tree(files.join(context.run, ".progress"))


def _to_tell(run: str, stage: str) -> str:
    """What the user should see of a stage that has just been done."""
    if stage == "knowledge" and (why := untrained(run)):
        return f"knowledge: {why}; no document is scored"
    if stage == "plan":
        # Before anything is packed, which takes long.
        return plan_table(files.read_json(files.join(run, "plan", "plan.json")))
    return ""


if __name__ == "__main__":
    main()
