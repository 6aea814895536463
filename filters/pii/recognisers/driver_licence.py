"""Driver's licence number (운전면허번호, 12 digits): 11-22-333333-44, or 서울 12-345678-90 with the region's name.

Form: region of issue (11-26, 28), year of first issue, serial number of six digits, check digit and number of reissues. Source:
도로교통법 시행규칙 별지 (운전면허증); the check digit's rule is not published. Twelve bare digits are also a timestamp
(202401151230) and count only where a label says licence.

Enters: folded text. Leaves: spans, the region's name included.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from filters.pii.context import CONTEXT_MARGIN, OTHER_NUMBERS, Labels
from filters.pii.span import Span

_GAP = r"(?:[ \t]{0,2}[-~./·][ \t]{0,2}|[ \t]{1,2})"
_REST = rf"{_GAP}[0-9]{{6}}{_GAP}[0-9]{{2}}(?![0-9])(?![-.][0-9])"
_CODE = r"(?:1[1-9]|2[0-68])(?<![0-9]{3})(?<![0-9][-.][0-9]{2})"
_DIGITS = re.compile(rf"{_CODE}(?P<gap>{_GAP})[0-9]{{2}}{_REST}")
_BARE = re.compile(rf"{_CODE}[0-9]{{10}}(?![-.]?[0-9])")
_MIXED = re.compile(rf"{_CODE}-?[0-9]{{2}}[- ]?[0-9]{{6}}[- ]?[0-9]{{2}}(?![-.]?[0-9])")
_REGIONS = (
    "(?:서울|부산|대구|인천|광주|대전|울산|세종|경기(?:남부|북부)?|강원|충북|충남|전북|전남|경북|경남|제주|(?:충청|전라|경상)[남북])"
    "(?:(?:특별|광역)시|(?:특별)?자치[시도]|특별자치[시도]|[시도])?"
)
_NAMED = re.compile(
    rf"(?:{_REGIONS})[ \t]{{0,2}}-?[ \t]{{0,2}}[0-9]{{2}}(?:{_REST}|[- ]?[0-9]{{6}}[- ]?[0-9]{{2}}(?![-.]?[0-9]))"
)
_OWN = (
    "운전면허 면허번호 면허증 면허 driver_licen driver's_licen drivers_licen driving_licen license_no licence_no 운전자 "
    "1종보통 2종보통 1종대형 2종소형 1종특수 1종소형 대형견인 소형견인 구난차 원동기 적성검사"
)
_STAMP = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])[0-5][0-9]")
_ACCOUNTS = "계좌번호 계좌 입금 예금주 통장 account"
_LABELS = Labels(own=_OWN, others=f"{OTHER_NUMBERS} {_ACCOUNTS}")


def _is_stamp(text: str, match: re.Match[str]) -> bool:
    """Whether twelve digits are a part of a name, or a minute of our time for which no label in front says licence."""
    before, behind = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
    if any(char == "_" or (char.isascii() and char.isalpha()) for char in before + behind):
        return True
    if _STAMP.fullmatch(match[0]) is None:
        return False
    line = text[max(0, match.start() - CONTEXT_MARGIN) : match.start()].rpartition("\n")[2]
    return not _LABELS.in_front(line, len(line))


@dataclass(frozen=True, kw_only=True)
class DriverLicence:
    """Korean driver's licence numbers."""

    entity: ClassVar[str] = "KR_DRIVER_LICENCE"
    trigger: ClassVar[str] = "number"

    def find(self, text: str) -> Iterator[Span]:
        """Spans of licence numbers in folded text."""
        for match in _DIGITS.finditer(text):
            label = self._label(text, match)
            if label or (label is None and match["gap"].strip() == "-"):
                yield Span(match.start(), match.end(), self.entity, 0.97 if label else 0.7)
        for pattern in (_BARE, _MIXED):
            for match in pattern.finditer(text):
                if self._label(text, match) and not _is_stamp(text, match):
                    yield Span(match.start(), match.end(), self.entity, 0.9)
        for match in _NAMED.finditer(text):
            if self._label(text, match) is not False:
                yield Span(match.start(), match.end(), self.entity, 0.96)

    def _label(self, text: str, match: re.Match[str]) -> bool | None:
        return _LABELS.around(text, match.start(), match.end())
