"""Shares of kinds of characters: what fails, with which value, against which threshold."""

import pytest

from filters.batch import judge
from filters.rules.character_shares import CharacterShares
from tests.filters.rules.judging import check_adversarial, verdict

OFF = dict.fromkeys(("max_symbol_share", "max_digit_share", "min_letter_share", "min_hangul_share", "max_run_share"), 0)

ONE_RULE = [
    ("symbols", {"max_symbol_share": 0.3}, "★★ 가나 ▶▶", ("characters_too_many_symbols", 4 / 6, 0.3)),
    ("emoji are symbols", {"max_symbol_share": 0.3}, "😀가", ("characters_too_many_symbols", 0.5, 0.3)),
    ("punctuation of prose is none", {"max_symbol_share": 0.01}, "“그래.” 『말모이』 · (1911)!?", None),
    ("digits", {"max_digit_share": 0.5}, "12 가 34", ("characters_too_many_digits", 0.8, 0.5)),
    ("full-width digits", {"max_digit_share": 0.5}, "１２３ 가", ("characters_too_many_digits", 0.75, 0.5)),
    ("letters", {"min_letter_share": 0.5}, "가 ... 1", ("characters_too_few_letters", 0.2, 0.5)),
    ("Hangul of the letters", {"min_hangul_share": 0.5}, "가 abc 12", ("characters_too_little_hangul", 0.25, 0.5)),
    ("old Hangul is Hangul", {"min_hangul_share": 0.9}, "\u1112\u119e\u11ab글", None),
    ("Hanja is not", {"min_hangul_share": 0.5}, "漢字의", ("characters_too_little_hangul", 1 / 3, 0.5)),
    ("runs", {"max_run_share": 0.5}, "ㅋㅋㅋㅋㅋㅋ 네", ("characters_in_runs", 6 / 7, 0.5)),
    ("short runs count for nothing", {"max_run_share": 0.1}, "ㅋㅋㅋㅋ 네네네네", None),
    ("spaces are no run", {"max_run_share": 0.1}, "가          나", None),
    ("two runs", {"max_run_share": 0.9}, "=====-----", ("characters_in_runs", 1.0, 0.9)),
    ("without a visible character", {}, " \n\t", ("characters_none_visible", 0.0, 1)),
]


@pytest.mark.parametrize(("limits", "text", "failure"), [row[1:] for row in ONE_RULE], ids=[row[0] for row in ONE_RULE])
def test_one_rule(limits: dict[str, float], text: str, failure: tuple[str, float, float] | None) -> None:
    assert verdict(CharacterShares(**OFF | limits), text) == ([failure] if failure else [])


def test_a_run_over_the_border_of_two_documents_is_none() -> None:
    judged = judge(CharacterShares(**OFF | {"max_run_share": 0.1}), ["나ㅋㅋㅋ", "ㅋㅋㅋ다", "", "ㅋㅋ"])
    assert [[failure.rule for failure in failures] for failures in judged] == [[], [], ["characters_none_visible"], []]


def test_korean_prose_passes() -> None:
    text = "말모이는 조선어학회가 펴내려 한 첫 우리말 사전의 이름이다. 주시경과 그 제자들이 1911년 무렵부터 낱말을 모았다."
    assert verdict(CharacterShares(min_hangul_share=0.25), text) == []


def test_adversarial() -> None:
    check_adversarial(CharacterShares(min_hangul_share=0.25), "characters_")


@pytest.mark.parametrize(
    ("fields", "message"),
    [({"max_run_share": 2}, "max_run_share = 2 is not a share"), ({"min_run": 1}, "min_run = 1")],
)
def test_senseless_numbers(fields: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CharacterShares(**fields)
