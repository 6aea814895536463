"""Gopher's repetition rules: what fails, with which value, against which threshold."""

import pytest

from filters.rules.gopher_repetition import GopherRepetition
from tests.filters.rules.judging import check_adversarial, verdict

#: Nothing is judged but what a test turns on.
OFF = {
    "dup_line_frac": 0,
    "dup_para_frac": 0,
    "dup_line_char_frac": 0,
    "dup_para_char_frac": 0,
    "top_n_grams": (),
    "dup_n_grams": (),
}
PROSE = (
    "말모이는 조선어학회가 펴내려 한 첫 우리말 사전의 이름이다. 주시경과 그 제자들이 1911년 무렵부터 낱말을 모으고 "
    "뜻풀이를 적었으나, 책으로 나오지는 못하였다. 남은 원고 한 권은 오늘날 보물로 지정되어 박물관에 있다."
)

ONE_RULE = [
    ("lines", {"dup_line_frac": 0.3}, "가\n나\n가\n가", ("gopher_dup_line_frac", 0.5, 0.3)),
    ("line characters", {"dup_line_char_frac": 0.2}, "가나다\n라\n가나다", ("gopher_dup_line_char_frac", 1 / 3, 0.2)),
    ("empty lines are none", {"dup_line_frac": 0.3}, "가\n\n\n나", None),
    ("line feeds at both ends", {"dup_line_frac": 0.2}, "\n가\n나\n", ("gopher_dup_line_frac", 0.25, 0.2)),
    ("paragraphs", {"dup_para_frac": 0.3}, "가\n나\n\n\n가\n나\n\n다", ("gopher_dup_para_frac", 1 / 3, 0.3)),
    ("paragraph characters", {"dup_para_char_frac": 0.2}, "가나\n\n가나", ("gopher_dup_para_char_frac", 1 / 3, 0.2)),
    ("most frequent pair", {"top_n_grams": ((2, 0.2),)}, "밥 먹 나 밥 먹 다", ("gopher_top_2_gram", 6 / 11, 0.2)),
    ("a pair that stands once", {"top_n_grams": ((2, 0.2),)}, "밥을 먹었다", ("gopher_top_2_gram", 1.0, 0.2)),
    ("unless it has to stand twice", {"top_n_grams": ((2, 0.2),), "top_min_count": 2}, "밥을 먹었다", None),
    ("and twice it does", {"top_n_grams": ((2, 0.2),), "top_min_count": 2}, "a b a b", ("gopher_top_2_gram", 6 / 7, 0.2)),
    ("but not three times", {"top_n_grams": ((2, 0.2),), "top_min_count": 3}, "a b a b", None),
    ("fewer words than the run", {"top_n_grams": ((3, 0.1),)}, "밥을 먹었다", None),
    ("of equals the first", {"top_n_grams": ((2, 0.1),)}, "가 나 긴말 가 나 긴말", ("gopher_top_2_gram", 6 / 13, 0.1)),
    ("repeated pairs", {"dup_n_grams": ((2, 0.1),)}, "가 나 다 가 나 다", ("gopher_duplicated_2_grams", 2 / 11, 0.1)),
    ("a repeated run is skipped", {"dup_n_grams": ((2, 0.1),)}, "가 가 가 가 가", ("gopher_duplicated_2_grams", 4 / 9, 0.1)),
    ("five", {"dup_n_grams": ((5, 0.1),)}, "a b c d e " * 2, ("gopher_duplicated_5_grams", 0.25, 0.1)),
    ("six are not there", {"dup_n_grams": ((6, 0.1),)}, "a b c d e " * 2, None),
]


@pytest.mark.parametrize(("limits", "text", "failure"), [row[1:] for row in ONE_RULE], ids=[row[0] for row in ONE_RULE])
def test_one_rule(limits: dict[str, object], text: str, failure: tuple[str, float, float] | None) -> None:
    rule = GopherRepetition(**OFF | limits)
    assert verdict(rule, text) == ([failure] if failure else [])


def test_korean_prose_passes() -> None:
    assert verdict(GopherRepetition(), PROSE) == []


def test_every_failing_rule_is_given() -> None:
    # 60 lines of 12 characters and a line feed; 4 words each.
    text = "같은 줄이 또 나온다\n" * 60
    shares = {name: value.expected for name, value, _ in verdict(GopherRepetition(), text)}
    assert list(shares) == [
        "gopher_dup_line_frac",
        "gopher_dup_line_char_frac",
        *(f"gopher_top_{n}_gram" for n in (2, 3, 4)),
        *(f"gopher_duplicated_{n}_grams" for n in (5, 6, 7, 8, 9, 10)),
    ]
    assert shares["gopher_dup_line_frac"] == 59 / 61
    assert shares["gopher_dup_line_char_frac"] == 59 * 11 / (60 * 12)
    assert shares["gopher_top_2_gram"] == 60 * 5 / (60 * 12)
    assert shares["gopher_top_4_gram"] == 60 * 11 / (60 * 12)


def test_words_not_their_letters_are_compared() -> None:
    # datatrove joins the words of a run without a space, and so finds "할수 있다" again in "할 수있다".
    limits = OFF | {"dup_n_grams": ((2, 0.01),)}
    assert verdict(GopherRepetition(**limits), "할수 있다 할 수있다") == []


def test_empty_text_fails_by_name() -> None:
    assert verdict(GopherRepetition(), "") == [("gopher_empty_text", 0.0, 1.0)]


def test_adversarial() -> None:
    check_adversarial(GopherRepetition(), "gopher_")
    assert verdict(GopherRepetition(), "\n\n\n") == [("gopher_dup_line_frac", 0.5, 0.3)]
    assert verdict(GopherRepetition(), "가" * 1_000_000) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"dup_line_frac": 1.5}, r"gopher_repetition: dup_line_frac = 1\.5 is not a share"),
        ({"dup_para_char_frac": -1}, "dup_para_char_frac = -1 is not a share"),
        ({"top_n_grams": ((0, 0.2),)}, "top_n_grams has a run of 0 words"),
        ({"dup_n_grams": ((5, 1.2),)}, r"dup_n_grams for n = 5 = 1\.2 is not a share"),
        ({"dup_n_grams": ((5, 0.2), (5, 0.1))}, "dup_n_grams names a length twice"),
    ],
)
def test_senseless_numbers(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GopherRepetition(**fields)
