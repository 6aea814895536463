"""documents: JSON Lines that a command was given, as partitions of documents, so that stages can read them.

What enters: pieces of files, plain or compressed. What leaves: partitions, one row per line that holds a document, with the
text as it is and in ``uri`` the line's place, ``<file>#<byte>``; and a ledger row for each line that holds none. A line without
an id has its place for one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from filters.batch import Batch
from filters.document import Document, Failure
from filters.language import LanguageIdentifier
from pipelines.engine import files
from pipelines.engine.fingerprint import code_version, digest
from pipelines.engine.ledger import LedgerRow
from pipelines.engine.partition import BATCH_BYTES, BATCH_ROWS, PartitionWriter
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, StageFailedError, Unit
from pipelines.json_lines import Entry, read_entries
from pipelines.readers.lines import Line, OversizeLine, UnfinishedLine, read_lines
from pipelines.readers.opening import FileError
from pipelines.readers.planning import find_pieces
from pipelines.readers.record import Piece
from pipelines.recipe_tables import Source

from .context import Context

NAME = "documents"
_NOTHING: list[Any] = []

AnyLine = Line | OversizeLine | UnfinishedLine
#: A line as an entry, with the byte where it begins.
Placed = tuple[int, Entry]


def stage(context: Context) -> Stage:
    """The documents of the recipe's sources, whose paths are those that the command was given."""
    units: list[Unit] = []
    target = int(context.recipe.partition_bytes)
    for source in context.recipe.source:
        for piece in find_pieces([context.resolve(path) for path in source.paths], format="jsonl", target_bytes=target):
            units.append(Unit(f"part-{len(units):05d}", (source, piece), max(piece.size, 1)))
    listed = [[unit.payload[0].name, unit.payload[1].path, unit.payload[1].start, unit.cost] for unit in units]
    return Stage(
        name=NAME,
        run=context.run,
        job=ReadLines(target, context.recipe.identify.model),
        units=units,
        config={
            "columns": [[source.text_column, source.id_column] for source in context.recipe.source],
            "identify": context.recipe.identify.model,
            "pieces": digest(listed),
        },
        code=code_version(
            ("filters.language", "pipelines.json_lines", "pipelines.readers", __name__),
            ("fasttext-community", "pyarrow", "zstandard"),
        ),
        state=[[path, _state(path)] for path in sorted({unit.payload[1].path for unit in units})],
        expected_bytes_per_s=20_000_000,
    )


def _state(path: str) -> str:
    fs, name = files.filesystem(path)
    return str(fs.ukey(name))


@dataclass
class ReadLines:
    """The job: one piece of one file. A document whose line does not say so is given the language that it is in."""

    partition_bytes: int
    language_model: str | None
    _identifier: LanguageIdentifier | None = field(default=None, repr=False)

    def setup(self) -> None:
        self._identifier = LanguageIdentifier(self.language_model)

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        source, piece = unit.payload
        entries: list[dict[str, Any]] = []
        batches = entries_of(piece, source)
        exhausted = False
        while not exhausted:
            with PartitionWriter(directory, f"{unit.name}-{len(entries):03d}") as out:
                exhausted = self._fill(out, source, piece, batches, progress)
            entries.append(out.entry)
        return entries

    def _fill(
        self, out: PartitionWriter, source: Source, piece: Piece, batches: Iterator[list[Placed]], progress: Progress
    ) -> bool:
        """Writes one partition; whether the lines are used up."""
        for batch in batches:
            with progress.alive(num_bytes=sum(len(entry.text) for _, entry in batch)):
                languages = self._languages([entry for _, entry in batch])
            for (offset, entry), language in zip(batch, languages, strict=True):
                self._write(out, source, f"{piece.path}#{offset}", entry, language)
                progress.advance(rows=1, num_bytes=len(entry.text.encode()))
            if out.text_bytes_added >= self.partition_bytes:
                return False
        return True

    def _languages(self, entries: Sequence[Entry]) -> list[str]:
        assert self._identifier is not None
        documents = [Document(id="", text=entry.text) for entry in entries]
        found = self._identifier.identify_all(Batch(documents, split_words=str.split))
        return [entry.fields.get("language") or language for entry, (language, _) in zip(entries, found, strict=True)]

    def _write(self, out: PartitionWriter, source: Source, place: str, entry: Entry, language: str) -> None:
        identifier = place if entry.id is None else str(entry.id)
        if entry.problem:
            out.tally.entered(source.name, text_bytes=0)
            failures = [Failure("unreadable_line", detail=entry.problem)]
            out.record(LedgerRow(identifier, "unreadable", failures, source.name, place))
            return
        kind = "missing" if entry.id is None else "strings" if isinstance(entry.id, str) else "numbers"
        out.tally.add("ids", kind, lines=1)
        segment = "code" if entry.fields.get("segment") == "code" else ""
        row = (identifier, entry.text, source.name, place, "", segment, language, 0.0, _NOTHING, _NOTHING)
        out.add(row, text_bytes=len(entry.text.encode()))


def entries_of(piece: Piece, source: Source) -> Iterator[list[Placed]]:
    """The lines of a piece with their places, in batches, broken ones too; blank ones are passed over.

    Raises:
        StageFailedError: the file itself is damaged.
    """
    lines = read_lines(piece, max_bytes=int(source.max_record_bytes))
    some: list[AnyLine] = []
    num_bytes = 0
    try:
        for line in lines:
            some.append(line)
            num_bytes += 0 if isinstance(line, OversizeLine) else len(line.content)
            if len(some) >= BATCH_ROWS or num_bytes >= BATCH_BYTES:
                yield _read(some, source)
                some, num_bytes = [], 0
    except FileError as error:
        raise StageFailedError(f"{piece.path}: {error.detail}") from None
    yield _read(some, source)


def _read(lines: Sequence[AnyLine], source: Source) -> list[Placed]:
    contents = (b"" if isinstance(line, OversizeLine) else line.content for line in lines)
    entries = read_entries(contents, text_column=source.text_column, id_column=source.id_column)
    found: list[Placed] = []
    for line, entry in zip(lines, entries, strict=True):
        if isinstance(line, OversizeLine):
            limit = f"{int(source.max_record_bytes):,}"
            entry = entry._replace(problem=f"a line of {line.num_bytes:,} bytes, more than {limit}: break it up")
        elif not line.content.strip():
            continue  # as at the end of many a file
        found.append((line.offset, entry))
    return found
