"""A corpus of thousands of good documents in six formats with about 1 % of broken ones between them, and what becomes of each.

``make_broken_corpus`` writes it and returns, a source, the ids that have to be kept and the ledger rows that have to be
there: id -> (action, rule).
"""

import gzip
import json
import os
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

GOOD_LINES = 700
GOOD_ROWS = 1400
GOOD_FILES = 500
GOOD_PAGES = 300

#: One broken line each: what it is, action, rule, and the id in the ledger (None: made of source, path and offset).
BROKEN_LINES: list[tuple[bytes, str, str, str | None]] = [
    ('{"id": "bad-utf8", "text": "깨진 '.encode() + b'\xff\xfe"}', "unreadable", "invalid_utf8", None),
    ('{"id": "cp949", "text": "옛날 한글"}'.encode("cp949"), "unreadable", "invalid_utf8", None),
    ('{"id": "half", "text": "반만 적힌'.encode(), "unreadable", "invalid_json", None),
    (b'{"id": "number", "text": 5}', "unreadable", "text_not_a_string", "number"),
    (b'{"id": "list", "text": ["a", "b"]}', "unreadable", "text_not_a_string", "list"),
    (b'{"id": "null", "text": null}', "unreadable", "null_text", "null"),
    (b'{"id": "no-text", "body": "x"}', "unreadable", "missing_text", "no-text"),
    (b'{"id": {"a": 1}, "text": "x"}', "unreadable", "invalid_id", None),
    (b'{"id": "nan", "text": "x", "score": NaN}', "unreadable", "invalid_json", None),
    (b'{"id": "huge", "text": "x", "n": ' + b"9" * 5000 + b"}", "unreadable", "invalid_json", None),
    (b'{"id": "deep", "text": "x", "n": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "unreadable", "invalid_json", None),
    (b'["no", "object"]', "unreadable", "not_an_object", None),
    (b'{"id": "surrogate", "text": "\\ud800"}', "unreadable", "lone_surrogate", "surrogate"),
    (b'{"id": "empty", "text": ""}', "dropped", "empty_text", "empty"),
    (b'{"id": "controls", "text": "\\u0001\\u0002"}', "dropped", "empty_text", "controls"),
]


@dataclass
class Expected:
    """What ingest has to make of one source."""

    kept: set[str] = field(default_factory=set)
    ledger: dict[str, tuple[str, str]] = field(default_factory=dict)


def sentence(number: int) -> str:
    return f"{number}번째 문서이다. 오늘은 날씨가 좋아서 강가를 따라 오래 걸었고 저녁에는 책을 읽었다."


def _lines(prefix: str, count: int) -> list[bytes]:
    return [json.dumps({"id": f"{prefix}-{n}", "text": sentence(n)}, ensure_ascii=False).encode() for n in range(count)]


def _joined(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def make_lines(root: Path) -> Expected:
    """JSONL plain, gzip and zstd; broken lines spread through the plain one; files that are cut, empty or no files."""
    expected = Expected()
    directory = root / "lines"
    directory.mkdir()
    plain = _lines("plain", GOOD_LINES)
    for index, broken in enumerate(BROKEN_LINES):
        plain.insert(20 + 40 * index, broken[0])
    offset = 0
    by_line = {line: (action, rule, identifier) for line, action, rule, identifier in BROKEN_LINES}
    for line in plain:
        if line in by_line:
            action, rule, identifier = by_line[line]
            expected.ledger[identifier or f"lines/lines/plain.jsonl#{offset}"] = (action, rule)
        offset += len(line) + 1
    (directory / "plain.jsonl").write_bytes(_joined(plain))
    (directory / "good.jsonl.gz").write_bytes(gzip.compress(_joined(_lines("gz", GOOD_LINES)), mtime=0))
    (directory / "good.jsonl.zst").write_bytes(zstandard.compress(_joined(_lines("zst", GOOD_LINES))))
    expected.kept |= {f"{prefix}-{n}" for prefix in ("plain", "gz", "zst") for n in range(GOOD_LINES)}
    # Every line is written out before the cut comes, so that what has to be kept is known.
    for suffix, packed in (("gz", _cut_gzip()), ("zst", _cut_zstd())):
        (directory / f"cut.jsonl.{suffix}").write_bytes(packed)
        lines = _lines("cut" + suffix, 5)
        expected.kept |= {f"cut{suffix}-{n}" for n in range(5)}
        expected.ledger[f"lines/lines/cut.jsonl.{suffix}#{len(_joined(lines))}"] = ("unreadable", "truncated_file")
    cut = _joined(_lines("cut", 3))
    (directory / "cut.jsonl").write_bytes(cut + b'{"id": "cut-3", "te')
    expected.kept |= {f"cut-{n}" for n in range(3)}
    expected.ledger[f"lines/lines/cut.jsonl#{len(cut)}"] = ("unreadable", "truncated_file")
    (directory / "empty.jsonl").touch()
    expected.ledger["lines/lines/empty.jsonl#0"] = ("dropped", "empty_file")
    (directory / "empty.jsonl.gz").touch()
    expected.ledger["lines/lines/empty.jsonl.gz#0"] = ("unreadable", "empty_file")
    (directory / "liar.jsonl.gz").write_bytes(b"<html>404</html>")
    expected.ledger["lines/lines/liar.jsonl.gz#0"] = ("unreadable", "corrupt_file")
    (directory / "folder.jsonl").mkdir()
    expected.ledger["lines/lines/folder.jsonl#0"] = ("unreadable", "is_a_directory")
    os.mkfifo(directory / "pipe.jsonl")
    expected.ledger["lines/lines/pipe.jsonl#0"] = ("unreadable", "not_a_file")
    (directory / "zero.jsonl").symlink_to("/dev/zero")
    expected.ledger["lines/lines/zero.jsonl#0"] = ("unreadable", "not_a_file")
    (directory / "gone.jsonl").symlink_to("nowhere")
    expected.ledger["lines/lines/gone.jsonl#0"] = ("unreadable", "file_not_found")
    return expected


def _cut_gzip() -> bytes:
    """Five lines, then a second member that is cut inside its header."""
    return gzip.compress(_joined(_lines("cutgz", 5)), mtime=0) + gzip.compress(b"lost", mtime=0)[:7]


def _cut_zstd() -> bytes:
    return zstandard.compress(_joined(_lines("cutzst", 5))) + zstandard.compress(b"lost")[:6]


def make_table(root: Path) -> Expected:
    """Parquet with every type that holds strings, and with those that do not."""
    expected = Expected()
    directory = root / "table"
    directory.mkdir()

    def write(name: str, texts: pa.Array) -> None:
        ids = pa.array([f"{name}-{n}" for n in range(len(texts))])
        # Made-up text compresses to nothing, and then the broken files' headers are a large share of the bytes.
        table = pa.table({"id": ids, "text": texts})
        pq.write_table(table, directory / f"{name}.parquet", compression="none", use_dictionary=False)

    good = [sentence(n) for n in range(GOOD_ROWS)]
    kinds = {"string": pa.string(), "large": pa.large_string(), "binary": pa.binary()}
    for name, kind in kinds.items():
        write(name, pa.array(good, kind) if name != "binary" else pa.array([text.encode() for text in good], kind))
        expected.kept |= {f"{name}-{n}" for n in range(GOOD_ROWS)}
    write("dictionary", pa.array([*good[:50], None]).dictionary_encode())
    expected.kept |= {f"dictionary-{n}" for n in range(50)}
    expected.ledger["dictionary-50"] = ("unreadable", "null_text")
    write("bytes", pa.array([b"ok text", b"\xff\xfe"], pa.binary()))
    expected.kept.add("bytes-0")
    expected.ledger["table/table/bytes.parquet#1"] = ("unreadable", "invalid_utf8")
    wrong = {
        "number": (pa.table({"id": ["n"], "text": [1]}), "text_not_a_string"),
        "list": (pa.table({"id": ["n"], "text": [["a"]]}), "text_not_a_string"),
        "none": (pa.table({"id": ["n"], "text": pa.nulls(1)}), "null_text"),
        "missing": (pa.table({"id": ["n"], "body": ["a"]}), "missing_text"),
        "twice": (pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], ["text", "text"]), "ambiguous_column"),
    }
    for name, (table, rule) in wrong.items():
        pq.write_table(table, directory / f"{name}.parquet")
        expected.ledger[f"table/table/{name}.parquet#0"] = ("unreadable", rule)
    whole = (directory / "missing.parquet").read_bytes()
    (directory / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    expected.ledger["table/table/cut.parquet#0"] = ("unreadable", "truncated_file")
    (directory / "noise.parquet").write_bytes(b"PAR1" + bytes(range(100)) + b"PAR1")
    expected.ledger["table/table/noise.parquet#0"] = ("unreadable", "corrupt_file")
    pq.write_table(pa.table({"id": pa.array([], pa.string()), "text": pa.array([], pa.string())}), directory / "empty.parquet")
    expected.ledger["table/table/empty.parquet#0"] = ("dropped", "empty_file")
    return expected


def make_texts(root: Path) -> Expected:
    """A tree of text with names that no one would choose, and with encodings that no one declared."""
    expected = Expected()
    directory = root / "texts"
    (directory / "deep").mkdir(parents=True)
    for number in range(GOOD_FILES):
        (directory / f"deep/{number:04d}.txt").write_text(sentence(number), encoding="utf-8")
        expected.kept.add(f"texts/texts/deep/{number:04d}.txt")
    names = ["with space.txt", "new\nline.txt", unicodedata.normalize("NFD", "한글.txt"), "quote'\"#[1].txt"]
    for name in names:
        (directory / name).write_text(sentence(1), encoding="utf-8")
        expected.kept.add(f"texts/texts/{name}")
    (directory / os.fsdecode(b"bytes\xff.txt")).write_text(sentence(2), encoding="utf-8")
    expected.kept.add("texts/texts/bytes\\xff.txt")
    for encoding in ("cp949", "utf-16"):
        (directory / f"{encoding}.txt").write_bytes(sentence(3).encode(encoding))
        expected.kept.add(f"texts/texts/{encoding}.txt")
    (directory / "noise.txt").write_bytes(bytes(range(256)) * 8)
    expected.ledger["texts/texts/noise.txt"] = ("unreadable", "binary_data")
    (directory / "empty.txt").touch()
    expected.ledger["texts/texts/empty.txt"] = ("dropped", "empty_file")
    (directory / "blank.txt").write_text(" \n\t\n")
    expected.ledger["texts/texts/blank.txt"] = ("dropped", "empty_text")
    (directory / "loop.txt").symlink_to("pool.txt")
    (directory / "pool.txt").symlink_to("loop.txt")
    for name in ("loop.txt", "pool.txt"):
        expected.ledger[f"texts/texts/{name}"] = ("unreadable", "file_not_found")
    (directory / "deep/up").symlink_to("..")  # not followed, or this would never end
    os.mkfifo(directory / "pipe.txt")
    expected.ledger["texts/texts/pipe.txt"] = ("unreadable", "not_a_file")
    (directory / "cut.txt.gz").write_bytes(gzip.compress(sentence(4).encode(), mtime=0)[:-12])
    expected.ledger["texts/texts/cut.txt.gz"] = ("unreadable", "truncated_file")
    return expected


def page(number: int) -> str:
    paragraphs = "".join(f"<p>{sentence(number)} {sentence(number + 1)}</p>" for _ in range(2))
    return f"<html><head><title>{number}</title></head><body><article>{paragraphs}</article></body></html>"


def make_pages(root: Path) -> Expected:
    """A tree of HTML with pages that break parsers or take them minutes."""
    expected = Expected()
    directory = root / "pages"
    directory.mkdir()
    for number in range(GOOD_PAGES):
        (directory / f"{number:04d}.html").write_text(page(number), encoding="utf-8")
        expected.kept.add(f"pages/pages/{number:04d}.html")
    (directory / "cp949-as-utf8.html").write_bytes(page(1).replace("<head>", "<head><meta charset=utf-8>").encode("cp949"))
    expected.kept.add("pages/pages/cp949-as-utf8.html")
    broken = {
        "deep": ("<div>" * 50_000 + sentence(1), "unreadable", "html_too_deep"),
        "one-tag": ("<p " + "a" * 10_000_000 + ">x</p>", "unreadable", "html_too_large"),
        "one-row": ("<table><tr>" + "<td>a</td>" * 20_000, "unreadable", "html_too_large"),
        "nothing": ("<!--" * 1000, "dropped", "no_main_text"),
        "empty": ("", "dropped", "empty_file"),
    }
    for name, (text, action, rule) in broken.items():
        (directory / f"{name}.html").write_text(text, encoding="utf-8")
        expected.ledger[f"pages/pages/{name}.html"] = (action, rule)
    return expected


def _warc_record(number: int) -> bytes:
    body = page(number).encode()
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:page:{number}>\r\nWARC-Target-URI: http://a.example/{number}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def make_archive(root: Path) -> Expected:
    """One WARC that is whole, with noise between two records, and two that are cut in the middle."""
    expected = Expected()
    directory = root / "archive"
    directory.mkdir()
    records = [_warc_record(number) for number in range(GOOD_PAGES)]
    expected.kept |= {f"<urn:page:{number}>" for number in range(GOOD_PAGES + 1)}
    noise_at = len(b"".join(records[:100]))
    (directory / "whole.warc").write_bytes(b"".join(records[:100]) + b"noise between records\r\n" + b"".join(records[100:]))
    expected.ledger[f"archive/archive/whole.warc#{noise_at}"] = ("unreadable", "corrupt_record")
    last = _warc_record(GOOD_PAGES)
    (directory / "cut.warc").write_bytes(last + _warc_record(GOOD_PAGES + 1)[:500])
    expected.ledger[f"archive/archive/cut.warc#{len(last)}"] = ("unreadable", "truncated_file")
    packed = gzip.compress(_warc_record(GOOD_PAGES + 2), mtime=0)
    (directory / "cut.warc.gz").write_bytes(packed[: len(packed) // 2])
    expected.ledger["archive/archive/cut.warc.gz#0"] = ("unreadable", "truncated_file")
    return expected


def make_code(root: Path) -> Expected:
    expected = Expected()
    directory = root / "code"
    directory.mkdir()
    for number in range(GOOD_PAGES):
        lines = [f"def function_{number}(value):", f'    """Adds {number}."""', f"    return value + {number}"]
        (directory / f"m{number:04d}.py").write_text("\n".join(lines) + "\n")
        expected.kept.add(f"code/code/m{number:04d}.py")
    (directory / "korean.py").write_bytes("# -*- coding: euc-kr -*-\n# 옛날에 적은 설명이다\nx = 1\n".encode("euc-kr"))
    expected.kept.add("code/code/korean.py")
    (directory / "binary.py").write_bytes(b"import x\n\0\0\0")
    expected.ledger["code/code/binary.py"] = ("dropped", "binary_file")
    (directory / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    expected.ledger["code/code/logo.png"] = ("dropped", "unknown_language")
    (directory / "gone.py").symlink_to("nowhere.py")
    expected.ledger["code/code/gone.py"] = ("unreadable", "file_not_found")
    return expected


#: name, format, further settings, builder.
SOURCES = [
    ("lines", "jsonl", 'truncated_ok = ["lines/cut*"]', make_lines),
    ("table", "parquet", 'truncated_ok = ["table/cut.parquet"]', make_table),
    ("texts", "text-tree", 'truncated_ok = ["*.gz"]', make_texts),
    ("pages", "html-tree", "", make_pages),
    ("archive", "warc", 'truncated_ok = ["archive/cut.*"]', make_archive),
    ("code", "code-tree", 'kind = "code"', make_code),
]


def make_broken_corpus(root: Path) -> dict[str, Expected]:
    return {name: make(root) for name, _, _, make in SOURCES}
