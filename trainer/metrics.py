"""Where the figures of a training run go: ``metrics.jsonl`` always, TensorBoard and MLflow unless the recipe turns them off.

A step and its figures enter, one line leaves. A resumed run first takes out the lines of steps that it will do again, so that
the file has each step once, as that of an undisturbed run; only a rollback within a run makes steps come again.
"""

import json
from pathlib import Path
from typing import Any

from .events import CheckpointEvent, write_atomically
from .mlflow_run import MlflowRun
from .recipe import Logging

METRICS_FILE = "metrics.jsonl"

#: Dense bf16 peak in FLOP/s by a part of the device's name, from the vendors' data sheets.
_PEAK_FLOPS = {"H200": 989e12, "H100": 989e12, "H800": 989e12, "B200": 2250e12, "A100": 312e12, "A800": 312e12, "L40S": 362e12}


def peak_flops(device_name: str) -> float | None:
    """The dense bf16 peak of a device, or None where it is not known."""
    return next((peak for name, peak in _PEAK_FLOPS.items() if name in device_name), None)


def read_metrics(run: str | Path) -> list[dict[str, Any]]:
    """The lines of a run; a last one that was cut off is left out."""
    path = Path(run, METRICS_FILE)
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines[:-1] if line]


class MetricsLog:
    """Writes the figures of one run; only one process has it."""

    def __init__(self, run: Path, *, logging: Logging, name: str, recipe: dict[str, Any], resume_step: int) -> None:
        kept = [row for row in read_metrics(run) if row["step"] <= resume_step]
        write_atomically(run / METRICS_FILE, "".join(json.dumps(row) + "\n" for row in kept))
        self._file = open(run / METRICS_FILE, "a", encoding="utf-8")  # noqa: SIM115
        self._tensorboard = _tensorboard(run, step=resume_step) if logging.tensorboard else None
        self._mlflow = MlflowRun(run, logging=logging, name=name, recipe=recipe) if logging.mlflow_uri else None

    def write(self, step: int, figures: dict[str, Any]) -> None:
        """One line. Figures that are no numbers go to the file only."""
        self._file.write(json.dumps({"step": step, **figures}) + "\n")
        self._file.flush()
        numbers = {name: float(value) for name, value in figures.items() if isinstance(value, int | float)}
        if self._tensorboard is not None:
            for name, value in numbers.items():
                self._tensorboard.add_scalar(name, value, step)
        if self._mlflow is not None:
            self._mlflow.figures(step, numbers)

    def checkpoint(self, event: CheckpointEvent) -> None:
        """A row for a checkpoint."""
        if self._tensorboard is not None:
            self._tensorboard.add_text("checkpoint", event.path, event.step)
        if self._mlflow is not None:
            self._mlflow.checkpoint(event)

    def close(self, *, done: bool = True) -> None:
        """Flush all. ``done``: whether the run has come to its end."""
        self._file.close()
        if self._tensorboard is not None:
            self._tensorboard.close()
        if self._mlflow is not None:
            self._mlflow.close(done=done)


def _tensorboard(run: Path, *, step: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise ValueError(
            "logging.tensorboard = true (the default) needs the package tensorboard: pip install tensorboard, or set false"
        ) from None
    return SummaryWriter(str(run / "tensorboard"), purge_step=step + 1)
