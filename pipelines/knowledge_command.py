"""``malmoi knowledge train`` and ``malmoi knowledge score``: the knowledge classifier on files, outside a build.

What enters: JSONL, Parquet (a stage directory of a run, for example) and plain text; for scoring also JSONL on standard input.
What leaves: a directory with the model, its calibration and its card; or a line ``{"id", "score"}`` for each document.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TextIO, cast

from tqdm import tqdm

from filters.knowledge.material import SIDES, Document, Material, Side
from filters.knowledge.scoring import KnowledgeScorer
from filters.knowledge.training import save_trained, train
from filters.language import LanguageIdentifier

from .engine import files
from .readers import jsonl, parquet, text_tree
from .readers.planning import find_pieces
from .readers.record import Piece, ReaderSettings, Record, Rejected
from .tokenizer_command import format_of

_READERS = {"jsonl": jsonl.read, "parquet": parquet.read, "text_tree": text_tree.read}
_SUFFIXES = (".zst", ".gz", ".bz2", ".xz", ".jsonl", ".ndjson", ".json", ".parquet", ".pq")
_BATCH = 256


class Item(NamedTuple):
    """One document to score; an empty language is not known yet."""

    identifier: str
    text: str
    language: str


def train_from_files(
    knowledge: Sequence[str],
    ordinary: Sequence[str],
    *,
    out: str,
    name: str = "knowledge",
    text_column: str = "text",
    with_anchors: bool = True,
) -> str:
    """Trains on the documents of both lists of paths and writes ``out``; what was done, in words.

    A record's source is its column ``source``, else its file; a directory of text files is one source.

    Raises:
        ValueError: a path on both sides, no readable document in one, too few documents.
        OSError: a path that is not there.
    """
    both = sorted(set(knowledge) & set(ordinary))
    if both:
        raise ValueError(f"{', '.join(both)} is given as knowledge and as ordinary text; leave it out of one of them")
    material = Material()
    identifier = LanguageIdentifier()
    rejected: list[Rejected] = []
    for side, paths in zip(SIDES, (knowledge, ordinary), strict=True):
        for path in paths:
            _gather(path, side, material, identifier, text_column, rejected)
    trained = train(material, name=name, with_anchors=with_anchors)
    card = save_trained(trained, Path(out))
    return _told(out, card, rejected)


def _gather(
    path: str, side: Side, material: Material, identifier: LanguageIdentifier, text_column: str, rejected: list[Rejected]
) -> None:
    """Adds the documents of one path; raises ValueError where there is none."""
    settings = ReaderSettings(text_column=text_column, metadata_columns=("source",))
    pieces = _pieces(path)
    num_found = 0
    first: Rejected | None = None
    with tqdm(total=sum(piece.size for _, piece in pieces), desc=side, unit="B", unit_scale=True, file=sys.stderr) as bar:
        for found, piece in pieces:
            for item in _READERS[found](piece, settings=settings):
                if isinstance(item, Rejected):
                    first = first or item
                    rejected.append(item)
                elif isinstance(item, Record):
                    num_found += 1
                    source = item.metadata.get("source") or (_name(path) if found == "text_tree" else _name(piece.path))
                    language, _ = identifier.identify(item.text)
                    material.add(Document(side, source, language, item.text))
            bar.update(piece.size)
    if not num_found:
        why = f" ({first.failure.detail})" if first else ""
        raise ValueError(f"no document was found in {path}{why}; give files with a {text_column!r} column or text files")


def _pieces(path: str) -> list[tuple[str, Piece]]:
    found = format_of(path)
    names = [name for name in files.listing(path) if name.endswith(".parquet")]
    patterns = [files.join(path, name) for name in names] if found == "parquet" and names else [path]
    return [(found, piece) for piece in find_pieces(patterns, format=found, target_bytes=1 << 40)]


def _name(path: str) -> str:
    """A source's name: the file's without its suffixes."""
    name = path.rstrip("/").rpartition("/")[2]
    while (shorter := name.removesuffix(next((s for s in _SUFFIXES if name.endswith(s)), ""))) != name:
        name = shorter
    return name or path


def _told(out: str, card: dict[str, Any], rejected: Sequence[Rejected]) -> str:
    num_documents = {side: sum(row["documents"] for row in card["sources"] if row["side"] == side) for side in SIDES}
    held = card["held_out"]
    lines = [
        f"{out}: trained on {num_documents['knowledge']:,} documents of knowledge and {num_documents['ordinary']:,} of "
        f"ordinary text ({', '.join(card['languages'])})",
        f"held out: AUC {held['auc']:.4f}, calibration error {held['calibration_error']:.4f} on {held['documents']:,} documents",
    ]
    lines += [f"  {what}: left out by {how}" for what, how in held["by"].items()]
    # A language that both sides lack is a stray document or two; the card names it.
    one_sided = {language: why for language, why in card["skipped_languages"].items() if " and " not in why}
    lines += [f"not in the model: {language} ({why})" for language, why in one_sided.items()]
    if rejected:
        lines.append(f"{len(rejected):,} records could not be read; the first: {rejected[0].failure.detail}")
    return "\n".join(lines)


def score(
    model: str, *, inputs: Sequence[str] = (), lines: Iterable[str] = (), out: TextIO | None = None, text_column: str = "text"
) -> int:
    """Writes ``{"id", "score"}`` for each document of ``inputs``, or of ``lines`` of JSON; how many there were.

    A score is ``null`` where the model was not trained on the document's language, or there is nothing to read. A document's
    ``language`` is taken at its word; without one it is identified.

    Raises:
        ValueError: no model, or a record that is no document; the message names the place.
        OSError: a path that is not there.
    """
    target = out or sys.stdout
    scorer = KnowledgeScorer(model)
    identifier = LanguageIdentifier()
    items = _from_files(inputs, text_column) if inputs else _from_lines(lines, text_column)
    num_documents = 0
    while batch := list(islice(items, _BATCH)):
        languages = [item.language or identifier.identify(item.text)[0] for item in batch]
        scores = scorer.scores([item.text for item in batch], languages).tolist()
        for item, value in zip(batch, scores, strict=True):
            told = None if value != value else round(value, 6)
            target.write(json.dumps({"id": item.identifier, "score": told}, ensure_ascii=False) + "\n")
        num_documents += len(batch)
    return num_documents


def _from_files(paths: Sequence[str], text_column: str) -> Iterator[Item]:
    settings = ReaderSettings(text_column=text_column, language_column="language")
    for path in paths:
        for found, piece in _pieces(path):
            for item in _READERS[found](piece, settings=settings):
                if isinstance(item, Rejected):
                    raise ValueError(item.failure.detail)
                if isinstance(item, Record):
                    place = piece.path if found == "text_tree" else f"{piece.path}#{item.ordinal}"
                    yield Item(item.native_id or place, item.text, item.language)


def _from_lines(lines: Iterable[str], text_column: str) -> Iterator[Item]:
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            values: Any = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"input line {number} is not JSON ({error}): mend or remove it") from None
        if not isinstance(values, dict):
            raise ValueError(f"input line {number} is not a JSON object: write one document a line, with id and text")
        record = cast(dict[str, Any], values)
        if not isinstance(record.get(text_column), str):
            raise ValueError(f"input line {number} has no string {text_column!r}: add it, or name another --text-column")
        language = record.get("language")
        yield Item(str(record.get("id", number)), record[text_column], language if isinstance(language, str) else "")
