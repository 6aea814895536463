"""Copies that only look different share a hash; texts that read differently do not."""

import unicodedata

import pytest

from filters.content_hash import HASH_BYTES, content_hash

SAME_PROSE = [
    ("trailing space and line ends", "가 나다.\n라", "가 나다.  \r\n라\n"),
    ("wrapped otherwise", "나는 밥을 먹었다.", "나는\n밥을\t먹었다."),
    ("spaced otherwise", "할 수 있다", "할수 있다"),
    ("unicode form", "한국어", unicodedata.normalize("NFD", "한국어")),
    ("nothing", "", " \n\n"),
]
OTHER_PROSE = [("가", "나"), ("Korea", "korea"), ("밥을 먹었다.", "밥을 먹었다"), ("ㅋㅋ", "ㅋㅋㅋ")]
SAME_CODE = [
    ("line ends", "a = 1\nb = 2\n", "a = 1\r\nb = 2\r"),
    ("trailing white space", "if a:\n    b", "if a:  \n    b\t\n\n"),
]
OTHER_CODE = [("if a:\n    b\nc", "if a:\n    b\n    c"), ("x = 'é'", "x = 'e\u0301'"), ("\n\na", "a")]


@pytest.mark.parametrize(("one", "other"), [row[1:] for row in SAME_PROSE], ids=[row[0] for row in SAME_PROSE])
def test_same_prose(one: str, other: str) -> None:
    assert content_hash(one) == content_hash(other)


@pytest.mark.parametrize(("one", "other"), OTHER_PROSE)
def test_other_prose(one: str, other: str) -> None:
    assert content_hash(one) != content_hash(other)


@pytest.mark.parametrize(("one", "other"), [row[1:] for row in SAME_CODE], ids=[row[0] for row in SAME_CODE])
def test_same_code(one: str, other: str) -> None:
    assert content_hash(one, code=True) == content_hash(other, code=True)


@pytest.mark.parametrize(("one", "other"), OTHER_CODE)
def test_other_code(one: str, other: str) -> None:
    assert content_hash(one, code=True) != content_hash(other, code=True)


def test_the_hash_never_changes_between_versions() -> None:
    assert content_hash("나는 밥을 먹었다.").hex() == "c36efb8c545bdde1c8c154fa4935df4f"
    assert content_hash("a = 1\n", code=True).hex() == "fec2d2ff4c3b3c0a858a3942c8873129"
    assert len(content_hash("\ud800")) == HASH_BYTES
