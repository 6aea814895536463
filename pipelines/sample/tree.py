"""Writes the directory of one source, whole or not at all, and knows again one that is complete.

(Relative path, bytes) pairs enter; a directory under its final name and a ``Record`` of it leave. The record lies in
``DIR/.malmoi-sample``; a directory without one that matches is taken for unfinished and written anew.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.sample.shapes import Files

_RECORDS = ".malmoi-sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a complete directory holds: paths relative to the sample's directory, with their sizes, sorted."""

    path: str
    fingerprint: str
    files: Sequence[tuple[str, int]]
    content_sha256: str

    @property
    def num_bytes(self) -> int:
        return sum(num_bytes for _, num_bytes in self.files)


def complete_record(directory: Path, *, path: str, fingerprint: str) -> Record | None:
    """The record of ``path`` where it is complete under this fingerprint, with every file there in its size."""
    try:
        values = json.loads(_record_path(directory, path).read_text(encoding="utf-8"))
        record = Record(
            path=path,
            fingerprint=values["fingerprint"],
            files=tuple((str(name), int(num_bytes)) for name, num_bytes in values["files"]),
            content_sha256=values["content_sha256"],
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None  # none yet, or not one of ours: the directory is written anew
    if record.fingerprint != fingerprint:
        return None
    return record if all(_has_size(directory / name, size) for name, size in record.files) else None


def write_tree(directory: Path, *, path: str, fingerprint: str, files: Files) -> Record:
    """Writes ``directory/path`` under a temporary name, moves it there, and keeps its record."""
    records = directory / _RECORDS
    records.mkdir(parents=True, exist_ok=True)
    target = directory / path
    listing: list[tuple[str, int]] = []
    content = hashlib.sha256()
    with tempfile.TemporaryDirectory(dir=records, prefix="writing-") as folder:
        root = Path(folder) / "tree"
        for name, data in sorted(files):
            place = root / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
            listing.append((f"{path}/{name}", len(data)))
            content.update(f"{name}\0{hashlib.sha256(data).hexdigest()}\n".encode())
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        os.replace(root, target)
    record = Record(path=path, fingerprint=fingerprint, files=tuple(listing), content_sha256=content.hexdigest())
    write_atomically(_record_path(directory, path), json.dumps(asdict(record), ensure_ascii=False))
    return record


def remove_others(directory: Path, *, keep: frozenset[str]) -> None:
    """Removes what an earlier gathering wrote and this one does not have, such as a stand-in no longer needed."""
    for recorded in sorted((directory / _RECORDS).glob("*.json")):
        path = recorded.stem.replace("--", "/", 1)
        if path not in keep:
            shutil.rmtree(directory / path, ignore_errors=True)
            recorded.unlink(missing_ok=True)


def write_atomically(path: Path, text: str) -> None:
    """A reader sees the old file or the new one, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def _record_path(directory: Path, path: str) -> Path:
    return directory / _RECORDS / f"{path.replace('/', '--', 1)}.json"


def _has_size(path: Path, num_bytes: int) -> bool:
    try:
        return path.stat().st_size == num_bytes
    except OSError:
        return False
