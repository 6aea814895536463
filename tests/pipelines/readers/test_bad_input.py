"""Bad input as a table: which rows it makes, and that everything sound around it is read."""

import bz2
import gzip
import hashlib
import json
import lzma
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from pipelines.readers import code_tree, html_tree, jsonl, parquet, text_tree, warc
from pipelines.readers.record import NotDocument, Piece, ReaderSettings, Record, Rejected

#: Without the time in its header, so that two processes make the same tests of it.
zipped = partial(gzip.compress, mtime=0)


FIRST = {"id": "가", "text": "첫째 문서입니다."}
LAST = {"id": "나", "text": "마지막 문서입니다."}


def line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def around(middle: bytes) -> bytes:
    """A JSONL file with a sound record before and after ``middle``."""
    return line(FIRST) + middle + b"\n" + line(LAST)


def rules_and_texts(reader, path: Path | str, **settings) -> tuple[list[str], list[str]]:
    """What a reader makes of a file: ``action:rule`` of each rejected record, and the texts of the others."""
    size = os.path.getsize(path) if os.path.isfile(path) else 0
    outcomes = list(reader.read(Piece(str(path), 0, None, size), settings=ReaderSettings(**settings)))
    rejected = [outcome for outcome in outcomes if isinstance(outcome, Rejected)]
    assert all(str(path) in outcome.failure.detail for outcome in rejected), "every detail names its file"
    ordinals = [outcome.ordinal for outcome in outcomes if not isinstance(outcome, NotDocument)]
    assert len(set(ordinals)) == len(ordinals), "an ordinal names one record"
    rules = [f"{outcome.action}:{outcome.failure.rule}" for outcome in rejected]
    return rules, [outcome.text for outcome in outcomes if isinstance(outcome, Record)]


BOTH = [FIRST["text"], LAST["text"]]
JSONL_LINES = [
    ("half an object", b'{"text": "abc"', "unreadable:invalid_json"),
    ("no JSON", "그냥 글".encode(), "unreadable:invalid_json"),
    ("two objects", b'{"text": "a"} {"text": "b"}', "unreadable:invalid_json"),
    ("NaN", b'{"text": "a", "score": NaN}', "unreadable:invalid_json"),
    ("infinity", b'{"text": "a", "score": -Infinity}', "unreadable:invalid_json"),
    ("a number of 5,000 digits", b'{"text": "a", "n": ' + b"9" * 5000 + b"}", "unreadable:invalid_json"),
    ("a bomb of brackets", b"[" * 200_000, "unreadable:invalid_json"),
    ("a bomb of objects", b'{"a":' * 100_000, "unreadable:invalid_json"),
    ("a raw line break in a string", b'{"text": "a\rb"}', "unreadable:invalid_json"),
    ("zero bytes", b"\x00" * 40, "unreadable:invalid_json"),
    ("single quotes", b"{'text': 'a'}", "unreadable:invalid_json"),
    ("a list", b'["text"]', "unreadable:not_an_object"),
    ("a string", b'"text"', "unreadable:not_an_object"),
    ("null", b"null", "unreadable:not_an_object"),
    ("no text", b'{"id": "x", "body": "a"}', "unreadable:missing_text"),
    ("an empty object", b"{}", "unreadable:missing_text"),
    ("null text", b'{"text": null}', "unreadable:null_text"),
    ("a number for text", b'{"text": 12}', "unreadable:text_not_a_string"),
    ("a list for text", b'{"text": ["a"]}', "unreadable:text_not_a_string"),
    ("a float for an id", b'{"id": 1.5, "text": "a"}', "unreadable:invalid_id"),
    ("true for an id", b'{"id": true, "text": "a"}', "unreadable:invalid_id"),
    ("a list for an id", b'{"id": [1], "text": "a"}', "unreadable:invalid_id"),
    ("CP949 in a UTF-8 file", '{"text": "한국어"}'.encode("cp949"), "unreadable:invalid_utf8"),
    ("a cut UTF-8 character", b'{"text": "\xea\xb0"}', "unreadable:invalid_utf8"),
    ("an overlong UTF-8 form", b'{"text": "\xc0\xaf"}', "unreadable:invalid_utf8"),
    ("a UTF-8 surrogate", b'{"text": "\xed\xa0\x80"}', "unreadable:invalid_utf8"),
    ("a lone high surrogate", rb'{"text": "a\ud800b"}', "unreadable:lone_surrogate"),
    ("a lone low surrogate", rb'{"text": "a\uDC00b"}', "unreadable:lone_surrogate"),
    ("surrogates the wrong way round", rb'{"text": "\udd25\ud83d"}', "unreadable:lone_surrogate"),
    ("a lone surrogate in the id", rb'{"id": "\ud800", "text": "a"}', "unreadable:lone_surrogate"),
    ("a line too long", b'{"text": "' + b"a" * 3_000_000 + b'"}', "unreadable:record_too_large"),
    ("an empty text", b'{"text": ""}', "dropped:empty_text"),
    ("white space", '{"text": " \\n\u3000\\t"}'.encode(), "dropped:empty_text"),
]


