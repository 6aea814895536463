"""How a training on the run's shards went, as far as it has come.

``RUN/training.json`` names a training's directory (relative paths start at the run), and ``metrics.jsonl`` there is read: the
two meet on disk only. Its lines enter, curves leave: the loss of the steps, and that of held-out sequences by segment.
"""

import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.engine import files
from pipelines.report.losses import segment_order
from pipelines.report.run_directory import Json

FILE = "training.json"
_METRICS = "metrics.jsonl"
_VALIDATION = "validation_loss_"
#: A curve of more steps is drawn through the means of as many stretches.
_MAX_POINTS = 300


@dataclass(frozen=True, slots=True)
class Curve:
    """A loss over steps: in nats a token, not empty. ``name``: a segment, ``fim``, or ``train``."""

    name: str
    steps: Sequence[int]
    losses: Sequence[float]

    @property
    def lowest(self) -> tuple[float, int]:
        """The lowest loss, and the first step that had it."""
        return min(zip(self.losses, self.steps, strict=True))

    def thinned(self) -> "Curve":
        """Of no more points than can be told apart."""
        width = -(-len(self.steps) // _MAX_POINTS)
        starts = range(0, len(self.steps), width)
        means = [_mean(self.losses[start : start + width]) for start in starts]
        return Curve(self.name, [self.steps[min(start + width, len(self.steps)) - 1] for start in starts], means)


@dataclass(frozen=True, slots=True)
class Training:
    """``lengths``: (first step, sequence length) of each stretch of steps at one length. No curves: nothing is there yet."""

    directory: str
    curves: Sequence[Curve]
    lengths: Sequence[tuple[int, int]]

    @property
    def last_step(self) -> int:
        return max((curve.steps[-1] for curve in self.curves), default=0)

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest loss of the drawing."""
        drawn = [loss for curve in self.curves for loss in curve.thinned().losses]
        return min(drawn), max(drawn)

    def points(self, curve: Curve, *, height: float) -> list[tuple[float, float]]:
        """Of the drawing: per cent from the left, pixels from the top."""
        low, high = self.ends
        thin = curve.thinned()
        return [
            (100 * step / self.last_step, height * (high - loss) / ((high - low) or 1))
            for step, loss in zip(thin.steps, thin.losses, strict=True)
        ]


def name_training(run: str, training: str) -> None:
    """Write ``run``/training.json. Raises ``ValueError`` where ``training`` is no directory of a training."""
    run, training = files.absolute(run), files.absolute(training)
    if not files.exists(files.join(training, _METRICS)):
        raise ValueError(
            f"{training} has no {_METRICS}, so it is no training's directory: give the --out of malmoi train pretrain"
        )
    # Seen from the run, so that both can be moved together.
    both_local = files.is_local(run) and files.is_local(training)
    files.write_json(files.join(run, FILE), {"directory": os.path.relpath(training, run) if both_local else training})


def training_view(named: Json | None, *, run: str) -> Training | None:
    """What the page shows of the training that ``training.json`` names; None where it is not there."""
    if named is None:
        return None
    directory = str(named["directory"])
    whole = directory if "://" in directory or os.path.isabs(directory) else files.join(run, directory)
    path = files.join(whole, _METRICS)
    # What was never ended by a new line was cut off.
    lines = files.read_bytes(path).split(b"\n")[:-1] if files.exists(path) else []
    rows = _last_told([json.loads(line) for line in lines if line])
    return Training(directory, list(_curves(rows)), _lengths(rows))


def _last_told(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Without the steps that were rolled back and came again."""
    kept: list[Mapping[str, Any]] = []
    for row in rows:
        if "rolled_back_to" in row:
            kept = [earlier for earlier in kept if earlier["step"] <= row["rolled_back_to"]]
        else:
            kept.append(row)
    return kept


def _curves(rows: Sequence[Mapping[str, Any]]) -> Iterator[Curve]:
    found = {key.removeprefix(_VALIDATION) for row in rows for key in row if key.startswith(_VALIDATION)}
    names = {"train": "loss"} | {name: _VALIDATION + name for name in sorted(found, key=segment_order)}
    for name, key in names.items():
        told = [(int(row["step"]), float(row[key])) for row in rows if key in row and math.isfinite(float(row[key]))]
        if told:
            yield Curve(name, [step for step, _ in told], [loss for _, loss in told])


def _lengths(rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, int]]:
    lengths: list[tuple[int, int]] = []
    for row in rows:
        if "sequence_length" in row and (not lengths or lengths[-1][1] != row["sequence_length"]):
            lengths.append((int(row["step"]), int(row["sequence_length"])))
    return lengths


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
