"""Web archives, made record by record: what becomes a document, what is dropped, and what damage costs."""

import gzip
import os
import zlib
from pathlib import Path

import pytest
import zstandard

from pipelines.readers import warc
from pipelines.readers.record import NotDocument, Piece, ReaderSettings, Record, Rejected

SENTENCE = "국립국어원은 한국어의 발전과 국민의 언어생활 향상을 위하여 여러 가지 사업을 하고 있다. " * 3
PAGE = f"<html><body><article><p>{SENTENCE}</p></article></body></html>"
TEXT = SENTENCE.strip()


def record(
    block: bytes, *, number: int = 1, kind: str = "response", content_type: str = "application/http", extra: str = ""
) -> bytes:
    """One WARC record, with the two line ends after it."""
    header = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{number}>\r\nWARC-Date: 2024-01-15T00:00:00Z\r\n"
        f"WARC-Target-URI: http://example.com/{number}\r\nContent-Type: {content_type}\r\n{extra}"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return header.encode() + block + b"\r\n\r\n"


def response(body: bytes, *, headers: str = "Content-Type: text/html; charset=utf-8", status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\n{headers}\r\n\r\n".encode() + body


def read(path: Path, **options) -> list:
    piece = Piece(str(path), 0, None, path.stat().st_size)
    return list(warc.read(piece, settings=ReaderSettings(**options)))


def shown(outcome: object) -> str:
    match outcome:
        case Record():
            return outcome.text
        case Rejected():
            return f"{outcome.action}:{outcome.failure.rule}"
        case _:
            assert isinstance(outcome, NotDocument)
            return outcome.kind


def chunked(body: bytes) -> bytes:
    parts = [body[start : start + 50] for start in range(0, len(body), 50)]
    return b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in parts) + b"0\r\n\r\n"


HTML = "Content-Type: text/html"
UTF8, CP949 = PAGE.encode(), PAGE.encode("cp949")
ZIPPED = gzip.compress(UTF8)
RESPONSES: list[tuple[str, bytes, str]] = [
    ("UTF-8", response(UTF8), TEXT),
    ("no charset, UTF-8", response(UTF8, headers=HTML), TEXT),
    ("no charset, CP949", response(CP949, headers=HTML), TEXT),
    ("EUC-KR", response(CP949, headers=HTML + "; charset=EUC-KR"), TEXT),
    ("a quoted charset", response(CP949, headers=HTML + '; Charset="ks_c_5601-1987"'), TEXT),
    ("declared UTF-8, is CP949", response(CP949), TEXT),
    ("declared Latin-1, is CP949", response(CP949, headers=HTML + "; charset=iso-8859-1"), TEXT),
    ("declared EUC-KR, is UTF-8", response(UTF8, headers=HTML + "; charset=euc-kr"), TEXT),
    ("XHTML", response(UTF8, headers="Content-Type: application/xhtml+xml"), TEXT),
    ("no content type", response(UTF8, headers="Server: x"), TEXT),
    ("plain text", response(TEXT.encode("cp949"), headers="Content-Type: text/plain"), TEXT),
    ("chunked", response(chunked(UTF8), headers=HTML + "\r\nTransfer-Encoding: chunked"), TEXT),
    ("gzip", response(ZIPPED, headers=HTML + "\r\nContent-Encoding: gzip"), TEXT),
    ("deflate", response(zlib.compress(UTF8), headers=HTML + "\r\nContent-Encoding: deflate"), TEXT),
    (
        "chunked gzip",
        response(chunked(ZIPPED), headers=HTML + "\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip"),
        TEXT,
    ),
    ("said to be gzip, stored plain", response(UTF8, headers=HTML + "\r\nContent-Encoding: gzip"), TEXT),
    ("said to be chunked, stored plain", response(UTF8, headers=HTML + "\r\nTransfer-Encoding: chunked"), TEXT),
    (
        "damaged gzip",
        response(ZIPPED[:12] + b"\xff" * 30 + ZIPPED[42:], headers=HTML + "\r\nContent-Encoding: gzip"),
        "unreadable:corrupt_record",
    ),
    ("a cut gzip", response(ZIPPED[:-20], headers=HTML + "\r\nContent-Encoding: gzip"), "unreadable:corrupt_record"),
    ("cut chunks", response(chunked(UTF8)[:-30], headers=HTML + "\r\nTransfer-Encoding: chunked"), "unreadable:corrupt_record"),
    ("no reason phrase", response(UTF8, headers=HTML, status="200"), TEXT),
    ("302", response(b"", status="302 Found"), "dropped:http_status"),
    ("404", response(UTF8, status="404 Not Found"), "dropped:http_status"),
    ("no status", b"<html>no header at all", "dropped:http_status"),
    ("an image", response(b"\x89PNG\0\0", headers="Content-Type: image/png"), "dropped:not_text"),
    ("an image said to be HTML", response(b"\x89PNG\0\0", headers=HTML), "unreadable:binary_data"),
    ("JSON", response(b"{}", headers="Content-Type: application/json; charset=utf-8"), "dropped:not_text"),
    ("no content type, no HTML", response(b"plain", headers="Server: x"), "dropped:not_text"),
    ("an empty body", response(b""), "dropped:empty_text"),
    ("no main text", response(b"<html><body><script>1</script></body></html>"), "dropped:no_main_text"),
    ("too deep", response(b"<div>" * 5000), "unreadable:html_too_deep"),
    ("broken UTF-8", response(UTF8[:-40] + b"\xea\xb0" + UTF8[-40:]), "unreadable:invalid_utf8"),
    (
        "a body of 1 MB from 1 kB",
        response(gzip.compress(b"a" * 1_000_000), headers=HTML + "\r\nContent-Encoding: gzip"),
        "unreadable:record_too_large",
    ),
    ("too large", response(b"a" * 200_000), "unreadable:record_too_large"),
]


