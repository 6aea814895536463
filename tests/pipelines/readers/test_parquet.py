"""Parquet: columns, row groups, batches. Bad files are in test_bad_input."""

import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.readers import parquet
from pipelines.readers.planning import find_pieces
from pipelines.readers.record import Piece, ReaderSettings, Record


def read(path: Path, **options) -> list:
    return list(parquet.read(Piece(str(path), 0, None, 0), settings=ReaderSettings(**options)))


def test_a_row_has_the_columns_that_the_settings_name(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = {
        "doc": [5, 6],
        "body": ["훈민정음", "해례본"],
        "licences": [["MIT"], None],
        "url": ["a/1", None],
        "lang": ["ko", "ko"],
        "score": [0.5, None],
        "unread": [b"\xff", b"\xff"],
    }
    pq.write_table(pa.table(table), path)
    names = {"text_column": "body", "id_column": "doc", "licence_column": "licences", "uri_column": "url"}
    assert read(path, **names, language_column="lang", metadata_columns=("score", "absent")) == [
        Record("훈민정음", 0, "5", "a/1", '["MIT"]', "ko", {"score": "0.5"}, 12),
        Record("해례본", 1, "6", "", None, "ko", {}, 9),
    ]


def test_row_group_ranges_read_as_the_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": [f"문서 {number} " * 20 for number in range(1000)]}), path, row_group_size=64)
    whole = read(path)
    assert [record.ordinal for record in whole] == list(range(1000))
    for target_bytes in (1, 900, 5000, 10**9):
        pieces = find_pieces([str(path)], format="parquet", target_bytes=target_bytes)
        assert [o for piece in pieces for o in parquet.read(piece, settings=ReaderSettings())] == whole
    assert len(find_pieces([str(path)], format="parquet", target_bytes=1)) == 16


def test_a_missing_column_names_those_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"content": ["a", "b"], "url": ["x", "y"]}), path)
    (row,) = read(path)
    wanted = "no column 'text'; there are: 'content', 'url': set text_column to the one with the text (2 rows are lost)"
    assert row.failure.detail == f"{path}: {wanted}"


def test_wide_rows_are_read_a_few_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    text = "한국어 " * 100_000
    with pq.ParquetWriter(path, pa.schema([("text", pa.string())]), compression="zstd") as writer:
        for _ in range(40):
            writer.write_table(pa.table({"text": [text, text]}))
    tracemalloc.start()
    num_records = sum(isinstance(o, Record) for o in parquet.read(Piece(str(path)), settings=ReaderSettings()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert num_records == 80
    assert peak < 24_000_000
