"""Numbers that only the pre-scan could miss: few digits are shown, or small letters stand between them."""

import pytest

from filters.pii.replace import Replacer
from filters.pii.scanner import Scanner

FOUND = [
    ("아버지 주민등록번호 040914-#######로 뗐다", "KR_RRN", "040914-#######"),
    ("임대인 (560918-XXXXXXX)", "KR_RRN", "560918-XXXXXXX"),
    ("외국인등록번호 710416-＊＊＊＊＊＊＊은", "KR_FRN", "710416-＊＊＊＊＊＊＊"),
    ("본인 900111-●●●●●●●", "KR_RRN", "900111-●●●●●●●"),
    ("장찬솔(8604021******)의 몫", "KR_RRN", "8604021******"),
    ("여권 번호 s526w1715 확인", "KR_PASSPORT", "s526w1715"),
    ("김은서,+82.10.4968.4015,x", "PHONE_NUMBER", "+82.10.4968.4015"),
    ("신명희,(+82) 10-3715-8288,x", "PHONE_NUMBER", "(+82) 10-3715-8288"),
    ("안전관리자 / 82-33-8947-8741", "PHONE_NUMBER", "82-33-8947-8741"),
    ("주민번호 앞자리 850412-2 만 적어", "KR_RRN", "850412-2"),
    ("주민등록번호 900101-1***", "KR_RRN", "900101-1***"),
    ("900101-1○○○○○○ 확인", "KR_RRN", "900101-1○○○○○○"),
    ("900101-○○○○○○○ 가림", "KR_RRN", "900101-○○○○○○○"),
    ("900101-1**2345", "KR_RRN", "900101-1**2345"),
    ("900101-1??????", "KR_RRN", "900101-1??????"),
    ("외국인 511221-59○○○○○", "KR_FRN", "511221-59○○○○○"),
    ("921030-*******은 다문화가족 지원 대상", "KR_FRN", "921030-*******"),
    ("주민번호 9 0 0 1 0 1 - 1 2 3 4 5 6 8", "KR_RRN", "9 0 0 1 0 1 - 1 2 3 4 5 6 8"),
    ("010-일이삼사-오육칠팔로", "PHONE_NUMBER", "010-일이삼사-오육칠팔"),
    ("010★3344★7781 상담", "PHONE_NUMBER", "010★3344★7781"),
]
NOT_FOUND = [
    "150229-*******",
    "901301-*******",
    "2024-*******",
    "010-****-****",
    "900111-****",
    "900111 - 다음",
    "-" * 40,
    "20051111_2131",
    "업데이트 231205-1 배포",
    "로트 850412-2",
    "20110501~20110612",
]


@pytest.mark.parametrize(("text", "entity", "value"), FOUND, ids=[row[2] for row in FOUND])
def test_found(text: str, entity: str, value: str) -> None:
    (span,) = Scanner().find(text)
    assert (span.entity, text[span.start : span.end]) == (entity, value)
    edited, _ = Replacer().apply(text, [span])
    assert Scanner().find(edited) == []


@pytest.mark.parametrize("text", NOT_FOUND)
def test_not_found(text: str) -> None:
    assert Scanner().find(text) == []
