"""Tombstones: written and read again, merged, and what they hold."""

from pathlib import Path

import pytest

from filters.content_hash import content_hash
from pipelines.tombstones import Tombstones, digests, id_hash, of_run, read_tombstones

_ONE = Tombstones(frozenset({id_hash("a")}), frozenset({content_hash("글")}), frozenset({content_hash("x = 1", code=True)}))


def test_the_file_tells_neither_ids_nor_texts_and_comes_back(tmp_path: Path) -> None:
    (tmp_path / "tombstones").write_bytes(_ONE.to_bytes())
    lines = (tmp_path / "tombstones").read_text().splitlines()
    assert lines == sorted(lines)
    assert [line.split()[0] for line in lines] == ["code", "id", "prose"]
    assert read_tombstones(str(tmp_path / "tombstones")) == _ONE
    assert read_tombstones(str(tmp_path)) == _ONE  # a run directory


@pytest.mark.parametrize(
    ("identifier", "text", "code", "held"),
    [
        ("a", "anything", False, True),
        ("b", "글", False, True),
        ("b", " 글\n", False, True),  # white space is no difference in prose
        ("b", "글", True, False),
        ("b", "x = 1", True, True),
        ("b", "x = 1", False, False),
        ("A", "다른 글", False, False),
    ],
)
def test_held(identifier: str, text: str, code: bool, held: bool) -> None:
    assert _ONE.hold(identifier, text, code=code) is held


def test_a_run_has_its_own_and_those_that_it_names(tmp_path: Path) -> None:
    run, other = tmp_path / "run", tmp_path / "other.txt"
    run.mkdir()
    other.write_bytes(Tombstones(frozenset({id_hash("b")})).to_bytes())
    assert of_run(str(run), []) == Tombstones()
    (run / "tombstones").write_bytes(_ONE.to_bytes())
    assert of_run(str(run), [str(other)]).ids == {id_hash("a"), id_hash("b")}
    # Its own do not count for the fingerprint: a takedown leaves nothing to be run again.
    assert digests(str(run), [str(run / "tombstones"), str(run)]) == []
    assert len(digests(str(run), [str(other)])) == 1


@pytest.mark.parametrize("data", [b"id abc\n", b"who 00\n", b"\xff\xfe", b"id " + b"g" * 32, b"id " + b"0" * 34])
def test_something_else(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "list"
    path.write_bytes(data)
    with pytest.raises(ValueError, match="is no tombstone"):
        read_tombstones(str(path))
    with pytest.raises(ValueError, match="there are no tombstones"):
        read_tombstones(str(tmp_path / "none"))