@pytest.mark.parametrize(("bad", "rule"), [row[1:] for row in JSONL_LINES], ids=[row[0] for row in JSONL_LINES])
@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_a_bad_line_is_one_row_and_the_lines_around_it_are_read(tmp_path: Path, bad: bytes, rule: str, suffix: str) -> None:
    pack: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": zipped, ".zst": zstandard.compress}
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(pack[suffix](around(bad)))
    assert rules_and_texts(jsonl, path, max_record_bytes=2_000_000) == ([rule], BOTH)


SOUND_LINES = [
    ("a pair of surrogates", rb'{"text": "\ud83d\udd25"}', ["🔥"]),
    ("escaped Hangul", rb'{"text": "\uac00"}', ["가"]),
    ("a key twice", b'{"text": "a", "text": "b"}', ["b"]),
    ("an escaped backslash before u", rb'{"text": "\\ud800"}', ["\\ud800"]),
    ("CRLF", b'{"text": "a"}\r', ["a"]),
    ("white space around", b' \t {"text": "a"} ', ["a"]),
    ("an empty line", b"", []),
    ("a blank line", b" \r", []),
    ("old Hangul", '{"text": "ᄒᆞᆫ글"}'.encode(), ["ᄒᆞᆫ글"]),
    ("a separator that is no JSONL line end", '{"text": "a\u2028b\u0085c"}'.encode(), ["a\u2028b\u0085c"]),
    ("a zero character, escaped", rb'{"text": "a\u0000b"}', ["a\x00b"]),
]


