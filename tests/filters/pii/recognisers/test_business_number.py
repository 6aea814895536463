import pytest

from filters.pii.recognisers.business_number import BusinessNumber, passes_check
from tests.filters.pii.found import SENTENCES, found


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize(
    "number", ["220-81-62517", "124-81-00998", "220 - 81 - 62517", "２２０－８１－６２５１７", "220–81–62517"]
)
def test_with_dashes_it_needs_no_label(number: str, sentence: str) -> None:
    assert found(BusinessNumber(), sentence.format(number)) == [number]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("사업자등록번호 2208162517", ["2208162517"]),
        ("사업자 등록 번호: 220 81 62517", ["220 81 62517"]),
        ("220.81.62517(사업자번호)", ["220.81.62517"]),
        ("| 등록번호 | 220-81-62517 |", ["220-81-62517"]),
        ("220-81-62517,124-81-00998", ["220-81-62517", "124-81-00998"]),
        ("2208162517은 우리 지점이 아니라 본사의 사업자번호예요.", ["2208162517"]),
        ("2208162517은 합계이다. 본사의 사업자번호는 없다.", []),
        ("수정 2208162517\n( 사업자 등록번호 1248100998 )", ["1248100998"]),
        ("사업자등록번호 없음, 자본금 2208162517원", []),
        ("2208162517", []),
        ("220 81 62517", []),
        ("220-81-62518", []),
        ("사업자등록번호 220-81-62518", []),
        ("사업자등록번호 2024-01-15", []),
        ("주문번호 220-81-62517", []),
        ("계좌번호 220-81-62517", []),
        ("220-81-62517-1", []),
        ("000-00-00000", []),
        ("1-220-81-62517", []),
        ("", []),
    ],
)
def test_labels_and_look_alikes(text: str, numbers: list[str]) -> None:
    assert found(BusinessNumber(), text) == numbers


def test_check_digit() -> None:
    assert passes_check("2208162517")
    assert not passes_check("2208162516")
