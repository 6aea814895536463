"""Stages: commits, resuming, checks; in this process, without Beam."""

from pathlib import Path
from typing import Any

import pytest

from filters.document import Failure
from pipelines.engine import files
from pipelines.engine.ledger import ConservationError, LedgerRow, Tally, add_up
from pipelines.engine.partition import BATCH_ROWS, PartitionWriter, read_batches
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, StageFailedError, Unit, commit


class Copy:
    """Keeps ``payload`` documents and drops one."""

    def setup(self) -> None: ...

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        progress.advance(rows=unit.payload, num_bytes=unit.payload)
        with PartitionWriter(directory, unit.name) as out:
            for number in range(unit.payload):
                out.add((f"{unit.name}-{number}", "a", "s", "", "", "korean", "ko", 1.0, [], []), text_bytes=1)
            out.tally.entered("s", text_bytes=2)
            out.record(LedgerRow(id="x", action="dropped", failures=[Failure("bad", 1.0, 2.0)], source="s", text_bytes=2))
        return [out.entry]


def make(tmp_path: Path, **changes: Any) -> Stage:
    units = [Unit("a", 3, 1), Unit("b", BATCH_ROWS + 5, 9)]
    return Stage(**{"name": "copy", "run": str(tmp_path), "job": Copy(), "units": units, "config": {"k": 1}, **changes})


def run(stage: Stage, *, only: int | None = None) -> list[str]:
    """Runs what is waiting; the names of the units in the order of work."""
    waiting = stage.begin()
    for unit in waiting[:only]:
        commit(
            stage.directory,
            unit.name,
            stage.job.run(unit, directory=stage.directory, progress=Progress(stage.run, stage=stage.name)),
        )
    return [unit.name for unit in waiting]


def test_a_whole_stage(tmp_path: Path) -> None:
    stage = make(tmp_path, documents_in=BATCH_ROWS + 10)
    assert stage.manifest() is None
    assert run(stage) == ["b", "a"], "the most costly first"
    manifest = stage.finish()
    assert manifest == stage.manifest()
    totals = manifest["totals"]
    assert (totals["in"], totals["kept"], totals["dropped"]) == (BATCH_ROWS + 10, BATCH_ROWS + 8, 2)
    assert totals["stats"]["rules"] == {"bad": {"documents": 2, "text_bytes": 4}}
    assert totals["stats"]["sources"]["s"] == {
        **{"in": BATCH_ROWS + 10, "kept": BATCH_ROWS + 8, "dropped": 2},
        **{"duplicate": 0, "contaminated": 0, "unreadable": 0},
    }
    assert [entry["name"] for entry in manifest["partitions"]] == ["a", "b"]
    batches = list(read_batches(files.join(stage.directory, "b.parquet")))
    assert [batch.num_rows for batch in batches] == [BATCH_ROWS, 5]


def test_committed_units_stay_and_temporaries_go(tmp_path: Path) -> None:
    stage = make(tmp_path)
    run(stage, only=1)
    left = Path(stage.directory) / "a.parquet.tmp-1-dead"
    left.write_bytes(b"half")
    assert run(stage) == ["a"]
    assert not left.exists()


@pytest.mark.parametrize("change", [{"config": {"k": 2}}, {"inputs": ["new"]}, {"code": "new"}, {"state": "new"}])
def test_whatever_changes_runs_the_stage_again(tmp_path: Path, change: dict[str, Any]) -> None:
    stage = make(tmp_path)
    run(stage)
    stage.finish()
    changed = make(tmp_path, **change)
    assert changed.manifest() is None
    assert run(changed) == ["b", "a"]


def test_a_lost_file_of_a_finished_stage_is_made_again(tmp_path: Path) -> None:
    stage = make(tmp_path)
    run(stage)
    before = stage.finish()
    (Path(stage.directory) / "ledger/a.parquet").unlink()
    assert stage.manifest() is None
    assert run(stage) == ["a"]
    assert stage.finish() == before


def test_documents_must_not_get_lost_between_stages(tmp_path: Path) -> None:
    stage = make(tmp_path, documents_in=7)
    run(stage)
    with pytest.raises(ConservationError, match="the stage before kept 7 documents"):
        stage.finish()


def test_a_unit_that_never_arrived_is_an_error(tmp_path: Path) -> None:
    stage = make(tmp_path)
    run(stage, only=1)
    with pytest.raises(StageFailedError, match="copy/a did not arrive"):
        stage.finish()


def test_a_stage_that_must_not_count_as_done(tmp_path: Path) -> None:
    def refuse(entries: Any, totals: Any) -> None:
        raise StageFailedError(f"{len(entries)} partitions, {totals['dropped']} dropped: too many")

    stage = make(tmp_path, conclude=refuse)
    run(stage)
    with pytest.raises(StageFailedError, match="2 partitions, 2 dropped: too many"):
        stage.finish()
    assert stage.manifest() is None
    assert make(tmp_path).begin() == [], "what was done stays"


def test_a_partition_that_does_not_add_up_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ConservationError, match="1 documents came in and 0"), PartitionWriter(str(tmp_path), "p") as out:
        out.tally.entered("s", text_bytes=1)
    with pytest.raises(ZeroDivisionError), PartitionWriter(str(tmp_path), "q"):
        _ = 1 / 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_tables_add_up() -> None:
    assert add_up([{"a": 1, "b": {"x": 2}}, {"b": {"x": 3, "y": 1}}, {}]) == {"a": 1, "b": {"x": 5, "y": 1}}
    assert add_up([]) == {}
    tally = Tally()
    tally.recorded(LedgerRow(id="1", action="edited", failures=[Failure("r"), Failure("r")], text_bytes=3))
    assert tally.stats["rules"] == {"r": {"documents": 1, "text_bytes": 3}}
    assert tally.stats["sources"] == {}


def test_same_rows_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        run(make(tmp_path / name))
    first, second = ((tmp_path / name / "copy/b.parquet").read_bytes() for name in ("one", "two"))
    assert first == second
