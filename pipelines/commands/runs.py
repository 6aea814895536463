"""What is asked of a run: status, report, verify, trace, takedown, why, diff; and of a recipe: show."""

import argparse
import json
import sys
from typing import Any

from .parsing import command

_VERIFY_EPILOG = """\
examples:
  malmoi verify RUN
  malmoi verify RUN --sequences all
  malmoi verify RUN --json | jq '.problems[]'
Reads every file of the run, and rebuilds the documents of some sequences from the shards, byte for byte. Exit code 1 if
anything is damaged, missing or does not add up.
"""
_TRACE_EPILOG = """\
examples:
  malmoi trace RUN 4096/korean/part-00000 12
  malmoi trace RUN 4096/korean/part-00000 12 --position 700 --json
  malmoi trace RUN --document 'web/a.jsonl#1234'
  malmoi trace SHARDS 32768/code/part-00001 0 --tokenizer tokenizer.json
Places are in tokens from 0, the end not included. Special tokens are shown as [[<|fim_prefix|>]], so that they differ from
text that names them. Exit code 1 if the document stands in no shard.
"""
_TAKEDOWN_EPILOG = """\
examples:
  malmoi takedown RUN --ids withdrawn.txt --dry-run
  malmoi takedown RUN --ids withdrawn.txt
  malmoi takedown RUN --texts letter.txt --texts more.jsonl --uri-prefix https://blog.example/hong/
Their tokens become padding where they stand in the shards; no other token changes. RUN/tombstones (hashes only) keeps them
out when a stage runs again; name it in the recipes of later runs: tombstones = ["RUN/tombstones"]. If it is interrupted, run
the same command again. Exit code 1 if the run holds none of them.
"""
_WHY_EPILOG = """\
examples:
  malmoi why RUN 'web/a.jsonl#1234'
  malmoi why RUN my-id --all | less -R
  malmoi why RUN my-id --json | jq '.documents[].stages'
"""
_DIFF_EPILOG = """\
examples:
  malmoi diff RUN_A RUN_B | less -S
  malmoi diff RUN_A RUN_B --json | jq '.rules[] | select(.newly_lost > 100) | [.stage, .rule, .newly_lost]'
Documents are the same if their ids are. Unfinished runs are compared after the last stage that both have done.
"""


def add(commands: Any) -> None:
    """Adds the commands."""
    _add_readers(commands)
    _add_why(commands)
    _add_diff(commands)


def _add_readers(commands: Any) -> None:
    status = command(commands, "status", _status, help="how far a run is")
    status.add_argument("run", metavar="RUN")
    status.add_argument("--json", action="store_true")
    report = command(commands, "report", _report, help="write RUN/report.html again")
    report.add_argument("run", metavar="RUN")
    report.add_argument(
        "--training", metavar="OUT", help="show the loss curve of this training; remembered in RUN/training.json"
    )
    verify = command(
        commands,
        "verify",
        _verify,
        help="prove that a run is whole: files, counts, shares, lineage, texts",
        epilog=_VERIFY_EPILOG,
    )
    verify.add_argument("run", metavar="RUN")
    verify.add_argument(
        "--sequences", default="1000", metavar="N", help="rebuild the documents of so many sequences, or all (default: 1000)"
    )
    verify.add_argument("--json", action="store_true")
    trace = command(
        commands,
        "trace",
        _trace,
        help="which documents stand in a sequence of a shard, and where a document stands",
        epilog=_TRACE_EPILOG,
    )
    trace.add_argument("run", metavar="RUN", help="a run, or its shards directory alone")
    trace.add_argument("shard", metavar="SHARD", nargs="?", help="4096/korean/part-00000, or the path of one of its files")
    trace.add_argument("sequence", metavar="SEQUENCE", nargs="?", help="its number, from 0")
    trace.add_argument("--document", metavar="ID", help="where this document stands")
    trace.add_argument("--position", metavar="TOKEN", help="only what stands at this token of the sequence")
    trace.add_argument("--tokenizer", metavar="FILE", help="the tokenizer.json of shards that were copied without their run")
    trace.add_argument("--all", action="store_true", help="show whole texts (default: their beginnings)")
    trace.add_argument("--json", action="store_true")
    takedown = command(
        commands,
        "takedown",
        _takedown,
        help="take documents out of every stage and shard; prove that they are gone",
        epilog=_TAKEDOWN_EPILOG,
    )
    takedown.add_argument("run", metavar="RUN")
    takedown.add_argument("--ids", metavar="FILE", help="one id a line, or JSON Lines with id")
    takedown.add_argument(
        "--texts", metavar="FILE", action="append", default=[], help="JSON Lines with text, or a file that is one text"
    )
    takedown.add_argument(
        "--uri-prefix", metavar="PREFIX", action="append", default=[], help="every document whose URI begins so"
    )
    takedown.add_argument("--with-duplicates", action="store_true", help="near-duplicates go too, not only exact copies")
    takedown.add_argument("--dry-run", action="store_true", help="show what would go; change nothing")
    takedown.add_argument("--json", action="store_true")
    show = command(commands, "show", _show, help="the resolved recipe and its fingerprint; nothing is run")
    show.add_argument("recipe", metavar="RECIPE")


