"""Source code taken apart into code, strings and comments, well enough to count them.

A source text and the name of its language enter; :class:`SourceParts` leaves. One regular expression per family of comment
marks runs over the text once; every alternative takes all that it looks at, so the time is linear. It is no parser: in a
language that the table lacks, comments are the lines that start with a usual mark.
"""

import re
from functools import cache, lru_cache
from typing import NamedTuple

_FAMILY_OF = {
    language: family
    for family, languages in {
        "slashes": "c c++ c# cuda f# glsl go java kotlin objective-c protobuf rust scala swift verilog zig",
        "scripts": "css dart groovy javascript php solidity typescript",
        "python": "python",
        "hash": "cmake dockerfile elixir graphql julia makefile nix perl powershell r ruby shell tcl terraform toml yaml",
        "dashes": "ada haskell lua sql vhdl",
        "semicolon": "assembly clojure lisp scheme",
        "percent": "erlang matlab prolog tex",
        "markup": "html xml",
        "stars": "coq ocaml pascal",
        "apostrophe": "visual-basic",
        "bang": "fortran",
        "vim": "vim-script",
        "batch": "batchfile",
        "none": "json markdown restructuredtext",
    }.items()
    for language in languages.split()
}

_DOUBLE = r'"(?:[^"\\\n]|\\.)*"?'
_SINGLE = r"'(?:[^'\\\n]|\\.)*'?"
#: A character constant: an apostrophe that opens no string, as in Rust's lifetimes, must not take the rest of the line.
_CHARACTER = r"'(?:\\[^\n]{1,8}?|[^'\\\n])'"
_BACKTICK = r"`(?:[^`\\]|\\.)*`?"
_BLOCK = r"/\*.*?(?:\*/|\Z)"
_TRIPLE = r'""".*?(?:"""|\Z)|' + r"'''.*?(?:'''|\Z)"
#: Perl's POD and Ruby's block comments.
_POD = (
    r"\n=(?:pod|head\d|over|item|back|for|encoding)\b.*?(?:\n=cut[^\n]*|\Z)"
    r"|\n=begin\b.*?(?:\n=(?:end|cut)[^\n]*|\Z)"
)
#: Family -> (the signs that open a string, what strings, comments and ``$#`` look like). Nearly every alternative starts with
#: a literal character, for then the regular expression engine jumps from one such character to the next.
_MARKS = {
    "slashes": ("\"'`", rf"//[^\n]*|{_BLOCK}|{_DOUBLE}|{_CHARACTER}|{_BACKTICK}"),
    "scripts": ("\"'`", rf"//[^\n]*|{_BLOCK}|{_DOUBLE}|{_SINGLE}|{_BACKTICK}"),
    "python": ("\"'", rf"#[^\n]*|{_TRIPLE}|{_DOUBLE}|{_SINGLE}"),
    "hash": ("\"'", rf"\$#|\$\{{#|#[^\n]*|{_POD}|{_DOUBLE}|{_SINGLE}"),
    "dashes": ("\"'", rf"--\[\[.*?(?:\]\]|\Z)|--[^\n]*|{_BLOCK}|{{-.*?(?:-}}|\Z)|{_DOUBLE}|{_CHARACTER}"),
    "semicolon": ('"', rf";[^\n]*|#\|.*?(?:\|#|\Z)|{_BLOCK}|{_DOUBLE}"),
    "percent": ('"', rf"%[^\n]*|{_BLOCK}|{_DOUBLE}"),
    "markup": ('"', rf"<!--.*?(?:-->|\Z)|{_DOUBLE}"),
    "stars": ("\"'", rf"\(\*.*?(?:\*\)|\Z)|//[^\n]*|{_DOUBLE}|{_CHARACTER}"),
    "apostrophe": ('"', r"""'[^\n]*|\n[ \t]*[Rr][Ee][Mm]\b[^\n]*|"[^"\n]*"?"""),
    "bang": ("\"'", rf"![^\n]*|\n[cC*][^\n]*|{_DOUBLE}|{_SINGLE}"),
    "vim": ("'", rf"\n[ \t]*\"[^\n]*|{_SINGLE}"),
    "batch": ('"', r"""\n[ \t]*(?:::|@?[Rr][Ee][Mm]\b)[^\n]*|"[^"\n]*"?"""),
    "none": ('"', _DOUBLE),
    "unknown": (
        "\"'",
        rf"\n[ \t]*(?://|#(?!include|define|if|el|end|pragma|undef)|--|;|%)[^\n]*|{_BLOCK}|{_DOUBLE}|{_SINGLE}",
    ),
}


class SourceParts(NamedTuple):
    """``code`` is the text without comments, ``skeleton`` the code with every string as ``""``; the rest are characters."""

    code: str
    skeleton: str
    comments: str
    num_string_chars: int


@cache
def _pattern(family: str) -> re.Pattern[str]:
    return re.compile(f"({_MARKS[family][1]})", re.DOTALL)


def family_of(language: str) -> str:
    """The family of comment marks of a language, as the reader of code trees names languages."""
    return _FAMILY_OF.get(language.lower(), "unknown")


@lru_cache(maxsize=4)
def take_apart(text: str, language: str) -> SourceParts:
    """The parts of ``text``; the last few are remembered, for several rules ask about the same file one after another."""
    family = family_of(language)
    quotes = _MARKS[family][0]
    # A comment mark at the start of a line is looked for behind a line feed. What stands at odd places are the matches.
    code = _pattern(family).split("\n" + text)
    skeleton = code.copy()
    comments: list[str] = []
    num_string_chars = 0
    for place in range(1, len(code), 2):
        match = code[place]
        first = match[0]
        if first in quotes and not (family == "python" and _is_docstring(code, place)):
            skeleton[place] = '""'
            num_string_chars += len(match)
        elif first != "$":  # ``$#`` and the like are no comment marks
            comments.append(match)
            # What a comment stood between stays apart.
            code[place] = skeleton[place] = "\n" if first == "\n" else " "
    return SourceParts("".join(code)[1:], "".join(skeleton)[1:], "\n".join(comments), num_string_chars)


def _is_docstring(pieces: list[str], place: int) -> bool:
    """Whether a string of Python is a statement of its own: triple quotes alone on their lines, or the file's first string."""
    if pieces[place][:3] not in ('"""', "'''") and (place > 1 or pieces[0].strip(" \t\n\ufeff")):
        return False
    before, after = pieces[place - 1], pieces[place + 1]
    line_start = before.rfind("\n")
    is_first = line_start >= 0 and not before[line_start + 1 :].strip(" \trRuU")
    return is_first and not after[:20].split("\n", 1)[0].strip()
