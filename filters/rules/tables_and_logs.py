"""Number tables, log files and encoded data that pass for documents.

Enters: a view. Leaves: a failure for what dominates the text: ``number_table`` (rows of numbers), ``log_file`` (lines with
time stamps, levels, requests, stack frames), ``encoded_blob`` (Base64, hexadecimal, escapes, data URIs). An article with one
table or a manual with an excerpt of a log stays. Counts of bytes decide first whether lines are worth a look.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from filters.document import Failure
from filters.limits import check_share
from filters.view import View

_DIGITS = b"0123456789"
_PURE_ROW = re.compile(r"[\s:.,;/|~()%+-]*\d[\d\s:.,;/|~()%+-]*\Z")
#: A time of day, a time in seconds since start or since 1970: what nearly every line of a log has.
_CLOCK = re.compile(rb":\d\d[^\n]{0,200}")
_LOG_WORDS = (
    b"ERROR",
    b"INFO",
    b"WARN",
    b"DEBUG",
    b"error",
    b"[info",
    b" HTTP/",
    b'"level"',
    b"at ",
    b'File "',
    b": type=",
    b"0x",
)
_LOG_STARTS = re.compile(rb"\n\[\s{0,6}\d{1,8}\.\d{6}\]|\n1[5-9]\d{8}|\n\d{1,9}\.\d{3}: \[|\n#|\nnpm |\ngoroutine ")
_MAX_LINES = 2_000
_MAX_LINE_CHARS = 400
#: A number with its signs, and the letters that go with it in tables.
_NUMBER = re.compile(r"(?<![\d:])[-+(△▲▽▼]?\$?\d[\d,./%()-]*(?![\d:])(?:[eE][-+]?\d+)?[%원]?")
_STAMP = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[T ]\s?\d{1,2}:\d{2}(?::\d{2})?|\d{1,2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}|"
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}\d{1,2} \d{2}:\d{2}:\d{2}|"
    r"\d{2}:\d{2}:\d{2}[.,]\d{3}(?! ?-->)|\d{2}-\d{2} \d{2}:\d{2}:\d{2}|"
    r"\[\s{0,6}\d{1,8}\.\d{6}\]|\d{1,9}\.\d{3}: \[|npm (?:ERR!|WARN|notice)|\b1[5-9]\d{8}(?:\d{3}|\.\d{1,6})?\b)"
)
_LEVEL = r"\b(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL|SEVERE|EMERG|ALERT|debug|info|warn|error)\b"
_STAMPED_LINE = re.compile(rf"^[^\w]{{0,3}}(?:\S{{1,40}}[ \t|]{{1,3}}){{0,4}}?[^\w]{{0,3}}{_STAMP}")
_LEVEL_LINE = re.compile(rf"^[^\w]{{0,3}}(?:\S{{1,40}}[ \t]){{0,3}}?[\[(<]?{_LEVEL}[\])>]?[ \t:\]|,\"-]")
_FRAME = re.compile(
    r"^\s{0,12}(?:at [\w$.<>/\[\]-]{3,}|at \S{1,80} \(.{0,200}:\d+(?::\d+)?\)|File \"[^\"]{1,200}\", line \d+|"
    r"#\d+\s{1,3}(?:0x[0-9a-f]|/|\w+)|Caused by: |Traceback \(most|\.\.\. \d+ (?:more|common)|goroutine \d+|\w[\w.]{3,80}(?:Exception|Error)(?::|$)|"
    r"from \S{1,120}:\d+:in |[0-9a-f]{8,16}\s{1,3}\S|kernel: |type=\w+ msg=|"
    r"\{\"(?:level|ts|time|timestamp|@timestamp|severity|log)\")"
)
_REQUEST = re.compile(r"\"(?:GET|POST|PUT|DELETE|HEAD|OPTIONS|PATCH) \S{1,400} HTTP/|^(?:\d{1,3}\.){3}\d{1,3} (?:- |\S{1,40} )")
#: A word of encoded data: Base64, hexadecimal, escapes; digits or both cases within its first characters.
_BLOB = re.compile(
    r"(?:[\"'(,:=]|data:[\w/+.-]{3,40};base64,){0,3}"
    r"(?:(?=[A-Za-z/+_-]{0,60}\d|[a-z]{1,60}[A-Z]|[A-Z]{2,60}[a-z])[A-Za-z0-9+/_-]{40,}={0,2}"
    r"|(?:(?:%|=|\\x)[0-9A-Fa-f]{2}){10,}|(?:\\u[0-9A-Fa-f]{4}){6,}|"
    r"(?:&#x?[0-9A-Fa-f]{2,6};){6,}|M[!-`]{60}|[01]{40,})"
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
_MIN_ENCODED = 60
_MIN_TABLE = 60
_MAX_WORD = 1_000
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
        may_be_log = may_be_log and _log_marks(data) > self.max_log_lines / 2 * num_lines
        # Hangul takes three bytes a syllable, so a share of the bytes is up to three times as many characters.
        if digits > 0.12 * num_bytes or may_be_log:
            lines = [line for line in text.split("\n", _MAX_LINES) if line and not line.isspace()][:_MAX_LINES]
        if digits > 0.12 * num_bytes:
            failures += self._judge_numbers(lines)
        if may_be_log and len(lines) >= self.min_lines:
            failures += self._judge_logs(lines)
        # Encoded data is ASCII.
        if num_bytes < 2 * len(text):
            failures += self._judge_blobs(text, has_many_digits=digits > 0.15 * num_bytes)
        return failures

    def _judge_numbers(self, lines: Sequence[str]) -> list[Failure]:
        num_rows = chars_of_numbers = chars_in_rows = num_chars = 0
        for line in lines:
            line = line[:_MAX_LINE_CHARS].strip()
            filled = len(line) - line.count(" ") - line.count("\t") - line.count("|")
            num_chars += filled
            numbers = _NUMBER.findall(line)
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
        for line in lines:
            line = line[:_MAX_LINE_CHARS]
            kind = _log_kind(line)
            if kind:
                kinds[kind] = kinds.get(kind, 0) + 1
                logged += 1
        share = logged / len(lines)
        if share <= self.max_log_lines:
            return []
        detail = ", ".join(f"{count} {kind}" for kind, count in kinds.items()) + f" of {len(lines)} lines"
        return [Failure("log_file", share, self.max_log_lines, detail)]

    def _judge_blobs(self, text: str, *, has_many_digits: bool) -> list[Failure]:
        words = text.split()
        if not words or (not has_many_digits and len(max(words, key=len)) < _MIN_BLOB):
            return []
        covered = num_chars = 0
        longest = ""
        for word in words:
            num_chars += len(word)
            if len(word) < _MIN_BLOB or "://" in word or not word.isascii():
                continue
            length = _encoded(word)
            if length:
                covered += length
                longest = max(longest, word, key=len)
        if has_many_digits and covered <= self.max_blob_share * num_chars:
            dumps = [match.group() for match in _DUMP.finditer(text)]
            # Plain numbers fit the pattern too.
            dumps = [dump for dump in dumps if _HEX_LETTER.search(dump) or set(dump) <= set("01 ")]
            covered += sum(len(dump) - dump.count(" ") for dump in dumps)
            longest = max([longest, *dumps], key=len)
        share = min(covered / max(num_chars, 1), 1.0)
        if share <= self.max_blob_share or covered < _MIN_ENCODED:
            return []
        return [Failure("encoded_blob", share, self.max_blob_share, f"{covered} characters: {longest[:24]}...")]


def _encoded(word: str) -> int:
    """How many characters of a long ASCII word are encoded data; of a very long one its head stands for the rest."""
    head = word[:_MAX_WORD]
    length = sum(len(match.group()) for match in _BLOB.finditer(head))
    # Names in code and paths are lower case with little else.
    if 4 * sum(char.isdigit() or char.isupper() for char in head) < len(head):
        length = 0
    if len(word) >= _ENDLESS and 2 * sum(map(str.isalnum, head)) > len(head):
        length = len(head)
    return length * len(word) // len(head)


def _log_marks(data: bytes) -> int:
    """About how many lines may be those of a log, at most: one count for each thing that such lines have."""
    marks = sum(map(data.count, _LOG_WORDS)) + len(_LOG_STARTS.findall(data))
    if data.count(b":") > data.count(b"\n") // 4:
        marks += len(_CLOCK.findall(data))
    return marks


def _log_kind(line: str) -> str:
    """What makes a line one of a log; empty for other lines."""
    if _STAMPED_LINE.match(line):
        return "stamp"
    if _LEVEL_LINE.match(line):
        return "level"
    if _FRAME.match(line):
        return "frame"
    return "request" if _REQUEST.search(line) else ""
