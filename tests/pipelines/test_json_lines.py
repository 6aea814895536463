"""Lines of standard input: which are documents, and what is said of the others."""

import io
import json

import pytest

from pipelines.json_lines import Complaints, Entry, in_batches, read_entries, write_line

BROKEN = [
    (b'{"id": "a", "te\n', "a", "not JSON (Unterminated string starting at: line 1 column 13 (char 12))"),
    (b'{"id": "a", "text": "b"} x\n', "a", "not JSON (Extra data"),
    (b"[1, 2]\n", None, "a list, not an object"),
    (b'"a"\n', None, "a string, not an object"),
    (b"null\n", None, "null, not an object"),
    (b"\n", None, "the line is blank; remove it"),
    (b"  \n", None, "the line is blank; remove it"),
    (b'{"id": "a", "body": "b"}\n', "a", "the object has no 'text' (it has 'id', 'body'); rename the column"),
    (b"{}\n", None, "the object has no 'text' (it has nothing)"),
    (b'{"id": 7, "text": 5}\n', 7, "'text' is a number, not a string"),
    (b'{"id": 7, "text": null}\n', 7, "'text' is null, not a string"),
    (b'{"id": ["a"], "text": "b"}\n', None, "'id' is a list; an id is a string or a number"),
    (b'{"id": "a", "text": "b\\ud800c"}\n', "a", "'text' has U+D800, half of a surrogate pair, at character 1"),
    (b'{"id": "a", "text": "\xff"}\n', "a", "byte 21 of the line is not UTF-8"),
    ('{"id": "a", "text": "한글"}\n'.encode("cp949"), "a", "it reads as CP949: convert it with iconv"),
    (b"[" * 100_000 + b"\n", None, "not JSON: too deeply nested"),
]


@pytest.mark.parametrize(("line", "identifier", "problem"), BROKEN)
def test_broken_lines(line: bytes, identifier: object, problem: str) -> None:
    (entry,) = read_entries([line])
    assert (entry.number, entry.id, entry.text) == (1, identifier, "")
    assert problem in entry.problem


def test_documents() -> None:
    lines = [
        b'\xef\xbb\xbf{"id": "a", "text": "b", "uri": "u", "n": 1}\r\n',
        b'{"text": ""}',
        '{"id": 3, "text": "한글\\ud83d\\ude00"}'.encode(),
    ]
    assert [*read_entries(lines)] == [
        Entry(1, "a", "b", fields={"id": "a", "uri": "u"}),
        Entry(2, None, ""),
        Entry(3, 3, "한글😀"),
    ]


def test_columns_have_names() -> None:
    (entry,) = read_entries([b'{"key": "a", "body": "b"}'], text_column="body", id_column="key")
    assert (entry.id, entry.text, entry.problem) == ("a", "b", "")


def test_batches_end_by_rows_and_by_characters() -> None:
    entries = [Entry(n, None, "x" * (3_000_000 if n in (3, 4) else 1)) for n in range(1, 8)]
    assert [[entry.number for entry in batch] for batch in in_batches(entries, rows=3)] == [[1, 2, 3], [4, 5, 6], [7]]
    assert [len(batch) for batch in in_batches(entries)] == [4, 3]
    assert [*in_batches([])] == []


def test_what_utf8_cannot_carry_is_written_as_an_escape() -> None:
    out = io.StringIO()
    write_line(out, {"id": "\ud800", "text": "한글"})
    write_line(out, {"id": "한글"})
    assert out.getvalue() == '{"id": "\\ud800", "text": "\\ud55c\\uae00"}\n{"id": "한글"}\n'
    assert json.loads(out.getvalue().splitlines()[0])["text"] == "한글"


def test_only_the_first_bad_lines_are_told_one_by_one() -> None:
    out = io.StringIO()
    complaints = Complaints(out)
    for number in range(1, 1013):
        complaints.add(Entry(number, None, "", problem="no"))
    complaints.close()
    told = out.getvalue().splitlines()
    assert (len(told), told[0], told[-1]) == (11, "malmoi: line 1: no", "malmoi: … and 1,002 more lines that cannot be read")
