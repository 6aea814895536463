"""Source code taken apart into code, strings and comments, well enough to count them.

A source text and the name of its language enter; :class:`SourceParts` leaves. One regular expression per family of comment
marks runs over the text once; every alternative takes all that it looks at, so the time is linear. It is no parser: in a
language that the table lacks, comments are the lines that start with a usual mark.
"""

import re
from functools import cache, lru_cache
from typing import NamedTuple

_SLASHES = (
    "c c++ c# css cuda dart f# glsl go groovy java javascript kotlin objective-c php protobuf rust scala solidity swift "
    "typescript verilog zig"
)
_FAMILY_OF = {
    language: family
    for family, languages in {
        "slashes": _SLASHES,
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
#: Family -> (comments, strings).
_MARKS = {
    "slashes": (rf"//[^\n]*|{_BLOCK}", f"{_DOUBLE}|{_CHARACTER}|{_SINGLE}|{_BACKTICK}"),
    # A string that is a statement of its own is a comment: a docstring.
    "python": (
        r'#[^\n]*|^[ \t]*[rRuU]?(?:""".*?(?:"""|\Z)|' + r"'''.*?(?:'''|\Z)|" + r'"(?:[^"\\\n]|\\.)*"[ \t]*$)',
        r'""".*?(?:"""|\Z)|' + r"'''.*?(?:'''|\Z)|" + f"{_DOUBLE}|{_SINGLE}",
    ),
    # Perl's POD and Ruby's block comments are comments as well.
    "hash": (
        r"(?<![$\w])#[^\n]*|^=(?:pod|head\d|over|item|back|for|encoding)\b.*?(?:^=cut[^\n]*|\Z)|^=begin\b.*?(?:^=(?:end|cut)[^\n]*|\Z)",
        f"{_DOUBLE}|{_SINGLE}",
    ),
    "dashes": (r"--\[\[.*?(?:\]\]|\Z)|--[^\n]*|/\*.*?(?:\*/|\Z)|\{-.*?(?:-\}|\Z)", f"{_DOUBLE}|{_CHARACTER}"),
    "semicolon": (r";[^\n]*|#\|.*?(?:\|#|\Z)|/\*.*?(?:\*/|\Z)", _DOUBLE),
    "percent": (r"(?<!\\)%[^\n]*|/\*.*?(?:\*/|\Z)", _DOUBLE),
    "markup": (r"<!--.*?(?:-->|\Z)", f"{_DOUBLE}"),
    "stars": (r"\(\*.*?(?:\*\)|\Z)|//[^\n]*", f"{_DOUBLE}|{_CHARACTER}"),
    "apostrophe": (r"'[^\n]*|^[ \t]*[Rr][Ee][Mm]\b[^\n]*", r'"[^"\n]*"?'),
    "bang": (r"![^\n]*|^[cC*][^\n]*", f"{_DOUBLE}|{_SINGLE}"),
    "vim": (r'^[ \t]*"[^\n]*', f"{_DOUBLE}|{_SINGLE}"),
    "batch": (r"^[ \t]*(?:::|@?[Rr][Ee][Mm]\b)[^\n]*", r'"[^"\n]*"?'),
    "none": (r"(?!)", _DOUBLE),
    "unknown": (r"^[ \t]*(?://|#(?!include|define|if|el|end|pragma|undef)|--|;|%)[^\n]*|/\*.*?(?:\*/|\Z)", f"{_DOUBLE}|{_SINGLE}"),
}


class SourceParts(NamedTuple):
    """``code`` is the text without comments, ``skeleton`` the code with every string as ``""``; the rest are characters."""

    code: str
    skeleton: str
    comments: str
    num_string_chars: int


@cache
def _pattern(family: str) -> re.Pattern[str]:
    comment, string = _MARKS[family]
    return re.compile(f"(?P<comment>{comment})|(?P<string>{string})", re.DOTALL | re.MULTILINE)


def family_of(language: str) -> str:
    """The family of comment marks of a language, as :mod:`pipelines.readers.code_tree` names languages."""
    return _FAMILY_OF.get(language.lower(), "unknown")


@lru_cache(maxsize=4)
def take_apart(text: str, language: str) -> SourceParts:
    """The parts of ``text``; the last few are remembered, for several rules ask about the same file one after another."""
    code: list[str] = []
    skeleton: list[str] = []
    comments: list[str] = []
    position = num_string_chars = 0
    for match in _pattern(family_of(language)).finditer(text):
        start, end = match.span()
        between = text[position:start]
        position = end
        code.append(between)
        skeleton.append(between)
        if match.lastgroup == "comment":
            comments.append(match[0])
            # What a comment stood between stays apart.
            code.append(" ")
            skeleton.append(" ")
        else:
            code.append(match[0])
            skeleton.append('""')
            num_string_chars += end - start
    rest = text[position:]
    return SourceParts("".join([*code, rest]), "".join([*skeleton, rest]), "\n".join(comments), num_string_chars)
