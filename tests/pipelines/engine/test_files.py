"""Files: whole or not at all, hashed as they are written; on a disk and on another fsspec file system."""

import hashlib
from pathlib import Path

import pytest

from pipelines.engine import files


@pytest.fixture(params=["disk", "memory"])
def directory(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path) if request.param == "disk" else f"memory://{tmp_path}"


def _fail_after_half(out: files.HashingFile) -> None:
    out.write(b"half")
    raise KeyError


def test_a_file_arrives_whole_with_its_hash(directory: str) -> None:
    path = files.join(directory, "a", "b.txt")
    with files.writing(path) as out:
        out.write("한글".encode())
        out.write(b"!")
        assert not files.exists(path)
    assert files.read_bytes(path) == "한글!".encode()
    assert out.description() == {"bytes": 7, "sha256": hashlib.sha256("한글!".encode()).hexdigest()}
    assert files.listing(files.join(directory, "a")) == ["b.txt"]


def test_an_error_leaves_nothing(directory: str) -> None:
    path = files.join(directory, "a", "b.txt")
    with pytest.raises(KeyError), files.writing(path) as out:
        _fail_after_half(out)
    assert files.listing(files.join(directory, "a")) == []


def test_an_old_file_stays_until_the_new_one_is_whole(directory: str) -> None:
    path = files.join(directory, "x.json")
    files.write_json(path, {"b": 1, "a": "가"})
    with pytest.raises(KeyError), files.writing(path) as out:
        _fail_after_half(out)
    assert files.read_json(path) == {"a": "가", "b": 1}


def test_what_is_not_there(directory: str) -> None:
    path = files.join(directory, "none")
    assert files.read_json(path) is None
    assert files.size(path) is None
    assert files.listing(path) == []
    files.remove_tree(path)
    files.remove_temporaries(path)


def test_broken_json_names_the_file(directory: str) -> None:
    path = files.join(directory, "x.json")
    with files.writing(path) as out:
        out.write(b"{")
    with pytest.raises(ValueError, match=r"x\.json is not JSON .*delete it and run again"):
        files.read_json(path)
