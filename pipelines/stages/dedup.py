"""dedup: takes out the documents that ``duplicates`` found.

What enters: filter's partitions and the losers' tables. What leaves: the partitions without them; the ledger names the
document that was kept.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from filters.batch import Finding
from filters.view import BoolArray
from pipelines.engine import files
from pipelines.engine.accounts import account, findings_batch
from pipelines.engine.fingerprint import code_version
from pipelines.engine.ledger import Action
from pipelines.engine.partition import PartitionWriter, read_batches, text_sizes
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, StageFailedError, Unit

from .context import Context
from .duplicates import LOSERS_SCHEMA

#: What becomes of a document that loses by a rule: its text is in the run already, or only its id is.
_ACTIONS: dict[str, Action] = {"exact_duplicate": "duplicate", "duplicate_id": "dropped"}


def stage(context: Context) -> Stage:
    limits = {source.name: source.max_unreadable for source in context.recipe.source}
    units = [
        Unit(unit.name, (unit.payload, files.join(context.run, "duplicates", f"{unit.name}.parquet")), unit.cost)
        for unit in context.partitions("filter")
    ]
    return Stage(
        name="dedup",
        run=context.run,
        job=TakeOut(),
        units=units,
        config={},
        inputs=[context.fingerprint_of("filter"), context.fingerprint_of("duplicates")],
        code=code_version((__name__,), ("numpy", "pyarrow")),
        documents_in=context.kept("filter"),
        conclude=_check_ids(limits),
        expected_bytes_per_s=60_000_000,
    )


def _check_ids(limits: Mapping[str, float]) -> Any:
    """Ids that are used again and again are a wrong recipe, not bad records."""

    def conclude(entries: Sequence[Mapping[str, Any]], totals: Mapping[str, Any]) -> None:  # noqa: ARG001
        for source, repeated in sorted(totals["stats"].get("repeated_ids", {}).items()):
            share = repeated["documents"] / totals["stats"]["sources"][source]["in"]
            if share > limits[source]:
                raise StageFailedError(
                    f"source {source!r}: {repeated['documents']} documents ({share:.1%}) have an id that another document "
                    f'has too. Give them ids by place instead: id = "path" in its [[source]], or name another id_column'
                )

    return conclude


@dataclass(frozen=True)
class TakeOut:
    """The job."""

    def setup(self) -> None:
        """Nothing to load."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        documents, losers_path = unit.payload
        losers = pa.concat_tables([LOSERS_SCHEMA.empty_table(), *map(_table, read_batches(losers_path))]).combine_chunks()
        places = losers["row"].to_numpy()
        first_row = 0
        with PartitionWriter(directory, unit.name) as out:
            for batch in read_batches(documents):
                start, end = np.searchsorted(places, [first_row, first_row + batch.num_rows])
                _take_out(batch, losers.slice(start, end - start), first_row, out)
                progress.advance(rows=batch.num_rows, num_bytes=sum(text_sizes(batch)))
                first_row += batch.num_rows
        return [out.entry]


def _table(batch: pa.RecordBatch) -> pa.Table:
    return pa.Table.from_batches([batch])


def _take_out(batch: pa.RecordBatch, losers: pa.Table, first_row: int, out: PartitionWriter) -> None:
    """Writes what is left of a record batch without ``losers``, and accounts for those."""
    sizes = np.array(text_sizes(batch), dtype=np.int64)
    rows = losers["row"].to_numpy() - first_row
    kept_ids = np.full(batch.num_rows, "", dtype=object)
    kept_ids[rows] = losers["kept_id"].to_pylist()
    lost: list[tuple[Action, BoolArray]] = []
    for rule, action in _ACTIONS.items():
        own = rows[losers["rule"].to_numpy(zero_copy_only=False) == rule]
        gone = np.zeros(batch.num_rows, dtype=np.bool_)
        gone[own] = True
        lost.append((action, gone))
        found = [Finding(rule, own, np.full(len(own), np.nan), None)] if len(own) else []
        kept = pa.array(kept_ids, pa.string())
        out.record_batch(findings_batch(out.tally, batch, sizes, action=action, findings=found, kept_ids=kept))
        if rule == "duplicate_id":
            for source, number in Counter(batch.column("source").take(pa.array(own)).to_pylist()).items():
                out.tally.add("repeated_ids", source, documents=number)
    account(out.tally, batch, sizes, lost=lost)
    out.add_batch(batch.filter(pa.array(~(lost[0][1] | lost[1][1]))))
