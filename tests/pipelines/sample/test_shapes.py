"""Shapes: which members a source takes, and what is written for the three kinds of big tables."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.sample.errors import ArchiveError
from pipelines.sample.shapes import files_of, glob_matcher
from pipelines.sample.sources import Package, Source
from tests.pipelines.sample.packages import make_parquet, make_zip, read_json_lines


def _source(**values: Any) -> Source:
    package = Package(registry="pypi", name="p", version="1", sha256="0" * 64, file="p.whl", num_bytes=1)
    return Source(**{"name": "s", "directory": "ko", "package": package, "licence": "MIT", "format": "jsonl", **values})


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("**/*.md", "a.md", True),
        ("**/*.md", "a/b/c.md", True),
        ("*.md", "a/b.md", False),
        ("a/**", "a/b/c", True),
        ("a/**", "ab/c", False),
        ("**/tests/**", "tests/x.py", True),
        ("**/tests/**", "a/tests/b/x.py", True),
        ("**/tests/**", "a/latests/x.py", False),
        ("docs.json", "docsxjson", False),
        ("manual_?.json", "manual_b.json", True),
        ("가/*.txt", "가/나.txt", True),
        ("**", "any/thing", True),
    ],
)
def test_globs(pattern: str, path: str, matches: bool) -> None:
    assert glob_matcher([pattern])(path) is matches


def test_no_glob_matches_nothing() -> None:
    assert not glob_matcher([])("a")


def test_files_are_byte_for_byte_and_sorted(tmp_path: Path) -> None:
    cp949 = "깨진 글자가 아니다".encode("cp949")
    archive = make_zip(tmp_path / "p.whl", {"r/z.md": cp949, "r/a/y.md": b"\r\n", "r/x.png": b"", "other/z.md": b"no"})
    source = _source(root="r", include=("**/*.md",))
    assert files_of(source, archive=archive) == [("a/y.md", b"\r\n"), ("z.md", cp949)]


def test_nothing_found_is_an_error(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "p.whl", {"r/z.md": b"x"})
    with pytest.raises(ArchiveError, match=r"p\.whl has no file for ko/s \(\*\.txt in r\)"):
        files_of(_source(root="r", include=("*.txt",)), archive=archive)


def test_parquet_rows_takes_every_nth_row_that_has_text(tmp_path: Path) -> None:
    texts: list[str | None] = ["가", None, "", "나\n다", "라", "마"]
    data = make_parquet({"key": ["a", "b", "c", "d", "e", "f"], "body": texts})
    archive = make_zip(tmp_path / "p.whl", {"d/t.parquet": data})
    settings = {"id": "key", "text": "body", "every": 2}
    source = _source(shape="parquet-rows", root="d", include=("t.parquet",), settings=settings)
    [(name, lines)] = files_of(source, archive=archive)
    assert name == "t.jsonl"
    assert lines == '{"id": "a", "text": "가"}\n{"id": "e", "text": "라"}\n'.encode()


def test_json_sections_joins_the_pages(tmp_path: Path) -> None:
    pages = [{"text": "첫 쪽\n"}, {"text": "둘째 쪽"}]
    content = {"meta": {}, "sections": [{"id": "b1", "section_title": "개요", "pages": pages}]}
    archive = make_zip(tmp_path / "p.whl", {"m.json": json.dumps(content).encode()})
    [(name, lines)] = files_of(_source(shape="json-sections", include=("m.json",)), archive=archive)
    assert name == "m.jsonl"
    assert read_json_lines(lines) == [{"id": "b1", "title": "개요", "text": "첫 쪽\n\n둘째 쪽"}]


def test_json_pages_writes_the_html_of_one_locale(tmp_path: Path) -> None:
    content = {
        "ja-JP": {"x": {"href": "/docs/api/app", "html": "<p>日本語</p>"}},
        "fr-FR": {"x": {"href": "/d", "html": "<p>été</p>"}},
    }
    archive = make_zip(tmp_path / "p.whl", {"docs.json": json.dumps(content).encode()})
    source = _source(shape="json-pages", include=("docs.json",), settings={"locale": "ja-JP"}, format="html-tree")
    [(name, page)] = files_of(source, archive=archive)
    assert name == "docs/api/app.html"
    assert page.decode().splitlines() == [
        "<!doctype html>",
        '<html lang="ja-JP">',
        '<head><meta charset="utf-8"></head>',
        "<body><article>",
        "<p>日本語</p>",
        "</article></body>",
        "</html>",
    ]


def test_json_pages_refuses_a_page_that_points_outside(tmp_path: Path) -> None:
    content = {"ja-JP": {"x": {"href": "/../../etc/cron", "html": ""}}}
    archive = make_zip(tmp_path / "p.whl", {"docs.json": json.dumps(content).encode()})
    source = _source(shape="json-pages", include=("docs.json",), settings={"locale": "ja-JP"})
    with pytest.raises(ArchiveError, match="points outside"):
        files_of(source, archive=archive)
