"""Reads the members of a package file: zip (wheels), tar (source distributions, npm) and Debian packages.

The path of an archive enters; its regular files leave as (path, read) in the archive's order. A member whose path is
absolute or climbs out with ``..`` refuses the whole archive, whether it is wanted or not: a pinned package has none.
Links and devices are passed over. Debian's outer container is the ``ar`` format (deb(5), ar(5)).
"""

import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pipelines.sample.errors import ArchiveError

#: A member larger than this is no text of a sample; refusing it stops a decompression bomb.
MAX_MEMBER_BYTES = 256 << 20
_DRIVE = re.compile(r"[A-Za-z]:")
_AR_MAGIC = b"!<arch>\n"
_AR_HEADER_BYTES = 60
_BROKEN = (
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    NotImplementedError,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)

#: The path of a member, and what reads it (only while the iteration stands at it).
Member = tuple[str, Callable[[], bytes]]


def members(path: Path) -> Iterator[Member]:
    """The regular files of an archive. Raises ``ArchiveError``."""
    with _naming(path):
        if path.suffix in (".whl", ".zip"):
            yield from _zip_members(path)
        elif path.suffix == ".deb":
            with _deb_data(path) as stream:
                yield from _tar_members(stream, archive=path)
        else:
            with path.open("rb") as stream:
                yield from _tar_members(stream, archive=path)


def safe_path(name: str, *, archive: Path) -> str:
    """``name`` without ``./``; an absolute path, a drive, a backslash, ``..`` or a NUL is an ``ArchiveError``."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or "\\" in name or "\0" in name or ".." in parts or _DRIVE.match(name) or not parts:
        raise ArchiveError(
            f"{archive.name}: the member {name!r} points outside of the archive; nothing of it is used. "
            f"If the package is yours, build it again without such paths"
        )
    return "/".join(parts)


@contextmanager
def _naming(path: Path) -> Generator[None]:
    """Turns what a decompressor raises into an error that names the file."""
    try:
        yield
    except _BROKEN as error:
        raise ArchiveError(
            f"{path.name} cannot be read as an archive ({type(error).__name__}: {error}). "
            f"Remove {path} and run again to fetch it anew"
        ) from error


def _zip_members(path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.is_dir() or (info.external_attr >> 28) == 0xA:  # 0xA: a symbolic link's mode
                continue
            name = safe_path(info.filename, archive=path)
            _refuse_huge(name, num_bytes=info.file_size, archive=path)

            def read(info: zipfile.ZipInfo = info) -> bytes:
                with _naming(path):
                    return archive.read(info)

            yield name, read


def _tar_members(stream: IO[bytes], *, archive: Path) -> Iterator[Member]:
    with tarfile.open(fileobj=stream, mode="r:*") as tar:
        for info in tar:
            if info.isdir():
                continue
            name = safe_path(info.name, archive=archive)
            if not info.isfile():
                continue
            _refuse_huge(name, num_bytes=info.size, archive=archive)

            def read(info: tarfile.TarInfo = info) -> bytes:
                with _naming(archive):
                    content = tar.extractfile(info)
                    data = content.read() if content else b""
                    if len(data) != info.size:
                        raise EOFError(f"{info.name} ends after {len(data)} of {info.size} bytes")
                    return data

            yield name, read


def _refuse_huge(name: str, *, num_bytes: int, archive: Path) -> None:
    if num_bytes > MAX_MEMBER_BYTES:
        raise ArchiveError(f"{archive.name}: the member {name} has {num_bytes} bytes, more than {MAX_MEMBER_BYTES}")


@contextmanager
def _deb_data(path: Path) -> Generator[IO[bytes]]:
    """The tar of files inside a Debian package, uncompressed by ``tarfile`` itself unless it is zstd."""
    with path.open("rb") as stream:
        if stream.read(len(_AR_MAGIC)) != _AR_MAGIC:
            raise ArchiveError(f"{path.name} is not a Debian package (it does not begin with the ar signature)")
        while header := stream.read(_AR_HEADER_BYTES):
            name = header[:16].decode("ascii", "replace").strip().rstrip("/")
            num_bytes = int(header[48:58])
            if name.startswith("data.tar"):
                data = stream.read(num_bytes)
                break
            stream.seek(num_bytes + num_bytes % 2, io.SEEK_CUR)
        else:
            raise ArchiveError(f"{path.name} is a Debian package without data")
    if name.endswith(".zst"):
        import zstandard

        with zstandard.ZstdDecompressor().stream_reader(data) as reader:
            yield io.BytesIO(reader.read())
    else:
        yield io.BytesIO(data)
