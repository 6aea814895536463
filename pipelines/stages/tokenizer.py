"""tokenizer: trains byte-level BPE on morphemes of a sample of the run's own documents, or takes a given tokenizer.

Two stages. ``tokenizer-sample`` cuts a sample of dedup's documents at Kiwi's morpheme boundaries, one table of texts per
partition; a document is in the sample when its hash of (seed, id) is small enough, so each segment gives an equal share
of ``train_bytes`` wherever it lies. ``tokenizer`` trains on all of them and writes ``tokenizer.json``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from filters.document import SEGMENTS
from mixing.repeats import unit_hash
from pipelines.engine import files
from pipelines.engine.fingerprint import code_version, digest
from pipelines.engine.partition import TableWriter, read_batches
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, Unit
from tokenizer.morphemes import SEPARATOR, MorphemeCutter
from tokenizer.train import train

from .context import Context

_SAMPLE_SCHEMA = pa.schema([("text", pa.string())])


def sample_stage(context: Context) -> Stage:
    settings = context.recipe.tokenizer
    shares = {} if settings.path else sample_shares(context.manifests[context.documents], int(settings.train_bytes))
    return Stage(
        name="tokenizer-sample",
        run=context.run,
        job=Cut(context.recipe.seed, shares),
        units=[] if settings.path else context.partitions(context.documents),
        config={"seed": context.recipe.seed, "shares": shares},
        inputs=[context.fingerprint_of(context.documents)],
        code=code_version(("tokenizer.morphemes", "mixing.repeats", __name__), ("kiwipiepy", "kiwipiepy_model")),
        expected_bytes_per_s=500_000,
    )


def sample_shares(manifest: Mapping[str, Any], train_bytes: int) -> dict[str, float]:
    """What share of each segment's documents is sampled, so that each gives the same bytes as far as it has them."""
    segments = manifest["totals"].get("stats", {}).get("segments", {})
    wanted = train_bytes / len(SEGMENTS)
    return {s: round(min(1.0, wanted / segments[s]["text_bytes"]), 9) for s in SEGMENTS if s in segments}


@dataclass
class Cut:
    """The job: samples and cuts."""

    seed: int
    shares: Mapping[str, float]
    _cutter: MorphemeCutter | None = field(default=None, repr=False)

    def setup(self) -> None:
        self._cutter = MorphemeCutter()

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        assert self._cutter is not None
        name = f"{unit.name}.parquet"
        writer = TableWriter(files.join(directory, name), _SAMPLE_SCHEMA)
        num_documents = num_bytes = 0
        for batch in read_batches(unit.payload, columns=["id", "text", "segment"]):
            texts: list[str] = []
            for identifier, text, segment in zip(*(c.to_pylist() for c in batch.columns), strict=True):
                text_bytes = len(text.encode())
                if unit_hash(f"tokenizer/{identifier}", seed=self.seed) < int(self.shares.get(segment, 0.0) * (1 << 64)):
                    with progress.alive(num_bytes=text_bytes):
                        texts.append(self._cutter.segment(text) if segment == "korean" else _plain(text))
                    num_documents += 1
                    num_bytes += text_bytes
                progress.advance(rows=1, num_bytes=text_bytes)
            writer.write(pa.RecordBatch.from_pydict({"text": texts}, schema=_SAMPLE_SCHEMA))
        stats = {"documents": num_documents, "text_bytes": num_bytes}
        return [{"name": unit.name, "files": {name: writer.close()}, "stats": stats}]


def _plain(text: str) -> str:
    return text.replace(SEPARATOR, "")


def train_stage(context: Context) -> Stage:
    settings = context.recipe.tokenizer
    given = context.resolve(settings.path) if settings.path else None
    paths = [unit.payload for unit in context.partitions("tokenizer-sample")]
    size = sum(int(e["stats"]["text_bytes"]) for e in context.manifests["tokenizer-sample"]["partitions"])
    return Stage(
        name="tokenizer",
        run=context.run,
        job=Train(settings.vocab_size, given),
        units=[Unit("tokenizer", paths, max(size, 1))],
        config={"vocab_size": settings.vocab_size, "given": digest(read_given(given).decode()) if given else None},
        inputs=[context.fingerprint_of("tokenizer-sample")],
        code=code_version(("tokenizer.train", "tokenizer.special_tokens", __name__), ("tokenizers",)),
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

    vocab_size: int
    given: str | None

    def setup(self) -> None:
        """Nothing to load."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        if self.given:
            data = read_given(self.given)
        else:
            # Counting and merging run inside the library without a word; allow for a slow machine.
            with progress.alive(seconds=600 + unit.cost / 50_000):
                trained = train(_texts(unit.payload), vocab_size=self.vocab_size)
            data = trained.tokenizer.to_str(pretty=True).encode()
        with files.writing(files.join(directory, "tokenizer.json")) as out:
            out.write(data)
        return [{"name": unit.name, "files": {"tokenizer.json": out.description()}, "stats": {}}]


def _texts(paths: list[str]) -> Iterator[str]:
    for path in paths:
        for batch in read_batches(path):
            yield from batch.column("text").to_pylist()
