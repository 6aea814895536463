"""How a model is spread over devices, for the analytic plan: a layout and a batch enter, what is wrong with them leaves.

The words are Megatron's: tensor (TP), pipeline (PP), virtual pipeline (VPP, chunks of layers per pipeline rank), context (CP),
data parallel (DP: what is left of the devices), sequence parallel (SP), distributed optimizer (ZeRO-1).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .model_config import ModelConfig

Recompute = Literal["none", "selective", "full"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLayout:
    """A layout on a number of devices."""

    gpus: int = 1
    tensor: int = 1
    pipeline: int = 1
    virtual_pipeline: int = 1
    context: int = 1
    sequence_parallel: bool = False
    distributed_optimizer: bool = True
    recompute: Recompute = "none"

    @property
    def model_parallel(self) -> int:
        """How many devices one replica takes."""
        return self.tensor * self.pipeline * self.context

    @property
    def data(self) -> int:
        return self.gpus // self.model_parallel

    def __str__(self) -> str:
        sizes = (("TP", self.tensor), ("PP", self.pipeline), ("VPP", self.virtual_pipeline), ("CP", self.context))
        parts = [f"{name}{size}" for name, size in sizes if size > 1]
        parts += [] if self.gpus % self.model_parallel else [f"DP{self.data}"]
        parts += ["SP"] if self.sequence_parallel else []
        parts += ["ZeRO1"] if self.distributed_optimizer else []
        return " ".join(parts) + (f" recompute={self.recompute}" if self.recompute != "none" else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Sequences of one step: of ``sequence_length`` tokens, ``global_batch`` in all, ``micro_batch`` at once per replica."""

    sequence_length: int
    global_batch: int
    micro_batch: int = 1

    def num_microbatches(self, layout: PlanLayout) -> int:
        """How many micro-batches each replica works through in a step."""
        return self.global_batch // (self.micro_batch * layout.data)

    @property
    def tokens(self) -> int:
        return self.global_batch * self.sequence_length


@dataclass(frozen=True, slots=True)
class Misfit:
    """Something of a layout that does not work: the knob (as in a recipe), what is wrong, what to do."""

    knob: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.knob}: {self.problem}; {self.remedy}"


def layout_misfits(model: ModelConfig, layout: PlanLayout, *, node_gpus: int) -> list[Misfit]:
    """Why ``layout`` cannot hold ``model``, whatever the batch; empty if it can."""
    return list(_sizes(layout)) or [*_device_counts(layout, node_gpus=node_gpus), *_divisions(model, layout)]


def batch_misfits(batch: Batch, layout: PlanLayout) -> list[Misfit]:
    """Why steps of ``batch`` cannot be cut into micro-batches and sequence pieces."""
    found: list[Misfit] = []
    for knob, size in (
        ("sequence_length", batch.sequence_length),
        ("global_batch_size", batch.global_batch),
        ("micro_batch_size", batch.micro_batch),
    ):
        if size < 1:
            found.append(Misfit(knob, f"{size} is no size", "give 1 or more"))
    if found:
        return found
    at_once = batch.micro_batch * layout.data
    if batch.global_batch % at_once:
        told = f"{batch.global_batch} is no multiple of micro_batch_size {batch.micro_batch} x {layout.data} replicas"
        below, above = batch.global_batch // at_once * at_once, -(-batch.global_batch // at_once) * at_once
        found.append(Misfit("global_batch_size", told, f"{f'{below} or ' if below else ''}{above} would do"))
    elif layout.virtual_pipeline > 1 and batch.num_microbatches(layout) % layout.pipeline:
        told = f"{batch.num_microbatches(layout)} micro-batches are no multiple of pipeline {layout.pipeline}"
        found.append(Misfit("virtual_pipeline", told, "take 1, or a global_batch_size that gives such a multiple"))
    # Causal attention is balanced by giving each context rank two pieces.
    pieces = 2 * layout.context if layout.context > 1 else 1
    pieces *= layout.tensor if layout.sequence_parallel else 1
    line = batch.sequence_length * batch.micro_batch
    if line % pieces:
        told = f"the {line} tokens of a micro-batch are no multiple of {pieces} (context, sequence parallel)"
        found.append(Misfit("sequence_length", told, "take a smaller context or tensor"))
    return found


def _sizes(layout: PlanLayout) -> Iterator[Misfit]:
    for knob in ("gpus", "tensor", "pipeline", "virtual_pipeline", "context"):
        size: int = getattr(layout, knob)
        if size < 1:
            yield Misfit(knob, f"{size} is no number of parts", "give 1 or more")


def _device_counts(layout: PlanLayout, *, node_gpus: int) -> Iterator[Misfit]:
    if layout.gpus % layout.model_parallel:
        told = f"{layout.gpus} devices are no multiple of tensor x pipeline x context = {layout.model_parallel}"
        yield Misfit("gpus", told, f"take a multiple of {layout.model_parallel}, or a smaller model-parallel layout")
    if layout.tensor > node_gpus:
        told = f"{layout.tensor} reaches over nodes of {node_gpus} devices, whose links are too slow for it"
        yield Misfit("tensor", told, f"take {node_gpus} or less and a larger pipeline")


def _divisions(model: ModelConfig, layout: PlanLayout) -> Iterator[Misfit]:
    for field in ("num_attention_heads", "num_query_groups", "ffn_hidden_size", "hidden_size"):
        size: int = getattr(model, field)
        if size % layout.tensor:
            yield Misfit("tensor", f"{layout.tensor} does not divide {field} = {size}", _divisors(size))
    chunks = layout.pipeline * layout.virtual_pipeline
    if model.num_layers % layout.pipeline:
        told = f"{layout.pipeline} does not divide num_layers = {model.num_layers}"
        yield Misfit("pipeline", told, _divisors(model.num_layers))
    elif model.num_layers % chunks:
        told = f"{layout.virtual_pipeline} does not divide the {model.num_layers // layout.pipeline} layers of a pipeline rank"
        yield Misfit("virtual_pipeline", told, _divisors(model.num_layers // layout.pipeline))
    if layout.virtual_pipeline > 1 and layout.pipeline == 1:
        yield Misfit("virtual_pipeline", f"{layout.virtual_pipeline} without a pipeline does nothing", "take 1")
    if layout.sequence_parallel and layout.tensor == 1:
        yield Misfit("sequence_parallel", "true without tensor parallelism does nothing", "take false, or tensor 2 or more")


def _divisors(size: int) -> str:
    fitting = [str(number) for number in range(1, min(size, 512) + 1) if size % number == 0]
    return f"{', '.join(fitting)} would do"
