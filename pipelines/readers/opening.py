"""Open a file on any fsspec path as a stream of uncompressed bytes.

A path enters; blocks of bytes leave, in order, with memory that does not grow with the file (RFC 1952 gzip with any
number of members, RFC 8878 Zstandard with any number of frames, bzip2, xz). What is wrong with a file is a
:class:`FileError` with a rule name: ``truncated_file`` (it ends inside a member: everything before the end has been
handed out), ``corrupt_file`` (it is not what it claims to be), ``file_not_found``, ``permission_denied``,
``is_a_directory``, ``not_a_file``. Any other error of the file system is not the file's fault (a network that is down) and
is left to rise, so that the job is tried again.
"""

import bz2
import errno
import lzma
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple, Protocol, cast

import fsspec
import zstandard

#: Read at a time from the file, and handed out at a time (unless the codec has no way to bound its output).
BLOCK_BYTES = 1 << 20
#: zstandard decompresses what it is given in full. A block is at most 128 KiB from as few as 4 bytes, so that 256 bytes cannot
#: make more than 8 MiB; measured, slices of this size cost a fifth over large ones (0.8 GB/s of output).
_ZSTD_SLICE_BYTES = 256

_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_XZ_MAGIC = b"\xfd7zXZ\x00"
_BZIP2_MAGIC = b"BZh"
#: Every suffix that is decompressed, with the bytes that such a file begins with.
MAGIC_BY_SUFFIX = {".gz": _GZIP_MAGIC, ".zst": _ZSTD_MAGIC, ".bz2": _BZIP2_MAGIC, ".xz": _XZ_MAGIC}


class FileError(Exception):
    """What is wrong with a file, as a ledger row says it; ``offset`` is where, in the uncompressed stream, if it is known."""

    def __init__(self, rule: str, detail: str, *, offset: int = 0) -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule = rule
        self.detail = detail
        self.offset = offset


class Damage(NamedTuple):
    """A compressed member that fails its checks: where its content lies in the uncompressed stream, and what is wrong."""

    start: int
    end: int
    error: FileError


class _Member(Protocol):
    """The decompressor of one member or frame: bz2's and lzma's interface, which the two adapters below give the others."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _GzipMember:
    """zlib's decompressor with the interface of bz2's; what comes before damage is handed out before the error rises."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)
        self._is_full = False
        self._error: zlib.error | None = None

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._is_full

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        if self._error is not None:
            raise self._error
        waiting = self._inner.unconsumed_tail + data
        before = self._inner.copy()
        try:
            block = self._inner.decompress(waiting, max(max_length, 0))
        except zlib.error as error:
            self._error, self._is_full = error, True
            return _bytes_before_damage(before, waiting)
        # A full block may leave output inside zlib although all of the input has been taken.
        self._is_full = len(block) == max_length or bool(self._inner.unconsumed_tail)
        return block


def _bytes_before_damage(decompressor: Any, data: bytes) -> bytes:
    """What zlib gives of ``data`` byte by byte until it fails; it gives nothing of a call that fails."""
    parts: list[bytes] = []
    try:
        for position in range(len(data)):
            parts.append(decompressor.decompress(data[position : position + 1]))
    except zlib.error:
        pass
    return b"".join(parts)


class _ZstdMember:
    """zstandard's decompressor of one frame, which takes a slice at a time so that its output is bounded."""

    def __init__(self) -> None:
        self._inner = zstandard.ZstdDecompressor(max_window_size=1 << 31).decompressobj(write_size=16384)
        self._pending = b""
        self._unused = b""
        self._error: zstandard.ZstdError | None = None

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._pending

    @property
    def unused_data(self) -> bytes:
        return self._unused

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        if self._error is not None:
            raise self._error
        waiting = memoryview(self._pending + data if self._pending else data)
        parts: list[bytes] = []
        num_bytes = position = 0
        while position < len(waiting) and not self._inner.eof and num_bytes < max_length:
            try:
                part = self._inner.decompress(waiting[position : position + _ZSTD_SLICE_BYTES])
            except zstandard.ZstdError as error:
                # As above: first what came before it.
                self._error, self._pending = error, bytes(waiting[position:])
                return b"".join(parts)
            position = min(position + _ZSTD_SLICE_BYTES, len(waiting))
            num_bytes += len(part)
            parts.append(part)
        rest = bytes(waiting[position:])
        if self._inner.eof:
            self._unused, self._pending = self._inner.unused_data + rest, b""
        else:
            self._pending = rest
        return b"".join(parts)


def _xz_member() -> _Member:
    return lzma.LZMADecompressor(format=lzma.FORMAT_XZ)


_MEMBER_BY_SUFFIX: dict[str, Callable[[], _Member]] = {
    ".gz": _GzipMember,
    ".zst": _ZstdMember,
    ".bz2": bz2.BZ2Decompressor,
    ".xz": _xz_member,
}


def compression_suffix(path: str) -> str:
    """The suffix of ``path`` by which it is decompressed, or ``""``."""
    return next((suffix for suffix in MAGIC_BY_SUFFIX if path.lower().endswith(suffix)), "")


