"""knowledge: trains the knowledge classifier on the run's own documents, or takes a given one.

Two stages, between ingest and filter. ``knowledge-sample`` takes documents of ingest's prose, one table per partition: of
sources that the recipe marks ``knowledge = true``, and of all others. A document is in the sample when its hash of (seed, id)
is small enough, so every source of a side gives an equal share of ``train_bytes / 2``. ``knowledge`` trains on all of them
and writes ``model.bin``, ``calibration.json`` and ``card.json``, or copies those of ``model``. Without ``train`` and
``model`` both do nothing, and documents get no score.
"""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from filters.knowledge.anchors import anchor_documents
from filters.knowledge.material import SIDES, Document, Material, Side
from filters.knowledge.scoring import KnowledgeScorer
from filters.knowledge.training import CALIBRATION_FILE, CARD_FILE, MODEL_FILE, save_trained, train
from filters.language import LanguageIdentifier
from mixing.repeats import unit_hash
from pipelines.engine import files
from pipelines.engine.fingerprint import code_version, digest
from pipelines.engine.partition import TableWriter, read_batches, text_sizes
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, StageFailedError, Unit

from .context import Context, as_made

_SAMPLE_SCHEMA = pa.schema([(name, pa.string()) for name in ("side", "source", "language", "text")])
_FILES = (MODEL_FILE, CALIBRATION_FILE, CARD_FILE)
#: Says why there is no model, in its place.
UNTRAINED = "untrained.txt"
#: Of a longer document its beginning, middle and end are kept: far more than training looks at.
_MAX_CHARACTERS = 60_000


def has_scores(context: Context) -> bool:
    """Whether the recipe asks for knowledge scores."""
    settings = context.recipe.knowledge
    return settings.train or settings.model is not None


def scorer_directory(context: Context) -> str | None:
    """Where the run's model lies when the stage is done; None where no document is scored."""
    directory = files.join(context.run, "knowledge")
    return directory if has_scores(context) and not untrained(context.run) else None


def untrained(run: str) -> str:
    """Why there is no model although the recipe asks for one, or nothing."""
    path = files.join(run, "knowledge", UNTRAINED)
    return files.read_bytes(path).decode().strip() if files.exists(path) else ""


def open_scorer(directory: str) -> KnowledgeScorer:
    """The scorer of a directory on any file system.

    Raises:
        ValueError: there is no model.
    """
    if files.is_local(directory):
        return KnowledgeScorer(files.filesystem(directory)[1])
    with tempfile.TemporaryDirectory(prefix="malmoi-knowledge-") as local:
        for name in (MODEL_FILE, CALIBRATION_FILE):
            (Path(local) / name).write_bytes(read_given(directory, name))
        return KnowledgeScorer(local)


def sample_stage(context: Context) -> Stage:
    settings = context.recipe.knowledge
    trains = settings.train and settings.model is None
    sides = _sides(context) if trains else {}
    shares = _shares(sides, context, int(settings.train_bytes)) if trains else {}
    return Stage(
        name="knowledge-sample",
        run=context.run,
        job=Sample(context.recipe.seed, sides, shares, context.recipe.identify.model),
        units=context.partitions("ingest") if trains else [],
        config={"seed": context.recipe.seed, "sides": sides, "shares": shares, "identify": context.recipe.identify.model},
        inputs=[context.fingerprint_of("ingest")] if trains else [],
        code=code_version(("filters.language", "mixing.repeats", __name__), ("fasttext-community",)),
        expected_bytes_per_s=20_000_000,
    )


def _sides(context: Context) -> dict[str, Side]:
    """The side of every source of prose.

    Raises:
        ValueError: one side has no source.
    """
    prose = [source for source in context.recipe.source if source.kind == "prose"]
    sides: dict[str, Side] = {source.name: "knowledge" if source.knowledge else "ordinary" for source in prose}
    if missing := [side for side in SIDES if side not in sides.values()]:
        remedy = {
            "knowledge": "mark law, manuals, textbooks or references with `knowledge = true` in their [[source]]",
            "ordinary": "add a [[source]] of ordinary text (web pages, reviews, talk) without `knowledge = true`",
        }[missing[0]]
        raise ValueError(
            f"knowledge.train: no source of prose is {missing[0]}; {remedy}, or give a trained model with knowledge.model"
        )
    return sides


def _shares(sides: Mapping[str, Side], context: Context, train_bytes: int) -> dict[str, float]:
    """What share of each source's documents is sampled, so that each gives the same bytes as far as it has them."""
    kept = dict.fromkeys(sides, 0)
    for entry in context.manifests["ingest"]["partitions"]:
        # A partition of ingest holds one source.
        for source in entry["stats"]["sources"]:
            if source in kept:
                kept[source] += int(as_made(entry)["stats"]["text_bytes_kept"])
    num_sources = {side: sum(1 for other in sides.values() if other == side) for side in SIDES}
    wanted = {source: train_bytes / len(SIDES) / num_sources[side] for source, side in sides.items()}
    return {source: round(min(1.0, wanted[source] / max(kept[source], 1)), 9) for source in sides}


