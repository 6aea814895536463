"""``malmoi tokenizer compare``: tokenizers side by side on the same text.

What enters: tokenizers by path or installed package, text (JSONL, Parquet, plain text), aligned segments (a column per
language). What leaves: a table or JSON on standard output, and a plot of compression against misalignment as SVG.
"""

import json
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from typing import IO, Any

from tqdm import tqdm

from mixing.repeats import unit_hash
from tokenizer.comparison import Figures, TextSize, compare, size_of
from tokenizer.reading.formats import read_tokenizer

from .engine import files
from .input_files import find_inputs
from .readers.record import ReaderSettings, Record
from .scatter_plot import Axis, Point, scatter_plot
from .tokenizer_files import read_tokenizer_files

DEFAULT_MAX_BYTES = 10_000_000
_HANGUL = range(ord("가"), ord("힣") + 1)

Row = dict[str, Any]


def run_compare(
    words: Sequence[str],
    out: IO[str],
    *,
    texts: Sequence[str],
    parallel: Sequence[str] = (),
    languages: tuple[str, str] = ("ko", "en"),
    against: str | None = None,
    text_column: str = "text",
    max_bytes: int = DEFAULT_MAX_BYTES,
    as_json: bool = False,
    plot: str | None = None,
    speed: bool = True,
) -> int:
    """Compares the tokenizers that ``words`` name and writes what was found to ``out``; the exit code.

    Raises:
        ValueError, OSError: a tokenizer or a text that is not there or cannot be read; ``against`` is none of them.
    """
    found = read_tokenizer_files(words)
    tokenizers = {file.name: read_tokenizer(file.content, name=file.file) for file in found}
    if against is not None and against not in tokenizers:
        raise ValueError(f"--against {against}: the tokenizers are {', '.join(tokenizers)}; give one of these names")
    documents = _documents(texts, text_column, max_bytes)
    pairs = list(_segments(parallel, languages, max_bytes))
    if parallel and not pairs:
        raise ValueError(f"no segment with both {languages[0]!r} and {languages[1]!r} in {', '.join(parallel)}")
    size = size_of(documents)
    with tqdm(total=size.characters, desc="comparing", unit=" characters", unit_scale=True, file=sys.stderr) as bar:
        figures = compare(tokenizers, documents, parallel=pairs, alignment=_has_korean(documents), speed=speed, told=bar.update)
    rows = [as_row(row, size=size, against=next((f for f in figures if f.name == against), None)) for row in figures]
    if as_json:
        whole = {"text": _size(size), "segments": len(pairs), "languages": list(languages), "against": against}
        json.dump({**whole, "tokenizers": rows}, out, ensure_ascii=False, indent=2)
        out.write("\n")
    else:
        out.write(as_table(rows, size=size, against=against, languages=languages, num_segments=len(pairs)))
    if plot is not None:
        with files.writing(plot) as target:
            target.write(as_plot(rows).encode())
        print(f"malmoi: plot: {plot}", file=sys.stderr)
    return 0


def _documents(paths: Sequence[str], text_column: str, max_bytes: int) -> list[str]:
    """The documents, or a share of them that makes about ``max_bytes`` of files, by a hash of their places."""
    texts = [text for _, text in _sampled(paths, text_column, max_bytes)]
    if not any(texts):
        raise ValueError(f"no document was found in {', '.join(paths)}; give files with a {text_column!r} column or text files")
    return texts


def _segments(paths: Sequence[str], languages: tuple[str, str], max_bytes: int) -> Iterator[tuple[str, str]]:
    """Aligned segments: records that have text in both columns."""
    for path in paths:
        own, other = (dict(_sampled([path], language, max_bytes)) for language in languages)
        yield from ((own[place], other[place]) for place in own if place in other)


def _sampled(paths: Sequence[str], column: str, max_bytes: int) -> Iterator[tuple[str, str]]:
    """(place, text) of records that hold text; the places chosen do not depend on the column."""
    inputs = [found for path in paths for found in find_inputs(path)]
    share = min(1.0, max_bytes / max(1, sum(_unpacked(found.piece.path, found.piece.size) for found in inputs)))
    for found in inputs:
        for item in found.records(ReaderSettings(text_column=column)):
            if not isinstance(item, Record) or not item.text.strip():
                continue
            place = f"{found.piece.path}#{item.ordinal}"
            if unit_hash(place, seed=0) < int(share * (1 << 64)):
                yield place, unicodedata.normalize("NFC", item.text)


def _unpacked(path: str, size: int) -> int:
    """About how much text a file holds: compressed ones a few times their size."""
    return size * 4 if path.endswith((".zst", ".gz", ".parquet", ".bz2")) else size


