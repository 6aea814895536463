"""Files whose content is not what their language says."""

import pytest

from filters.rules.code_language import CodeLanguage
from tests.filters.rules.code_judging import PYTHON, check_hostile, failures_of

PAGE = "<!DOCTYPE html>\n<html>\n<head><title>404</title></head>\n</html>\n"
PROSE = "This is a letter to nobody, written by hand.\nIt has several lines and no code at all.\nSo it is no program, is it?\n"
KOREAN_PROSE = "이것은 프로그램이 아니라 사람이 쓴 글이다.\n줄마다 낱말이 여럿 있고 코드는 전혀 없다.\n그러니 파이썬 파일이라고 할 수 없다.\n"
MARKDOWN = "# 설치\n\n```\nnpm install a\n```\n\n[설명서](https://example.com)를 읽는다.\n\n```js\na();\n```\n"


@pytest.mark.parametrize(
    ("text", "language", "detail"),
    [
        (PYTHON, "python", None),
        (PAGE, "python", "an HTML page in a file of python"),
        (PAGE, "html", None),
        (PAGE, "php", None),
        ("<?xml version='1.0'?>\n<a/>\n", "java", "XML in a file of java"),
        ('{"a": [1, 2]}\n', "python", "JSON in a file of python"),
        ('{"a": [1, 2]}\n', "json", None),
        ('{"a": [1, 2],}\nfor x in y: pass\n', "python", None),
        ('{\n "cells": [],\n "nbformat": 4\n}\n', "python", "a notebook in a file of python"),
        ("diff --git a/x b/x\n--- a/x\n+++ b/x\n", "c", "a patch in a file of c"),
        (PROSE, "python", "prose in a file of python: This is a letter to nobody, written by hand."),
        (KOREAN_PROSE, "c", "prose in a file of c: 이것은 프로그램이 아니라 사람이 쓴 글이다."),
        (PROSE, "markdown", None),
        ("".join(f"# {line}\n" for line in PROSE.splitlines()) + PYTHON, "python", None),
        (f'"""{PROSE}"""\n{PYTHON}', "python", None),
        ("from .core import reify, unify, more, things\n" * 5, "python", None),
        (PROSE, "", None),
        (MARKDOWN, "python", "Markdown in a file of python"),
        (MARKDOWN, "javascript", "Markdown in a file of javascript"),
        (MARKDOWN, "markdown", None),
        (f'"""{MARKDOWN}"""\n{PYTHON}', "python", None),
        ("/**\n" + "".join(f" * {line}\n" for line in MARKDOWN.splitlines()) + " */\nrun();\n", "javascript", None),
    ],
)
def test_content(text: str, language: str, detail: str | None) -> None:
    assert [failure.detail for failure in failures_of(CodeLanguage(), text, language)] == ([detail] if detail else [])


def test_an_unmerged_conflict() -> None:
    text = PYTHON + "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> branch\n"
    (failure,) = failures_of(CodeLanguage(), text)
    assert (failure.rule, failure.value) == ("code_merge_conflict", 6)
    assert failures_of(CodeLanguage(), "Title\n=======\n\n" + PYTHON, "restructuredtext") == []


def test_a_senseless_number() -> None:
    with pytest.raises(ValueError, match="code_language: max_prose_fraction = 60 is not a share"):
        CodeLanguage(max_prose_fraction=60)


def test_hostile() -> None:
    check_hostile(CodeLanguage())
