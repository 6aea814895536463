"""Parameters of a model, exactly, and the bytes of weights, gradients and optimizer state on each rank.

Follows Megatron's parallel layers: embedding, output layer and the matrices of attention and SwiGLU are cut over tensor ranks,
norms are on each; a pipeline rank has its layers, the first the embedding, the last the final norm and the output layer
(with tied embeddings, a copy of the embedding). State in bf16: weights 2, gradients 4 (reduced in fp32), fp32 master and two
Adam moments 12; in fp32: 4, 4 and 8. The distributed optimizer cuts the last of these over data and context ranks (ZeRO-1,
Rajbhandari et al. 2020, arXiv 1910.02054).
"""

from dataclasses import dataclass
from typing import Literal

from .model_config import ModelConfig
from .plan_layout import PlanLayout

Precision = Literal["bf16", "fp32"]

#: (weights, gradients, optimizer) in bytes a parameter.
STATE_BYTES: dict[Precision, tuple[int, int, int]] = {"bf16": (2, 4, 12), "fp32": (4, 4, 8)}


@dataclass(frozen=True, slots=True, kw_only=True)
class StateBytes:
    """What a rank holds from one step to the next."""

    weights: int
    gradients: int
    optimizer: int

    @property
    def total(self) -> int:
        return self.weights + self.gradients + self.optimizer


def layer_parameters(model: ModelConfig, *, tensor: int) -> int:
    """Of one layer on one of ``tensor`` ranks; the two norms are on each."""
    norms = 2 * model.hidden_size
    return (model.num_layer_parameters() - norms) // tensor + norms


def rank_parameters(model: ModelConfig, layout: PlanLayout, *, stage: int) -> int:
    """On one rank of pipeline stage ``stage`` (0 is the first)."""
    first, last = stage == 0, stage == layout.pipeline - 1
    count = model.num_layers // layout.pipeline * layer_parameters(model, tensor=layout.tensor)
    count += model.hidden_size if last else 0
    matrices = 1 if first and last and model.tie_embeddings else first + last
    return count + matrices * model.num_embedding_parameters(layout.tensor) // layout.tensor


def state_bytes(parameters: int, layout: PlanLayout, *, precision: Precision) -> StateBytes:
    """Of a rank with ``parameters``; padding of buffers (under a kilobyte each) left out."""
    weights, gradients, optimizer = (size * parameters for size in STATE_BYTES[precision])
    cut = layout.data * layout.context if layout.distributed_optimizer else 1
    return StateBytes(weights=weights, gradients=gradients, optimizer=-(-optimizer // cut))


def checkpoint_bytes(model: ModelConfig, layout: PlanLayout, *, precision: Precision) -> int:
    """A checkpoint on disk: the weights, and what the optimizer needs to go on (an fp32 copy and two moments)."""
    return model.num_parameters(layout.tensor) * (STATE_BYTES[precision][0] + 12)
