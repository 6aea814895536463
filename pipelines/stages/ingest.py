"""ingest: raw files -> partitions of normalised documents with ids.

What enters: the files of the recipe's sources, grouped into units of about one partition each. What leaves: partitions
of :data:`filters.document.DOCUMENT_SCHEMA`, and a ledger of every record that could not be read or was changed.
"""

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from pipelines.engine.fingerprint import code_version, digest
from pipelines.engine.partition import PartitionWriter
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, Unit
from pipelines.readers.planning import NothingFoundError, find_pieces
from pipelines.readers.record import NotDocument, Piece, ReaderSettings, Record, Records, Rejected
from pipelines.recipe_tables import Source
from pipelines.tombstones import Tombstones, digests, of_run

from .context import Context, relative_to
from .ingest_limits import file_states, limits_check, refuse_own_output
from .ingest_writer import Batch, RecordWriter, printable

#: Settings of a source that decide whether the stage may go on, not what its documents are.
_LIMITS = {"max_unreadable", "truncated_ok", "optional", "knowledge"}
#: Items after which a reader's progress is told: telling costs as much as reading a short line.
_TOLD_ITEMS = 64
_TOLD_BYTES = 1 << 20


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
    tombstones = tuple(context.resolve(path) for path in recipe.tombstones)
    states = file_states(piece.path for unit in units for piece in unit.payload.pieces)
    return Stage(
        name="ingest",
        run=context.run,
        job=Ingest(int(recipe.partition_bytes), context.run, tombstones),
        units=units,
        config={
            "sources": sources,
            "partition_bytes": int(recipe.partition_bytes),
            "files": digest(listed),
            "tombstones": digests(context.run, tombstones),
        },
        code=code_version(
            (
                "filters.content_hash",
                "filters.decode",
                "filters.reading_score",
                "filters.html_text",
                "filters.normalise",
                "pipelines.readers",
                "pipelines.stages.ingest_writer",
                "pipelines.tombstones",
                __name__,
            ),
            ("trafilatura", "lxml", "FastWARC", "pyarrow", "zstandard"),
        ),
        state=[[printable(path), tag] for path, tag in states],
        conclude=limits_check(context, states=states, source_bytes=sizes),
        expected_bytes_per_s=7_000_000,
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


@dataclass
class Ingest:
    """The job: reads pieces, normalises prose, writes partitions of at most ``partition_bytes`` of text."""

    partition_bytes: int
    run_directory: str
    tombstones: tuple[str, ...] = ()
    _buried: Tombstones = field(default_factory=Tombstones, repr=False)

    def setup(self) -> None:
        self._buried = of_run(self.run_directory, self.tombstones)

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        batch: Batch = unit.payload
        entries: list[dict[str, Any]] = []
        items: Iterator[tuple[Piece, Any]] | None = _items(batch, progress)
        while items is not None:
            with PartitionWriter(directory, f"{unit.name}-{len(entries):03d}") as out:
                items = self._fill(out, batch, items)
            entries.append(out.entry)
        return entries

    def _fill(
        self, out: PartitionWriter, batch: Batch, items: Iterator[tuple[Piece, Any]]
    ) -> Iterator[tuple[Piece, Any]] | None:
        """Writes one partition; the items that are left, or None."""
        writer = RecordWriter(out, batch, self._buried)
        for piece, item in items:
            if isinstance(item, Records):
                done = writer.documents(piece, item, most_bytes=self.partition_bytes)
                if done < len(item):
                    return chain([(piece, item.after(done))], items)
            elif isinstance(item, Record):
                writer.document(piece, item)
            elif isinstance(item, Rejected):
                writer.rejected(piece, item)
            else:
                assert isinstance(item, NotDocument)
                out.tally.not_documents[item.kind] = out.tally.not_documents.get(item.kind, 0) + 1
            if out.text_bytes_added >= self.partition_bytes:
                return items
        return None


def _items(batch: Batch, progress: Progress) -> Iterator[tuple[Piece, Any]]:
    reader = importlib.import_module(f"pipelines.readers.{reader_name(batch.source)}")
    # A reader that knows many documents at once hands them on together.
    read = getattr(reader, "read_columns", reader.read)
    settings = reader_settings(batch.source)
    for piece in batch.pieces:
        told = waiting = rows = 0
        for item in read(piece, settings=settings):
            # Bytes of the item as read; compressed files read more than they are long, which the bar caps.
            if isinstance(item, Records):
                waiting += sum(item.raw_bytes)
                rows += len(item)
            else:
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
