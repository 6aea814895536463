"""Which recipe, layout and shards ``malmoi train pretrain`` takes; nothing is trained."""

import json
from pathlib import Path
from typing import Any

import pytest

import malmoi
from trainer.recipe import Recipe, read_recipe
from trainer.shipped import recipe_path


@pytest.fixture
def taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Recipe, int]]:
    """What training was called with. There are shards of 1,000 entries in ``shards``."""
    pytest.importorskip("megatron.core")
    from trainer.megatron import pretraining

    found: list[tuple[Recipe, int]] = []

    def pretrain(recipe: Recipe, *, run: Path, data_parallel: int) -> bool:
        found.append((recipe, data_parallel))
        return run.is_dir()

    monkeypatch.setattr(pretraining, "pretrain", pretrain)
    monkeypatch.chdir(tmp_path)
    Path("shards").mkdir()
    Path("shards/shards.json").write_text(json.dumps({"tokenizer": {"vocab_size": 1000}}))
    return found


@pytest.mark.parametrize(
    ("processes", "recompute", "micro_batches", "data_parallel"),
    [("1", "full", [1, 1], 1), ("8", "none", [1, 1], 8), ("64", "none", [4, 1], 64), ("16", "none", [1, 1], 16)],
)
def test_a_shipped_recipe_has_the_layout_of_so_many_processes(
    taken: list[Any],
    processes: str,
    recompute: str,
    micro_batches: list[int],
    data_parallel: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WORLD_SIZE", processes)
    assert malmoi.main(["train", "pretrain", "1b", "--shards", "shards", "--out", "out"]) == 0
    recipe, found = taken[0]
    assert (recipe.layout.recompute, [stage.micro_batch_size for stage in recipe.stage]) == (recompute, micro_batches)
    assert found == data_parallel
    assert recipe.data.shards == str(Path("shards").resolve())
    assert json.loads(Path("out/resolved.json").read_text())["layout"]["recompute"] == recompute
    assert Path("out/recipe.toml").read_text() == recipe_path("1b").read_text()


def test_a_recipe_of_ones_own_is_taken_as_it_is(taken: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "1")
    text = recipe_path("1b").read_text().replace('"RUN/shards"', '"../shards"')
    Path("mine").mkdir()
    Path("mine/1b.toml").write_text(text)
    assert malmoi.main(["train", "pretrain", "mine/1b.toml", "--out", "out"]) == 0
    assert taken[0][0] == read_recipe("mine/1b.toml")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["2b"], "2b: there is no such recipe; shipped are: 1b, 7b, full, tiny"),
        (["1b"], "shards.json does not exist: give --shards or [data] shards the RUN/shards that malmoi build made"),
        (["1b", "--shards", "nowhere"], "nowhere/shards.json does not exist"),
    ],
)
def test_what_is_not_there(taken: list[Any], words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert malmoi.main(["train", "pretrain", *words, "--out", "out"]) in (1, 2)
    assert told in capsys.readouterr().err
    assert not taken
    assert not Path("out").exists()
