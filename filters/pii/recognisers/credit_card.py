"""Payment card number (13-19 digits): 4-4-4-4, Amex 4-6-5, Diners 4-6-4, or in one row.

Form: the issuer's prefix with the lengths that go with it, and the Luhn check digit (ISO/IEC 7812-1). Korean domestic cards
(9xxx) without dashes and old Visa cards of 13 digits count where a label says card.

Enters: folded text. Leaves: spans.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from filters.pii.context import Labels
from filters.pii.span import Span

_GAP = r"[ \t]{0,2}[-./·_]?[ \t]{0,2}"
_FORM = re.compile(
    r"[2-69][0-9]{3}(?<![0-9]{5})(?<![0-9][-.][0-9]{4})"
    rf"(?:{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}|{_GAP}[0-9]{{6}}{_GAP}[0-9]{{4,5}}|[0-9]{{9,15}})"
    r"(?:(?![0-9])(?![-.][0-9])|(?=-[0-9]{3}(?![0-9])))"
)
_TAIL = re.compile(r"[- ][0-9]{3}(?![0-9])(?![-.][0-9])")
"""The last three of nineteen digits; a number of its own unless the sixteen in front are no card."""
_NINETEEN = re.compile(r"[0-9]{4}(?P<gap>[- ])[0-9]{4}(?P=gap)[0-9]{4}(?P=gap)[0-9]{4}")
_BRANDS = re.compile(
    r"4(?:.{15}|.{18})|5[1-5].{14}|2(?:22[1-9]|2[3-9].|[3-6]..|7[01].|720).{12}|3[47].{13}|3(?:0[0-5]|[689].).{11}|3[689].{14}"
    r"|35(?:2[89]|[3-8].).{12}|6(?:011|4[4-9].|5..).{12}|62.{14,17}|(?:50|5[6-9]|6[0-9]).{14}"
)
_RARE = re.compile(r"9.{15}|4.{12}")
_DOMESTIC = re.compile(r"9[0-9]{3}(?P<gap> ?- ?)[0-9]{4}(?P=gap)[0-9]{4}(?P=gap)[0-9]{4}")
_NO_GAPS = {ord(char): "" for char in " \t-./·_"}
_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")
_OWN = (
    "카드번호 카드 신용 체크 결제 card visa 비자 마스터 master amex 아멕스 아메리칸 유니온페이 jcb unionpay 다이너스 diners "
    "cvc cvv 유효기간 pan 승인 할부 일시불 연회비 명세서 빠져나 교통비"
)
_OTHERS = (
    "주문번호 송장 운송장 바코드 isbn ean 상품번호 상품코드 제품번호 제품코드 시리얼 일련번호 관리번호 문서번호 접수번호 "
    "승인번호 거래번호 예약번호 학번 쿠폰 기프트 timestamp 타임스탬프 tracking uuid hash 해시 참조번호 예시코드 회원번호 "
    "포인트 멤버십 imei serial 증권번호 계약번호 계좌번호 계좌"
)
_LABELS = Labels(own=_OWN, others=_OTHERS)


def passes_luhn(digits: str) -> bool:
    """The check of ISO/IEC 7812-1, annex B."""
    codes = digits.encode()
    return (sum(codes[-1::-2]) + sum(codes[-2::-2].translate(_DOUBLED)) - len(codes) * ord("0")) % 10 == 0


def _is_embedded(text: str, start: int, end: int) -> bool:
    """Whether Latin letters or underscores touch the match, as they do in identifiers and hashes."""
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    return any(char.isascii() and (char.isalnum() or char == "_") for char in around)


def _is_card(written: str) -> bool:
    """Whether the digits have the prefix, the length and the check digit of a card."""
    digits = written.translate(_NO_GAPS)
    is_issued = _BRANDS.fullmatch(digits) is not None or _RARE.fullmatch(digits) is not None
    return is_issued and passes_luhn(digits) and len(set(digits)) > 1


def _card_end(text: str, match: re.Match[str]) -> int | None:
    """Where the card of `match` ends, three more digits included where only they make it one; None if it is none."""
    end = match.end()
    tail = _TAIL.match(text, end)
    if _is_card(match[0]):
        return None if tail is not None and tail[0].startswith("-") else end
    if tail is None or _NINETEEN.fullmatch(match[0]) is None or not _is_card(match[0] + tail[0]):
        return None
    return tail.end()


def _overlapping(text: str) -> Iterator[re.Match[str]]:
    """Matches that may overlap: in `2024 4111 ...` the year must not swallow the first group of the card."""
    match = _FORM.search(text)
    while match:
        yield match
        match = _FORM.search(text, match.start() + 1)


@dataclass(frozen=True, kw_only=True)
class CreditCard:
    """Payment card numbers of all brands."""

    entity: ClassVar[str] = "CREDIT_CARD"
    trigger: ClassVar[str] = "number"

    def find(self, text: str) -> Iterator[Span]:
        """Spans of card numbers in folded text."""
        for match in _overlapping(text):
            start, end = match.start(), _card_end(text, match)
            if end is None or _is_embedded(text, start, end):
                continue
            label = _LABELS.around(text, start, end)
            is_rare = _RARE.fullmatch(match[0].translate(_NO_GAPS)) is not None and not _DOMESTIC.fullmatch(match[0])
            if label or (label is None and not is_rare):
                yield Span(start, end, self.entity, 0.98 if label else 0.9)
