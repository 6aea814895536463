"""Find the files of a source and cut them into pieces of work.

Patterns (paths, globs, directories, on any fsspec file system) enter; pieces leave, sorted by path, the same for the same
files. A pattern is taken at its word: what it names is read even under another suffix, and must exist. A directory stands
for the files of the format inside it, at any depth; if it is named like a file and holds none (``x.jsonl/``), it is handed to
the reader, which answers with a ledger row.
"""

import heapq
from collections.abc import Iterable
from typing import Any, Literal, cast

import fsspec

from pipelines.readers import html_tree, text_tree
from pipelines.readers.opening import MAGIC_BY_SUFFIX, FileError, compression_suffix, open_file
from pipelines.readers.parquet import open_parquet
from pipelines.readers.record import Piece

#: A format is the name of its reader module.
Format = Literal["jsonl", "parquet", "text_tree", "html_tree", "warc", "code_tree"]
_SUFFIXES: dict[str, tuple[str, ...]] = {
    "jsonl": (".jsonl", ".ndjson", ".jsonlines", ".json"),
    "parquet": (".parquet", ".pq"),
    "text_tree": text_tree.EXTENSIONS,
    "html_tree": html_tree.EXTENSIONS,
    "warc": (".warc", ".wet", ".arc"),
    "code_tree": (),
}
#: What version control keeps for itself.
_VERSION_CONTROL = frozenset((".git", ".hg", ".svn", ".bzr", "CVS", "_darcs", ".jj"))
_GLOB_CHARACTERS = frozenset("*?[")


class NothingFoundError(ValueError):
    """A pattern that names no file."""

    def __init__(self, pattern: str, *, suffixes: Iterable[str]) -> None:
        wanted = " ".join(suffixes) or "any file"
        super().__init__(
            f"no input matches {pattern!r}: check the path (relative paths start at the recipe's root); "
            f"of a directory, only these are read: {wanted}"
        )
        self.pattern = pattern


def find_pieces(
    patterns: list[str],
    *,
    format: Format,  # noqa: A002 - the recipe's own word
    target_bytes: int,
    extensions: tuple[str, ...] = (),
) -> list[Piece]:
    """The pieces of all files that the patterns name, each file once, sorted by path and start.

    Plain .jsonl files larger than ``target_bytes`` are cut into byte ranges, Parquet files into ranges of row groups.
    ``extensions`` replaces the format's own in directories. :class:`NothingFoundError` names a pattern without files.
    """
    if format not in _SUFFIXES:
        raise ValueError(f"unknown format {format!r}: it is one of {', '.join(_SUFFIXES)}")
    if target_bytes <= 0:
        raise ValueError(f"target_bytes is {target_bytes}: it has to be more than 0")
    suffixes = tuple(extension.lower() for extension in extensions) or _SUFFIXES[format]
    size_by_path: dict[str, int] = {}
    for pattern in patterns:
        found = dict(_files_of(pattern, suffixes=suffixes, is_tree=format.endswith("_tree")))
        if not found:
            raise NothingFoundError(pattern, suffixes=suffixes)
        size_by_path.update(found)
    pieces: list[Piece] = []
    for path, size in sorted(size_by_path.items()):
        pieces.extend(_cut(path, size, reader=format, target_bytes=target_bytes))
    return pieces


def _files_of(pattern: str, *, suffixes: tuple[str, ...], is_tree: bool) -> Iterable[tuple[str, int]]:
    """Path and size of every file that one pattern names."""
    # fsspec's calls are untyped.
    file_system, inner = cast(Any, fsspec).url_to_fs(pattern)
    named: dict[str, dict[str, Any]]
    if _GLOB_CHARACTERS & set(inner) and not file_system.exists(inner):
        named = file_system.glob(inner, detail=True)
    else:
        try:
            named = {inner: file_system.info(inner)}
        except (FileNotFoundError, NotADirectoryError):
            named = {}
    for path, info in named.items():
        if not _is_directory(file_system, path, info):
            yield _full_path(file_system, pattern, path), info.get("size") or 0
            continue
        inside = list(_files_in(file_system, path, suffixes=suffixes, is_tree=is_tree))
        for inner_path, size in inside:
            yield _full_path(file_system, pattern, inner_path), size
        if not inside and suffixes and _has_suffix(path, suffixes):
            yield _full_path(file_system, pattern, path), 0


