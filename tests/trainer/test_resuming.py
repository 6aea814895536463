"""Killed, stopped, out of disk, with one rank dead, with other shards: what is lost, and what never is."""

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.trainer.launching import Rank, end, start, train
from tests.trainer.tiny_shards import write_recipe, write_shards
from trainer.events import CHECKPOINTS, checkpoints, latest_checkpoint, read_event
from trainer.metrics import read_metrics

pytest.importorskip("torch")
pytest.importorskip("megatron.core")

STEPS = 24


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shards, a recipe, and a run of it that nothing disturbed: ``whole``."""
    folder = tmp_path_factory.mktemp("resuming")
    write_shards(folder / "shards")
    recipe = write_recipe(folder / "recipe.toml", shards=folder / "shards", steps=STEPS, every=3)
    train([(recipe, folder / "whole")])
    return folder


def _curve(run: Path) -> list[tuple[int, float, int]]:
    return [(row["step"], row["loss"], row["consumed_samples"]) for row in read_metrics(run) if "loss" in row]


def _wait(process: Rank, until: Callable[[], bool]) -> None:
    began = time.monotonic()
    while process.poll() is None and not until():
        time.sleep(0.01)
        assert time.monotonic() - began < 300


def test_a_run_killed_at_random_steps_ends_as_one_that_was_not(folder: Path) -> None:
    run = folder / "killed"
    chance = random.Random(20)
    goals = sorted(chance.sample(range(2, STEPS), 2))
    for goal in goals:
        process = start([(folder / "recipe.toml", run)])[0]
        _wait(process, lambda goal=goal: any(row["step"] >= goal for row in read_metrics(run)))
        time.sleep(chance.random() * 0.2)
        end(process)
        process.output()
        for path in checkpoints(run):
            assert read_event(path).step
    train([(folder / "recipe.toml", run)])
    assert _curve(run) == _curve(folder / "whole")
    assert not list((run / CHECKPOINTS).glob(".partial*"))
    ours, theirs = (read_event(checkpoints(path)[-1]) for path in (run, folder / "whole"))
    assert (ours.consumed_samples, ours.metrics) == (theirs.consumed_samples, theirs.metrics)
    assert ours.consumed_samples == {"64": 18 * 8, "128": 6 * 4}


def test_asked_to_stop_it_saves_ends_well_and_goes_on(folder: Path) -> None:
    run = folder / "stopped"
    process = start([(folder / "recipe.toml", run)])[0]
    _wait(process, lambda: any(row["step"] >= 4 for row in read_metrics(run)))
    os.kill(process.pid, signal.SIGTERM)
    output = process.output()
    assert process.returncode == 0, output[-3000:]
    assert "stopped as asked" in output
    latest = latest_checkpoint(run)
    assert latest is not None
    assert read_event(latest).step == _curve(run)[-1][0] < STEPS
    train([(folder / "recipe.toml", run)])
    assert _curve(run) == _curve(folder / "whole")


def _limit_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))


def test_a_disk_that_fills_while_saving_leaves_the_last_checkpoint(folder: Path) -> None:
    run = folder / "full"
    (run / CHECKPOINTS).mkdir(parents=True)
    shutil.copytree(folder / "whole" / CHECKPOINTS / "step-00000018", run / CHECKPOINTS / "step-00000018")
    process = start([(folder / "recipe.toml", run)], prepare=_limit_files)[0]
    output = process.output()
    assert process.returncode == 1
    assert "checkpoint step-00000021 could not be saved: a file was not written in full, is the disk full" in output
    assert "training goes on" in output
    assert "that was the 2. in a row: make room under" in output
    assert [path.name for path in checkpoints(run)] == ["step-00000018"]
    train([(folder / "recipe.toml", run)])
    assert _curve(run)[-3:] == _curve(folder / "whole")[-3:]


def test_a_rank_that_dies_ends_the_run_and_leaves_the_last_checkpoint(folder: Path) -> None:
    run = folder / "bereft"
    recipe = write_recipe(folder / "long.toml", shards=folder / "shards", steps=2000, every=2)
    processes = start([(recipe, run)], world_size=2)
    _wait(processes[0], lambda: len(checkpoints(run)) > 0)
    end(processes[1])
    processes[1].output()
    output = processes[0].output()
    assert processes[0].returncode != 0
    assert "Connection closed by peer" in output or "Connection reset by peer" in output
    latest = latest_checkpoint(run)
    assert latest is not None
    short = write_recipe(folder / "short.toml", shards=folder / "shards", steps=read_event(latest).step + 1, every=0)
    train([(short, run)])


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


#: What is done to a run or its recipe, and what the error says.
MISTAKES = {
    "another tokenizer": (
        lambda folder: write_shards(folder / "shards", tokenizer="1" * 64),
        "are of the tokenizer 111111111111",
    ),
    "a missing shard": (
        lambda folder: (folder / "shards/64/korean/part-00000.bin").unlink(),
        "korean/part-00000.bin is missing",
    ),
    "a missing index": (lambda folder: (folder / "shards/64/code/part-00000.idx").unlink(), "code/part-00000.idx is missing"),
    "a shard cut short": (
        lambda folder: (folder / "shards/64/code/part-00000.bin").write_bytes(b"12"),
        "code/part-00000.bin has 2 bytes",
    ),
    "no shards": (lambda folder: (folder / "shards/shards.json").unlink(), "shards.json does not exist: give"),
    "no shards of a length": (
        lambda folder: _change(folder / "recipe.toml", "= 128", "= 256"),
        "lists no sequence of 256 tokens",
    ),
    "a segment that is not there": (
        lambda folder: _change(folder / "recipe.toml", "[data]", '[data]\nsegments = ["korea"]'),
        "no shard of segment 'korea' has 64 tokens a sequence; there are: code, korean, multilingual",
    ),
    "another model": (
        lambda folder: _change(folder / "recipe.toml", "ffn_hidden_size = 128", "ffn_hidden_size = 96"),
        "ffn_hidden_size is 96, was 128",
    ),
    "another optimizer state": (
        lambda folder: _change(folder / "recipe.toml", "[train]", "[layout]\ndistributed_optimizer = false\n[train]"),
        "distributed_optimizer = true: set it so",
    ),
    "a damaged checkpoint": (
        lambda folder: [path.write_bytes(path.read_bytes()[:100]) for path in (folder / "run").rglob("*.distcp")],
        "step-00000018 cannot be read, a file is damaged or missing: ",
    ),
    "too few processes": (
        lambda folder: _change(folder / "recipe.toml", "[train]", "[layout]\ntensor = 2\n[train]"),
        "= 2 processes hold one copy of the model; 1 is no multiple of it",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_does_not_fit_is_an_error_that_says_so(folder: Path, tmp_path: Path, name: str) -> None:
    from trainer.pretrain_command import pretrain_command

    write_shards(tmp_path / "shards")
    recipe = write_recipe(tmp_path / "recipe.toml", shards=tmp_path / "shards", steps=STEPS, every=3)
    (tmp_path / "run" / CHECKPOINTS).mkdir(parents=True)
    shutil.copytree(folder / "whole" / CHECKPOINTS / "step-00000018", tmp_path / "run" / CHECKPOINTS / "step-00000018")
    change, message = MISTAKES[name]
    change(tmp_path)
    with pytest.raises(Exception, match=r".") as caught:
        pretrain_command(str(recipe), out=str(tmp_path / "run"))
    assert message in str(caught.value)
    assert isinstance(caught.value, ValueError) or getattr(caught.value, "exit_code", None) == 2
    assert [path.name for path in checkpoints(tmp_path / "run")] == ["step-00000018"]


def test_the_last_and_the_best_checkpoints_are_kept(folder: Path) -> None:
    kept = [read_event(path) for path in checkpoints(folder / "whole")]
    assert [event.step for event in kept][-3:] == [18, 21, 24]
    losses = {row["step"]: row["validation_loss"] for row in read_metrics(folder / "whole") if "validation_loss" in row}
    assert set(kept[-1].metrics) == {
        "validation_loss",
        *(f"validation_loss_{name}" for name in ("code", "korean", "multilingual", "fim")),
    }
    assert kept[-1].metrics["validation_loss"] == losses[24]
    assert min(event.metrics.get("validation_loss", 9.0) for event in kept) <= min(losses.values()) + 1e-9


def test_a_tiny_model_learns(folder: Path) -> None:
    curve = _curve(folder / "whole")
    assert curve[-1][1] < curve[0][1] - 0.5


def test_figures_are_those_that_a_reader_expects(folder: Path) -> None:
    row = next(row for row in read_metrics(folder / "whole") if row["step"] == 10 and "loss" in row)
    assert {"loss", "grad_norm", "lr", "z", "tokens_per_second", "memory_gb", "data_share", "consumed_samples"} <= row.keys()
    resolved = json.loads((folder / "whole/resolved.json").read_text())
    assert resolved["stages_in_steps"] == [
        {"first_step": 0, "end_step": 18, "num_tokens": 18 * 8 * 64},
        {"first_step": 18, "end_step": 24, "num_tokens": 6 * 4 * 128},
    ]
    assert (folder / "whole/recipe.toml").read_text() == (folder / "recipe.toml").read_text()


def test_torchrun_launches_it(folder: Path) -> None:
    recipe = write_recipe(folder / "two.toml", shards=folder / "shards", steps=2)
    command = ["torchrun", "--standalone", "--nproc-per-node", "2", "-m", "malmoi", "train", "pretrain"]
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": root}
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", *command[1:], str(recipe), "--out", str(folder / "two")],
        env=environment,
        cwd=root,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count("done") == 1
    assert _curve(folder / "two")[0][1] == pytest.approx(_curve(folder / "whole")[0][1], abs=1e-5)
