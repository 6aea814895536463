"""decontaminate: takes out documents that hold questions of benchmarks, or cuts the passages.

What enters: the partitions of the stage before, and the benchmark files that the recipe names. What leaves: the partitions
without those documents (action ``contaminated``) or without those passages (``edited``); the ledger names the benchmark file,
the item and the passage, with the share of the item that was found and the share from which it counts. The first unit writes
``benchmarks.json`` as well: the files, and the items that are too short to be looked for.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from pipelines.decontamination import Contaminated, Decontamination, benchmarks_of
from pipelines.engine import files
from pipelines.engine.accounts import account
from pipelines.engine.fingerprint import code_version
from pipelines.engine.ledger import Action, LedgerRow
from pipelines.engine.partition import PartitionWriter, read_batches, text_sizes
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, Unit
from pipelines.recipe_tables import Decontaminate

from .context import Context

# Its functions are made at run time, which type checkers cannot see.
pc: Any = pyarrow.compute

_TOLD_FILE = "benchmarks.json"
#: Seconds that building the index may take at its worst.
_INDEX_S = 1_800.0


def stage(context: Context) -> Stage | None:
    """The stage, or None where the recipe names no benchmark.

    Raises:
        BenchmarkError: a file is missing or cannot be used.
    """
    settings = context.recipe.decontaminate
    if not settings.benchmarks:
        return None
    paths = tuple(context.resolve(path) for path in settings.benchmarks)
    benchmarks = benchmarks_of(settings, paths, root=context.root)
    units = context.partitions(context.documents)
    return Stage(
        name="decontaminate",
        run=context.run,
        job=TakeOutContaminated(settings, paths, context.root, tuple(file.sha256 for file in benchmarks.files)),
        units=[Unit(unit.name, (unit.payload, number == 0), unit.cost) for number, unit in enumerate(units)],
        config={
            **settings.model_dump(mode="json", exclude={"benchmarks"}),
            "benchmarks": [{"name": file.name, "sha256": file.sha256} for file in benchmarks.files],
        },
        inputs=[context.fingerprint_of(context.documents)],
        code=code_version(
            (
                *("filters.contamination", "filters.near_duplicates.folding", "filters.near_duplicates.fold_table"),
                *("filters.near_duplicates.hashing", "pipelines.benchmark_files", "pipelines.benchmark_items"),
                *("pipelines.decontamination", __name__),
            ),
            ("numpy", "pyarrow"),
        ),
        documents_in=context.kept(context.documents),
        expected_bytes_per_s=8_000_000,
    )


@dataclass
class TakeOutContaminated:
    """The job. The index is made once per worker, from files that have to be the ones that the stage was planned with."""

    settings: Decontaminate
    paths: tuple[str, ...]
    root: str
    sha256: tuple[str, ...]
    _made: Decontamination | None = field(default=None, repr=False)

    def setup(self) -> None:
        benchmarks = benchmarks_of(self.settings, self.paths, root=self.root)
        if tuple(file.sha256 for file in benchmarks.files) != self.sha256:
            raise ValueError("a benchmark file changed while the build ran: run the same command again")
        self._made = Decontamination(self.settings, benchmarks)

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        assert self._made is not None, "call setup() first"
        documents, is_first = unit.payload
        with PartitionWriter(directory, unit.name) as out:
            for batch in read_batches(documents):
                num_bytes = sum(text_sizes(batch))
                with progress.alive(num_bytes=num_bytes):
                    _Batch(batch, self._made, out).write()
                progress.advance(rows=batch.num_rows, num_bytes=num_bytes)
            if is_first:
                for name, counts in self._made.stats().items():
                    out.tally.add("benchmarks", name, **counts)
        if is_first:
            out.entry["files"][_TOLD_FILE] = _write_told(directory, self._made)
        return [out.entry]


def _write_told(directory: str, made: Decontamination) -> dict[str, Any]:
    """The benchmark files and the items that are not looked for."""
    told = {
        "files": [{"name": file.name, "items": file.num_items, "problems": file.problems} for file in made.benchmarks.files],
        "too_short": [
            {"benchmark": item.benchmark, "item": item.item, "question": item.question[:200]} for item in made.too_short()
        ],
    }
    with files.writing(files.join(directory, _TOLD_FILE)) as out:
        out.write(files.to_json(told))
    return out.description()


class _Batch:
    """A record batch on its way through the stage."""

    def __init__(self, batch: pa.RecordBatch, made: Decontamination, out: PartitionWriter) -> None:
        self._batch = batch
        self._made = made
        self._out = out

    def write(self) -> None:
        """Writes what stays, and accounts for the rest."""
        texts = self._batch.column("text").to_pylist()
        found = self._made.find(texts, is_code=pc.equal(self._batch.column("segment"), "code").to_pylist())
        sizes = np.array(text_sizes(self._batch), dtype=np.int64)
        if not found:
            account(self._out.tally, self._batch, sizes)
            self._out.add_batch(self._batch)
            return
        kept = np.ones(self._batch.num_rows, dtype=np.bool_)
        for one in found:
            self._record(one, texts[one.row], int(sizes[one.row]))
            kept[one.row] = one.left is not None
        left = self._batch.filter(pa.array(kept))
        edited = self._with_texts({one.row: one.left for one in found if one.left is not None}, texts).filter(pa.array(kept))
        account(self._out.tally, left, sizes[kept], kept_sizes=np.array(text_sizes(edited), dtype=np.int64))
        self._out.add_batch(edited)

    def _record(self, one: Contaminated, text: str, text_bytes: int) -> None:
        names = ("id", "source", "uri", "language", "segment")
        own = {name: self._batch.column(name)[one.row].as_py() for name in names}
        action: Action = "contaminated" if one.left is None else "edited"
        failures = self._made.failures(text, one.matches)
        if one.left is None:
            self._out.tally.entered(own["source"], text_bytes=text_bytes)
        self._out.record(LedgerRow(action=action, failures=failures, text_bytes=text_bytes, **own))
        for name in sorted({self._made.item(match).benchmark for match in one.matches}):
            passages = sum(self._made.item(match).benchmark == name for match in one.matches)
            self._out.tally.add("benchmarks", name, documents=1, passages=passages)

    def _with_texts(self, changed: dict[int, str], texts: list[str]) -> pa.RecordBatch:
        if not changed:
            return self._batch
        place = self._batch.schema.get_field_index("text")
        column = pa.array([changed.get(row, text) for row, text in enumerate(texts)], pa.string())
        return self._batch.set_column(place, self._batch.schema.field("text"), column)
