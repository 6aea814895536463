"""``malmoi train plan``: a recipe and a number of devices enter, what training takes leaves, as text or JSON.

The layout is the recipe's, or, for a shipped recipe and a number of devices for which one is shipped, that one. Exit code 0
if it fits, 1 if not; then the knobs that would make it fit are told.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from .plan import Plan, Stretch, Work, make_plan
from .plan_hardware import Assumptions, device_of
from .plan_layout import Batch, PlanLayout
from .plan_search import least_gpus, search, single_changes
from .plan_text import as_json, as_text
from .recipe import Layout, Recipe, read_recipe
from .recipe_stages import plan_stages
from .recipe_writing import with_layout
from .shipped import recipe_names, recipe_path, shipped_gpus, shipped_layout
from .usage_error import UsageError

_VOCAB_SIZE = 100_000


def run_plan(
    recipe_name: str,
    output: TextIO,
    *,
    gpus: int | None = None,
    device: str | None = None,
    vocab_size: int | None = None,
    document_tokens: int | None = None,
    efficiency: float | None = None,
    write: str | None = None,
    as_json_text: bool = False,
) -> int:
    """Plan, print, and with ``write`` store the recipe with the layout. The exit code.

    Raises :class:`UsageError` for a number that is none, :class:`~trainer.recipe_mistakes.RecipeError` for a recipe.
    """
    _check(gpus=gpus, vocab_size=vocab_size, document_tokens=document_tokens, efficiency=efficiency)
    path = recipe_path(recipe_name)
    recipe = read_recipe(path)
    work = _work(recipe, device=device, vocab_size=vocab_size)
    work = replace(work, assumed=_assumed(work.assumed, document_tokens=document_tokens, efficiency=efficiency))
    work, layout = _chosen(recipe, work, name=path.stem if recipe_name in recipe_names() else "", gpus=gpus)
    plan = make_plan(work, layout)
    valid_gpus = max(1, layout.gpus)
    others = search(work, gpus=valid_gpus)
    changes = [] if plan.fits or not plan.stretches else single_changes(work, layout)
    least = None if plan.fits or others else least_gpus(work, start=valid_gpus)
    if as_json_text:
        told = as_json(plan, work, others=others, changes=changes, least=least)
        output.write(json.dumps({"recipe": recipe.name, **told}, indent=1) + "\n")
    else:
        output.write(as_text(plan, work, name=recipe.name, others=others, changes=changes, least=least))
    if write is None:
        return 0 if plan.fits else 1
    return _write(write, path, plan=plan, others=others, output=output if not as_json_text else None)


def _check(**numbers: float | None) -> None:
    for name, value in numbers.items():
        if value is not None and value <= 0:
            raise UsageError(f"--{name.replace('_', '-')} {value} must be above 0")
    if (share := numbers["efficiency"]) is not None and share > 1:
        raise UsageError(f"--efficiency {share} is a share of the peak: give a number up to 1")


def _work(recipe: Recipe, *, device: str | None, vocab_size: int | None) -> Work:
    # A recipe in fp32 is for the CPU, unless a device is named.
    chosen = device_of(device or ("cpu" if recipe.train.precision == "fp32" else "h100"))
    stretches = tuple(
        Stretch(
            batch=Batch(
                sequence_length=stage.sequence_length, global_batch=stage.global_batch_size, micro_batch=stage.micro_batch_size
            ),
            num_steps=stage.num_steps,
        )
        for stage in plan_stages(recipe)
    )
    model = recipe.model_sizes(vocab_size=vocab_size or _shards_vocab_size(recipe.data.shards) or _VOCAB_SIZE)
    efficiency = 0.35 if chosen.name == "cpu" else Assumptions().kernel_efficiency
    assumed = Assumptions(kernel_efficiency=efficiency)
    return Work(model=model, stretches=stretches, precision=recipe.train.precision, device=chosen, assumed=assumed)


def _shards_vocab_size(shards: str) -> int | None:
    """Of the tokenizer that the shards were packed with; None where they are not here yet."""
    try:
        content = json.loads((Path(shards) / "shards.json").read_bytes())
        return int(content["tokenizer"]["vocab_size"])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{shards}/shards.json is not what `malmoi build` writes ({error!r}): build again") from None


def _assumed(assumed: Assumptions, *, document_tokens: int | None, efficiency: float | None) -> Assumptions:
    assumed = replace(assumed, document_tokens=document_tokens)
    return assumed if efficiency is None else replace(assumed, kernel_efficiency=efficiency)


def _chosen(recipe: Recipe, work: Work, *, name: str, gpus: int | None) -> tuple[Work, PlanLayout]:
    """The layout to plan: shipped for the recipe on so many devices, or the recipe's own."""
    layout = recipe.layout
    count = gpus or (shipped_gpus(name) if name else layout.tensor * layout.pipeline * layout.context)
    shipped = shipped_layout(name, gpus=count) if name else None
    if shipped is not None:
        layout, micro_batches = shipped
        stretches = tuple(
            replace(stretch, batch=replace(stretch.batch, micro_batch=micro_batch))
            for stretch, micro_batch in zip(work.stretches, micro_batches, strict=True)
        )
        work = replace(work, stretches=stretches)
    return work, plan_layout(layout, gpus=count)


def plan_layout(layout: Layout, *, gpus: int) -> PlanLayout:
    """A recipe's layout on a number of devices."""
    return PlanLayout(
        gpus=gpus,
        tensor=layout.tensor,
        pipeline=layout.pipeline,
        virtual_pipeline=layout.virtual_pipeline,
        context=layout.context,
        sequence_parallel=layout.sequence_parallel,
        distributed_optimizer=layout.distributed_optimizer,
        recompute=layout.recompute,
    )


def _write(target: str, source: Path, *, plan: Plan, others: list[Plan], output: TextIO | None) -> int:
    """Store the recipe with the layout that was planned if it fits, else with the best that does."""
    chosen = plan if plan.fits else next(iter(others), None)
    if chosen is None:
        raise ValueError(f"--write {target}: no layout fits on {plan.layout.gpus} devices, so there is nothing to write")
    micro_batches = [part.stretch.batch.micro_batch for part in chosen.stretches]
    text = with_layout(source, target=Path(target), layout=chosen.layout, micro_batches=micro_batches)
    Path(target).write_text(text, encoding="utf-8")
    if output:
        output.write(f"\n{target} is the recipe with the layout {chosen.layout}\n")
    return 0