def _has_korean(texts: Sequence[str]) -> bool:
    return any(ord(letter) in _HANGUL for text in texts for letter in text)


def _size(size: TextSize) -> Row:
    return {"documents": size.documents, "words": size.words, "characters": size.characters, "bytes": size.bytes}


def as_row(row: Figures, *, size: TextSize, against: Figures | None = None) -> Row:
    """Everything about one tokenizer, for a program to read; what was not measured is None."""
    korean = row.alignment if row.alignment.tokens else None
    return {
        "name": row.name,
        "entries": row.num_entries,
        "tokens": row.tokens,
        "ratio": round(row.tokens / max(1, against.tokens), 4) if against else None,
        "tokens_per_character": round(row.tokens / max(1, size.characters), 4),
        "tokens_per_byte": round(row.tokens / max(1, size.bytes), 4),
        "tokens_per_word": round(row.tokens / max(1, size.words), 4),
        "tokens_per_document": round(row.tokens / max(1, size.documents), 2),
        "byte_tokens": round(row.byte_tokens / max(1, row.tokens), 5),
        "misaligned": round(korean.misaligned_share, 5) if korean else None,
        "aligned": round(korean.aligned_share, 5) if korean else None,
        "precision": round(korean.precision, 4) if korean else None,
        "recall": round(korean.recall, 4) if korean else None,
        "premium": round(row.premium.ratio, 4) if row.premium else None,
        "round_trip": round(row.same_texts / max(1, row.texts), 5),
        "megabytes_per_s": round(row.bytes_per_s / 1e6, 3) if row.bytes_per_s else None,
    }


#: Heading, key, and how the figure is written.
_COLUMNS = (
    ("entries", "entries", "{:,}"),
    ("tokens", "tokens", "{:,}"),
    ("ratio", "ratio", "{:.3f}"),
    ("per char", "tokens_per_character", "{:.3f}"),
    ("per byte", "tokens_per_byte", "{:.3f}"),
    ("per word", "tokens_per_word", "{:.3f}"),
    ("per doc", "tokens_per_document", "{:,.1f}"),
    ("misaligned", "misaligned", "{:.4f}"),
    ("aligned", "aligned", "{:.3f}"),
    ("precision", "precision", "{:.3f}"),
    ("recall", "recall", "{:.3f}"),
    ("bytes", "byte_tokens", "{:.4f}"),
    ("premium", "premium", "{:.3f}"),
    ("same", "round_trip", "{:.4f}"),
    ("MB/s", "megabytes_per_s", "{:.2f}"),
)


def as_table(rows: Sequence[Row], *, size: TextSize, against: str | None, languages: tuple[str, str], num_segments: int) -> str:
    """The figures as a table, with what they mean; columns that nothing is known of are left out."""
    columns = [column for column in _COLUMNS if any(row[column[1]] is not None for row in rows)]
    cells = [["tokenizer", *(heading for heading, _, _ in columns)]]
    for row in rows:
        written = ("–" if row[key] is None else form.format(row[key]) for _, key, form in columns)
        cells.append([row["name"], *written])
    widths = [max(len(line[place]) for line in cells) for place in range(len(cells[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in cells
    ]
    told = [f"{size.documents:,} documents, {size.words:,} words, {size.characters:,} characters, {size.bytes:,} bytes"]
    told += [f"ratio: tokens against {against}"] if against else []
    if any(row["aligned"] is not None for row in rows):
        told.append(
            "of tokens with Hangul: misaligned = a piece of one morpheme glued to another, aligned = whole morphemes;\n"
            "cuts inside words: precision = at a morpheme boundary, recall = boundaries with a cut (morphemes by Kiwi)"
        )
    told.append("bytes: tokens that are one byte of a longer character; same: texts that decode to what they were")
    if num_segments:
        told.append(f"premium: tokens of {num_segments:,} segments in {languages[0]} against the same in {languages[1]}")
    told += ["MB/s: of CPU time on one core, best of five"] if any(row["megabytes_per_s"] for row in rows) else []
    return "\n".join([*lines, "", *told, ""])


def as_plot(rows: Sequence[Row]) -> str:
    """Compression against misalignment; against the number of entries where the text holds no Hangul."""
    korean = all(row["misaligned"] is not None for row in rows)
    key, axis = ("misaligned", Axis(title="misaligned tokens", percent=True)) if korean else ("entries", Axis(title="entries"))
    points = [Point(row["name"], row["tokens_per_character"], row[key]) for row in rows]
    return scatter_plot(points, title="Fewer tokens to the left", x=Axis(title="tokens per character"), y=axis)
