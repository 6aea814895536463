"""One training run as a run of MLflow: parameters once, figures by step, a row for each checkpoint.

Figures and checkpoint events enter; they go to ``RUN/mlflow`` in files, or to a server. A resumed training goes on in the same
run. A server that does not answer at the start is an error; one that stops answering later costs figures, never the training.
"""

import dataclasses
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .events import CheckpointEvent, step_name, write_atomically
from .recipe import Logging

#: Where the number of MLflow's run is kept.
RUN_ID_FILE = "mlflow_run_id"
#: How long a server may take: mlflow would try for minutes, with the training waiting.
_PATIENCE = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "20", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2"}
_MAX_VALUE_LENGTH = 500


class MlflowRun:
    """Writes to one run; only one process has it."""

    def __init__(self, run: Path, *, logging: Logging, name: str, recipe: dict[str, Any]) -> None:
        self._in_files = logging.mlflow_uri == "file"
        self._mlflow = _imported(logging.mlflow_uri)
        self._failed = False
        uri = (run / "mlflow").resolve().as_uri() if self._in_files else logging.mlflow_uri
        try:
            self._mlflow.set_tracking_uri(uri)
            self._mlflow.set_experiment(logging.mlflow_experiment)
            self._start(run / RUN_ID_FILE, name=name, recipe=recipe)
        except self._mlflow.MlflowException as error:
            raise ValueError(
                f"logging.mlflow_uri = {logging.mlflow_uri!r} cannot be used: {str(error).splitlines()[0]}; "
                'give "file", the address of a server that runs, or "" for none'
            ) from error

    def _start(self, known: Path, *, name: str, recipe: dict[str, Any]) -> None:
        if known.exists():
            try:
                self._mlflow.start_run(run_id=known.read_text(encoding="utf-8").strip())
                return
            except self._mlflow.MlflowException:
                # Another store than before, or the run was removed from it.
                known.unlink()
        started: Any = self._mlflow.start_run(run_name=name)
        self._mlflow.log_params({key: str(value)[:_MAX_VALUE_LENGTH] for key, value in _flat(recipe).items()})
        write_atomically(known, started.info.run_id)

    def figures(self, step: int, numbers: dict[str, float]) -> None:
        """Figures of a step. A server gets them from another thread."""
        self._try(lambda: self._mlflow.log_metrics(numbers, step=step, synchronous=self._in_files))

    def checkpoint(self, event: CheckpointEvent) -> None:
        """The event as a file ``checkpoints/step-….json``, its figures as metrics ``checkpoint_…``, its path as the latest."""
        numbers = {"checkpoint_step": float(event.step)} | {f"checkpoint_{key}": value for key, value in event.metrics.items()}
        self.figures(event.step, numbers)
        self._try(lambda: self._mlflow.set_tag("latest_checkpoint", event.path))
        self._try(lambda: self._mlflow.log_dict(dataclasses.asdict(event), f"checkpoints/{step_name(event.step)}.json"))

    def close(self, *, done: bool) -> None:
        """Wait until all is written, and end the run; what was stopped may go on."""
        self._try(lambda: self._mlflow.end_run("FINISHED" if done else "KILLED"))

    def _try(self, call: Callable[[], Any]) -> None:
        try:
            call()
        except Exception as error:
            # Whatever a tracking server does, a training of weeks outlives it.
            if not self._failed:
                reason = f"{type(error).__name__}: {error}".splitlines()[0]
                print(f"malmoi: MLflow gets no figures, metrics.jsonl has them: {reason}", file=sys.stderr, flush=True)
            self._failed = True


def _imported(uri: str) -> Any:
    # Since 3.7 it refuses files unless told so; a database on a cluster's file system is worse. And it reports home.
    for name, value in {"MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_DISABLE_TELEMETRY": "true", **_PATIENCE}.items():
        os.environ.setdefault(name, value)
    try:
        import mlflow  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:
        raise ValueError(
            f'logging.mlflow_uri = "{uri}" needs the package mlflow: pip install mlflow-skinny, or set it to ""'
        ) from None
    return mlflow


def _flat(values: dict[str, Any], *, prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= _flat(value, prefix=f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
