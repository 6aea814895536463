"""Figures in MLflow's own files: read back through its client; resumed runs, stores that are gone, servers that are not there."""

import sys
from pathlib import Path
from typing import Any

import pytest

from trainer.events import CheckpointEvent
from trainer.mlflow_run import RUN_ID_FILE, MlflowRun
from trainer.recipe import Logging

mlflow = pytest.importorskip("mlflow")

EVENT = CheckpointEvent(
    run="tiny",
    kind="pretrain",
    step=2,
    path="/runs/tiny/checkpoints/step-00000002",
    consumed_samples={"64": 16},
    consumed_tokens={"64": 1024},
    tokenizer_sha256="0" * 64,
    shards_fingerprint="1" * 64,
    special_tokens={"<|endoftext|>": 0},
    metrics={"validation_loss": 2.5},
    model={"num_layers": 2},
    precision="fp32",
    layout={"tensor": 1},
    versions={"torch": "2"},
)


def _run(folder: Path, *, uri: str = "file", recipe: dict[str, Any] | None = None) -> MlflowRun:
    logging = Logging.model_validate({"mlflow_uri": uri})
    return MlflowRun(folder, logging=logging, name="tiny", recipe=recipe or {"model": {"num_layers": 2}, "name": "x" * 900})


def _client(folder: Path) -> Any:
    return mlflow.MlflowClient((folder / "mlflow").as_uri())


def _history(folder: Path, key: str) -> list[tuple[int, float]]:
    run_id = (folder / RUN_ID_FILE).read_text()
    return [(found.step, found.value) for found in _client(folder).get_metric_history(run_id, key)]


def test_a_run_and_its_checkpoints_are_read_back(tmp_path: Path) -> None:
    run = _run(tmp_path)
    run.figures(1, {"loss": 3.0, "lr": 0.1})
    run.figures(2, {"loss": 2.0, "lr": 0.1})
    run.checkpoint(EVENT)
    run.close(done=False)
    found = _client(tmp_path).get_run((tmp_path / RUN_ID_FILE).read_text())
    assert found.data.params == {"model.num_layers": "2", "name": "x" * 500}
    assert found.info.status == "KILLED"
    assert found.data.tags["latest_checkpoint"] == EVENT.path
    assert _history(tmp_path, "loss") == [(1, 3.0), (2, 2.0)]
    assert _history(tmp_path, "checkpoint_step") == [(2, 2.0)]
    assert _history(tmp_path, "checkpoint_validation_loss") == [(2, 2.5)]
    assert [path.name for path in (tmp_path / "mlflow").rglob("step-*.json")] == ["step-00000002.json"]


def test_a_resumed_training_goes_on_in_the_same_run(tmp_path: Path) -> None:
    for step in (1, 2):
        run = _run(tmp_path)
        run.figures(step, {"loss": 1.0})
        run.close(done=step == 2)
    assert [step for step, _ in _history(tmp_path, "loss")] == [1, 2]
    assert _client(tmp_path).get_run((tmp_path / RUN_ID_FILE).read_text()).info.status == "FINISHED"


def test_a_run_that_the_store_does_not_know_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / RUN_ID_FILE).write_text("0" * 32)
    run = _run(tmp_path)
    run.figures(1, {"loss": 1.0})
    run.close(done=True)
    assert _history(tmp_path, "loss") == [(1, 1.0)]


def test_figures_that_cannot_be_written_do_not_end_a_training(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = _run(tmp_path)
    for _ in range(2):
        run.figures(1, {"/../loss": 1.0})
    run.close(done=True)
    assert capsys.readouterr().err.count("malmoi: MLflow gets no figures, metrics.jsonl has them: ") == 1


@pytest.mark.parametrize("uri", ["nothing://here", "http://127.0.0.1:9"])
def test_a_store_that_is_not_there_is_an_error(tmp_path: Path, uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(ValueError, match=rf"logging\.mlflow_uri = '{uri}' cannot be used: "):
        _run(tmp_path, uri=uri)


def test_without_the_package_the_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(ValueError, match='"file" needs the package mlflow: pip install mlflow-skinny, or set it to ""'):
        _run(tmp_path)
