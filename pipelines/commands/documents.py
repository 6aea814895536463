"""What is done to documents without a run: filter, pii, dedup, decontaminate, knowledge."""

import argparse
import os
import sys
from collections.abc import Callable
from typing import Any

from .parsing import command

_FILTER_EPILOG = """\
examples:
  malmoi filter < in.jsonl > verdicts.jsonl
  zstdcat dump.jsonl.zst | malmoi filter --recipe my.toml | jq -c 'select(.keep | not) | [.id, .reasons[].rule]'
One line in, one line out: {"id", "keep", "reasons": [{"rule", "value", "threshold", "detail"}], "segment", "language",
"scores"}. A line with "segment": "code" and a "language" goes by the code rules.
"""
_PII_EPILOG = """\
examples:
  malmoi pii < in.jsonl > clean.jsonl
  echo '{"id": 1, "text": "전화는 010-1234-5678입니다"}' | malmoi pii
One line in, one line out: {"id", "text", "spans": [{"start", "end", "entity", "score"}]}; offsets are code points of the
text that came in. A line that cannot be read comes out with "text": null and an "error".
"""
_DEDUP_EPILOG = """\
examples:
  malmoi dedup a.jsonl b.jsonl.zst --out DIR
  malmoi dedup november.jsonl --against OCTOBER --out NOVEMBER     # OCTOBER: the --out of an earlier dedup, or a run
DIR/kept.jsonl holds the lines that stay, as they came in; DIR/clusters.jsonl a line for each that came in: {"id", "kept",
"duplicate_of", "similarity", "cluster", "cluster_size"}. The settings are those of [dedup.near] in a recipe.
"""
_DECONTAMINATE_EPILOG = """\
examples:
  malmoi decontaminate a.jsonl --benchmarks kmmlu.jsonl haerae.jsonl --out DIR
  malmoi decontaminate a.jsonl --benchmarks exam.jsonl --out DIR --action cut
DIR/kept.jsonl holds what stays, DIR/contaminated.jsonl {"id", "benchmark", "item", "overlap", "passages"} for what does not.
"""


def add(commands: Any) -> None:
    """Adds the commands."""
    _add_documents(commands)
    _add_repeats(commands)
    _add_knowledge(commands)


def _add_documents(commands: Any) -> None:
    for name, function, text, epilog in (
        ("filter", _filter, "judge documents from standard input: keep or drop, and why", _FILTER_EPILOG),
        ("pii", _pii, "find and replace personal data in documents from standard input", _PII_EPILOG),
    ):
        parser = command(commands, name, function, help=text, description=text, epilog=epilog)
        parser.add_argument("--recipe", metavar="RECIPE", help="whose rules to use (default: the shipped ones for Korean)")
        parser.add_argument("--text-column", default="text", metavar="NAME")
        parser.add_argument("--id-column", default="id", metavar="NAME")


def _add_repeats(commands: Any) -> None:
    text = "take near-duplicates out of JSON lines"
    dedup = command(commands, "dedup", _dedup, help=text, description=text, epilog=_DEDUP_EPILOG)
    dedup.add_argument("--against", nargs="+", default=[], metavar="DIR", help="what earlier runs kept stays; repeats of it go")
    dedup.add_argument(
        "--prefer", choices=["quality", "order"], help="which of a cluster stays (default: the recipe's; quality)"
    )
    dedup.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    dedup.add_argument("--quiet", action="store_true", help="no progress bar")
    text = "take documents that hold benchmark questions out of JSON lines"
    clean = command(commands, "decontaminate", _decontaminate, help=text, description=text, epilog=_DECONTAMINATE_EPILOG)
    clean.add_argument("--benchmarks", nargs="+", required=True, metavar="FILE", help="JSONL of questions and answers")
    clean.add_argument("--action", choices=["drop", "cut"], help="drop the document or cut the passage (default: drop)")
    clean.add_argument("--json", action="store_true", help="the summary as JSON on standard output")
    for parser in (dedup, clean):
        parser.add_argument("input", nargs="+", metavar="IN", help="JSONL files, plain, .gz or .zst, or directories of them")
        parser.add_argument("--out", required=True, metavar="DIR")
        parser.add_argument("--recipe", metavar="RECIPE", help="whose settings to use")
        parser.add_argument("--text-column", default="text", metavar="NAME")
        parser.add_argument("--id-column", default="id", metavar="NAME")


