"""The analytic model of a training run: what it takes of each device's memory, and how long it takes.

A model, a layout, the stages of a recipe, a device and assumptions enter; a :class:`Plan` leaves, which says either what to
expect or why it cannot be. Nothing is run and nothing here needs torch. The parts: :mod:`trainer.plan_parameters`,
:mod:`trainer.plan_activations`, :mod:`trainer.plan_time`; :mod:`trainer.plan_search` looks for a better layout.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .model_config import ModelConfig
from .plan_activations import ActivationBytes, Kernels, stage_activations
from .plan_hardware import GIB, Assumptions, Device
from .plan_layout import Batch, Misfit, PlanLayout, batch_misfits, layout_misfits
from .plan_parameters import Precision, StateBytes, checkpoint_bytes, rank_parameters, state_bytes
from .plan_time import StepTime, Traffic, step_time, step_traffic, token_flops

_DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Steps of one batch: a stage of a recipe."""

    batch: Batch
    num_steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is to be planned, whatever the layout."""

    model: ModelConfig
    stretches: tuple[Stretch, ...]
    precision: Precision
    device: Device
    assumed: Assumptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Of one rank of the pipeline stage that needs most, at its peak."""

    pipeline_stage: int
    parameters: int
    state: StateBytes
    activations: ActivationBytes
    reserved: int

    @property
    def total(self) -> int:
        return self.state.total + self.activations.total + self.reserved


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchPlan:
    """What a stage of the recipe comes to."""

    stretch: Stretch
    num_microbatches: int
    memory: Memory
    time: StepTime
    traffic: Traffic
    token_flops: float

    @property
    def seconds(self) -> float:
        return self.time.seconds * self.stretch.num_steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A layout and what follows from it. ``stretches`` is empty where the layout does not divide."""

    layout: PlanLayout
    misfits: tuple[Misfit, ...]
    stretches: tuple[StretchPlan, ...]
    num_parameters: int
    checkpoint_bytes: int

    @property
    def fits(self) -> bool:
        return not self.misfits

    @property
    def seconds(self) -> float:
        return sum(stretch.seconds for stretch in self.stretches)

    @property
    def days(self) -> float:
        return self.seconds / _DAY

    @property
    def memory_bytes(self) -> int:
        return max((stretch.memory.total for stretch in self.stretches), default=0)

    @property
    def mfu(self) -> float:
        """Over all steps."""
        return sum(part.time.mfu * part.seconds for part in self.stretches) / self.seconds if self.seconds else 0.0


def make_plan(work: Work, layout: PlanLayout) -> Plan:
    """What ``layout`` comes to; see ``misfits`` for why it cannot be."""
    model, misfits = work.model, layout_misfits(work.model, layout, node_gpus=work.device.node_devices)
    if layout.model_parallel < 1 or layout.tensor < 1:
        return Plan(layout=layout, misfits=tuple(misfits), stretches=(), num_parameters=0, checkpoint_bytes=0)
    if not misfits:
        misfits = [misfit for stretch in work.stretches for misfit in batch_misfits(stretch.batch, layout)]
    stretches: list[StretchPlan] = []
    if not misfits:
        stretches = [plan_stretch(work, stretch, layout) for stretch in work.stretches]
        misfits = [misfit for stretch in stretches for misfit in _memory_misfit(work, stretch)]
    return Plan(
        layout=layout,
        misfits=tuple(dict.fromkeys(misfits)),
        stretches=tuple(stretches),
        num_parameters=model.num_parameters(layout.tensor),
        checkpoint_bytes=checkpoint_bytes(model, layout, precision=work.precision),
    )


def plan_stretch(work: Work, stretch: Stretch, layout: PlanLayout) -> StretchPlan:
    """One stage under a layout that divides."""
    model, batch, precision = work.model, stretch.batch, work.precision
    return StretchPlan(
        stretch=stretch,
        num_microbatches=batch.num_microbatches(layout),
        memory=peak_memory(work, batch, layout),
        time=step_time(model, layout, batch, device=work.device, assumed=work.assumed, precision=precision),
        traffic=step_traffic(model, layout, batch, precision=precision),
        token_flops=token_flops(model, sequence_length=batch.sequence_length, document_tokens=work.assumed.document_tokens),
    )


def peak_memory(work: Work, batch: Batch, layout: PlanLayout) -> Memory:
    """Of the pipeline stage that needs most: the first has the embedding and most in flight, the last the logits."""
    kernels: Kernels = "plain" if work.device.name == "cpu" else "fused"
    # The stages between the first and the last have less than the first.
    stages = sorted({0, layout.pipeline - 1})
    return max((_stage_memory(work, batch, layout, stage=stage, kernels=kernels) for stage in stages), key=_total)


def _stage_memory(work: Work, batch: Batch, layout: PlanLayout, *, stage: int, kernels: Kernels) -> Memory:
    parameters = rank_parameters(work.model, layout, stage=stage)
    activations = stage_activations(work.model, layout, batch, stage=stage, precision=work.precision, kernels=kernels)
    reserved = 0 if work.device.name == "cpu" else work.assumed.reserved_bytes
    return Memory(
        pipeline_stage=stage,
        parameters=parameters,
        state=state_bytes(parameters, layout, precision=work.precision),
        activations=activations,
        reserved=reserved + int(work.assumed.fragmentation * activations.total),
    )


def _total(memory: Memory) -> int:
    return memory.total


def _memory_misfit(work: Work, stretch: StretchPlan) -> Sequence[Misfit]:
    """Where a rank needs more than the device has; the remedy names the larger part."""
    memory = stretch.memory
    if memory.total <= work.device.memory_bytes:
        return []
    length = stretch.stretch.batch.sequence_length
    told = (
        f"{memory.total / GIB:.1f} GiB needed at {length:,} tokens, {work.device.name} has {work.device.memory_bytes / GIB:.0f}"
    )
    state, activations = memory.state.total / GIB, memory.activations.total / GIB
    if state > activations:
        remedy = f"weights and their state take {state:.1f} GiB: raise tensor or pipeline, or take more devices"
    else:
        remedy = f"activations take {activations:.1f} GiB: lower micro_batch_size, raise context or tensor, or recompute"
    return [Misfit("memory", told, remedy)]
