"""ingest: raw files -> partitions of normalised documents with ids.

What enters: the files of the recipe's sources, grouped into units of about one partition each. What leaves: partitions
of :data:`filters.document.DOCUMENT_SCHEMA`, and a ledger of every record that could not be read or was changed.
"""

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from filters.document import Failure
from filters.normalise import normalise
from pipelines.engine.fingerprint import code_version, digest
from pipelines.engine.ledger import LedgerRow
from pipelines.engine.partition import PartitionWriter
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, Unit
from pipelines.readers.planning import NothingFoundError, find_pieces
from pipelines.readers.record import NotDocument, Piece, ReaderSettings, Record, Rejected
from pipelines.recipe_tables import Source

from .context import Context, relative_to
from .ingest_limits import file_states, limits_check, refuse_own_output

#: Settings of a source that decide whether the stage may go on, not what its documents are.
_LIMITS = {"max_unreadable", "truncated_ok", "optional", "knowledge"}
_NO_SCORES: list[tuple[str, float]] = []
_NO_METADATA: list[tuple[str, str]] = []
#: Items after which a reader's progress is told: telling costs as much as reading a short line.
_TOLD_ITEMS = 64
_TOLD_BYTES = 1 << 20
_WHOLE_FILE_FORMATS = {"text-tree", "html-tree", "code-tree"}
#: Rules that a whole file breaks, or all of it from some place on.
_FILE_RULES = {"corrupt_file", "file_not_found", "permission_denied", "is_a_directory", "not_a_file"}


@dataclass(frozen=True, slots=True)
class Batch:
    """A unit's payload: some pieces of one source, and how their paths are named in ids."""

    source: Source
    root: str
    pieces: tuple[Piece, ...]


def stage(context: Context) -> Stage:
    recipe = context.recipe
    units: list[Unit] = []
    listed: list[list[Any]] = []
    sizes: dict[str, int] = {}
    for source in recipe.source:
        pieces = _pieces(context, source)
        sizes[source.name] = sum(piece.size for piece in pieces)
        for piece in pieces:
            listed.append([source.name, printable(relative_to(context.root, piece.path)), piece.start, piece.end, piece.size])
        for group in _grouped(pieces, target_bytes=int(recipe.partition_bytes)):
            name = f"part-{len(units):05d}"
            units.append(Unit(name, Batch(source, context.root, tuple(group)), sum(piece.size for piece in group)))
    if not units:
        raise ValueError("no source has any file: give paths that exist, from the recipe's root " + context.root)
    sources = [{k: v for k, v in s.model_dump(mode="json").items() if k not in _LIMITS} for s in recipe.source]
    states = file_states(piece.path for unit in units for piece in unit.payload.pieces)
    return Stage(
        name="ingest",
        run=context.run,
        job=Ingest(int(recipe.partition_bytes)),
        units=units,
        config={"sources": sources, "partition_bytes": int(recipe.partition_bytes), "files": digest(listed)},
        code=code_version(
            (
                "filters.decode",
                "filters.reading_score",
                "filters.html_text",
                "filters.normalise",
                "pipelines.readers",
                __name__,
            ),
            ("trafilatura", "lxml", "FastWARC", "pyarrow", "zstandard"),
        ),
        state=[[printable(path), tag] for path, tag in states],
        conclude=limits_check(context, states=states, source_bytes=sizes),
        expected_bytes_per_s=10_000_000,
    )


def reader_name(source: Source) -> Any:
    """The reader's module: ``html-tree`` -> ``html_tree``."""
    return source.format.replace("-", "_")


def _pieces(context: Context, source: Source) -> list[Piece]:
    refuse_own_output(context, source)
    try:
        return find_pieces(
            [context.resolve(pattern) for pattern in source.paths],
            format=reader_name(source),
            target_bytes=int(context.recipe.partition_bytes),
            extensions=tuple(source.extensions),
        )
    except NothingFoundError as error:
        if source.optional:
            context.missing_sources.append(source.name)
            return []
        raise ValueError(f"source {source.name!r}: {error}") from None
    except (ValueError, OSError) as error:
        raise ValueError(f"source {source.name!r}: {error}") from None


