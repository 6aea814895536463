"""Trees of text, HTML and code: encodings, languages, what is kept as it is."""

import gzip
from pathlib import Path

import pytest

from pipelines.readers import code_tree, html_tree, text_tree
from pipelines.readers.code_tree import LANGUAGE_EXTENSIONS, language_of
from pipelines.readers.record import Piece, ReaderSettings, Record, Rejected

KOREAN = "국립국어원은 한국어의 발전과 국민의 언어생활 향상을 위하여 설립되었다.\n\n둘째 문단은 짧다.\n"
ENCODINGS = ["utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-le", "utf-16-be", "iso2022_kr"]


def read_one(reader, path: Path, **options) -> Record | Rejected:
    (outcome,) = reader.read(Piece(str(path), 0, None, path.stat().st_size), settings=ReaderSettings(**options))
    return outcome


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_text_file_is_its_text(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "글.txt"
    path.write_bytes(KOREAN.encode(encoding))
    size = path.stat().st_size
    assert read_one(text_tree, path) == Record(KOREAN, 0, raw_bytes=size)


def test_a_compressed_text_file(tmp_path: Path) -> None:
    path = tmp_path / "a.md.gz"
    path.write_bytes(gzip.compress(KOREAN.encode()))
    assert read_one(text_tree, path).text == KOREAN


SENTENCE = "국립국어원은 한국어의 발전과 국민의 언어생활 향상을 위하여 여러 가지 사업을 하고 있다."


def page(charset: str) -> str:
    paragraphs = "".join(f"<p>{number}. {SENTENCE}\n{SENTENCE}</p>" for number in range(1, 4))
    menu = "<nav><ul><li>홈</li><li>로그인</li></ul></nav>"
    return f'<html><head><meta charset="{charset}"><title>t</title></head><body>{menu}<article>{paragraphs}</article></body></html>'


EXPECTED_PAGE = "\n".join(f"{number}. {SENTENCE} {SENTENCE}" for number in range(1, 4))


@pytest.mark.parametrize(
    ("encoding", "charset"),
    [
        ("utf-8", "utf-8"),
        ("cp949", "euc-kr"),
        ("cp949", "ks_c_5601-1987"),
        ("cp949", "utf-8"),
        ("cp949", "iso-8859-1"),
        ("cp949", "shift_jis"),
        ("cp949", "no-such-charset"),
        ("utf-8", "euc-kr"),
        ("utf-8", "iso-8859-1"),
        ("utf-16", "utf-8"),
    ],
)
def test_an_html_file_is_its_main_text_whatever_its_charset_says(tmp_path: Path, encoding: str, charset: str) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(page(charset).encode(encoding))
    assert read_one(html_tree, path).text == EXPECTED_PAGE


def test_markup_is_handed_on_where_main_text_is_off(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(page("euc-kr").encode("cp949"))
    assert read_one(html_tree, path, main_text=False).text == page("euc-kr")


@pytest.mark.parametrize(
    ("name", "head", "language"),
    [
        ("a.py", b"", "python"),
        ("A.PY", b"", "python"),
        ("dir.py/a.rs", b"", "rust"),
        ("a.cpp", b"", "c++"),
        ("a.h", b"", "c"),
        ("a.py.gz", b"", "python"),
        ("Makefile", b"", "makefile"),
        ("CMakeLists.txt", b"", "cmake"),
        ("Dockerfile", b"", "dockerfile"),
        ("run", b"#!/bin/sh\necho\n", "shell"),
        ("run", b"#!/usr/bin/env python3.11\n", "python"),
        ("run", b"#!/usr/bin/env -S python3 -u\n", "python"),
        ("run", b"#! /usr/bin/perl -w\n", "perl"),
        ("run", b"#!/usr/bin/node\r\n", "javascript"),
        ("run", b"#!/opt/unknown\n", ""),
        ("run", b"echo\n", ""),
        ("a.xyz", b"", ""),
        (".gitignore", b"", ""),
    ],
)
def test_languages(name: str, head: bytes, language: str) -> None:
    assert language_of(f"/src/{name}", head) == language


def test_an_extension_has_one_language() -> None:
    extensions = [extension for written in LANGUAGE_EXTENSIONS.values() for extension in written.split()]
    assert len(extensions) == len(set(extensions)) == 156


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"def f():\r\n\treturn 1  \r\n", "def f():\r\n\treturn 1  \r\n"),
        ("# 주석은 한국어로 쓴다\n".encode(), "# 주석은 한국어로 쓴다\n"),
        ("# -*- coding: euc-kr -*-\n# 함수 설명\n".encode("cp949"), "# -*- coding: euc-kr -*-\n# 함수 설명\n"),
        ("# 이 함수는 값을 돌려준다\nx = 1\n".encode("cp949"), "# 이 함수는 값을 돌려준다\nx = 1\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
    ],
)
def test_code_is_read_as_it_is(tmp_path: Path, content: bytes, text: str) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(content)
    assert read_one(code_tree, path) == Record(text, 0, language="python", raw_bytes=len(content))
