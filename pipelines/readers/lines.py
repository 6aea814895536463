"""Cut a stream of bytes into lines with their offsets, in memory that one over-long line does not fill.

A piece enters; :class:`Line`, :class:`OversizeLine` (passed over, with its length) and, last, :class:`UnfinishedLine` (no
line end follows) leave. Offsets count uncompressed bytes from the start of the file, so they do not depend on the piece.
"""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from pipelines.readers.opening import BLOCK_BYTES, FileError, open_file, read_blocks
from pipelines.readers.record import Piece


class Line(NamedTuple):
    """A line without its line feed (a carriage return before it stays: JSON takes it for white space)."""

    offset: int
    content: bytes


class UnfinishedLine(NamedTuple):
    """The last line of a file, which no line feed ends."""

    offset: int
    content: bytes


class OversizeLine(NamedTuple):
    """A line of more bytes than are allowed."""

    offset: int
    num_bytes: int


class BrokenOffError(FileError):
    """A file problem that shows after some lines: ``rest`` is what had been read of the line in which it shows."""

    def __init__(self, problem: FileError, *, rest: UnfinishedLine | OversizeLine) -> None:
        super().__init__(problem.rule, problem.detail)
        self.rest = rest


def read_lines(piece: Piece, *, max_bytes: int) -> Iterator[Line | OversizeLine | UnfinishedLine]:
    """The lines that start in the piece; then :class:`BrokenOffError` if the file turns out to be at fault."""
    blocks = read_blocks(piece.path)
    offset = 0
    if piece.start > 0:
        blocks = _blocks_from(piece.path, start=piece.start - 1)
        try:
            skipped = _skip_to_line_start(blocks, offset=piece.start - 1, end=piece.end)
        except FileError as problem:
            raise BrokenOffError(problem, rest=UnfinishedLine(piece.start, b"")) from problem
        if skipped is None:
            return
        rest, offset = skipped
        blocks = chain([rest], blocks)
    yield from _lines_of(blocks, offset=offset, end=piece.end, max_bytes=max_bytes)


def _blocks_from(path: str, *, start: int) -> Iterator[bytes]:
    """The bytes of a plain file from ``start`` to its end."""
    with open_file(path) as handle:
        handle.seek(start)
        while block := handle.read(BLOCK_BYTES):
            yield block


def _skip_to_line_start(blocks: Iterator[bytes], *, offset: int, end: int | None) -> tuple[bytes, int] | None:
    """What follows the first line end, with its offset; ``None`` if no line starts before ``end``."""
    for block in blocks:
        position = block.find(b"\n")
        line_start = offset + (position + 1 if position >= 0 else len(block))
        if end is not None and line_start >= end:
            return None
        if position >= 0:
            return block[position + 1 :], line_start
        offset = line_start
    return None


def _lines_of(
    blocks: Iterator[bytes], *, offset: int, end: int | None, max_bytes: int
) -> Iterator[Line | OversizeLine | UnfinishedLine]:
    """The lines of ``blocks``, of which the first begins at ``offset``, up to the one that starts at or after ``end``."""
    limit = float("inf") if end is None else end
    open_line: list[bytes] = []
    num_open = 0
    try:
        for block in blocks:
            first, line_feed, rest = block.partition(b"\n")
            num_open += len(first)
            # Of a line that is too long only the length is kept.
            open_line = [*open_line, first] if num_open <= max_bytes else []
            if not line_feed:
                continue
            *whole_lines, last = rest.split(b"\n")
            for content in (b"".join(open_line) if num_open <= max_bytes else None, *whole_lines):
                if offset >= limit:
                    return
                num_bytes = num_open if content is None else len(content)
                yield (
                    Line(offset, content) if content is not None and num_bytes <= max_bytes else OversizeLine(offset, num_bytes)
                )
                offset += num_bytes + 1
            open_line, num_open = [last] if len(last) <= max_bytes else [], len(last)
            if offset >= limit:
                return
    except FileError as problem:
        raise BrokenOffError(problem, rest=_end_line(open_line, num_open, offset=offset, max_bytes=max_bytes)) from problem
    if num_open and offset < limit:
        yield _end_line(open_line, num_open, offset=offset, max_bytes=max_bytes)


def _end_line(parts: list[bytes], num_bytes: int, *, offset: int, max_bytes: int) -> UnfinishedLine | OversizeLine:
    return UnfinishedLine(offset, b"".join(parts)) if num_bytes <= max_bytes else OversizeLine(offset, num_bytes)
