"""Bank account numbers of Korea: by the formats of the banks, and only in context.

Formats (the account number systems that the banks publish; digits per group): 국민 6-2-6, 3-2-4-3; 신한 3-3-6, 3-2-6; 우리
4-3-6, 3-6-2-3; 하나 3-6-5, 3-6-3-2; 농협 3-4-4-2, 3-2-6, 6-2-6; 기업 3-6-2-3, 3-8-3; 카카오뱅크 4-2-7; 토스뱅크 4-4-4;
케이뱅크 3-3-6; SC제일 3-2-6; 씨티 3-6-3; iM(대구) 3-2-6-1; 부산 3-4-4-2, 3-2-6-1; 광주 3-3-6; 전북 3-2-7, 4-2-7; 경남 3-2-7,
3-4-4-2; 제주 2-2-6; 새마을금고 4-2-6-1, 4-4-4-1; 신협 5-2-5, 3-3-6; 우체국 6-2-6; 수협 3-2-6-1, 4-4-4; 산업 3-8-3; 산림조합
3-2-4-4. They overlap, so the shape is checked against all of them. There is no public checksum.

Enters: the folded text; leaves: spans over the digits. The closest label decides: a number behind 주문번호 or 연락처 is none
even if 입금 follows. Behind a direct label (계좌번호:) or the name of a bank any shape of 10 to 16 digits will do; with
weaker words (입금, 송금, 예금주) the shape must be one of a bank's. Phone, card, resident and business numbers, dates and
amounts never count.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, NamedTuple

from filters.pii.alternation import one_of, word_list
from filters.pii.context import squeeze
from filters.pii.span import Span

_SHAPES = frozenset(
    tuple(map(int, shape.split("-")))
    for shape in word_list("""
    6-2-6 3-2-4-3 3-3-6 3-2-6 4-3-6 3-6-2-3 3-6-5 3-6-3-2 3-4-4-2 3-8-3 4-2-7 4-4-4 3-6-3 3-2-6-1 3-2-7 2-2-6 4-2-6-1
    4-4-4-1 5-2-5 5-2-6 3-2-4-4 6-2-5 3-3-5 3-3-7 4-3-7 3-4-4-3 3-3-8 3-5-6 3-5-5 4-3-5 3-6-4 3-7-3 2-6-5 3-2-8 4-2-6
    3-3-6-1 4-4-5 4-4-6 3-4-6 3-4-5 2-2-7 2-3-6 3-2-2-7 3-3-3-3 3-5-2-3 3-6-1-3 3-2-5-1 3-2-6-3 3-1-6-1 5-3-5 4-2-5-1
    3-6-2-2 6-6 3-9 3-8 4-8 4-9 3-10 2-8 6-8 8-6 3-11 3-4-3-3 5-2-4-1 4-1-6-1
    """)
)
"""Widths of the groups in the forms that the banks use and their customers write."""

_SHAPES_OF_OTHERS = frozenset({(3, 2, 5), (6, 7), (4, 4, 4, 4), (4, 6, 5)})
"""Business number, resident and corporate number, cards."""

_LABELS = word_list("""
    계좌번호 계좌 계좌no 통장번호 통장 구좌 accountno accountnumber account acct a/c iban 입금처 입금계좌 환불계좌 급여계좌
    가상계좌 후원계좌 납부계좌 이체계좌 계좌정보 계좌안내 계죄번호
""")
_BANKS = word_list("""
    국민은행 kb국민 국민 신한은행 신한 우리은행 하나은행 keb하나 하나 외환은행 농협은행 nh농협 농협 단위농협 지역농협 축협
    기업은행 ibk기업 ibk 카카오뱅크 카뱅 카카오 토스뱅크 토스 케이뱅크 k뱅크 sc제일 sc은행 제일은행 스탠다드차타드 씨티은행
    한국씨티 씨티 대구은행 im뱅크 아이엠뱅크 부산은행 광주은행 전북은행 경남은행 제주은행 새마을금고 새마을 mg새마을 신협
    우체국 수협은행 수협 산업은행 kdb산업 kdb 산림조합 저축은행 bnk부산 bnk경남 키움증권 미래에셋 삼성증권 한국투자증권
    nh투자 증권 우리 은행 bank shinhan kookmin nonghyup
