"""Read JSON Lines: one JSON object a line, plain or compressed, whole or a byte range of a plain file.

A line that starts in the range belongs to it, so that the ranges of a file read as the whole file does. Blank lines are no
records (jsonlines.org allows them at the end of a file) and leave no row.
"""

import json
from collections.abc import Iterator
from typing import Any, NoReturn, cast

from pipelines.readers.columns import ColumnError, record_from_columns
from pipelines.readers.lines import BrokenOffError, Line, OversizeLine, UnfinishedLine, read_lines
from pipelines.readers.record import Outcome, Piece, ReaderSettings, Rejected, dropped, unreadable

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_JSON_WHITE_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def read(piece: Piece, *, settings: ReaderSettings) -> Iterator[Outcome]:
    """The documents of one piece, and a row for every line that is none.

    A file without any line is one row, which the piece that starts at 0 answers for.
    """
    has_lines = False
    try:
        for line in read_lines(piece, max_bytes=settings.max_record_bytes):
            has_lines = True
            if isinstance(line, OversizeLine):
                yield _oversize(line, piece=piece, settings=settings)
            elif isinstance(line, UnfinishedLine) and not _is_whole(line.content, settings=settings):
                yield _unfinished(line, detail=f"{piece.path} ends inside the line at byte {line.offset}: write it again")
            elif line.offset == 0 and line.content.startswith(_UTF16_MARKS):
                detail = f"{piece.path} is UTF-16 (it begins with its byte-order mark): convert it to UTF-8"
                yield unreadable("invalid_utf8", detail, raw_bytes=piece.size)
                return
            elif line.content and not line.content.isspace():
                yield _read_line(line, piece=piece, settings=settings)
    except BrokenOffError as problem:
        yield from _broken_off(problem, piece=piece, settings=settings)
        return
    if not has_lines and piece.start == 0:
        yield dropped("empty_file", f"{piece.path} has no lines: nothing to do, unless it should have some")


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
