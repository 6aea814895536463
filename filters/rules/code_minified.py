"""Minified, packed and obfuscated code.

Enters: a view of a source file. Leaves: a failure with the measure that gives it away. Code that people write is 15-35 %
white space, in lines of at most a few hundred characters, with names of several letters; a minifier takes all three away.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from filters.code_syntax import family_of, take_apart
from filters.document import Failure
from filters.limits import check_at_least, check_share
from filters.view import View

_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_SCRAMBLED = re.compile(r"\b_0x[0-9a-f]{3,}\b|\b[O0]{6,}\b|\b[Il1]{8,}\b")
#: How many characters of a file are looked at for its names.
_SAMPLE_CHARS = 100_000
#: Of how much of the least white space a file of long lines must have, and up to how much of it a file is dense.
_LONG_LINE_FACTOR = 5
_DENSE = 4
_SCRIPTS = frozenset({"javascript", "typescript"})
_PACKERS = (
    r"eval\(function\(p,a,c,k,e,[dr]\)",
    r"\beval\((?:gzinflate|gzuncompress|str_rot13|base64_decode)\(",
    r"\bexec\((?:\w{1,30}\.){0,5}(?:b64decode|decompress|loads|fromhex|unhexlify)\(",
)
#: JavaScript of six signs, and programs written as escapes: words of at least so many characters.
_RUNS = re.compile(r"[!+()\[\]]{400}|(?:\\x[0-9a-fA-F]{2}){100}")
_RUN_CHARS = 400


@cache
def _packer() -> re.Pattern[str]:
    return re.compile("|".join(_PACKERS), re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class CodeMinified:
    """Limits past which a file is dropped; 0 turns one off.

    ``min_space_fraction`` is the least share of white space in a file of ``min_chars`` characters of code; with long lines
    (``long_line`` characters) that hold ``max_long_line_fraction`` of the file, five times as much is asked for.
    ``max_short_name_fraction`` is the largest share of names of one or two letters in dense JavaScript;
    ``max_scrambled_fraction`` that of names such as ``_0x3fa2``.
    """

    min_chars: int = 500
    min_space_fraction: float = 0.03
    long_line: int = 300
    max_long_line_fraction: float = 0.5
    max_short_name_fraction: float = 0.6
    max_scrambled_fraction: float = 0.1
    packers: bool = True

    def __post_init__(self) -> None:
        check_at_least("code_minified", "min_chars", self.min_chars)
        check_at_least("code_minified", "long_line", self.long_line, least=1)
        for name in ("min_space_fraction", "max_long_line_fraction", "max_short_name_fraction", "max_scrambled_fraction"):
            check_share("code_minified", name, getattr(self, name))

    def judge(self, view: View) -> list[Failure]:
        """``code_minified`` by density, ``code_obfuscated`` by names and packers."""
        if family_of(view.document.language) == "none" or len(view.text) < self.min_chars:
            return []
        skeleton = take_apart(view.text, view.document.language).skeleton
        return [*self._judge_density(skeleton, view.document.language), *self._judge_names(skeleton[:_SAMPLE_CHARS], view.text)]

    def _judge_density(self, skeleton: str, language: str) -> Iterator[Failure]:
        if len(skeleton) < self.min_chars:
            return
        # A run of white space counts once: what a comment left behind and deep indentation are no sign of care.
        words = skeleton.split()
        fraction = len(words) / (sum(map(len, words)) + len(words)) if words else 1.0
        in_long_lines = sum(length for length in map(len, skeleton.split("\n")) if length > self.long_line)
        long_fraction = in_long_lines / len(skeleton)
        limit = self.min_space_fraction
        detail = f"{fraction:.1%} of the code is white space"
        if self.max_long_line_fraction and long_fraction > self.max_long_line_fraction:
            limit *= _LONG_LINE_FACTOR
            detail += f"; {long_fraction:.0%} of it stands in lines over {self.long_line} characters"
        if fraction < limit:
            yield Failure("code_minified", fraction, limit, detail)
            return
        if not self.max_short_name_fraction or language not in _SCRIPTS or fraction > _DENSE * self.min_space_fraction:
            return
        names = _NAME.findall(skeleton[:_SAMPLE_CHARS])
        short = sum(len(name) <= 2 for name in names) / max(len(names), 1)
        if short > self.max_short_name_fraction:
            yield Failure("code_minified", short, self.max_short_name_fraction, f"{short:.0%} of names have 1 or 2 letters")

    def _judge_names(self, skeleton: str, text: str) -> Iterator[Failure]:
        scrambled = _SCRAMBLED.findall(skeleton)
        if len(scrambled) >= 10 and self.max_scrambled_fraction:
            fraction = len(scrambled) / max(len(_NAME.findall(skeleton)), 1)
            if fraction > self.max_scrambled_fraction:
                told = ", ".join(sorted(set(scrambled))[:3])
                yield Failure("code_obfuscated", fraction, self.max_scrambled_fraction, f"names such as {told}")
                return
        found = self._packed(text[:_SAMPLE_CHARS]) if self.packers else None
        if found:
            line = text.count("\n", 0, found.start()) + 1
            yield Failure("code_obfuscated", line, None, f"line {line}: {found.group()[:60]}")

    def _packed(self, text: str) -> re.Match[str] | None:
        """Where a program unpacks itself."""
        if ("eval(" in text or "exec(" in text) and (found := _packer().search(text)):
            return found
        return _RUNS.search(text) if any(len(word) >= _RUN_CHARS for word in text.split()) else None
