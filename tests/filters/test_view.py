"""A view splits once and says what it says exactly."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.document import Document
from filters.view import View, paragraphs
from filters.words import word_splitter


def view_of(text: str) -> View:
    return View(Document(id="1", text=text), split_words=word_splitter("unicode"))


def test_words_are_split_once_for_all_rules() -> None:
    calls: list[str] = []

    def split(text: str) -> list[str]:
        calls.append(text)
        return text.split()

    view = View(Document(id="1", text="가 나 가"), split_words=split)
    assert view.words == ["가", "나", "가"]
    assert view.words == ["가", "나", "가"]
    assert calls == ["가 나 가"]


LINES = [
    ("", [], [], [""]),
    ("\n\n\n", ["", "", ""], [], [""]),
    ("가\n \n나", ["가", " ", "나"], ["가", "나"], ["가\n \n나"]),
    ("가\n\n\n나\n\n다\n", ["가", "", "", "나", "", "다"], ["가", "나", "다"], ["가", "나", "다"]),
    ("가\r\n나\u2028다", ["가", "나", "다"], ["가\r", "나\u2028다"], ["가\r\n나\u2028다"]),
]


@pytest.mark.parametrize(("text", "lines", "content_lines", "between_empty"), LINES)
def test_lines_and_paragraphs(text: str, lines: list[str], content_lines: list[str], between_empty: list[str]) -> None:
    view = view_of(text)
    assert (view.lines, view.content_lines, paragraphs(text)) == (lines, content_lines, between_empty)


@given(st.text(alphabet="가a \n\r"))
def test_paragraphs_stand_between_empty_lines(text: str) -> None:
    assert paragraphs(text) == re.split(r"\n{2,}", text.strip())
