"""Read a file that is one document: its bytes, and its text.

A piece enters; the bytes or the decoded text leave, or the row that says why there is none.
"""

from filters.decode import UndecodableError, decode, sniff_markup_encoding
from pipelines.readers.opening import FileError, read_whole
from pipelines.readers.record import Piece, ReaderSettings, Rejected, dropped, unreadable


def read_bytes(piece: Piece, *, settings: ReaderSettings) -> bytes | Rejected:
    """The whole (uncompressed) file; nothing in it is a dropped ``empty_file``."""
    try:
        data = read_whole(piece.path, max_bytes=settings.max_record_bytes)
    except FileError as problem:
        return unreadable(problem.rule, problem.detail, raw_bytes=piece.size)
    return data or dropped("empty_file", f"{piece.path} has no bytes")


def decode_file(data: bytes, *, piece: Piece, declared: str | None, is_markup: bool = False) -> str | Rejected:
    """``data`` as text: by declaration (from outside, else from the file's own ``<meta charset>``), then by detection."""
    if declared is None and is_markup:
        declared = sniff_markup_encoding(data)
    try:
        text = decode(data, declared=declared).text
    except UndecodableError as error:
        detail = f"{piece.path}: {error.detail}: convert it to UTF-8, or declare its encoding"
        return unreadable(error.rule, detail, raw_bytes=len(data))
    if not text or text.isspace():
        return dropped("empty_text", f"{piece.path} holds only white space", raw_bytes=len(data))
    return text
