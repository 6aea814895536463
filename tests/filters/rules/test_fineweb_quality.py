"""FineWeb's rules: what fails, with which value, against which threshold."""

import pytest

from filters.rules.fineweb_quality import FinewebQuality
from tests.filters.rules.judging import check_adversarial, verdict

#: Nothing is judged but what a test turns on.
OFF = {"line_punct_thr": 0, "short_line_thr": 1, "char_duplicates_ratio": 1, "new_line_ratio": 1000}

ONE_RULE = [
    ("line ends", {"line_punct_thr": 0.5}, "갔다.\n왔다\n봤다", ("fineweb_line_punct", 1 / 3, 0.5)),
    ("blank lines are none", {"line_punct_thr": 0.5}, "갔다.\n \n\n봤다", None),
    ("white space behind the end", {"line_punct_thr": 0.5}, "갔다. ", ("fineweb_line_punct", 0.0, 0.5)),
    ("full width and other scripts", {"line_punct_thr": 1}, "見た。\n何？\nठीक है।", None),
    ("closed quotation", {"line_punct_thr": 1}, '"갔다."\n‘왔니?’\n(그렇다.)\n『봤다.』', None),
    ("a quotation of no sentence", {"line_punct_thr": 1}, "그것은 “바위”", ("fineweb_line_punct", 0.0, 1)),
    ("none at all, excused", {"line_punct_thr": 0.5, "line_punct_exclude_zero": True}, "가\n나", None),
    ("own endings", {"line_punct_thr": 1, "stop_chars": ("다", "요.")}, "갔다\n가요.\n가.", ("fineweb_line_punct", 2 / 3, 1)),
    (
        "short lines",
        {"short_line_thr": 0.5, "short_line_length": 3},
        "가나다\n가\n가나다라",
        ("fineweb_short_lines", 2 / 3, 0.5),
    ),
    ("repeated characters", {"char_duplicates_ratio": 0.01}, "가나\n다\n가나", ("fineweb_char_duplicates", 0.4, 0.01)),
    ("line feeds by word", {"new_line_ratio": 0.3}, "가 나\n다\n\n라", ("fineweb_new_lines", 0.75, 0.3)),
]


@pytest.mark.parametrize(("limits", "text", "failure"), [row[1:] for row in ONE_RULE], ids=[row[0] for row in ONE_RULE])
def test_one_rule(limits: dict[str, object], text: str, failure: tuple[str, float, float] | None) -> None:
    rule = FinewebQuality(**OFF | limits)
    assert verdict(rule, text) == ([failure] if failure else [])


def test_every_failing_rule_is_given() -> None:
    assert verdict(FinewebQuality(), "차림표\n차림표\n로그인\n") == [
        ("fineweb_line_punct", 0.0, 0.12),
        ("fineweb_short_lines", 1.0, 0.67),
        ("fineweb_char_duplicates", 1 / 3, 0.01),
        ("fineweb_new_lines", 1.0, 0.3),
    ]


def test_korean_prose_passes() -> None:
    assert verdict(FinewebQuality(), "남은 원고 한 권은 오늘날 보물로 지정되어 박물관에 보관되어 있다고 한다.") == []


@pytest.mark.parametrize("text", ["", "\n\n", " \u3000\n\t"])
def test_text_without_content_fails_by_name(text: str) -> None:
    assert verdict(FinewebQuality(), text) == [("fineweb_empty_text", 0.0, 1.0)]


def test_a_splitter_without_words_does_no_harm() -> None:
    from filters.batch import Batch
    from filters.document import Document

    batch = Batch([Document(id="1", text="가나다.\n라.")], split_words=lambda _text: [])
    assert [finding.rule for finding in FinewebQuality(short_line_thr=1).judge_batch(batch)] == ["fineweb_new_lines"]


def test_adversarial() -> None:
    check_adversarial(FinewebQuality(), "fineweb_")
    assert verdict(FinewebQuality(), "가" * 1_000_000) == [("fineweb_line_punct", 0.0, 0.12)]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"line_punct_thr": 1.1}, r"fineweb_quality: line_punct_thr = 1\.1 is not a share"),
        ({"short_line_length": -1}, "short_line_length = -1 is too small"),
        ({"new_line_ratio": -0.1}, "new_line_ratio = -0.1 is too small"),
        ({"stop_chars": (".", "")}, 'stop_chars has ""'),
    ],
)
def test_senseless_numbers(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FinewebQuality(**fields)
