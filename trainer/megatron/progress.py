"""How fast training goes: tokens a second, model FLOP/s utilisation, memory, the data loader's share.

Steps and their sums enter, figures of the stretch since the last ones leave. Validation and saves are not counted.
"""

import resource
import time
from typing import Any

import torch
import torch.distributed as distributed

from ..metrics import peak_flops
from ..model_config import ModelConfig
from ..recipe_stages import StagePlan
from .forward import StepSums


class Progress:
    """Measures one run."""

    def __init__(self, model: ModelConfig, *, first_step: int) -> None:
        self._model = model
        self._began = time.perf_counter()
        self._waited_s = 0.0
        self._tokens = 0
        self._squares = 0.0
        self._steps = first_step * 0

    def count(self, stage: StagePlan, *, sums: StepSums) -> None:
        """A step is done."""
        self._steps += 1
        self._tokens += stage.global_batch_size * stage.sequence_length
        self._squares += sums.sum_squared_lengths

    def pause(self, seconds: float) -> None:
        """Leave out time that was not spent on training."""
        self._began += seconds

    def figures(self, *, waited_s: float) -> dict[str, Any]:
        """Of the steps since the last call. ``waited_s``: for data, since the beginning."""
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        now = time.perf_counter()
        seconds = max(1e-9, now - self._began)
        flops = self._model.training_flops(num_tokens=self._tokens, sum_squared_lengths=int(self._squares))
        figures: dict[str, Any] = {
            "tokens_per_second": self._tokens / seconds,
            "seconds_per_step": seconds / max(1, self._steps),
            "data_share": (waited_s - self._waited_s) / seconds,
            "tflops_per_device": flops / seconds / distributed.get_world_size() / 1e12,
            "memory_gb": _memory_bytes() / 1e9,
        }
        peak = peak_flops(torch.cuda.get_device_name()) if torch.cuda.is_available() else None
        if peak:
            figures["mfu"] = flops / seconds / distributed.get_world_size() / peak
        self._began, self._waited_s, self._tokens, self._squares, self._steps = now, waited_s, 0, 0.0, 0
        return figures


def _memory_bytes() -> int:
    """The most that this process had: of the device's memory, or on CPU of the machine's."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
