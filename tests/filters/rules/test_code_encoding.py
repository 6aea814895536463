"""Code that was read in the wrong encoding, or is no text."""

import pytest

from filters.rules.code_encoding import CodeEncoding
from tests.filters.rules.code_judging import PYTHON, check_hostile, failures_of

COMMENT = "# 이 함수는 두 수를 더한 값을 돌려준다. 음수는 다루지 않는다.\n"


def _misread(written: str, read: str) -> str:
    return COMMENT.encode(written).decode(read, "replace")


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (PYTHON, []),
        (COMMENT * 5 + PYTHON, []),
        ("# 漢字 コメント Größe naïve façade 한글\n" + PYTHON, []),
        ('LETTERS = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ"\n' + PYTHON, []),
        ("# ᄒᆞᆫ글 옛말\n" + PYTHON, []),
        (_misread("utf-8", "latin-1") + PYTHON, ["code_control_chars", "code_mojibake"]),
        (_misread("utf-8", "cp1252") + PYTHON, ["code_replacement_chars", "code_mojibake"]),
        (_misread("cp949", "latin-1") + PYTHON, ["code_mojibake"]),
        (_misread("cp949", "utf-8") + PYTHON, ["code_replacement_chars"]),
        (_misread("utf-8", "cp949") + PYTHON, ["code_replacement_chars", "code_mojibake"]),
        (_misread("utf-8", "cp949").replace("\ufffd", "?") * 3 + PYTHON, ["code_mojibake"]),
        (_misread("cp949", "latin-1") * 2 + COMMENT + PYTHON, ["code_mojibake"]),
        ('BAD = "\ufffd"\n' + PYTHON, []),
        ("\x00\x01\x02\x03\x04\x05\x06\x07" * 5 + PYTHON, ["code_control_chars"]),
        ("\f\n" + PYTHON * 3, []),
        ("\ud800\udc00" * 10 + PYTHON, ["code_control_chars", "code_not_text"]),
        ("\ue000\ue001\ue002" * 10 + PYTHON, ["code_not_text"]),
    ],
)
def test_rules(text: str, rules: list[str]) -> None:
    assert [failure.rule for failure in failures_of(CodeEncoding(), text)] == rules


def test_a_senseless_number() -> None:
    with pytest.raises(ValueError, match="code_encoding: max_mojibake_fraction = 40 is not a share"):
        CodeEncoding(max_mojibake_fraction=40)


def test_hostile() -> None:
    check_hostile(CodeEncoding())
