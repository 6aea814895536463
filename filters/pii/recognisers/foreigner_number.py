"""Foreign registration number (외국인등록번호, 13 digits): as the resident number, with the century digit 5-8.

Source: 출입국관리법 시행규칙. 5 and 6 stand for 1900-1999, 7 and 8 for 2000-2099. The check digit of numbers issued before
October 2020 is the resident number's plus two, modulo ten. Also the 국내거소신고번호 of overseas Koreans.

Enters: folded text. Leaves: spans of complete and of partly masked numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from filters.pii.recognisers.resident_number import find_numbers
from filters.pii.span import Span


@dataclass(frozen=True, kw_only=True)
class ForeignerNumber:
    """Foreign residents' numbers: century digit 5-8."""

    entity: ClassVar[str] = "KR_FRN"
    trigger: ClassVar[str] = "number"

    def find(self, text: str) -> Iterator[Span]:
        """Spans of foreign registration numbers in folded text."""
        return find_numbers(text, self.entity, "5678")
