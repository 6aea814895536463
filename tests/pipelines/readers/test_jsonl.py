"""JSON Lines: columns, ids, encodings, ranges, memory."""

import json
import tracemalloc
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.readers import jsonl
from pipelines.readers.lines import Line, OversizeLine, UnfinishedLine, read_lines
from pipelines.readers.planning import find_pieces
from pipelines.readers.record import Piece, ReaderSettings, Record, Records, Rejected


def read(path: Path, **options) -> list:
    return list(jsonl.read(Piece(str(path), 0, None, 0), settings=ReaderSettings(**options)))


def test_a_record_has_the_columns_that_the_settings_name(tmp_path: Path) -> None:
    value = {
        "key": 17,
        "body": "말모이",
        "rights": ["MIT", "공공누리 1유형"],
        "link": "seoul/1",
        "lang": "python",
        "stars": 3,
        "ok": True,
        "none": None,
        "nested": {"나": 1, "가": 2},
    }
    path = tmp_path / "a.jsonl"
    path.write_text("\n" + json.dumps(value, ensure_ascii=False) + "\n")
    records = read(
        path,
        text_column="body",
        id_column="key",
        licence_column="rights",
        uri_column="link",
        language_column="lang",
        metadata_columns=("stars", "ok", "none", "absent", "nested"),
    )
    assert records == [
        Record(
            text="말모이",
            ordinal=1,
            native_id="17",
            uri="seoul/1",
            licence='["MIT", "공공누리 1유형"]',
            language="python",
            metadata={"stars": "3", "ok": "true", "nested": '{"가": 2, "나": 1}'},
            raw_bytes=len(json.dumps(value, ensure_ascii=False).encode()),
        )
    ]


@pytest.mark.parametrize(
    ("written", "native_id"),
    [('"a"', "a"), ("7", "7"), ("-3", "-3"), ("123456789012345678901", "123456789012345678901"), ("null", None), ('""', None)],
)
def test_ids(tmp_path: Path, written: str, native_id: str | None) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"id": {written}, "text": "a"}}\n')
    assert [record.native_id for record in read(path)] == [native_id]


@pytest.mark.parametrize("encoding", ["cp949", "euc-kr", "utf-8"])
def test_a_declared_encoding_is_used(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"text": "부동산 거래 신고"}\n'.encode(encoding))
    assert [record.text for record in read(path, encoding=encoding)] == ["부동산 거래 신고"]


def test_cp949_in_a_utf8_source_is_told_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "ok"}\n' + '{"text": "부동산"}\n'.encode("cp949"))
    bad = read(path)[1]
    assert bad.failure.detail == f'{path}, byte 15: byte 10 of the line is not utf-8: it reads as CP949: set encoding = "cp949"'
    assert (bad.ordinal, bad.raw_bytes) == (15, 18)


