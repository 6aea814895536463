"""Data in the dress of code: big literal arrays, base64 and hex blobs, CSV, JSON, SQL inserts, long markup files.

Enters: a view of a source file. Leaves: a failure with the share of the file that is data. A line of a program is data if
nothing stays of it but signs once its strings and numbers are taken out. StarCoder (arXiv:2305.06161, section 3.3) drops
JSON and YAML by length; so does ``max_markup_chars`` here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from filters.code_syntax import family_of, take_apart
from filters.document import Failure
from filters.limits import check_at_least, check_share
from filters.view import View

_DATA_LANGUAGES = frozenset({"json", "yaml", "xml", "toml"})
#: Signs, numbers, and the words of literals: what a line of data consists of once its strings are ``""``.
_LITERALS = re.compile(
    r"[-+*,;:()\[\]{}<>|&\"' \t.]+"
    r"|(?<!\w)(?:\d\w*|(?:[bBuUrRfFlL]{1,2}|true|false|null|nil|none|nan|inf|NULL|True|False|None)(?!\w))"
)
_DATA_SIGN = re.compile(r"[\d\",]")
#: In code, letters are half of the skeleton; with so many a file is no table, whatever its lines look like.
_MAX_LETTERS = 0.4
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#: Longer strings than this on average are texts: the documentation of what is written in another language.
_MAX_MEAN_STRING = 120
#: A line of base64 is 64 or 76 characters long, a line of escapes at least as long.
_BLOB_CHARS = 60
_BLOB = re.compile(r"[A-Za-z0-9+/=]{60,}|(?:\\x[0-9a-fA-F]{2}){15,}|(?:[0-9a-fA-F]{2}:){20,}|(?:\\[0-7]{3}){15,}")
_INSERT = re.compile(r"^[ \t]*(?:INSERT\s+INTO|REPLACE\s+INTO|COPY\s+\S+\s*\(|\()[^\n]*$", re.IGNORECASE | re.MULTILINE)
_SEPARATORS = ",\t;|"


@dataclass(frozen=True, kw_only=True)
class CodeData:
    """Largest shares of a file, in characters, that may be data; 0 turns a limit off.

    ``max_data_fraction`` holds for literals in files with ``min_data_chars`` of them, ``max_blob_fraction`` for runs of
    base64, hex and escapes, ``max_insert_fraction`` for the rows of SQL, ``max_table_fraction`` for lines with the same
    number of separators; ``max_markup_chars`` is the longest JSON, YAML, XML or TOML file.
    """

    max_data_fraction: float = 0.85
    min_data_chars: int = 2500
    max_blob_fraction: float = 0.4
    max_insert_fraction: float = 0.6
    max_table_fraction: float = 0.9
    max_markup_chars: int = 20_000

    def __post_init__(self) -> None:
        for name in ("max_data_fraction", "max_blob_fraction", "max_insert_fraction", "max_table_fraction"):
            check_share("code_data", name, getattr(self, name))
        for name in ("min_data_chars", "max_markup_chars"):
            check_at_least("code_data", name, getattr(self, name))

    def judge(self, view: View) -> list[Failure]:
        """Every limit that the file passes."""
        text, language = view.text, view.document.language
        failures = [*self._judge_markup(text, language), *self._judge_blobs(text)]
        if language == "sql":
            return [*failures, *self._judge_inserts(text)]
        if family_of(language) != "none" and language not in _DATA_LANGUAGES:
            failures += self._judge_literals(text, language)
            if not failures:
                failures += self._judge_table(view)
        return failures

    def _judge_markup(self, text: str, language: str) -> Iterator[Failure]:
        if self.max_markup_chars and language in _DATA_LANGUAGES and len(text) > self.max_markup_chars:
            yield Failure("code_data_file", len(text), self.max_markup_chars, f"{language} of {len(text):,} characters")

    def _judge_blobs(self, text: str) -> Iterator[Failure]:
        if not self.max_blob_fraction or not text:
            return
        words = "\n".join(word for word in text.split() if len(word) >= _BLOB_CHARS)
        runs = [len(run) for run in _BLOB.findall(words) if _is_random(run[:200])]
        fraction = sum(runs) / len(text)
        if fraction > self.max_blob_fraction:
            detail = f"{len(runs)} runs of base64, hex or escapes, the longest of {max(runs):,} characters"
            yield Failure("code_blob", fraction, self.max_blob_fraction, detail)

    def _judge_inserts(self, text: str) -> Iterator[Failure]:
        rows = _INSERT.findall(text) if self.max_insert_fraction else []
        fraction = sum(map(len, rows)) / max(len(text), 1)
        if len(rows) >= 20 and fraction > self.max_insert_fraction:
            yield Failure("code_data", fraction, self.max_insert_fraction, f"{len(rows):,} rows to insert")

    def _judge_literals(self, text: str, language: str) -> Iterator[Failure]:
        if not self.max_data_fraction or len(text) < self.min_data_chars:
            return
        parts = take_apart(text, language)
        ascii_skeleton = parts.skeleton.encode("ascii", "ignore")
        letters = len(ascii_skeleton) - len(ascii_skeleton.translate(None, _LETTERS))
        if letters > _MAX_LETTERS * (len(parts.skeleton) + parts.num_string_chars):
            return
        # Line by line beside each other: a skeleton has the lines of its code but where a string spans several.
        skeleton = parts.skeleton.split("\n")
        left = _LITERALS.sub("", parts.skeleton).split("\n")
        data = [line for line, rest in zip(skeleton, left, strict=True) if not rest and _DATA_SIGN.search(line)]
        strings = parts.num_string_chars / max(parts.skeleton.count('""'), 1)
        if strings > _MAX_MEAN_STRING:
            return
        weight = sum(len(line.strip()) + line.count('""') * (strings - 2) for line in data)
        whole = sum(len(line.strip()) + line.count('""') * (strings - 2) for line in skeleton)
        fraction = weight / whole if whole > 0 else 0.0
        if weight >= self.min_data_chars and fraction > self.max_data_fraction:
            detail = f"{len(data):,} lines of literals, such as {data[len(data) // 2].strip()[:60]}"
            yield Failure("code_data", fraction, self.max_data_fraction, detail)

    def _judge_table(self, view: View) -> Iterator[Failure]:
        lines = view.content_lines
        if not self.max_table_fraction or len(lines) < 20:
            return
        for separator in _SEPARATORS:
            counts = [line.count(separator) for line in lines[:2000]]
            usual = counts[0]
            fraction = counts.count(usual) / len(counts)
            if usual >= 2 and fraction >= self.max_table_fraction:
                detail = f"a table: {usual + 1} columns between {separator!r}"
                yield Failure("code_data", fraction, self.max_table_fraction, detail)
                return


def _is_random(run: str) -> bool:
    """Whether a run is no path or name: those have few digits, and a row of one sign has few characters."""
    return len(set(run)) > 8 and sum(map(str.isdigit, run)) >= len(run) / 20
