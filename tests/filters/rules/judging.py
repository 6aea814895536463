"""What the tests of the rules share: a view of a text, and verdicts as plain tuples.

Enters: text. Leaves: ``(rule, value, threshold)`` for every rule that fails.
"""

import unicodedata
from typing import Any

import pytest

from filters.batch import judge
from filters.document import Document, Failure
from filters.view import View
from filters.words import word_splitter

#: Texts that no rule may stumble over.
ADVERSARIAL = {
    "empty": "",
    "one character": "가",
    "only line feeds": "\n\n\n",
    "only white space": " \u3000\t",
    "only emoji": "😀👍🏽👩\u200d👩\u200d👧",
    "lone combining marks": "\u0301\u0302",
    "lone surrogate": "\ud800",
    "nfd korean": unicodedata.normalize("NFD", "한국어 글"),
    "a megabyte of one letter": "가" * 1_000_000,
    "a megabyte of one word": "가 " * 500_000,
    "a megabyte of dots": "." * 1_000_000,
    "a megabyte of line feeds": "\n" * 1_000_000,
    "a megabyte of brackets": "[" * 1_000_000,
}


def view_of(text: str, *, splitter: str = "unicode") -> View:
    return View(Document(id="1", text=text), split_words=word_splitter(splitter))


def judge_text(rule: Any, text: str, *, splitter: str = "unicode") -> list[Failure]:
    return judge(rule, [text], words=splitter)[0]


def verdict(rule: Any, text: str, *, splitter: str = "unicode") -> list[tuple[str, object, object]]:
    """Every failing rule, its value as something that equals it to 9 digits."""
    failures = judge_text(rule, text, splitter=splitter)
    return [(failure.rule, pytest.approx(failure.value, rel=1e-9), failure.threshold) for failure in failures]


def check_adversarial(rule: Any, prefix: str) -> None:
    """No text makes ``rule`` stop, every failure is named and measured, and judging twice says the same."""
    for name, text in ADVERSARIAL.items():
        failures = judge_text(rule, text)
        assert failures == judge_text(rule, text), name
        assert all(failure.rule.startswith(prefix) and failure.value is not None for failure in failures), name
