import pytest

from filters.pii.recognisers.vehicle_plate import VehiclePlate
from tests.filters.pii.found import found
from tests.filters.pii.recognisers.hostile import check_bounded_time


@pytest.mark.parametrize(
    ("text", "plate"),
    [
        ("12가3456", "12가3456"),
        ("123가4567로 등록", "123가4567"),
        ("서울12가3456이", "서울12가3456"),
        ("서울 32바 1234 택시", "서울 32바 1234"),
        ("서울 1가 2345", "서울 1가 2345"),
        ("12가 3456입니다", "12가 3456"),
        ("차량 12 가 3456", "12 가 3456"),
        ("제 차는 236주 4205입니다", "236주 4205"),
        ("법인 차량대구 36사 1426과", "대구 36사 1426"),
        ("렌터카 67하 1735를", "67하 1735"),
        ("차량번호: 182차8024", "182차8024"),
        ("외교 012-345 차량번호판", "외교 012-345"),
        ("오토바이 서울 강남 가 1234", "서울 강남 가 1234"),
        ("주차: 70서 9211 빼주세요", "70서 9211"),
    ],
)
def test_plates(text: str, plate: str) -> None:
    assert found(VehiclePlate(), text) == [plate]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("대법원 98다1234 판결", "a court case"),
        ("선고 97누1234, 98두5678 전원합의체", "court cases"),
        ("2024가1234", "a year"),
        ("제12조3456", "an article"),
        ("12조3456억", "an amount"),
        ("12조 3456", "an amount"),
        ("12다 3000원", "an amount"),
        ("100부 2000", "copies"),
        ("12호 3456", "a number of an issue"),
        ("10도 1000", "a particle"),
        ("12월3000", "no letter of a plate"),
        ("3차1234", "one digit without a region"),
        ("2층1000호", "a flat"),
        ("차량 12가0000", "never issued"),
        ("1234가5678", "four digits"),
        ("12가34567", "five digits"),
        ("A12가3456", "part of a code"),
        ("", "nothing"),
    ],
)
def test_no_plates(text: str, why: str) -> None:
    assert found(VehiclePlate(), text) == [], why


def test_bounded_time() -> None:
    check_bounded_time(VehiclePlate(), "12가", "외교 012-345 ", "서울 강남 가 ", "12가3456")
