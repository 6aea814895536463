"""Whether a layout fits the model, the stages and the number of processes: every mistake at once, before anything is built.

A recipe, the model's sizes and a world size enter; the data-parallel size leaves, or a :class:`RecipeError`.
"""

from collections.abc import Iterator

from .model_config import ModelConfig
from .recipe import Layout, Recipe
from .recipe_mistakes import RecipeError
from .recipe_stages import StagePlan, plan_stages


def model_parallel_size(layout: Layout) -> int:
    """How many processes hold one copy of the model."""
    return layout.tensor * layout.pipeline * layout.context


def check_layout(recipe: Recipe, *, model: ModelConfig, world_size: int) -> int:
    """The data-parallel size under ``world_size`` processes. Raises :class:`RecipeError` naming all that does not divide."""
    layout = recipe.layout
    size = model_parallel_size(layout)
    mistakes = list(_model_mistakes(model, layout=layout))
    if world_size % size:
        mistakes.append(
            f"tensor {layout.tensor} x pipeline {layout.pipeline} x context {layout.context} = {size} processes hold one copy "
            f"of the model; {world_size} is no multiple of it: launch with torchrun --nproc-per-node, or a smaller layout"
        )
    else:
        for stage in plan_stages(recipe):
            mistakes += _stage_mistakes(stage, layout=layout, data=world_size // size)
    if mistakes:
        raise RecipeError("\n".join(f"layout: {mistake}" for mistake in mistakes))
    return world_size // size


def _model_mistakes(model: ModelConfig, *, layout: Layout) -> Iterator[str]:
    for name, value in (
        ("num_attention_heads", model.num_attention_heads),
        ("num_query_groups", model.num_query_groups),
        ("ffn_hidden_size", model.ffn_hidden_size),
        ("hidden_size", model.hidden_size),
    ):
        if value % layout.tensor:
            yield f"tensor = {layout.tensor} does not divide {name} = {value}"
    chunks = layout.pipeline * layout.virtual_pipeline
    if model.num_layers % chunks:
        yield f"pipeline x virtual_pipeline = {chunks} does not divide num_layers = {model.num_layers}"


def _stage_mistakes(stage: StagePlan, *, layout: Layout, data: int) -> Iterator[str]:
    name = f"stage[{stage.number + 1}]"
    batch = data * stage.micro_batch_size
    if stage.global_batch_size % batch:
        yield (
            f"{name}: data-parallel size {data} x micro_batch_size {stage.micro_batch_size} = {batch} does not divide "
            f"global_batch_size = {stage.global_batch_size}"
        )
    elif layout.virtual_pipeline > 1 and stage.global_batch_size // batch % layout.pipeline:
        yield (
            f"{name}: with virtual_pipeline, pipeline = {layout.pipeline} has to divide the {stage.global_batch_size // batch} "
            "micro-batches of a step: change global_batch_size or micro_batch_size"
        )
    parts = (2 * layout.context if layout.context > 1 else 1) * (layout.tensor if layout.sequence_parallel else 1)
    tokens = stage.sequence_length * stage.micro_batch_size
    if tokens % parts:
        yield f"{name}: {parts} parts (context, sequence_parallel) do not divide the {tokens} tokens of a micro-batch"
