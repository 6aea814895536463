"""``malmoi train pretrain RECIPE --out RUN``: alone, or as each of the processes that ``torchrun`` starts.

A recipe, by its path or as the name of one that is shipped, and a run directory enter; the run directory has the recipe,
resolved too, checkpoints and figures. The same command again goes on from the latest checkpoint. A shipped recipe takes the
layout that is shipped for as many processes, as ``malmoi train plan`` shows it. Several processes, on CPU too:
``torchrun --nproc-per-node 2 -m malmoi train pretrain RECIPE --out RUN``.
"""

import json
import os
import warnings
from pathlib import Path

from .events import write_atomically
from .recipe import Recipe, read_recipe
from .recipe_layout import check_layout
from .recipe_stages import plan_stages
from .shipped import recipe_path, shipped_layout


def pretrain_command(recipe_name: str, *, out: str, shards: str | None = None, quiet: bool = False) -> int:
    """Train; 0 when the last step is done, or a stop was asked for and saved. Raises for what the user has to mend.

    ``shards`` stands for the recipe's, seen from where the command runs.
    """
    path = recipe_path(recipe_name)
    world_size = int(os.environ.get("WORLD_SIZE", "1"))
    recipe = _for_processes(read_recipe(path), name=recipe_name, path=path, world_size=world_size)
    if shards is not None:
        recipe = recipe.model_copy(update={"data": recipe.data.model_copy(update={"shards": str(Path(shards).resolve())})})
    data_parallel = check_layout(recipe, model=recipe.model_sizes(vocab_size=_vocab_size(recipe)), world_size=world_size)
    run = Path(out)
    if int(os.environ.get("RANK", "0")) == 0:
        run.mkdir(parents=True, exist_ok=True)
        write_atomically(run / "recipe.toml", path.read_text(encoding="utf-8"))
        write_atomically(run / "resolved.json", json.dumps(_resolved(recipe), indent=1, sort_keys=True) + "\n")
    # NVIDIA's advice for overlap of communication and computation; read when CUDA starts.
    os.environ.setdefault("CUDA_DEVICE_MAX_CONNECTIONS", "1")
    with warnings.catch_warnings():
        # Megatron warns at import of packages that are optional.
        warnings.simplefilter("ignore")
        from .megatron.pretraining import pretrain

        done = pretrain(recipe, run=run, data_parallel=data_parallel)
    if int(os.environ.get("RANK", "0")) == 0 and not quiet:
        print("done" if done else "stopped as asked; run the same command again to go on", flush=True)
    return 0


def _for_processes(recipe: Recipe, *, name: str, path: Path, world_size: int) -> Recipe:
    """A shipped recipe with the layout that is shipped for ``world_size`` processes, if one is; any other as it is."""
    if Path(name) == path:
        return recipe
    shipped = shipped_layout(path.stem, gpus=world_size)
    if shipped is None:
        return recipe
    layout, micro_batches = shipped
    stages = [
        stage.model_copy(update={"micro_batch_size": size}) for stage, size in zip(recipe.stage, micro_batches, strict=True)
    ]
    return recipe.model_copy(update={"layout": layout, "stage": stages})


def _vocab_size(recipe: Recipe) -> int:
    path = Path(recipe.data.shards, "shards.json")
    if not path.exists():
        raise ValueError(f"{path} does not exist: give --shards or [data] shards the RUN/shards that malmoi build made")
    return int(json.loads(path.read_bytes())["tokenizer"]["vocab_size"])


def _resolved(recipe: Recipe) -> dict[str, object]:
    stages = [
        {"first_step": stage.first_step, "end_step": stage.end_step, "num_tokens": stage.num_tokens}
        for stage in plan_stages(recipe)
    ]
    return {**recipe.model_dump(mode="json", by_alias=True), "stages_in_steps": stages}