@pytest.mark.parametrize(("block", "wanted"), [row[1:] for row in RESPONSES], ids=[row[0] for row in RESPONSES])
def test_a_response_between_two_others(tmp_path: Path, block: bytes, wanted: str) -> None:
    path = tmp_path / "a.warc"
    first, last = record(response(UTF8), number=1), record(response(UTF8), number=3)
    path.write_bytes(first + record(block, number=2) + last)
    outcomes = read(path, max_record_bytes=100_000)
    assert [shown(outcome) for outcome in outcomes] == [TEXT, wanted, TEXT]
    assert [outcome.native_id for outcome in outcomes] == ["<urn:uuid:1>", "<urn:uuid:2>", "<urn:uuid:3>"]
    assert [outcome.ordinal for outcome in outcomes] == [0, len(first), path.stat().st_size - len(last)]


def test_a_record_and_a_row_carry_their_address(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    missing = response(b"", status="404 Not Found")
    path.write_bytes(record(response(UTF8)) + record(missing, number=2))
    page, row = read(path)
    date = {"date": "2024-01-15T00:00:00Z"}
    assert page == Record(TEXT, 0, "<urn:uuid:1>", "http://example.com/1", metadata=date, raw_bytes=len(response(UTF8)))
    assert (row.uri, row.failure.value, row.failure.threshold) == ("http://example.com/2", 404.0, 200.0)


def test_other_kinds_of_record(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    plain = TEXT.encode()
    path.write_bytes(
        record(b"software: x\r\n", kind="warcinfo", content_type="application/warc-fields")
        + record(b"GET / HTTP/1.1\r\n\r\n", kind="request")
        + record(b"k: v\r\n", kind="metadata", content_type="application/warc-fields")
        + record(response(b""), kind="revisit")
        + record(plain, kind="conversion", content_type="text/plain")
        + record(plain, kind="resource", content_type="text/plain")
        + record(b"{}", kind="resource", content_type="application/json")
        + record(b"1.2.3.4", content_type="text/dns")
    )
    kinds = ["warcinfo", "request", "metadata", "revisit", TEXT, TEXT, "dropped:not_text", "dropped:not_text"]
    assert [shown(outcome) for outcome in read(path)] == kinds


def test_a_page_that_the_crawler_cut_inside_a_character(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    body = f"<html><body><article><p>{SENTENCE}</p><p>다른 문단이다. {SENTENCE}끝".encode()[:-1]
    path.write_bytes(record(response(body), extra="WARC-Truncated: length\r\n"))
    assert [shown(outcome) for outcome in read(path)] == [f"{TEXT}\n다른 문단이다. {TEXT}"]


ONE, TWO, THREE = (record(response(UTF8), number=number) for number in (1, 2, 3))
LF_HEADER = ONE.partition(b"\r\n\r\n")[0].replace(b"\r\n", b"\n") + b"\n\n" + ONE.partition(b"\r\n\r\n")[2]
DAMAGED: list[tuple[str, bytes, list[str]]] = [
    ("empty", b"", ["dropped:empty_file"]),
    ("no WARC", b"<html>" * 100, ["unreadable:corrupt_file"]),
    ("an ARC file", b"filedesc://x 0.0.0.0 20140101000000 text/plain 10\n", ["unreadable:corrupt_file"]),
    ("cut in a body", ONE + TWO[:-100], [TEXT, "unreadable:truncated_file"]),
    ("cut in a header", ONE + TWO[:60], [TEXT, "unreadable:truncated_file"]),
    ("cut in the first word", ONE + b"WAR", [TEXT, "unreadable:corrupt_record"]),
    ("without the last line ends", ONE + TWO.rstrip(b"\r\n"), [TEXT, TEXT]),
    ("only one line end between", ONE[:-2] + TWO, [TEXT, TEXT]),
    ("more line ends between", ONE + b"\r\n" * 9 + TWO, [TEXT, TEXT]),
    ("LF headers", LF_HEADER + TWO, [TEXT, TEXT]),
    ("rubbish between", ONE + b"rubbish\r\n" * 50 + TWO, [TEXT, "unreadable:corrupt_record", TEXT]),
    ("two million bytes of rubbish", ONE + b"rubbish " * 250_000 + TWO, [TEXT, "unreadable:corrupt_record", TEXT]),
    ("no length", ONE + TWO.replace(b"Content-Length", b"Content-Lenght") + THREE, [TEXT, "unreadable:corrupt_record", TEXT]),
    ("a length that is none", ONE.replace(b"Length: ", b"Length: x") + TWO, ["unreadable:corrupt_record", TEXT]),
    ("a negative length", ONE.replace(b"Length: ", b"Length: -") + TWO, ["unreadable:corrupt_record", TEXT]),
    (
        "a length too long",
        ONE.replace(b"Length: %d" % len(response(UTF8)), b"Length: %d" % (len(response(UTF8)) + 100)) + TWO,
        ["unreadable:corrupt_record", TEXT],
    ),
    ("a header without end", b"WARC/1.0\r\n" + b"A: b\r\n" * 20_000 + TWO, ["unreadable:corrupt_file", TEXT]),
    ("a length past the end", ONE.replace(b"Length: ", b"Length: 9") + TWO, ["unreadable:corrupt_record", TEXT]),
    ("a length past all limits", ONE.replace(b"Length: ", b"Length: 99999") + TWO, ["unreadable:truncated_file"]),
]


@pytest.mark.parametrize(("content", "wanted"), [row[1:] for row in DAMAGED], ids=[row[0] for row in DAMAGED])
def test_damage(tmp_path: Path, content: bytes, wanted: list[str]) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(content)
    assert [shown(outcome) for outcome in read(path, max_record_bytes=100_000)] == wanted


MEMBERS = [gzip.compress(member, mtime=0) for member in (ONE, TWO, THREE)]


def broken(member: bytes) -> bytes:
    """A gzip member with a hole in the middle."""
    middle = len(member) // 2
    return member[:middle] + bytes(byte ^ 0xFF for byte in member[middle : middle + 30]) + member[middle + 30 :]


PACKED: list[tuple[str, bytes, list[str]]] = [
    ("a.warc.gz", b"".join(MEMBERS), [TEXT] * 3),
    ("a.warc.gz", gzip.compress(ONE + TWO + THREE), [TEXT] * 3),
    ("a.warc.zst", b"".join(map(zstandard.compress, (ONE, TWO, THREE))), [TEXT] * 3),
    ("a.warc.zst", zstandard.compress(ONE + TWO + THREE), [TEXT] * 3),
    ("a.warc.gz", b"".join(MEMBERS)[:-30], [TEXT, TEXT, "unreadable:truncated_file"]),
    ("a.warc.gz", b"".join(MEMBERS[:2]) + MEMBERS[2][:1], [TEXT, TEXT, "unreadable:truncated_file"]),
    ("a.warc.gz", MEMBERS[0] + broken(MEMBERS[1]) + MEMBERS[2], [TEXT, "unreadable:corrupt_record", TEXT]),
    ("a.warc.gz", MEMBERS[0] + MEMBERS[1] + broken(MEMBERS[2]), [TEXT, TEXT, "unreadable:corrupt_file"]),
    ("a.warc.zst", zstandard.compress(ONE) + zstandard.compress(TWO)[:-9], [TEXT, "unreadable:truncated_file"]),
    ("a.warc.gz", b"", ["unreadable:empty_file"]),
]


@pytest.mark.parametrize(("name", "content", "wanted"), PACKED)
def test_compressed_archives(tmp_path: Path, name: str, content: bytes, wanted: list[str]) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    outcomes = read(path)
    assert [shown(outcome) for outcome in outcomes] == wanted
    # Where a record starts does not depend on the compression.
    starts = [0, len(ONE), len(ONE) + len(TWO)]
    assert all(outcome.ordinal in starts for outcome in outcomes if isinstance(outcome, Record)) or "corrupt" in str(wanted)


def test_any_cut_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    for end in range(1, len(ONE) + len(TWO) - 4, 7):
        path.write_bytes((ONE + TWO)[:end])
        outcomes = [shown(outcome) for outcome in read(path)]
        whole = len(ONE) - 4 <= end <= len(ONE)
        assert whole or outcomes[-1].startswith("unreadable:"), end
        assert outcomes.count(TEXT) == (end >= len(ONE) - 4), end


def test_random_bytes_never_raise(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    for seed in range(40):
        content = bytearray(ONE + TWO + THREE)
        noise = zlib.crc32(str(seed).encode())
        for step in range(6):
            content[(noise * (step + 1) * 7919) % len(content)] = (noise >> step) & 0xFF
        path.write_bytes(content)
        assert len(read(path)) >= 1
    path.write_bytes(os.urandom(100_000))
    assert [shown(outcome) for outcome in read(path)] == ["unreadable:corrupt_file"]
