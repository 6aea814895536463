"""Recipes of training: what is read, what the stages come to, and every mistake told with its key and a remedy."""

import math
from pathlib import Path

import pytest

from trainer.model_config import ModelConfig
from trainer.recipe import Optimizer, Recipe, Schedule, parse_recipe, read_recipe
from trainer.recipe_layout import check_layout
from trainer.recipe_mistakes import RecipeError
from trainer.recipe_schedule import learning_rate
from trainer.recipe_stages import plan_stages, stage_of

TEXT = """
[model]
num_layers = 4
hidden_size = 64
ffn_hidden_size = 128
num_attention_heads = 4
num_query_groups = 2
[data]
shards = "run/shards"
[[stage]]
sequence_length = 4096
share = "9/10"
global_batch_size = 8
[[stage]]
sequence_length = 32768
share = 0.1
global_batch_size = 4
rope_base = 1000000
[optimizer]
lr = 1e-3
[train]
steps = 100
"""

#: What is replaced, by what, and the message.
MISTAKES = [
    ("num_layers = 4", "num_layer = 4", "model.num_layer: unknown key 'num_layer'; did you mean 'num_layers'?"),
    ("num_layers = 4", "", "model.num_layers: is missing: give it a value"),
    (
        "num_layers = 4",
        "num_layers = 0",
        "recipe.toml:3: model.num_layers: input should be greater than or equal to 1 (it is 0)",
    ),
    ("[optimizer]", "[optimiser]", "unknown key 'optimiser'; did you mean 'optimizer'?"),
    ("share = 0.1", "shar = 0.1", "recipe.toml:16: stage[2].shar: unknown key 'shar'; did you mean 'share'?"),
    ("share = 0.1", "share = 0.2", "the shares of the stages add up to 1.1, not 1"),
    ("share = 0.1", 'share = "1/0"', "stage[2].share"),
    ("steps = 100", "", "give steps or tokens, one of them"),
    ("steps = 100", "steps = 100\ntokens = 5", "give steps or tokens, one of them"),
    ("lr = 1e-3", "lr = 1e-3\nmin_lr = 1e-2", "optimizer.min_lr = 0.01 is above optimizer.lr = 0.001"),
    ("num_query_groups = 2", "num_query_groups = 3", "num_attention_heads = 4 is no multiple of num_query_groups = 3"),
    ("hidden_size = 64", "hidden_size = 66", "hidden_size = 66 is no multiple of num_attention_heads = 4: give head_dim"),
    ("num_query_groups = 2", "head_dim = 15", "head_dim is odd"),
    ("[train]", "[layout]\nvirtual_pipeline = 2\n[train]", "virtual_pipeline = 2 needs pipeline > 1"),
    (
        "[train]",
        "[layout]\npipeline = 2\nvirtual_pipeline = 2\nbatch_p2p_comm = true\n[train]",
        "batch_p2p_comm = true with virtual_pipeline gives wrong gradients without an error",
    ),
    ("[train]", "[layout]\nsequence_parallel = true\n[train]", "sequence_parallel = true needs tensor > 1"),
    (
        "[train]",
        "[schedule]\nkind = 'linear'\n[train]",
        "schedule.kind: input should be 'cosine', 'wsd' or 'constant' (it is 'linear')",
    ),
    ("[train]", "[guards]\nspike = 'panic'\n[train]", "guards.spike"),
    ("[train]", "[train", "recipe.toml: no TOML"),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_mistakes_are_told(old: str, new: str, message: str) -> None:
    with pytest.raises(RecipeError) as caught:
        parse_recipe(TEXT.replace(old, new, 1), path="recipe.toml")
    assert message in str(caught.value)
    assert caught.value.exit_code == 2


def test_all_mistakes_at_once() -> None:
    with pytest.raises(RecipeError) as caught:
        parse_recipe(TEXT.replace("lr = 1e-3", "lr = -1").replace("steps = 100", "steps = 'x'"), path="r")
    assert [line.split(": ")[1] for line in str(caught.value).splitlines()] == ["optimizer.lr", "train.steps"]


def test_no_recipe(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="there is no such recipe"):
        read_recipe(tmp_path / "none.toml")


def test_shards_are_found_from_the_recipe(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(TEXT)
    assert read_recipe(tmp_path / "r.toml").data.shards == str(tmp_path / "run/shards")


def test_stages_in_steps() -> None:
    stages = plan_stages(parse_recipe(TEXT))
    assert [(stage.first_step, stage.end_step, stage.num_samples, stage.rope_base) for stage in stages] == [
        (0, 90, 720, 10_000.0),
        (90, 100, 40, 1_000_000.0),
    ]
    assert [stage_of(stages, step=step).number for step in (0, 89, 90, 99, 100, 500)] == [0, 0, 1, 1, 1, 1]


def test_stages_in_tokens() -> None:
    stages = plan_stages(parse_recipe(TEXT.replace("steps = 100", "tokens = 10_000_000_000")))
    assert [stage.num_steps for stage in stages] == [round(9e9 / (8 * 4096)), round(1e9 / (4 * 32768))]
    with pytest.raises(ValueError, match=r"train.tokens = 10 is less than one batch"):
        plan_stages(parse_recipe(TEXT.replace("steps = 100", "tokens = 10")))


#: Kind, warm-up, decay, and rates (of 1.0, lowest 0.1) at steps of 100.
RATES = [
    ("cosine", 10, 0, {0: 0.1, 9: 1.0, 10: 1.0, 55: 0.55, 100: 0.1}),
    ("cosine", 0, 50, {0: 1.0, 25: 0.55, 50: 0.1, 99: 0.1}),
    ("wsd", 10, 20, {0: 0.1, 10: 1.0, 79: 1.0, 84: 0.1 + 0.9 * (1 - math.sqrt(0.25)), 99: 0.1}),
    ("constant", 4, 0, {0: 0.25, 3: 1.0, 99: 1.0}),
]


@pytest.mark.parametrize(("kind", "warmup", "decay", "rates"), RATES)
def test_learning_rates(kind: str, warmup: int, decay: int, rates: dict[int, float]) -> None:
    schedule = Schedule.model_validate({"kind": kind, "warmup_steps": warmup, "decay_steps": decay})
    optimizer = Optimizer.model_validate({"lr": 1.0, "min_lr": 0.1})
    found = {step: learning_rate(step, num_steps=100, optimizer=optimizer, schedule=schedule) for step in rates}
    assert found == pytest.approx(rates)


def _layout(text: str) -> tuple[Recipe, ModelConfig]:
    recipe = parse_recipe(TEXT.replace("[train]", f"[layout]\n{text}\n[train]"))
    return recipe, recipe.model_sizes(vocab_size=500)


#: Layout, processes, and what does not divide.
LAYOUTS = [
    ("tensor = 3", 3, "tensor = 3 does not divide num_attention_heads = 4"),
    ("tensor = 4", 4, "tensor = 4 does not divide num_query_groups = 2"),
    ("pipeline = 3", 3, "pipeline x virtual_pipeline = 3 does not divide num_layers = 4"),
    ("pipeline = 2\nvirtual_pipeline = 4", 2, "pipeline x virtual_pipeline = 8 does not divide num_layers = 4"),
    (
        "tensor = 2\npipeline = 2",
        6,
        "tensor 2 x pipeline 2 x context 1 = 4 processes hold one copy of the model; 6 is no multiple",
    ),
    ("context = 2", 1, "6 is no multiple of it".replace("6", "1")),
    ("", 16, "stage[1]: data-parallel size 16 x micro_batch_size 1 = 16 does not divide global_batch_size = 8"),
    ("context = 3", 3, "stage[1]: 6 parts (context, sequence_parallel) do not divide the 4096 tokens"),
    ("pipeline = 4\nvirtual_pipeline = 1", 8, None),
    ("pipeline = 2\nvirtual_pipeline = 2", 8, "with virtual_pipeline, pipeline = 2 has to divide the 1 micro-batches"),
    ("tensor = 2\npipeline = 2\nsequence_parallel = true", 8, None),
]


@pytest.mark.parametrize(("text", "world_size", "message"), LAYOUTS)
def test_layouts_that_do_not_divide(text: str, world_size: int, message: str | None) -> None:
    recipe, model = _layout(text)
    if message is None:
        assert check_layout(recipe, model=model, world_size=world_size) == 2
        return
    with pytest.raises(RecipeError) as caught:
        check_layout(recipe, model=model, world_size=world_size)
    assert message in str(caught.value)


def test_sizes() -> None:
    model = parse_recipe(TEXT).model_sizes(vocab_size=500)
    assert (model.padded_vocab_size(1), model.padded_vocab_size(8), model.padded_vocab_size(3)) == (512, 512, 768)
    # Per layer: 64x64 queries, 2 of 64x32, 64x64 out, 3 of 64x128, 2 norms of 64.
    assert model.num_layer_parameters() == 4096 + 2 * 2048 + 4096 + 3 * 8192 + 128
    assert model.num_parameters() == 4 * model.num_layer_parameters() + 2 * 512 * 64 + 64
    assert (model.head_dim, model.num_query_groups, model.max_sequence_length) == (16, 2, 32768)
    assert model.training_flops(num_tokens=10, sum_squared_lengths=0) == 6 * 10 * model.num_matrix_parameters()
