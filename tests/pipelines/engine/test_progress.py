"""Progress files, and what the supervisor makes of them."""

import time
from pathlib import Path

import pytest

from pipelines.engine import progress as progress_module
from pipelines.engine import supervisor
from pipelines.engine.progress import Progress
from pipelines.engine.supervisor import Watch


def test_rows_and_bytes_arrive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_module, "_INTERVAL_S", 0.0)
    progress, watch = Progress(str(tmp_path), stage="filter"), Watch(str(tmp_path))
    progress.start("part-00000")
    for _ in range(3):
        progress.advance(rows=1, num_bytes=10)
    watch.look()
    assert watch.done("filter") == (3, 30)
    assert watch.done("ingest") == (0, 0)


def test_a_silent_worker_at_work_is_found_and_an_idle_one_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "SILENCE_S", 0.2)
    progress, watch = Progress(str(tmp_path), stage="filter"), Watch(str(tmp_path))
    progress.start("part-00000")
    watch.look()
    assert watch.silent("filter") is None
    time.sleep(0.3)
    watch.look()
    found = watch.silent("filter")
    assert found is not None
    assert found.state["unit"] == "part-00000"
    assert watch.silent("ingest") is None
    progress.finish()
    watch.look()
    time.sleep(0.3)
    assert watch.silent("filter") is None


def test_a_long_step_lives_but_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "SILENCE_S", 0.25)
    monkeypatch.setattr(progress_module, "SILENCE_S", 0.25)
    monkeypatch.setattr(progress_module, "_TICK_S", 0.05)
    progress, watch = Progress(str(tmp_path), stage="tokenizer"), Watch(str(tmp_path))
    progress.start("tokenizer")
    silent = []
    with progress.alive(seconds=0.6):
        for _ in range(24):
            time.sleep(0.05)
            watch.look()
            silent.append(watch.silent("tokenizer") is not None)
    assert not any(silent[:10]), "it tells that it lives"
    assert silent[-1], "a step that takes longer than it may is stuck"


def test_short_steps_start_no_thread(tmp_path: Path) -> None:
    progress = Progress(str(tmp_path), stage="filter")
    assert progress.alive(num_bytes=1000) is progress.alive(seconds=1)
