import pytest

from filters.pii.recognisers.driver_licence import DriverLicence
from tests.filters.pii.found import SENTENCES, found


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize(
    "number",
    [
        "11-22-333333-44",
        "28-05-123456-78",
        "11 - 22 - 333333 - 44",
        "１１－２２－３３３３３３－４４",
        "서울 12-345678-90",
        "서울12-345678-90",
        "경기 05-123456-10",
        "제주-99-000001-00",
        "경남 12 345678 90",
    ],
)
def test_forms(number: str, sentence: str) -> None:
    assert found(DriverLicence(), sentence.format(number)) == [number]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("운전면허번호 112233333344", ["112233333344"]),
        ("면허 11 22 333333 44 소지", ["11 22 333333 44"]),
        ("면허번호: 11.22.333333.44", ["11.22.333333.44"]),
        ("면허증(11-22333333-44)", ["11-22333333-44"]),
        ("112233333344", []),
        ("202401151230", []),
        ("20-24-011512-30에 주문", ["20-24-011512-30"]),
        ("27-22-333333-44", []),
        ("29-22-333333-44", []),
        ("10-22-333333-44", []),
        ("11-22-333333-44-5", []),
        ("3-11-22-333333-44", []),
        ("11 22 333333 44", []),
        ("주문번호 11-22-333333-44", []),
        ("계좌번호 11-22-333333-44", []),
        ("", []),
    ],
)
def test_labels_and_look_alikes(text: str, numbers: list[str]) -> None:
    assert found(DriverLicence(), text) == numbers
