"""Resident registration number (주민등록번호, 13 digits): YYMMDD-CXXXXXX.

Form: birth date, then the century digit C (1-4 citizens; 5-8 are foreign residents, see foreigner_number), then six digits.
Source: 주민등록법 시행규칙 제2조. Until 2020-10-04 four of those digits named the place and the last was a check digit,
(11 - sum(weight * digit) mod 11) mod 10 with the weights 2..9,2..5; since 2020-10-05 all six are random. A failed check clears
a number only if its holder was born before October 2020 and no label says what it is: changed numbers are random as well.

Enters: folded text. Leaves: spans of complete numbers and of partly masked ones that still show the century digit.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import mul
from typing import ClassVar

from filters.pii.context import OTHER_NUMBERS, Labels
from filters.pii.span import Span

_MASK = "*●○◯◎■□◆◇•★☆#xXㅇOo"
_FORM = re.compile(
    r"(?P<birth>[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))(?<![0-9]{7})(?<![0-9][-.][0-9]{6})"
    rf"(?P<gap>[ \t]{{0,3}}[-~/._·][ \t]{{0,3}}(?:\r?\n[ \t]{{0,3}})?|[ \t]{{1,3}}|)"
    rf"(?P<serial>[1-8](?:[0-9{_MASK}]{{6}}(?![{_MASK}])|(?=[0-9{_MASK}]{{5}})[0-9]{{0,5}}[{_MASK}]{{1,7}}"
    r"|(?P<sign>[?~_])(?P=sign){5}))(?!-?[0-9])"
)
_BROKEN = re.compile(rf"[{_MASK}][0-9]")
#: Six digits of a birth date with the century digit and next to nothing behind it.
_SHORT = re.compile(
    r"(?P<birth>[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))(?<![0-9]{7})(?<![0-9][-.][0-9]{6})"
    rf"[ ]?-[ ]?(?P<century>[1-8])[{_MASK}]{{0,4}}(?![0-9A-Za-z])(?![-.][0-9])"
)
#: Each digit in its own box of a form.
_BOXED = re.compile(r"[0-9](?<![0-9] [0-9])(?: [0-9]){5}(?: ?- ?| )[1-8](?: [0-9]){6}(?! ?[0-9])")
_HEADLESS = re.compile(r"[*●■x]{6}(?<![*●■x]{7})[ ]?-[ ]?[1-8][0-9]{6}(?!-?[0-9])")
#: Nothing of the serial is shown; six digits that are a date, a dash and seven signs are still nothing else.
_TAILLESS = re.compile(
    r"(?P<birth>[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))(?<![0-9]{7})(?<![0-9][-.][0-9]{6})"
    rf"[ ]?-[ ]?(?P<sign>[{_MASK}])(?P=sign){{6}}(?!(?P=sign))(?!-?[0-9])"
)
_FOREIGN = Labels(own="외국인 거소신고 체류 이민 다문화 유학생 불법체류 국적 arc frn alien", others="")
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_CHECKED_BEFORE = (2020, 10)
_LAST_BIRTH_YEAR = 2035
"""Nobody is born later in the texts of our time; without it half of all 13-digit numbers would pass for a birth date."""
_CORPORATE = "법인등록번호 법인번호 법인등록 사업자등록번호"
_LABELS = Labels(
    own="주민등록번호 주민번호 주민등록 등록번호 주민 생년월일 식별번호 신분증 resident_registration resident_number rrn ssn"
    " 외국인등록 외국인번호 거소신고 피보험자 신고번호 민번",
    others=f"{OTHER_NUMBERS} {_CORPORATE} 재고",
)
_CLEAR = Labels(
    own="주민등록번호 주민번호 민번 외국인등록 외국인번호 거소신고번호 resident_registration rrn frn", others=_CORPORATE
)
_BARCODE = "880"
"""How the article numbers (EAN-13) of Korean goods begin, and the resident numbers of early 1988 without a dash."""


def check_digit(digits: str) -> int:
    """The thirteenth digit that numbers issued before October 2020 carry after these twelve."""
    return (11 - sum(map(mul, _WEIGHTS, map(int, digits))) % 11) % 10


def birth_year(birth: str, century: str) -> int | None:
    """The year of a real birth date YYMMDD with its century digit, or None if there is no such date."""
    year = (1900 if century in "1256" else 2000) + int(birth[:2])
    if year > _LAST_BIRTH_YEAR or int(birth[4:]) > monthrange(year, int(birth[2:4]))[1]:
        return None
    return year


def _passes_check(digits: str) -> bool:
    """Citizens' check digit, or the one of foreign residents, which is two higher (some issuers did not add the two)."""
    check, last = check_digit(digits), int(digits[12])
    return last == check or (digits[6] in "5678" and last == (check + 2) % 10)


