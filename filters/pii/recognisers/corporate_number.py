"""Corporate registration number (법인등록번호, 13 digits): 110111-0000000.

Form: four digits of the registry, two of the kind of corporation, six of the serial number, one check digit:
(10 - sum(weight * digit) mod 10) mod 10 with the weights 1,2,1,2,... Source: 법인 및 재외국민의 부동산등기용등록번호
부여에 관한 규칙. Found in the form with a dash, or without one where a label says so; always with the check digit.

Enters: folded text. Leaves: spans. What could be a resident number as well scores lower unless the label says 법인.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import mul
from typing import ClassVar

from filters.pii.context import OTHER_NUMBERS, Labels
from filters.pii.span import Span

_FORM = re.compile(r"[1-9][0-9]{5}(?<![0-9]{7})(?<![0-9][-.][0-9]{6})([ \t]{0,3}[-~/.][ \t]{0,3}|[ ]{0,2})[0-9]{7}(?!-?[0-9])")
_OWN = "법인등록번호 법인번호 법인등록 법인등기번호 법인 corporate_registration crn 회사등록번호"
_OTHERS = "주민등록번호 주민번호 외국인등록번호 생년월일"
_WEIGHTS = (1, 2) * 6
_LABELS = Labels(own=_OWN, others=f"{OTHER_NUMBERS} {_OTHERS}".replace("등기번호 ", ""))
_CLEAR = Labels(own="법인등록번호 법인번호 법인등기번호 corporate_registration crn 회사등록번호", others=_OTHERS)
"""What only this number is called: 법인 stands in front of any number of a company."""
_LAST_REGISTRY = 28
"""The registries' codes begin with 11 (Seoul) to 28."""
_COMMON = re.compile(r"(?:1[1-9]|2[0-3])(?:01|11)(?:1[1-4]|2[12])")
"""Head offices of the regions and ordinary kinds of corporation: more often a corporation than somebody's birth date."""


def passes_check(digits: str) -> bool:
    """Whether the thirteenth digit is the check digit of the twelve before it."""
    total = sum(map(mul, _WEIGHTS, map(int, digits)))
    return (10 - total % 10) % 10 == int(digits[12])


@dataclass(frozen=True, kw_only=True)
class CorporateNumber:
    """Corporate registration numbers."""

    entity: ClassVar[str] = "KR_CORPORATE_NUMBER"
    trigger: ClassVar[str] = "number"

    def find(self, text: str) -> Iterator[Span]:
        """Spans of corporate numbers in folded text."""
        for match in _FORM.finditer(text):
            digits = match[0][:6] + match[0][-7:]
            if not passes_check(digits):
                continue
            label = _LABELS.around(text, match.start(), match.end())
            is_registry = 11 <= int(digits[:2]) <= _LAST_REGISTRY
            if label and (is_registry or _CLEAR.around(text, match.start(), match.end())):
                yield Span(match.start(), match.end(), self.entity, 0.98)
            elif label is None and match[1].strip() and is_registry:
                yield Span(match.start(), match.end(), self.entity, 0.92 if _COMMON.match(digits) else 0.6)
