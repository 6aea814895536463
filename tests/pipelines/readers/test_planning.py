"""Which files a pattern names, and into which pieces they are cut."""

import gzip
import os
from pathlib import Path

import pytest

from pipelines.readers import jsonl
from pipelines.readers.planning import NothingFoundError, find_pieces
from pipelines.readers.record import Piece, ReaderSettings, Rejected


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "b/2.jsonl",
        "b/1.jsonl.gz",
        "a.jsonl",
        "c.ndjson.zst",
        "_SUCCESS",
        "b/_temporary.jsonl",
        ".hidden.jsonl",
        "readme.md",
        "src/main.py",
        "src/__init__.py",
        "src/.git/config.py",
        "src/run",
        "글.TXT",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{}\n")
    return tmp_path


def names(patterns: list[str], root: Path, *, reader: str, **options) -> list[str]:
    pieces = find_pieces([str(root / pattern) for pattern in patterns], format=reader, target_bytes=1000, **options)
    return [os.path.relpath(piece.path, root) for piece in pieces]


@pytest.mark.parametrize(
    ("patterns", "reader", "found"),
    [
        ([""], "jsonl", ["a.jsonl", "b/1.jsonl.gz", "b/2.jsonl", "c.ndjson.zst"]),
        (["b"], "jsonl", ["b/1.jsonl.gz", "b/2.jsonl"]),
        (["b/"], "jsonl", ["b/1.jsonl.gz", "b/2.jsonl"]),
        (["b/2.jsonl", "b", "b/*.jsonl"], "jsonl", ["b/1.jsonl.gz", "b/2.jsonl", "b/_temporary.jsonl"]),
        (["**/*.jsonl"], "jsonl", [".hidden.jsonl", "a.jsonl", "b/2.jsonl", "b/_temporary.jsonl"]),
        (["?.jsonl"], "jsonl", ["a.jsonl"]),
        (["readme.md"], "jsonl", ["readme.md"]),
        ([""], "text_tree", ["readme.md", "글.TXT"]),
        (["src"], "code_tree", ["src/__init__.py", "src/main.py", "src/run"]),
    ],
)
def test_what_patterns_name(tree: Path, patterns: list[str], reader: str, found: list[str]) -> None:
    assert sorted(names(patterns, tree, reader=reader)) == sorted(found)
    assert names(patterns, tree, reader=reader) == sorted(found)


def test_extensions_replace_the_formats_own(tree: Path) -> None:
    assert names([""], tree, reader="text_tree", extensions=(".PY",)) == ["src/__init__.py", "src/main.py"]


@pytest.mark.parametrize("pattern", ["nowhere", "nowhere/*.jsonl", "*.xyz", "src", "a.jsonl/b"])
def test_a_pattern_that_names_nothing_is_an_error_that_says_so(tree: Path, pattern: str) -> None:
    with pytest.raises(NothingFoundError) as caught:
        find_pieces([str(tree / "a.jsonl"), str(tree / pattern)], format="jsonl", target_bytes=10)
    assert str(tree / pattern) in str(caught.value)
    assert "check the path" in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_a_directory_named_like_a_file_is_expanded_or_becomes_a_row(tree: Path) -> None:
    (tree / "spark.jsonl").mkdir()
    (tree / "spark.jsonl" / "part-0.jsonl").write_bytes(b'{"text": "a"}\n')
    (tree / "empty.jsonl").mkdir()
    assert names(["spark.jsonl"], tree, reader="jsonl") == ["spark.jsonl/part-0.jsonl"]
    (piece,) = find_pieces([str(tree / "empty.jsonl")], format="jsonl", target_bytes=10)
    (row,) = jsonl.read(piece, settings=ReaderSettings())
    assert isinstance(row, Rejected)
    assert row.failure.rule == "is_a_directory"


def test_links_to_directories_are_not_followed(tree: Path) -> None:
    (tree / "b" / "loop").symlink_to(tree)
    (tree / "b" / "link.jsonl").symlink_to(tree / "a.jsonl")
    assert names(["b"], tree, reader="jsonl") == ["b/1.jsonl.gz", "b/2.jsonl", "b/link.jsonl"]


def test_byte_ranges(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"x" * 1000)
    assert find_pieces([str(path)], format="jsonl", target_bytes=400) == [
        Piece(str(path), 0, 333, 333),
        Piece(str(path), 333, 666, 333),
        Piece(str(path), 666, None, 334),
    ]
    assert find_pieces([str(path)], format="jsonl", target_bytes=1000) == [Piece(str(path), 0, None, 1000)]
    assert find_pieces([str(path)], format="text_tree", target_bytes=400) == [Piece(str(path), 0, None, 1000)]


def test_compressed_and_broken_files_are_one_piece(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(b"x" * 100)
    (tmp_path / "b.jsonl").write_bytes(gzip.compress(os.urandom(200)))
    (tmp_path / "c.parquet").write_bytes(b"x" * 100)
    assert [piece.end for piece in find_pieces([str(tmp_path)], format="jsonl", target_bytes=10)] == [None, None]
    assert [piece.end for piece in find_pieces([str(tmp_path)], format="parquet", target_bytes=10)] == [None]


def test_other_file_systems_keep_their_protocol() -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe({"/corpus/a.jsonl": '{"text": "가"}\n'.encode(), "/corpus/b.jsonl": b'{"text": "\xeb\x82\x98"}\n'})
    pieces = find_pieces(["memory://corpus/*.jsonl"], format="jsonl", target_bytes=8)
    assert {piece.path for piece in pieces} == {"memory:///corpus/a.jsonl", "memory:///corpus/b.jsonl"}
    records = [record for piece in pieces for record in jsonl.read(piece, settings=ReaderSettings())]
    assert [record.text for record in records] == ["가", "나"]


@pytest.mark.parametrize(("reader", "target_bytes"), [("csv", 10), ("jsonl", 0)])
def test_wrong_use(tmp_path: Path, reader: str, target_bytes: int) -> None:
    with pytest.raises(ValueError, match=r"format 'csv': it is one of jsonl|target_bytes is 0"):
        find_pieces([str(tmp_path)], format=reader, target_bytes=target_bytes)
