"""Files with next to no code: only comments, blank lines, imports and names handed on (the usual ``__init__``), or a licence.

Enters: a view of a source file. Leaves: a failure if too few lines are left that do something. Comments count as text of a
file that has code, in Hangul as in Latin letters; a file that is nothing but comments explains nothing.
"""

import re
from dataclasses import dataclass
from functools import cache

from filters.code_syntax import family_of, take_apart
from filters.document import Failure
from filters.limits import check_at_least
from filters.view import View

#: Lines that bring names in or hand them on, and lines that hold nothing but brackets.
_TRIVIAL_LINE = (
    r"(?:from\s+\S+\s+)?import\b.*|package\s+[\w.]+\s*;?|using\s+[\w.:= ]+;|#\s*(?:include|pragma|import)\b.*|"
    r"export\s+(?:\*|\{[^}]*\})(?:\s+as\s+\w+)?\s*(?:from\b.*)?;?|(?:pub\s+)?(?:use|mod|extern\s+crate)\s+[\w:{}, *]+;?|"
    r"(?:const|let|var)\s+[\w{}, :]+\s*=\s*require\(.*\);?|require(?:_relative)?\s*\(?\s*['\"].*|library\(.*\)|"
    r"module\.exports\s*=\s*(?:require\(.*\)|\{\s*\});?|[\"']use strict[\"'];?|pass|end|namespace\s+[\w.:\\]+\s*[;{]?|"
    r"(?:__all__|__version__|__author__|__path__|__email__|__license__|__copyright__)\b.*|<\?php|\?>|module\s+\w+(?:\.\w+)*\s*(?:where)?|"
    r"[\W\d_]*"
)
#: What continues the brackets of an import over several lines.
_NAMES_ONLY = re.compile(r"[\w.*]+(?:\s+as\s+\w+)?(?:\s*,\s*[\w.*]+(?:\s+as\s+\w+)?)*\s*,?|\"\"(?:\s*,\s*\"\")*,?")
_OPENS_LIST = re.compile(
    r"(?:(?:from\s+\S+\s+)?import|__all__|export|use|pub\s+use|const|import)\b[^()\[\]{}]*[(\[{]\s*(?:[\w\"', ]*)$"
)
_LICENCE = re.compile(
    r"licen[cs]ed? under|permission is hereby granted|redistribution and use|all rights reserved|spdx-license-identifier|"
    r"gnu (?:lesser |affero )?general public licen[cs]e|apache licen[cs]e|without warranty|copyright (?:\(c\)|©|\d{4})|저작권",
    re.IGNORECASE,
)


@cache
def _trivial() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{_TRIVIAL_LINE})\s*\Z")


def _substantial_lines(skeleton: str) -> list[str]:
    """The lines that do something, stripped."""
    found: list[str] = []
    closing = ""
    for line in map(str.strip, skeleton.split("\n")):
        if closing:
            if closing in line:
                closing = ""
            elif not _NAMES_ONLY.fullmatch(line[:500]) and line:
                closing = ""
                found.append(line)
            continue
        if line and _OPENS_LIST.match(line[:500]):
            bracket = next(sign for sign in reversed(line) if sign in "([{")
            closing = {"(": ")", "[": "]", "{": "}"}[bracket]
        elif line and not _trivial().match(line[:1000]):
            found.append(line)
    return found


@dataclass(frozen=True, kw_only=True)
class CodeTooLittle:
    """The least lines and characters of code, without comments, imports and brackets, that a file has; 0 turns one off."""

    min_code_lines: int = 1
    min_code_chars: int = 20

    def __post_init__(self) -> None:
        for name in ("min_code_lines", "min_code_chars"):
            check_at_least("code_too_little", name, getattr(self, name))

    def judge(self, view: View) -> list[Failure]:
        """``code_licence_only`` or ``code_only_comments`` where there is no code at all, else ``code_too_little``."""
        if family_of(view.document.language) == "none" or not view.text:
            return []
        parts = take_apart(view.text, view.document.language)
        if not parts.code.strip() and parts.comments:
            rule = "code_licence_only" if _LICENCE.search(parts.comments[:20_000]) else "code_only_comments"
            return [Failure(rule, 0, self.min_code_lines, f"{len(parts.comments):,} characters of comment and no code")]
        if len(parts.skeleton) > 200_000:
            return []
        lines = _substantial_lines(parts.skeleton)
        if len(lines) < self.min_code_lines:
            told = f"besides imports and comments: {lines[0][:60]}" if lines else "nothing but imports, names and comments"
            return [Failure("code_too_little", len(lines), self.min_code_lines, told)]
        # Strings count as written: a table of messages is little skeleton and much code.
        num_chars = sum(map(len, lines)) + parts.num_string_chars
        if num_chars < self.min_code_chars:
            return [Failure("code_too_little", num_chars, self.min_code_chars, f"{num_chars} characters of code")]
        return []
