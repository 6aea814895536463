"""Small runs as the engine writes them, with the documents and losses that a test wants."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from filters.document import Failure
from pipelines.engine import files
from pipelines.engine.ledger import LedgerRow, add_up
from pipelines.engine.partition import PartitionWriter, TableWriter

STAGES = ("ingest", "filter", "dedup")


class Made(NamedTuple):
    """One document: what it is, and where it was lost, if it was."""

    id: str
    text: str = "본문이다."
    segment: str = "korean"
    language: str = "ko"
    source: str = "web"
    stage: str = ""
    failures: Sequence[Failure] = ()
    action: str = "dropped"
    tokens: int = 10
    uses: int = 1
    edits: Sequence[Failure] = ()
    kept_id: str = ""


def make_run(
    directory: Path,
    documents: Sequence[Made],
    *,
    recipe: Mapping[str, Any] | None = None,
    until: str = "plan",
    num_partitions: int = 2,
    stages: Sequence[str] = STAGES,
    code: str = "code",
) -> str:
    """Writes a run of which ``until`` is the last stage that is done."""
    run = str(directory)
    resolved = {"fingerprint": "f", "recipe": {"name": directory.name, **(recipe or {})}}
    files.write_json(f"{run}/resolved.json", resolved)
    alive = list(documents)
    before: list[str] = []
    for stage in stages:
        entries = [_partition(run, stage, number, alive[number::num_partitions]) for number in range(num_partitions)]
        _manifest(run, stage, entries, inputs=before, code=code)
        before = [f"{stage}-fingerprint"]
        alive = _interleaved([[d for d in alive[n::num_partitions] if d.stage != stage] for n in range(num_partitions)])
        if stage == until:
            return run
    for number in range(num_partitions):
        _tokens(run, number, [document for document in alive[number::num_partitions] if document.id])
    _manifest(run, "tokens", [], inputs=before, code=code)
    if until == "plan":
        _manifest(run, "plan", [], inputs=["tokens-fingerprint"], code=code)
    return run


def _interleaved(parts: Sequence[Sequence[Made]]) -> list[Made]:
    """Documents in an order in which every ``len(parts)``-th is of the same part; fillers stand for lost ones."""
    longest = max(map(len, parts))
    filler = Made("", stage="filler")
    return [part[row] if row < len(part) else filler for row in range(longest) for part in parts]


def _partition(run: str, stage: str, number: int, documents: Sequence[Made]) -> dict[str, Any]:
    with PartitionWriter(f"{run}/{stage}", f"part-{number:05d}") as writer:
        for one in documents:
            if not one.id:
                continue
            size = len(one.text.encode())
            about: dict[str, Any] = {"id": one.id, "source": one.source, "segment": one.segment, "language": one.language}
            if one.stage == stage:
                writer.tally.entered(one.source, text_bytes=size)
                row = LedgerRow(**about, action=one.action, failures=one.failures, kept_id=one.kept_id)  # type: ignore[arg-type]
                writer.record(row)
                continue
            if one.edits and stage == "filter":
                writer.record(LedgerRow(**about, action="edited", failures=one.edits))
            writer.add((one.id, one.text, one.source, "", "", one.segment, one.language, 1.0, [], []), text_bytes=size)
    return writer.entry


def _manifest(run: str, stage: str, entries: Sequence[Mapping[str, Any]], *, inputs: Sequence[str], code: str) -> None:
    totals = add_up([{k: v for k, v in entry.items() if k not in ("name", "files")} for entry in entries])
    about = {"stage": stage, "fingerprint": f"{stage}-fingerprint", "config": {}, "inputs": list(inputs), "code": code}
    files.write_json(f"{run}/{stage}/manifest.json", {**about, "partitions": list(entries), "totals": totals})


def _tokens(run: str, number: int, documents: Sequence[Made]) -> None:
    name = f"part-{number:05d}.parquet"
    ids = [document.id for document in documents]
    columns = {
        "tokens": {"id": pa.array(ids, pa.string()), "num_tokens": pa.array([d.tokens for d in documents], pa.int32())},
        "plan": {"repeats": pa.array([d.uses for d in documents], pa.int32())},
    }
    for stage, values in columns.items():
        batch = pa.RecordBatch.from_pydict(values)
        table = TableWriter(f"{run}/{stage}/{name}", batch.schema)
        table.write(batch)
        table.close()
