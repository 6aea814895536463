"""Business registration number (사업자등록번호, 10 digits): 000-00-00000.

Form: tax office (101-999), kind (01-99), serial number and check digit: with the weights 1,3,7,1,3,7,1,3,5 and the tens of
5 * ninth digit added, (10 - sum mod 10) mod 10. Source: 국세청, 사업자등록번호 구성 체계. Always with the check digit; other
forms than dashes only where a label says so.

Enters: folded text. Leaves: spans.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import mul
from typing import ClassVar

from filters.pii.context import OTHER_NUMBERS, Labels
from filters.pii.span import Span

_GAP = r"([ \t]{0,2}[-./~·][ \t]{0,2}|[ \t]{0,2})"
_FORM = re.compile(
    rf"[1-9][0-9]{{2}}(?<![0-9]{{4}})(?<![0-9][-.][0-9]{{3}}){_GAP}(?!00)[0-9]{{2}}{_GAP}[0-9]{{5}}(?![0-9])(?![-.][0-9])"
)
_OWN = (
    "사업자등록번호 사업자번호 사업자 사업등록 사업자등록 등록번호 고유번호 business_registration business_number brn "
    "business_license 공급자 공급받는자 세금계산서 대표자 상호 사업장"
)
_ACCOUNTS = "계좌번호 계좌 입금 예금주 통장 account"
_LABELS = Labels(own=_OWN, others=f"{OTHER_NUMBERS} {_ACCOUNTS}")
_AMOUNT = re.compile(r" ?(?:원(?![가-힣]{2})|달러|엔(?![가-힣])|위안|KRW|USD)")
_NOT_DIGITS = re.compile("[^0-9]+")
_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)


def passes_check(digits: str) -> bool:
    """Whether the tenth digit is the check digit of the nine before it."""
    total = sum(map(mul, _WEIGHTS, map(int, digits))) + int(digits[8]) * 5 // 10
    return (10 - total % 10) % 10 == int(digits[9])


@dataclass(frozen=True, kw_only=True)
class BusinessNumber:
    """Business registration numbers."""

    entity: ClassVar[str] = "KR_BUSINESS_NUMBER"
    trigger: ClassVar[str] = "number"

    def find(self, text: str) -> Iterator[Span]:
        """Spans of business numbers in folded text."""
        for match in _FORM.finditer(text):
            if not passes_check(_NOT_DIGITS.sub("", match[0])) or _AMOUNT.match(text, match.end()):
                continue
            label = _LABELS.around(text, match.start(), match.end())
            if label:
                yield Span(match.start(), match.end(), self.entity, 0.95)
            elif label is None and match[1].strip() == match[2].strip() == "-":
                yield Span(match.start(), match.end(), self.entity, 0.8)