def _is_directory(file_system: Any, path: str, info: dict[str, Any]) -> bool:
    """Whether a listing's entry is a directory, also behind a link (which fsspec lists as ``other``)."""
    return info["type"] == "directory" or (info["type"] == "other" and file_system.isdir(path))


def _full_path(file_system: Any, pattern: str, path: str) -> str:
    """The path with its protocol, except for local files, which have none in error messages and ids."""
    return cast(str, file_system.unstrip_protocol(path)) if "://" in pattern and not pattern.startswith("file:") else path


def _files_in(file_system: Any, directory: str, *, suffixes: tuple[str, ...], is_tree: bool) -> Iterable[tuple[str, int]]:
    """The format's files at any depth; links to directories are not followed, and hidden data files are passed over.

    A directory that is named like a file and holds none stands for itself, last.
    """
    waiting = [directory]
    named_like_files: list[str] = []
    found: list[str] = []
    while waiting:
        for info in file_system.ls(heapq.heappop(waiting), detail=True):
            path = cast(str, info["name"])
            name = path.rstrip("/").rpartition("/")[2]
            if info["type"] == "directory":
                if name not in _VERSION_CONTROL:
                    heapq.heappush(waiting, path)
                    if suffixes and _has_suffix(path, suffixes):
                        named_like_files.append(path.rstrip("/"))
            elif _is_directory(file_system, path, info):
                continue
            elif (is_tree or not name.startswith((".", "_"))) and (not suffixes or _has_suffix(path, suffixes)):
                if named_like_files:
                    found.append(path)
                yield path, info.get("size") or 0
    for path in named_like_files:
        if not any(inside.startswith(path + "/") for inside in found):
            yield path, 0


def _has_suffix(path: str, suffixes: tuple[str, ...]) -> bool:
    path = path.rstrip("/").lower()
    return path.removesuffix(compression_suffix(path)).endswith(suffixes)


def _cut(path: str, size: int, *, reader: Format, target_bytes: int) -> list[Piece]:
    """The pieces of one file; a file that turns out to be at fault is one piece, and its reader says why."""
    if size > target_bytes:
        try:
            if reader == "jsonl" and not compression_suffix(path) and _can_be_split(path):
                return _byte_ranges(path, size, target_bytes=target_bytes)
            if reader == "parquet":
                return _row_group_ranges(path, size, target_bytes=target_bytes)
        except FileError:
            # The reader finds the same and makes a ledger row of it.
            return [Piece(path, 0, None, size)]
    return [Piece(path, 0, None, size)]


def _can_be_split(path: str) -> bool:
    """Whether a file named as plain JSONL begins like one: not like a compressed file, nor like UTF-16."""
    with open_file(path) as handle:
        head = handle.read(8)
    return not head.startswith((*MAGIC_BY_SUFFIX.values(), b"\xff\xfe", b"\xfe\xff"))


def _byte_ranges(path: str, size: int, *, target_bytes: int) -> list[Piece]:
    num_ranges = -(-size // target_bytes)
    bounds = [size * index // num_ranges for index in range(num_ranges + 1)]
    # The last range has no end, so that lines that are appended after planning are not lost between two pieces.
    ends: list[int | None] = [*bounds[1:-1], None]
    return [Piece(path, start, end, stop - start) for start, end, stop in zip(bounds[:-1], ends, bounds[1:], strict=True)]


def _row_group_ranges(path: str, size: int, *, target_bytes: int) -> list[Piece]:
    with open_file(path) as handle:
        metadata: Any = open_parquet(path, handle, size=size).metadata
    pieces: list[Piece] = []
    start = num_bytes = 0
    for group in range(metadata.num_row_groups):
        columns = metadata.row_group(group)
        num_bytes += sum(columns.column(index).total_compressed_size for index in range(columns.num_columns))
        if num_bytes >= target_bytes or group == metadata.num_row_groups - 1:
            pieces.append(Piece(path, start, group + 1, num_bytes))
            start, num_bytes = group + 1, 0
    return pieces or [Piece(path, 0, None, size)]
