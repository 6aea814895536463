"""Read a tree of source code: one document a file, as it is written, with the language its name and content tell.

Line ends, tabs and spacing stay as they are. A file in an unknown language or of no text is dropped with the reason.
"""

import re
from collections.abc import Iterator
from posixpath import basename, splitext

from pipelines.readers.code_language import LANGUAGE_EXTENSIONS, language_of, may_be_code
from pipelines.readers.opening import compression_suffix
from pipelines.readers.record import Outcome, Piece, ReaderSettings, Record, Rejected, dropped
from pipelines.readers.whole_file import decode_file, read_bytes

__all__ = ["LANGUAGE_EXTENSIONS", "language_of", "read"]

#: PEP 263; Ruby and Emacs write it in the same way.
_DECLARED_ENCODING = re.compile(rb"\A(?:[^\n]*\n)?[ \t\f]*(?:#|//|;).*?coding[:=][ \t]*([-\w.]+)")


def read(piece: Piece, *, settings: ReaderSettings) -> Iterator[Outcome]:
    """The one document of the file."""
    if not may_be_code(piece.path):
        # A name with another extension is not opened: images and archives are most of what a tree holds besides code.
        yield _unknown_language(piece)
        return
    data = read_bytes(piece, settings=settings)
    if isinstance(data, Rejected):
        yield data
        return
    language = language_of(piece.path, data)
    if not language:
        yield _unknown_language(piece)
        return
    if b"\x00" in data[:8000] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield dropped("binary_file", f"{piece.path} has zero bytes: it is no source text", raw_bytes=len(data))
        return
    declared = _DECLARED_ENCODING.match(data)
    encoding = declared[1].decode("ascii", "replace") if declared else settings.encoding
    text = decode_file(data, piece=piece, declared=encoding)
    if isinstance(text, Rejected):
        yield text
        return
    yield Record(text, 0, language=language, raw_bytes=len(data))


def _unknown_language(piece: Piece) -> Rejected:
    extension = splitext(basename(piece.path.removesuffix(compression_suffix(piece.path))).lower())[1]
    told = f"no language has the extension {extension}" if extension else "no extension, no #! line"
    detail = f"{piece.path}: {told}, and nothing in it tells one"
    return dropped("unknown_language", detail, raw_bytes=piece.size)
