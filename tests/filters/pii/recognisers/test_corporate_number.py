import pytest

from filters.pii.recognisers.corporate_number import CorporateNumber, passes_check
from filters.pii.scanner import Scanner
from tests.filters.pii.found import SENTENCES, found


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("number", ["130111-0006246", "110111-1234569", "130111 - 0006246", "１３０１１１－０００６２４６"])
def test_with_a_dash_it_needs_no_label(number: str, sentence: str) -> None:
    assert found(CorporateNumber(), sentence.format(number)) == [number]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("법인등록번호 1301110006246", ["1301110006246"]),
        ("법인 등록 번호: 130111 0006246", ["130111 0006246"]),
        ("등기번호 1301110006246 도착", []),
        ("등기번호 130111-0006246", ["130111-0006246"]),
        ("법인 7713501294857", []),
        ("1301110006246", []),
        ("130111-0006247", []),
        ("법인등록번호 130111-0006247", []),
        ("771350-1294857", []),  # no registry has this code
        ("법인등록번호 771350-1294857", ["771350-1294857"]),
        ("주문번호 130111-0006246", []),
        ("130111-0006246-1", []),
        ("5130111-0006246", []),
        ("", []),
    ],
)
def test_labels_and_look_alikes(text: str, numbers: list[str]) -> None:
    assert found(CorporateNumber(), text) == numbers


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("110111-1234569", "KR_CORPORATE_NUMBER"),
        ("법인등록번호 170121-1234566", "KR_CORPORATE_NUMBER"),
        ("주민등록번호 110111-1234569", "KR_RRN"),
        ("사업자 등록을 마친 법인으로 주민번호 900101-1234568", "KR_RRN"),
    ],
)
def test_the_label_tells_it_from_a_resident_number(text: str, entity: str) -> None:
    assert [span.entity for span in Scanner(["KR_RRN", "KR_CORPORATE_NUMBER"]).find(text)] == [entity]


def test_check_digit() -> None:
    assert passes_check("1301110006246")
    assert not passes_check("1301110006245")
