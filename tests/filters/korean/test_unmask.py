"""Disguised text made plain."""

import pytest

from filters.korean.unmask import has_odd_forms, unmask


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ㅅㅏㅇㄷㅏㅁ 문의", "상담 문의"),
        ("대♣출 승*인율", "대출 승인율"),
        ("ㄷH출 ^roㄷrㅁ", "대출 상담"),
        ("ⓗⓣⓣⓟ://ⓖⓞ5⑦", "http://go57"),
        ("배\u200b송 확．인", "배송 확인"),
        ("ㅋㅋㅋ ㅠㅠ", "ㅋㅋㅋ ㅠㅠ"),
        ("평범한 문장입니다.", "평범한 문장입니다."),
        ("", ""),
    ],
)
def test_a_reader_sees(text: str, plain: str) -> None:
    assert unmask(text) == plain


def test_circled_numbers_of_paragraphs_are_ordinary() -> None:
    assert not has_odd_forms("① 이 법은 다음과 같다. ② 시행한다. ③ 그 밖의 사항 ④ 벌칙")
    assert has_odd_forms("ⓗⓣⓣⓟ ①②③④")


@pytest.mark.parametrize(
    "text", ["ㄱ" * 200_000, "ㄱㅏ*" * 60_000, "가 " * 100_000, "가." * 100_000, "①a" * 100_000, "\ud800ㄱㅏ" * 9]
)
def test_bounded(text: str) -> None:
    assert len(unmask(text)) <= len(text)
