"""Cut a WARC stream into records (ISO 28500:2017, WARC 1.1), going on behind what is damaged.

Blocks of uncompressed bytes enter; :class:`Frame` (header and block of one record), :class:`OversizeFrame` (passed over) and
:class:`BadFrame` (bytes that are no record, up to the next one) leave. FastWARC parses what is inside a record; it is not
used for this, since its iterator (2.0.1) ends without a word where a file is cut, and for good at the first bad header.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipelines.readers.opening import Damage, FileError

_MAX_HEADER_BYTES = 65536
_RECORD_START = re.compile(rb"WARC/[01]\.\d+\r*\n")
_HEADER_END = re.compile(rb"\r*\n\r*\n")
_CONTENT_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*(\d{1,15})[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_RECORD_ID = re.compile(rb"^warc-record-id[ \t]*:[ \t]*([^\s]+)", re.IGNORECASE | re.MULTILINE)
#: A record start is looked for in this many bytes at a time, of which the last few are kept for the next time.
_SEARCH_BYTES = 1 << 20
_START_BYTES = 16


class Frame(NamedTuple):
    """One record as it is in the file."""

    offset: int
    header: bytes
    block: bytes


class OversizeFrame(NamedTuple):
    """One record whose block is larger than is allowed."""

    offset: int
    header: bytes
    num_bytes: int


class BadFrame(NamedTuple):
    """Bytes that are no record, or a record that does not end where it says."""

    offset: int
    num_bytes: int
    reason: str
    record_id: str | None


class _Window:
    """The bytes from ``offset`` of the stream on, of which as many are held as are asked for."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self.held = bytearray()
        self.offset = 0
        #: Why the stream ends here: told when all that came before has been given.
        self.error: FileError | None = None

    def fill(self, num_bytes: int) -> bool:
        """Hold at least ``num_bytes``; ``False`` if the stream ends before."""
        while len(self.held) < num_bytes and self.error is None:
            try:
                block = next(self._blocks, None)
            except FileError as error:
                self.error = error
                return False
            if block is None:
                return False
            self.held += block
        return len(self.held) >= num_bytes

    def take(self, num_bytes: int) -> bytes:
        """Up to ``num_bytes``, which leave the window."""
        self.fill(num_bytes)
        taken = bytes(self.held[:num_bytes])
        self.drop(len(taken))
        return taken

    def drop(self, num_bytes: int) -> None:
        del self.held[:num_bytes]
        self.offset += num_bytes

    def skip(self, num_bytes: int) -> int:
        """Pass over up to ``num_bytes`` without holding them; how many there were."""
        start = self.offset
        while self.offset - start < num_bytes and self.fill(1):
            self.drop(min(len(self.held), num_bytes - (self.offset - start)))
        return self.offset - start

    def untake(self, taken: bytes) -> None:
        """Put back what has just been taken."""
        self.held[:0] = taken
        self.offset -= len(taken)


def read_frames(
    blocks: Iterator[bytes], *, path: str, max_bytes: int, damages: Sequence[Damage] = ()
) -> Iterator[Frame | OversizeFrame | BadFrame]:
    """The records of the stream; :class:`FileError` with the offset of the record in which the file ends or is damaged.

    ``damages`` grows while ``blocks`` passes over damaged parts: what is known to lie in one becomes no record.
    """
    window = _Window(blocks)
    while True:
        while window.fill(1) and window.held[0] in b"\r\n":
            window.drop(len(window.held) - len(window.held.lstrip(b"\r\n")))
        if not window.held:
            break
        yield _next_frame(window, path=path, max_bytes=max_bytes, damages=damages)
    if window.error is not None:
        raise FileError(window.error.rule, window.error.detail, offset=window.offset) from window.error


def _next_frame(window: _Window, *, path: str, max_bytes: int, damages: Sequence[Damage]) -> Frame | OversizeFrame | BadFrame:
    """The record at the window's start, or what stands in its place."""
    offset = window.offset
    window.fill(_START_BYTES)
    if not _RECORD_START.match(window.held):
        return BadFrame(offset, _skip_to_record(window), "no WARC record starts here", None)
    header_end = _find_header_end(window)
    if header_end is None:
        if len(window.held) < _MAX_HEADER_BYTES:
            raise _cut_off(window, path, offset)
        return BadFrame(offset, _skip_to_record(window), f"a header of more than {_MAX_HEADER_BYTES} bytes", None)
    header = bytes(window.held[:header_end])
    length = _CONTENT_LENGTH.search(header)
    if length is None:
        return BadFrame(offset, _skip_to_record(window), "its header has no valid Content-Length", record_id_of(header))
    window.drop(header_end)
    num_bytes = int(length[1])
    if num_bytes > max_bytes:
        if window.skip(num_bytes) < num_bytes:
            raise _cut_off(window, path, offset)
        return OversizeFrame(offset, header, num_bytes)
    block = window.take(num_bytes)
    is_whole = len(block) == num_bytes and _is_followed_by_record(window)
    damage = next((one for one in damages if one.start < window.offset and one.end > offset), None)
    if damage is not None:
        window.untake((header + block)[max(damage.end - offset, 0) :])
        reason = f"it lies in damaged data ({damage.error.detail})"
        return BadFrame(offset, window.offset - offset, reason, record_id_of(header))
    inner = None if is_whole else _RECORD_START.search(block)
    if inner is not None:
        window.untake(block[inner.start() :])
        reason = f"another record starts inside it: it is shorter than its Content-Length of {num_bytes}"
        return BadFrame(offset, window.offset - offset, reason, record_id_of(header))
    if len(block) < num_bytes:
        raise _cut_off(window, path, offset)
    # The record itself is whole; what follows it is told next.
    return Frame(offset, header, block)


def record_id_of(header: bytes) -> str | None:
    """The WARC-Record-ID as it is written."""
    found = _RECORD_ID.search(header)
    return found[1].decode("latin-1") if found else None


def _find_header_end(window: _Window) -> int | None:
    """Where the block starts: after the first empty line."""
    num_bytes = 4096
    while num_bytes <= _MAX_HEADER_BYTES:
        window.fill(num_bytes)
        found = _HEADER_END.search(window.held, 0, _MAX_HEADER_BYTES)
        if found is not None:
            return found.end()
        if len(window.held) < num_bytes:
            return None
        num_bytes *= 2
    return None


def _is_followed_by_record(window: _Window) -> bool:
    """Whether only line ends stand before the next record or the end of the file."""
    window.fill(2 * _START_BYTES)
    following = bytes(window.held[: 2 * _START_BYTES]).lstrip(b"\r\n")
    return not following or _RECORD_START.match(following) is not None


def _skip_to_record(window: _Window) -> int:
    """Pass over at least one byte, up to the next record start or the end; how many bytes."""
    start = window.offset
    window.drop(1)
    while window.fill(_START_BYTES) or window.held:
        found = _RECORD_START.search(window.held, 0, _SEARCH_BYTES)
        if found is not None:
            window.drop(found.start())
            break
        if not window.fill(len(window.held) + 1 if len(window.held) < _SEARCH_BYTES else 0):
            window.drop(len(window.held))
            break
        if len(window.held) >= _SEARCH_BYTES:
            window.drop(_SEARCH_BYTES - _START_BYTES)
    return window.offset - start


def _cut_off(window: _Window, path: str, offset: int) -> FileError:
    if window.error is not None:
        return FileError(window.error.rule, window.error.detail, offset=offset)
    detail = f"{path} ends inside the record at byte {offset}: fetch it again"
    return FileError("truncated_file", detail, offset=offset)
