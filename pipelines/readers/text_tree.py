"""Read a tree of plain text and markup-light files (.txt, .md, .rst, ...): one document a file, as it is written."""

from collections.abc import Iterator

from pipelines.readers.record import Outcome, Piece, ReaderSettings, Record, Rejected
from pipelines.readers.whole_file import decode_file, read_bytes

#: What is text by its name; each may be compressed as well (``.txt.gz``).
EXTENSIONS = (
    ".txt",
    ".text",
    ".md",
    ".markdown",
    ".mdown",
    ".mkd",
    ".rst",
    ".rest",
    ".adoc",
    ".asciidoc",
    ".org",
    ".textile",
)


def read(piece: Piece, *, settings: ReaderSettings) -> Iterator[Outcome]:
    """The one document of the file."""
    data = read_bytes(piece, settings=settings)
    text = data if isinstance(data, Rejected) else decode_file(data, piece=piece, declared=settings.encoding)
    if isinstance(text, Rejected):
        yield text
        return
    num_bytes = 0 if isinstance(data, Rejected) else len(data)
    yield Record(text, 0, raw_bytes=num_bytes)
