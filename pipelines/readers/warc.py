"""Read web archives (ISO 28500, WARC 1.0 and 1.1; plain, .gz a record or in one, .zst): one document a page.

HTTP responses with status 200 and HTML or plain text become documents, ``conversion`` records (the plain text of WET files)
and ``resource`` records of web addresses too. Other contents and statuses are dropped with the reason; requests, revisits,
metadata and the like are no documents. ARC, the format before WARC, has to be converted.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Literal

from fastwarc.warc import WarcRecord

from filters.decode import UndecodableError, decode, sniff_markup_encoding
from filters.document import Failure
from pipelines.readers.html_tree import main_text_of
from pipelines.readers.opening import Damage, FileError, read_blocks
from pipelines.readers.record import NotDocument, Outcome, Piece, ReaderSettings, Record, Rejected, dropped, unreadable
from pipelines.readers.warc_framing import BadFrame, Frame, OversizeFrame, read_frames, record_id_of

_HTML_TYPES = ("text/html", "application/xhtml+xml")
_TEXT_TYPES = ("text/plain", "text/markdown")
_LOOKS_LIKE_HTML = re.compile(rb"\A\s*(?:<!--.{0,1000}?-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta)\b", re.I | re.S)
_LINE_END = re.compile(rb"\r*\n")
_CHUNK = re.compile(rb"[0-9a-fA-F]{1,8}[ \t]*(?:;[^\r\n]*)?\r\n")
_GZIP_MAGIC = b"\x1f\x8b"
#: A character of EUC-KR, UTF-8 or UTF-16 that a crawler's size limit cut through has at most this many bytes left.
_MAX_CUT_BYTES = 3


def read(piece: Piece, *, settings: ReaderSettings) -> Iterator[Outcome]:
    """The pages of the archive; ordinal: the record's byte offset in the uncompressed stream."""
    damages: list[Damage] = []
    is_empty = True
    try:
        blocks = read_blocks(piece.path, damages=damages)
        for frame in read_frames(blocks, path=piece.path, max_bytes=settings.max_record_bytes, damages=damages):
            is_empty = False
            if isinstance(frame, BadFrame):
                yield _bad_frame(frame, piece=piece)
                if frame.offset == 0 and frame.num_bytes >= piece.size > 0 and not damages:
                    return
            elif isinstance(frame, OversizeFrame):
                detail = f"a record of {frame.num_bytes} bytes, more than max_record_bytes = {settings.max_record_bytes}"
                yield unreadable(
                    "record_too_large",
                    f"{piece.path}, byte {frame.offset}: {detail}: raise that",
                    ordinal=frame.offset,
                    raw_bytes=frame.num_bytes,
                    native_id=record_id_of(frame.header),
                )
            else:
                yield _read_frame(frame, piece=piece, settings=settings)
    except FileError as error:
        # Where members are damaged, the end that is missing is what they held.
        problem = damages[-1].error if damages and damages[-1].end >= error.offset else error
        yield unreadable(problem.rule, problem.detail, ordinal=error.offset, raw_bytes=piece.size)
        return
    if is_empty:
        problem = damages[-1].error if damages else FileError("empty_file", f"{piece.path} has no records")
        reject = unreadable if damages else dropped
        yield reject(problem.rule, problem.detail, raw_bytes=piece.size)


def _bad_frame(frame: BadFrame, *, piece: Piece) -> Rejected:
    if frame.offset == 0 and frame.record_id is None:
        detail = f"{piece.path} is no WARC file: {frame.reason} (ARC files have to be converted)"
        return unreadable("corrupt_file", detail, raw_bytes=frame.num_bytes)
    detail = f"{piece.path}, byte {frame.offset}: {frame.num_bytes} bytes are no record: {frame.reason}"
    return unreadable("corrupt_record", detail, ordinal=frame.offset, raw_bytes=frame.num_bytes, native_id=frame.record_id)


def _read_frame(frame: Frame, *, piece: Piece, settings: ReaderSettings) -> Outcome:
    """The outcome of one whole record; every rejection carries the record's id and address."""
    place = f"{piece.path}, byte {frame.offset}"
    record_id = record_id_of(frame.header)
    num_bytes = len(frame.block)
    try:
        record = _parse(frame, unpack="none")
    except (OSError, ValueError) as error:
        detail = f"{place}: not a valid record ({error})"
        return unreadable("corrupt_record", detail, ordinal=frame.offset, raw_bytes=num_bytes, native_id=record_id)
    kind = str(record.record_type)
    if kind == "unknown":
        detail = f"{place}: its header has no WARC-Type that is known"
        return unreadable("corrupt_record", detail, ordinal=frame.offset, raw_bytes=num_bytes, native_id=record_id)
    uri = record.headers.get("WARC-Target-URI", "") or ""
    if kind not in ("response", "conversion") and not (kind == "resource" and uri.startswith(("http://", "https://"))):
        return NotDocument(kind)
    outcome = _read_page(frame, record, place=place, uri=uri, settings=settings)
    if isinstance(outcome, Rejected):
        return Rejected(frame.offset, outcome.action, outcome.failure, record_id, uri, num_bytes)
    date = record.headers.get("WARC-Date", "") or ""
    metadata = {"date": date} if date else {}
    return Record(outcome, frame.offset, native_id=record_id, uri=uri, metadata=metadata, raw_bytes=num_bytes)


