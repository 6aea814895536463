"""``malmoi decontaminate``: benchmark questions in the documents of JSON Lines files, outside a build.

What enters: JSONL files or directories of them, plain, .gz or .zst, and benchmark files. What leaves in ``--out DIR``, in the
order of the input: ``kept.jsonl``, the lines of the documents that stay, byte for byte as they came in but for those of which a
passage was cut; and ``contaminated.jsonl``, a line ``{"id", "benchmark", "item", "overlap", "threshold", "action", "passages":
[{"start", "end", "text"}]}`` for each item that a document holds (offsets: code points of its text). A line that cannot be read
is told and not handed on, for it could not be searched.
"""

import io
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, NamedTuple, cast

from tqdm import tqdm

from filters.contamination.matching import Match

from .benchmark_files import BenchmarkError
from .decontamination import Contaminated, Decontamination, benchmarks_of
from .engine import files
from .json_lines import Complaints, Entry, counted, in_batches, read_entries, write_line
from .readers.lines import OversizeLine, read_lines
from .readers.opening import FileError
from .readers.planning import find_pieces
from .readers.record import Piece
from .recipe import load_recipe
from .recipe_tables import Decontaminate

KEPT_FILE = "kept.jsonl"
CONTAMINATED_FILE = "contaminated.jsonl"
_MAX_LINE_BYTES = 256 << 20
_TOLD_SHORT = 5
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class _Line(NamedTuple):
    """A document's entry, its line as it came in, and the file that it is in."""

    entry: Entry
    raw: bytes
    path: str


@dataclass
class _Counts:
    documents: int = 0
    contaminated: int = 0
    cut: int = 0
    by_benchmark: dict[str, int] = field(default_factory=dict[str, int])


def run_decontaminate(
    inputs: Sequence[str],
    benchmarks: Sequence[str],
    out: str,
    *,
    action: str | None = None,
    recipe: str | None = None,
    text_column: str = "text",
    id_column: str = "id",
    as_json: bool = False,
    results: IO[str] | None = None,
    messages: IO[str] | None = None,
) -> int:
    """Decontaminates the files; the exit code: 0, or 1 if there are lines and none holds a document.

    ``recipe``: whose ``[decontaminate]`` says the rest; ``as_json`` writes the summary to ``results`` as well.

    Raises:
        RecipeError, BenchmarkError: what is given cannot be used.
        ValueError, OSError: an input that is not there or cannot be read.
    """
    told: IO[str] = sys.stderr if messages is None else messages
    settings = load_recipe(recipe, rules_only=True).recipe.decontaminate if recipe else Decontaminate.model_validate({})
    settings = settings.model_copy(update={"action": action} if action else {})
    if not benchmarks:
        raise BenchmarkError("name the benchmark files: --benchmarks FILE …")
    pieces = find_pieces(list(inputs), format="jsonl", target_bytes=1 << 60)
    _refuse([*(piece.path for piece in pieces), *benchmarks], out)
    found = benchmarks_of(settings, benchmarks, root=os.getcwd())
    for problem in found.problems:
        print(f"malmoi: {problem} (passed over)", file=told)
    made = Decontamination(settings, found)
    counts, complaints = _Counts(), Complaints(told)
    with (
        files.writing(files.join(out, KEPT_FILE)) as kept_file,
        files.writing(files.join(out, CONTAMINATED_FILE)) as found_file,
        tqdm(desc="decontaminate", unit=" documents", file=told, disable=None) as bar,
    ):
        rows = io.TextIOWrapper(cast(Any, found_file), encoding="utf-8", newline="\n")
        lines = _lines(pieces, text_column, id_column)
        for batch in _batches(lines):
            for line in batch:
                if line.entry.problem:
                    complaints.add(line.entry)
            _write([line for line in batch if not line.entry.problem], made, counts, kept_file, rows, text_column)
            bar.update(len(batch))
        rows.detach()
    complaints.close()
    _tell(made, counts, complaints.num_lines, told)
    if as_json:
        summary = _summary(made, counts, complaints.num_lines)
        print(json.dumps(summary, ensure_ascii=False), file=sys.stdout if results is None else results)
    return 1 if complaints.num_lines and not counts.documents else 0


def _refuse(paths: Sequence[str], out: str) -> None:
    """Raises ValueError where a result would overwrite what is read."""
    results = {_absolute(files.join(out, name)) for name in (KEPT_FILE, CONTAMINATED_FILE)}
    for path in paths:
        if _absolute(path) in results:
            raise BenchmarkError(f"{path} would be overwritten: give --out another directory")
    if not (os.path.isdir(out) or "://" in out) and os.path.exists(out):
        raise BenchmarkError(f"{out} is a file: give --out a directory")


