"""What to do with a step whose loss or gradient is no number, or whose loss jumps.

Loss and gradient norm of each step enter, before the weights are changed; a :class:`Verdict` leaves. The state is a handful of
numbers, which checkpoints hold, so that a resumed run judges as the undisturbed one did.
"""

import dataclasses
import math
import statistics
from enum import Enum
from typing import Any

from ..recipe import Guards


class TrainingStoppedError(Exception):
    """A guard stopped the run. What was saved before stays."""

    exit_code = 1


class Verdict(Enum):
    TAKE = "take"
    SKIP = "skip"
    ROLLBACK = "rollback"


@dataclasses.dataclass
class Guard:
    """Judges the steps of one run."""

    settings: Guards
    recent: list[float] = dataclasses.field(default_factory=list)
    skips: int = 0
    rollbacks: int = 0

    def judge(self, *, step: int, loss: float, gradient_norm: float) -> tuple[Verdict, str]:
        """What to do with the step, and why. Raises :class:`TrainingStoppedError` where the recipe or a limit says so."""
        found = self._problem(loss=loss, gradient_norm=gradient_norm)
        if found is None:
            self.skips = 0
            self.recent = [*self.recent, loss][-self.settings.window :]
            return Verdict.TAKE, ""
        reason, action = found
        where = f"step {step}: {reason}"
        if action == "stop":
            raise TrainingStoppedError(f"{where}; the recipe's guards say stop")
        if action == "skip":
            self.skips += 1
            if self.skips > self.settings.max_skips:
                raise TrainingStoppedError(
                    f"{where}; more than {self.settings.max_skips} steps in a row were skipped: lower the lr"
                )
            return Verdict.SKIP, where
        self.rollbacks += 1
        if self.rollbacks > self.settings.max_rollbacks:
            raise TrainingStoppedError(f"{where}; {self.settings.max_rollbacks} rollbacks did not help: lower the lr")
        return Verdict.ROLLBACK, where

    def _problem(self, *, loss: float, gradient_norm: float) -> tuple[str, str] | None:
        if not (math.isfinite(loss) and math.isfinite(gradient_norm)):
            return f"loss {loss}, gradient norm {gradient_norm}", self.settings.nan
        # A few losses are no basis, and those of the first steps fall fast.
        if self.settings.spike != "off" and len(self.recent) >= min(8, self.settings.window):
            usual = statistics.median(self.recent)
            if loss > usual * self.settings.spike_factor:
                return f"loss {loss:.4f} is a spike: the last ones are at {usual:.4f}", self.settings.spike
        return None

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds."""
        return {"recent": list(self.recent), "skips": self.skips, "rollbacks": self.rollbacks}

    def restore(self, state: dict[str, Any], *, keep_rollbacks: bool = False) -> None:
        """Judge as if at the checkpoint; a rollback itself still counts."""
        self.recent = list(state["recent"])
        self.skips = state["skips"]
        if not keep_rollbacks:
            self.rollbacks = state["rollbacks"]
