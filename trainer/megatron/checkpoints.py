"""Checkpoints that reshard to any layout, saved while training goes on, and never half there.

The weights, the optimizer's state and the loop's own state enter; a directory of megatron's distributed checkpoint leaves.
A save writes under a hidden name of its own; when every rank's part is on disk, the directory gets its final name, and then its
event (:mod:`trainer.events`), which makes it a checkpoint. So a kill or a full disk at any moment leaves the older ones as they
were, and what a killed save's writers still write goes nowhere.
"""

import dataclasses
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.distributed as distributed
from megatron.core import dist_checkpointing, parallel_state
from megatron.core.dist_checkpointing.mapping import ShardedObject
from megatron.core.dist_checkpointing.strategies.async_utils import AsyncCallsQueue
from megatron.core.tensor_parallel.random import get_cuda_rng_tracker
from torch.distributed.checkpoint.api import CheckpointException

from ..events import CHECKPOINTS, CheckpointEvent, read_event, remove_checkpoint, step_name, write_event
from . import compat
from .optimizer import Stepper, make_loadable, separate_steps

_PARTIAL = ".partial-"
_SHORT = "inline_container"


class SaveError(Exception):
    """A checkpoint could not be saved. The ones before it are as they were."""

    exit_code = 1


@dataclasses.dataclass(frozen=True, slots=True)
class _Pending:
    partial: Path
    event: CheckpointEvent


class CheckpointWriter:
    """Saves checkpoints of one run. Every rank has one, and calls every method at the same step."""

    def __init__(self, run: Path, *, on_saved: Callable[[CheckpointEvent], None], max_failures: int) -> None:
        self._root = run / CHECKPOINTS
        self._on_saved = on_saved
        self._max_failures = max_failures
        self._failures = 0
        self._queue = AsyncCallsQueue()
        self._pending: _Pending | None = None
        if distributed.get_rank() == 0:
            self._root.mkdir(parents=True, exist_ok=True)
            for left in self._root.glob(f"{_PARTIAL}*"):
                shutil.rmtree(left, ignore_errors=True)
        distributed.barrier()

    def save(
        self, event: CheckpointEvent, *, chunks: list[Any], stepper: Stepper, state: dict[str, Any], in_background: bool
    ) -> None:
        """Begin a save, after the one before is through; without ``in_background``, finish it too.

        Raises :class:`SaveError` when too many saves in a row have failed.
        """
        self.finish()
        partial = self._root / f"{_PARTIAL}{step_name(event.step)}-{_same_everywhere(os.urandom(4).hex())}"
        try:
            _make(partial, num_bytes=_size_on_disk(chunks))
            content = sharded_state(chunks, stepper=stepper, loading=False)
            content |= {"training": state, "random": _random_state()}
            request: Any = dist_checkpointing.save(
                content,
                str(partial),
                async_sharded_save=True,
                **compat.accepted(dist_checkpointing.save, async_strategy="mcore"),
            )
            self._pending = _Pending(partial, event)
            self._queue.schedule_async_request(request)
        except (Exception, CheckpointException) as error:
            self._failed(partial, error)
            return
        if not in_background:
            self.finish()

    def poll(self) -> None:
        """Publish a save whose parts are all on disk."""
        self._finalise(blocking=False)

    def finish(self) -> None:
        """Wait for the save that is under way."""
        self._finalise(blocking=True)

    def close(self) -> None:
        """Finish and end the writers."""
        self.finish()
        self._queue.close()

    def _finalise(self, *, blocking: bool) -> None:
        pending = self._pending
        if pending is None:
            return
        try:
            done = self._queue.maybe_finalize_async_calls(blocking=blocking)
        except (Exception, CheckpointException) as error:
            self._queue = AsyncCallsQueue()
            self._failed(pending.partial, error)
            return
        if done:
            self._pending = None
            self._failures = 0
            if distributed.get_rank() == 0:
                self._publish(pending)
            distributed.barrier()

    def _publish(self, pending: _Pending) -> None:
        final = self._root / step_name(pending.event.step)
        remove_checkpoint(final)
        os.replace(pending.partial, final)
        write_event(pending.event, directory=final)
        self._on_saved(pending.event)

    def _failed(self, partial: Path, error: BaseException) -> None:
        """A transient failure costs one checkpoint, not the run; a lasting one would cost all work since."""
        self._pending = None
        self._failures += 1
        message = f"checkpoint {partial.name.removeprefix(_PARTIAL)[:13]} could not be saved: {_reason(error)}"
        if distributed.get_rank() == 0:
            shutil.rmtree(partial, ignore_errors=True)
        if self._failures >= self._max_failures:
            raise SaveError(
                f"{message}; that was the {self._failures}. in a row: make room under {self._root}, then run the same command "
                "again to go on from the latest checkpoint"
            ) from error
        if distributed.get_rank() == 0:
            print(f"malmoi: {message}; training goes on", file=sys.stderr, flush=True)

    @property
    def failed(self) -> bool:
        """Whether the last save failed."""
        return self._failures > 0


