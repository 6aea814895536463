"""Takes documents out of the stages that hold documents: partitions, ledgers, and their counts.

Enters: the committed partitions of ingest, filter, dedup and so on. Leaves, in the surgery: those without the rows of the
documents that go, as if they had never been read: in = kept + lost still holds. A ledger row of another document that names
one of them as the document it was dropped for names nobody instead.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from filters.document import Failure
from pipelines.engine import files
from pipelines.engine.accounts import account
from pipelines.engine.ledger import LOSSES, LedgerRow, Tally
from pipelines.engine.partition import text_sizes
from pipelines.stages.near_dedup import SCORE, size_class
from pipelines.tombstones import NO_ID

from .layout import StageFiles, document_stages
from .repeats import details_without
from .surgery import Surgery, as_rows
from .tables import Mask, chosen_rows, pc, read_columns, with_column, write_without

#: A table of dedup's own: how many records of a source had the id of another.
_REPEATED_ID = "duplicate_id"


def take_documents(surgery: Surgery) -> None:
    """Every stage of documents, in order."""
    stages = document_stages(surgery.stages)
    came_in: dict[str, int] | None = None
    for stage in stages:
        went_on: dict[str, int] = defaultdict(int)
        for entry in stage.entries:
            name = entry["name"]
            went_on[name] += _take(surgery, stage, entry, came_in=None if came_in is None else came_in.get(name, 0))
        came_in = went_on


def _take(surgery: Surgery, stage: StageFiles, entry: Mapping[str, Any], *, came_in: int | None) -> int:
    """Takes documents out of one partition; the bytes of their texts. ``came_in``: what those were in the stage before."""
    name = entry["name"]
    documents, ledger = f"{name}.parquet", f"ledger/{name}.parquet"
    paths = [files.join(stage.directory, file) for file in (documents, ledger)]
    gone = surgery.ids.among(read_columns(paths[0], ["id"])["id"])
    told = read_columns(paths[1], ["id", "kept_id", "failures"])
    gone_rows, named = surgery.ids.among(told["id"]), _named(surgery, told)
    described: dict[str, Any] = {}
    tally = Tally()
    if gone.any():
        surgery.rows[stage.name, name] = as_rows(gone)
        _count_kept(surgery, stage.name, paths[0], gone, tally)
        described[documents] = write_without(paths[0], surgery.target(f"{stage.name}/{documents}"), gone)
    if (gone_rows | named).any():
        _count_rows(surgery, stage.name, paths[1], gone_rows, tally)
        target = surgery.target(f"{stage.name}/{ledger}")
        described[ledger] = write_without(paths[1], target, gone_rows, edit=lambda rows: _unnamed(surgery, rows))
    kept_bytes = tally.text_bytes_kept
    if came_in is not None:
        tally.text_bytes_in = came_in
    if described:
        counted = tally.counts["in"] or tally.counts["edited"]
        surgery.changed(
            stage.name, entry, described=described, gone={**tally.counts, "stats": tally.stats} if counted else None
        )
    return kept_bytes


def _count_kept(surgery: Surgery, stage: str, path: str, gone: Mask, tally: Tally) -> None:
    """Counts the documents that a stage kept and that go, and notes their texts."""
    for table in chosen_rows(path, gone):
        for batch in table.combine_chunks().to_batches():
            sizes = np.array(text_sizes(batch), dtype=np.int64)
            account(tally, batch, sizes)
            texts = batch.column("text").to_pylist()
            surgery.note_texts(texts)
            surgery.note_found(batch.column("id").to_pylist(), stage)
            for own in batch.column("scores").to_pylist():
                # What near-dedup counts besides: clusters, by the size that their best document is told.
                if stage == "near-dedup" and (members := dict(own).get(SCORE, 1)) > 1:
                    tally.add("cluster_sizes", size_class(int(members)), documents=1)
            surgery.sizes.update(zip(batch.column("id").to_pylist(), sizes.tolist(), strict=True))


def _count_rows(surgery: Surgery, stage: str, path: str, gone: Mask, tally: Tally) -> None:
    """Counts the ledger rows that go, and those of them that are losses as documents that entered."""
    for table in chosen_rows(path, gone):
        for row in table.to_pylist():
            failures = [Failure(**failure) for failure in row.pop("failures")]
            ledger_row = LedgerRow(**row, failures=failures)
            if ledger_row.action in LOSSES:
                tally.entered(ledger_row.source, text_bytes=ledger_row.text_bytes)
            tally.recorded(ledger_row)
            surgery.note_found([ledger_row.id], stage)
            if any(failure.rule == _REPEATED_ID for failure in failures):
                tally.add("repeated_ids", ledger_row.source, documents=1)


def _named(surgery: Surgery, rows: pa.Table) -> Mask:
    """Which ledger rows name one of the documents as the one that was kept, or as the first to have a passage."""
    named = surgery.ids.among(rows["kept_id"])
    failures = rows["failures"].combine_chunks()
    _, in_details = details_without(surgery, pc.struct_field(pc.list_flatten(failures), "detail"))
    named[pc.list_parent_indices(failures).to_numpy(zero_copy_only=False)[in_details]] = True
    return named


def _unnamed(surgery: Surgery, rows: pa.Table) -> pa.Table:
    """Ledger rows that name none of the documents."""
    if not _named(surgery, rows).any():
        return rows
    hidden = surgery.ids.among(rows["kept_id"]).tolist()
    kept = [NO_ID if hide else value for value, hide in zip(rows["kept_id"].to_pylist(), hidden, strict=True)]
    failures = rows["failures"].to_pylist()
    flat = [failure for of_row in failures for failure in of_row]
    details, _ = details_without(surgery, pa.array([failure["detail"] for failure in flat], pa.string()))
    for failure, detail in zip(flat, details, strict=True):
        failure["detail"] = detail
    return with_column(with_column(rows, "kept_id", kept), "failures", failures)
