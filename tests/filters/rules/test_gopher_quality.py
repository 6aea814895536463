"""Gopher's quality rules: what fails, with which value, against which threshold."""

import pytest

from filters.rules.gopher_quality import GopherQuality
from tests.filters.rules.judging import check_adversarial, verdict

#: Nothing is judged but what a test turns on.
OFF = {
    "min_doc_words": 0,
    "max_doc_words": 0,
    "min_avg_word_length": 0,
    "max_avg_word_length": 0,
    "max_symbol_word_ratio": 0,
    "max_bullet_lines_ratio": 0,
    "max_ellipsis_lines_ratio": 0,
    "max_non_alpha_words_ratio": 0,
    "min_stop_words": 0,
}
ENGLISH = "The men and the women of that town have to be with us, and all of them know it well. " * 4
KOREAN = "나는 어제 학교에서 친구를 만나 책을 읽고 집으로 돌아왔다. "

ONE_RULE = [
    ("too few words", {"min_doc_words": 3}, "밥을 먹었다!!", ("gopher_too_few_words", 2, 3)),
    ("too many words", {"max_doc_words": 3}, "가 나 다 라.", ("gopher_too_many_words", 4, 3)),
    ("symbols are no words", {"min_doc_words": 3}, "가 나 . , !", ("gopher_too_few_words", 2, 3)),
    ("korean middle dot is one, as in datatrove", {"min_doc_words": 4}, "가·나", ("gopher_too_few_words", 3, 4)),
    ("words too short", {"min_avg_word_length": 3}, "가나 다라마 .", ("gopher_words_too_short", 2.5, 3)),
    ("words too long", {"max_avg_word_length": 3}, "가나다라마 바", None),
    ("words too long indeed", {"max_avg_word_length": 2.9}, "가나다라마 바", ("gopher_words_too_long", 3.0, 2.9)),
    ("hashes", {"max_symbol_word_ratio": 0.1}, "#가 나 다", ("gopher_too_many_hashes", 0.25, 0.1)),
    ("ellipses", {"max_symbol_word_ratio": 0.1}, "가… 나 다...", ("gopher_too_many_ellipses", 2 / 7, 0.1)),
    ("bullets", {"max_bullet_lines_ratio": 0.5}, "- 가\n  • 나\n다", ("gopher_too_many_bullet_lines", 2 / 3, 0.5)),
    ("ellipsis lines", {"max_ellipsis_lines_ratio": 0.3}, "가...\n나… \n다", ("gopher_too_many_ellipsis_lines", 2 / 3, 0.3)),
    ("letters", {"max_non_alpha_words_ratio": 0.8}, "가 1 나 2 3a", ("gopher_too_few_alpha_words", 0.6, 0.8)),
    ("numerals are no letters", {"max_non_alpha_words_ratio": 0.8}, "½ ② a", ("gopher_too_few_alpha_words", 1 / 3, 0.8)),
    ("stop words", {"min_stop_words": 2}, "the cat the dog", ("gopher_too_few_stop_words", 1, 2)),
    ("enough stop words", {"min_stop_words": 2}, "the cat and dog", None),
]


@pytest.mark.parametrize(("limits", "text", "failure"), [row[1:] for row in ONE_RULE], ids=[row[0] for row in ONE_RULE])
def test_one_rule(limits: dict[str, float], text: str, failure: tuple[str, float, float] | None) -> None:
    assert verdict(GopherQuality(**OFF | limits), text) == ([failure] if failure else [])


def test_every_failing_rule_is_given() -> None:
    assert verdict(GopherQuality(), "#가...\n- …") == [
        ("gopher_too_few_words", 1, 50),
        ("gopher_words_too_short", 1.0, 3),
        ("gopher_too_many_hashes", 1 / 7, 0.1),
        ("gopher_too_many_ellipses", 2 / 7, 0.1),
        ("gopher_too_many_ellipsis_lines", 1.0, 0.3),
        ("gopher_too_few_alpha_words", 1 / 7, 0.8),
        ("gopher_too_few_stop_words", 0, 2),
    ]


def test_good_english_passes() -> None:
    assert verdict(GopherQuality(), ENGLISH) == []


def test_korean_particles_are_found_at_the_end_of_words() -> None:
    particles = ("는", "에서", "를", "을", "으로")
    limits = OFF | {"min_stop_words": 5, "stop_words": particles}
    assert verdict(GopherQuality(**limits), KOREAN) == [("gopher_too_few_stop_words", 0, 5)]
    assert verdict(GopherQuality(**limits, stop_words_match="suffix"), KOREAN) == []
    assert verdict(GopherQuality(**limits, stop_words_match="suffix"), "나는 책을 책을 본다") == [
        ("gopher_too_few_stop_words", 2, 5)
    ]
    # The splitter that FineWeb2's list was made for finds them as words of their own.
    assert verdict(GopherQuality(**limits), KOREAN, splitter="kiwi") == []


def test_adversarial() -> None:
    check_adversarial(GopherQuality(), "gopher_")
    assert verdict(GopherQuality(), "") == [("gopher_too_few_words", 0, 50), ("gopher_too_few_stop_words", 0, 2)]
    assert verdict(GopherQuality(), "가" * 1_000_000) == [
        ("gopher_too_few_words", 1, 50),
        ("gopher_words_too_long", 1_000_000, 10),
        ("gopher_too_few_stop_words", 0, 2),
    ]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"min_doc_words": -1}, "gopher_quality: min_doc_words = -1 is too small"),
        ({"max_symbol_word_ratio": -0.1}, "max_symbol_word_ratio = -0.1 is too small"),
        ({"max_bullet_lines_ratio": 1.1}, r"max_bullet_lines_ratio = 1\.1 is not a share"),
        ({"max_non_alpha_words_ratio": float("nan")}, "max_non_alpha_words_ratio = nan is not a share"),
        ({"min_doc_words": 10, "max_doc_words": 5}, "min_doc_words = 10 lies above max_doc_words = 5"),
        ({"min_stop_words": 3, "stop_words": ("은", "은")}, "min_stop_words = 3 but stop_words has 1"),
        ({"stop_words_match": "prefix"}, 'stop_words_match = \'prefix\'; give "word" or "suffix"'),
    ],
)
def test_senseless_numbers(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GopherQuality(**fields)
