"""Copies some clusters of records out of files that cannot be read in part: compressed lines, web archives, Parquet.

What enters: a stratum, the size of a cluster, and the share to be taken. What leaves: small plain files of the same format and
almost the same path, one a cluster. Clusters are stretches of the uncompressed stream (a record belongs to the one in which it
starts), or rows. A stratum of up to :data:`LOOKED_THROUGH_BYTES` on disk is passed through as a whole, which costs unpacking
alone; of a larger one, windows of its files are (:mod:`pipelines.probe.windows`).
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mixing.repeats import unit_hash
from pipelines.readers.lines import BrokenOffError, Lines, OversizeLine, UnfinishedLine, read_line_blocks
from pipelines.readers.opening import FileError, compression_suffix, open_file, read_blocks
from pipelines.readers.parquet import open_parquet
from pipelines.readers.record import Piece
from pipelines.readers.warc_framing import Frame, read_frames

from .strata import Stratum
from .windows import WINDOW_BYTES, Window, inner_share, records_in, windows_of

LOOKED_THROUGH_BYTES = 256 << 20
#: Stretches of a window that are taken or left as a whole.
_INNER_BYTES = 16 << 10
_INNER_ROWS = 8
_RECORD_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Taken:
    """One cluster, copied."""

    pieces: tuple[Piece, ...]
    num_bytes: int


@dataclass(slots=True)
class Thinned:
    """What was taken of a stratum, what all of it is, and files that could not be read or not to their end."""

    taken: list[Taken] = field(default_factory=list[Taken])
    num_clusters: int = 0
    num_bytes: int = 0
    inner_share: float = 1.0
    unread: list[Piece] = field(default_factory=list[Piece])
    problems: tuple[tuple[str, str, str], ...] = ()


class Copy:
    """Writes the records of one cluster to a file, made when the first of them comes."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._parts: list[bytes] = []
        self.num_bytes = 0

    def add(self, data: bytes) -> None:
        self._parts.append(data)
        self.num_bytes += len(data)

    def close(self) -> Taken:
        if not self._parts:
            return Taken((), 0)
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        with open(self._path, "wb") as out:
            out.writelines(self._parts)
        return Taken((Piece(self._path, 0, None, self.num_bytes),), self.num_bytes)


def copy_path(root: str, path: str, *, prefix: str, number: int) -> str:
    """Where cluster ``number`` of ``path`` is copied to, under a path that tells as much as the old one."""
    inner = path.removeprefix(prefix).replace("://", "/").lstrip("/")
    stem, suffix = os.path.splitext(inner.removesuffix(compression_suffix(inner)))
    return f"{root}/{stem}.{number:06d}{suffix}"


class Selection:
    """Which clusters of a file are taken: each by a hash of its place, with the same chance."""

    def __init__(self, path: str, *, prefix: str, seed: int, share: float) -> None:
        name = path.removeprefix(prefix).encode(errors="surrogateescape").decode(errors="backslashreplace")
        self._name = f"probe/{name}"
        self._seed = seed
        self._limit = int(share * (1 << 64))
        self._known = (-1, False)

    def __contains__(self, number: object) -> bool:
        assert isinstance(number, int)
        if self._known[0] != number:
            self._known = (number, unit_hash(f"{self._name}#{number}", seed=self._seed) < self._limit)
        return self._known[1]


def thin_stream(stratum: Stratum, *, root: str, prefix: str, seed: int, cluster_bytes: int, least_taken: int) -> Thinned:
    """Clusters of compressed lines, or of web archives."""
    share = max(stratum.share, least_taken * cluster_bytes / max(stratum.content_bytes, 1))
    if share >= 1.0:
        return _whole(stratum)
    if stratum.num_bytes > LOOKED_THROUGH_BYTES:
        return _thin_windows(stratum, root=root, prefix=prefix, seed=seed)
    result = Thinned()
    problems: list[tuple[str, str, str]] = []
    for piece in stratum.files:
        selection = Selection(piece.path, prefix=prefix, seed=seed, share=share)
        copies: dict[int, Copy] = {}
        last = -1
        is_warc = stratum.source.format == "warc"
        try:
            for offset, data in _records(piece, is_warc=is_warc, max_bytes=int(stratum.source.max_record_bytes)):
                number = offset // cluster_bytes
                last = max(last, number)
                result.num_bytes += len(data)
                if number in selection:
                    if number not in copies:
                        copies[number] = Copy(copy_path(root, piece.path, prefix=prefix, number=number))
                    copies[number].add(data)
        except FileError as error:
            if last < 0:
                result.unread.append(piece)
                continue
            problems.append((piece.path, error.rule, error.detail))
        result.num_clusters += last + 1
        result.taken += [copies[n].close() if n in copies else Taken((), 0) for n in range(last + 1) if n in selection]
    result.problems = tuple(problems)
    if result.num_clusters and not result.taken:
        return _whole(stratum)
    return result


def _whole(stratum: Stratum) -> Thinned:
    """All of a stratum, every file a cluster."""
    taken = [Taken((piece,), piece.size) for piece in stratum.files]
    return Thinned(taken, len(taken), stratum.num_bytes)


