"""What a guard's verdict does to a run: a skipped step leaves the weights, a rollback takes up the checkpoint with new data."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.trainer.tiny_shards import write_recipe, write_shards
from trainer.events import checkpoints, read_event
from trainer.metrics import read_metrics

pytest.importorskip("torch")
pytest.importorskip("megatron.core")

from trainer.megatron import pretraining
from trainer.megatron.guards import TrainingStoppedError
from trainer.pretrain_command import pretrain_command

Train = Callable[[str, set[int]], Path]


@pytest.fixture
def train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Train:
    """Trains 6 steps with guards as given; the loss of the calls that are named comes out as no number."""
    write_shards(tmp_path / "shards", lengths=(64,))
    whole = pretraining.train_step
    calls: list[int] = []

    def train(guards: str, bad: set[int]) -> Path:
        recipe = write_recipe(
            tmp_path / "recipe.toml", shards=tmp_path / "shards", steps=6, every=2, extra=f"[guards]\n{guards}\n"
        )
        text = recipe.read_text()
        begin = text.index("[[stage]]\nsequence_length = 128")
        text = text[:begin] + text[text.index("[optimizer]") :]
        recipe.write_text(text.replace("share = 0.75", "share = 1.0"))
        calls.clear()

        def step(*arguments: Any, **settings: Any) -> Any:
            calls.append(1)
            sums = whole(*arguments, **settings)
            return sums._replace(loss=math.nan) if len(calls) in bad else sums

        monkeypatch.setattr(pretraining, "train_step", step)
        out = tmp_path / f"run-{len(list(tmp_path.iterdir()))}"
        pretrain_command(str(recipe), out=str(out))
        return out

    return train


def _losses(run: Path) -> dict[int, float]:
    return {row["step"]: row["loss"] for row in read_metrics(run) if "loss" in row}


def test_a_skipped_step_leaves_the_weights_and_takes_other_data(train: Train) -> None:
    skipped = train('nan = "skip"', {1})
    plain = train('nan = "skip"', set())
    assert math.isnan(_losses(skipped)[1])
    assert _losses(skipped)[2] != _losses(plain)[2]
    assert read_event(checkpoints(skipped)[-1]).consumed_samples == {"64": 48}
    assert [row["skipped"] for row in read_metrics(skipped) if "loss" in row] == [1, 0, 0, 0, 0, 0]


def test_a_rollback_takes_up_the_checkpoint_and_goes_on_behind_the_bad_batch(train: Train) -> None:
    run = train('nan = "rollback"', {4})
    told = [row for row in read_metrics(run) if "rolled_back_to" in row]
    assert [row["rolled_back_to"] for row in told] == [2]
    assert "step 4: loss nan" in told[0]["reason"]
    # Steps 1 to 3, the bad fourth, then 3 to 6 again with data of their own.
    assert read_event(checkpoints(run)[-1]).consumed_samples == {"64": 8 * 8}
    assert [row["consumed_samples"] for row in read_metrics(run) if "loss" in row] == [8, 16, 24, 40, 48, 56, 64]


def test_a_stop_leaves_what_was_saved(train: Train, tmp_path: Path) -> None:
    with pytest.raises(TrainingStoppedError, match="step 5: loss nan, gradient norm"):
        train('nan = "stop"', {5})
    run = next(path for path in tmp_path.glob("run-*"))
    assert [read_event(path).step for path in checkpoints(run)][-1] == 4
