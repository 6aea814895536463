"""dedup: takes out the documents that ``duplicates`` found, and what ``repeats`` found in the others.

What enters: filter's partitions, the losers' tables, and by partition the lines and passages that repeat. What leaves: the
partitions without them, in one pass; the ledger names the document that was kept, and the lines and passages that went. With
``[dedup.substrings]`` the passages also lie in ``passages/<partition>.parquet``, places in code points of filter's text.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from filters.batch import Finding
from filters.view import BoolArray, IntArray
from pipelines.engine import files
from pipelines.engine.accounts import account, findings_batch
from pipelines.engine.fingerprint import code_version
from pipelines.engine.ledger import Action
from pipelines.engine.partition import PartitionWriter, TableWriter, read_batches, text_sizes
from pipelines.engine.progress import Progress
from pipelines.engine.ranges import ranges_of
from pipelines.engine.stage import Stage, StageFailedError, Unit
from pipelines.recipe_tables import Lines, Substrings
from pipelines.repeats_editor import Edits, RepeatsEditor

from .context import Context
from .repeats import SCHEMAS
from .repeats_index import LEAVES, losers_of, remaining

# Its functions are made at run time, which type checkers cannot see.
pc: Any = pyarrow.compute

#: What becomes of a document that loses by a rule: its text is in the run already, or only its id is.
_ACTIONS: dict[str, Action] = {"exact_duplicate": "duplicate", "duplicate_id": "dropped"}
#: Why a document goes of which edits leave nothing, by the edit that left nothing.
_NOTHING_LEFT = {"boilerplate_lines": "only_boilerplate", "repeated_passage": "only_repeated_passages"}

_PASSAGES = pa.schema(
    [
        ("row", pa.int32()),
        ("id", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("chars", pa.int32()),
        ("first_id", pa.string()),
    ]
)


def stage(context: Context) -> Stage:
    limits = {source.name: source.max_unreadable for source in context.recipe.source}
    lines, substrings = context.recipe.dedup.lines, context.recipe.dedup.substrings
    repeats = context.manifests.get("repeats")
    found = [entry["name"] for entry in repeats["partitions"]] if repeats else []
    units = [
        Unit(unit.name, (unit.payload, files.join(context.run, "duplicates", f"{unit.name}.parquet"), number), unit.cost)
        for number, unit in enumerate(context.partitions("filter"))
    ]
    return Stage(
        name="dedup",
        run=context.run,
        job=TakeOut(lines, substrings, tuple(files.join(context.run, "repeats", name) for name in found)),
        units=units,
        config={"lines": lines.model_dump(mode="json"), "substrings": substrings.model_dump(mode="json")} if repeats else {},
        inputs=[context.fingerprint_of(name) for name in ("filter", "duplicates", *(["repeats"] if repeats else []))],
        code=code_version(
            (*LEAVES, "pipelines.repeats_editor", "pipelines.stages.repeats_index", __name__), ("numpy", "pyarrow")
        ),
        documents_in=context.kept("filter"),
        conclude=_conclude(limits, files.join(context.run, "dedup", "passages")),
        expected_bytes_per_s=40_000_000 if repeats else 60_000_000,
    )


def _conclude(limits: Mapping[str, float], passages: str) -> Any:
    """Ids that are used again and again are a wrong recipe, not bad records."""

    def conclude(entries: Sequence[Mapping[str, Any]], totals: Mapping[str, Any]) -> None:  # noqa: ARG001
        files.remove_temporaries(passages)
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
    """The job. ``found``: the units of ``repeats``, none where the recipe does without."""

    lines: Lines
    substrings: Substrings
    found: tuple[str, ...]

    def setup(self) -> None:
        """Nothing to load."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        documents, losers_path, number = unit.payload
        losers = losers_of(losers_path)
        places = losers["row"].to_numpy().astype(np.int64)
        editor = self._editor(number)
        first_row = 0
        with PartitionWriter(directory, unit.name) as out:
            passages = _PassagesTable(directory, unit.name) if self.found and self.substrings.action != "off" else None
            for batch in read_batches(documents):
                start, end = np.searchsorted(places, [first_row, first_row + batch.num_rows])
                edits = Edits()
                if not editor.is_idle:
                    size = sum(text_sizes(batch))
                    with progress.alive(num_bytes=size):
                        edits = editor.edit(batch, remaining(batch, places, first_row), first_row=first_row)
                if passages:
                    passages.write(batch, edits, first_row)
                _Taken(batch, losers.slice(start, end - start), first_row, edits).write(out)
                progress.advance(rows=batch.num_rows, num_bytes=sum(text_sizes(batch)))
                first_row += batch.num_rows
        if passages:
            out.entry["files"].update(passages.close())
        return [out.entry]

    def _editor(self, number: int) -> RepeatsEditor:
        """What is to be edited in partition ``number``."""
        told: dict[str, pa.Table] = {}
        for kind, schema in SCHEMAS.items():
            wanted = self.lines.remove if kind != "passages" else self.substrings.action != "off"
            paths = [f"{path}.{kind}.parquet" for path in self.found] if wanted else []
            told[kind] = pa.concat_tables([schema.empty_table(), *ranges_of(paths, number)]).combine_chunks()
        passages = told["passages"]
        lines, sites = told["lines"], told["sites"]
        return RepeatsEditor(
            self.lines,
            self.substrings,
            lines["key"].to_numpy(),
            lines["documents"].to_numpy().astype(np.int64),
            sites["key"].to_numpy(),
            sites["documents"].to_numpy().astype(np.int64),
            passages.take(pa.array(np.argsort(passages["row"].to_numpy(), kind="stable"))),
        )


