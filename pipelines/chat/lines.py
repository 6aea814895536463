"""The records of JSON Lines files: an object for every line, or the ledger row that says why there is none.

Pieces of files enter; :class:`Entry` leaves, in the order of the input. A record's place is ``file#byte``, the file named from
the directory that all files are in, so that the same files give the same names on any machine.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from filters.document import Failure
from pipelines.engine.ledger import Action, LedgerRow
from pipelines.readers.lines import OversizeLine, UnfinishedLine, read_lines
from pipelines.readers.opening import FileError
from pipelines.readers.record import Piece

from .records import RecordError, kind

#: Above the 10 MB turns that people have, and below what would fill a machine.
MAX_LINE_BYTES = 256 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Entry(NamedTuple):
    """One record: its id (its place where it has none), its file, its place, its size, and its object, or why not."""

    id: str
    source: str
    place: str
    num_bytes: int
    record: Mapping[str, Any]
    problem: RecordError | None = None

    def row(self, action: Action, failures: Sequence[Failure]) -> LedgerRow:
        """The ledger row of what happened to it."""
        return LedgerRow(
            id=self.id, action=action, failures=failures, source=self.source, uri=self.place, text_bytes=self.num_bytes
        )


def read_entries(pieces: Sequence[Piece], *, id_column: str) -> Iterator[Entry]:
    """Every line of the files but blank ones.

    Raises:
        ValueError: a file cannot be read to its end; how much of it is missing is not known.
    """
    names = source_names([piece.path for piece in pieces])
    for piece, source in zip(pieces, names, strict=True):
        has_lines = False
        try:
            for line in read_lines(piece, max_bytes=MAX_LINE_BYTES):
                place = f"{source}#{line.offset}"
                if isinstance(line, OversizeLine):
                    problem = RecordError(
                        "record_too_large", f"longer than {MAX_LINE_BYTES >> 20} MiB: break it up", action="unreadable"
                    )
                    entry = Entry(place, source, place, line.num_bytes, {}, problem)
                elif not line.content.strip():
                    continue
                else:
                    content = line.content if line.offset else line.content.removeprefix(_BYTE_ORDER_MARK)
                    entry = _entry(content, source, place, id_column=id_column, unfinished=isinstance(line, UnfinishedLine))
                has_lines = True
                yield entry
        except FileError as error:
            raise ValueError(f"{error.detail} (what it held beyond is not known, so nothing is written)") from error
        if not has_lines:
            yield Entry(source, source, source, 0, {}, RecordError("empty_file", f"{source} has no lines", value=0))


def source_names(paths: Sequence[str]) -> list[str]:
    """The paths from the directory that they share; a single one by its own name."""
    if len(paths) < 2:
        return [path.rstrip("/").rpartition("/")[2] for path in paths]
    parts = [path.split("/") for path in paths]
    shared = 0
    while all(len(path) > shared + 1 and path[shared] == parts[0][shared] for path in parts):
        shared += 1
    return ["/".join(path[shared:]) for path in parts]


def _entry(content: bytes, source: str, place: str, *, id_column: str, unfinished: bool) -> Entry:
    own = ""
    try:
        record = _object(content, unfinished=unfinished)
        own = _own_id(record, id_column)
        return Entry(own or place, source, place, len(content), record)
    except RecordError as problem:
        return Entry(own or place, source, place, len(content), {}, problem)


def _object(content: bytes, *, unfinished: bool) -> dict[str, Any]:
    try:
        value: Any = json.loads(content.decode())
    except UnicodeDecodeError as error:
        raise RecordError("invalid_utf8", f"byte {error.start} of the line is not UTF-8", action="unreadable") from None
    except RecursionError:
        raise RecordError("invalid_json", "not JSON: too deeply nested", action="unreadable") from None
    except ValueError as error:
        if unfinished:
            detail = "the file ends inside the line: write it again"
            raise RecordError("truncated_record", detail, action="unreadable") from None
        raise RecordError("invalid_json", f"not JSON ({error})", action="unreadable") from None
    if not isinstance(value, dict):
        raise RecordError("not_an_object", f"{kind(value)}, not an object", action="unreadable")
    return cast(dict[str, Any], value)


def _own_id(record: Mapping[str, Any], column: str) -> str:
    """The record's own id; nothing where it has none."""
    value = record.get(column)
    if value is None or value == "":
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        detail = f"{column!r} is {kind(value)}; an id is a string or a whole number"
        raise RecordError("invalid_id", detail, action="unreadable")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise RecordError("lone_surrogate", f"{column!r} has half of a surrogate pair: mend it", action="unreadable") from None
    return value