def _add_why(commands: Any) -> None:
    why = command(commands, "why", _why, help="what happened to one document of a run, and why", epilog=_WHY_EPILOG)
    why.add_argument("run", metavar="RUN")
    why.add_argument("id", metavar="ID", help="the document's id, as in the ledger and the report")
    why.add_argument("--all", action="store_true", help="show the whole text (default: 4,000 characters)")
    why.add_argument("--json", action="store_true")


def _add_diff(commands: Any) -> None:
    text = "what another recipe kept, lost and moved: two runs side by side"
    diff = command(commands, "diff", _diff, help=text, description=text, epilog=_DIFF_EPILOG)
    diff.add_argument("first", metavar="RUN_A", help="the run before")
    diff.add_argument("second", metavar="RUN_B", help="the run after")
    diff.add_argument("--samples", type=int, default=2, metavar="N", help="documents shown of each kind (default: 2)")
    diff.add_argument("--json", action="store_true")


def _status(arguments: argparse.Namespace) -> int:
    from pipelines.status import as_json, as_text, read_status

    rows = read_status(arguments.run)
    print(json.dumps(as_json(rows), indent=1) if arguments.json else as_text(rows))
    return 0


def _report(arguments: argparse.Namespace) -> int:
    from pipelines.report import write_report

    print(write_report(arguments.run, training=arguments.training))
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from pipelines.verify import parse_sequences, run_verify

    sequences = parse_sequences(arguments.sequences)
    return run_verify(arguments.run, sys.stdout, as_json=arguments.json, sequences=sequences)


def _trace(arguments: argparse.Namespace) -> int:
    from pipelines.trace_command import run_trace

    return run_trace(
        arguments.run,
        sys.stdout,
        shard=arguments.shard,
        sequence=arguments.sequence,
        document=arguments.document,
        position=arguments.position,
        tokenizer=arguments.tokenizer,
        as_json=arguments.json,
        show_all=arguments.all,
    )


def _takedown(arguments: argparse.Namespace) -> int:
    from pipelines.takedown_command import run_takedown

    return run_takedown(
        arguments.run,
        sys.stdout,
        ids=arguments.ids,
        texts=arguments.texts,
        uri_prefixes=arguments.uri_prefix,
        with_duplicates=arguments.with_duplicates,
        dry_run=arguments.dry_run,
        as_json_lines=arguments.json,
    )


def _show(arguments: argparse.Namespace) -> int:
    from pipelines.recipe import load_recipe

    recipe = load_recipe(arguments.recipe).recipe
    print(json.dumps({"fingerprint": recipe.fingerprint(), **recipe.resolved()}, ensure_ascii=False, indent=1))
    return 0


def _why(arguments: argparse.Namespace) -> int:
    from pipelines.why_page import MAX_CHARS, run_why

    max_chars = 0 if arguments.all else MAX_CHARS
    return run_why(arguments.run, arguments.id, sys.stdout, as_json=arguments.json, max_chars=max_chars)


def _diff(arguments: argparse.Namespace) -> int:
    from pipelines.diff_command import run_diff

    return run_diff(arguments.first, arguments.second, sys.stdout, as_json=arguments.json, samples=arguments.samples)
