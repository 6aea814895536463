"""AdamW over megatron's distributed optimizer, with a step that can be looked at before it is taken.

Model chunks enter, :class:`Stepper` leaves. torch's Adam has faults under megatron's checkpoints, which :func:`make_loadable`
and :func:`separate_steps` mend: a fresh optimizer has no state to load into, its ``step`` is looked for where it is not stored,
and after loading all parameters share one ``step``, which then advances once per parameter: the loss drifts, without an error.
"""

from typing import Any

import torch
from megatron.core.distributed import DistributedDataParallel, DistributedDataParallelConfig, finalize_model_grads
from megatron.core.optimizer import OptimizerConfig, get_megatron_optimizer

from ..recipe import Layout, Optimizer


def distribute(chunks: list[torch.nn.Module], *, layout: Layout, overlap: bool) -> list[Any]:
    """Wrap chunks for data parallelism: gradients lie in one float32 buffer and are summed over the data-parallel ranks."""
    config: Any = chunks[0].config
    settings = DistributedDataParallelConfig(
        use_distributed_optimizer=layout.distributed_optimizer,
        grad_reduce_in_fp32=True,
        overlap_grad_reduce=overlap,
        overlap_param_gather=overlap and layout.distributed_optimizer,
    )
    wrapped: list[Any] = [
        DistributedDataParallel(config, settings, chunk, disable_bucketing=number > 0) for number, chunk in enumerate(chunks)
    ]
    config.finalize_model_grads_func = finalize_model_grads
    if overlap:
        config.no_sync_func = [chunk.no_sync for chunk in wrapped] if len(wrapped) > 1 else wrapped[0].no_sync
    return wrapped


class Stepper:
    """The optimizer of this rank. A step is :meth:`gradient_norm`, then :meth:`apply` or, to skip it, nothing."""

    def __init__(self, chunks: list[Any], *, optimizer: Optimizer, layout: Layout, bf16: bool, overlap: bool) -> None:
        self._clip = optimizer.clip_grad
        self.megatron: Any = get_megatron_optimizer(
            OptimizerConfig(
                optimizer="adam",
                lr=optimizer.lr,
                min_lr=optimizer.min_lr,
                weight_decay=optimizer.weight_decay,
                adam_beta1=optimizer.betas[0],
                adam_beta2=optimizer.betas[1],
                adam_eps=optimizer.eps,
                clip_grad=optimizer.clip_grad,
                bf16=bf16,
                params_dtype=torch.bfloat16 if bf16 else torch.float32,
                use_distributed_optimizer=layout.distributed_optimizer,
                overlap_param_gather=overlap and layout.distributed_optimizer,
            ),
            chunks,
        )
        self._chunks = chunks
        chunks[0].config.grad_scale_func = self.megatron.scale_loss
        self.use_fused()

    def parts(self) -> list[Any]:
        """Megatron's optimizers, one or several."""
        return list(getattr(self.megatron, "chained_optimizers", [self.megatron]))

    def _torch_groups(self) -> list[dict[str, Any]]:
        return [group for part in self.parts() if part.optimizer is not None for group in part.optimizer.param_groups]

    def use_fused(self) -> None:
        """One kernel for all parameters, where torch's own AdamW is what megatron found; loading forgets it."""
        for group in self._torch_groups():
            if "fused" in group:
                group["fused"], group["foreach"] = True, False

    def zero(self) -> None:
        """Forget the gradients."""
        for chunk in self._chunks:
            chunk.zero_grad_buffer()
        self.megatron.zero_grad()

    @torch.no_grad()
    def gradient_norm(self) -> float:
        """The norm over all ranks, after which :meth:`apply` may be called."""
        self.megatron.prepare_grads()
        return float(self.megatron.get_grad_norm())

    @torch.no_grad()
    def apply(self, *, learning_rate: float, gradient_norm: float) -> None:
        """Clip the gradients to the recipe's norm and step."""
        for group in self._torch_groups():
            group["lr"] = learning_rate * group.get("lr_mult", 1.0)
        share = self._clip / (gradient_norm + 1e-6) if self._clip else 1.0
        if share < 1:
            # Megatron's own, without Transformer Engine, writes each gradient twice.
            for part in self.parts():
                gradients = [parameter.grad for parameter in part.get_parameters() if parameter.grad is not None]
                if gradients:
                    torch._foreach_mul_(gradients, share)  # pyright: ignore[reportPrivateUsage, reportPrivateImportUsage]
        self.megatron.step_with_ready_grads()


def settle(chunks: list[Any]) -> None:
    """Wait until this rank has all weights that others stepped; with overlap they else come as the next forward pass asks."""
    for chunk in chunks:
        if chunk.ddp_config.overlap_param_gather:
            chunk.disable_forward_pre_hook(param_sync=True)
            chunk.enable_forward_pre_hook()


def _torch_adams(stepper: Stepper) -> list[torch.optim.Optimizer]:
    return [part.optimizer for part in stepper.parts() if isinstance(part.optimizer, torch.optim.Optimizer)]


def make_loadable(stepper: Stepper) -> None:
    """Give a fresh Adam the state that megatron expects before it loads one."""
    for part in stepper.parts():
        if isinstance(part.optimizer, torch.optim.Optimizer) and "_set_main_param_and_optimizer_states" not in vars(part):
            _keep_step(part)
    for adam in _torch_adams(stepper):
        for group in adam.param_groups:
            for parameter in group["params"]:
                if not adam.state[parameter]:
                    adam.state[parameter] = {
                        "step": torch.zeros((), dtype=torch.float32, device=parameter.device),
                        "exp_avg": torch.zeros_like(parameter),
                        "exp_avg_sq": torch.zeros_like(parameter),
                    }


def _keep_step(part: Any) -> None:
    """Megatron sets all of Adam's state from what was loaded, which has ``step`` in another place (and is set already)."""
    set_states = getattr(part, "_set_main_param_and_optimizer_states", None)
    if set_states is None:
        return

    def set_states_but_step(parameter: Any, tensors: dict[str, Any]) -> None:
        group, place = part.model_param_group_index_map[parameter]
        state = part.optimizer.state[part.optimizer.param_groups[group]["params"][place]]
        set_states(parameter, {**({"step": state["step"]} if "step" in state else {}), **tensors})

    part._set_main_param_and_optimizer_states = set_states_but_step


def separate_steps(stepper: Stepper) -> None:
    """After loading: a ``step`` of its own for each parameter, on the parameter's device as the fused kernel wants it."""
    stepper.use_fused()
    for adam in _torch_adams(stepper):
        for parameter, state in adam.state.items():
            if "step" in state:
                state["step"] = torch.as_tensor(state["step"], dtype=torch.float32).clone().to(parameter.device)
