"""Marks in a text: where the evidence of a rule stands, and how it is shown."""

import time

import pytest

from filters.document import Failure
from pipelines.marked_text import Mark, evidence, settled, show

TEXT = "첫 줄입니다\n바카라 사이트, 카지노 사이트\n끝 줄입니다"


@pytest.mark.parametrize(
    ("detail", "found"),
    [
        ("", []),
        ("terms: 바카라, 카지노", ["바카라", "카지노"]),
        ("2 terms: 바카라 x2, 카지노 (3)", ["바카라", "카지노"]),
        ("such as '바카라'", ["바카라"]),
        ("'사이트' twice", ["사이트", "사이트"]),
        ("line 2: bacara", ["바카라 사이트, 카지노 사이트"]),
        ("line 9: none", []),
        ("words like none of these: 슬롯, 12", []),
    ],
)
def test_evidence(detail: str, found: list[str]) -> None:
    marks = settled(evidence(TEXT, [Failure("spam", detail=detail)]))
    assert [TEXT[mark.start : mark.end] for mark in marks] == found
    assert all((mark.kind, mark.name) == ("evidence", "spam") for mark in marks)


def test_personal_data_goes_before_evidence() -> None:
    marks = [
        Mark(0, 5, "evidence", "a"),
        Mark(3, 4, "pii", "PERSON"),
        Mark(6, 8, "evidence", "b"),
        Mark(7, 9, "evidence", "c"),
        Mark(9, 9, "evidence", "d"),
    ]
    assert settled(marks) == [Mark(3, 4, "pii", "PERSON"), Mark(6, 8, "evidence", "b")]


def test_shown_with_brackets_and_in_colour() -> None:
    marks = [Mark(2, 5, "pii", "PERSON"), Mark(6, 7, "evidence", "spam")]
    assert (
        show("김 홍길동 가\x1b[31m나\u202e", marks, colour=False) == "김 [[PERSON: 홍길동]] [[spam: 가]]<U+001B>[31m나<U+202E>"
    )
    assert show("김 홍길동 가", marks, colour=True) == "김 \x1b[1;97;41m홍길동 PERSON\x1b[0m \x1b[30;43m가 spam\x1b[0m"


def test_bounded() -> None:
    text = "가나 " * 300_000
    start = time.process_time()
    marks = settled(
        evidence(text, [Failure("a", detail="terms: " + ", ".join(["가나"] * 500)), Failure("b", detail="line 1 " * 300)])
    )
    marks += settled([Mark(place, place + 1, "pii", "PERSON") for place in range(0, 300_000, 2)])
    assert (len(marks), time.process_time() - start < 5) == (1 + 150_000, True)