@contextmanager
def open_file(path: str) -> Generator[BinaryIO]:
    """Open ``path`` for reading as it is on disk; the errors that are the file's own rise as :class:`FileError`."""
    try:
        # fsspec's calls are untyped. The kind is asked first: opening a named pipe would wait for ever.
        file_system, inner_path = cast(Any, fsspec).url_to_fs(path)
        kind = file_system.info(inner_path)["type"]
        if kind == "directory":
            raise FileError("is_a_directory", f"{path} is a directory: name the files in it, or take it out of the source")
        if kind == "other":
            raise FileError("not_a_file", f"{path} is a pipe, socket or device: copy what it gives to a file")
        handle = file_system.open(inner_path, "rb")
    except (FileNotFoundError, NotADirectoryError):
        detail = f"{path} was there when the run was planned and is gone (or is a broken link): restore it, or plan again"
        raise FileError("file_not_found", detail) from None
    except PermissionError:
        raise FileError("permission_denied", f"{path} may not be read by this user: change its permissions") from None
    except IsADirectoryError:
        raise FileError("is_a_directory", f"{path} is a directory: name the files in it") from None
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise FileError("file_not_found", f"{path} is a link that leads back to itself: remove it") from None
    with handle:
        yield cast(BinaryIO, handle)


def _check_magic(path: str, head: bytes, suffix: str) -> None:
    """A name that lies about compression is told here, before a decoder makes noise of it."""
    if suffix and head and not MAGIC_BY_SUFFIX[suffix].startswith(head[: len(MAGIC_BY_SUFFIX[suffix])]):
        skippable = suffix == ".zst" and head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5
        if not skippable:
            detail = f"{path} is named {suffix} and does not begin like one (its first bytes are {head[:4].hex(' ')}): "
            raise FileError("corrupt_file", detail + "rename it to what it is, or fetch it again")
    if not suffix:
        for other in (".gz", ".zst"):
            if head.startswith(MAGIC_BY_SUFFIX[other]):
                raise FileError("corrupt_file", f"{path} is compressed: add {other} to its name")


def _decompress(path: str, handle: BinaryIO, head: bytes, *, suffix: str, damages: list[Damage] | None) -> Iterator[bytes]:
    """The uncompressed blocks of all members of ``handle``, of which ``head`` has been read.

    Damage rises, or goes to ``damages`` if that is given and the file is gzip, whose next member can be found.
    """
    data, fed, num_given = head, head, 0
    while data:
        member, start = _MEMBER_BY_SUFFIX[suffix](), num_given
        try:
            while not member.eof:
                if not data and member.needs_input:
                    data = handle.read(BLOCK_BYTES)
                    if not data:
                        detail = f"{path} ends inside its compressed data, after {num_given} bytes of content: fetch it again"
                        raise FileError("truncated_file", detail)
                fed = data or fed
                block = member.decompress(data, BLOCK_BYTES)
                data = b""
                num_given += len(block)
                if block:
                    yield block
        except (zlib.error, zstandard.ZstdError, lzma.LZMAError, EOFError, OSError) as error:
            # bz2 says OSError of bad data; one with an errno comes from the file system and is not the file's fault.
            if isinstance(error, OSError) and error.errno is not None:
                raise
            detail = f"{path} is damaged ({error}) after {num_given} bytes of content: fetch it again"
            file_error = FileError("corrupt_file", detail, offset=num_given)
            if damages is None or suffix != ".gz":
                raise file_error from error
            if not damages or damages[-1].end != num_given:
                damages.append(Damage(start, num_given, file_error))
            data = _next_gzip_member(handle, fed)
            continue
        # Zero padding after the last member is allowed (gzip's manual); anything else has to be a member.
        data = member.unused_data.lstrip(b"\x00") or _after_padding(handle)


def _next_gzip_member(handle: BinaryIO, data: bytes) -> bytes:
    """From the next bytes on that look like a gzip header (magic, deflate, no reserved flag), past the first of ``data``."""
    position = 1
    while data:
        found = data.find(b"\x1f\x8b\x08", position)
        if found >= 0 and (len(data) <= found + 3 or data[found + 3] < 32):
            return data[found:]
        if found >= 0:
            position = found + 1
            continue
        block = handle.read(BLOCK_BYTES)
        data, position = (data[-2:] + block, 0) if block else (b"", 0)
    return b""


def _after_padding(handle: BinaryIO) -> bytes:
    """The next block that is not all zeros, or nothing at the end of the file."""
    while block := handle.read(BLOCK_BYTES):
        if stripped := block.lstrip(b"\x00"):
            return stripped
    return b""


def read_blocks(path: str, *, damages: list[Damage] | None = None) -> Iterator[bytes]:
    """The uncompressed bytes of ``path`` in blocks; a compressed file that is empty on disk raises ``empty_file``.

    With ``damages``, a damaged member of a .gz is noted there and reading goes on with the next member: for formats that
    find their next record by themselves.
    """
    suffix = compression_suffix(path)
    with open_file(path) as handle:
        head = handle.read(BLOCK_BYTES)
        _check_magic(path, head, suffix)
        if suffix and not head:
            raise FileError("empty_file", f"{path} has no bytes, not even a {suffix} header: it was never written")
        if suffix:
            yield from _decompress(path, handle, head, suffix=suffix, damages=damages)
            return
        while head:
            yield head
            head = handle.read(BLOCK_BYTES)


def read_whole(path: str, *, max_bytes: int) -> bytes:
    """The uncompressed content of a file that is one document; more than ``max_bytes`` raises ``record_too_large``."""
    parts: list[bytes] = []
    num_bytes = 0
    for block in read_blocks(path):
        num_bytes += len(block)
        if num_bytes > max_bytes:
            detail = f"{path} is larger than max_record_bytes = {max_bytes}: raise that, or split the file"
            raise FileError("record_too_large", detail)
        parts.append(block)
    return b"".join(parts)
