"""The Korean tokenizer against plain byte-level BPE and against others, and what training it costs.

    python -m benchmarks.tokenizer [--data DIR] [--work DIR] [--plot FILE.svg] [--cost] [--ten-times]

Trains the variants of the frontier (a price for misaligned tokens from 0, which is plain BPE, to one that forbids them;
Korean words counting once, one and a half times, twice) on the same words with the same split and size, and measures them
and the tokenizers in DIR/tokenizers on the same held-out text. Trained tokenizers stay in the work directory and are not
trained again. ``--cost`` runs `malmoi tokenizer train` on all the text, ``--ten-times`` on ten times as much.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from pipelines.scatter_plot import Axis, Point, scatter_plot
from pipelines.tokenizer_files import read_tokenizer_files
from tokenizer.comparison import Figures, compare, encoding_speeds, size_of
from tokenizer.reading.comparable import Comparable
from tokenizer.reading.formats import read_tokenizer
from tokenizer.split import WordCounts
from tokenizer.train import Training, count_words, train

from .measuring import ROOT, measure
from .tokenizer_text import held_out_texts, training_texts

_FORBIDDEN = 1000.0
#: (misalignment, korean_weight)
VARIANTS = (
    (0.0, 1.0),
    *((price, 1.5) for price in (0.0, 0.5, 1.5, 4.0, _FORBIDDEN)),
    *((price, 2.0) for price in (0.0, 1.5, 3.0, 4.0)),
)
_DEFAULT = Training(vocab_size=100_000)
_PLAIN = ((0.0, 1.0), (0.0, 1.5), (0.0, 2.0))

#: Of each held-out text, the figures of each tokenizer.
Measured = Mapping[str, Mapping[str, Figures]]


def main() -> None:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    arguments = _arguments()
    arguments.work.mkdir(parents=True, exist_ok=True)
    ours = [_trained(variant, arguments.data, arguments.work, arguments.vocab_size) for variant in VARIANTS]
    words = [f"{name}={path}" for name, path in ours]
    words += [str(path) for path in sorted((arguments.data / "tokenizers").iterdir())]
    files = read_tokenizer_files(words)
    tokenizers = {file.name: read_tokenizer(file.content, name=file.file) for file in files}
    texts = held_out_texts(arguments.data)
    measured: dict[str, dict[str, Figures]] = {}
    for kind, some in texts.items():
        print(f"measuring on {kind}: {size_of(some).characters:,} characters", file=sys.stderr, flush=True)
        found = compare(tokenizers, some, alignment=kind in ("seen", "unseen"), speed=False)
        measured[kind] = {figures.name: figures for figures in found}
    _print_table(measured)
    others = [name for name in tokenizers if "misalignment" not in name]
    _print_acceptance(measured, others)
    _print_speed(tokenizers, texts["unseen"])
    if arguments.plot:
        arguments.plot.write_text(_frontier(measured["unseen"], size_of(texts["unseen"]).characters), encoding="utf-8")
    if arguments.cost or arguments.ten_times:
        _print_cost(arguments.data, ten_times=arguments.ten_times)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data", help="holds ko, multilingual, tokenizers")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "malmoi-tokenizers")
    parser.add_argument("--vocab-size", type=int, default=_DEFAULT.vocab_size)
    parser.add_argument("--plot", type=Path, metavar="FILE.svg")
    parser.add_argument("--cost", action="store_true", help="time and memory of training on all the text (100 MB)")
    parser.add_argument("--ten-times", action="store_true", help="and on ten times as much")
    arguments = parser.parse_args()
    if not (arguments.data / "ko").is_dir():
        sys.exit(f"{arguments.data}: no ko/*.jsonl.zst in it; give --data DIR")
    return arguments


def _name(variant: tuple[float, float]) -> str:
    price, weight = variant
    return f"misalignment {'∞' if price == _FORBIDDEN else f'{price:g}'}, korean {weight:g}"


def _trained(variant: tuple[float, float], data: Path, work: Path, vocab_size: int) -> tuple[str, Path]:
    """Name and file of a variant, trained if it is not there yet."""
    price, weight = variant
    path = work / f"{vocab_size}-misalignment-{price:g}-korean-{weight:g}.json"
    if not path.exists():
        print(f"training {_name(variant)}", file=sys.stderr, flush=True)
        training = Training(vocab_size=vocab_size, misalignment=price, korean_weight=weight)
        train(_counts(data), training).tokenizer.save(str(path))
    return _name(variant), path


@cache
def _counts(data: Path) -> WordCounts:
    return count_words(training_texts(data))


def _print_table(measured: Measured) -> None:
    seen, unseen = measured["seen"], measured["unseen"]
    print("| tokenizer | entries | Korean, seen kinds | unseen | multilingual | code | misaligned | aligned | bytes |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    base = {kind: rows["cl100k_base"].tokens for kind, rows in measured.items()}
    for name, row in unseen.items():
        ratios = " | ".join(f"{rows[name].tokens:,} ({rows[name].tokens / base[kind]:.3f})" for kind, rows in measured.items())
        one, two = seen[name].alignment, row.alignment
        print(
            f"| {name} | {row.num_entries:,} | {ratios} | {one.misaligned_share:.4f} / {two.misaligned_share:.4f} "
            f"| {one.aligned_share:.3f} / {two.aligned_share:.3f} | {row.byte_tokens / row.tokens:.4f} |",
            flush=True,
        )
    print("\nIn brackets: against cl100k_base. Misaligned, aligned: seen / unseen; bytes: single bytes, unseen.\n")


def _print_acceptance(measured: Measured, others: Sequence[str]) -> None:
    """What was promised, and whether it holds, of the default."""
    best = _name((_DEFAULT.misalignment, _DEFAULT.korean_weight))
    tokens = {kind: {name: row.tokens for name, row in rows.items()} for kind, rows in measured.items()}
    unseen = measured["unseen"][best].alignment
    figures = [
        (f"{kind} Korean tokens against {_name(plain)}", tokens[kind][best] / tokens[kind][_name(plain)], 1.0, True)
        for plain in _PLAIN
        for kind in ("seen", "unseen")
    ]
    figures += [
        (f"{kind} Korean tokens against {other}", tokens[kind][best] / tokens[kind][other], 1.0, True)
        for other in others
        for kind in ("seen", "unseen")
    ]
    figures += [
        ("misaligned, unseen", unseen.misaligned_share, 0.02, True),
        ("aligned, unseen", unseen.aligned_share, 0.66, False),
        ("seen Korean against cl100k", tokens["seen"][best] / tokens["seen"]["cl100k_base"], 0.43, True),
        ("multilingual against cl100k", tokens["multilingual"][best] / tokens["multilingual"]["cl100k_base"], 0.85, True),
        ("code against cl100k", tokens["code"][best] / tokens["code"]["cl100k_base"], 1.0, True),
    ]
    for text, value, limit, at_most in figures:
        holds = value <= limit if at_most else value >= limit
        print(f"{'holds' if holds else 'FAILS'}  {text}: {value:.4f} ({'at most' if at_most else 'at least'} {limit:g})")


def _print_speed(tokenizers: Mapping[str, Comparable], texts: Sequence[str]) -> None:
    best = _name((_DEFAULT.misalignment, _DEFAULT.korean_weight))
    rates = encoding_speeds({name: tokenizers[name] for name in (best, "o200k_base")}, texts)
    for name, rate in rates.items():
        print(f"encodes {rate / 1e6:.2f} MB/s of unseen Korean on one core: {name}")
    print(flush=True)


def _frontier(rows: Mapping[str, Figures], characters: int) -> str:
    """Compression against misalignment, with lines through the variants that differ in the price alone."""
    points = [
        Point(
            "plain BPE" if price == 0 else "never" if price == _FORBIDDEN else f"{price:g}",
            row.tokens / characters,
            row.alignment.misaligned_share,
            f"Korean words count {weight:g}",
        )
        for price, weight in VARIANTS
        for row in [rows[_name((price, weight))]]
    ]
    return scatter_plot(
        points,
        title="What a misaligned token costs: 100,000 entries, Korean of sources not trained on",
        x=Axis(title="tokens per character (fewer to the left)"),
        y=Axis(title="misaligned tokens (fewer below)", percent=True),
        joined=list(dict.fromkeys(point.group for point in points)),
    )


def _print_cost(data: Path, *, ten_times: bool) -> None:
    with tempfile.TemporaryDirectory() as directory:
        for copies in (1, 10) if ten_times else (1,):
            path = Path(directory) / f"{copies}.jsonl"
            size = _write(training_texts(data), path, copies=copies)
            command = [sys.executable, "malmoi.py", "tokenizer", "train", "--input", path, "--out", Path(directory) / "out"]
            cost = measure(command)
            print(
                f"training on {size / 1e6:,.0f} MB: {cost.wall_s:.0f} s wall, {cost.cpu_s:.0f} s of CPU, "
                f"{cost.peak_bytes / 1e9:.2f} GB"
            )
            path.unlink()


def _write(texts: Iterable[str], path: Path, *, copies: int) -> int:
    size = 0
    with path.open("w", encoding="utf-8") as out:
        for text in texts:
            for copy in range(copies):
                again = "".join(_renewed(text, copy)) if copy else text
                size += len(again.encode("utf-8", "replace"))
                out.write(json.dumps({"text": again}) + "\n")
    return size


def _renewed(text: str, copy: int) -> Iterator[str]:
    """The text with every twentieth word new, so that more text has more kinds of words, as real text has."""
    for place, word in enumerate(text.split(" ")):
        blank = " " if place else ""
        yield blank + (word[::-1] + word[:copy] if (place + copy) % 20 == 0 else word)


if __name__ == "__main__":
    main()
