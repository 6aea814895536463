"""plan: how often each document goes into the shards, and which of its uses into long sequences.

What enters: the tables of ``tokens``. What leaves: ``plan.json`` (what the mix is, beside what was wished) and per partition a
row for each document: the number of its uses, and a bit for each use that goes into the long sequences.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa

from mixing.solver import solve
from mixing.wishes import InfeasibleMix
from pipelines.engine import files
from pipelines.engine.fingerprint import code_version
from pipelines.engine.partition import BATCH_ROWS, TableWriter
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, StageFailedError, Unit
from pipelines.mix_wishes import wishes_of
from pipelines.recipe_tables import Recipe

from .context import Context
from .plan_summary import summary
from .planned_corpus import Corpus, cells_of, read_corpus
from .planned_segment import Planned, SegmentUses

PLAN_SCHEMA = pa.schema([("repeats", pa.int32()), ("long", pa.uint32())])

#: About ten times what it takes.
_SECONDS_PER_DOCUMENT = 2e-5


def stage(context: Context) -> Stage:
    units = context.partitions("tokens")
    recipe = context.recipe
    return Stage(
        name="plan",
        run=context.run,
        job=Plan(recipe),
        units=[Unit("plan", [(unit.name, unit.payload) for unit in units], max(len(units), 1))],
        config={
            "mix": recipe.mix.model_dump(mode="json"),
            "fim": recipe.fim.model_dump(mode="json", exclude={"split"}),
            "pack": recipe.pack.model_dump(mode="json", exclude={"shard_tokens"}),
            "seed": recipe.seed,
        },
        inputs=[context.fingerprint_of("tokens")],
        code=code_version(
            (
                "mixing",
                "pipelines.mix_wishes",
                f"{__package__}.plan_summary",
                f"{__package__}.planned_corpus",
                f"{__package__}.planned_segment",
                __name__,
            ),
            ("numpy", "scipy"),
        ),
    )


@dataclass(frozen=True)
class Plan:
    """The job: one plan for the whole run."""

    recipe: Recipe

    def setup(self) -> None:
        """Nothing to load."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        corpus = read_corpus([path for _, path in unit.payload], self.recipe, progress)
        with progress.alive(seconds=_SECONDS_PER_DOCUMENT * len(corpus.documents)):
            planned, plan = self._solved(corpus)
        described = _write_plan(directory, [name for name, _ in unit.payload], corpus.rows, planned)
        with files.writing(files.join(directory, "plan.json")) as out:
            out.write(files.to_json(plan))
        return [{"name": "plan", "files": {**described, "plan.json": out.description()}, "stats": {}}]

    def _solved(self, corpus: Corpus) -> tuple[Planned, dict[str, Any]]:
        """The uses of all documents, and ``plan.json``."""
        cells = cells_of(corpus, self.recipe)
        try:
            solution = solve(cells, wishes_of(self.recipe))
        except InfeasibleMix as error:
            raise StageFailedError(f"plan: {error}") from None
        targets = dict.fromkeys(corpus.keys, 0)
        for cell, target in zip(cells, solution.targets, strict=True):
            targets[cell.segment, cell.language, cell.source] += target
        planned = Planned(
            counts=np.zeros(len(corpus.documents), dtype=np.int8), long=np.zeros(len(corpus.documents), dtype=np.uint32)
        )
        for _, groups in groupby(range(len(corpus.keys)), key=lambda group: corpus.keys[group][0]):
            SegmentUses(corpus, self.recipe, planned).plan(list(groups), [*targets.values()])
        return planned, summary(corpus, planned, self.recipe, cells, solution)


def _write_plan(directory: str, names: Sequence[str], rows: Sequence[int], planned: Planned) -> dict[str, Any]:
    described: dict[str, Any] = {}
    first = 0
    for name, num_rows in zip(names, rows, strict=True):
        writer = TableWriter(files.join(directory, f"{name}.parquet"), PLAN_SCHEMA)
        for start in range(first, first + num_rows, BATCH_ROWS):
            own = slice(start, min(start + BATCH_ROWS, first + num_rows))
            columns = {"repeats": planned.counts[own].astype(np.int32), "long": planned.long[own]}
            writer.write(pa.RecordBatch.from_pydict(columns, schema=PLAN_SCHEMA))
        described[f"{name}.parquet"] = writer.close()
        first += num_rows
    return described
