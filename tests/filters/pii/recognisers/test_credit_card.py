import pytest

from filters.pii.recognisers.credit_card import CreditCard, passes_luhn
from tests.filters.pii.found import SENTENCES, found


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize(
    "number",
    [
        "4111-1111-1111-1111",
        "4111 1111 1111 1111",
        "4111111111111111",
        "5555-5555-5555-4444",
        "2221-0000-0000-0009",
        "3782-822463-10005",
        "378282246310005",
        "3056-930902-5904",
        "6011111111111117",
        "3530111333300000",
        "6200000000000000000",
        "4111 - 1111 - 1111 - 1111",
        "４１１１－１１１１－１１１１－１１１１",
        "4111.1111.1111.1111",
    ],
)
def test_brands_and_forms(number: str, sentence: str) -> None:
    assert found(CreditCard(), sentence.format(number)) == [number]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("2024 4111 1111 1111 1111", ["4111 1111 1111 1111"]),
        ("4111-1111-1111-1111,5555-5555-5555-4444", ["4111-1111-1111-1111", "5555-5555-5555-4444"]),
        ("유효기간 4111-1111-1111-1111 12/27", ["4111-1111-1111-1111"]),
        ("국내 카드 9410-0000-0000-0005", ["9410-0000-0000-0005"]),
        ("9410-0000-0000-0005", []),
        ("카드 4222222222222", ["4222222222222"]),
        ("4222222222222", []),
        ("4111-1111-1111-1112", []),
        ("1111-1111-1111-1111", []),
        ("0000-0000-0000-0000", []),
        ("14111111111111111", []),
        ("41111111111111113", []),
        ("4111-1111-1111-1111-1", []),
        ("0.4111111111111111", []),
        ("a4111111111111111", []),
        ("송장번호 4111111111111111", []),
        ("주문번호: 4111-1111-1111-1111", []),
        ("", []),
    ],
)
def test_labels_and_look_alikes(text: str, numbers: list[str]) -> None:
    assert found(CreditCard(), text) == numbers


@pytest.mark.parametrize(
    ("digits", "passes"),
    [("4111111111111111", True), ("378282246310005", True), ("4111111111111112", False), ("79927398713", True)],
)
def test_luhn(digits: str, passes: bool) -> None:
    assert passes_luhn(digits) is passes
