"""Checkpoint events: the small file that makes a directory a checkpoint, and by which others learn of it.

A :class:`CheckpointEvent` enters and ``event.json`` is written, last and atomically, into the checkpoint's directory; which
checkpoints there are, and which is the latest, is read back from these files alone. A directory without one is no checkpoint:
a save that was cut off. Nothing here needs torch, so that evaluation and alignment may watch from elsewhere (DESIGN.md, 7).
"""

import dataclasses
import json
import os
import shutil
from pathlib import Path
from typing import Any

EVENT_FILE = "event.json"
CHECKPOINTS = "checkpoints"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointEvent:
    """What is known of a checkpoint without opening it. Consumed samples and tokens are by sequence length."""

    run: str
    kind: str
    step: int
    path: str
    consumed_samples: dict[str, int]
    consumed_tokens: dict[str, int]
    tokenizer_sha256: str
    shards_fingerprint: str
    special_tokens: dict[str, int]
    metrics: dict[str, float]
    #: The fields of :class:`trainer.model_config.ModelConfig`, ``rope_base`` being that of the step.
    model: dict[str, Any]
    precision: str
    layout: dict[str, Any]
    versions: dict[str, str]


def step_name(step: int) -> str:
    """The directory's name under ``checkpoints``."""
    return f"step-{step:08d}"


def write_atomically(path: Path, content: str) -> None:
    """Write a text file so that it is there in full or not at all, after a power cut too."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_event(event: CheckpointEvent, *, directory: Path) -> None:
    """Make ``directory`` a checkpoint."""
    write_atomically(directory / EVENT_FILE, json.dumps(dataclasses.asdict(event), indent=1, sort_keys=True) + "\n")


def read_event(directory: str | Path) -> CheckpointEvent:
    """The event of a checkpoint's directory. Raises ``ValueError`` where it is none."""
    path = Path(directory) / EVENT_FILE
    if not path.exists():
        raise ValueError(f"{directory} is no checkpoint: it has no {EVENT_FILE}; give RUN/checkpoints/step-...")
    values = json.loads(path.read_text(encoding="utf-8"))
    return CheckpointEvent(**{field.name: values[field.name] for field in dataclasses.fields(CheckpointEvent)})


def checkpoints(run: str | Path) -> list[Path]:
    """The checkpoints of a training run, oldest first."""
    return sorted(path.parent for path in Path(run, CHECKPOINTS).glob(f"step-*/{EVENT_FILE}"))


def latest_checkpoint(run: str | Path) -> Path | None:
    """The newest checkpoint, if there is one."""
    found = checkpoints(run)
    return found[-1] if found else None


def find_checkpoint(path: str | Path) -> Path:
    """A checkpoint, from its own path or from that of a run (its latest). Raises ``ValueError`` where there is none."""
    if Path(path, EVENT_FILE).exists():
        return Path(path)
    if found := latest_checkpoint(path):
        return found
    raise ValueError(f"{path} is neither a checkpoint nor a training run with one: give RUN or RUN/checkpoints/step-...")


def remove_checkpoint(directory: Path) -> None:
    """Remove a checkpoint; from the first moment on it is none."""
    (directory / EVENT_FILE).unlink(missing_ok=True)
    shutil.rmtree(directory, ignore_errors=True)


def prune(run: str | Path, *, keep_last: int, keep_best: int) -> list[Path]:
    """Remove all checkpoints but the last ones and those of the lowest ``validation_loss``; those that went."""
    found = checkpoints(run)
    losses: list[tuple[float, Path]] = []
    for path in found:
        loss = read_event(path).metrics.get("validation_loss")
        if loss is not None:
            losses.append((loss, path))
    kept = {*found[-keep_last:], *(path for _, path in sorted(losses)[:keep_best])}
    gone = [path for path in found if path not in kept]
    for path in gone:
        remove_checkpoint(path)
    return gone