@dataclass
class Sample:
    """The job: samples, identifies the language, and cuts long documents down."""

    seed: int
    sides: Mapping[str, Side]
    shares: Mapping[str, float]
    language_model: str | None
    _identifier: LanguageIdentifier | None = field(default=None, repr=False)

    def setup(self) -> None:
        self._identifier = LanguageIdentifier(self.language_model)

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        assert self._identifier is not None
        name = f"{unit.name}.parquet"
        writer = TableWriter(files.join(directory, name), _SAMPLE_SCHEMA)
        num_documents = num_bytes = 0
        for batch in read_batches(unit.payload, columns=["id", "text", "source"]):
            rows: list[tuple[str, str, str, str]] = []
            columns = (*(column.to_pylist() for column in batch.columns), text_sizes(batch))
            for identifier, text, source, text_bytes in zip(*columns, strict=True):
                share = self.shares.get(source, 0.0)
                if share and unit_hash(f"knowledge/{identifier}", seed=self.seed) < int(share * (1 << 64)):
                    with progress.alive(num_bytes=text_bytes):
                        language, _ = self._identifier.identify(text)
                    rows.append((self.sides[source], source, language, excerpt(text)))
                    num_documents += 1
                    num_bytes += text_bytes
                progress.advance(rows=1, num_bytes=text_bytes)
            if rows:
                arrays = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
                writer.write(pa.RecordBatch.from_arrays(arrays, schema=_SAMPLE_SCHEMA))
        stats = {"documents": num_documents, "text_bytes": num_bytes}
        return [{"name": unit.name, "files": {name: writer.close()}, "stats": stats}]


def excerpt(text: str) -> str:
    """What of a document is kept as a sample."""
    if len(text) <= _MAX_CHARACTERS:
        return text
    third, middle = _MAX_CHARACTERS // 3, len(text) // 2
    return "\n".join((text[:third], text[middle - third // 2 : middle + third // 2], text[-third:]))


def train_stage(context: Context) -> Stage:
    settings = context.recipe.knowledge
    given = context.resolve(settings.model) if settings.model is not None else None
    paths = [unit.payload for unit in context.partitions("knowledge-sample")]
    size = sum(int(e["stats"]["text_bytes"]) for e in context.manifests["knowledge-sample"]["partitions"])
    return Stage(
        name="knowledge",
        run=context.run,
        job=Train(given, optional=settings.optional),
        units=[Unit("knowledge", paths, max(size, 1))] if has_scores(context) else [],
        config={
            "given": _given_digest(given) if given else None,
            "anchors": digest(anchor_documents()),
            "scores": has_scores(context),
            "optional": settings.optional,
        },
        inputs=[] if given else [context.fingerprint_of("knowledge-sample")],
        code=code_version(
            ("filters.knowledge", "filters.korean.eojeol", __name__), ("fasttext-community", "kiwipiepy", "kiwipiepy_model")
        ),
    )


def read_given(directory: str, name: str) -> bytes:
    """A file of a model that the recipe names.

    Raises:
        ValueError: it is not there.
    """
    try:
        return files.read_bytes(files.join(directory, name))
    except (FileNotFoundError, NotADirectoryError):
        remedy = "give the directory that `malmoi knowledge train` wrote"
        raise ValueError(f"knowledge.model: there is no {name} in {directory}; {remedy}") from None


def _given_digest(directory: str) -> str:
    hashed = hashlib.sha256()
    for name in _FILES:
        hashed.update(read_given(directory, name))
    return hashed.hexdigest()


@dataclass(frozen=True)
class Train:
    """The job: one model from all samples, or a copy of the given one; ``optional``: none where there is too little."""

    given: str | None
    optional: bool = False

    def setup(self) -> None:
        """Nothing to load."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        with tempfile.TemporaryDirectory(prefix="malmoi-knowledge-") as local:
            if self.given:
                for name in _FILES:
                    (Path(local) / name).write_bytes(read_given(self.given, name))
                KnowledgeScorer(local)  # a damaged model is told here, not by every worker of the filter
            else:
                # Analysing and training run without a word; allow for a slow machine.
                with progress.alive(seconds=600 + unit.cost / 50_000):
                    self._train(unit.payload, Path(local))
            described: dict[str, Any] = {}
            for path in sorted(Path(local).iterdir()):
                with files.writing(files.join(directory, path.name)) as out:
                    out.write(path.read_bytes())
                described[path.name] = out.description()
        return [{"name": unit.name, "files": described, "stats": {}}]

    def _train(self, paths: list[str], local: Path) -> None:
        try:
            save_trained(train(_material(paths)), local)
        except ValueError as error:
            if self.optional:
                (local / UNTRAINED).write_text(f"{error}\n", encoding="utf-8")
                return
            remedy = (
                "raise knowledge.train_bytes, add sources, give a trained model with knowledge.model, or say optional = true"
            )
            raise StageFailedError(f"knowledge: {error}; {remedy}") from error


def _material(paths: list[str]) -> Material:
    material = Material()
    for path in paths:
        for batch in read_batches(path):
            for side, source, language, text in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                material.add(Document(cast(Side, side), source, language, text))
    return material
