"""One step's forward and backward passes over micro-batches, under any layout.

Wrapped chunks and micro-batches enter; gradients are left in the chunks, and the sums of the losses over all ranks leave. The
gradient is that of the mean over all tokens whose loss counts, however they fall on ranks and micro-batches.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
import torch.distributed as distributed
from megatron.core import parallel_state
from megatron.core.pipeline_parallel import get_forward_backward_func
from torch import Tensor

from . import compat
from .loss import token_losses
from .packed_batches import MicroBatch


class StepSums(NamedTuple):
    """Over all ranks: cross-entropy, squared log denominators and the tokens of both; ``stop``: how many were asked to."""

    loss: float
    z: float
    tokens: float
    sum_squared_lengths: float
    stop: float


def _run(chunks: list[Any], batches: Sequence[MicroBatch], *, loss: Any, forward_only: bool) -> list[dict[str, Tensor]]:
    def forward_step(batches: Iterator[MicroBatch], model: Any) -> tuple[Tensor, Any]:
        batch = next(batches)
        output = model(batch.tokens, batch.positions, None, packed_seq_params=batch.pieces)
        return output, lambda logits: loss(logits, batch)  # pyright: ignore[reportUnknownLambdaType]

    several = len(chunks) > 1
    # A line is one row of all its tokens; pipeline ranks exchange it as such.
    num_tokens = batches[0].pieces.starts[-1]
    return get_forward_backward_func()(
        forward_step_func=forward_step,
        data_iterator=[iter(batches) for _ in chunks] if several else iter(batches),
        model=chunks if several else chunks[0],
        num_microbatches=len(batches),
        seq_length=num_tokens,
        micro_batch_size=1,
        forward_only=forward_only,
    )


def train_step(chunks: list[Any], batches: Sequence[MicroBatch], *, z_loss: float, stop: bool) -> StepSums:
    """Gradients of one step, summed over the data-parallel ranks. ``stop``: whether this rank was asked to stop."""

    def loss(logits: Tensor, batch: MicroBatch) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        losses, log_sums = token_losses(logits, batch.labels)
        mask = batch.mask[0]
        cross_entropy, squares, tokens = (losses * mask).sum(), (log_sums.square() * mask).sum(), mask.sum()
        sums = torch.stack((cross_entropy.detach(), squares.detach(), tokens))
        return cross_entropy + z_loss * squares, tokens.to(torch.int), {"sums": sums}

    results = _run(chunks, batches, loss=loss, forward_only=False)
    sums = torch.zeros(5, dtype=torch.float64, device=compat.device())
    if _speaks():
        sums[:3] = torch.stack([result["sums"] for result in results]).sum(0)
        if parallel_state.get_context_parallel_rank() == 0:
            sums[3] = sum(batch.sum_squared_lengths for batch in batches)
    sums[4] = float(stop)
    distributed.all_reduce(sums)
    return StepSums(*sums.tolist())


def evaluate(chunks: list[Any], batches: Sequence[MicroBatch], *, names: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Cross-entropy and tokens over all ranks: of each segment in ``names``, and of what is fill-in-the-middle (``fim``)."""

    def loss(logits: Tensor, batch: MicroBatch) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        losses, _ = token_losses(logits, batch.labels)
        mask = batch.mask[0]
        fim = mask * batch.fim[0]
        sums = torch.zeros(len(names) + 1, 2, device=losses.device)
        sums[names.index(batch.segment)] = torch.stack(((losses * mask).sum(), mask.sum()))
        sums[-1] = torch.stack(((losses * fim).sum(), fim.sum()))
        return sums[0, 0], mask.sum().to(torch.int), {"sums": sums}

    results = _run(chunks, batches, loss=loss, forward_only=True)
    sums = torch.zeros(len(names) + 1, 2, dtype=torch.float64, device=compat.device())
    if _speaks():
        sums += torch.stack([result["sums"] for result in results]).sum(0)
    distributed.all_reduce(sums)
    rows: list[list[float]] = sums.tolist()
    return {name: (row[0], row[1]) for name, row in zip([*names, "fim"], rows, strict=True)}


def _speaks() -> bool:
    """Whether this rank's losses count: the last of its pipeline, the first of its tensor ranks."""
    return parallel_state.is_pipeline_last_stage(ignore_virtual=True) and parallel_state.get_tensor_model_parallel_rank() == 0