def _is_barcode(digits: str) -> bool:
    """Whether thirteen digits are the article number of Korean goods, check digit included (GS1 General Specifications)."""
    return digits.startswith(_BARCODE) and sum(map(mul, (1, 3) * 6 + (1,), map(int, digits))) % 10 == 0


def _is_embedded(text: str, start: int, end: int) -> bool:
    """Whether Latin letters or underscores touch the match, as they do in identifiers and hashes."""
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    return any(char.isascii() and (char.isalnum() or char == "_") for char in around)


def _score(text: str, match: re.Match[str]) -> float | None:
    """How sure it is that the match is a number of a person; None if it is not."""
    birth, gap, serial = match["birth"], match["gap"], match["serial"]
    year = birth_year(birth, serial[0])
    if year is None:
        return None
    is_masked = not serial.isdigit()
    if is_masked and gap.strip() != "-" and _BROKEN.search(serial):
        return None
    passes = not is_masked and _passes_check(birth + serial)
    if (is_masked or passes) and gap.strip():
        return 0.95
    label = _LABELS.around(text, match.start(), match.end())
    if is_masked:
        # A date, a century digit and signs up to the thirteenth place are nothing else.
        return 0.95 if label else 0.85 if label is None and len(serial) == 7 else None
    if gap == "" and _is_embedded(text, match.start(), match.end()):
        return None
    if passes:
        doubted = label is None and not gap and _is_barcode(birth + serial)
        return 0.95 if label else None if label is False or doubted else 0.9
    if label and _CLEAR.around(text, match.start(), match.end()):
        return 0.95
    if (year, int(birth[2:4])) < _CHECKED_BEFORE or label is False:
        return None
    return 0.8


def find_numbers(text: str, entity: str, centuries: str) -> Iterator[Span]:
    """Numbers whose century digit is one of `centuries`, as spans of `entity`."""
    complete, boxed = _forms(text)
    for match in complete:
        if match["serial"][0] in centuries:
            score = _score(text, match)
            if score is not None:
                yield Span(match.start(), match.end(), entity, score)
    for match in boxed:
        digits = "".join(char for char in match[0] if char.isdigit())
        is_date = digits[6] in centuries and birth_year(digits[:6], digits[6]) is not None
        if is_date and (_passes_check(digits) or _CLEAR.around(text, match.start(), match.end())):
            yield Span(match.start(), match.end(), entity, 0.9)
    if "-" in text:
        yield from _find_shown_in_part(text, entity, centuries)


# The two recognisers of such numbers ask for the same text in a row.
@lru_cache(maxsize=1)
def _forms(text: str) -> tuple[tuple[re.Match[str], ...], tuple[re.Match[str], ...]]:
    """What is written like a number, in one piece and in boxes, whatever its century digit."""
    return tuple(_FORM.finditer(text)), tuple(_BOXED.finditer(text))


def _find_shown_in_part(text: str, entity: str, centuries: str) -> Iterator[Span]:
    """Numbers of which only the birth date, or that and the century digit, or only the other half is shown."""
    for match in _TAILLESS.finditer(text):
        is_foreign = _FOREIGN.around(text, match.start(), match.end()) is True
        if (
            is_foreign == (centuries[0] == "5")
            and birth_year(match["birth"], "3" if match["birth"] < "36" else "1") is not None
        ):
            yield Span(match.start(), match.end(), entity, 0.9)
    for match in _SHORT.finditer(text):
        is_date = match["century"] in centuries and birth_year(match["birth"], match["century"]) is not None
        if is_date and _CLEAR.around(text, match.start(), match.end()):
            yield Span(match.start(), match.end(), entity, 0.85)
    for match in _HEADLESS.finditer(text):
        if match[0][-7] in centuries and _LABELS.around(text, match.start(), match.end()):
            yield Span(match.start(), match.end(), entity, 0.85)


@dataclass(frozen=True, kw_only=True)
class ResidentNumber:
    """Citizens' numbers: century digit 1-4."""

    entity: ClassVar[str] = "KR_RRN"
    trigger: ClassVar[str] = "number"

    def find(self, text: str) -> Iterator[Span]:
        """Spans of resident numbers in folded text."""
        return find_numbers(text, self.entity, "1234")
