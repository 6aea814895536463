"""Telephone numbers that are written so that no search for digits finds them.

Enters: folded text. Leaves: where a mobile number stands that is spelled in Hangul (공일공-일이삼사-오육칠팔), wholly or
in part, has letters that look like digits (O1O-1234-5678), pictures for dashes (010♥1234♥5678) or a blank behind every digit,
as forms with a box for each have them. Eleven places in the right groups leave no doubt, so that no context is needed.

`SIGNS` finds what the scanner would not take for a number, because it has too few digits or the wrong separators.
"""

import re
from collections.abc import Iterator

_GAP = r"(?:[ \t]{0,2}[-./~·ㆍ_][ \t]{0,2}|[ \t]{0,2})"
_NAMES = "공영일이삼사오육칠팔구"
_EITHER = f"0-9{_NAMES}"
_SPELT = re.compile(rf"[공영]일[공영일육칠팔구]{_GAP}[{_EITHER}]{{3,4}}{_GAP}[{_EITHER}]{{4}}(?![{_EITHER}])")
SIGNS = re.compile(
    rf"01[016-9](?:{_GAP}[{_NAMES}]{{3,4}}{_GAP}[{_EITHER}]{{4}}(?![{_EITHER}])|{_GAP}[0-9]{{3,4}}{_GAP}[{_NAMES}]{{4}}(?![{_EITHER}])"
    r"|(?P<sign>[^\w\s!-~]{1,2})[0-9]{3,4}(?P=sign)[0-9]{4}(?![0-9]))"
)
_LETTERS = re.compile(
    rf"(?:[Oo][1lI][0Oo]|0[lI][0Oo]|01[Oo])(?<![A-Za-z0-9]...){_GAP}[0-9Oo]{{4}}{_GAP}[0-9Oo]{{4}}(?![A-Za-z0-9])"
)
_BOXED = re.compile(r"0 1 [016-9] ?[-.]? ?[0-9](?: [0-9]){2,3} ?[-.]? ?[0-9](?: [0-9]){3}(?! ?[0-9])")
_BEFORE = re.compile(r"[0-9A-Za-z_.,-] ?$")


def disguised(text: str) -> Iterator[tuple[int, int]]:
    """The ranges of such numbers; they may overlap."""
    for match in _LETTERS.finditer(text):
        yield match.span()
    if "공일" in text or "영일" in text:
        for match in _SPELT.finditer(text):
            yield match.span()
    for pattern in (SIGNS, _BOXED):
        for match in pattern.finditer(text):
            if not _BEFORE.search(text, max(0, match.start() - 2), match.start()):
                yield match.span()
