"""Lines that programs write: logs, builds, test runs, queries.

Enters: bytes or a line. Leaves: about how many lines may be such, and what makes one. Formats are those of syslog (RFC 5424),
web servers (Common Log Format), JSON lines, stack frames, make, Ninja, compilers, package managers, test runners and SQL
shells, also where they speak Korean. Whatever program wrote them, its lines are few patterns with other numbers in them.
"""

import re
from collections import Counter
from collections.abc import Sequence

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
    b"make[",
    b" ... ",
    b"] ",
    b" ms)",
    b"rows affected",
    b"Query_time",
    b"% (",
    b"SELECT ",
    b"COMMIT",
    "경고:".encode(),
    "오류:".encode(),
    b"PASS",
    b"> Task",
)
_LOG_STARTS = re.compile(rb"\n\[\s{0,6}\d{1,8}\.\d{6}\]|\n1[5-9]\d{8}|\n\d{1,9}\.\d{3}: \[|\n#|\nnpm |\ngoroutine ")
_STAMP = (
    r"(?:\d{4}년 \d{1,2}월 \d{1,2}일 (?:[월화수목금토일]요일 )?(?:오전 |오후 )?\d{1,2}:\d{2}:\d{2}|"
    r"\d{4}\. ?\d{1,2}\. ?\d{1,2}\. (?:오전 |오후 )?\d{1,2}:\d{2}:\d{2}|"
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[T ]\s?\d{1,2}:\d{2}(?::\d{2})?|\d{1,2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}|"
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|"
    r"Dec) {1,2}\d{1,2} \d{2}:\d{2}:\d{2}|"
    r"\d{2}:\d{2}:\d{2}[.,]\d{3}(?! ?-->)|\d{2}-\d{2} \d{2}:\d{2}:\d{2}|"
    r"\[\s{0,6}\d{1,8}\.\d{6}\]|\d{1,9}\.\d{3}: \[|npm (?:ERR!|WARN|notice)|\b1[5-9]\d{8}(?:\d{3}|\.\d{1,6})?\b)"
)
_LEVEL = r"\b(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL|SEVERE|EMERG|ALERT|debug|info|warn|error)\b"
_STAMPED_LINE = re.compile(rf"^[^\w]{{0,3}}(?:\S{{1,40}}[ \t|]{{1,3}}){{0,4}}?[^\w]{{0,3}}{_STAMP}")
_LEVEL_LINE = re.compile(rf"^[^\w]{{0,3}}(?:\S{{1,40}}[ \t]){{0,3}}?[\[(<]?{_LEVEL}[\])>]?[ \t:\]|,\"-]")
_FRAME = re.compile(
    r"^\s{0,12}(?:at [\w$.<>/\[\]-]{3,}|at \S{1,80} \(.{0,200}:\d+(?::\d+)?\)|File \"[^\"]{1,200}\", line \d+|"
    r"#\d+\s{1,3}(?:0x[0-9a-f]|/|\w+)|Caused by: |Traceback \(most|\.\.\. \d+ (?:more|common)|goroutine \d+|"
    r"\w[\w.]{3,80}(?:Exception|Error)(?::|$)|from \S{1,120}:\d+:in |[0-9a-f]{8,16}\s{1,3}\S|kernel: |type=\w+ msg=|"
    r"\{\"(?:level|ts|time|timestamp|@timestamp|severity|log)\")"
)
_REQUEST = re.compile(r"\"(?:GET|POST|PUT|DELETE|HEAD|OPTIONS|PATCH) \S{1,400} HTTP/|^(?:\d{1,3}\.){3}\d{1,3} (?:- |\S{1,40} )")
_TOOL = re.compile(
    r"^\s{0,8}(?:make(?:\[\d+\])?: |\[\s{0,3}\d{1,6}/\d{1,6}\]|\[\s{0,3}\d{1,3}%\]|(?:gcc|g\+\+|cc|clang|ld|ar|javac|"
    r"rustc) -|"
    r"(?:CC|CXX|LD|AR|GEN|INSTALL|Compiling|Building|Linking|Checking|Finished|Running|Downloading|Downloaded|"
    r"Collecting|Installing|"
    r"Requirement already|Successfully|Unpacking|Setting up|Preparing|Selecting|Processing triggers|Fetched|Get:\d+|"
    r"Hit:\d+|Using cached|"
    r"Resolving|Receiving|Counting|Compressing|remote:|Step \d+/\d+|--->|> Task :|BUILD |Tests run:|PASS|FAIL|ok \d|"
    r"not ok|--- (?:PASS|FAIL)|"
    r"=== RUN|collected \d+|Ran \d+|ERROR:|WARNING:|warning:|error:|note:|경고\s?:|오류\s?:|에러\s?:|정보\s?:|"
    r"참고\s?:|심각\s?:|진행률|설치 중|다운로드 중|"
    r"받기:\d|기존:\d|압축 푸는 중|준비 중|내려받는 중|# (?:Query_time|Time|User@Host)|(?:SELECT|INSERT INTO|UPDATE|"
    r"DELETE FROM|ALTER TABLE|"
    r"CREATE (?:TABLE|INDEX)|DROP|EXPLAIN)\s.{1,300};?$|(?:COMMIT|ROLLBACK|BEGIN|START TRANSACTION|SET \w+ ?=.{1,80}|"
    r"use \w+);?$|Query OK|"
    r"\d+ rows? (?:affected|in set|selected)|\d{1,6} rows?\b|\(\d+ rows?\)))|"
    r"\.\.\.\s?(?:ok|OK|FAIL|FAILED|PASS|ERROR|skipped|passed|failed|done|yes|no|완료|성공|실패|통과)\b|(?:PASSED|"
    r"FAILED|SKIPPED|ERROR)\s{0,4}\[\s{0,3}\d+%\]|"
    r"^\S{1,120}:\d+(?::\d+)?: (?:error|warning|note|fatal|오류|경고)|[(\[]\d+(?:\.\d+)?\s?(?:ms|s|sec|초|밀리초|KB/s|"
    r"MB/s)[)\]]$|"
    r"^[✓✔✗✘×√●]\s|\d+ (?:passed|failed)"
)
_DIGITS = re.compile(r"\d+|\b[0-9a-f]{6,}\b")
#: A pattern that comes so often, with letters and other numbers each time, was written by a program.
_MIN_PATTERN_LINES = 3
_NUMBER = re.compile(rb"[0-9]+")
#: A log repeats its patterns: so many lines, and so many different patterns to a line.
_MIN_LINES, _MAX_PATTERNS = 8, 0.5
_MIN_PATTERN_CHARS = 8
_MAX_SAME = 0.5
_LETTER = re.compile(r"[A-Za-z가-힣]{2}")
#: Headings and rows of statutes and contents count as well.
_NUMBERED = re.compile(r"^\W{0,4}(?:제\d+|\d+[.)]|부칙|별표|Chapter|그림|표|예제|보기)|[다요음함됨][.]?$")


