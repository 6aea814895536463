"""Initial weights that do not depend on the layout.

A chunk of the model enters; its weights are drawn anew, each from a generator seeded by the run's seed and the weight's name in
the whole model, and this rank's part is cut out. So one seed is one model, whether one process holds it or five hundred.
Normal with ``init_std``; what writes into the residual stream, with ``init_std / sqrt(2 layers)`` (GPT-2); norms are ones.
"""

import hashlib
import math
import re

import torch
from megatron.core import parallel_state

from ..model_config import ModelConfig
from ..recipe import Layout

_LAYER = re.compile(r"^decoder\.layers\.(\d+)\.")


@torch.no_grad()
def initialise(chunk: torch.nn.Module, *, model: ModelConfig, layout: Layout, seed: int | None) -> None:
    """Draw all weights of ``chunk``; without a ``seed``, only mark what is cut, for they are loaded."""
    layers = {f"{number}": layer.layer_number for number, layer in enumerate(chunk.decoder.layers)}  # pyright: ignore
    for name, weight in chunk.named_parameters():
        if weight.ndim == 1:
            weight.fill_(1.0)
            continue
        name = _LAYER.sub(lambda found: f"decoder.layers.{layers[found[1]]}.", name)
        if not getattr(weight, "tensor_model_parallel", False):
            # Megatron sets this only with initial weights of its own; the gradient norm counts a weight without it once.
            for attribute, value in (
                ("tensor_model_parallel", True),
                ("partition_dim", _cut_dimension(name)),
                ("partition_stride", 1),
            ):
                setattr(weight, attribute, value)
        if seed is None:
            continue
        residual = "linear_proj" in name or "linear_fc2" in name
        std = model.init_std / math.sqrt(2 * model.num_layers) if residual else model.init_std
        weight.copy_(_part(name, weight, std=std, seed=seed, tensor=layout.tensor))


def _cut_dimension(name: str) -> int:
    """What is parallel over columns of the matrix product has its rows cut; the two that write into the residual, columns."""
    return 1 if "linear_proj" in name or "linear_fc2" in name else 0


def _part(name: str, weight: torch.Tensor, *, std: float, seed: int, tensor: int) -> torch.Tensor:
    """This tensor rank's part of the whole weight ``name``."""
    rank = parallel_state.get_tensor_model_parallel_rank()
    dimension = _cut_dimension(name)
    shape = list(weight.shape)
    shape[dimension] *= tensor
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    generator = torch.Generator(device="cpu").manual_seed(int.from_bytes(digest[:8], "little") >> 1)
    whole = torch.empty(shape, dtype=torch.float32).normal_(0.0, std, generator=generator)
    if "linear_fc1" in name:
        # Gate and up lie one behind the other, in the whole and on each rank.
        return torch.cat([half.chunk(tensor)[rank] for half in whole.chunk(2)])
    return whole.chunk(tensor, dim=dimension)[rank]
