"""Cut a stream of bytes into lines with their offsets, in memory that one over-long line does not fill.

A piece enters; :class:`Lines`, :class:`OversizeLine` (passed over, with its length) and, last, :class:`UnfinishedLine` (no
line end follows) leave; or the same line by line. Offsets count uncompressed bytes from the start of the file, so they do not
depend on the piece.
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


class Lines(NamedTuple):
    """Whole lines that follow one another, each but the last with its line feed."""

    offset: int
    content: bytes

    def lines(self) -> Iterator[Line]:
        """Each for itself."""
        offset = self.offset
        for content in self.content.split(b"\n"):
            yield Line(offset, content)
            offset += len(content) + 1


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
    for item in read_line_blocks(piece, max_bytes=max_bytes):
        if isinstance(item, Lines):
            yield from item.lines()
        else:
            yield item


def read_line_blocks(piece: Piece, *, max_bytes: int) -> Iterator[Lines | OversizeLine | UnfinishedLine]:
    """The same, whole lines as many together as a block of the file has."""
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
) -> Iterator[Lines | OversizeLine | UnfinishedLine]:
    """The lines of ``blocks``, of which the first begins at ``offset``, up to the one that starts at or after ``end``."""
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
            whole, line_feed, last = rest.rpartition(b"\n")
            lines = [b"".join(open_line)] if num_open <= max_bytes else []
            if not lines and (end is None or offset < end):
                yield OversizeLine(offset, num_open)
            offset += 0 if lines else num_open + 1
            content = b"\n".join([*lines, whole] if line_feed else lines)
            if lines or line_feed:
                yield from _bounded(Lines(offset, content), end=end, max_bytes=max_bytes)
                offset += len(content) + 1
            open_line, num_open = [last] if len(last) <= max_bytes else [], len(last)
            if end is not None and offset >= end:
                return
    except FileError as problem:
        raise BrokenOffError(problem, rest=_end_line(open_line, num_open, offset=offset, max_bytes=max_bytes)) from problem
    if num_open and (end is None or offset < end):
        yield _end_line(open_line, num_open, offset=offset, max_bytes=max_bytes)


def _bounded(lines: Lines, *, end: int | None, max_bytes: int) -> Iterator[Lines | OversizeLine]:
    """The lines that start before ``end``, and without those of more than ``max_bytes``."""
    offset, content = lines
    if end is not None:
        if offset >= end:
            return
        # The last of them ends at the first line feed from which on the next one would start at or after the end.
        cut = content.find(b"\n", end - offset - 1)
        content = content[:cut] if cut >= 0 else content
    if len(content) <= max_bytes:
        yield Lines(offset, content)
        return
    for line in Lines(offset, content).lines():
        num_bytes = len(line.content)
        yield Lines(line.offset, line.content) if num_bytes <= max_bytes else OversizeLine(line.offset, num_bytes)


def _end_line(parts: list[bytes], num_bytes: int, *, offset: int, max_bytes: int) -> UnfinishedLine | OversizeLine:
    return UnfinishedLine(offset, b"".join(parts)) if num_bytes <= max_bytes else OversizeLine(offset, num_bytes)