def _records(piece: Piece, *, is_warc: bool, max_bytes: int) -> Iterator[tuple[int, bytes]]:
    """The place and the bytes of every record of a stream."""
    if is_warc:
        for frame in read_frames(read_blocks(piece.path), path=piece.path, max_bytes=max_bytes):
            if isinstance(frame, Frame):
                yield frame.offset, frame.header + frame.block + _RECORD_END
        return
    try:
        for item in read_line_blocks(piece, max_bytes=max_bytes):
            if isinstance(item, Lines):
                for line in item.lines():
                    yield line.offset, line.content + b"\n"
            elif isinstance(item, UnfinishedLine):
                yield item.offset, item.content
            else:
                assert isinstance(item, OversizeLine)
                yield item.offset, b""
    except BrokenOffError as error:
        raise FileError(error.rule, error.detail, offset=error.offset) from error


def thin_rows(stratum: Stratum, *, root: str, prefix: str, seed: int, cluster_bytes: int, least_taken: int) -> Thinned:
    """Clusters of rows of Parquet files."""
    result = Thinned()
    share = max(stratum.share, least_taken * cluster_bytes / max(stratum.content_bytes, 1))
    if share >= 1.0:
        return _whole(stratum)
    if stratum.num_bytes > LOOKED_THROUGH_BYTES:
        return _thin_windows(stratum, root=root, prefix=prefix, seed=seed)
    for piece in stratum.files:
        selection = Selection(piece.path, prefix=prefix, seed=seed, share=share)
        try:
            with open_file(piece.path) as handle:
                file = open_parquet(piece.path, handle, size=piece.size)
                result.taken += _rows(file, piece, result, selection, root=root, prefix=prefix, cluster_bytes=cluster_bytes)
        except FileError:
            result.unread.append(piece)
    return result if result.taken or not result.num_clusters else _whole(stratum)


def _thin_windows(stratum: Stratum, *, root: str, prefix: str, seed: int) -> Thinned:
    """Windows of a large stratum, each one cluster, of which a share of the records is read."""
    windows, num_windows = windows_of(stratum, seed=seed)
    share = inner_share(stratum, windows)
    result = Thinned(num_clusters=num_windows, num_bytes=stratum.num_bytes, inner_share=share)
    problems: list[tuple[str, str, str]] = []
    for window in windows:
        path = window.piece.path
        selection = Selection(f"{path}@{window.start}", prefix=prefix, seed=seed, share=share)
        target = copy_path(root, path, prefix=prefix, number=window.start // WINDOW_BYTES)
        pieces: tuple[Piece, ...] = ()
        try:
            if stratum.kind == "rows":
                pieces = _window_rows(window, selection, target)
            else:
                copy = Copy(target)
                is_warc = stratum.source.format == "warc"
                for offset, data in records_in(window, is_warc=is_warc, max_bytes=int(stratum.source.max_record_bytes)):
                    if offset // _INNER_BYTES in selection:
                        copy.add(data)
                pieces = copy.close().pieces
        except FileError as error:
            problems.append((path, error.rule, error.detail))
        result.taken.append(Taken(pieces, window.end - window.start))
    result.problems = tuple(problems)
    return result


def _window_rows(window: Window, selection: Selection, target: str) -> tuple[Piece, ...]:
    """A share of the rows that lie in a window of a Parquet file, by their part of its rows."""
    with open_file(window.piece.path) as handle:
        file = open_parquet(window.piece.path, handle, size=window.piece.size)
        metadata: Any = file.metadata
        start, end = (metadata.num_rows * place // max(window.piece.size, 1) for place in (window.start, window.end))
        tables: list[Any] = []
        first = 0
        for group in range(metadata.num_row_groups):
            stop = first + metadata.row_group(group).num_rows
            if first < end and stop > start:
                table = file.read_row_group(group, use_threads=False)
                places = [row for row in range(max(start, first), min(end, stop)) if row // _INNER_ROWS in selection]
                tables.append(table.take([row - first for row in places]))
            first = stop
        if not any(table.num_rows for table in tables):
            return ()
        os.makedirs(os.path.dirname(target), exist_ok=True)
        pq.write_table(pa.concat_tables(tables), target)
    return (Piece(target, 0, None, os.path.getsize(target)),)


def _rows(
    file: pq.ParquetFile, piece: Piece, result: Thinned, selection: Selection, *, root: str, prefix: str, cluster_bytes: int
) -> list[Taken]:
    metadata: Any = file.metadata
    num_rows = metadata.num_rows
    total = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    rows_each = max(1, cluster_bytes * num_rows // max(total, 1))
    num_clusters = -(-num_rows // rows_each)
    result.num_clusters += num_clusters
    result.num_bytes += num_rows
    wanted = [number for number in range(num_clusters) if number in selection]
    taken: list[Taken] = []
    first = 0
    groups: Sequence[int] = range(metadata.num_row_groups)
    for group in groups:
        end = first + metadata.row_group(group).num_rows
        own = [number for number in wanted if number * rows_each < end and (number + 1) * rows_each > first]
        if own:
            table = file.read_row_group(group, use_threads=False)
            for number in own:
                start, stop = max(number * rows_each, first), min((number + 1) * rows_each, end)
                path = copy_path(root, piece.path, prefix=prefix, number=number * 1000 + group % 1000)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                pq.write_table(table.slice(start - first, stop - start), path)
                taken.append(Taken((Piece(path, 0, None, os.path.getsize(path)),), stop - start))
        first = end
    return taken