class _PassagesTable:
    """The passages of one partition, as they are found."""

    def __init__(self, directory: str, name: str) -> None:
        self._name = f"passages/{name}.parquet"
        self._writer = TableWriter(files.join(directory, self._name), _PASSAGES)

    def write(self, batch: pa.RecordBatch, edits: Edits, first_row: int) -> None:
        rows = [row for row, _ in edits.passages]
        ids = batch.column("id").take(pa.array(rows, pa.int64()))
        told = [passage for _, passage in edits.passages]
        columns = [
            pa.array([row + first_row for row in rows], pa.int32()),
            ids,
            *(pa.array([getattr(p, name) for p in told], pa.int32()) for name in ("start", "end", "num_chars")),
            pa.array([passage.first for passage in told], pa.string()),
        ]
        self._writer.write(pa.RecordBatch.from_arrays(columns, schema=_PASSAGES))

    def close(self) -> dict[str, Any]:
        return {self._name: self._writer.close()}


class _Taken:
    """A record batch on its way out: without ``losers``, with edits, and every one of both accounted for."""

    def __init__(self, batch: pa.RecordBatch, losers: pa.Table, first_row: int, edits: Edits) -> None:
        self._batch = batch
        self._sizes = np.array(text_sizes(batch), dtype=np.int64)
        self._losers = losers
        self._rows = losers["row"].to_numpy().astype(np.int64) - first_row
        self._edits = edits
        empty = [row for row, text in edits.texts.items() if not any(map(str.isalnum, text))]
        self._empty = self._mask(np.array(empty, dtype=np.int64))

    def write(self, out: PartitionWriter) -> None:
        lost: list[tuple[Action, BoolArray]] = [*self._write_losers(out), ("dropped", self._write_empty(out))]
        gone = np.logical_or.reduce([rows for _, rows in lost])
        self._write_edits(out, ~gone)
        batch = self._edited()
        account(out.tally, self._batch, self._sizes, lost=lost, kept_sizes=np.array(text_sizes(batch), dtype=np.int64))
        out.add_batch(batch.filter(pa.array(~gone)))

    def _mask(self, rows: IntArray) -> BoolArray:
        mask = np.zeros(self._batch.num_rows, dtype=np.bool_)
        mask[rows] = True
        return mask

    def _write_losers(self, out: PartitionWriter) -> list[tuple[Action, BoolArray]]:
        """Tells the ledger of the documents that ``duplicates`` found."""
        names = np.full(self._batch.num_rows, "", dtype=object)
        names[self._rows] = self._losers["kept_id"].to_pylist()
        kept_ids = pa.array(names, pa.string())
        rules = self._losers["rule"].to_numpy(zero_copy_only=False)
        lost: list[tuple[Action, BoolArray]] = []
        for rule, action in _ACTIONS.items():
            own = self._rows[rules == rule]
            lost.append((action, self._mask(own)))
            found = [Finding(rule, own, np.full(len(own), np.nan), None)] if len(own) else []
            self._record(out, action, found, kept_ids)
            if rule == "duplicate_id":
                for source, number in Counter(self._batch.column("source").take(pa.array(own)).to_pylist()).items():
                    out.tally.add("repeated_ids", source, documents=number)
        return lost

    def _write_empty(self, out: PartitionWriter) -> BoolArray:
        """Tells the ledger of the documents of which the edits leave nothing: the first edit is the reason."""
        findings = [
            finding._replace(rule=_NOTHING_LEFT[finding.rule])
            for finding in self._edits.findings(self._empty)
        ]  # fmt: skip
        self._record(out, "dropped", findings, None)
        return self._empty

    def _write_edits(self, out: PartitionWriter, kept: BoolArray) -> None:
        self._record(out, "edited", self._edits.findings(kept), None)
        for edit in self._edits.edits:
            if kept[edit.row]:
                out.tally.add("repeats", edit.rule, documents=1, places=edit.num_places, characters=edit.num_chars)
        for _, passage in self._edits.passages:
            out.tally.add("repeats", "found_passages", places=1, characters=passage.num_chars)

    def _record(self, out: PartitionWriter, action: Action, findings: list[Finding], kept_ids: pa.Array | None) -> None:
        told = findings_batch(out.tally, self._batch, self._sizes, action=action, findings=findings, kept_ids=kept_ids)
        out.record_batch(told)

    def _edited(self) -> pa.RecordBatch:
        if not self._edits.texts:
            return self._batch
        rows = sorted(self._edits.texts)
        edited = pa.array([self._edits.texts[row] for row in rows], pa.string())
        texts = pc.replace_with_mask(self._batch.column("text"), pa.array(self._mask(np.array(rows))), edited)
        index = self._batch.schema.get_field_index("text")
        return self._batch.set_column(index, self._batch.schema.field("text"), texts)
