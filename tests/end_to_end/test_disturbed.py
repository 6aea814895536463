"""Runs that are killed, in whole or in part: never a hang, and running again gives the bytes of an undisturbed run."""

import os
import random
import re
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from pipelines.engine.supervisor import is_worker

from .running import PROCESSES, ROOT, command, environment, malmoi, output_bytes


def start(recipe: Path, run: Path, *options: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command("build", recipe, "--out", run, *options),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def workers_of(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    found = []
    for child in psutil.Process(process.pid).children(recursive=True):
        try:
            if is_worker(child):
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


def a_worker(process: "subprocess.Popen[str]") -> psutil.Process:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if workers := workers_of(process):
            return workers[0]
        time.sleep(0.05)
    raise AssertionError("no worker process was started")


def kill_something(process: "subprocess.Popen[str]", victim: str, rng: random.Random) -> None:
    """``kill -9`` of the whole run, of its driver, of the command alone, or of a worker."""
    if victim == "command":
        process.kill()
        return
    children = psutil.Process(process.pid).children(recursive=True)
    chosen = {"all": [*children, psutil.Process(process.pid)], "driver": children[:1], "worker": workers_of(process)}[victim]
    for one in chosen if victim == "all" else rng.sample(chosen, min(1, len(chosen))):
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue


def disturb(moments: int, quick_recipe: Path, quick_run: Path, directory: Path, seed: int) -> None:
    expected = output_bytes(quick_run)
    rng = random.Random(seed)
    took = 30.0
    for moment in range(moments):
        run = directory / f"run-{moment}"
        victim = ["all", "worker", "driver", "command"][moment % 4]
        process = start(quick_recipe, run, *PROCESSES)
        time.sleep(rng.uniform(0.5, took * 0.9))
        if process.poll() is None:
            kill_something(process, victim, rng)
        process.communicate(timeout=120)
        again = malmoi("build", quick_recipe, "--out", run)
        assert again.returncode == 0, (victim, again.stderr)
        assert output_bytes(run) == expected, (victim, moment)


def test_killed_runs_resume_to_the_same_bytes(quick_recipe: Path, quick_run: Path, tmp_path: Path) -> None:
    disturb(4, quick_recipe, quick_run, tmp_path, seed=1)


@pytest.mark.slow
def test_killed_at_twenty_moments(quick_recipe: Path, quick_run: Path, tmp_path: Path) -> None:
    disturb(20, quick_recipe, quick_run, tmp_path, seed=2)


@pytest.mark.parametrize(("sent", "told"), [(signal.SIGKILL, "died"), (signal.SIGSTOP, "no sign of life|stuck")])
def test_a_dead_or_stuck_worker_is_an_error_within_a_minute(
    quick_recipe: Path, quick_run: Path, tmp_path: Path, sent: int, told: str
) -> None:
    for attempt in range(4):
        run = tmp_path / f"run{attempt}"
        process = start(quick_recipe, run, *PROCESSES)
        worker = a_worker(process)
        time.sleep(1)  # long enough to be noticed alive
        os.kill(worker.pid, sent)
        begun = time.monotonic()
        _, errors = process.communicate(timeout=120)
        assert time.monotonic() - begun < 60
        if process.returncode != 0:
            break
        # It had done its last work of a stage when it was hit, so that nothing was missing.
        assert output_bytes(run) == output_bytes(quick_run)
    assert process.returncode == 1
    assert re.search(told, errors), errors
    assert "run the same command again to go on" in errors
    assert not psutil.pid_exists(worker.pid) or worker.status() == psutil.STATUS_ZOMBIE
    assert malmoi("build", quick_recipe, "--out", run).returncode == 0
    assert output_bytes(run) == output_bytes(quick_run)


def test_two_builds_at_once_do_not_mix(quick_recipe: Path, quick_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    first, second = (start(quick_recipe, run) for _ in range(2))
    for process in (first, second):
        process.communicate(timeout=120)
    assert 0 in (first.returncode, second.returncode)
    assert {first.returncode, second.returncode} <= {0, 1}
    assert output_bytes(run) == output_bytes(quick_run)


def test_interrupting_says_how_to_go_on(quick_recipe: Path, tmp_path: Path) -> None:
    process = start(quick_recipe, tmp_path / "run")
    deadline = time.monotonic() + 30
    while not (tmp_path / "run/.lock").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.terminate()  # as Ctrl-C; a shell may have had SIGINT ignored for its background jobs
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "run the same command again to go on" in errors
