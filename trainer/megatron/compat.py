"""The one place that knows which version of megatron-core this is, and that lets it run where there is no CUDA.

:func:`prepare` is called before a model is built. Where CUDA is available it does nothing. Elsewhere it makes the calls that
megatron-core aims at a CUDA device mean the CPU: ``device="cuda"`` and ``.cuda()``, CUDA's random state, streams and events,
pinned memory, and the test ``tensor.type() == "torch.cuda.FloatTensor"`` by which its optimizers know what they may train.
Since ``tensor.type()`` is untrue from then on, nothing else may ask it. Supported: megatron-core 0.16.1 up to 0.19.
"""

import contextlib
import inspect
import logging
from collections.abc import Callable, Iterable, Mapping
from importlib import metadata
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

_CPU = torch.device("cpu")
_active: list[TorchFunctionMode] = []


def prepare() -> bool:
    """Lets megatron-core run on this machine; True if the CPU stands in for CUDA. To call it again changes nothing."""
    if torch.cuda.is_available():
        return False
    if not _active:
        _replace_cuda_calls()
        _leave_out_lone_collectives()
        mode = _CudaMeansCpu()
        mode.__enter__()
        _active.append(mode)
    return True


def device() -> torch.device:
    """Where tensors live: this process's CUDA device, or the CPU."""
    return torch.device("cuda", torch.cuda.current_device()) if torch.cuda.is_available() else _CPU


def has_transformer_engine() -> bool:
    """Whether Transformer Engine can be used: it has to be importable, and it needs CUDA."""
    if not torch.cuda.is_available():
        return False
    try:
        import transformer_engine.pytorch  # pyright: ignore[reportMissingImports, reportUnusedImport] # noqa: F401
    except ImportError:
        return False
    return True


def versions() -> dict[str, str]:
    """What a checkpoint was made with."""
    found = {"torch": torch.__version__, "megatron-core": metadata.version("megatron-core")}
    if has_transformer_engine():
        found["transformer-engine"] = metadata.version("transformer-engine")
    return found


def check_version() -> None:
    """Raises ``ValueError`` for a megatron-core that this package was not read against."""
    found = metadata.version("megatron-core")
    major, minor = (int(part) for part in found.split(".")[:2])
    if not (0, 16) <= (major, minor) < (0, 20):
        raise ValueError(
            f"megatron-core {found} is installed; this needs >=0.16.1,<0.20: pip install 'megatron-core>=0.16.1,<0.20'"
        )


def accepted(function: Callable[..., Any], **arguments: Any) -> dict[str, Any]:
    """Those of ``arguments`` that this version's ``function`` has."""
    known = inspect.signature(function).parameters
    return {name: value for name, value in arguments.items() if name in known}


def _means_cuda(value: object) -> bool:
    return (isinstance(value, str) and value.startswith("cuda")) or (isinstance(value, torch.device) and value.type == "cuda")


class _CudaMeansCpu(TorchFunctionMode):
    """Turns what is aimed at CUDA into the CPU, in every call of torch."""

    def __torch_function__(
        self, func: Any, types: Iterable[type], args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        if func is torch.Tensor.cuda or func is torch.Tensor.pin_memory:
            return args[0]
        named = dict(kwargs) if kwargs else {}
        if named:
            if _means_cuda(named.get("device")):
                named["device"] = _CPU
            if named.get("pin_memory"):
                named["pin_memory"] = False
        if func is torch.Tensor.to and len(args) > 1 and _means_cuda(args[1]):
            args = (args[0], _CPU, *args[2:])
        result = func(*args, **named)
        if func is torch.Tensor.type and isinstance(result, str):
            return result.replace("torch.", "torch.cuda.", 1)
        return result


class _Event:
    """A CUDA event on a device where all that was asked for is done already."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def record(self, *_: Any) -> None: ...

    def synchronize(self) -> None: ...

    def wait(self, *_: Any) -> None: ...

    def query(self) -> bool:
        return True

    def elapsed_time(self, _: object) -> float:
        return 0.0


class _Stream(_Event):
    """A CUDA stream on such a device."""

    def wait_stream(self, *_: Any) -> None: ...

    def wait_event(self, *_: Any) -> None: ...

    def record_event(self, *_: Any) -> _Event:
        return _Event()


def _nothing(*_: Any, **__: Any) -> None: ...


def _state(*_: Any, **__: Any) -> torch.Tensor:
    return torch.default_generator.get_state()


def _set_state(state: torch.Tensor, *_: Any, **__: Any) -> None:
    torch.default_generator.set_state(state)


def _seed(seed: int) -> None:
    torch.default_generator.manual_seed(int(seed))


def _replace_cuda_calls() -> None:
    import megatron.core.tensor_parallel.random as megatron_random

    cuda: Any = torch.cuda
    stream = _Stream()
    replaced: dict[Any, dict[str, Any]] = {
        cuda: {
            "current_device": lambda: _CPU,
            "synchronize": _nothing,
            "empty_cache": _nothing,
            "manual_seed": _seed,
            "get_rng_state": _state,
            "set_rng_state": _set_state,
            "Event": _Event,
            "Stream": _Stream,
            "current_stream": lambda *_: stream,  # pyright: ignore[reportUnknownLambdaType]
            "default_stream": lambda *_: stream,  # pyright: ignore[reportUnknownLambdaType]
            "stream": lambda _: contextlib.nullcontext(),  # pyright: ignore[reportUnknownLambdaType]
        },
        cuda.random: {"get_rng_state": _state, "set_rng_state": _set_state},
        cuda.nvtx: {"range_push": _nothing, "range_pop": _nothing},
        torch.nn.Module: {"cuda": lambda module, *_, **__: module},  # pyright: ignore[reportUnknownLambdaType]
        # Megatron's own setter reaches into CUDA's generators.
        megatron_random: {"_get_cuda_rng_state": _state, "_set_cuda_rng_state": _set_state},
    }
    for owner, functions in replaced.items():
        for name, function in functions.items():
            setattr(owner, name, function)
    # It warns that the CPU's random state changed, which is what is meant here.
    logging.getLogger(megatron_random.__name__).setLevel(logging.ERROR)


def _leave_out_lone_collectives() -> None:
    """Gloo copies a buffer onto itself, three times a step, where a process is the only one of its data-parallel group."""
    import megatron.core.distributed.param_and_grad_buffer as buffers

    for name in ("dist_reduce_scatter_func", "dist_all_gather_func"):
        setattr(buffers, name, _unless_alone(getattr(buffers, name)))


def _unless_alone(collective: Callable[..., Any]) -> Callable[..., Any]:
    def call(output: torch.Tensor, given: torch.Tensor, *, group: Any, async_op: bool = False, **settings: Any) -> Any:
        same = output.data_ptr() == given.data_ptr() and output.numel() == given.numel()
        if same and not async_op and group.size() == 1:
            return None
        return collective(output, given, group=group, async_op=async_op, **settings)

    return call
