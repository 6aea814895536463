"""A plan as a table for people and as JSON for programs."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from .plan import Plan, StretchPlan, Work
from .plan_hardware import GIB

_Changes = Sequence[tuple[str, Plan]]


def as_text(plan: Plan, work: Work, *, name: str, others: Sequence[Plan], changes: _Changes, least: Plan | None) -> str:
    """Everything that a reader wants to know before paying for it, at most 100 columns wide."""
    model, device, layout = work.model, work.device, plan.layout
    tensor = max(1, layout.tensor)
    vocabulary = f"vocabulary {model.vocab_size:,} (padded {model.padded_vocab_size(tensor):,})"
    devices = f"{layout.gpus} x {device.name}, {device.memory_bytes / GIB:.0f} GiB each"
    lines = [
        f"{name}: {_count(model.num_parameters(tensor))} parameters, {vocabulary}",
        f"{devices}, {work.precision}; layout {layout_text(plan)}",
    ]
    if plan.misfits:
        lines += ["", "DOES NOT FIT", *(f"  {misfit}" for misfit in plan.misfits)]
    if plan.stretches:
        lines += ["", *_table(plan), "", _summary(plan)]
    if changes:
        lines += ["", "One change that makes it fit:"]
        lines += [f"  {told:<32}{_short(changed)}" for told, changed in changes[:6]]
    lines += ["", *_others(plan, others, least=least), "", *_assumed(work)]
    return "\n".join(lines) + "\n"


def layout_text(plan: Plan) -> str:
    """The layout, with the micro-batch size of each stage."""
    sizes = ", ".join(str(part.stretch.batch.micro_batch) for part in plan.stretches)
    return f"{plan.layout}" + (f" micro-batch {sizes}" if sizes else "") if plan.layout.model_parallel > 0 else "that is none"


def _table(plan: Plan) -> list[str]:
    gib: Callable[[float], str] = lambda size: f"{size / GIB:.2f}"  # noqa: E731
    rows: list[tuple[str, Callable[[StretchPlan], str]]] = [
        ("sequence length", lambda part: f"{part.stretch.batch.sequence_length:,}"),
        ("steps", lambda part: f"{part.stretch.num_steps:,}"),
        ("tokens a step", lambda part: f"{part.stretch.batch.tokens:,}"),
        ("micro-batches a step", lambda part: f"{part.num_microbatches:,}"),
        ("memory of the fullest device, GiB", lambda part: gib(part.memory.total)),
        ("  weights", lambda part: gib(part.memory.state.weights)),
        ("  gradients", lambda part: gib(part.memory.state.gradients)),
        ("  optimizer", lambda part: gib(part.memory.state.optimizer)),
        ("  activations of layers", lambda part: gib(part.memory.activations.layers)),
        ("  a layer computed again", lambda part: gib(part.memory.activations.recomputed_layer)),
        ("  logits", lambda part: gib(part.memory.activations.logits)),
        ("  reserved, gaps (assumed)", lambda part: gib(part.memory.reserved)),
        ("seconds a step", lambda part: f"{part.time.seconds:.3f}"),
        *(_time_row(name) for name in ("compute", "bubble", "tensor", "context", "pipeline", "data", "optimizer")),
        ("sent by a device a step, GB", lambda part: f"{sum(asdict(part.traffic).values()) / 1e9:.2f}"),
        ("MFU expected", lambda part: f"{part.time.mfu:.1%}"),
        ("tokens/s a device", lambda part: f"{part.time.tokens_per_second_per_device:,.0f}"),
        ("days", lambda part: f"{part.seconds / 86_400:.2f}"),
    ]
    return [f"{told:<36}" + "".join(f"{value(part):>16}" for part in plan.stretches) for told, value in rows]


def _time_row(name: str) -> tuple[str, Callable[[StretchPlan], str]]:
    texts = {"bubble": "pipeline bubble", "compute": "compute", "optimizer": "optimizer step"}
    return f"  {texts.get(name, f'{name} traffic not hidden')}", lambda part: f"{getattr(part.time, name):.3f}"


def _summary(plan: Plan) -> str:
    tokens = sum(part.stretch.batch.tokens * part.stretch.num_steps for part in plan.stretches)
    gpu_hours = plan.seconds / 3600 * plan.layout.gpus
    return (
        f"{plan.days:.2f} days for {_count(tokens)} tokens ({gpu_hours:,.0f} device hours), MFU {plan.mfu:.1%}; "
        f"a checkpoint is {plan.checkpoint_bytes / 1e9:.2f} GB"
    )


def _others(plan: Plan, others: Sequence[Plan], *, least: Plan | None) -> list[str]:
    if others:
        return [f"Layouts that fit on {plan.layout.gpus}, best first:", *(f"  {_short(other)}" for other in others)]
    if least is not None:
        return [f"No layout fits on {plan.layout.gpus}. {least.layout.gpus} would do:", f"  {_short(least)}"]
    return ["No layout fits on up to 16,384 of these devices: take another device, or other batches."]


def _short(plan: Plan) -> str:
    return f"{layout_text(plan):<58}{plan.memory_bytes / GIB:6.1f} GiB {plan.days:9.2f} days  MFU {plan.mfu:.1%}"


def _assumed(work: Work) -> list[str]:
    assumed, device = work.assumed, work.device
    peak = device.bf16_flops if work.precision == "bf16" else device.fp32_flops
    documents = f"{assumed.document_tokens:,} tokens" if assumed.document_tokens else "as long as the sequence"
    return [
        f"Assumed: kernels reach {assumed.kernel_efficiency:.0%} of {peak / 1e12:g} TFLOP/s (--efficiency), links "
        f"{assumed.link_efficiency:.0%} of {device.node_bandwidth / 1e9:g} GB/s in a node of {device.node_devices}, "
        f"{device.network_bandwidth / 1e9:g} GB/s between nodes;",
        f"documents {documents} (--document-tokens); {assumed.reserved_bytes / GIB:g} GiB reserved, "
        f"{assumed.fragmentation:.0%} gaps over activations. Memory is computed, time is an estimate.",
    ]


def as_json(plan: Plan, work: Work, *, others: Sequence[Plan], changes: _Changes, least: Plan | None) -> dict[str, Any]:
    """Bytes and seconds; ``plan``, what else would fit, and what was assumed."""
    return {
        "fits": plan.fits,
        "plan": plan_json(plan),
        "changes": [{"change": told, **plan_json(changed)} for told, changed in changes],
        "layouts": [plan_json(other) for other in others],
        "least": None if least is None else plan_json(least),
        "model": asdict(work.model),
        "precision": work.precision,
        "device": asdict(work.device),
        "assumed": asdict(work.assumed),
    }


def plan_json(plan: Plan) -> dict[str, Any]:
    """One plan."""
    return {
        "layout": asdict(plan.layout),
        "misfits": [asdict(misfit) for misfit in plan.misfits],
        "num_parameters": plan.num_parameters,
        "memory_bytes": plan.memory_bytes,
        "checkpoint_bytes": plan.checkpoint_bytes,
        "seconds": plan.seconds,
        "mfu": plan.mfu,
        "stages": [
            {
                **asdict(part),
                "stretch": {**asdict(part.stretch.batch), "num_steps": part.stretch.num_steps},
                "memory": {**asdict(part.memory), "total": part.memory.total},
                "seconds": part.seconds,
            }
            for part in plan.stretches
        ],
    }


def _count(number: int) -> str:
    for size, letter in ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k")):
        if number >= size:
            return f"{number / size:.2f} {letter}"
    return str(number)
