"""The text that trains the probe's tokenizer: in every source's proportion to the whole, and half of the sample at most.

What enters: the documents that are left of a sample, and the rate at which each source was sampled. What leaves: counted
words as a build counts them, where a document of a source that was sampled thinly counts for those that were not, so that the
vocabulary is divided among sources and segments as the build will divide it. Of a source read whole the documents that train
are those that will train in the build, as far as half of them stay unseen.
"""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from filters.document import SEGMENTS
from mixing.repeats import unit_hash
from pipelines.engine import files
from pipelines.engine.partition import TableWriter, read_batches, text_sizes
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, Unit
from pipelines.stages.context import Context
from pipelines.stages.tokenizer import WORDS_SCHEMA
from tokenizer.split import WordCounts

#: At most this share of a source's documents trains the tokenizer: the rest is text that it has not seen.
_MOST_TRAINED = 0.5


@dataclass(frozen=True, slots=True)
class Chosen:
    """``share`` of the documents of a source in a segment train the tokenizer, and each counts ``weight`` times."""

    share: float
    weight: int


def chosen_shares(
    manifest: Mapping[str, Any], rates: Mapping[str, float], *, train_bytes: int
) -> dict[tuple[str, str], Chosen]:
    """By source and segment, what trains the tokenizer of a sample so that it is like the whole's."""
    sizes: dict[tuple[str, str], float] = {}
    for entry in manifest["partitions"]:
        for source in entry["stats"]["sources"]:
            for segment, own in entry["stats"]["segments"].items():
                sizes[source, segment] = sizes.get((source, segment), 0.0) + own["text_bytes"]
    totals: dict[str, float] = dict.fromkeys(SEGMENTS, 0.0)
    for (source, segment), size in sizes.items():
        totals[segment] += size / max(rates.get(source, 1.0), 1e-12)
    result: dict[tuple[str, str], Chosen] = {}
    for source, segment in sorted(sizes):
        trained = min(1.0, train_bytes / len(SEGMENTS) / max(totals[segment], 1.0))
        result[source, segment] = choose(trained, rates.get(source, 1.0))
    return result


def choose(trained: float, rate: float) -> Chosen:
    """What stands for the share ``trained`` of a source that was sampled at a rate."""
    stands_for = trained / max(rate, 1e-12)
    # A hair more than a whole number is that number.
    weight = max(1, math.ceil(stands_for / _MOST_TRAINED - 1e-9))
    return Chosen(stands_for / weight, weight)


def sampled_stage(stage: Stage, context: Context, chosen: Mapping[tuple[str, str], Chosen]) -> Stage:
    """The build's stage that counts words, over the ``chosen`` ones."""
    return dataclasses.replace(stage, job=CountChosenWords(context.recipe.seed, chosen))


def is_chosen(identifier: str, share: float, *, seed: int) -> bool:
    """Whether a document trains the tokenizer: as the build decides it."""
    return unit_hash(f"tokenizer/{identifier}", seed=seed) < int(share * (1 << 64))


@dataclass(frozen=True)
class CountChosenWords:
    """The job: samples, splits and counts."""

    seed: int
    chosen: Mapping[tuple[str, str], Chosen]

    def setup(self) -> None:
        """Nothing to load."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        words: dict[int, WordCounts] = {}
        num_documents = num_bytes = 0
        for batch in read_batches(unit.payload, columns=["id", "text", "source", "segment"]):
            columns = [column.to_pylist() for column in batch.columns]
            for identifier, text, source, segment, text_bytes in zip(*columns, text_sizes(batch), strict=True):
                own = self.chosen.get((source, segment))
                if own and is_chosen(identifier, own.share, seed=self.seed):
                    words.setdefault(own.weight, WordCounts()).add(text)
                    num_documents += 1
                    num_bytes += text_bytes
                progress.advance(rows=1, num_bytes=text_bytes)
        name = f"{unit.name}.parquet"
        rows = [(word, context, count * weight) for weight in sorted(words) for word, context, count in words[weight].rows()]
        writer = TableWriter(files.join(directory, name), WORDS_SCHEMA)
        if rows:
            columns = [pa.array(c, f.type) for c, f in zip(zip(*rows, strict=True), WORDS_SCHEMA, strict=True)]
            writer.write(pa.RecordBatch.from_arrays(columns, schema=WORDS_SCHEMA))
        stats = {"documents": num_documents, "text_bytes": num_bytes, "words": len(rows)}
        return [{"name": unit.name, "files": {name: writer.close()}, "stats": stats}]
