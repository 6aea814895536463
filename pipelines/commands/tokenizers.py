"""Tokenizers, and what is encoded with them for alignment: tokenizer, chat."""

import argparse
import os
import sys
from typing import Any

from .parsing import command, fail

_COMPARE_EPILOG = """\
examples:
  malmoi tokenizer compare TOKENIZER/tokenizer.json o200k_base.tiktoken --text korean.jsonl.zst --against o200k_base
  malmoi tokenizer compare ours=RUN/tokenizer mistral_common:data/tekken_240911.json --text RUN/dedup --plot frontier.svg
  malmoi tokenizer compare a.json b.model --text korean/ --parallel aligned.jsonl --languages ko,en --json
TOKENIZER is a tokenizer.json, a .tiktoken file (its name tells the split pattern), a tekken.json, a SentencePiece .model, a
directory that holds one, or PACKAGE[:FILE] of an installed package; NAME=TOKENIZER gives it a name. Files may be .zst.
"""
_CHAT_EPILOG = """\
examples:
  malmoi chat sft.jsonl.zst more/ --tokenizer RUN/tokenizer/tokenizer.json --out SFT
  malmoi chat preferences.jsonl --kind comparisons --tokenizer tokenizer.json --out RM --max-tokens 2048
conversations: {"id", "messages": [{"role": "user" | "assistant" | "system", "content"}]} and other shapes; comparisons:
{"prompt", "chosen", "rejected"} or {"prompt", "answers", "ranks" or "scores"} (docs/chat-shards.md). DIR holds Parquet files of
token ids, ledger.parquet with a row for every record lost or shortened, and, written last, index.json.
"""


def add(commands: Any) -> None:
    """Adds the commands."""
    _add_tokenizer(commands)
    _add_chat(commands)


def _add_tokenizer(commands: Any) -> None:
    tokenizer = commands.add_parser("tokenizer", help="train a tokenizer, compare tokenizers").add_subparsers(
        dest="subcommand", required=True, metavar="COMMAND"
    )
    train = command(
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
    export = command(
        tokenizer,
        "export",
        _tokenizer_export,
        help="write a tokenizer.json in tiktoken's format",
        epilog="example:\n  malmoi tokenizer export TOKENIZER/tokenizer.json --out malmoi.tiktoken",
    )
    export.add_argument("tokenizer", metavar="TOKENIZER.JSON")
    export.add_argument("--out", required=True, metavar="FILE", help="and FILE with .json: split pattern and special tokens")
    _add_compare(tokenizer)


def _add_compare(tokenizer: Any) -> None:
    compare = command(
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


def _add_chat(commands: Any) -> None:
    text = "conversations and comparisons to shards of token ids for alignment"
    chat = command(commands, "chat", _chat, help=text, description=text, epilog=_CHAT_EPILOG)
    chat.add_argument("input", nargs="+", metavar="IN", help="JSONL files, plain, .gz or .zst, or directories of them")
    chat.add_argument("--tokenizer", required=True, metavar="TOKENIZER.JSON")
    chat.add_argument("--out", required=True, metavar="DIR")
    chat.add_argument("--kind", choices=["conversations", "comparisons"], default="conversations")
    chat.add_argument("--max-tokens", type=int, default=4096, help="of a conversation, or a prompt and an answer (4096)")
    chat.add_argument("--max-unreadable", type=float, default=0.01, metavar="SHARE", help="of the records (default: 0.01)")
    chat.add_argument("--file-tokens", type=int, default=32_000_000, metavar="N", help="of a file, about (default: 32 M)")
    chat.add_argument("--id-column", default="id", metavar="NAME")
    chat.add_argument("--json", action="store_true", help="the index as JSON on standard output")


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


def _tokenizer_compare(arguments: argparse.Namespace) -> int:
    # Timed as CPU time on one core; set before the library starts its threads.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from pipelines.compare_command import run_compare

    languages = arguments.languages.split(",")
    if len(languages) != 2 or not all(languages):
        return fail(ValueError(f"--languages {arguments.languages}: give two columns, like ko,en"), 2)
    if arguments.max_bytes < 1:
        return fail(ValueError("--max-bytes must be at least 1"), 2)
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
