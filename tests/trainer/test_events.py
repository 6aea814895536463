"""Checkpoint events and figures: what is a checkpoint, which is the latest, which go, and which lines a resumed run keeps."""

import dataclasses
from pathlib import Path

import pytest

from trainer.events import (
    CheckpointEvent,
    checkpoints,
    find_checkpoint,
    latest_checkpoint,
    prune,
    read_event,
    remove_checkpoint,
    step_name,
    write_event,
)
from trainer.metrics import MetricsLog, peak_flops, read_metrics
from trainer.recipe import Logging


def _event(step: int, *, loss: float | None = None) -> CheckpointEvent:
    return CheckpointEvent(
        run="tiny",
        kind="pretrain",
        step=step,
        path="/runs/tiny",
        consumed_samples={"64": step},
        consumed_tokens={"64": 64 * step},
        tokenizer_sha256="0" * 64,
        shards_fingerprint="1" * 64,
        special_tokens={"<|endoftext|>": 0},
        metrics={} if loss is None else {"validation_loss": loss},
        model={"num_layers": 2},
        precision="fp32",
        layout={"tensor": 1},
        versions={"torch": "2"},
    )


def _save(run: Path, step: int, *, loss: float | None = None) -> Path:
    directory = run / "checkpoints" / step_name(step)
    directory.mkdir(parents=True)
    write_event(_event(step, loss=loss), directory=directory)
    return directory


def test_an_event_comes_back_as_it_was(tmp_path: Path) -> None:
    directory = _save(tmp_path, 7, loss=2.5)
    assert read_event(directory) == dataclasses.replace(_event(7), metrics={"validation_loss": 2.5})
    assert [path.name for path in directory.iterdir()] == ["event.json"]


def test_a_directory_without_event_is_no_checkpoint(tmp_path: Path) -> None:
    _save(tmp_path, 9)
    (tmp_path / "checkpoints" / step_name(12)).mkdir()
    (tmp_path / "checkpoints" / ".partial-step-00000015-ab").mkdir()
    latest = latest_checkpoint(tmp_path)
    assert latest is not None
    assert latest.name == "step-00000009"
    with pytest.raises(ValueError, match=r"is no checkpoint: it has no event\.json"):
        read_event(tmp_path / "checkpoints" / step_name(12))
    remove_checkpoint(latest)
    assert latest_checkpoint(tmp_path) is None


def test_a_checkpoint_is_found_from_its_run_too(tmp_path: Path) -> None:
    first, second = _save(tmp_path, 5), _save(tmp_path, 10)
    assert find_checkpoint(first) == first
    assert find_checkpoint(tmp_path) == second
    with pytest.raises(ValueError, match="neither a checkpoint nor a training run with one"):
        find_checkpoint(tmp_path / "nothing")


#: Validation losses by step, what is kept of last and best, which steps stay.
KEPT = [
    ({1: None, 2: None, 3: None}, 2, 1, [2, 3]),
    ({1: 1.0, 2: 3.0, 3: 2.0}, 1, 1, [1, 3]),
    ({1: 1.0, 2: 3.0, 3: 2.0}, 1, 0, [3]),
    ({1: 4.0, 2: 3.0, 3: 2.0}, 1, 2, [2, 3]),
    ({1: 1.0, 2: None, 3: None, 4: 1.0}, 1, 1, [1, 4]),
    ({1: 1.0}, 3, 1, [1]),
]


@pytest.mark.parametrize(("losses", "keep_last", "keep_best", "steps"), KEPT)
def test_which_checkpoints_stay(
    tmp_path: Path, losses: dict[int, float | None], keep_last: int, keep_best: int, steps: list[int]
) -> None:
    for step, loss in losses.items():
        _save(tmp_path, step, loss=loss)
    gone = prune(tmp_path, keep_last=keep_last, keep_best=keep_best)
    assert [read_event(path).step for path in checkpoints(tmp_path)] == steps
    assert len(gone) == len(losses) - len(steps)
    assert not any(path.exists() for path in gone)


def test_a_resumed_run_keeps_the_lines_up_to_its_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").write_text(
        '{"step": 1, "loss": 3}\n{"step": 2, "loss": 2}\n{"step": 3, "loss": 1}\n{"step": 4, "lo'
    )
    off = Logging.model_validate({"tensorboard": False, "mlflow_uri": ""})
    log = MetricsLog(tmp_path, logging=off, name="tiny", recipe={}, resume_step=2)
    log.write(3, {"loss": 1.5})
    log.close()
    assert read_metrics(tmp_path) == [{"step": 1, "loss": 3}, {"step": 2, "loss": 2}, {"step": 3, "loss": 1.5}]


def test_figures_of_no_run(tmp_path: Path) -> None:
    assert read_metrics(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "peak"), [("NVIDIA H200", 989e12), ("NVIDIA A100-SXM4-80GB", 312e12), ("Radeon of somebody", None)]
)
def test_peaks(name: str, peak: float | None) -> None:
    assert peak_flops(name) == peak
