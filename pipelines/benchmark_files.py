"""Reads benchmark files: JSON Lines of questions and answers, plain or compressed, one file or directories of them.

Enters: paths and the names of columns. Leaves: the items in the order of the files, and per file how many lines gave one. A few
lines that give none are counted and told; a file in which many do, or that is no such file, is a :class:`BenchmarkError` that
names the file, the line, the columns and the remedy.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from filters.contamination.items import Item

from .benchmark_items import Asked, Columns, NoQuestionError, asked
from .json_lines import counted
from .readers.lines import OversizeLine, read_lines
from .readers.opening import FileError, read_blocks
from .readers.planning import find_pieces
from .readers.record import Piece

_MAX_LINE_BYTES = 64 << 20
#: So many bad lines, or such a share of the lines, are told and no error, if more than half of the lines are good.
_FEW_LINES, _FEW_SHARE = 3, 0.02


class BenchmarkError(ValueError):
    """A benchmark file that cannot be used; the message says where and what to do."""

    exit_code = 2


@dataclass(frozen=True)
class BenchmarkFile:
    """What was read of one file: ``problems`` are its bad lines, with what is wrong."""

    name: str
    sha256: str
    num_items: int
    problems: tuple[str, ...] = ()


@dataclass
class Benchmarks:
    """The items of all files."""

    items: list[Item] = field(default_factory=list[Item])
    files: list[BenchmarkFile] = field(default_factory=list[BenchmarkFile])

    @property
    def problems(self) -> list[str]:
        """What is to be told of lines that were passed over."""
        return [problem for file in self.files for problem in file.problems]


def read_benchmarks(paths: Sequence[str], columns: Columns, *, root: str = "") -> Benchmarks:
    """The items of the files that ``paths`` name, each file once, sorted by path; items are named as seen from ``root``.

    Raises:
        BenchmarkError: a path names nothing, or a file cannot be used.
    """
    found = Benchmarks()
    for path in sorted({piece.path for pattern in paths for piece in _pieces(pattern)}):
        name = path.removeprefix(root.rstrip("/") + "/") if root else path
        items, problems = _read(Piece(path, 0, None, 0), name, columns)
        found.items += items
        found.files.append(BenchmarkFile(name, _sha256(path), len(items), tuple(problems)))
    return found


def _pieces(path: str) -> list[Piece]:
    try:
        return find_pieces([path], format="jsonl", target_bytes=1 << 60)
    except (ValueError, OSError) as error:
        raise BenchmarkError(f"benchmarks: {error}") from error


def _sha256(path: str) -> str:
    """Of the uncompressed content."""
    hashed = hashlib.sha256()
    for block in read_blocks(path):
        hashed.update(block)
    return hashed.hexdigest()


def _read(piece: Piece, name: str, columns: Columns) -> tuple[list[Item], list[str]]:
    items: list[Item] = []
    problems: list[str] = []
    try:
        for number, content in _lines(piece):
            try:
                one = _asked(content, columns)
            except NoQuestionError as error:
                problems.append(f"{name}, line {number}: {error}")
            else:
                items.append(_item(one, name, number))
    except FileError as error:
        raise BenchmarkError(f"benchmarks: {error.detail}") from error
    if not items and not problems:
        raise BenchmarkError(f"{name} has no lines: a benchmark is JSON Lines, one question a line")
    if len(problems) > max(_FEW_LINES, _FEW_SHARE * len(items)) or len(problems) >= len(items):
        told = (
            f"; {counted(len(problems), 'line')} of {len(items) + len(problems):,} give no question"
            if len(problems) > 1
            else ""
        )
        raise BenchmarkError(problems[0] + told)
    return items, problems


def _lines(piece: Piece) -> Iterator[tuple[int, bytes | None]]:
    """The lines with their numbers; None for one that is too long."""
    for number, line in enumerate(read_lines(piece, max_bytes=_MAX_LINE_BYTES), start=1):
        if isinstance(line, OversizeLine):
            yield number, None
        elif line.content.strip():
            yield number, line.content.removeprefix(b"\xef\xbb\xbf") if number == 1 else line.content


def _asked(content: bytes | None, columns: Columns) -> Asked:
    if content is None:
        raise NoQuestionError(f"longer than {_MAX_LINE_BYTES >> 20} MiB: a benchmark is JSON Lines, one question a line")
    try:
        values: Any = json.loads(content.decode())
    except UnicodeDecodeError as error:
        raise NoQuestionError(f"byte {error.start} is not UTF-8: convert the file (iconv -f cp949 -t utf-8)") from None
    except RecursionError:
        raise NoQuestionError("not JSON: too deeply nested") from None
    except ValueError as error:
        hint = "; the file is one JSON array: convert it with jq -c '.[]'" if content.lstrip()[:1] == b"[" else ""
        raise NoQuestionError(f"not JSON ({error}){hint or ': a benchmark is JSON Lines, one question a line'}") from None
    if not isinstance(values, dict):
        hint = "; the file is one JSON array: convert it with jq -c '.[]'" if isinstance(values, list) else ""
        raise NoQuestionError(f"a JSON {type(cast(object, values)).__name__}, not an object{hint}")
    return asked(cast(dict[str, Any], values), columns)


def _item(one: Asked, name: str, number: int) -> Item:
    """An item whose text UTF-8 can carry: half of a surrogate pair matches nothing."""
    clean = (text.encode("utf-8", "replace").decode() for text in (one.id, one.question, one.answer, *one.choices))
    identifier, question, answer, *choices = clean
    return Item(benchmark=name, item=identifier or f"line {number}", question=question, choices=tuple(choices), answer=answer)
