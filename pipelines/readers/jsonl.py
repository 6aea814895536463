"""Read JSON Lines: one JSON object a line, plain or compressed, whole or a byte range of a plain file.

A line that starts in the range belongs to it, so that the ranges of a file read as the whole file does. Blank lines are no
records (jsonlines.org allows them at the end of a file) and leave no row. The lines of a block are parsed together, which
takes a third of the time, and one by one where something is the matter with any of them.
"""

import json
from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any, NoReturn, cast

import numpy as np

from pipelines.readers.columns import ColumnError, record_from_columns, records_from_columns
from pipelines.readers.lines import BrokenOffError, Line, Lines, OversizeLine, UnfinishedLine, read_line_blocks
from pipelines.readers.record import Outcome, Piece, ReaderSettings, Records, Rejected, dropped, unreadable

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF8 = (None, "utf-8", "utf8", "UTF-8", "UTF8")
_LINE_FEED = ord("\n")
#: So little is not halved again to find the line that is no document.
_LINE_BY_LINE_BYTES = 4096


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_JSON_WHITE_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
#: The JSON value that starts at a place of a string, and where it ends: what ``raw_decode`` calls.
_SCAN: Callable[[str, int], tuple[Any, int]] = cast(Any, _DECODER).scan_once


def read(piece: Piece, *, settings: ReaderSettings) -> Iterator[Outcome]:
    """The documents of one piece, and a row for every line that is none.

    A file without any line is one row, which the piece that starts at 0 answers for.
    """
    for item in read_columns(piece, settings=settings):
        if isinstance(item, Records):
            yield from item
        else:
            yield item


def read_columns(piece: Piece, *, settings: ReaderSettings) -> Iterator[Records | Outcome]:
    """The same, sound documents as many together as a block of the file has."""
    has_lines = False
    try:
        for item in read_line_blocks(piece, max_bytes=settings.max_record_bytes):
            has_lines = True
            if isinstance(item, OversizeLine):
                yield _oversize(item, piece=piece, settings=settings)
            elif isinstance(item, UnfinishedLine) and not _is_whole(item.content, settings=settings):
                yield _unfinished(item, detail=f"{piece.path} ends inside the line at byte {item.offset}: write it again")
            elif item.offset == 0 and item.content.startswith(_UTF16_MARKS):
                detail = f"{piece.path} is UTF-16 (it begins with its byte-order mark): convert it to UTF-8"
                yield unreadable("invalid_utf8", detail, raw_bytes=piece.size)
                return
            else:
                yield from _read_whole(Lines(item.offset, item.content), piece=piece, settings=settings)
    except BrokenOffError as problem:
        yield from _broken_off(problem, piece=piece, settings=settings)
        return
    if not has_lines and piece.start == 0:
        yield dropped("empty_file", f"{piece.path} has no lines: nothing to do, unless it should have some")


def _read_whole(lines: Lines, *, piece: Piece, settings: ReaderSettings) -> Iterator[Records | Outcome]:
    """What whole lines hold: together, or by halves where something is the matter with one of them."""
    offset, content = lines
    by_halves = settings.encoding in _UTF8
    if by_halves and (records := _read_together(content, offset=offset, settings=settings)):
        yield records
        return
    half = len(content) // 2
    middle = content.find(b"\n", half)
    middle = content.rfind(b"\n", 0, half) if middle < 0 else middle
    if by_halves and middle >= 0 and len(content) > _LINE_BY_LINE_BYTES:
        yield from _read_whole(Lines(offset, content[:middle]), piece=piece, settings=settings)
        yield from _read_whole(Lines(offset + middle + 1, content[middle + 1 :]), piece=piece, settings=settings)
        return
    for line in lines.lines():
        if line.content and not line.content.isspace():
            yield _read_line(line, piece=piece, settings=settings)


def _read_together(content: bytes, *, offset: int, settings: ReaderSettings) -> Records | None:
    """The documents of whole lines in UTF-8; None unless each of them is one."""
    try:
        lines = content.decode().split("\n")
        parsed = [*map(_SCAN, lines, repeat(0))]
    except (ValueError, RecursionError):
        return None
    # White space before a value, or no value at all, ends the mapping early; something may follow a value.
    if len(parsed) != len(lines) or any(
        len(line) != end and line[end:].strip(_JSON_WHITE_SPACE) for line, (_, end) in zip(lines, parsed, strict=True)
    ):
        return None
    feeds = np.flatnonzero(np.frombuffer(content, dtype=np.uint8) == _LINE_FEED)
    starts = np.concatenate([[0], feeds + 1])
    sizes = np.diff(starts, append=len(content) + 1) - 1
    return records_from_columns(
        [value for value, _ in parsed],
        ordinals=(starts + offset).tolist(),
        raw_bytes=sizes.tolist(),
        settings=settings,
        may_hold_surrogates=b"\\u" in content,
    )