""")
_SHORT_BANKS = "KB|NH|SC|IBK|KDB|kb|nh|기업|산업|대구|부산|광주|전북|경남|제주|iM|IM"
"""Names that are also other words: they count right in front of groups of digits in the shape of an account."""
_MOVES = word_list("""
    입금 송금 이체 예금주 보내주 보내줘 보내드 부쳐 환불 납부 결제금액 후원금 회비 월세 보증금 관리비 축의금 조의금 부의금
    급여 월급 출금 인출 무통장 정산금 참가비 수강료 대금 잔금 계약금 deposit transfer remit 계좌 통장 자동이체 급여이체
    등록금 받으실 입금자
""")
_RIVALS = word_list("""
    학생 택배 arc번호 주문번호 주문 전화 연락처 휴대폰 핸드폰 휴대전화 팩스 fax tel 사업자등록번호 사업자번호 사업자
    법인등록번호 법인번호 주민등록번호 주민번호 외국인등록번호 접수번호 송장번호 송장 운송장 등기번호 문서번호 카드번호
    카드 isbn issn 우편번호 학번 사번 고객번호 회원번호 예약번호 승인번호 거래번호 시리얼 모델 품번 관리번호 증권번호 여권
    면허 보험증 일련번호 바코드 버전 일시 날짜 일자 사건번호 고지번호 전자납부번호 영수증 발급번호 order serial phone
    mobile invoice 문의 등록번호 인증번호 특허 출원번호 상품번호 상품코드 코드 시간 custno trdno ordno ordid 금액 고객센터
    대표번호 콜센터 상담 번호표 차량번호 참조번호 추적번호 배송번호 청구번호 계약번호 case s/n 규격 시각
    타임스탬프 최종수정 변경이력
