"""A view splits once and says what it says exactly."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.document import Document
from filters.view import FEW_WORDS, View
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
    assert view.word_counts == {"가": 2, "나": 1}
    assert view.word_ids.tolist() == [0, 1, 0]
    assert view.word_offsets.tolist() == [0, 1, 2, 3]
    assert calls == ["가 나 가"]


def test_counts_are_the_same_for_few_words_and_many() -> None:
    text = "나라 말씀이 " * FEW_WORDS
    assert list(view_of(text).word_counts.items()) == [("나라", FEW_WORDS), ("말씀이", FEW_WORDS)]


LINES = [
    ("", [], [], [""]),
    ("\n\n\n", ["", "", ""], [], [""]),
    ("가\n \n나", ["가", " ", "나"], ["가", "나"], ["가\n \n나"]),
    ("가\n\n\n나\n\n다\n", ["가", "", "", "나", "", "다"], ["가", "나", "다"], ["가", "나", "다"]),
    ("가\r\n나\u2028다", ["가", "나", "다"], ["가\r", "나\u2028다"], ["가\r\n나\u2028다"]),
]


@pytest.mark.parametrize(("text", "lines", "content_lines", "paragraphs"), LINES)
def test_lines_and_paragraphs(text: str, lines: list[str], content_lines: list[str], paragraphs: list[str]) -> None:
    view = view_of(text)
    assert (view.lines, view.content_lines, view.paragraphs) == (lines, content_lines, paragraphs)


@given(st.text(alphabet="가a \n\r"))
def test_paragraphs_stand_between_empty_lines(text: str) -> None:
    assert view_of(text).paragraphs == re.split(r"\n{2,}", text.strip())
