"""``malmoi knowledge train`` and ``malmoi knowledge score``: the knowledge classifier on files, outside a build.

What enters: JSONL, Parquet (a stage directory of a run, for example) and plain text; for scoring also JSONL on standard input.
What leaves: a directory with the model, its calibration and its card; or a line ``{"id", "score"}`` for each document.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

from tqdm import tqdm

from filters.knowledge.material import SIDES, Document, Material, Side
from filters.knowledge.scoring import KnowledgeScorer
from filters.knowledge.training import save_trained, train
from filters.language import LanguageIdentifier
from filters.normalise import normalise

from .input_files import Input, find_inputs
from .json_lines import Complaints, in_batches, read_entries, write_line
from .readers.record import ReaderSettings, Record, Rejected

_SUFFIXES = (".zst", ".gz", ".bz2", ".xz", ".jsonl", ".ndjson", ".json", ".parquet", ".pq")
_BATCH = 256


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
    inputs = find_inputs(path)
    num_found = 0
    first: Rejected | None = None
    with tqdm(total=sum(found.piece.size for found in inputs), desc=side, unit="B", unit_scale=True, file=sys.stderr) as bar:
        for found in inputs:
            for item in found.records(settings):
                if isinstance(item, Rejected):
                    first = first or item
                    rejected.append(item)
                elif isinstance(item, Record):
                    num_found += 1
                    file = path if found.format == "text_tree" else found.piece.path
                    source = item.metadata.get("source") or _name(file)
                    text, _ = normalise(item.text)
                    language, _ = identifier.identify(text)
                    material.add(Document(side, source, language, text))
            bar.update(found.piece.size)
    if not num_found:
        why = f" ({first.failure.detail})" if first else ""
        raise ValueError(f"no document was found in {path}{why}; give files with a {text_column!r} column or text files")


def _name(path: str) -> str:
    """A source's name: the file's without its suffixes."""
    name = path.rstrip("/").rpartition("/")[2]
    while (shorter := name.removesuffix(next((s for s in _SUFFIXES if name.endswith(s)), ""))) != name:
        name = shorter
    return name or path


def _told(out: str, card: dict[str, Any], rejected: Sequence[Rejected]) -> str:
    own = [row for row in card["sources"] if not row["is_anchor"]]
    num_documents = {side: sum(row["documents"] for row in own if row["side"] == side) for side in SIDES}
    held = card["held_out"]
    lines = [
        f"{out}: trained on {num_documents['knowledge']:,} documents of knowledge and {num_documents['ordinary']:,} of "
        f"ordinary text ({', '.join(card['languages'])})",
        f"held out: AUC {held['auc']:.4f}, calibration error {held['calibration_error']:.4f}, {held['documents']:,} documents",
    ]
    lines += [f"  {what}: left out by {how}" for what, how in held["by"].items()]
    # A language that both sides lack is a stray document or two; the card names it.
    one_sided = {language: why for language, why in card["skipped_languages"].items() if " and " not in why}
    lines += [f"not in the model: {language} ({why})" for language, why in one_sided.items()]
    if rejected:
        lines.append(_could_not_be_read(rejected))
    return "\n".join(lines)


def _could_not_be_read(rejected: Sequence[Rejected]) -> str:
    return f"{len(rejected):,} records could not be read; the first: {rejected[0].failure.detail}"


def score_lines(
    model: str,
    lines: Iterable[bytes],
    out: IO[str],
    *,
    messages: IO[str] | None = None,
    text_column: str = "text",
    id_column: str = "id",
) -> int:
    """Writes ``{"id", "score"}`` for every line of JSON, in order; the exit code: 0, or 1 if no line could be read.

    A score is ``null`` where the model was not trained on the document's language, or there is nothing to read. A document's
    ``language`` is taken at its word; without one it is identified.

    Raises:
        ValueError: ``model`` is not what training wrote.
    """
    told: IO[str] = sys.stderr if messages is None else messages
    scoring = _Scoring(model)
    complaints = Complaints(told)
    num_lines = 0
    for batch in in_batches(read_entries(lines, text_column=text_column, id_column=id_column)):
        scores = scoring.scores([(entry.text, entry.fields.get("language", "")) for entry in batch])
        for entry, score in zip(batch, scores, strict=True):
            if entry.problem:
                complaints.add(entry)
            write_line(out, {"id": entry.id, "score": score})
        out.flush()
        num_lines += len(batch)
    complaints.close()
    return int(0 < num_lines == complaints.num_lines)


def score_files(model: str, paths: Sequence[str], out: IO[str], *, text_column: str = "text", id_column: str = "id") -> str:
    """Writes ``{"id", "score"}`` for every document of ``paths``; how many there were, and what could not be read, in words.

    Raises:
        ValueError: ``model`` is not what training wrote, or no document was found.
        OSError: a path that is not there.
    """
    scoring = _Scoring(model)
    settings = ReaderSettings(text_column=text_column, id_column=id_column, language_column="language")
    rejected: list[Rejected] = []
    num_documents = 0
    records = _records([found for path in paths for found in find_inputs(path)], settings, rejected)
    while batch := list(islice(records, _BATCH)):
        scores = scoring.scores([(record.text, record.language) for _, record in batch])
        for (place, record), score in zip(batch, scores, strict=True):
            write_line(out, {"id": record.native_id or place, "score": score})
        num_documents += len(batch)
    if not num_documents:
        why = f" ({rejected[0].failure.detail})" if rejected else ""
        raise ValueError(f"no document was found in {', '.join(paths)}{why}")
    told = f"{num_documents:,} documents scored"
    return told + (f"; {_could_not_be_read(rejected)}" if rejected else "")


def _records(inputs: Iterable[Input], settings: ReaderSettings, rejected: list[Rejected]) -> Iterator[tuple[str, Record]]:
    """Each document with its place, which is its id where it has none."""
    for found in inputs:
        for item in found.records(settings):
            if isinstance(item, Record):
                yield found.place(item), item
            elif isinstance(item, Rejected):
                rejected.append(item)


class _Scoring:
    """A model, and the identification of languages that are not given."""

    def __init__(self, model: str) -> None:
        self._scorer = KnowledgeScorer(model)
        self._identifier = LanguageIdentifier()

    def scores(self, documents: Sequence[tuple[str, str]]) -> list[float | None]:
        """A score for each (text, language)."""
        texts = [normalise(text)[0] for text, _ in documents]
        given = [language or self._identifier.identify(texts[row])[0] for row, (_, language) in enumerate(documents)]
        return [None if score != score else round(score, 6) for score in self._scorer.scores(texts, given).tolist()]
