"""Number tables, log files and encoded data that pass for documents.

Enters: a view. Leaves: a failure for what dominates the text: ``number_table`` (rows of numbers), ``log_file`` (lines with
time stamps, levels, requests, stack frames), ``encoded_blob`` (Base64, hexadecimal, escapes, data URIs). An article with one
table or a manual with an excerpt of a log stays. Counts of bytes decide first whether lines are worth a look.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from filters.document import Failure
from filters.limits import check_share
from filters.log_lines import has_few_patterns, log_kind, log_marks, repeated_patterns
from filters.view import View

_DIGITS = b"0123456789"
_PURE_ROW = re.compile(r"[\s:.,;/|~()%+-]*\d[\d\s:.,;/|~()%+-]*\Z")
_MAX_LINES = 2_000
_MAX_LINE_CHARS = 400
#: A number with its signs, and the letters that go with it in tables.
_NUMBER = re.compile(r"(?<![\d:])[-+(△▲▽▼]?\$?\d[\d,./%()-]*(?![\d:])(?:[eE][-+]?\d+)?[%원]?")
#: A word of encoded data: Base64, hexadecimal, escapes; digits or both cases within its first characters.
_BLOB = re.compile(
    r"(?:[\"'(,:=]|data:[\w/+.-]{3,40};base64,){0,3}"
    r"(?:(?=[A-Za-z/+_-]{0,60}\d|[a-z]{1,60}[A-Z]|[A-Z]{2,60}[a-z])[A-Za-z0-9+/_-]{40,}={0,2}"
    r"|(?:(?:%|=|\\x)[0-9A-Fa-f]{2}){10,}|(?:\\u[0-9A-Fa-f]{4}){6,}|"
    r"(?:&#x?[0-9A-Fa-f]{2,6};){6,}|M[!-`]{60}|[01]{40,})"
)
_ESCAPED = re.compile(r"(?:%[0-9A-Fa-f]{2}){10,}")
#: Escapes by themselves, in words of any length.
_ESCAPES = re.compile(
    r"(?:\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\[0-3][0-7]{2}|&#(?:\d{2,6}|x[0-9A-Fa-f]{2,5});|%u[0-9A-Fa-f]{4}|"
    r"%[0-9A-F]{2}|=[0-9A-F]{2}|U\+[0-9A-F]{4,5})+"
)
#: Rows of bytes or words in hexadecimal or binary.
_DUMP = re.compile(
    r"(?:[0-9A-Fa-f]{2}[ :,-]){7,}[0-9A-Fa-f]{2}|(?:(?:0x|\\x)[0-9A-Fa-f]{2}[,; \t]{0,3}){4,}|"
    r"(?:[0-9a-fA-F]{4,8} ){4,}|(?:[01]{8} ){3,}"
)
_HEX_LETTER = re.compile(r"[A-Fa-f]")
#: A word too long for any language, of ASCII only.
_ENDLESS = 200
_MIN_BLOB = 40
#: For ``bytes.translate``: v for what is visible of ASCII.
_VISIBLE = bytes(ord("v") if code < 0x80 and not chr(code).isspace() else ord(" ") for code in range(256))
_LONG_WORD = b"v" * _MIN_BLOB
_MIN_ENCODED = 80
_MIN_TABLE = 60
_MAX_WORD = 1_000
_MIN_REPEATED = 8
_MIN_SIGNS = 6
_NAME_PART = re.compile("[a-z]{6}")
#: Times of day side by side are cells of a table.
_TIME = re.compile(r"(?<!\S)\d{1,2}:\d{2}(?=[\s,|;]|$)|(?<=[,|;])\d{1,2}:\d{2}(?=[\s,|;]|$)")
#: Sentences, dates of statutes, and code are no rows.
_NO_ROW = re.compile(r"[다요음함됨][.]?$|개정|신설|시행|삭제|[={}\"]")


@dataclass(frozen=True, kw_only=True)
class TablesAndLogs:
    """``max_number_share``: share of the characters in rows of numbers. ``max_log_lines``: of lines.

    ``max_blob_share``: of the characters in encoded data.

    ``min_lines``: in fewer lines nothing dominates.
    """

    #: What it finds has no language: it is asked about documents in languages that are not wanted as well.
    any_language: ClassVar[bool] = True

    max_number_share: float = 0.5
    max_log_lines: float = 0.5
    max_blob_share: float = 0.4
    min_lines: int = 4

    def __post_init__(self) -> None:
        for name in ("max_number_share", "max_log_lines", "max_blob_share"):
            check_share("tables_and_logs", name, getattr(self, name))

    def judge(self, view: View) -> list[Failure]:
        """``number_table``, ``log_file`` and ``encoded_blob``, whichever dominate."""
        text = view.text
        data = text.encode("utf-8", "surrogatepass")
        num_bytes = len(data)
        digits = num_bytes - len(data.translate(None, _DIGITS))
        failures: list[Failure] = []
        lines: Sequence[str] = ()
        num_lines = data.count(b"\n") + 1
        is_ascii = num_bytes < 1.3 * len(text)
        may_be_log = num_lines >= self.min_lines and (is_ascii or digits > 0.03 * num_bytes)
        may_be_log = may_be_log and (log_marks(data) > self.max_log_lines / 2 * num_lines or has_few_patterns(data, num_lines))
        # Hangul takes three bytes a syllable, so a share of the bytes is up to three times as many characters.
        if digits > 0.12 * num_bytes or may_be_log:
            lines = [line for line in text.split("\n", _MAX_LINES) if line and not line.isspace()][:_MAX_LINES]
        if digits > 0.12 * num_bytes:
            failures += self._judge_numbers(lines)
        if may_be_log and len(lines) >= self.min_lines:
            failures += self._judge_logs(lines)
        # Encoded data is ASCII.
        has_many_digits = digits > 0.15 * num_bytes
        if num_bytes < 2 * len(text):
            failures += self._judge_blobs(text, data, has_many_digits=has_many_digits)
        return failures

    def _judge_numbers(self, lines: Sequence[str]) -> list[Failure]:
        num_rows = chars_of_numbers = chars_in_rows = num_chars = 0
        for line in lines:
            line = line[:_MAX_LINE_CHARS].strip()
            filled = len(line) - line.count(" ") - line.count("\t") - line.count("|")
            num_chars += filled
            numbers = _NUMBER.findall(line)
            times = _TIME.findall(line)
            if len(times) > 1:
                numbers += times
            in_numbers = sum(map(len, numbers))
            if _PURE_ROW.match(line):
                # Times of day, too, where nothing else stands in the row.
                in_numbers = filled
            elif len(numbers) < 3 and in_numbers < 0.8 * filled:
                continue
            if in_numbers >= 0.4 * filled and not _NO_ROW.search(line):
                num_rows += 1
                chars_of_numbers += in_numbers
                chars_in_rows += filled
        # Of characters, not of lines: the paragraphs of an article outweigh the rows of its table.
        share = chars_in_rows / max(num_chars, 1)
        if share <= self.max_number_share or chars_of_numbers < _MIN_TABLE:
            return []
        return [Failure("number_table", share, self.max_number_share, f"{num_rows} of {len(lines)} lines")]

    def _judge_logs(self, lines: Sequence[str]) -> list[Failure]:
        kinds: dict[str, int] = {}
        logged = 0
        repeated = repeated_patterns([line[:_MAX_LINE_CHARS] for line in lines]) if len(lines) >= _MIN_REPEATED else set[int]()
        for number, line in enumerate(lines):
            kind = log_kind(line[:_MAX_LINE_CHARS]) or ("pattern" if number in repeated else "")
            if kind:
                kinds[kind] = kinds.get(kind, 0) + 1
                logged += 1
        share = logged / len(lines)
        if share <= self.max_log_lines:
            return []
        detail = ", ".join(f"{count} {kind}" for kind, count in kinds.items()) + f" of {len(lines)} lines"
        return [Failure("log_file", share, self.max_log_lines, detail)]

    def _judge_blobs(self, text: str, data: bytes, *, has_many_digits: bool) -> list[Failure]:
        covered = 0
        longest = ""
        for word in _long_words(data):
            length = _encoded(word)
            if length:
                covered += length
                longest = max(longest, word, key=len)
        if covered < _MIN_ENCODED and not has_many_digits:
            return []
        num_chars = sum(map(len, text.split()))
        if has_many_digits and covered <= self.max_blob_share * num_chars:
            dumps = _dumps(text)
            covered = max(covered + sum(len(dump) - dump.count(" ") for dump in dumps), sum(map(len, _escapes(text))))
            longest = max([longest, *dumps], key=len) or text
        share = min(covered / max(num_chars, 1), 1.0)
        if share <= self.max_blob_share or covered < _MIN_ENCODED:
            return []
        return [Failure("encoded_blob", share, self.max_blob_share, f"{covered} characters: {longest[:24]}...")]


def _long_words(data: bytes) -> Iterator[str]:
    """The words of UTF-8 text that are long enough for encoded data and ASCII only."""
    marks = data.translate(_VISIBLE)
    start = marks.find(_LONG_WORD)
    while start >= 0:
        end = marks.find(b" ", start)
        end = len(marks) if end < 0 else end
        # What stands beside it may be more of the word, in another script.
        beside = data[max(0, start - 4) : start].decode(errors="ignore")[-1:] + data[end : end + 4].decode(errors="ignore")[:1]
        if not beside or beside.isspace():
            yield data[start:end].decode()
        start = marks.find(_LONG_WORD, end)


def _dumps(text: str) -> list[str]:
    """Rows of bytes; plain numbers fit the pattern too, and are left out."""
    dumps = [match.group() for match in _DUMP.finditer(text)]
    return [dump for dump in dumps if _HEX_LETTER.search(dump) or set(dump) <= set("01 ")]


def _escapes(text: str) -> list[str]:
    """Runs of escapes, in words of any length."""
    if text.count("\\") + text.count("%") + text.count("&#") + text.count("=") + text.count("U+") < _MIN_ENCODED // 6:
        return []
    return [match.group() for match in _ESCAPES.finditer(text)]


def _encoded(word: str) -> int:
    """How many characters of a long ASCII word are encoded data; of a very long one its head stands for the rest."""
    head = word[:_MAX_WORD]
    length = sum(len(match.group()) for match in (_ESCAPED if "://" in head else _BLOB).finditer(head))
    if "://" in head:
        # Of an address only what is escaped in it is no address.
        return length * len(word) // len(head)
    num_signs = len(head) - sum(map(str.isalnum, head))
    num_upper, num_digits = sum(map(str.isupper, head)), sum(map(str.isdigit, head))
    # Names in code and paths are lower case with little else.
    if 4 * (num_digits + num_upper) < len(head):
        length = 0
    if len(word) >= _ENDLESS and 2 * num_signs < len(head):
        length = len(head)
    # Base85 has letters of both cases, digits and many different signs in one word.
    is_mixed = min(num_upper, len(head) - num_signs - num_upper - num_digits) > 0.12 * len(head) and num_digits > 0.04 * len(
        head
    )
    is_mixed = is_mixed and not _NAME_PART.search(head)
    if (
        is_mixed
        and 0.1 * len(head) < num_signs < 0.6 * len(head)
        and len({char for char in head if not char.isalnum()}) >= _MIN_SIGNS
    ):
        length = len(head)
    return length * len(word) // len(head)