""")


@cache
def _candidate() -> re.Pattern[str]:
    """Two to five groups of digits with one kind of separator, or 10 to 16 digits."""
    grouped = r"(?: ?- ?[0-9]{1,12}){1,4}|(?: [0-9]{1,8}){2,4}|(?:\.[0-9]{1,8}){2,4}"
    return re.compile(
        rf"[0-9](?<![0-9+*A-Za-z_/].)(?<![0-9][-,.:].)(?:[0-9]{{1,5}}(?:{grouped})|[0-9]{{9,15}})"
        r"(?![0-9*A-Za-z_])(?!-[0-9A-Za-z*])(?![.,:][0-9])"
    )


class _Words(NamedTuple):
    """Patterns for squeezed text, but for `short_bank` and `amount`, which want the text as it is."""

    kinds: dict[str, str]
    known: re.Pattern[str]
    banks: re.Pattern[str]
    moves: re.Pattern[str]
    short_bank: re.Pattern[str]
    short_bank_before: re.Pattern[str]
    amount: re.Pattern[str]


@cache
def _words() -> _Words:
    """All that is told by words: what each says of the number behind it, and what may follow the number."""
    kinds = dict.fromkeys(_MOVES, "move") | dict.fromkeys(_BANKS, "bank") | dict.fromkeys(_LABELS, "label")
    kinds |= dict.fromkeys(_RIVALS, "rival")
    short = ("우리", "하나", "카카오", "증권")
    short_bank = r"[\s(/|,:·-]{0,3}(?:[가-힣]{2,4}[\s)/|,]{1,3})?(?:우리|하나|kb|nh|sc)(?:은행|[\s)/|,.]|$)"
    unit = r"(?:원|만|억|천|달러|엔|위안|유로|%|개|명|건|번째|년|km|kg|바이트|bytes)"
    amount = rf"{unit}|\s{unit}(?:[^가-힣]|[은이을에의정]|$)"
    return _Words(
        kinds=kinds,
        known=re.compile(one_of(kinds)),
        banks=re.compile(one_of(bank for bank in _BANKS if bank not in short)),
        moves=re.compile(one_of(_MOVES)),
        short_bank=re.compile(short_bank, re.IGNORECASE),
        short_bank_before=re.compile(rf"(?:^|[^A-Za-z가-힣])(?:{_SHORT_BANKS})[ :]?$"),
        amount=re.compile(amount),
    )


@dataclass(frozen=True, kw_only=True)
class BankAccount:
    """Account numbers; see the module docstring."""

    entity: ClassVar[str] = "KR_BANK_ACCOUNT"
    trigger: ClassVar[str] = "number"

    def find(self, text: str) -> Iterator[Span]:
        """Every account number that its context shows to be one."""
        for match in _candidate().finditer(text):
            groups = re.findall(r"\d+", match[0])
            num_digits = sum(map(len, groups))
            if not 10 <= num_digits <= 16 or _words().amount.match(text, match.end()):
                continue
            score = _score(text, match.start(), match.end(), groups)
            if score:
                yield Span(match.start(), match.end(), self.entity, score)


def _score(text: str, start: int, end: int, groups: list[str]) -> float:
    """How sure the context makes that the digit `groups` at `start:end` are an account; 0 where they are none."""
    words = _words()
    # What stands in another paragraph says nothing.
    left = squeeze(text[max(0, start - 48) : start].rpartition("\n\n")[2])
    labels = list(words.known.finditer(left))
    kinds = [words.kinds[label[0]] for label in labels]
    if len(groups) > 2 and words.short_bank_before.search(text[max(0, start - 8) : start]):
        labels, kinds = [], ["bank"]
    kind = kinds[-1] if kinds else ""
    distance = len(left) - labels[-1].end() if labels else 0 if kinds else len(left)
    if kind == "rival":
        return 0.0
    shape = tuple(map(len, groups))
    is_row = len(shape) == 1
    is_known = shape in _SHAPES or (is_row and 10 <= shape[0] <= 14)
    is_direct = kind in ("label", "bank") and distance <= 6
    if _is_other_number("".join(groups), shape, is_direct=is_direct, is_labelled=is_direct and kind == "label"):
        return 0.0
    if is_direct and ("label" in kinds[-3:] or is_known):
        return 0.97 if is_known else 0.85
    # A row without dashes may be anything: its sign must be close.
    if not is_known or (is_row and distance > 14):
        kind = ""
    right = squeeze(text[end : end + (8 if is_row else 24)].partition("\n\n")[0])
    has_bank_after = words.banks.search(right[:14]) is not None or words.short_bank.match(text[end : end + 16]) is not None
    if not is_known or (is_row and not kind and left.endswith("번호")):
        return 0.0
    if kind == "label" or has_bank_after or right.lstrip("(").startswith("예금주"):
        return 0.9
    if kind == "bank":
        return 0.85
    return 0.8 if kind == "move" or (not is_row and words.moves.search(right) is not None) else 0.0


def _is_other_number(digits: str, shape: tuple[int, ...], *, is_direct: bool, is_labelled: bool) -> bool:
    """Whether the digits read as a phone, business, resident or card number, ISBN or EAN, date or time."""
    is_row = len(shape) == 1
    if shape in _SHAPES_OF_OTHERS or len(set(digits)) == 1 or (is_row and digits in "01234567890123456789"):
        return True
    if (is_row or shape[-1] == 4) and re.fullmatch(r"0(?:2|[3-6]\d|70|80|50\d|10|11|1[6-9])\d{7,8}", digits):
        return not (is_labelled and is_row and not digits.startswith("010"))
    has_date = re.match(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", digits) is not None
    if has_date and shape[:3] == (4, 2, 2):
        return True
    if is_direct:
        return False
    if len(digits) == 13 and digits.startswith(("978", "979", "880")):
        return sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits)) % 10 == 0
    return has_date and (is_row or shape[0] == 8)
