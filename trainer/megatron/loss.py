"""Cross-entropy and z-loss of logits whose vocabulary is spread over tensor-parallel ranks.

Logits (tokens, vocabulary / ranks) and labels enter; for each token the cross-entropy and the log of the softmax's denominator
leave, both differentiable. Softmax is never stored: its gradient is computed from the logits, some rows at a time, so the peak
is one more copy of the logits in their own precision. z-loss is the square of that log (PaLM, arXiv 2204.02311).
"""

from collections.abc import Iterator
from typing import Any

import torch
import torch.distributed as distributed
from megatron.core import parallel_state
from torch import Tensor

#: Numbers in float32 that are held at once beside the logits: on CPU as many as stay in its cache.
_BLOCK = 1 << 20
_BLOCK_ON_CUDA = 1 << 26


class _VocabularyParallel(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, logits: Tensor, labels: Tensor, first: int, group: Any) -> tuple[Tensor, Tensor]:  # pyright: ignore
        size = logits.shape[1]
        largest = logits.amax(dim=-1).float()
        if group is not None:
            distributed.all_reduce(largest, op=distributed.ReduceOp.MAX, group=group)
        local = labels - first
        mine = (local >= 0) & (local < size)
        local = local.clamp(0, size - 1)
        sums = torch.empty_like(largest)
        for rows, scratch in _blocks(logits):
            torch.sub(logits[rows], largest[rows, None], out=scratch).exp_()
            torch.sum(scratch, dim=-1, out=sums[rows])
        target = torch.where(mine, logits.gather(-1, local[:, None]).squeeze(-1).float(), 0.0)
        if group is not None:
            both = torch.stack((sums, target))
            distributed.all_reduce(both, group=group)
            sums, target = both.unbind()
        log_sum = sums.log() + largest
        ctx.save_for_backward(logits, log_sum, local, mine)
        return log_sum - target, log_sum

    @staticmethod
    def backward(ctx: Any, loss_gradient: Tensor, log_sum_gradient: Tensor) -> Any:  # pyright: ignore
        logits, log_sum, local, mine = ctx.saved_tensors
        gradient = torch.empty_like(logits)
        both = loss_gradient + log_sum_gradient
        at_label = torch.where(mine, -loss_gradient, 0.0)[:, None]
        in_place = logits.dtype == torch.float32
        for rows, scratch in _blocks(logits):
            block = gradient[rows] if in_place else scratch
            torch.sub(logits[rows], log_sum[rows, None], out=block).exp_().mul_(both[rows, None])
            block.scatter_add_(-1, local[rows, None], at_label[rows])
            if not in_place:
                gradient[rows] = block
        return gradient, None, None, None


def _blocks(logits: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """Some rows at a time, and room for as many numbers in float32; always the same, for fresh memory is slow to touch."""
    num_tokens, size = logits.shape
    step = min(num_tokens, max(1, (_BLOCK_ON_CUDA if logits.is_cuda else _BLOCK) // size))
    scratch = torch.empty(step, size, dtype=torch.float32, device=logits.device)
    for begin in range(0, num_tokens, step):
        end = min(begin + step, num_tokens)
        yield slice(begin, end), scratch[: end - begin]


def token_losses(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy and log denominator of each token: (tokens,) each, float32. ``logits``: (1, tokens, vocabulary / ranks)."""
    logits = logits.reshape(-1, logits.shape[-1])
    tensor = parallel_state.get_tensor_model_parallel_world_size()
    group: Any = parallel_state.get_tensor_model_parallel_group() if tensor > 1 else None
    first = parallel_state.get_tensor_model_parallel_rank() * logits.shape[-1]
    losses: Any = _VocabularyParallel.apply(logits, labels.flatten(), first, group)
    return losses