def _broken_off(problem: BrokenOffError, *, piece: Piece, settings: ReaderSettings) -> Iterator[Outcome]:
    """One row for the problem, which takes the half line before it along; a line that was whole is read."""
    rest = problem.rest
    if isinstance(rest, UnfinishedLine) and rest.content.strip() and _is_whole(rest.content, settings=settings):
        yield _read_line(rest, piece=piece, settings=settings)
        rest = UnfinishedLine(rest.offset + len(rest.content), b"")
    num_bytes = rest.num_bytes if isinstance(rest, OversizeLine) else len(rest.content)
    yield unreadable(problem.rule, problem.detail, ordinal=rest.offset, raw_bytes=num_bytes)


def _oversize(line: OversizeLine, *, piece: Piece, settings: ReaderSettings) -> Rejected:
    detail = (
        f"{piece.path}, byte {line.offset}: a line of {line.num_bytes} bytes, more than max_record_bytes = "
        f"{settings.max_record_bytes}: raise that, or break the document up"
    )
    return unreadable("record_too_large", detail, ordinal=line.offset, raw_bytes=line.num_bytes)


def _unfinished(line: UnfinishedLine, *, detail: str) -> Rejected:
    return unreadable("truncated_file", detail, ordinal=line.offset, raw_bytes=len(line.content))


def _is_whole(content: bytes, *, settings: ReaderSettings) -> bool:
    """Whether the last line, which no line end closes, is whole: then it is read like any other."""
    try:
        _parse(content.decode(settings.encoding or "utf-8"))
    except (ValueError, RecursionError):
        return content.isspace()
    return True


def _read_line(line: Line | UnfinishedLine, *, piece: Piece, settings: ReaderSettings) -> Outcome:
    content, offset = line.content, line.offset
    try:
        text = content.decode(settings.encoding or "utf-8")
        values: Any = _parse(text if offset else text.removeprefix("\ufeff"))
        if isinstance(values, dict):
            return record_from_columns(
                cast(dict[str, Any], values),
                ordinal=offset,
                raw_bytes=len(content),
                settings=settings,
                may_hold_surrogates="\\u" in text,
            )
        kind = type(cast(object, values)).__name__
        rule, detail = "not_an_object", f"a JSON {kind}, not an object: write one object a line"
    except ColumnError as error:
        return error.rejection(_place(line, piece), ordinal=offset, raw_bytes=len(content))
    except UnicodeDecodeError as error:
        rule, detail = "invalid_utf8", _decode_detail(error, content)
    except RecursionError:
        rule, detail = "invalid_json", "not JSON (too deeply nested): mend or remove the line"
    except ValueError as error:
        rule, detail = "invalid_json", f"not JSON ({error}): mend or remove the line"
    return unreadable(rule, f"{_place(line, piece)}: {detail}", ordinal=offset, raw_bytes=len(content))


def _place(line: Line | UnfinishedLine, piece: Piece) -> str:
    return f"{piece.path}, byte {line.offset}"


def _parse(text: str) -> Any:
    """The one JSON value in ``text``. ``raw_decode`` saves a fifth of the reader's time over ``decode`` on short lines."""
    text = text.strip(_JSON_WHITE_SPACE)
    value, end = _DECODER.raw_decode(text)
    if end != len(text):
        raise ValueError(f"something follows the value at character {end}")
    return value


def _decode_detail(error: UnicodeDecodeError, content: bytes) -> str:
    """Where the bytes stop being UTF-8, and what to set where all of the line is Korean in the other common encoding."""
    detail = f"byte {error.start} of the line is not {error.encoding}"
    try:
        is_korean = any("가" <= character <= "힣" for character in content.decode("cp949"))
    except UnicodeDecodeError:
        is_korean = False
    return detail + (': it reads as CP949: set encoding = "cp949"' if is_korean else ": mend the line, or declare encoding")
