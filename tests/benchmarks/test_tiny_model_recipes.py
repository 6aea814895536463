"""The recipes of the tiny model's comparison are recipes, whatever becomes of the sample's."""

from pathlib import Path

import pytest

from benchmarks.measuring import ROOT
from benchmarks.tiny_model_recipes import build_recipe, training_recipe
from pipelines.recipe import load_recipe
from trainer.recipe import read_recipe

SAMPLE = ROOT / "recipes" / "sample.toml"


def test_the_sample_is_built_small_and_without_repeats(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text(build_recipe(SAMPLE, root=tmp_path, total_tokens=900_000), encoding="utf-8")
    resolved = load_recipe(str(tmp_path / "recipe.toml")).recipe.resolved()
    assert (resolved["mix"]["total_tokens"], resolved["mix"]["max_epochs"]) == (900_000, 1)
    assert (resolved["pack"]["sequence_length"], resolved["pack"]["long_share"]) == (512, 0)
    assert resolved["tokenizer"]["vocab_size"] == 8_000
    assert {resolved["fim"][segment] for segment in ("korean", "multilingual", "code")} == {0.5}


def test_a_sample_that_has_changed_is_told(tmp_path: Path) -> None:
    (tmp_path / "sample.toml").write_text('name = "sample"\n')
    with pytest.raises(ValueError, match="has no single 'vocab_size = 32000'"):
        build_recipe(tmp_path / "sample.toml", root=tmp_path, total_tokens=1)


@pytest.mark.parametrize(("steps", "warmup", "decay", "log_every"), [(12, 1, 3, 1), (360, 18, 90, 10)])
def test_training_takes_its_steps(tmp_path: Path, steps: int, warmup: int, decay: int, log_every: int) -> None:
    (tmp_path / "train.toml").write_text(training_recipe(tmp_path / "shards", steps=steps))
    recipe = read_recipe(tmp_path / "train.toml")
    assert recipe.data.shards == str(tmp_path / "shards")
    assert (recipe.train.steps, recipe.train.log_every) == (steps, log_every)
    assert (recipe.schedule.warmup_steps, recipe.schedule.decay_steps) == (warmup, decay)
