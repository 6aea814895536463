"""What users give to name documents: exact ids and hashes, and an error for everything else."""

from pathlib import Path

import pytest

from filters.content_hash import content_hash
from pipelines.takedown.request import RequestError, read_request


def write(directory: Path, data: str | bytes, name: str = "ids.txt") -> str:
    path = directory / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return str(path)


@pytest.mark.parametrize(
    ("data", "ids"),
    [
        ("a\nb\n", {"a", "b"}),
        ("a\r\n\r\n  b  ", {"a", "b"}),
        ("\ufeff첫째/글.html#3\n", {"첫째/글.html#3"}),
        ('{"id": "a"}\n{"id": 7, "why": "asked"}\n', {"a", "7"}),
        ("{not json}\n", {"{not json}"}),
        ("a b c\n", {"a b c"}),
        ("a\u2028b\n", {"a\u2028b"}),
        ("a\na\n", {"a"}),
    ],
)
def test_ids(tmp_path: Path, data: str, ids: set[str]) -> None:
    assert read_request(ids=write(tmp_path, data)).ids == ids


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "names no document"),
        ("\n \n", "names no document"),
        ('{"ID": "a"}', 'ids.txt:1: an object without "id"'),
        ('{"id": null}', "an object without"),
        ('{"id": true}', "an object without"),
        (bytes(range(256)), "not UTF-8"),
        (b"\x00\x01\x02", "zero byte"),
        ("x" * 20_000, "are no id"),
    ],
)
def test_no_ids(tmp_path: Path, data: str | bytes, message: str) -> None:
    with pytest.raises(RequestError, match=message) as error:
        read_request(ids=write(tmp_path, data))
    assert error.value.exit_code == 2


def test_a_million_ids(tmp_path: Path) -> None:
    assert len(read_request(ids=write(tmp_path, "".join(f"doc-{n}\n" for n in range(1_000_000)))).ids) == 1_000_000


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no such file"):
        read_request(ids=str(tmp_path / "none"))
    with pytest.raises(RequestError, match="cannot be read"):
        read_request(texts=[str(tmp_path)])
    with pytest.raises(RequestError, match="name the documents"):
        read_request()
    with pytest.raises(RequestError, match="every document"):
        read_request(uri_prefixes=[" "])


def test_texts(tmp_path: Path) -> None:
    text = "지워 달라는 글.\n둘째 줄."
    whole = read_request(texts=[write(tmp_path, text, "letter.txt")])
    lines = read_request(texts=[write(tmp_path, '{"text": "지워 달라는 글.\\n둘째 줄."}\n', "letters.jsonl")])
    assert content_hash(text) in whole.prose
    assert content_hash(text, code=True) in whole.code
    assert whole.prose == lines.prose
    # As ingest would have it: without what cannot be seen.
    assert content_hash(text) in read_request(texts=[write(tmp_path, f"\u200b{text}", "hidden.txt")]).prose


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [("", "a.txt", "is empty"), ('{"id": 1}', "a.jsonl", 'a.jsonl:1: no "text"'), ("x\n", "a.jsonl", 'no "text"')],
)
def test_no_texts(tmp_path: Path, data: str, name: str, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        read_request(texts=[write(tmp_path, data, name)])


def test_the_same_request_is_known_again(tmp_path: Path) -> None:
    first, second = (read_request(ids=write(tmp_path, data)) for data in ("a\nb\n", "b\na\na\n"))
    assert first.digest == second.digest
    assert first.digest != read_request(ids=write(tmp_path, "a\n")).digest
    assert first.digest != read_request(ids=write(tmp_path, "a\nb\n"), with_duplicates=True).digest
