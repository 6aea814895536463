"""What a reader is given and what it yields.

A :class:`Piece` of a file and :class:`ReaderSettings` enter; :class:`Record` (a document's raw text), :class:`Rejected`
(something that should have been a document, with the reason that it is none) and :class:`NotDocument` (something that
never was one) leave. ``ordinal`` names a record within its file and does not depend on how the file was cut into pieces:
the byte offset of the line (JSONL) or record (WARC) in the uncompressed stream, the row (Parquet), 0 (one file, one
document).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from filters.document import Failure


@dataclass(frozen=True, slots=True)
class Record:
    """One document as it was read, before normalising."""

    text: str
    ordinal: int
    native_id: str | None = None
    uri: str = ""
    licence: str | None = None
    language: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    raw_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Documents that follow one another in a piece, by columns; a side column that the source does not have is None."""

    texts: Sequence[str]
    ordinals: Sequence[int]
    raw_bytes: Sequence[int]
    native_ids: Sequence[str | None] | None = None
    uris: Sequence[str] | None = None
    licences: Sequence[str | None] | None = None
    languages: Sequence[str] | None = None
    metadata: Sequence[Mapping[str, str]] | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[Record]:
        """Each document for itself."""
        for row, text in enumerate(self.texts):
            yield Record(
                text,
                self.ordinals[row],
                self.native_ids[row] if self.native_ids else None,
                self.uris[row] if self.uris else "",
                self.licences[row] if self.licences else None,
                self.languages[row] if self.languages else "",
                self.metadata[row] if self.metadata else {},
                self.raw_bytes[row],
            )

    def after(self, row: int) -> "Records":
        """The documents from ``row`` on."""
        return Records(
            texts=self.texts[row:],
            ordinals=self.ordinals[row:],
            raw_bytes=self.raw_bytes[row:],
            native_ids=self.native_ids and self.native_ids[row:],
            uris=self.uris and self.uris[row:],
            licences=self.licences and self.licences[row:],
            languages=self.languages and self.languages[row:],
            metadata=self.metadata and self.metadata[row:],
        )


@dataclass(frozen=True, slots=True)
class Rejected:
    """One record that cannot become a document: a ledger row.

    ``unreadable`` means that the input is at fault and counts against the source's error threshold; ``dropped`` means that
    it is sound and not wanted (an image, a redirect, an empty text).
    """

    ordinal: int
    action: Literal["unreadable", "dropped"]
    failure: Failure
    native_id: str | None = None
    uri: str = ""
    raw_bytes: int = 0


@dataclass(frozen=True, slots=True)
class NotDocument:
    """A part of a file that is no document by its format, such as a WARC request: counted, without a ledger row."""

    kind: str


#: What every reader yields.
Outcome = Record | Rejected | NotDocument


@dataclass(frozen=True, slots=True)
class Piece:
    """A file, or the part of it from ``start`` up to ``end``: bytes of a plain .jsonl, row groups of a Parquet file.

    ``end`` is ``None`` for the whole file; ``size`` is the bytes on disk that the piece stands for.
    """

    path: str
    start: int = 0
    end: int | None = None
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSettings:
    """How a source is read.

    ``encoding`` declares the encoding of the bytes, for sources that carry none of their own; ``extensions`` replaces a
    tree reader's own list; ``main_text`` takes the main text out of HTML, where ``False`` hands the markup on.
    """

    text_column: str = "text"
    id_column: str | None = "id"
    licence_column: str | None = None
    uri_column: str | None = None
    language_column: str | None = None
    metadata_columns: tuple[str, ...] = ()
    max_record_bytes: int = 16 * 1024 * 1024
    encoding: str | None = None
    extensions: tuple[str, ...] = ()
    main_text: bool = True


def unreadable(rule: str, detail: str, *, ordinal: int = 0, raw_bytes: int = 0, native_id: str | None = None) -> Rejected:
    """A rejection that is the input's fault."""
    failure = Failure(rule=rule, detail=detail)
    return Rejected(ordinal=ordinal, action="unreadable", failure=failure, native_id=native_id, raw_bytes=raw_bytes)


def dropped(rule: str, detail: str, *, ordinal: int = 0, raw_bytes: int = 0, native_id: str | None = None) -> Rejected:
    """A rejection of something sound that is not wanted."""
    failure = Failure(rule=rule, detail=detail)
    return Rejected(ordinal=ordinal, action="dropped", failure=failure, native_id=native_id, raw_bytes=raw_bytes)
