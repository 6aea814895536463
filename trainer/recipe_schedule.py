"""The learning rate of each step: a pure function of the recipe and the step, so that a resumed run needs no state for it.

Warm-up is linear from ``lr / warmup_steps``. ``wsd`` is warm-up, stable, decay (MiniCPM, arXiv 2404.06395), with the decay in
one minus the square root (Hägele et al., arXiv 2405.18392), which ends lower than a line.
"""

import math

from .recipe import Optimizer, Schedule


def learning_rate(step: int, *, num_steps: int, optimizer: Optimizer, schedule: Schedule) -> float:
    """The rate of step ``step`` (from 0) of ``num_steps``."""
    if step < schedule.warmup_steps:
        return optimizer.lr * (step + 1) / schedule.warmup_steps
    span = optimizer.lr - optimizer.min_lr
    if schedule.kind == "cosine":
        length = (schedule.decay_steps or num_steps) - schedule.warmup_steps
        done = min(1.0, (step - schedule.warmup_steps) / max(1, length))
        return optimizer.min_lr + span * 0.5 * (1 + math.cos(math.pi * done))
    if schedule.kind == "wsd":
        begin = num_steps - schedule.decay_steps
        if step >= begin and schedule.decay_steps:
            return optimizer.min_lr + span * (1 - math.sqrt(min(1.0, (step - begin + 1) / schedule.decay_steps)))
    return optimizer.lr
