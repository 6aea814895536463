"""Guards of the loss: tables of losses and what is done with each."""

import math
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("megatron.core")

from trainer.megatron.guards import Guard, TrainingStoppedError
from trainer.recipe import Guards


def _guard(**settings: Any) -> Guard:
    return Guard(Guards.model_validate(settings))


NAN, INF = math.nan, math.inf
STEADY = [2.0] * 10
#: Settings, losses, gradient norm of the last, what the last gets.
CASES = [
    ({}, [2.0], 1.0, "take"),
    ({}, [NAN], 1.0, "skip"),
    ({}, [INF], 1.0, "skip"),
    ({}, [2.0], NAN, "skip"),
    ({"nan": "rollback"}, [NAN], 1.0, "rollback"),
    ({"nan": "stop"}, [NAN], 1.0, "stop"),
    ({}, [*STEADY, 50.0], 1.0, "take"),
    ({"spike": "skip"}, [*STEADY, 4.1], 1.0, "skip"),
    ({"spike": "skip"}, [*STEADY, 3.9], 1.0, "take"),
    ({"spike": "skip", "spike_factor": 1.5}, [*STEADY, 3.1], 1.0, "skip"),
    ({"spike": "rollback"}, [*STEADY, 4.1], 1.0, "rollback"),
    ({"spike": "stop"}, [*STEADY, 4.1], 1.0, "stop"),
    ({"spike": "skip"}, [9.0, 2.0, 2.0, 8.0], 1.0, "take"),
]


@pytest.mark.parametrize(("settings", "losses", "norm", "expected"), CASES)
def test_verdicts(settings: dict[str, Any], losses: list[float], norm: float, expected: str) -> None:
    guard = _guard(**settings)
    for step, loss in enumerate(losses[:-1]):
        assert guard.judge(step=step, loss=loss, gradient_norm=1.0)[0].value == "take"
    if expected == "stop":
        with pytest.raises(TrainingStoppedError, match="the recipe's guards say stop"):
            guard.judge(step=9, loss=losses[-1], gradient_norm=norm)
        return
    assert guard.judge(step=9, loss=losses[-1], gradient_norm=norm)[0].value == expected


def test_skips_have_an_end_and_a_good_step_begins_anew() -> None:
    guard = _guard(max_skips=2)
    for loss in (NAN, NAN, 2.0, NAN, NAN):
        guard.judge(step=1, loss=loss, gradient_norm=1.0)
    with pytest.raises(TrainingStoppedError, match="more than 2 steps in a row were skipped"):
        guard.judge(step=7, loss=NAN, gradient_norm=1.0)


def test_rollbacks_have_an_end_that_rolling_back_does_not_move() -> None:
    guard = _guard(nan="rollback", max_rollbacks=2)
    saved = guard.state()
    for _ in range(2):
        guard.judge(step=5, loss=NAN, gradient_norm=1.0)
        guard.restore(saved, keep_rollbacks=True)
    with pytest.raises(TrainingStoppedError, match="2 rollbacks did not help"):
        guard.judge(step=5, loss=NAN, gradient_norm=1.0)


def test_a_restored_guard_judges_as_the_first() -> None:
    first, second = _guard(spike="skip"), _guard(spike="skip")
    for loss in STEADY:
        first.judge(step=1, loss=loss, gradient_norm=1.0)
    second.restore(first.state())
    assert second.judge(step=2, loss=5.0, gradient_norm=1.0)[0].value == "skip"
