"""A whole model on one process, from a checkpoint of any layout or from weights, and a checkpoint of it.

A checkpoint's directory enters and :class:`WholeModel` leaves, ready to export or to generate with; or weights of a whole model
enter and a checkpoint leaves that has no optimizer state, so that training starts from it but does not resume.
"""

import os
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from megatron.core import dist_checkpointing
from torch import Tensor

from ..events import CHECKPOINTS, CheckpointEvent, read_event, step_name, write_event
from ..model_config import ModelConfig
from ..recipe import Layout
from . import compat, processes
from .checkpoints import load_checkpoint, sharded_state
from .hugging_face import with_names_of
from .model import build_chunks

_ALONE = Layout.model_validate({})


@dataclass(frozen=True, slots=True)
class WholeModel:
    """``chunk`` is the model on this process's device, in evaluation mode."""

    chunk: torch.nn.Module
    config: ModelConfig
    event: CheckpointEvent

    def weights(self) -> Mapping[str, Tensor]:
        """By megatron's names."""
        return self.chunk.state_dict()


@contextmanager
def whole_model(checkpoint: Path) -> Generator[WholeModel]:
    """The model of a checkpoint. Raises ``ValueError`` where it is none or cannot be read, or where several processes run."""
    event = read_event(checkpoint)
    _one_process()
    config = model_of(event, checkpoint=checkpoint)
    with processes.running(_ALONE, seed=0):
        chunks = build_chunks(config, layout=_ALONE, precision=event.precision, seed=None)
        load_checkpoint(checkpoint, chunks=chunks)
        chunk = unwrapped(chunks[0]).eval()
        yield WholeModel(chunk, config, event)


def model_of(event: CheckpointEvent, *, checkpoint: Path) -> ModelConfig:
    """The sizes that an event tells. Raises ``ValueError`` where it does not."""
    try:
        return ModelConfig(**event.model)
    except TypeError as error:
        raise ValueError(f"{checkpoint}: the event's model is not one of this version ({error})") from None


def trained_length(event: CheckpointEvent, *, config: ModelConfig) -> int:
    """The longest sequences that the weights were trained on; a run in its first stage has not seen those of its last."""
    lengths = [int(length) for length, samples in event.consumed_samples.items() if samples]
    return min(config.max_sequence_length, max(lengths, default=config.max_sequence_length))


def unwrapped(chunk: Any) -> Any:
    """Without ``Float16Module``."""
    return chunk if hasattr(chunk, "decoder") else chunk.module


def save_whole_model(weights: Mapping[str, Tensor], *, config: ModelConfig, event: CheckpointEvent, run: Path) -> Path:
    """A checkpoint of ``weights`` (without Transformer Engine's names) as step ``event.step`` of ``run``; its directory.

    It is there in full or not at all. Raises ``FileExistsError`` where there is such a checkpoint.
    """
    _one_process()
    final = run / CHECKPOINTS / step_name(event.step)
    if final.exists():
        raise FileExistsError(f"{final} is there already: give another --out")
    partial = final.with_name(f".partial-{final.name}-{os.getpid()}")
    partial.mkdir(parents=True)
    try:
        with processes.running(_ALONE, seed=0):
            chunks = build_chunks(config, layout=_ALONE, precision=event.precision, seed=None)
            chunk = unwrapped(chunks[0])
            missing = chunk.load_state_dict(with_names_of(weights, chunk=chunk), strict=False).missing_keys
            if missing := [name for name in missing if not name.endswith("_extra_state")]:
                raise ValueError(f"weights are missing: {', '.join(missing[:5])}")
            content = sharded_state(chunks, stepper=None, loading=False) | {"training": {}}
            dist_checkpointing.save(content, str(partial))
        partial.rename(final)
        write_event(replace(event, path=str(final), versions=compat.versions()), directory=final)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return final


def _one_process() -> None:
    if processes.world_size() > 1:
        raise ValueError("this takes one process: run it without torchrun (a checkpoint of any layout can be read)")
