"""Files that a command is given by hand: which reader each wants, and what is in them.

Enters: paths of JSONL, Parquet (a stage directory of a run, for example) and plain text, files or directories. Leaves: pieces
with the name of their reader, and the reader's records and rejections.
"""

from collections.abc import Iterator
from typing import NamedTuple

from .engine import files
from .readers import jsonl, parquet, text_tree
from .readers.planning import Format, find_pieces
from .readers.record import NotDocument, Piece, ReaderSettings, Record, Rejected

_READERS = {"jsonl": jsonl.read, "parquet": parquet.read, "text_tree": text_tree.read}


class Input(NamedTuple):
    """A piece of a file, and the name of its reader."""

    format: Format
    piece: Piece

    def records(self, settings: ReaderSettings) -> Iterator[Record | Rejected | NotDocument]:
        """What the reader finds in it."""
        yield from _READERS[self.format](self.piece, settings=settings)

    def place(self, record: Record) -> str:
        """Where the record stands, which is its id where it has none of its own."""
        return self.piece.path if self.format == "text_tree" else f"{self.piece.path}#{record.ordinal}"


def find_inputs(path: str) -> list[Input]:
    """The pieces of a file or directory.

    Raises:
        ValueError, OSError: there is nothing.
    """
    found = format_of(path)
    names = [name for name in files.listing(path) if name.endswith(".parquet")]
    patterns = [files.join(path, name) for name in names] if found == "parquet" and names else [path]
    return [Input(found, piece) for piece in find_pieces(patterns, format=found, target_bytes=1 << 40)]


def format_of(path: str) -> Format:
    """The reader for a path, by its name; a directory by what is in it."""
    names = files.listing(path) or [path]
    if any(name.endswith(".parquet") for name in names):
        return "parquet"
    return "jsonl" if any(".jsonl" in name or ".ndjson" in name for name in names) else "text_tree"
