"""What ingest writes of records: rows of documents with ids and normalised text, and ledger rows.

What enters: what a reader found, many documents together or one by one. What leaves: documents in a partition, and a ledger
row for every record that is none, was changed, or was taken down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from filters.document import DOCUMENT_SCHEMA, Failure
from filters.normalise import normalise, normalise_all
from pipelines.engine.ledger import LedgerRow
from pipelines.engine.partition import PartitionWriter, text_sizes
from pipelines.readers.record import Piece, Record, Records, Rejected
from pipelines.recipe_tables import Source
from pipelines.tombstones import RULE as TAKEN_DOWN
from pipelines.tombstones import Tombstones, id_hash

from .context import relative_to

_NO_SCORES: list[tuple[str, float]] = []
_NO_METADATA: list[tuple[str, str]] = []
_WHOLE_FILE_FORMATS = {"text-tree", "html-tree", "code-tree"}
#: Rules that a whole file breaks, or all of it from some place on.
_FILE_RULES = {"corrupt_file", "file_not_found", "permission_denied", "is_a_directory", "not_a_file"}


def printable(text: str) -> str:
    """The text with bytes of a file name that are not UTF-8 written as ``\\xff``: no table or JSON could hold them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="surrogateescape").decode(errors="backslashreplace")
    return text


@dataclass(frozen=True, slots=True)
class Batch:
    """A unit's payload: some pieces of one source, and how their paths are named in ids."""

    source: Source
    root: str
    pieces: tuple[Piece, ...]


def _concerns_file(piece: Piece, item: Rejected) -> bool:
    """Whether a rejection stands for a whole file of many records, and not for one record of it."""
    whole = item.raw_bytes >= piece.size and item.failure.rule != "record_too_large"
    return whole or item.failure.rule in _FILE_RULES


