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
]
NOT_FOUND = ["150229-*******", "901301-*******", "2024-*******", "010-****-****", "900111-****", "900111 - 다음", "-" * 40]


@pytest.mark.parametrize(("text", "entity", "value"), FOUND, ids=[row[2] for row in FOUND])
def test_found(text: str, entity: str, value: str) -> None:
    (span,) = Scanner().find(text)
    assert (span.entity, text[span.start : span.end]) == (entity, value)
    edited, _ = Replacer().apply(text, [span])
    assert Scanner().find(edited) == []


@pytest.mark.parametrize("text", NOT_FOUND)
def test_not_found(text: str) -> None:
    assert Scanner().find(text) == []
