"""Clusters of a stratum too large to be passed through: windows of its files, and some of the records in each.

What enters: a stratum. What leaves: the records of windows of :data:`WINDOW_BYTES` on disk. They are found without reading what
lies before them where the format allows: Parquet says where its rows are, a plain web archive is searched for the next record,
a gzip, Zstandard or bzip2 file of many members (RFC 1952, section 2.2; RFC 8878, section 3; a web archive has one a record) for
the next member. Other compressed files are unpacked from their beginning, and there are fewer windows then.

A window's first and last records, which may reach over its ends, are left out: some in thousands.
"""

import bz2
import gzip
import lzma
import re
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import zstandard

from mixing.repeats import unit_hash
from pipelines.readers.opening import FileError, compression_suffix, open_file
from pipelines.readers.record import Piece
from pipelines.readers.warc_framing import Frame, read_frames

from .strata import Stratum, content_bytes

WINDOW_BYTES = 8 << 20
_WINDOWS = 48
_LEAST_WINDOWS = 8
#: What may be unpacked only to get to the windows.
_PASSED_BYTES = 4 << 30
_BLOCK_BYTES = 1 << 20
_SEARCHED_BYTES = 4 << 20
_CHECKED_BYTES = 1 << 16
#: How a member begins.
_MEMBER = {
    ".gz": re.compile(rb"\x1f\x8b\x08[\x00-\x1f]", re.DOTALL),
    ".zst": re.compile(rb"\x28\xb5\x2f\xfd", re.DOTALL),
    ".bz2": re.compile(rb"BZh[1-9]1AY&SY", re.DOTALL),
    "": re.compile(rb"(?<=\r\n\r\n)WARC/1\.", re.DOTALL),
}
_DAMAGED = (zlib.error, zstandard.ZstdError, lzma.LZMAError, EOFError, gzip.BadGzipFile)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a file on disk."""

    piece: Piece
    start: int
    end: int


def windows_of(stratum: Stratum, *, seed: int) -> tuple[list[Window], int]:
    """The windows to be read, and how many there are in all.

    They are drawn one by one with equal chances until there are enough, or so many that getting to them takes too long.
    """
    ends: list[int] = []
    for piece in stratum.files:
        ends.append((ends[-1] if ends else 0) + max(-(-piece.size // WINDOW_BYTES), 1))
    drawn: dict[int, Window] = {}
    passed = number = 0
    while len(drawn) < min(_WINDOWS, ends[-1]) and (passed < _PASSED_BYTES or len(drawn) < _LEAST_WINDOWS):
        place = unit_hash(f"probe/{stratum.source.name}/{stratum.kind}/{number}", seed=seed) * ends[-1] >> 64
        number += 1
        if place in drawn:
            continue
        file = bisect_right(ends, place)
        piece = stratum.files[file]
        start = (place - (ends[file - 1] if file else 0)) * WINDOW_BYTES
        drawn[place] = Window(piece, start, min(start + WINDOW_BYTES, piece.size))
        if stratum.kind == "stream" and start and _member_at(drawn[place]) is None:
            passed += start
    return [drawn[place] for place in sorted(drawn)], ends[-1]


def inner_share(stratum: Stratum, windows: Sequence[Window]) -> float:
    """The share of the windows' records that makes as many bytes as are wanted of the stratum."""
    there = sum(content_bytes(Piece(w.piece.path, 0, None, w.end - w.start)) for w in windows)
    return min(1.0, stratum.share * stratum.content_bytes / max(there, 1))


def records_in(window: Window, *, is_warc: bool, max_bytes: int) -> Iterator[tuple[int, bytes]]:
    """The place in the window and the bytes of each record."""
    start = _member_at(window) if window.start else 0
    blocks = _blocks(window, start=start)
    if is_warc:
        # A record that the end of the window cuts ends the frames.
        try:
            for frame in read_frames(blocks, path=window.piece.path, max_bytes=max_bytes):
                if isinstance(frame, Frame):
                    yield frame.offset, frame.header + frame.block + b"\r\n\r\n"
        except FileError:
            return
        return
    rest = b""
    offset = 0
    is_first = window.start > 0
    for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            if not is_first and len(line) <= max_bytes:
                yield offset, line + b"\n"
            is_first = False
            offset += len(line) + 1


def _member_at(window: Window) -> int | None:
    """Where the first member in a window begins, if one can be found."""
    suffix = compression_suffix(window.piece.path)
    pattern = _MEMBER.get(suffix)
    if pattern is None:
        return None
    with open_file(window.piece.path) as handle:
        handle.seek(window.start)
        data = handle.read(min(_SEARCHED_BYTES, window.end - window.start))
    for found in pattern.finditer(data):
        if _unpacks(data[found.start() : found.start() + _CHECKED_BYTES], suffix):
            return window.start + found.start()
    return None


def _unpacks(data: bytes, suffix: str) -> bool:
    makers: dict[str, Any] = {
        ".gz": lambda: zlib.decompressobj(31),
        ".zst": lambda: zstandard.ZstdDecompressor(max_window_size=1 << 31).decompressobj(),
        ".bz2": bz2.BZ2Decompressor,
    }
    if suffix not in makers:
        return True
    try:
        makers[suffix]().decompress(data)
    except (OSError, *_DAMAGED):
        return False
    return True


def _blocks(window: Window, *, start: int | None) -> Iterator[bytes]:
    """The uncompressed bytes of a window, from ``start`` on, or after all that lies before it."""
    with open_file(window.piece.path) as handle:
        handle.seek(start or 0)
        stream = _unpacked(handle, compression_suffix(window.piece.path))
        try:
            # A block belongs to the window in which its reading begins, so that windows do not overlap.
            while (place := handle.tell()) < window.end:
                block = stream.read(_BLOCK_BYTES)
                if not block:
                    return
                if start is not None or place >= window.start:
                    yield block
        except (OSError, *_DAMAGED) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            detail = f"{window.piece.path} is damaged near byte {handle.tell()} ({error}): fetch it again"
            raise FileError("corrupt_file", detail) from error


def _unpacked(handle: BinaryIO, suffix: str) -> BinaryIO:
    if suffix == ".gz":
        return cast(BinaryIO, gzip.GzipFile(fileobj=handle))
    if suffix == ".bz2":
        return cast(BinaryIO, bz2.BZ2File(handle))
    if suffix == ".xz":
        return cast(BinaryIO, lzma.LZMAFile(handle))
    if suffix == ".zst":
        return cast(
            BinaryIO, zstandard.ZstdDecompressor(max_window_size=1 << 31).stream_reader(handle, read_across_frames=True)
        )
    return handle
