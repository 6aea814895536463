import pytest

from filters.pii.context import CONTEXT_MARGIN, Labels, has_context, squeeze, text_before

LABELS = Labels(own="여권번호 여권 id passport_no", others="주문번호 모델 여권사본번호 ver.")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("여권번호: 777", True),
        ("여 권 번 호\t: 777", True),
        ("ID=777", True),
        ("주문번호 777", False),
        ("여권 그리고 주문번호는 777", False),
        ("주문번호 다음에 여권 777", True),
        ("주문번호 1234-5678, 777", None),
        ("모델을 골라 긴 이야기를 한 다음에 777", None),
        ("여권사본번호 777", False),
        ("naver.com 777", None),
        ("ver. 777", False),
        ("the ver. 777", False),
        ("his Passport No. 777", True),
        ("passportno 777", True),
        ("hybrid 777", None),
        ("777 (여권)", True),
        ("777 (주문번호) 여권", None),
        ("777은 우리 지점이 아니라 본사에 있는 그 여권이다", True),
        ("777 우리 지점이 아니라 본사에 있는 그 여권이다", None),
        ("777은 아니다. 여권이다", None),
        ("777 여권: 88812", None),
        ("777", None),
        ("여권" + "가" * 60 + "777", None),
    ],
)
def test_the_nearest_label_decides(text: str, label: bool | None) -> None:
    start = text.index("777")
    assert LABELS.around(text, start, start + 3) is label


def test_in_front_does_not_look_behind() -> None:
    assert LABELS.in_front("777 (여권)", 0) is None


def test_has_context_ignores_blanks_and_case() -> None:
    assert has_context("계 좌  번\n호 12", 9, 11, ["계좌번호"])
    assert has_context("12 TEL", 0, 2, ["tel"])
    assert not has_context("계좌" + "가" * 50 + "12", 52, 54, ["계좌"])


def test_windows_stay_within_the_margin() -> None:
    text = "여" + "가" * CONTEXT_MARGIN
    assert text_before(text, len(text), width=1000) == "가" * CONTEXT_MARGIN


def test_squeeze() -> None:
    assert squeeze(" 주민\t등록 번호\nABC ") == "주민등록번호abc"