def _read_page(frame: Frame, record: WarcRecord, *, place: str, uri: str, settings: ReaderSettings) -> str | Rejected:
    """The text of the page that a record holds."""
    if record.is_http:
        status = _http_status(frame.block)
        if status != 200:
            shown = status if status is not None else "no valid"
            detail = f"{place}: {shown} HTTP status"
            return Rejected(0, "dropped", Failure("http_status", None if status is None else float(status), 200.0, detail))
    body = _body(frame, record, max_bytes=settings.max_record_bytes)
    if isinstance(body, str):
        return unreadable("corrupt_record", f"{place}: {body}")
    if len(body) > settings.max_record_bytes:
        return unreadable("record_too_large", f"{place}: its body unpacks to more than max_record_bytes")
    content_type = _content_type(record)
    is_html = content_type in _HTML_TYPES or (not content_type and _LOOKS_LIKE_HTML.match(body[:4096]) is not None)
    if not is_html and content_type not in _TEXT_TYPES:
        return dropped("not_text", f"{place}: content type {content_type or 'not given'}")
    if not body.strip():
        return dropped("empty_text", f"{place}: the body is empty")
    charset = record.http_charset if record.is_http else None
    declared = charset or settings.encoding or (sniff_markup_encoding(body) if is_html else None)
    is_cut = record.headers.get("WARC-Truncated") is not None
    try:
        text = _decode_body(body, declared=declared, is_cut=is_cut)
    except UndecodableError as error:
        return unreadable(error.rule, f"{place}: {error.detail}")
    if not is_html or not settings.main_text:
        return text if text.strip() else dropped("empty_text", f"{place}: the body holds only white space")
    return main_text_of(text, url=uri or None, place=place, raw_bytes=len(body))


def _http_status(block: bytes) -> int | None:
    """The status in the first line (RFC 9112), where the reason phrase may be missing."""
    found = re.match(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?!\d)", block)
    return int(found[1]) if found else None


def _content_type(record: WarcRecord) -> str:
    value = record.http_content_type if record.is_http else record.headers.get("Content-Type")
    return (value or "").partition(";")[0].strip().lower()


def _parse(frame: Frame, *, unpack: Literal["none", "transfer", "all"]) -> WarcRecord:
    # Header lines may end in LF, or CR CR LF; FastWARC finds nothing in such a header.
    record = WarcRecord.from_bytes(_LINE_END.sub(b"\r\n", frame.header) + frame.block)
    if record.is_http:
        record.parse_http(auto_decode=unpack, strict_mode=False)
    return record


def _body(frame: Frame, record: WarcRecord, *, max_bytes: int) -> bytes | str:
    """The body without chunks and compression, one byte more than allowed at most; or what is wrong with it.

    Many crawlers store the body unpacked and leave the headers that say how it was packed: then it is taken as it is.
    """
    stored = record.reader.read(max_bytes + 1)
    headers = record.http_headers if record.is_http else {}
    coding = (headers.get("Content-Encoding") or "").strip().lower()
    transfer = (headers.get("Transfer-Encoding") or "").strip().lower()
    if (not coding or coding == "identity") and not transfer:
        return stored
    is_cut = record.headers.get("WARC-Truncated") is not None
    try:
        if coding not in ("gzip", "x-gzip", "deflate"):
            return _parse(frame, unpack="all").reader.read(max_bytes + 1)
        return _inflate(_parse(frame, unpack="transfer").reader.read(), max_bytes=max_bytes, is_cut=is_cut)
    except (OSError, ValueError, zlib.error) as error:
        is_packed = stored.startswith(_GZIP_MAGIC) or (transfer and _CHUNK.match(stored))
        return f"its body cannot be unpacked ({str(error)[:100]})" if is_packed else stored


def _inflate(packed: bytes, *, max_bytes: int, is_cut: bool) -> bytes:
    """The content of a gzip or deflate body. FastWARC gives half of one that ends early without a word."""
    if not packed:
        return b""
    inflater = zlib.decompressobj(wbits=47)
    body = inflater.decompress(packed, max_bytes + 1)
    if not inflater.eof and len(body) <= max_bytes and not is_cut:
        raise ValueError("its compressed data ends early")
    return body


def _decode_body(body: bytes, *, declared: str | None, is_cut: bool) -> str:
    """The text of the body; of one that a size limit cut, the broken last character is left out."""
    for num_cut in range(_MAX_CUT_BYTES if is_cut else 0):
        try:
            return decode(body[: len(body) - num_cut], declared=declared).text
        except UndecodableError:
            continue
    return decode(body[: len(body) - (_MAX_CUT_BYTES if is_cut else 0)], declared=declared).text