LINES = st.lists(
    st.one_of(
        st.text(alphabet="가나다라 ㅋㅠabc", min_size=1, max_size=12).map(
            lambda text: json.dumps({"text": text}, ensure_ascii=False).encode()
        ),
        st.sampled_from([b"", b"\r", b"not json", b"\x80\xff", b'{"text": "' + b"x" * 80 + b'"}']),
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=200)
@given(lines=LINES, ends_with_line_feed=st.booleans(), cuts=st.sets(st.integers(1, 400), max_size=6))
def test_the_ranges_of_a_file_read_as_the_whole(tmp_path_factory, lines, ends_with_line_feed, cuts) -> None:
    content = b"\n".join(lines) + (b"\n" if ends_with_line_feed else b"")
    path = tmp_path_factory.mktemp("split") / "a.jsonl"
    path.write_bytes(content)
    options = ReaderSettings(max_record_bytes=64)
    whole = list(jsonl.read(Piece(str(path), 0, None, len(content)), settings=options))
    bounds = [0, *sorted(cut for cut in cuts if cut < len(content)), len(content)]
    ends = [*bounds[1:-1], None]
    parts = [
        outcome
        for start, end in zip(bounds, ends, strict=False)
        for outcome in jsonl.read(Piece(str(path), start, end, 0), settings=options)
    ]
    assert parts == whole


def test_planned_ranges_cover_a_file_once(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(json.dumps({"id": n, "text": f"글 {n} " * (n % 7)}).encode() + b"\n" for n in range(3000)))
    whole = read(path)
    for target_bytes in (1, 50, 997, 20_000, 10**9):
        if target_bytes == 1:
            target_bytes = path.stat().st_size // 300
        pieces = find_pieces([str(path)], format="jsonl", target_bytes=target_bytes)
        assert sum(piece.size for piece in pieces) == path.stat().st_size
        outcomes = [outcome for piece in pieces for outcome in jsonl.read(piece, settings=ReaderSettings())]
        assert outcomes == whole


def test_offsets_do_not_depend_on_compression(tmp_path: Path) -> None:
    content = '{"text": "가"}\n\n{"text": "나"}\n'.encode()
    (tmp_path / "a.jsonl").write_bytes(content)
    (tmp_path / "a.jsonl.zst").write_bytes(zstandard.compress(content[:9]) + zstandard.compress(content[9:]))
    assert [record.ordinal for record in read(tmp_path / "a.jsonl")] == [0, 17]
    assert read(tmp_path / "a.jsonl.zst") == read(tmp_path / "a.jsonl")


@pytest.mark.parametrize("suffix", ["", ".zst"])
def test_a_line_of_200_mb_is_passed_over_in_flat_memory(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.jsonl{suffix}"
    opener = zstandard.open(path, "wb") if suffix else path.open("wb")
    with opener as file:
        file.write(b'{"text": "before"}\n{"text": "')
        for _ in range(200):
            file.write(b"a" * 1_000_000)
        file.write(b'"}\n{"text": "after"}\n')
    tracemalloc.start()
    outcomes = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [outcome.text for outcome in outcomes if isinstance(outcome, Record)] == ["before", "after"]
    bad = next(outcome for outcome in outcomes if isinstance(outcome, Rejected))
    assert (bad.failure.rule, bad.ordinal, bad.raw_bytes) == ("record_too_large", 19, 200_000_012)
    assert peak < 64_000_000


def test_lines_of_exactly_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"aaaa\nbbbbb\ncccc")
    assert list(read_lines(Piece(str(path)), max_bytes=4)) == [
        Line(0, b"aaaa"),
        OversizeLine(5, 5),
        UnfinishedLine(11, b"cccc"),
    ]
    assert list(read_lines(Piece(str(path)), max_bytes=5))[1] == Line(5, b"bbbbb")


def test_an_unfinished_line_past_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "a"}\n{"text": "' + b"b" * 100)
    assert [getattr(o, "text", None) or o.failure.rule for o in read(path, max_record_bytes=50)] == ["a", "record_too_large"]


GOOD = [json.dumps({"id": f"a{n}", "text": f"글 {n}"}, ensure_ascii=False).encode() for n in range(300)]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (b"", None),
        (b" \t\r", None),
        (b'{"id": "x", "text": "\xea\xb8\x80"}\r', ""),
        (b' {"id": "x", "text": "\xea\xb8\x80"} ', ""),
        (b'{"id": 18446744073709551617, "text": "\xea\xb8\x80"}', ""),
        (b'{"id": "x", "text": "a", "text": "\\ud55c"}', ""),
        (b'{"id": "x", "text": "a"} {"id": "y", "text": "b"}', "invalid_json"),
        (b'{"id": "x", "text": "a"},', "invalid_json"),
        (b'{"id": "x", "text": NaN}', "invalid_json"),
        (b'"text"', "not_an_object"),
        (b"[" * 100_000, "invalid_json"),
        (b'{"id": "x", "text": "\xb1\xdb"}', "invalid_utf8"),
        (b'{"id": "x", "text": "\\ud800"}', "lone_surrogate"),
        (b'{"id": "x"}', "missing_text"),
        (b'{"id": "x", "text": null}', "null_text"),
        (b'{"id": "x", "text": 1}', "text_not_a_string"),
        (b'{"id": "x", "text": " \xe3\x80\x80"}', "empty_text"),
        (b'{"id": true, "text": "a"}', "invalid_id"),
    ],
)
@pytest.mark.parametrize("place", [0, 150, 300])
def test_one_line_among_good_ones_is_read_as_it_is_alone(tmp_path: Path, line: bytes, rule: str | None, place: int) -> None:
    together, alone = tmp_path / "together.jsonl", tmp_path / "alone.jsonl"
    together.write_bytes(b"\n".join([*GOOD[:place], line, *GOOD[place:]]) + b"\n")
    alone.write_bytes(line + b"\n")
    good = [Record(f"글 {n}", 0, f"a{n}", raw_bytes=len(GOOD[n])) for n in range(300)]
    found = [(item.raw_bytes, getattr(item, "text", None)) for item in read(alone)]
    assert [getattr(item, "failure", None) and item.failure.rule for item in read(alone)] == (
        [] if rule is None else [rule or None]
    )
    items = read(together)
    expected = [(record.raw_bytes, record.text) for record in good]
    assert [(item.raw_bytes, getattr(item, "text", None)) for item in items] == [*expected[:place], *found, *expected[place:]]
    starts = [0]
    for content in [*GOOD[:place], line, *GOOD[place:]]:
        starts.append(starts[-1] + len(content) + 1)
    ordinals = starts[:-1] if found else [*starts[:place], *starts[place + 1 : -1]]
    assert [item.ordinal for item in items] == ordinals


def test_two_halves_of_a_line_make_no_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join([*GOOD[:5], b'{"id": "x"', b'"text": "b"}', b'{"id": 1},{"id": 2}', *GOOD[5:]]) + b"\n")
    items = read(path)
    assert [item.failure.rule for item in items if isinstance(item, Rejected)] == ["invalid_json"] * 3
    assert sum(isinstance(item, Record) for item in items) == len(GOOD)


def test_good_lines_are_read_together(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join([*GOOD, b"{", *GOOD]) + b"\n")
    items = list(jsonl.read_columns(Piece(str(path), 0, None, 0), settings=ReaderSettings()))
    assert sum(len(item) for item in items if isinstance(item, Records)) > 500
    assert len(items) < 100
