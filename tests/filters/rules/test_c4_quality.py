"""C4's rules as judgements: what fails, with which value, against which threshold."""

import pytest

from filters.rules.c4_quality import C4Quality
from tests.filters.rules.judging import check_adversarial, verdict, view_of

GOOD = "첫째 문장이 여기 있다. 둘째 문장도 여기 있다.\n셋째 문장이 여기 있다! 넷째도 여기 있다.\n다섯째 문장이 있다?"
FEW = "c4_too_few_sentences"

ROWS = [
    ("five sentences", GOOD, []),
    ("four sentences", GOOD.replace("?", ""), [(FEW, 4, 5)]),
    ("a list of words", "차림표\n로그인\n회원 가입", [(FEW, 0, 5)]),
    ("lines of two words", "갔다 왔다.\n" * 5, [(FEW, 0, 5)]),
    ("ellipsis is no end", "그는 아주 멀리 갔다...\n" * 5, [(FEW, 0, 5)]),
    ("typographic quotation is", "그는 “멀리 갔다고 한다.”\n" * 5, []),
    ("full width is", "그는 아주 멀리 갔다。\n" * 5, []),
    ("endless word", f"그는 아주 {'멀' * 1001} 갔다.\n" * 5, [(FEW, 0, 5)]),
    ("javascript", "Please enable JavaScript to read.\n" * 5, [(FEW, 0, 5)]),
    ("policy", "By reading you accept our Terms of Use.\n" * 5, [(FEW, 0, 5)]),
    ("citation at the end", "그는 아주 멀리 갔다.[12]\n그는 또 멀리 갔다.[출처 필요]\n" * 3, []),
    ("lorem ipsum", f"{GOOD}\nLorem ipsum dolor sit amet.", [("c4_lorem_ipsum", 1, 0)]),
    ("lorem ipsum in a heading", f"{GOOD}\nLorem ipsum", []),
    ("curly bracket", f"{GOOD}\n중괄호 {{ 여기에 있다.", [("c4_curly_bracket", 1, 0)]),
    (
        "both, in order of their lines, and too little left",
        "중괄호 { 여기에 있다.\nLorem ipsum dolor sit amet.\n또 중괄호 { 있다.",
        [("c4_curly_bracket", 2, 0), ("c4_lorem_ipsum", 1, 0), (FEW, 0, 5)],
    ),
]


@pytest.mark.parametrize(("text", "failures"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_defaults(text: str, failures: list[tuple[str, float, float]]) -> None:
    assert verdict(C4Quality(), text) == failures


def test_what_would_be_left_is_told() -> None:
    (failure,) = C4Quality().judge(view_of("차림표\n그는 아주 멀리 갔다.\n로그인\n회원 가입"))
    assert failure.detail == "in the 1 of 4 lines that C4 keeps"


def test_share_of_removed_lines() -> None:
    rule = C4Quality(min_num_sentences=-1, max_removed_lines_ratio=0.5)
    assert verdict(rule, "차림표\n그는 아주 멀리 갔다.\n로그인\n회원 가입") == [("c4_too_many_removed_lines", 0.75, 0.5)]
    assert verdict(rule, "차림표\n그는 아주 멀리 갔다.") == []


def test_by_sentence_instead_of_by_line() -> None:
    text = "첫째 문장이 있다. 둘째 문장도 있다. 차림표"
    assert verdict(C4Quality(split_paragraph=False, min_num_sentences=2), text) == []
    assert verdict(C4Quality(split_paragraph=False, min_num_sentences=3), text) == [(FEW, 2, 3)]


def test_everything_off_passes_everything() -> None:
    rule = C4Quality(
        filter_no_terminal_punct=False,
        min_num_sentences=-1,
        min_words_per_line=-1,
        max_word_length=-1,
        filter_lorem_ipsum=False,
        filter_javascript=False,
        filter_curly_bracket=False,
        filter_policy=False,
    )
    for text in ("", "{ lorem ipsum javascript terms of use", "가" * 5000):
        assert verdict(rule, text) == []


def test_adversarial() -> None:
    check_adversarial(C4Quality(), "c4_")
    assert verdict(C4Quality(), "") == [(FEW, 0, 5)]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"min_num_sentences": -2}, "c4_quality: min_num_sentences = -2 is too small; give a number of -1 or more"),
        ({"max_removed_lines_ratio": 2}, "max_removed_lines_ratio = 2 is not a share"),
        ({"end_punctuation": (".", "")}, "must hold endings, none of them empty"),
        ({"end_punctuation": ()}, "must hold endings"),
    ],
)
def test_senseless_numbers(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        C4Quality(**fields)
