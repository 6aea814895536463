"""What the default recipe writes beside ``metrics.jsonl``: an event file of TensorBoard and a run of MLflow, both read back."""

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.trainer.test_mlflow_run import EVENT
from trainer.metrics import MetricsLog
from trainer.recipe import Logging

pytest.importorskip("torch")
pytest.importorskip("tensorboard")


def _log(run: Path, *, resume_step: int = 0, **settings: Any) -> MetricsLog:
    run.mkdir(exist_ok=True)
    return MetricsLog(run, logging=Logging.model_validate(settings), name="tiny", recipe={"a": 1}, resume_step=resume_step)


def _scalars(run: Path) -> tuple[dict[int, float], list[str]]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(run / "tensorboard")).Reload()
    return {found.step: found.value for found in events.Scalars("loss")}, events.Tags()["tensors"]


def test_tensorboard_has_the_figures_and_the_checkpoints(tmp_path: Path) -> None:
    log = _log(tmp_path, mlflow_uri="")
    for step in (1, 2, 3):
        log.write(step, {"loss": 4.0 - step, "reason": "words stay in the file"})
    log.checkpoint(EVENT)
    log.close(done=False)
    assert _scalars(tmp_path) == ({1: 3.0, 2: 2.0, 3: 1.0}, ["checkpoint/text_summary"])
    log = _log(tmp_path, mlflow_uri="", resume_step=2)
    log.write(3, {"loss": 0.5})
    log.close()
    assert _scalars(tmp_path)[0] == {1: 3.0, 2: 2.0, 3: 0.5}
    assert not (tmp_path / "mlflow").exists()


def test_both_are_on_unless_turned_off(tmp_path: Path) -> None:
    pytest.importorskip("mlflow")
    log = _log(tmp_path / "on")
    log.write(1, {"loss": 1.0})
    log.checkpoint(EVENT)
    log.close()
    assert {path.name for path in (tmp_path / "on").iterdir()} == {"metrics.jsonl", "mlflow", "mlflow_run_id", "tensorboard"}
    _log(tmp_path / "off", tensorboard=False, mlflow_uri="").close()
    assert {path.name for path in (tmp_path / "off").iterdir()} == {"metrics.jsonl"}


def test_without_tensorboard_the_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch.utils.tensorboard", raising=False)
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(ValueError, match="needs the package tensorboard: pip install tensorboard, or set false"):
        _log(tmp_path, mlflow_uri="")
