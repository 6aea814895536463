"""plan: how often each document goes into the shards, so that the segments have their shares of the tokens.

What enters: the tables of ``tokens``. What leaves: ``plan.json`` and, per partition, the number of repeats of each row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from filters.document import SEGMENTS
from mixing.repeats import choose_repeats
from mixing.shares import InfeasibleMix, mix_targets
from pipelines.engine import files
from pipelines.engine.fingerprint import code_version
from pipelines.engine.partition import BATCH_ROWS, TableWriter, read_batches
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, StageFailedError, Unit
from pipelines.recipe_tables import Mix

from .context import Context

REPEATS_SCHEMA = pa.schema([("repeats", pa.int32())])


def stage(context: Context) -> Stage:
    units = context.partitions("tokens")
    return Stage(
        name="plan",
        run=context.run,
        job=Plan(context.recipe.mix, context.recipe.seed, context.recipe.pack.sequence_length),
        units=[Unit("plan", [(unit.name, unit.payload) for unit in units], max(len(units), 1))],
        config={
            "mix": context.recipe.mix.model_dump(mode="json"),
            "seed": context.recipe.seed,
            "sequence_length": context.recipe.pack.sequence_length,
        },
        inputs=[context.fingerprint_of("tokens")],
        code=code_version(("mixing", __name__)),
    )


@dataclass(frozen=True)
class Plan:
    """The job: one plan for the whole run."""

    mix: Mix
    seed: int
    sequence_length: int

    def setup(self) -> None:
        """Nothing to load."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        names = [name for name, _ in unit.payload]
        columns = _columns([path for _, path in unit.payload], progress)
        lengths, segments = columns["num_tokens"], columns["segment"]
        available = {s: int(lengths[segments == s].sum()) for s in SEGMENTS}
        shares = {s: getattr(self.mix, s) for s in SEGMENTS}
        try:
            solved = mix_targets(available, shares=shares, total_tokens=self.mix.total_tokens, max_epochs=self.mix.max_epochs)
        except InfeasibleMix as error:
            raise StageFailedError(f"plan: {error}") from None
        targets = {target.segment: target.target_tokens for target in solved.segments}
        repeats = np.zeros(len(lengths), dtype=np.int32)
        for segment in SEGMENTS:
            own = segments == segment
            repeats[own] = choose_repeats(columns["hash"][own], lengths[own], target_tokens=targets[segment]).counts
        plan: dict[str, Any] = {
            "seed": self.seed,
            "sequence_length": self.sequence_length,
            "explanation": solved.explanation,
            "segments": _by("segment", columns, repeats),
            "languages": _by("language", columns, repeats),
            "sources": _by("source", columns, repeats),
        }
        for segment, row in plan["segments"].items():
            row["share"] = shares[segment]
            row["target_tokens"] = targets[segment]
        described = _write_repeats(directory, names, columns["rows"], repeats)
        with files.writing(files.join(directory, "plan.json")) as out:
            out.write(files.to_json(plan))
        return [{"name": "plan", "files": {**described, "plan.json": out.description()}, "stats": {}}]


def _columns(paths: list[str], progress: Progress) -> dict[str, Any]:
    """The columns of all partitions, end to end, and how many rows each partition has."""
    parts: dict[str, list[Any]] = {name: [] for name in ("hash", "num_tokens", "segment", "language", "source")}
    rows: list[int] = []
    for path in paths:
        rows.append(0)
        for batch in read_batches(path, columns=list(parts)):
            for name, part in parts.items():
                column = batch.column(name)
                text = name in ("segment", "language", "source")
                part.append(column.dictionary_encode() if text else column.to_numpy())
            rows[-1] += batch.num_rows
            progress.advance(rows=0, num_bytes=0)
    columns: dict[str, Any] = {"rows": rows}
    for name, part in parts.items():
        if name in ("hash", "num_tokens"):
            empty = np.zeros(0, np.uint64 if name == "hash" else np.int64)
            columns[name] = np.concatenate([empty, *part]).astype(empty.dtype)
        else:
            columns[name] = _objects(pa.chunked_array(part, pa.dictionary(pa.int32(), pa.string())))
    return columns


def _objects(column: pa.ChunkedArray) -> Any:
    """A dictionary column as an array of shared Python strings: a pointer a row, not a string a row."""
    combined = column.unify_dictionaries().combine_chunks()
    values = np.array(combined.dictionary.to_pylist(), dtype=object)
    return values[combined.indices.to_numpy()]


def _by(name: str, columns: Mapping[str, Any], repeats: Any) -> dict[str, dict[str, Any]]:
    """Documents and tokens before and after, by segment, language or source."""
    lengths, keys = columns["num_tokens"], columns[name]
    table: dict[str, dict[str, Any]] = {}
    for key in sorted(set(keys.tolist())):
        own = keys == key
        before = int(lengths[own].sum())
        after = int((lengths[own] * repeats[own]).sum())
        table[key] = {
            "documents": int(own.sum()),
            "tokens": before,
            "planned_documents": int(repeats[own].sum()),
            "planned_tokens": after,
            "epochs": round(after / before, 6) if before else 0.0,
        }
        if name == "language":
            table[key]["segment"] = str(columns["segment"][own][0])
    return table


def _write_repeats(directory: str, names: list[str], rows: list[int], repeats: Any) -> dict[str, Any]:
    described: dict[str, Any] = {}
    first = 0
    for name, num_rows in zip(names, rows, strict=True):
        writer = TableWriter(files.join(directory, f"{name}.parquet"), REPEATS_SCHEMA)
        for start in range(first, first + num_rows, BATCH_ROWS):
            own = repeats[start : min(start + BATCH_ROWS, first + num_rows)]
            writer.write(pa.RecordBatch.from_pydict({"repeats": own}, schema=REPEATS_SCHEMA))
        described[f"{name}.parquet"] = writer.close()
        first += num_rows
    return described
