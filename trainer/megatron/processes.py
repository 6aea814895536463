"""The processes of a training run: torch's process group, megatron's groups over it, and their random states.

A layout enters; afterwards megatron's ``parallel_state`` knows the groups. Launched by ``torchrun`` there are as many processes
as it says; launched alone there is one, without a port.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta

import torch
import torch.distributed as distributed
from megatron.core import parallel_state
from megatron.core.tensor_parallel.random import model_parallel_cuda_manual_seed
from torch._C._distributed_c10d import HashStore  # pyright: ignore

from ..recipe import Layout
from . import compat


def world_size() -> int:
    """How many processes were launched; known before they meet."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_first() -> bool:
    """Whether this is the process that writes and speaks for all."""
    return int(os.environ.get("RANK", "0")) == 0


@contextmanager
def running(layout: Layout, *, seed: int, timeout_minutes: float = 30) -> Generator[None]:
    """Process groups for the duration of the block. A rank that waits longer than the timeout gives up with an error."""
    on_cpu = compat.prepare()
    start(layout, seed=seed, on_cpu=on_cpu, timeout_minutes=timeout_minutes)
    try:
        yield
    finally:
        stop()


def start(layout: Layout, *, seed: int, on_cpu: bool, timeout_minutes: float = 30) -> None:
    """Make the groups. ``seed`` is for what is random while training; initial weights have their own."""
    timeout = timedelta(minutes=timeout_minutes)
    if not on_cpu:
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    backend = "gloo" if on_cpu else "cpu:gloo,cuda:nccl"
    if "RANK" in os.environ:
        distributed.init_process_group(backend, timeout=timeout)
    else:
        distributed.init_process_group(backend, store=HashStore(), rank=0, world_size=1, timeout=timeout)
    parallel_state.initialize_model_parallel(
        layout.tensor,
        layout.pipeline,
        virtual_pipeline_model_parallel_size=layout.virtual_pipeline if layout.virtual_pipeline > 1 else None,
        context_parallel_size=layout.context,
    )
    model_parallel_cuda_manual_seed(seed)


def stop() -> None:
    """Take the groups down, after an error too."""
    parallel_state.destroy_model_parallel()
    if distributed.is_initialized():
        distributed.destroy_process_group()
