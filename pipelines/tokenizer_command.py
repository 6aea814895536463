"""``malmoi tokenizer train``: a tokenizer from files, outside a build.

What enters: JSONL, Parquet (a stage directory of a run, for example) and plain text. What leaves: ``tokenizer.json``.
"""

import sys
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from mixing.repeats import unit_hash
from tokenizer.morphemes import MorphemeCutter
from tokenizer.train import save, train

from .engine import files
from .readers import jsonl, parquet, text_tree
from .readers.planning import Format, find_pieces
from .readers.record import Piece, ReaderSettings, Record, Rejected

_READERS = {"jsonl": jsonl.read, "parquet": parquet.read, "text_tree": text_tree.read}


def train_from_files(
    paths: Sequence[str], *, out: str, vocab_size: int, text_column: str = "text", max_bytes: int | None = None
) -> str:
    """Trains on the documents of ``paths`` and writes ``out/tokenizer.json``; what was done, in words.

    With ``max_bytes``, each document is taken with the probability that makes about so much of the files' size, by a hash
    of its place, so the same files give the same tokenizer.

    Raises:
        ValueError: no document in the files, or a vocabulary smaller than the bytes and the special tokens.
        OSError: a path that is not there.
    """
    pieces = [(format_of(path), piece) for path in paths for piece in _pieces(path)]
    size = sum(piece.size for _, piece in pieces)
    share = 1.0 if max_bytes is None else min(1.0, max_bytes / max(size, 1))
    counts = {"documents": 0, "rejected": 0}
    with tqdm(total=size, desc="reading", unit="B", unit_scale=True, file=sys.stderr) as bar:
        texts = _texts(pieces, share, text_column, counts, bar)
        trained = train(texts, vocab_size=vocab_size)
    if not counts["documents"]:
        raise ValueError(f"no document was found in {', '.join(paths)}; give files with a {text_column!r} column or text files")
    target = save(trained.tokenizer, directory=Path(out))
    told = f"{target}: {trained.vocab_size:,} entries from {counts['documents']:,} documents"
    if not trained.is_complete:
        told += f" (asked for {vocab_size:,}: there is not more to merge in so little text)"
    return told + (f"; {counts['rejected']:,} records could not be read" if counts["rejected"] else "")


def format_of(path: str) -> Format:
    """The reader for a path, by its name; a directory by what is in it."""
    names = files.listing(path) or [path]
    if any(name.endswith(".parquet") for name in names):
        return "parquet"
    return "jsonl" if any(".jsonl" in name or ".ndjson" in name for name in names) else "text_tree"


def _pieces(path: str) -> list[Piece]:
    found = format_of(path)
    names = [name for name in files.listing(path) if name.endswith(".parquet")]
    patterns = [files.join(path, name) for name in names] if found == "parquet" and names else [path]
    return find_pieces(patterns, format=found, target_bytes=1 << 40)


def _texts(
    pieces: Sequence[tuple[str, Piece]], share: float, text_column: str, counts: dict[str, int], bar: "tqdm[Any]"
) -> Iterator[str]:
    cutter = MorphemeCutter()
    settings = ReaderSettings(text_column=text_column)
    for found, piece in pieces:
        for item in _READERS[found](piece, settings=settings):
            if isinstance(item, Rejected):
                counts["rejected"] += 1
            elif isinstance(item, Record) and unit_hash(f"{piece.path}#{item.ordinal}", seed=0) < int(share * (1 << 64)):
                counts["documents"] += 1
                yield cutter.segment(unicodedata.normalize("NFC", item.text))
        bar.update(piece.size)
