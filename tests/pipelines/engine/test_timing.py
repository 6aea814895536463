"""Times of stages: merged on resume, begun anew with the stage, never a reason to fail."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, Unit, commit
from pipelines.engine.timing import timed


class _Nothing:
    def setup(self) -> None: ...

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:  # noqa: ARG002
        return []


def stage(run: Path, *, threshold: int = 1) -> Stage:
    units = [Unit(name, None, cost) for name, cost in (("a", 10), ("b", 20), ("c", 30))]
    return Stage(name="filter", run=str(run), job=_Nothing(), units=units, config={"threshold": threshold})


def sessions(run: Path) -> list[tuple[int, int, int]]:
    told = json.loads((run / "timing.json").read_text())
    assert told["version"] == 1
    assert told["stages"]["filter"]["units"] == 3
    return [(s["units"], s["bytes"], s["workers"]) for s in told["stages"]["filter"]["sessions"]]


def work(own: Stage, *units: str, workers: int = 2) -> None:
    with timed(own, workers=workers):
        own.begin()
        for unit in units:
            commit(own.directory, unit, [])


def test_sessions_of_one_stage_are_kept_with_what_each_of_them_did(tmp_path: Path) -> None:
    own = stage(tmp_path)
    work(own, "c", "a")
    work(own, "b", workers=4)
    assert sessions(tmp_path) == [(2, 40, 2), (1, 20, 4)]


def test_a_session_that_fails_is_kept_and_its_error_too(tmp_path: Path) -> None:
    def fail(own: Stage) -> None:
        with timed(own, workers=1):
            own.begin()
            commit(own.directory, "a", [])
            raise RuntimeError("no luck")

    with pytest.raises(RuntimeError, match="no luck"):
        fail(stage(tmp_path))
    assert sessions(tmp_path) == [(1, 10, 1)]


def test_a_stage_that_begins_anew_has_new_times(tmp_path: Path) -> None:
    work(stage(tmp_path), "a", "b", "c")
    stage(tmp_path).finish()
    work(stage(tmp_path, threshold=2), "a")
    assert sessions(tmp_path) == [(1, 10, 2)]


@pytest.mark.parametrize("damage", ["{", "[]", '{"stages": 3}', '{"stages": {"filter": 3}}'])
def test_a_damaged_file_is_written_anew(tmp_path: Path, damage: str) -> None:
    (tmp_path / "timing.json").write_text(damage)
    work(stage(tmp_path), "a")
    assert sessions(tmp_path) == [(1, 10, 2)]


def test_a_run_that_was_removed_does_not_come_back(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with timed(stage(run), workers=1):
        pass
    assert not run.exists()
