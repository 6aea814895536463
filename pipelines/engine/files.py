"""Files on any fsspec path: written under a temporary name, hashed as they are written, moved to their final name.

A file under its final name is complete: a run that is killed leaves only temporary files, which the next run removes.
On a local disk the move is ``rename``; on an object store an object appears whole when its upload is closed.
"""

import hashlib
import json
import os
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

import fsspec
from fsspec.implementations.local import LocalFileSystem

TEMPORARY_MARK = ".tmp-"


def filesystem(path: str) -> tuple[fsspec.AbstractFileSystem, str]:
    """The file system of an fsspec path, and the path as that file system names it."""
    return cast(tuple[fsspec.AbstractFileSystem, str], fsspec.core.url_to_fs(path))


def is_local(path: str) -> bool:
    return isinstance(filesystem(path)[0], LocalFileSystem)


def join(directory: str, *names: str) -> str:
    return "/".join([directory.rstrip("/"), *names])


def exists(path: str) -> bool:
    fs, name = filesystem(path)
    return bool(fs.exists(name))


def size(path: str) -> int | None:
    """Bytes of a file, or None where there is none."""
    fs, name = filesystem(path)
    try:
        return int(cast(int, fs.size(name)))
    except FileNotFoundError:
        return None


def listing(directory: str) -> list[str]:
    """Base names in a directory, sorted; empty where there is none."""
    fs, name = filesystem(directory)
    try:
        return sorted(os.path.basename(str(p).rstrip("/")) for p in fs.ls(name, detail=False, refresh=True))
    except (FileNotFoundError, NotADirectoryError):
        return []


def make_directory(path: str) -> None:
    fs, name = filesystem(path)
    fs.makedirs(name, exist_ok=True)


def absolute(path: str) -> str:
    """A local path from the root; a URL as it is."""
    return path if "://" in path else os.path.abspath(path)


def remove_tree(path: str) -> None:
    fs, name = filesystem(path)
    if fs.exists(name):
        fs.rm(name, recursive=True)


def remove_temporaries(directory: str) -> None:
    """Removes what a killed run left half-written in a directory."""
    for base in listing(directory):
        if TEMPORARY_MARK in base:
            fs, name = filesystem(join(directory, base))
            # Another process of the killed run may be on its way out and remove it first.
            try:
                fs.rm(name)
            except FileNotFoundError:
                continue


class HashingFile:
    """A binary file that hashes and counts what is written to it (append-only: Parquet and Arrow writers never seek)."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._sha256 = hashlib.sha256()
        self.num_bytes = 0
        self.closed = False

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        self._sha256.update(view)
        self.num_bytes += len(view)
        self._raw.write(view)
        return len(view)

    def tell(self) -> int:
        return self.num_bytes

    def flush(self) -> None:
        self._raw.flush()

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        self.closed = True

    def description(self) -> dict[str, Any]:
        return {"bytes": self.num_bytes, "sha256": self._sha256.hexdigest()}


@contextmanager
def writing(path: str) -> Generator[HashingFile]:
    """Writes ``path`` atomically: the file appears whole under its name, or not at all.

    Raises:
        OSError: the file that arrived is not as long as what was written.
    """
    fs, name = filesystem(path)
    local = isinstance(fs, LocalFileSystem)
    temporary = f"{name}{TEMPORARY_MARK}{os.getpid()}-{uuid.uuid4().hex[:8]}"
    fs.makedirs(name.rsplit("/", 1)[0], exist_ok=True)
    try:
        with cast(BinaryIO, open(temporary, "wb") if local else fs.open(temporary, "wb")) as raw:
            hashing = HashingFile(raw)
            yield hashing
            raw.flush()
            if local:
                os.fsync(raw.fileno())
        if local:
            os.replace(temporary, name)
        else:
            fs.mv(temporary, name)
    except BaseException:
        if fs.exists(temporary):
            fs.rm(temporary)
        raise
    if (arrived := size(path)) != hashing.num_bytes:
        raise OSError(f"{path}: {hashing.num_bytes} bytes were written and {arrived} arrived; is the disk full?")


def to_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def write_json(path: str, value: Any) -> None:
    with writing(path) as out:
        out.write(to_json(value))


def read_bytes(path: str) -> bytes:
    fs, name = filesystem(path)
    return cast(bytes, fs.cat_file(name))


def read_json(path: str) -> Any:
    """The JSON value of a file, or None where there is no such file.

    Raises:
        ValueError: the file is there and is not JSON.
    """
    try:
        data = read_bytes(path)
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        raise ValueError(f"{path} cannot be there, since a file stands where a directory should: name another one") from None
    try:
        return json.loads(data)
    except ValueError as error:
        raise ValueError(f"{path} is not JSON ({error}); delete it and run again") from error
