"""The shards of a run, or of a shards directory that was copied without it, opened to be read.

Enters: a directory. Leaves: a :class:`ShardSet` that knows what ``shards.json`` says and reads tokens and lineage of one
shard at a time. A shard is named by its path without a suffix, ``4096/korean/part-00000``.
"""

import difflib
import hashlib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tokenizer.fim import Sentinels
from tokenizer.lineage import LineageError, places_of, read_lineage
from tokenizer.special_tokens import END_OF_TEXT, FIM_MIDDLE, FIM_PREFIX, FIM_SUFFIX, PAD

from .engine import files
from .takedown.tables import opened
from .token_bytes import TokenBytes

LINEAGE_SUFFIX = ".lineage.parquet"
BOUNDARIES_SUFFIX = ".boundaries"
_SUFFIXES = (LINEAGE_SUFFIX, ".boundaries.bin", ".boundaries.idx", ".bin", ".idx")
_SHOWN = 5


class Tokens:
    """The ids of an open ``.bin``, read by their places."""

    def __init__(self, raw: BinaryIO, dtype: "np.dtype[Any]") -> None:
        self._raw = raw
        self._dtype = dtype

    def read(self, place: int, length: int) -> NDArray[Any]:
        """``length`` ids from ``place`` on; fewer where the file ends."""
        self._raw.seek(place * self._dtype.itemsize)
        data = self._raw.read(length * self._dtype.itemsize)
        return np.frombuffer(data, self._dtype, count=len(data) // self._dtype.itemsize)


@dataclass(frozen=True)
class ShardSet:
    """``directory`` holds ``shards.json``; ``run`` is the run that it is part of, if it is there."""

    directory: str
    run: str | None
    summary: Mapping[str, Any]

    @cached_property
    def names(self) -> list[str]:
        """Every shard."""
        return sorted(n.removesuffix(LINEAGE_SUFFIX) for n in self.summary["files"] if n.endswith(LINEAGE_SUFFIX))

    @cached_property
    def dtype(self) -> "np.dtype[Any]":
        return np.dtype(self.summary["dtype"]).newbyteorder("<")

    @property
    def pad(self) -> int:
        return int(self.summary["special_tokens"][PAD])

    @property
    def end_of_text(self) -> int:
        return int(self.summary["special_tokens"][END_OF_TEXT])

    @property
    def sentinels(self) -> Sentinels:
        ids = self.summary["special_tokens"]
        # A given tokenizer may have none; then no use is of such a form.
        return Sentinels(*(int(ids.get(token, -1)) for token in (FIM_PREFIX, FIM_MIDDLE, FIM_SUFFIX)))

    def path(self, name: str, suffix: str) -> str:
        return files.join(self.directory, f"{name}{suffix}")

    def num_sequences(self, name: str) -> int:
        """How many sequences a shard has.

        Raises:
            ValueError: its tokens are not there.
        """
        path = self.path(name, ".bin")
        if (size := files.size(path)) is None:
            raise ValueError(f"{path} is missing: run `malmoi verify`, which tells what to do about it")
        return size // (self.dtype.itemsize * sequence_length(name))

    def lineage(self, name: str) -> pa.Table:
        """The pieces of a shard, in the order in which they stand.

        Raises:
            ValueError: the file is missing or damaged.
        """
        with _lineage_file(self.path(name, LINEAGE_SUFFIX)) as raw:
            return read_lineage(raw)

    def places_of(self, name: str, document_id: str) -> pa.Table:
        """The pieces of one document in a shard.

        Raises:
            ValueError: the file is missing or damaged.
        """
        with _lineage_file(self.path(name, LINEAGE_SUFFIX)) as raw:
            return places_of(raw, document_id)

    @contextmanager
    def tokens(self, name: str) -> Generator[Tokens]:
        """The ids of a shard."""
        with opened(self.path(name, ".bin")) as raw:
            yield Tokens(raw, self.dtype)

    def resolve(self, given: str) -> str:
        """The shard that is meant: by its name, with a suffix, or as a path.

        Raises:
            ValueError: there is none of that name.
        """
        name = given.replace("\\", "/").rstrip("/")
        for suffix in _SUFFIXES:
            if name.endswith(suffix):
                name = name.removesuffix(suffix)
                break
        if (short := "/".join(name.split("/")[-3:])) in self.names:
            return short
        near = difflib.get_close_matches(short, self.names, n=_SHOWN, cutoff=0.6) or self.names[:_SHOWN]
        more = f" and {len(self.names) - len(near):,} more" if len(self.names) > len(near) else ""
        raise ValueError(f"{self.directory} has no shard {given!r}; there are {', '.join(near)}{more}")

    def decoder(self, tokenizer: str | None = None) -> TokenBytes | None:
        """The tokenizer of these shards: the one given, or the run's, or one that lies beside; None where there is none.

        Raises:
            ValueError: the one given is not there, or it is another one.
        """
        beside = [files.join(directory, "tokenizer.json") for directory in (self.directory, files.join(self.directory, ".."))]
        within = [files.join(self.directory, "..", "tokenizer", "tokenizer.json"), *beside]
        path = tokenizer if tokenizer is not None else next((path for path in within if files.exists(path)), None)
        if path is None:
            return None
        try:
            data = files.read_bytes(path)
        except (FileNotFoundError, IsADirectoryError):
            raise ValueError(f"{path}: no such file; give the tokenizer.json of the run") from None
        expected, found = self.summary["tokenizer"]["sha256"], hashlib.sha256(data).hexdigest()
        if found != expected:
            raise ValueError(
                f"{path} is not the tokenizer of these shards: its SHA-256 is {found[:12]}…, theirs {expected[:12]}…; "
                "give the one they were made with by --tokenizer"
            )
        return TokenBytes(data)


@contextmanager
def _lineage_file(path: str) -> Generator[BinaryIO]:
    """A lineage file to read, whose damage is told with what to do."""
    remedy = "run `malmoi verify`, which tells what to do about it"
    try:
        with opened(path) as raw:
            yield raw
    except FileNotFoundError:
        raise ValueError(f"{path} is missing: {remedy}") from None
    except (pa.ArrowException, LineageError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ValueError(f"{path} is damaged ({' '.join(str(error).split())}): {remedy}") from error


def sequence_length(name: str) -> int:
    """Tokens of each sequence of a shard, which its path tells."""
    return int(name.split("/")[-3])


def segment_of(name: str) -> str:
    """The segment of a shard, which its path tells."""
    return name.split("/")[-2]


def open_shards(path: str) -> ShardSet:
    """The shards of a run, or of a copied shards directory.

    Raises:
        ValueError: there are none.
    """
    path = path.rstrip("/") or path
    fs, name = files.filesystem(path)
    if not fs.isdir(name):
        raise ValueError(f"{path}: no such directory; give the --out of a `malmoi build`, or its shards directory")
    for directory in (files.join(path, "shards"), path):
        summary = files.read_json(files.join(directory, "shards.json"))
        if summary is not None:
            return ShardSet(directory, _run_of(path, directory), _checked(summary, files.join(directory, "shards.json")))
    if files.exists(files.join(path, "resolved.json")):
        raise ValueError(f"{path} has no shards yet (no shards/shards.json): `malmoi build` on it goes on to them")
    raise ValueError(f"{path} is neither a run nor a shards directory (it has no shards.json)")


def _run_of(path: str, directory: str) -> str | None:
    """The run that a shards directory is part of."""
    run = path if directory != path else files.join(path, "..")
    return run if files.exists(files.join(run, "resolved.json")) else None


def _checked(summary: Any, path: str) -> Mapping[str, Any]:
    wanted = {"tokenizer", "special_tokens", "dtype", "sequence_lengths", "files"}
    if not isinstance(summary, dict) or not wanted <= set(summary):
        raise ValueError(f"{path} does not describe shards (of an older version?); run `malmoi build` again")
    return summary
