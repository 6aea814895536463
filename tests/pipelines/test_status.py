"""How far a run is, from its files alone."""

from pathlib import Path

import pytest

from pipelines.engine import files
from pipelines.report.run_directory import RunDirectory
from pipelines.stage_names import STAGE_NAMES
from pipelines.status import as_text, read_status
from tests.pipelines.report_run import build_run


def begin(run: Path, stage: str, *, done: bool) -> None:
    files.write_json(str(run / ".state" / f"{stage}.json"), {"units": 2})
    files.write_json(str(run / stage / "parts/part-00000.json"), {})
    if done:
        files.write_json(str(run / stage / "manifest.json"), {"totals": {"in": 3, "kept": 2, "dropped": 1}})


def test_stages_that_the_recipe_does_without_are_left_out(tmp_path: Path) -> None:
    files.write_json(str(tmp_path / "resolved.json"), {})
    for stage in ("ingest", "filter", "duplicates", "dedup"):
        begin(tmp_path, stage, done=stage != "dedup")
    rows = read_status(str(tmp_path))
    later = STAGE_NAMES[STAGE_NAMES.index("dedup") + 1 :]
    assert [(row.stage, row.state) for row in rows] == [
        ("ingest", "done"),
        ("filter", "done"),
        ("duplicates", "done"),
        ("dedup", "stopped"),
        *((stage, "waiting") for stage in later),
    ]
    assert rows[0].counts == {"in": 3, "kept": 2, "dropped": 1}
    assert (rows[3].units_done, rows[3].units) == (1, 2)
    assert as_text(rows).splitlines()[1].split() == ["ingest", "done", "1/1", "3", "in,", "2", "kept,", "1", "dropped"]


def test_what_is_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not a run directory"):
        read_status(str(tmp_path))


def test_the_report_lists_the_stages_that_the_run_has(tmp_path: Path) -> None:
    whole = RunDirectory(build_run(tmp_path / "whole"))
    assert "near-dedup" not in [stage.name for stage in whole.stages]
    assert {stage.state for stage in whole.stages} == {"complete"}
    stopped = RunDirectory(build_run(tmp_path / "stopped", until="dedup"))
    names = [stage.name for stage in stopped.stages]
    assert "repeats" not in names
    assert names[names.index("dedup") + 1 :] == list(STAGE_NAMES[STAGE_NAMES.index("dedup") + 1 :])
