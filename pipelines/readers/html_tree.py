"""Read a tree of HTML files: one document a file, its main text, or its markup where ``main_text`` is off."""

from collections.abc import Iterator

from pipelines.readers.record import Outcome, Piece, ReaderSettings, Record, Rejected, dropped, unreadable
from pipelines.readers.whole_file import decode_file, read_bytes

EXTENSIONS = (".html", ".htm", ".xhtml", ".shtml")


def read(piece: Piece, *, settings: ReaderSettings) -> Iterator[Outcome]:
    """The one document of the file."""
    data = read_bytes(piece, settings=settings)
    if isinstance(data, Rejected):
        yield data
        return
    html = decode_file(data, piece=piece, declared=settings.encoding, is_markup=True)
    if isinstance(html, Rejected):
        yield html
        return
    text = main_text_of(html, url=None, place=piece.path, raw_bytes=len(data)) if settings.main_text else html
    if isinstance(text, Rejected):
        yield text
        return
    yield Record(text, 0, raw_bytes=len(data))


def main_text_of(html: str, *, url: str | None, place: str, raw_bytes: int, ordinal: int = 0) -> str | Rejected:
    """The main text of a page, or its row: a page without one is sound and dropped, one that breaks the parser is not."""
    # Here, for planning asks this module for its file names, and only runs over HTML should wait for trafilatura.
    from filters.html_text import ExtractionError, extract_main_text

    try:
        return extract_main_text(html, url=url)
    except ExtractionError as error:
        reject = dropped if error.rule == "no_main_text" else unreadable
        return reject(error.rule, f"{place}: {error.detail}", ordinal=ordinal, raw_bytes=raw_bytes)
