import pytest

from filters.pii.recognisers.passport import Passport
from tests.filters.pii.found import SENTENCES, found


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize(
    "number", ["M12345678", "S98765432", "R01234567", "G70001234", "D11223344", "M123A4567", "S456K0012", "Ｍ１２３４５６７８"]
)
def test_forms(number: str, sentence: str) -> None:
    assert found(Passport(), sentence.format(number)) == [number]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("여권번호 m12345678", ["m12345678"]),
        ("여권: M 12345678", ["M 12345678"]),
        ("여권 SC1234567호", ["SC1234567"]),
        ("여권번호: S20240115", ["S20240115"]),
        ("M12345678 8KOR9001011M", ["M12345678"]),
        ("여권 번호 M 1234 5678", ["M 1234 5678"]),
        ("M 1234 5678", []),
        ("인증번호 M12345678", []),
        ("m12345678", []),
        ("SC1234567", []),
        ("S20240115", []),  # a letter and a date
        ("M123456789", []),
        ("AM12345678", []),
        ("M1234567", []),
        ("모델 M12345678", []),
        ("학번: S12345678", []),
        ("품번(G12345678)", []),
        ("KS-M12345678", []),
        ("M00000000", []),
        ("https://example.com/M12345678x", []),
        ("", []),
    ],
)
def test_labels_and_look_alikes(text: str, numbers: list[str]) -> None:
    assert found(Passport(), text) == numbers
