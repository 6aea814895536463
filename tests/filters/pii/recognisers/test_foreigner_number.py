import pytest

from filters.pii.recognisers.foreigner_number import ForeignerNumber
from filters.pii.recognisers.resident_number import ResidentNumber
from tests.filters.pii.found import SENTENCES, found


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize(
    "number",
    [
        "900101-5123452",
        "900101 - 5123452",
        "9001015123452",
        "９００１０１－５１２３４５２",
        "900101-5******",
        "050505-7123456",
        "201105-7999999",
        "201105-8999999",
    ],
)
def test_written_forms(number: str, sentence: str) -> None:
    assert found(ForeignerNumber(), sentence.format(number)) == [number]
    assert found(ResidentNumber(), sentence.format(number)) == []


@pytest.mark.parametrize(
    "text", ["900101-5123453", "900101-1234568", "901501-5123452", "560101-7123456", "900101-5123452-1", ""]
)
def test_look_alikes(text: str) -> None:
    assert found(ForeignerNumber(), text) == []


def test_a_label_makes_up_for_a_failed_check() -> None:
    assert found(ForeignerNumber(), "외국인등록번호 900101-5123453") == ["900101-5123453"]
