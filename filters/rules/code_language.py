"""Files whose content contradicts their language: a web page, JSON, prose or a patch in a program's file, unmerged conflicts.

Enters: a view of a source file with the language that its name told. Leaves: a failure with what the content is instead.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from filters.code_syntax import family_of, take_apart
from filters.document import Failure
from filters.limits import check_at_least, check_share
from filters.view import View

_MARKUP = re.compile(
    r"(?:<\?xml[^>]*\?>\s*)?(?:<!--.{0,2000}?-->\s*)?(?:<!doctype html\b|<html[\s>]|<head>|<body[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(r"<\?xml\b")
_PATCH = re.compile(r"(?:diff --git a/|From [0-9a-f]{40} |Index: \S+\n=====|--- \S+[^\n]*\n\+\+\+ \S+[^\n]*\n@@ )")
_NOTEBOOK = re.compile(r'\s*\{\s*"(?:cells|nbformat)":')
#: Languages in which a page of markup, or of text, is what is to be expected.
_MARKUP_LANGUAGES = frozenset({"html", "xml", "php", "markdown", "restructuredtext"})
_DATA_LANGUAGES = frozenset({"json", "yaml", "javascript", "typescript", "markdown", "restructuredtext"})
_TEXT_LANGUAGES = frozenset(
    {"markdown", "restructuredtext", "tex", "html", "xml", "yaml", "json", "toml", "dockerfile", "batchfile"}
)
#: What a line of code has and a line of prose has not.
_CODE_SIGN = re.compile(
    r"[=;{}\[\]<>|\\$@&+]|\w\(|\):|->|::|:$|^\s*(?:#|//|--|\*|%|;|[\"'\d])|\w\.\w|\w_\w|^\s*[\w.]+$|\bimport\b|\bend\b"
)
_MARKS_OF_WORDS = ".,;:!?()\"'’”“-…"
_MIN_WORDS = 4
_LINK = re.compile(r"\]\(https?:")
_MIN_MARKDOWN_SIGNS = 3
#: How many lines of a file are looked at.
_MAX_LINES = 500
_MAX_JSON_CHARS = 2_000_000


@dataclass(frozen=True, kw_only=True)
class CodeLanguage:
    """Drops what is no program in the language it says. ``max_prose_fraction`` is the largest share of lines of prose among
    the lines outside comments, of files with ``min_lines`` of those; 0 turns it off."""

    markup: bool = True
    data: bool = True
    patches: bool = True
    max_prose_fraction: float = 0.6
    min_lines: int = 3

    def __post_init__(self) -> None:
        check_share("code_language", "max_prose_fraction", self.max_prose_fraction)
        check_at_least("code_language", "min_lines", self.min_lines)

    def judge(self, view: View) -> list[Failure]:
        """``code_wrong_language`` or ``code_merge_conflict``."""
        language = view.document.language
        if not language:
            return []
        found = self._other_kind(view.text, language)
        failures = [Failure("code_wrong_language", None, None, f"{found} in a file of {language}")] if found else []
        if not failures and self.max_prose_fraction and language not in _TEXT_LANGUAGES and family_of(language) != "unknown":
            failures += self._judge_prose(view.text, language)
        if self.patches and "\n=======\n" in view.text and (at := _conflict_line(view.text)):
            failures.append(Failure("code_merge_conflict", at, None, f"line {at} opens a conflict that was not merged"))
        return failures

    def _other_kind(self, text: str, language: str) -> str:
        """What the content is by its first characters, if not ``language``; ``""`` otherwise."""
        head = text[:4000].lstrip("\ufeff \t\r\n")
        if self.markup and language not in _MARKUP_LANGUAGES:
            if _MARKUP.match(head):
                return "an HTML page"
            if _XML.match(head):
                return "XML"
            if language not in _TEXT_LANGUAGES and ("\n```" in text or "](http" in text) and _is_markdown(text, language):
                return "Markdown"
        if self.data:
            if _NOTEBOOK.match(head) and language != "json":
                return "a notebook"
            if head[:1] in ("{", "[") and language not in _DATA_LANGUAGES and len(text) <= _MAX_JSON_CHARS and _is_json(text):
                return "JSON"
        return "a patch" if self.patches and _PATCH.match(head) else ""

    def _judge_prose(self, text: str, language: str) -> Iterator[Failure]:
        code = take_apart(text, language).code
        if '"""' in code or "'''" in code or "<<" in code:
            return  # A text in quotes or a here-document, which may well be prose.
        lines = [line[:1000] for line in code.split("\n", _MAX_LINES)[:_MAX_LINES] if line and not line.isspace()]
        if len(lines) < self.min_lines:
            return
        prose = [line for line in lines if not _CODE_SIGN.search(line) and _is_sentence(line)]
        fraction = len(prose) / len(lines)
        if fraction > self.max_prose_fraction:
            detail = f"prose in a file of {language}: {prose[0].strip()[:60]}"
            yield Failure("code_wrong_language", fraction, self.max_prose_fraction, detail)


def _is_sentence(line: str) -> bool:
    """Whether nearly all of a line are words of letters."""
    words = line.split()
    return len(words) >= _MIN_WORDS and sum(word.strip(_MARKS_OF_WORDS).isalpha() for word in words) >= 0.8 * len(words)


def _is_markdown(text: str, language: str) -> bool:
    """Whether fenced blocks or links stand outside comments and strings. A backtick opens a string in JavaScript and Go."""
    code = "\n" + take_apart(text, language).skeleton
    fences = max(code.count("\n```"), text.count("\n```") if family_of(language) in ("slashes", "scripts") else 0)
    return fences >= _MIN_MARKDOWN_SIGNS or len(_LINK.findall(code)) >= _MIN_MARKDOWN_SIGNS


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


def _conflict_line(text: str) -> int:
    """The line of an unmerged conflict's first mark, 0 if there is none; the three marks must come in their order."""
    start = 0 if text.startswith("<<<<<<< ") else text.find("\n<<<<<<< ") + 1
    if start == 0 and not text.startswith("<<<<<<< "):
        return 0
    middle = text.find("\n=======\n", start)
    if middle < 0 or text.find("\n>>>>>>> ", middle) < 0:
        return 0
    return text.count("\n", 0, start) + 1