def _add_knowledge(commands: Any) -> None:
    knowledge = commands.add_parser("knowledge", help="train the knowledge classifier, score documents").add_subparsers(
        dest="subcommand", required=True, metavar="COMMAND"
    )
    train = command(
        knowledge,
        "train",
        _knowledge_train,
        help="learn to tell knowledge from ordinary text",
        epilog="examples:\n  malmoi knowledge train --knowledge law.jsonl.zst manuals/ --ordinary web.jsonl.zst --out MODEL",
    )
    train.add_argument("--knowledge", nargs="+", required=True, metavar="PATH", help="encyclopaedias, law, manuals, papers")
    train.add_argument("--ordinary", nargs="+", required=True, metavar="PATH", help="ordinary web text, reviews, talk")
    train.add_argument("--out", required=True, metavar="DIR")
    train.add_argument("--name", default="knowledge", help="what the score is called (default: knowledge)")
    train.add_argument("--text-column", default="text", metavar="NAME")
    score = command(
        knowledge,
        "score",
        _knowledge_score,
        help="the probability that a document is knowledge",
        epilog="examples:\n  malmoi knowledge score --model MODEL < in.jsonl > scores.jsonl\n"
        "  malmoi knowledge score --model MODEL --input RUN/dedup > scores.jsonl",
    )
    score.add_argument("--model", required=True, metavar="DIR", help="what `malmoi knowledge train` wrote")
    score.add_argument("--input", nargs="+", metavar="PATH", help="JSONL, Parquet, text (default: JSONL on standard input)")
    score.add_argument("--text-column", default="text", metavar="NAME")
    score.add_argument("--id-column", default="id", metavar="NAME")


def _filter(arguments: argparse.Namespace) -> int:
    from pipelines.filter_command import run_filter

    return _over_lines(run_filter, arguments)


def _pii(arguments: argparse.Namespace) -> int:
    from pipelines.pii_command import run_pii

    return _over_lines(run_pii, arguments)


def _over_lines(run: Callable[..., int], arguments: argparse.Namespace) -> int:
    columns = {"text_column": arguments.text_column, "id_column": arguments.id_column}
    typed = {"batch_rows": 1} if sys.stdin.isatty() else {}
    try:
        return run(arguments.recipe, sys.stdin.buffer, sys.stdout, **columns, **typed)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads on: be quiet at exit as well
        return 1


def _dedup(arguments: argparse.Namespace) -> int:
    from pipelines.dedup_command import run_dedup

    return run_dedup(
        arguments.input,
        arguments.out,
        recipe=arguments.recipe,
        against=arguments.against,
        prefer=arguments.prefer,
        workers=arguments.workers,
        text_column=arguments.text_column,
        id_column=arguments.id_column,
        quiet=arguments.quiet,
    )


def _decontaminate(arguments: argparse.Namespace) -> int:
    from pipelines.decontaminate_command import run_decontaminate

    return run_decontaminate(
        arguments.input,
        arguments.benchmarks,
        arguments.out,
        action=arguments.action,
        recipe=arguments.recipe,
        text_column=arguments.text_column,
        id_column=arguments.id_column,
        as_json=arguments.json,
    )


def _knowledge_train(arguments: argparse.Namespace) -> int:
    from pipelines.knowledge_command import train_from_files

    told = train_from_files(
        arguments.knowledge,
        arguments.ordinary,
        out=arguments.out,
        name=arguments.name,
        text_column=arguments.text_column,
    )
    print(told)
    return 0


def _knowledge_score(arguments: argparse.Namespace) -> int:
    from pipelines.knowledge_command import score_files, score_lines

    columns = {"text_column": arguments.text_column, "id_column": arguments.id_column}
    if arguments.input:
        print(score_files(arguments.model, arguments.input, sys.stdout, **columns), file=sys.stderr)
        return 0
    return score_lines(arguments.model, sys.stdin.buffer, sys.stdout, **columns)