@pytest.mark.parametrize(("sound", "texts"), [row[1:] for row in SOUND_LINES], ids=[row[0] for row in SOUND_LINES])
def test_a_strange_line_is_read(tmp_path: Path, sound: bytes, texts: list[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(around(sound))
    assert rules_and_texts(jsonl, path) == ([], [BOTH[0], *texts, BOTH[1]])


TWO = line(FIRST) + line(LAST)
HALF = line(FIRST) + line(LAST)[:20]
MANY = b"".join(
    line({"id": number, "text": f"{number}번째 문서: " + hashlib.sha1(b"%d" % number).hexdigest()}) for number in range(20_000)
)
FILES: list[tuple[str, bytes, list[str], list[str]]] = [
    ("empty.jsonl", b"", ["dropped:empty_file"], []),
    ("empty.jsonl.gz", b"", ["unreadable:empty_file"], []),
    ("empty.jsonl.zst", b"", ["unreadable:empty_file"], []),
    ("packed-empty.jsonl.gz", zipped(b""), ["dropped:empty_file"], []),
    ("packed-empty.jsonl.zst", zstandard.compress(b""), ["dropped:empty_file"], []),
    ("no-line-end.jsonl", TWO[:-1], [], BOTH),
    ("half-line.jsonl", HALF, ["unreadable:truncated_file"], BOTH[:1]),
    ("half-line.jsonl.gz", zipped(HALF), ["unreadable:truncated_file"], BOTH[:1]),
    ("half-character.jsonl", line(FIRST) + '{"text": "가'.encode()[:-1], ["unreadable:truncated_file"], BOTH[:1]),
    ("mark.jsonl", b"\xef\xbb\xbf" + TWO, [], BOTH),
    ("utf-16.jsonl", TWO.decode().encode("utf-16"), ["unreadable:invalid_utf8"], []),
    ("cut.jsonl.gz", zipped(TWO)[:-9], ["unreadable:truncated_file"], BOTH),
    ("cut-trailer.jsonl.gz", zipped(TWO)[:-1], ["unreadable:truncated_file"], BOTH),
    ("cut-header.jsonl.gz", zipped(TWO)[:5], ["unreadable:truncated_file"], []),
    ("cut.jsonl.zst", zstandard.compress(TWO)[:-1], ["unreadable:truncated_file"], []),
    ("cut.jsonl.bz2", bz2.compress(TWO)[:-1], ["unreadable:truncated_file"], BOTH),
    ("cut.jsonl.xz", lzma.compress(TWO)[:-1], ["unreadable:truncated_file"], BOTH),
    ("crc.jsonl.gz", zipped(TWO)[:-8] + b"\0" * 8, ["unreadable:corrupt_file"], BOTH),
    ("tail.jsonl.gz", zipped(TWO) + b"tail", ["unreadable:corrupt_file"], BOTH),
    ("tail.jsonl.zst", zstandard.compress(TWO) + b"tail of text", ["unreadable:corrupt_file"], BOTH),
    ("padded.jsonl.gz", zipped(TWO) + b"\0" * 5000, [], BOTH),
    ("members.jsonl.gz", zipped(line(FIRST)) + zipped(b"") + zipped(line(LAST)), [], BOTH),
    ("split-member.jsonl.gz", zipped(TWO[:25]) + zipped(TWO[25:]), [], BOTH),
    ("frames.jsonl.zst", zstandard.compress(TWO[:25]) + zstandard.compress(TWO[25:]), [], BOTH),
    ("skippable.jsonl.zst", b"\x50\x2a\x4d\x18\x04\0\0\0abcd" + zstandard.compress(TWO), [], BOTH),
    ("bz2.jsonl.bz2", bz2.compress(TWO[:25]) + bz2.compress(TWO[25:]), [], BOTH),
    ("xz.jsonl.xz", lzma.compress(TWO), [], BOTH),
    ("plain.jsonl.gz", TWO, ["unreadable:corrupt_file"], []),
    ("plain.jsonl.zst", TWO, ["unreadable:corrupt_file"], []),
    ("gzip.jsonl", zipped(TWO), ["unreadable:corrupt_file"], []),
    ("zstd.jsonl", zstandard.compress(TWO), ["unreadable:corrupt_file"], []),
]


@pytest.mark.parametrize(("name", "content", "rules", "texts"), FILES, ids=[row[0] for row in FILES])
def test_a_bad_file_gives_what_comes_before_the_damage(
    tmp_path: Path, name: str, content: bytes, rules: list[str], texts: list[str]
) -> None:
    (tmp_path / name).write_bytes(content)
    assert rules_and_texts(jsonl, tmp_path / name) == (rules, texts)


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_damaged_large_file_gives_the_lines_before_the_damage(tmp_path: Path, suffix: str) -> None:
    packed = zipped(MANY) if suffix == ".gz" else zstandard.ZstdCompressor(write_checksum=True).compress(MANY)
    damaged = bytearray(packed)
    damaged[len(packed) // 2] ^= 0xFF
    for content, rule in ((packed[: len(packed) // 2], "truncated_file"), (bytes(damaged), "corrupt_file")):
        path = tmp_path / f"a.jsonl{suffix}"
        path.write_bytes(content)
        rules, texts = rules_and_texts(jsonl, path)
        assert rules[-1] == f"unreadable:{rule}"
        # What a flipped bit makes of the rest of a block is noise; that the file is damaged is always told.
        assert texts[:8000] == [json.loads(one)["text"] for one in MANY.splitlines()[:8000]]
        # A Zstandard block is decoded whole: up to 128 KiB before the damage go with it.
        assert rule == "corrupt_file" or rules == ["unreadable:truncated_file"]


@pytest.mark.parametrize("reader", [jsonl, parquet, text_tree, html_tree, warc, code_tree])
@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("directory", "is_a_directory"),
        ("missing", "file_not_found"),
        ("broken link", "file_not_found"),
        ("below a file", "file_not_found"),
        ("pipe", "not_a_file"),
        ("forbidden", "permission_denied"),
    ],
)
def test_what_is_no_readable_file_is_one_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader, kind: str, rule: str
) -> None:
    path = tmp_path / "a.py"
    match kind:
        case "directory":
            path.mkdir()
        case "broken link":
            path.symlink_to(tmp_path / "nowhere")
        case "below a file":
            path.write_text("x")
            path = path / "b.py"
        case "pipe":
            os.mkfifo(path)
        case "forbidden":
            path.write_text("x")

            def refuse(*_: object, **__: object) -> None:
                raise PermissionError(13, "denied")

            monkeypatch.setattr("fsspec.implementations.local.LocalFileSystem.open", refuse)
    assert rules_and_texts(reader, path) == ([f"unreadable:{rule}"], [])


def test_a_failing_file_system_is_not_the_files_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(TWO)

    def fail(*_: object, **__: object) -> None:
        raise ConnectionResetError(104, "reset")

    monkeypatch.setattr("fsspec.implementations.local.LocalFileSystem.open", fail)
    with pytest.raises(ConnectionResetError):
        rules_and_texts(jsonl, path)


def parquet_bytes(table: pa.Table, **options) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **options)
    return sink.getvalue().to_pybytes()


TEXTS = ["첫째 문서입니다.", None, "", " \n", "마지막 문서입니다."]
SOUND = pa.table({"id": ["a", "b", "c", "d", "e"], "text": TEXTS})
NOT_UTF8 = pa.array([b"\xb0\xa1", "나".encode()], pa.binary()).view(pa.string())
PARQUET_FILES: list[tuple[str, bytes, list[str], list[str]]] = [
    ("null, empty and blank", parquet_bytes(SOUND), ["unreadable:null_text", "dropped:empty_text", "dropped:empty_text"], BOTH),
    ("no file", b"", ["unreadable:empty_file"], []),
    ("no Parquet", b"not parquet at all", ["unreadable:corrupt_file"], []),
    ("cut", parquet_bytes(SOUND)[:-20], ["unreadable:truncated_file"], []),
    ("header only", b"PAR1", ["unreadable:corrupt_file"], []),
    ("a bad footer", parquet_bytes(SOUND)[:-8] + b"\xff\xff\xff\x7fPAR1", ["unreadable:corrupt_file"], []),
    ("no text column", parquet_bytes(pa.table({"body": ["a", "b"]})), ["unreadable:missing_text"], []),
    ("numbers", parquet_bytes(pa.table({"text": [1, 2]})), ["unreadable:text_not_a_string"], []),
    ("a null column", parquet_bytes(pa.table({"text": pa.nulls(2)})), ["unreadable:null_text"], []),
    ("no rows", parquet_bytes(SOUND.slice(0, 0)), ["dropped:empty_file"], []),
    ("not UTF-8", parquet_bytes(pa.table({"text": NOT_UTF8})), ["unreadable:invalid_utf8"], ["나"]),
    ("an odd id", parquet_bytes(pa.table({"id": [1.5], "text": ["a"]})), ["unreadable:invalid_id"], []),
    ("a long text", parquet_bytes(pa.table({"text": ["a" * 3000, "b"]})), ["unreadable:record_too_large"], ["b"]),
    (
        "a dictionary",
        parquet_bytes(pa.table({"text": pa.array(["가", "나", "가"]).dictionary_encode()})),
        [],
        ["가", "나", "가"],
    ),
    ("large strings", parquet_bytes(pa.table({"text": pa.array(["가"], pa.large_string())})), [], ["가"]),
    ("bytes", parquet_bytes(pa.table({"text": pa.array(["가".encode()], pa.binary())})), [], ["가"]),
]


@pytest.mark.parametrize(
    ("content", "rules", "texts"), [row[1:] for row in PARQUET_FILES], ids=[row[0] for row in PARQUET_FILES]
)
def test_bad_parquet(tmp_path: Path, content: bytes, rules: list[str], texts: list[str]) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    assert rules_and_texts(parquet, path, max_record_bytes=2000) == (rules, texts)


def test_a_damaged_row_group_is_one_row_and_the_others_are_read(tmp_path: Path) -> None:
    texts = [f"{number}: " + hashlib.sha512(b"%d" % number).hexdigest() for number in range(300)]
    path = tmp_path / "a.parquet"
    content = bytearray(parquet_bytes(pa.table({"text": texts}), row_group_size=100, compression="zstd", use_dictionary=False))
    path.write_bytes(content)
    start = pq.ParquetFile(path).metadata.row_group(1).column(0).data_page_offset
    content[start : start + 20] = b"\xff" * 20
    path.write_bytes(content)
    outcomes = list(parquet.read(Piece(str(path), 0, None, len(content)), settings=ReaderSettings()))
    assert [outcome.text for outcome in outcomes if isinstance(outcome, Record)] == texts[:100] + texts[200:]
    assert [(bad.failure.rule, bad.ordinal) for bad in outcomes if isinstance(bad, Rejected)] == [("corrupt_file", 100)]
    assert [outcome.ordinal for outcome in outcomes] == [*range(101), *range(200, 300)]


HTML_BODY = "<p>" + "한국어 문단은 충분히 길어야 본문으로 잡힙니다. " * 10 + "</p>"
TREE_FILES = [
    (text_tree, "a.txt", b"", ["dropped:empty_file"]),
    (text_tree, "a.txt", b" \n\t\n", ["dropped:empty_text"]),
    (text_tree, "a.txt", b"\xef\xbb\xbf", ["dropped:empty_text"]),
    (text_tree, "a.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ["unreadable:binary_data"]),
    (text_tree, "a.txt", "한국어 문서입니다. ".encode() * 20 + b"\xea\xb0" + "끝".encode(), ["unreadable:invalid_utf8"]),
    (text_tree, "a.txt", b"a" * 5000, ["unreadable:record_too_large"]),
    (text_tree, "a.txt.gz", zipped("글".encode())[:-3], ["unreadable:truncated_file"]),
    (html_tree, "a.html", b"", ["dropped:empty_file"]),
    (html_tree, "a.html", b"<html><body><script>x</script></body></html>", ["dropped:no_main_text"]),
    (html_tree, "a.html", b"<div>" * 800, ["unreadable:html_too_deep"]),
    (html_tree, "a.html", b"<html>\x00\x01\x02\xff" * 20, ["unreadable:binary_data"]),
    (code_tree, "a.py", b"", ["dropped:empty_file"]),
    (code_tree, "a.png", b"\x89PNG", ["dropped:unknown_language"]),
    (code_tree, "LICENSE", b"text", ["dropped:unknown_language"]),
    (code_tree, "a.py", b"x = 1\0", ["dropped:binary_file"]),
    (code_tree, "a.py", b"x = '\xff\xfe\xfd'\n", ["unreadable:unknown_encoding"]),
]


@pytest.mark.parametrize(("reader", "name", "content", "rules"), TREE_FILES)
def test_bad_files_of_trees(tmp_path: Path, reader, name: str, content: bytes, rules: list[str]) -> None:
    (tmp_path / name).write_bytes(content)
    assert rules_and_texts(reader, tmp_path / name, max_record_bytes=4096) == (rules, [])
