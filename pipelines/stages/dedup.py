"""dedup: takes out the documents that ``duplicates`` found.

What enters: filter's partitions and the losers' tables. What leaves: the partitions without them; the ledger names the
document that was kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from filters.document import Failure
from pipelines.engine import files
from pipelines.engine.fingerprint import code_version
from pipelines.engine.ledger import LedgerRow
from pipelines.engine.partition import PartitionWriter, read_batches, text_sizes
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, StageFailedError, Unit

from .context import Context


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
        code=code_version((__name__,), ("pyarrow",)),
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
        losers = {row["row"]: row for batch in read_batches(losers_path) for row in batch.to_pylist()}
        first_row = 0
        with PartitionWriter(directory, unit.name) as out:
            for batch in read_batches(documents):
                keep = [first_row + index not in losers for index in range(batch.num_rows)]
                self._account(batch, keep, [losers.get(first_row + i) for i in range(batch.num_rows)], out, progress)
                out.add_batch(batch.filter(pa.array(keep)))
                first_row += batch.num_rows
        return [out.entry]

    def _account(
        self,
        batch: pa.RecordBatch,
        keep: Sequence[bool],
        losers: Sequence[Mapping[str, Any] | None],
        out: PartitionWriter,
        progress: Progress,
    ) -> None:
        names = ("id", "source", "uri", "segment", "language")
        columns = [batch.column(name).to_pylist() for name in names]
        for kept, loser, text_bytes, (identifier, source, uri, segment, language) in zip(
            keep, losers, text_sizes(batch), zip(*columns, strict=True), strict=True
        ):
            out.tally.entered(source, text_bytes=text_bytes)
            progress.advance(rows=1, num_bytes=text_bytes)
            if kept:
                out.tally.kept(source, segment=segment, language=language, text_bytes=text_bytes)
                continue
            assert loser is not None
            same_text = loser["rule"] == "exact_duplicate"
            if not same_text:
                out.tally.add("repeated_ids", source, documents=1)
            out.record(
                LedgerRow(
                    id=identifier,
                    action="duplicate" if same_text else "dropped",
                    failures=[Failure(loser["rule"])],
                    source=source,
                    uri=uri,
                    kept_id=loser["kept_id"],
                    text_bytes=text_bytes,
                    language=language,
                    segment=segment,
                )
            )
