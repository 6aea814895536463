"""Documents on standard input: JSON Lines, one object a line, as ``malmoi filter`` and ``malmoi pii`` read them.

Lines of bytes enter. For every line, in order, an :class:`Entry` leaves: the document, or the reason why there is none.
Results leave as JSON Lines with Hangul as it is; :func:`answer_lines` is the whole way from the ones to the others.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, NamedTuple, Protocol, cast

from tqdm import tqdm

#: Documents and characters that are judged together, whichever is reached first.
BATCH_ROWS = 500
BATCH_CHARS = 4_000_000
#: How many bad lines are told one by one; the others are counted.
TOLD_LINES = 10
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class UnreadableLineError(ValueError):
    """A line that holds no document; what is wrong with it and what to do."""

    def __init__(self, problem: str, *, identifier: Any = None) -> None:
        super().__init__(problem)
        self.identifier = identifier


class Entry(NamedTuple):
    """One line: its number from 1, its ``id`` as it was written, and its text, or the problem that there is none.

    ``fields`` holds the other strings of the object.
    """

    number: int
    id: Any
    text: str
    problem: str = ""
    fields: Mapping[str, str] = {}


def read_entries(lines: Iterable[bytes], *, text_column: str = "text", id_column: str = "id") -> Iterator[Entry]:
    """An entry for every line, blank and broken ones too."""
    for number, line in enumerate(lines, start=1):
        try:
            yield _entry(number, line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line, text_column, id_column)
        except UnreadableLineError as error:
            yield Entry(number, error.identifier, "", problem=str(error))


def in_batches(entries: Iterable[Entry], *, rows: int = BATCH_ROWS) -> Iterator[list[Entry]]:
    """The entries in lists of at most ``rows``, and of about ``BATCH_CHARS`` characters."""
    batch: list[Entry] = []
    num_chars = 0
    for entry in entries:
        batch.append(entry)
        num_chars += len(entry.text)
        if len(batch) >= rows or num_chars >= BATCH_CHARS:
            yield batch
            batch, num_chars = [], 0
    if batch:
        yield batch


def write_line(out: IO[str], value: Mapping[str, Any]) -> None:
    """One object as one line; what UTF-8 cannot carry is written as an escape."""
    line = json.dumps(value, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:
        line = json.dumps(value)
    out.write(line + "\n")


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 document``, ``2,000 documents``."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


@dataclass
class Complaints:
    """Bad lines, told on ``messages``: the first few in full, the rest as a number."""

    messages: IO[str]
    num_lines: int = 0

    def add(self, entry: Entry) -> None:
        self.num_lines += 1
        if self.num_lines <= TOLD_LINES:
            print(f"malmoi: line {entry.number}: {entry.problem}", file=self.messages)

    def close(self) -> None:
        if self.num_lines > TOLD_LINES:
            more = counted(self.num_lines - TOLD_LINES, "more line")
            print(f"malmoi: … and {more} that cannot be read", file=self.messages)


class Answering(Protocol):
    """What a command does with its lines."""

    @property
    def name(self) -> str:
        """What the progress bar calls it."""
        ...

    def answers(self, batch: Sequence[Entry]) -> Sequence[Mapping[str, Any]]:
        """What is written for every entry, in order."""
        ...

    def summary(self) -> str:
        """What is told of the documents at the end, behind their number."""
        ...


def answer_lines(
    answering: Answering,
    lines_in: Iterable[bytes],
    out: IO[str],
    *,
    messages: IO[str],
    text_column: str = "text",
    id_column: str = "id",
    batch_rows: int = BATCH_ROWS,
) -> int:
    """Writes an answer for every line; the exit code: 0, or 1 if there were lines and none could be read.

    ``batch_rows`` is how many documents are read before the first answer is written; 1 suits somebody who types.
    """
    complaints = Complaints(messages)
    num_lines = 0
    entries = read_entries(lines_in, text_column=text_column, id_column=id_column)
    with tqdm(desc=answering.name, unit=" documents", file=messages, disable=None) as bar:
        for batch in in_batches(entries, rows=batch_rows):
            for entry, answer in zip(batch, answering.answers(batch), strict=True):
                if entry.problem:
                    complaints.add(entry)
                write_line(out, answer)
            out.flush()
            num_lines += len(batch)
            bar.update(len(batch))
    complaints.close()
    num_unreadable = complaints.num_lines
    told = f"malmoi: {counted(num_lines - num_unreadable, 'document')}{answering.summary()}"
    told += f"; {counted(num_unreadable, 'line')} could not be read" if num_unreadable else ""
    print(told, file=messages)
    if num_unreadable and num_unreadable == num_lines:
        print('malmoi: no line is a document; give JSON Lines: one {"id": "…", "text": "…"} a line', file=messages)
        return 1
    return 0


def _entry(number: int, line: bytes, text_column: str, id_column: str) -> Entry:
    values = _object(line, id_column)
    identifier = values.get(id_column)
    if not isinstance(identifier, str | int | float | None):
        kind = _kind(identifier)
        raise UnreadableLineError(f"{id_column!r} is {kind}; an id is a string or a number")
    if text_column not in values:
        have = ", ".join(repr(name) for name in [*values][:6]) or "nothing"
        problem = f"the object has no {text_column!r} (it has {have}); rename the column, or name it with --text-column"
        raise UnreadableLineError(problem, identifier=identifier)
    text = values[text_column]
    if not isinstance(text, str):
        raise UnreadableLineError(f"{text_column!r} is {_kind(text)}, not a string", identifier=identifier)
    if (at := _lone_surrogate(text)) is not None:
        problem = f"{text_column!r} has U+{ord(text[at]):04X}, half of a surrogate pair, at character {at}: mend the text"
        raise UnreadableLineError(problem, identifier=identifier)
    fields = {name: value for name, value in values.items() if isinstance(value, str) and name != text_column}
    return Entry(number, identifier, text, fields=fields)


def _object(line: bytes, id_column: str) -> dict[str, Any]:
    """The JSON object of a line; raises UnreadableLineError."""
    line = line.rstrip(b"\r\n")
    try:
        value: Any = json.loads(line.decode())
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} of the line is not UTF-8{_other_encoding(line)}"
        raise UnreadableLineError(problem, identifier=_id_of_broken(line, id_column)) from None
    except RecursionError:
        raise UnreadableLineError("not JSON: too deeply nested", identifier=_id_of_broken(line, id_column)) from None
    except ValueError as error:
        if not line.strip():
            raise UnreadableLineError("the line is blank; remove it") from None
        problem = f'not JSON ({error}); a line is one object: {{"id": "…", "text": "…"}}'
        raise UnreadableLineError(problem, identifier=_id_of_broken(line, id_column)) from None
    if not isinstance(value, dict):
        raise UnreadableLineError(f'{_kind(value)}, not an object; a line is one object: {{"id": "…", "text": "…"}}')
    return cast(dict[str, Any], value)


def _id_of_broken(line: bytes, id_column: str) -> str | None:
    """The id of a line that is not JSON, if one can be made out near its start."""
    head = line[:1000].decode("utf-8", "replace")
    found = re.search(rf'"{re.escape(id_column)}"\s*:\s*"([^"\\\ufffd]*)"', head)
    return found[1] if found else None


def _other_encoding(line: bytes) -> str:
    try:
        korean = any("가" <= character <= "힣" for character in line.decode("cp949"))
    except UnicodeDecodeError:
        korean = False
    return "; it reads as CP949: convert it with iconv -f cp949 -t utf-8" if korean else ""


def _lone_surrogate(text: str) -> int | None:
    """Where the first half of a surrogate pair without the other stands."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return error.start
    return None


def _kind(value: Any) -> str:
    """A JSON value's type in words."""
    names = {bool: "true or false", int: "a number", float: "a number", str: "a string", list: "a list", dict: "an object"}
    return names.get(cast(Any, type(value)), "null")