def printable(text: str) -> str:
    """The text with bytes of a file name that are not UTF-8 written as ``\\xff``: no table or JSON could hold them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="surrogateescape").decode(errors="backslashreplace")
    return text


def _grouped(pieces: Sequence[Piece], *, target_bytes: int) -> Iterator[list[Piece]]:
    """Consecutive pieces of about a partition's bytes, so that a tree of small files is not a tree of small jobs."""
    group: list[Piece] = []
    total = 0
    for piece in pieces:
        if group and total + piece.size > target_bytes:
            yield group
            group, total = [], 0
        group.append(piece)
        total += piece.size
    if group:
        yield group


@dataclass(frozen=True)
class Ingest:
    """The job: reads pieces, normalises prose, writes partitions of at most ``partition_bytes`` of text."""

    partition_bytes: int

    def setup(self) -> None:
        """Nothing to load."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        batch: Batch = unit.payload
        entries: list[dict[str, Any]] = []
        items = _items(batch, progress)
        exhausted = False
        while not exhausted:
            with PartitionWriter(directory, f"{unit.name}-{len(entries):03d}") as out:
                exhausted = self._fill(out, batch, items)
            entries.append(out.entry)
        return entries

    def _fill(self, out: PartitionWriter, batch: Batch, items: "Iterator[tuple[Piece, Any]]") -> bool:
        """Writes one partition; whether the items are used up."""
        writer = _Writer(out, batch)
        for piece, item in items:
            if isinstance(item, Record):
                writer.document(piece, item)
            elif isinstance(item, Rejected):
                writer.rejected(piece, item)
            else:
                assert isinstance(item, NotDocument)
                out.tally.not_documents[item.kind] = out.tally.not_documents.get(item.kind, 0) + 1
            if out.text_bytes_added >= self.partition_bytes:
                return False
        return True


def _items(batch: Batch, progress: Progress) -> Iterator[tuple[Piece, Any]]:
    reader = importlib.import_module(f"pipelines.readers.{reader_name(batch.source)}")
    settings = reader_settings(batch.source)
    for piece in batch.pieces:
        told = waiting = rows = 0
        for item in reader.read(piece, settings=settings):
            # Bytes of the item as read; compressed files read more than they are long, which the bar caps.
            waiting += 0 if isinstance(item, NotDocument) else item.raw_bytes
            rows += 1
            if rows >= _TOLD_ITEMS or waiting >= _TOLD_BYTES:
                step = min(waiting, piece.size - told)
                progress.advance(rows=rows, num_bytes=step)
                told, waiting, rows = told + step, 0, 0
            yield piece, item
        progress.advance(rows=rows, num_bytes=piece.size - told)


def reader_settings(source: Source) -> ReaderSettings:
    """What of a source's settings concerns its reader."""
    return ReaderSettings(
        text_column=source.text_column,
        id_column=source.id_column if source.id == "record" else None,
        licence_column=source.licence_column,
        uri_column=source.uri_column,
        language_column=source.language_column,
        metadata_columns=tuple(source.metadata_columns),
        encoding=source.encoding,
        extensions=tuple(source.extensions),
        max_record_bytes=int(source.max_record_bytes),
    )


def _concerns_file(piece: Piece, item: Rejected) -> bool:
    """Whether a rejection stands for a whole file of many records, and not for one record of it."""
    whole = item.raw_bytes >= piece.size and item.failure.rule != "record_too_large"
    return whole or item.failure.rule in _FILE_RULES


class _Writer:
    """Turns records into rows: ids, normalised text, ledger."""

    def __init__(self, out: PartitionWriter, batch: Batch) -> None:
        self._out = out
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
        tally = self._out.tally
        tally.entered(self._source.name, text_bytes=0)
        failure = item.failure._replace(detail=printable(item.failure.detail))
        if failure.rule == "truncated_file":
            tally.add("truncated", path, files=1)
        elif not self._whole and item.action == "unreadable" and _concerns_file(piece, item):
            tally.add("damaged_files", path, bytes=piece.size)
        self._out.record(
            LedgerRow(
                id=(item.native_id if self._source.id == "record" else None) or made,
                action=item.action,
                failures=[failure],
                source=self._source.name,
                uri=printable(item.uri or path),
            )
        )

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
