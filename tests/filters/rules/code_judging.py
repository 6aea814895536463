"""What the tests of the code rules share: verdicts on a source file, and texts that must not hold a rule up.

Enters: text, a language, a path. Leaves: (rule, value, threshold) of every failure.
"""

import time
import unicodedata
from typing import Any

import pytest

from filters.document import Document, Failure
from filters.view import View
from filters.words import word_splitter

PYTHON = '"""합을 구한다."""\n\n\ndef add(first: int, second: int) -> int:\n    return first + second  # 더하기\n'

#: A megabyte each.
HOSTILE = {
    "spaces": " " * 1_000_000,
    "line feeds": "\n" * 1_000_000,
    "emoji": "😀" * 250_000,
    "hanja": "漢" * 330_000,
    "old hangul": "ᄒᆞᆫ" * 110_000,
    "right to left": "שלום " * 110_000,
    "nfd": unicodedata.normalize("NFD", "한국어 " * 50_000),
    "lone surrogates": "\ud800" * 300_000,
    "ones": "1" * 1_000_000,
    "one word": "가" * 330_000,
    "at signs": "a@" * 500_000,
    "quotes": '"' * 1_000_000,
    "open comments": "/*" * 500_000,
    "open docstrings": '"""a' * 250_000,
    "backslashes": "\\" * 1_000_000,
    "open keys": "-----BEGIN KEY-----\n" * 50_000,
    "brackets": "[" * 1_000_000,
    "pairs of brackets": "[]" * 190 + " " + "[]()" * 250_000,
    "hex": "0a" * 500_000,
    "hex runs": ("0a" * 40 + "\n") * 12_000,
    "escapes": "\\x00" * 250_000,
    "commas": "1," * 500_000,
    "conflict marks": "<<<<<<< a\n=======\n" * 50_000,
    "secrets": "token=" * 160_000,
    "generated": "# generated\n" * 80_000,
    "imports": "from a import (\n" * 60_000,
    "packages": "[[package]]\n" * 80_000,
    "markup comments": "<!--" * 250_000,
    "pod": "\n=begin\n" * 120_000,
}


def view_of(text: str, language: str = "python", path: str = "") -> View:
    document = Document(id="1", text=text, language=language, uri=path, segment="code")
    return View(document, split_words=word_splitter("unicode"))


def failures_of(rule: Any, text: str, language: str = "python", path: str = "") -> list[Failure]:
    return list(rule.judge(view_of(text, language, path)))


def verdict(rule: Any, text: str, language: str = "python", path: str = "") -> list[tuple[str, object, object]]:
    """Every failing rule, its value as something that equals it to 9 digits."""
    return [
        (f.rule, None if f.value is None else pytest.approx(f.value, rel=1e-9), f.threshold)
        for f in failures_of(rule, text, language, path)
    ]


def check_hostile(rule: Any) -> None:
    """A verdict within a second a megabyte, with a detail that can be read."""
    for name, text in HOSTILE.items():
        for language in ("python", "javascript"):
            start = time.process_time()
            found = failures_of(rule, text, language)
            assert time.process_time() - start < 1, (name, language)
            assert all(failure.rule.startswith("code_") and len(failure.detail) < 400 for failure in found), name
