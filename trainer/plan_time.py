"""Floating-point work, traffic and the time of a training step.

Work: two operations a multiplied weight and token forward, twice that backward; attention over the tokens that a token may
see, in packed documents those of its own (Narayanan et al. 2021, arXiv 2104.04473, section 5.1, with causal attention counted
at half). The pipeline idles (P - 1) / (V m) of the time of m micro-batches with V chunks (section 2.2). Volumes are of ring
collectives: an all-gather or reduce-scatter of n bytes over r ranks moves n (r - 1) / r bytes through each link.
"""

from dataclasses import dataclass

from .model_config import ModelConfig
from .plan_hardware import Assumptions, Device
from .plan_layout import Batch, PlanLayout
from .plan_parameters import Precision, rank_parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Bytes that one device sends in a step, by the group that they are for."""

    tensor: int
    context: int
    pipeline: int
    data: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTime:
    """Seconds of a step: what they go to, and the model FLOPs utilisation that follows."""

    seconds: float
    compute: float
    bubble: float
    tensor: float
    context: float
    pipeline: float
    data: float
    optimizer: float
    mfu: float
    tokens_per_second_per_device: float


def token_flops(model: ModelConfig, *, sequence_length: int, document_tokens: int | None = None) -> float:
    """Of the model for one token, forward and backward, without anything computed twice.

    ``document_tokens``: the length of the documents that sequences are packed with; None: one fills the sequence.
    """
    length = sequence_length if document_tokens is None else min(document_tokens, sequence_length)
    # A token's share of the squares: its document's length.
    return model.training_flops(num_tokens=1, sum_squared_lengths=length)


def step_traffic(model: ModelConfig, layout: PlanLayout, batch: Batch, *, precision: Precision) -> Traffic:
    """Of the busiest device in one step."""
    element = 2 if precision == "bf16" else 4
    microbatches = batch.num_microbatches(layout)
    layers = model.num_layers // layout.pipeline
    tokens = batch.micro_batch * batch.sequence_length // layout.context
    hidden = tokens * model.hidden_size * element
    # Forward and backward twice an all-reduce each; with sequence parallelism the same in halves, and what was not kept is
    # gathered once more for each of the two.
    collectives = (10 if layout.sequence_parallel else 8) * _share(layout.tensor)
    full_keys = tokens * layout.context * 2 * model.num_query_groups * model.head_dim // layout.tensor * element
    # Keys and values are gathered forward, their gradients scattered backward; again where the layer is computed again.
    passes = 3 if layout.recompute == "full" else 2
    between = hidden // layout.tensor if layout.sequence_parallel else hidden
    parameters = max(rank_parameters(model, layout, stage=stage) for stage in range(layout.pipeline))
    # Gradients in fp32; the weights back in the model's precision, or the other half of the all-reduce.
    reduced = 4 + (element if layout.distributed_optimizer else 4)
    return Traffic(
        tensor=int(microbatches * layers * hidden * (collectives + (4 * _share(layout.tensor) if passes == 3 else 0))),
        context=int(microbatches * layers * full_keys * passes * _share(layout.context)),
        pipeline=2 * microbatches * layout.virtual_pipeline * between if layout.pipeline > 1 else 0,
        data=int(parameters * reduced * _share(layout.data * layout.context)),
    )


def step_time(
    model: ModelConfig, layout: PlanLayout, batch: Batch, *, device: Device, assumed: Assumptions, precision: Precision
) -> StepTime:
    """An estimate; tensor, context and 1F1B pipeline traffic is not hidden behind work, gradients behind the last backward pass
    and weights behind the first forward pass are, as far as these last."""
    peak = device.bf16_flops if precision == "bf16" else device.fp32_flops
    flops = token_flops(model, sequence_length=batch.sequence_length, document_tokens=assumed.document_tokens) * batch.tokens
    # Full recompute runs the forward pass, a third of the work, once more.
    computed = flops * (4 / 3 if layout.recompute == "full" else 1)
    compute = computed / layout.gpus / (peak * assumed.kernel_efficiency)
    traffic = step_traffic(model, layout, batch, precision=precision)
    microbatches = batch.num_microbatches(layout)

    def seconds(sent: int, *, reach: int) -> float:
        inside = reach <= device.node_devices
        return sent / ((device.node_bandwidth if inside else device.network_bandwidth) * assumed.link_efficiency)

    tensor = seconds(traffic.tensor, reach=layout.tensor)
    context = seconds(traffic.context, reach=layout.tensor * layout.context)
    pipeline = seconds(traffic.pipeline, reach=layout.gpus) if layout.virtual_pipeline == 1 else 0.0
    bubble = (compute + tensor + context) * (layout.pipeline - 1) / (layout.virtual_pipeline * microbatches)
    one_chunk = compute / microbatches / layout.virtual_pipeline
    data = max(0.0, seconds(traffic.data, reach=layout.tensor * layout.context * layout.data) - one_chunk)
    optimizer = _optimizer_seconds(model, layout, device=device)
    total = compute + tensor + context + pipeline + bubble + data + optimizer
    return StepTime(
        seconds=total,
        compute=compute,
        bubble=bubble,
        tensor=tensor,
        context=context,
        pipeline=pipeline,
        data=data,
        optimizer=optimizer,
        mfu=flops / layout.gpus / peak / total,
        tokens_per_second_per_device=batch.tokens / total / layout.gpus,
    )


def _optimizer_seconds(model: ModelConfig, layout: PlanLayout, *, device: Device) -> float:
    """Adam reads gradient, master and two moments, and writes three of them: bound by memory."""
    parameters = max(rank_parameters(model, layout, stage=stage) for stage in range(layout.pipeline))
    cut = layout.data * layout.context if layout.distributed_optimizer else 1
    return parameters / cut * 30 / device.memory_bandwidth


def _share(ranks: int) -> float:
    return (ranks - 1) / ranks
