"""What makes a run the same run when it is resumed, and what its checkpoints say of it.

A recipe, the model's sizes and the shards enter; a :class:`~trainer.events.CheckpointEvent` leaves, or an error that says
what is not as it was.
"""

import dataclasses
import sys
from pathlib import Path
from typing import Any

import torch.distributed as distributed

from ..events import CheckpointEvent, latest_checkpoint, step_name
from ..model_config import ModelConfig
from ..recipe import Recipe
from ..recipe_stages import StagePlan
from . import compat
from .checkpoints import CheckpointWriter, SaveError
from .packed_batches import PackedSource

#: Of the model: these may change from stage to stage.
_CHANGEABLE = ("rope_base", "max_sequence_length", "init_std")


def checkpoint_event(
    recipe: Recipe,
    *,
    run: Path,
    step: int,
    consumed: dict[str, int],
    stage: StagePlan,
    model: ModelConfig,
    source: PackedSource,
    metrics: dict[str, float],
) -> CheckpointEvent:
    """What is known at ``step``, the last of whose stages is ``stage``."""
    return CheckpointEvent(
        run=recipe.name,
        kind="pretrain",
        step=step,
        path=str((run / "checkpoints" / step_name(step)).resolve()),
        consumed_samples=dict(consumed),
        consumed_tokens={length: samples * int(length) for length, samples in consumed.items()},
        tokenizer_sha256=source.tokenizer_sha256,
        shards_fingerprint=source.shards.fingerprint,
        special_tokens=dict(source.shards.special_tokens),
        metrics=dict(metrics),
        model=dataclasses.asdict(dataclasses.replace(model, rope_base=stage.rope_base)),
        precision=recipe.train.precision,
        layout={**recipe.layout.model_dump(mode="json"), "world_size": distributed.get_world_size()},
        versions=compat.versions(),
    )


def check_same_run(
    event: CheckpointEvent, *, recipe: Recipe, model: ModelConfig, source: PackedSource, checkpoint: Path
) -> None:
    """Raises ``ValueError`` where the checkpoint cannot be gone on from; shards that were built anew are told."""
    if event.tokenizer_sha256 != source.tokenizer_sha256:
        raise ValueError(
            f"the shards in {recipe.data.shards} are of the tokenizer {source.tokenizer_sha256[:12]}, {checkpoint} was trained "
            f"with {event.tokenizer_sha256[:12]}: its ids mean other texts. Give the shards of that tokenizer, or a new --out"
        )
    sizes: dict[str, Any] = dataclasses.asdict(model)
    changed = [
        f"{name} is {sizes[name]}, was {event.model[name]}"
        for name in sizes
        if name not in _CHANGEABLE and sizes[name] != event.model[name]
    ]
    if changed:
        raise ValueError(f"the model is not that of {checkpoint}: {'; '.join(changed)}. Give a new --out, or that model")
    was: Any = event.layout["distributed_optimizer"]
    if was != recipe.layout.distributed_optimizer:
        raise ValueError(f"{checkpoint} was saved with layout.distributed_optimizer = {str(was).lower()}: set it so")
    if event.shards_fingerprint != source.shards.fingerprint and distributed.get_rank() == 0:
        print(
            f"malmoi: the shards in {recipe.data.shards} are not those of {checkpoint}: the same number of samples is skipped, "
            "which ones they were is not known",
            file=sys.stderr,
            flush=True,
        )


def save_failed_at_end(writer: CheckpointWriter, *, run: Path, name: str) -> None:
    """Raises :class:`SaveError` where the save at the end of a run failed."""
    if writer.failed:
        raise SaveError(f"{name} could not be saved; the latest checkpoint of {run} is {latest_checkpoint(run)}")