def log_marks(data: bytes) -> int:
    """About how many lines may be those of a log, at most: one count for each thing that such lines have."""
    marks = sum(map(data.count, _LOG_WORDS)) + len(_LOG_STARTS.findall(data))
    if data.count(b":") > data.count(b"\n") // 4:
        marks += len(_CLOCK.findall(data))
    return marks


def has_few_patterns(data: bytes, num_lines: int) -> bool:
    """Whether the lines may be few patterns with other numbers in them, whatever program wrote them."""
    return num_lines >= _MIN_LINES and _MAX_PATTERNS * num_lines >= len(set(_NUMBER.sub(b"0", data).split(b"\n")))


def log_kind(line: str) -> str:
    """What makes a line one of a log; empty for other lines."""
    if _STAMPED_LINE.match(line):
        return "stamp"
    if _LEVEL_LINE.match(line):
        return "level"
    if _FRAME.match(line):
        return "frame"
    if _REQUEST.search(line):
        return "request"
    return "tool" if _TOOL.search(line) else ""


def repeated_patterns(lines: Sequence[str]) -> set[int]:
    """The numbers of the lines that are one pattern with other numbers in it, three times or more."""
    patterns = [_DIGITS.sub("0", line) for line in lines]
    counts = Counter(patterns)
    different: dict[str, set[str]] = {}
    for line, pattern in zip(lines, patterns, strict=True):
        if counts[pattern] >= _MIN_PATTERN_LINES and "0" in pattern:
            different.setdefault(pattern, set()).add(line)
    programs = {
        pattern
        for pattern, written in different.items()
        if len(written) > _MAX_SAME * counts[pattern]
        and len(pattern) >= _MIN_PATTERN_CHARS
        and _LETTER.search(pattern)
        and not _NUMBERED.search(pattern)
    }
    return {number for number, pattern in enumerate(patterns) if pattern in programs}
