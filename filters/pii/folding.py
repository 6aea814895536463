"""Reduce the ways of writing a number to one, keeping the way back to the original offsets.

Enters: any `str` (lone surrogates included). Leaves: `Folded`, whose `text` has conjoining jamo and combining marks composed
(NFC, Unicode UAX 15), full-width and mathematical ASCII as ASCII, keycap digits bare, Hanja and circled digits as digits
where they stand in a row, dashes of every kind as `-`, blanks of every kind as a space, zero-width, bidi and soft-hyphen
characters removed; and whose `span` maps folded offsets to the original. Ordinary text costs one search and is not copied.

A single circled or Hanja digit is a bullet or a word (①, 一部), so only rows of them are numbers.
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

_BLANKS = [0xA0, 0x115F, 0x1160, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x3164, 0xFFA0]
_DASHES = [*range(0x2010, 0x2016), 0x2043, 0x2212, 0x2500, 0x2501, 0x2796, 0x30FC, 0x3161, 0xFE58, 0xFE63]
_OTHERS = {0x2024: ".", 0x2217: "*", 0x2236: ":", 0x223C: "~", 0xFE52: ".", 0xFE55: ":", 0xFE61: "*", 0xFE6B: "@", 0xFF61: "."}
_REMOVED = [
    *(0xAD, 0x34F, 0x61C, 0x180E, 0x20E3, 0xFEFF),
    *(*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), *range(0xFE00, 0xFE10)),
]
_JAMO_AND_MARKS = "\u0300-\u034e\u0350-\u036f\u1100-\u115e\u1161-\u11ff\u3099\u309a\ua960-\ua97c\ud7b0-\ud7fb"
_CLUSTER = (
    "[\u1100-\u115e\ua960-\ua97c]{1,3}[\u1161-\u11a7\ud7b0-\ud7c6]{1,3}[\u11a8-\u11ff\ud7cb-\ud7fb]{0,3}"
    "|[^\\W\\d_][\u0300-\u034e\u0350-\u036f\u3099\u309a]{1,8}"
)
_HANJA_DIGITS = {"零": "0", "〇": "0", "○": "0", "一": "1", "二": "2", "三": "3", "四": "4", "五": "5"} | {
    "六": "6",
    "七": "7",
    "八": "8",
    "九": "9",
    "⓪": "0",
}
_CIRCLE = "○"
_MIN_ROW_SIGNS = 3
"""Hanja or circled digits that a row of digits needs before they are read as digits."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text with its way back. The offsets list is empty where folded and original offsets are the same."""

    text: str
    original: str
    folded_starts: tuple[int, ...] = ()
    original_starts: tuple[int, ...] = ()
    widths: tuple[int, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original that the folded range `start:end` (not empty) was made of."""
        if not self.folded_starts:
            return start, end
        return self._origin(start)[0], self._origin(end - 1)[1]

    def _origin(self, at: int) -> tuple[int, int]:
        """First and past-the-last original offset of one folded character."""
        piece = bisect_right(self.folded_starts, at) - 1
        start = self.original_starts[piece] + at - self.folded_starts[piece]
        return start, start + self.widths[piece]


@cache
def _replacements() -> dict[str, str]:
    """Every character that folds to another one or, if empty, to nothing."""
    table = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    table |= (
        dict.fromkeys(map(chr, _BLANKS), " ") | dict.fromkeys(map(chr, _DASHES), "-") | dict.fromkeys(map(chr, _REMOVED), "")
    )
    table |= {chr(code): char for code, char in _OTHERS.items()}
    table |= {chr(0x1D7CE + index): str(index % 10) for index in range(50)}
    table |= {chr(start + value): str(value) for start in (0x660, 0x6F0) for value in range(10)}
    return table


@cache
def _digit_signs() -> dict[int, str]:
    """Hanja and circled digits, for `str.translate`."""
    return {ord(char): digit for char, digit in _HANJA_DIGITS.items()} | {0x2460 + value: str(value + 1) for value in range(9)}


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """One foldable or composable character; one to replace; a cluster or one to replace; a row of digits with signs in it."""
    # Beyond the BMP only ranges are fast: `re` compares single astral characters one by one.
    singles = re.escape("".join(sorted(char for char in _replacements() if char <= "\uffff"))) + "\U0001d7ce-\U0001d7ff"
    signs = re.escape("".join(chr(code) for code in sorted(_digit_signs())))
    odd = re.compile(f"[{singles}{_JAMO_AND_MARKS}{signs}]")
    row = re.compile(f"[{signs}0-9](?:[-. ]{{0,3}}[{signs}0-9]){{6,40}}")
    return odd, re.compile(f"[{singles}]"), re.compile(f"{_CLUSTER}|[{singles}]"), row


@cache
def _composable() -> re.Pattern[str]:
    return re.compile(f"[{_JAMO_AND_MARKS}]")


def fold(text: str) -> Folded:
    """Fold `text`; see the module docstring for what changes."""
    odd, single, cluster, _ = _patterns()
    if text.isascii() or odd.search(text) is None:
        return Folded(text, text)
    pieces = cluster if _composable().search(text) else single
    table = _replacements()
    parts: list[str] = []
    folded_starts, original_starts, widths = [0], [0], [1]
    done = length = 0
    for match in pieces.finditer(text):
        start, end = match.span()
        new = table.get(match[0])
        if new is None:
            new = unicodedata.normalize("NFC", match[0])
        parts += (text[done:start], new)
        length += start - done
        done = end
        if len(new) != end - start:
            if len(new) == 1:
                folded_starts.append(length)
                original_starts.append(start)
                widths.append(end - start)
            folded_starts.append(length + len(new))
            original_starts.append(end)
            widths.append(1)
        length += len(new)
    parts.append(text[done:])
    folded = _fold_signs("".join(parts))
    if len(folded_starts) == 1:
        return Folded(folded, text)
    return Folded(folded, text, tuple(folded_starts), tuple(original_starts), tuple(widths))


def _fold_signs(text: str) -> str:
    """Read Hanja and circled digits as digits in rows of seven and more digits; the length stays.

    A white circle is a zero among other signs; where it is the only one it hides a digit.
    """
    signs = _digit_signs()

    def read(match: re.Match[str]) -> str:
        row = match[0]
        found = [char for char in row if ord(char) in signs]
        return row.translate(signs) if len(found) >= _MIN_ROW_SIGNS and set(found) != {_CIRCLE} else row

    return _patterns()[3].sub(read, text)