def _reason(error: BaseException) -> str:
    """The first cause, in one line: megatron wraps what a writer raised."""
    failures: Any = getattr(error, "failures", None)
    if failures:
        wrapped: Any = next(iter(failures.values()))
        return _reason(wrapped[0] if isinstance(wrapped, tuple) else wrapped)
    reason = f"{type(error).__name__}: {error}".splitlines()[0]
    # All that torch tells of a write that came out short.
    return f"a file was not written in full, is the disk full or a quota reached? ({reason})" if _SHORT in reason else reason


def _same_everywhere(value: Any) -> Any:
    values = [value]
    distributed.broadcast_object_list(values, src=0)
    return values[0]


def _make(partial: Path, *, num_bytes: int) -> None:
    """The directory of a save, where there is room for it; the error is that of rank 0 on every rank."""
    problem = ""
    if distributed.get_rank() == 0:
        try:
            partial.mkdir(parents=True)
            free = shutil.disk_usage(partial).free
            if free < num_bytes:
                problem = f"the disk is full: it needs {num_bytes / 1e9:.3g} GB, {free / 1e9:.3g} GB are free"
        except OSError as error:
            problem = str(error)
    if problem := _same_everywhere(problem):
        raise OSError(problem)


def _size_on_disk(chunks: list[Any]) -> int:
    """Weights, and three float32 numbers for each: the main weight and Adam's two moments."""
    held = sum(weight.numel() * (weight.element_size() + 12) for chunk in chunks for weight in chunk.parameters())
    total = torch.tensor(float(held), device=compat.device())
    distributed.all_reduce(total)
    copies = parallel_state.get_data_parallel_world_size(with_context_parallel=True)
    return int(total.item()) // copies


def _metadata() -> dict[str, Any]:
    return {
        "distrib_optim_sharding_type": "fully_reshardable",
        "chained_optim_avoid_prefix": True,
        "dp_cp_group": parallel_state.get_data_parallel_group(with_context_parallel=True),
    }


def sharded_state(chunks: list[Any], *, stepper: Stepper | None, loading: bool) -> dict[str, Any]:
    """Weights, and with ``stepper`` the optimizer's state, as megatron's sharded tensors; ``chunks`` are not wrapped in DDP."""
    state: dict[str, Any] = {}
    for number, chunk in enumerate(chunks):
        state[_key(number, of=len(chunks))] = chunk.sharded_state_dict(metadata=_metadata())
    if stepper is not None:
        if loading:
            make_loadable(stepper)
        state["optimizer"] = stepper.megatron.sharded_state_dict(dict(state), is_loading=loading, metadata=_metadata())
    return state


def _key(number: int, *, of: int) -> str:
    return "model" if of == 1 else f"model{number}"


def load_checkpoint(directory: Path, *, chunks: list[Any], stepper: Stepper | None = None) -> dict[str, Any]:
    """Load weights, and with ``stepper`` the optimizer's state, under whatever layout this is; the loop's own state.

    Raises ``ValueError`` where a part is damaged, is missing or does not fit, or the optimizer's state is of the other kind.
    """
    event = read_event(directory)
    content = sharded_state(chunks, stepper=stepper, loading=True)
    same_layout = event.layout.get("world_size") == distributed.get_world_size() and stepper is not None
    if same_layout:
        content["random"] = _random_state()
    loaded = _loaded(content, directory=directory)
    for number, chunk in enumerate(chunks):
        chunk.load_state_dict(loaded[_key(number, of=len(chunks))])
    if stepper is not None:
        stepper.megatron.load_state_dict(loaded["optimizer"])
        separate_steps(stepper)
    if same_layout:
        _set_random_state(loaded["random"])
    return loaded["training"]


def _loaded(content: dict[str, Any], *, directory: Path) -> dict[str, Any]:
    try:
        loaded: Any = dist_checkpointing.load(content, str(directory))
    except (Exception, CheckpointException) as error:
        # Several kinds, for files that are missing, cut off or of another shape; torch's own is no Exception.
        raise ValueError(
            f"{directory} cannot be read, a file is damaged or missing: {_reason(error)}; without this directory training goes "
            "on from the checkpoint before"
        ) from error
    return loaded


def _tracker() -> Any:
    return get_cuda_rng_tracker()


def _random_state() -> ShardedObject:
    """This rank's random states; of use under the same layout only, for nothing random is drawn while training."""
    content = {"torch": torch.get_rng_state(), "tracker": _tracker().get_states()}
    if torch.cuda.is_available():
        content["cuda"] = torch.cuda.get_rng_state()
    return ShardedObject("random", content, (distributed.get_world_size(),), (distributed.get_rank(),), replica_id=0)


def _set_random_state(content: dict[str, Any]) -> None:
    torch.set_rng_state(content["torch"])
    _tracker().set_states(content["tracker"])
    if "cuda" in content and torch.cuda.is_available():
        torch.cuda.set_rng_state(content["cuda"])
