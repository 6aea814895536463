"""Looks for layouts that fit, and for the knob that makes a layout fit.

The work and a number of devices enter; plans leave, the fastest first. All layouts that divide are tried with each size of
micro-batch: some thousands of evaluations of closed formulas.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .plan import Plan, Stretch, Work, make_plan, plan_stretch
from .plan_layout import PlanLayout, batch_misfits, layout_misfits

_MICRO_BATCHES = (1, 2, 4, 8, 16)
_CONTEXTS = (1, 2, 4, 8, 16)
_MAX_VIRTUAL = 8
_MAX_GPUS = 1 << 14
#: The estimate is not exact to this; a layout that cuts twice as often has to be so much faster to be preferred.
_WORTH_OF_SIMPLICITY = 0.02


def search(work: Work, *, gpus: int, most: int = 5) -> list[Plan]:
    """The ``most`` best plans that fit, the fastest and simplest first, at most one for each (tensor, pipeline, context)."""
    found: dict[tuple[int, int, int], Plan] = {}
    for layout in _layouts(work, gpus=gpus):
        plan = _with_best_micro_batches(work, layout)
        key = (layout.tensor, layout.pipeline, layout.context)
        if plan is not None and (key not in found or _cost(plan) < _cost(found[key])):
            found[key] = plan
    return sorted(found.values(), key=_cost)[:most]


def least_gpus(work: Work, *, start: int) -> Plan | None:
    """The best plan for the smallest power of two from ``start`` on at which any layout fits; None up to 16,384."""
    gpus = 1 << (start - 1).bit_length()
    while gpus <= _MAX_GPUS:
        if plans := search(work, gpus=gpus, most=1):
            return plans[0]
        gpus *= 2
    return None


def single_changes(work: Work, layout: PlanLayout) -> list[tuple[str, Plan]]:
    """Changes of one knob (with its value) after which ``layout`` fits, the fastest first."""
    tries: list[tuple[str, Work, PlanLayout]] = []
    for micro_batch in _MICRO_BATCHES:
        if any(stretch.batch.micro_batch > micro_batch for stretch in work.stretches):
            tries.append((f"micro_batch_size = {micro_batch}", _at_most(work, micro_batch), layout))
    for knob in ("tensor", "pipeline", "context"):
        for factor in (2, 4, 8):
            size = getattr(layout, knob) * factor
            changed = replace(layout, **{knob: size})
            tries.append((f"{knob} = {size}", work, replace(changed, sequence_parallel=changed.tensor > 1)))
    tries.append(("distributed_optimizer = true", work, replace(layout, distributed_optimizer=True)))
    tries.append(('recompute = "full"', work, replace(layout, recompute="full")))
    for factor in (2, 4, 8):
        tries.append((f"gpus = {layout.gpus * factor}", work, replace(layout, gpus=layout.gpus * factor)))
    plans = [
        (told, make_plan(changed_work, changed))
        for told, changed_work, changed in tries
        if changed != layout or changed_work is not work
    ]
    fitting = [(told, plan) for told, plan in plans if plan.fits]
    # Per device, or more devices would always come first.
    return sorted(fitting, key=lambda pair: pair[1].seconds * pair[1].layout.gpus)


def _layouts(work: Work, *, gpus: int) -> Iterator[PlanLayout]:
    model = work.model
    longest = max(stretch.batch.sequence_length for stretch in work.stretches)
    tensors = [size for size in _divisors_of(gpus) if size <= work.device.node_devices]
    for tensor in tensors:
        for pipeline in _divisors_of(gpus // tensor):
            if model.num_layers % pipeline:
                continue
            layers = model.num_layers // pipeline
            chunks = [1] if pipeline == 1 else [size for size in _divisors_of(layers) if size <= _MAX_VIRTUAL]
            for context in (size for size in _CONTEXTS if longest // size >= 2048 or size == 1):
                for virtual in chunks:
                    for recompute in ("none", "full"):
                        layout = PlanLayout(
                            gpus=gpus,
                            tensor=tensor,
                            pipeline=pipeline,
                            virtual_pipeline=virtual,
                            context=context,
                            sequence_parallel=tensor > 1,
                            recompute=recompute,
                        )
                        if not layout_misfits(model, layout, node_gpus=work.device.node_devices):
                            yield layout


def _with_best_micro_batches(work: Work, layout: PlanLayout) -> Plan | None:
    """The plan with the fastest size of micro-batch that fits in each stage, or None."""
    chosen: list[Stretch] = []
    for stretch in work.stretches:
        best: tuple[float, Stretch] | None = None
        for micro_batch in _MICRO_BATCHES:
            tried = replace(stretch, batch=replace(stretch.batch, micro_batch=micro_batch))
            if batch_misfits(tried.batch, layout):
                continue
            planned = plan_stretch(work, tried, layout)
            if planned.memory.total > work.device.memory_bytes:
                break
            if best is None or planned.time.seconds < best[0] * 0.999:
                best = (planned.time.seconds, tried)
        if best is None:
            return None
        chosen.append(best[1])
    return make_plan(replace(work, stretches=tuple(chosen)), layout)


def _at_most(work: Work, micro_batch: int) -> Work:
    stretches: Sequence[Stretch] = [
        replace(stretch, batch=replace(stretch.batch, micro_batch=min(micro_batch, stretch.batch.micro_batch)))
        for stretch in work.stretches
    ]
    return replace(work, stretches=tuple(stretches))


def _divisors_of(number: int) -> list[int]:
    return [size for size in range(1, number + 1) if number % size == 0]


def _cost(plan: Plan) -> float:
    cuts = plan.layout.model_parallel * plan.layout.virtual_pipeline * (2 if plan.layout.recompute == "full" else 1)
    return plan.seconds * (1 + _WORTH_OF_SIMPLICITY * math.log2(cuts))