def _absolute(path: str) -> str:
    return path if "://" in path else os.path.realpath(path)


def _lines(pieces: Sequence[Piece], text_column: str, id_column: str) -> Iterator[_Line]:
    """Every line of the files but blank ones."""
    for piece in pieces:
        try:
            for number, line in enumerate(read_lines(piece, max_bytes=_MAX_LINE_BYTES), start=1):
                raw = b"" if isinstance(line, OversizeLine) else line.content.removeprefix(_BYTE_ORDER_MARK)
                if isinstance(line, OversizeLine):
                    entry = Entry(number, None, "", problem=f"longer than {_MAX_LINE_BYTES >> 20} MiB: break the document up")
                elif raw.strip():
                    (entry,) = read_entries([raw], text_column=text_column, id_column=id_column)
                else:
                    continue
                place = f"{entry.problem} ({piece.path})" if entry.problem else ""
                yield _Line(entry._replace(number=number, problem=place), raw, piece.path)
        except FileError as error:
            raise ValueError(error.detail) from error


def _batches(lines: Iterator[_Line]) -> Iterator[list[_Line]]:
    """The lines in batches as their entries make them."""
    waiting: list[_Line] = []

    def entries() -> Iterator[Entry]:
        for line in lines:
            waiting.append(line)
            yield line.entry

    for batch in in_batches(entries()):
        yield waiting[: len(batch)]
        del waiting[: len(batch)]


def _write(
    lines: Sequence[_Line], made: Decontamination, counts: _Counts, kept_file: Any, rows: IO[str], text_column: str
) -> None:
    is_code = [line.entry.fields.get("segment") == "code" for line in lines]
    found = {one.row: one for one in made.find([line.entry.text for line in lines], is_code=is_code)}
    for row, line in enumerate(lines):
        counts.documents += 1
        one = found.get(row)
        if one is None:
            kept_file.write(line.raw + b"\n")
            continue
        counts.contaminated += 1
        for answer in _answers(line, one, made):
            counts.by_benchmark[answer["benchmark"]] = counts.by_benchmark.get(answer["benchmark"], 0) + 1
            write_line(rows, answer)
        if one.left is not None:
            counts.cut += 1
            text = io.StringIO()
            write_line(text, {**json.loads(line.raw), text_column: one.left})
            kept_file.write(text.getvalue().encode())
    rows.flush()


def _answers(line: _Line, one: Contaminated, made: Decontamination) -> Iterator[dict[str, Any]]:
    """A line for each item that the document holds, by where it first stands."""
    by_item: dict[int, list[Match]] = {}
    for match in one.matches:
        by_item.setdefault(match.item, []).append(match)
    text = line.entry.text
    for matches in by_item.values():
        item, best = made.item(matches[0]), max(matches, key=lambda match: match.overlap)
        yield {
            "id": line.entry.id,
            "benchmark": item.benchmark,
            "item": item.item,
            "overlap": round(best.overlap, 4),
            "threshold": round(best.threshold, 4),
            "action": "dropped" if one.left is None else "cut",
            "passages": [{"start": m.start, "end": m.end, "text": text[m.start : m.end]} for m in matches],
        }


def _summary(made: Decontamination, counts: _Counts, num_unreadable: int) -> Mapping[str, Any]:
    stats = made.stats()
    for name, number in counts.by_benchmark.items():
        stats[name]["found"] = number
    return {
        "documents": counts.documents,
        "kept": counts.documents - counts.contaminated + counts.cut,
        "contaminated": counts.contaminated,
        "cut": counts.cut,
        "unreadable": num_unreadable,
        "benchmarks": {name: {"found": 0, **own} for name, own in stats.items()},
        "too_short": [{"benchmark": item.benchmark, "item": item.item} for item in made.too_short()],
    }


def _tell(made: Decontamination, counts: _Counts, num_unreadable: int, told: IO[str]) -> None:
    short = made.too_short()
    if short:
        names = ", ".join(f"{item.benchmark} {item.item}" for item in short[:_TOLD_SHORT])
        more = ", …" if len(short) > _TOLD_SHORT else ""
        print(
            f"malmoi: {counted(len(short), 'item')} too short to be told from ordinary text, not looked for: {names}{more}",
            file=told,
        )
    summary = f"malmoi: {counted(counts.documents, 'document')}: {counts.contaminated:,} with benchmark questions"
    summary += f", {counts.cut:,} of them kept without" if counts.cut else ""
    by_file = ", ".join(f"{name} {number:,}" for name, number in sorted(counts.by_benchmark.items()))
    summary += f" ({by_file})" if by_file else ""
    summary += f"; {counted(num_unreadable, 'line')} could not be read" if num_unreadable else ""
    print(summary, file=told)