class RecordWriter:
    """Turns records into rows: ids, normalised text, ledger."""

    def __init__(self, out: PartitionWriter, batch: Batch, buried: Tombstones) -> None:
        self._out = out
        self._buried = buried
        self._source = batch.source
        self._root = batch.root
        self._prose = batch.source.kind == "prose"
        self._whole = batch.source.format in _WHOLE_FILE_FORMATS
        self._path_of: dict[str, str] = {}

    def _place(self, piece: Piece, ordinal: int) -> tuple[str, str]:
        """An id made of source, path and ordinal, and the path as the user would name it."""
        path = self._path_of.get(piece.path)
        if path is None:
            path = self._path_of[piece.path] = printable(relative_to(self._root, piece.path))
        return (f"{self._source.name}/{path}" if self._whole else f"{self._source.name}/{path}#{ordinal}"), path

    def rejected(self, piece: Piece, item: Rejected) -> None:
        made, path = self._place(piece, item.ordinal)
        identifier = (item.native_id if self._source.id == "record" else None) or made
        if self._buried and id_hash(identifier) in self._buried.ids:
            self._taken_down(identifier)
            return
        tally = self._out.tally
        tally.entered(self._source.name, text_bytes=0)
        failure = item.failure._replace(detail=printable(item.failure.detail))
        if failure.rule == "truncated_file":
            tally.add("truncated", path, files=1)
        elif not self._whole and item.action == "unreadable" and _concerns_file(piece, item):
            tally.add("damaged_files", path, bytes=piece.size)
        self._out.record(
            LedgerRow(
                id=identifier,
                action=item.action,
                failures=[failure],
                source=self._source.name,
                uri=printable(item.uri or path),
            )
        )

    def _taken_down(self, identifier: str) -> None:
        """A row for a document that was taken down: neither its id nor its place."""
        self._out.tally.entered(self._source.name, text_bytes=0)
        self._out.record(
            LedgerRow(
                id=f"{TAKEN_DOWN}/{id_hash(identifier).hex()}",
                action="dropped",
                failures=[Failure(TAKEN_DOWN)],
                source=self._source.name,
            )
        )

    def documents(self, piece: Piece, records: Records, *, most_bytes: int) -> int:
        """Writes documents until the partition has ``most_bytes`` of text; how many were written."""
        texts, edits = normalise_all(records.texts) if self._prose else (records.texts, {})
        if self._buried or any(not texts[row] or texts[row].isspace() for row in edits):
            return self._one_by_one(piece, records, most_bytes=most_bytes)
        batch = self._columns(piece, records, texts)
        sizes = np.array(text_sizes(batch), dtype=np.int64)
        full = int(np.searchsorted(self._out.text_bytes_added + np.cumsum(sizes), most_bytes))
        num_done = min(full + 1, len(records))
        self._out.add_documents(batch.slice(0, num_done), sizes[:num_done])
        for row, own in sorted(edits.items()):
            if row < num_done:
                told = {name: batch.column(name)[row].as_py() for name in ("id", "source", "uri")}
                self._out.record(LedgerRow(action="edited", failures=own, text_bytes=int(sizes[row]), **told))
        return num_done

    def _one_by_one(self, piece: Piece, records: Records, *, most_bytes: int) -> int:
        for row, record in enumerate(records):
            self.document(piece, record)
            if self._out.text_bytes_added >= most_bytes:
                return row + 1
        return len(records)

    def _ids(self, piece: Piece, records: Records) -> list[str]:
        """The records' own ids where the source goes by them, else those that say where they stand."""
        if self._whole:
            made = [self._place(piece, ordinal)[0] for ordinal in records.ordinals]
        else:
            before = self._place(piece, 0)[0].removesuffix("0")
            made = [f"{before}{ordinal}" for ordinal in records.ordinals]
        if self._source.id != "record" or not records.native_ids:
            return made
        return [own or place for own, place in zip(records.native_ids, made, strict=True)]

    def _columns(self, piece: Piece, records: Records, texts: Sequence[str]) -> pa.RecordBatch:
        """The rows of documents with these texts."""
        source, num_rows = self._source, len(records)
        _, path = self._place(piece, 0)
        ids = self._ids(piece, records)
        uris = [printable(uri) if uri else path for uri in records.uris] if records.uris else path
        licences = [own or source.licence for own in records.licences] if records.licences else source.licence
        languages = "" if self._prose else records.languages or ""
        metadata = [[(k, printable(v)) for k, v in sorted(own.items())] for own in records.metadata or ()]
        columns: dict[str, Any] = {
            "id": ids,
            "text": texts,
            "source": source.name,
            "uri": uris,
            "licence": licences,
            "segment": "" if self._prose else "code",
            "language": languages,
            "language_score": 0.0,
            "scores": None,
            "metadata": metadata or None,
        }
        arrays = [_column(columns[field.name], field.type, num_rows) for field in DOCUMENT_SCHEMA]
        return pa.RecordBatch.from_arrays(arrays, schema=DOCUMENT_SCHEMA)

    def document(self, piece: Piece, record: Record) -> None:
        made, path = self._place(piece, record.ordinal)
        source = self._source
        identifier = record.native_id if record.native_id and source.id == "record" else made
        text, edits = normalise(record.text) if self._prose else (record.text, [])
        uri = printable(record.uri) if record.uri else path
        if not text or text.isspace():
            empty = Rejected(
                ordinal=record.ordinal,
                action="dropped",
                failure=Failure("empty_text", detail="nothing is left after normalisation"),
                native_id=identifier,
                uri=uri,
                raw_bytes=record.raw_bytes,
            )
            self.rejected(piece, empty)
            return
        if self._buried and self._buried.hold(identifier, text, code=not self._prose):
            self._taken_down(identifier)
            return
        text_bytes = len(text.encode())
        segment, language = ("", "") if self._prose else ("code", record.language)
        own = record.metadata
        metadata = [(key, printable(value)) for key, value in sorted(own.items())] if own else _NO_METADATA
        licence = record.licence or source.licence
        row = (identifier, text, source.name, uri, licence, segment, language, 0.0, _NO_SCORES, metadata)
        self._out.add(row, text_bytes=text_bytes)
        if edits:
            self._out.record(
                LedgerRow(id=identifier, action="edited", failures=edits, source=source.name, uri=uri, text_bytes=text_bytes)
            )


def _column(values: Any, kind: pa.DataType, num_rows: int) -> pa.Array:
    """A column of ``values``; of one value for all rows, or of empty maps where there is None."""
    if isinstance(values, list):
        return pa.array(values, kind)
    if values is None:
        assert isinstance(kind, pa.MapType)
        ends = pa.array(np.zeros(num_rows + 1, dtype=np.int32))
        return pa.MapArray.from_arrays(ends, pa.array([], kind.key_type), pa.array([], kind.item_type), type=kind)
    return pa.repeat(pa.scalar(values, kind), num_rows)
