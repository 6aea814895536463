"""tokenizer: trains byte-level BPE on the words of a sample of the run's own documents, or takes a given tokenizer.

Two stages. ``tokenizer-sample`` counts the words of a sample of the documents, one table per partition; a document is in
the sample when its hash of (seed, id) is small enough, so each segment gives an equal share of ``train_bytes`` wherever it
lies. ``tokenizer`` adds the counts up, cuts each Korean word once at Kiwi's morpheme boundaries, trains, and writes
``tokenizer.json``.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from filters.document import SEGMENTS
from mixing.repeats import unit_hash
from pipelines.engine import files
from pipelines.engine.fingerprint import code_version, digest
from pipelines.engine.partition import TableWriter, read_batches, text_sizes
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, Unit
from tokenizer.split import WordCounts
from tokenizer.train import Training, train

from .context import Context, as_made

WORDS_SCHEMA = pa.schema([("word", pa.string()), ("context", pa.string()), ("count", pa.int64())])
_ROWS = 100_000
_TRAINING_MODULES = (
    *("tokenizer.merging", "tokenizer.morphemes", "tokenizer.pruning", "tokenizer.special_tokens", "tokenizer.split"),
    *("tokenizer.train", __name__),
)


def sample_stage(context: Context) -> Stage:
    settings = context.recipe.tokenizer
    shares = {} if settings.path else sample_shares(context.manifests[context.documents], int(settings.train_bytes))
    return Stage(
        name="tokenizer-sample",
        run=context.run,
        job=CountWords(context.recipe.seed, shares),
        units=[] if settings.path else context.partitions(context.documents),
        config={"seed": context.recipe.seed, "shares": shares},
        inputs=[context.fingerprint_of(context.documents)],
        code=code_version(("tokenizer.split", "mixing.repeats", __name__), ("regex",)),
        expected_bytes_per_s=4_000_000,
    )


def sample_shares(manifest: Mapping[str, Any], train_bytes: int) -> dict[str, float]:
    """What share of each segment's documents is sampled, so that each gives the same bytes as far as it has them."""
    segments = as_made(manifest["totals"]).get("stats", {}).get("segments", {})
    wanted = train_bytes / len(SEGMENTS)
    return {s: round(min(1.0, wanted / segments[s]["text_bytes"]), 9) for s in SEGMENTS if s in segments}


@dataclass(frozen=True)
class CountWords:
    """The job: samples, splits and counts."""

    seed: int
    shares: Mapping[str, float]

    def setup(self) -> None:
        """Nothing to load."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        words = WordCounts()
        num_documents = num_bytes = 0
        for batch in read_batches(unit.payload, columns=["id", "text", "segment"]):
            columns = [column.to_pylist() for column in batch.columns]
            for identifier, text, segment, text_bytes in zip(*columns, text_sizes(batch), strict=True):
                if unit_hash(f"tokenizer/{identifier}", seed=self.seed) < int(self.shares.get(segment, 0.0) * (1 << 64)):
                    words.add(text)
                    num_documents += 1
                    num_bytes += text_bytes
                progress.advance(rows=1, num_bytes=text_bytes)
        name = f"{unit.name}.parquet"
        writer = TableWriter(files.join(directory, name), WORDS_SCHEMA)
        rows = words.rows()
        for start in range(0, len(rows), _ROWS):
            columns = [
                pa.array(c, f.type) for c, f in zip(zip(*rows[start : start + _ROWS], strict=True), WORDS_SCHEMA, strict=True)
            ]
            writer.write(pa.RecordBatch.from_arrays(columns, schema=WORDS_SCHEMA))
        stats = {"documents": num_documents, "text_bytes": num_bytes, "words": len(rows)}
        return [{"name": unit.name, "files": {name: writer.close()}, "stats": stats}]


def train_stage(context: Context) -> Stage:
    settings = context.recipe.tokenizer
    given = context.resolve(settings.path) if settings.path else None
    training = Training(
        vocab_size=settings.vocab_size, misalignment=settings.misalignment, korean_weight=settings.korean_weight
    )
    paths = [unit.payload for unit in context.partitions("tokenizer-sample")]
    size = sum(int(e["stats"]["text_bytes"]) for e in context.manifests["tokenizer-sample"]["partitions"])
    return Stage(
        name="tokenizer",
        run=context.run,
        job=Train(training, given),
        units=[Unit("tokenizer", paths, max(size, 1))],
        config={"given": digest(read_given(given).decode())} if given else asdict(training),
        inputs=[context.fingerprint_of("tokenizer-sample")],
        code=code_version(_TRAINING_MODULES, ("kiwipiepy", "kiwipiepy_model", "tokenizers")),
    )


def read_given(path: str) -> bytes:
    """The bytes of a tokenizer.json that the recipe names.

    Raises:
        ValueError: there is no such file.
    """
    try:
        return files.read_bytes(path)
    except FileNotFoundError:
        raise ValueError(f"tokenizer.path: there is no {path}; train one with `malmoi tokenizer train`") from None


@dataclass(frozen=True)
class Train:
    """The job: one tokenizer from all samples."""

    training: Training
    given: str | None

    def setup(self) -> None:
        """Nothing to load."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        if self.given:
            data = read_given(self.given)
        else:
            # Adding up and merging may go on for minutes without a word; allow for a slow machine.
            with progress.alive(seconds=600 + unit.cost / 50_000):
                trained = train(_words(unit.payload), self.training)
            data = trained.tokenizer.to_str(pretty=True).encode()
        with files.writing(files.join(directory, "tokenizer.json")) as out:
            out.write(data)
        return [{"name": unit.name, "files": {"tokenizer.json": out.description()}, "stats": {}}]


def _words(paths: list[str]) -> WordCounts:
    words = WordCounts()
    for path in paths:
        for batch in read_batches(path):
            words.merge(*(column.to_pylist() for column in batch.columns))
    return words
