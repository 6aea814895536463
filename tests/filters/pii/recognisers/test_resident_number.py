import pytest

from filters.pii.recognisers.resident_number import ResidentNumber, birth_year, check_digit
from tests.filters.pii.found import SENTENCES, found


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize(
    "number",
    [
        "900101-1234568",
        "900101 - 1234568",
        "900101- 1234568",
        "900101 1234568",
        "9001011234568",
        "900101.1234568",
        "900101/1234568",
        "９００１０１－１２３４５６８",
        "900101–1234568",
        "900101ㅡ1234568",
        "九〇〇一〇一-一二三四五六八",
        "9001\u200b01-12\u200b34568",
        "900101-1******",
        "900101-1●●●●●●",
        "900101-1234***",
        "900101-1XXXXXX",
        "９００１０１－１＊＊＊＊＊＊",
        "040404-3456784",
        "201105-3999999",
        "2011053999999",
        "991231-2567899",
    ],
)
def test_written_forms_are_found_wherever_they_stand(number: str, sentence: str) -> None:
    assert found(ResidentNumber(), sentence.format(number)) == [number]


@pytest.mark.parametrize(
    "text",
    [
        "900101-1234567",  # wrong check digit, born before October 2020
        "9001011234567",
        "200930-3123456",  # the last day that the check digit binds
        "901301-1234568",
        "900230-1234568",
        "010229-3123456",
        "900101-9234568",
        "900101-0234568",
        "500101-3999999",  # born in 2050
        "1900101-1234568",
        "900101-12345689",
        "900101-1234568-01",
        "12-900101-1234568",
        "a9001011234568b",
        "20240115-0001234",
        "2024-01-15 09:00:00",
        "최종 수정 1006157432501",
        "8801021002392",  # an article number
        "200511 1x20111",
        "주문번호 2011053999999",
        "900101",
        "",
    ],
)
def test_look_alikes_are_left_alone(text: str) -> None:
    assert found(ResidentNumber(), text) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("주민등록번호: 900101-1234567", "900101-1234567"),  # a changed number, or a misprint: personal either way
        ("주민 등록 번호 9001011234567", "9001011234567"),
        ("주민번호 뒷자리는 ******-1234568", "******-1234568"),
        ("주민등록번호: 900101-\n1234568", "900101-\n1234568"),
    ],
)
def test_a_label_makes_up_for_what_the_number_lacks(text: str, number: str) -> None:
    assert found(ResidentNumber(), text) == [number]
    assert found(ResidentNumber(), number.partition("\n")[0]) == []


@pytest.mark.parametrize(
    ("digits", "check"), [("900101123456", 8), ("850229123456", 0), ("201001345678", 5), ("670515100001", 9)]
)
def test_check_digit(digits: str, check: int) -> None:
    assert check_digit(digits) == check


@pytest.mark.parametrize(
    ("birth", "century", "year"),
    [
        ("900101", "1", 1900 + 90),
        ("000229", "3", 2000),
        ("000229", "1", None),
        ("201031", "3", 2020),
        ("360101", "4", None),
        ("990101", "6", 1999),
    ],
)
def test_birth_year(birth: str, century: str, year: int | None) -> None:
    assert birth_year(birth, century) == year
