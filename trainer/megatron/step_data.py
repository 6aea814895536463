"""The micro-batches of each step for this rank, fetched while the step before runs.

Stages and the number of consumed samples enter, lists of :class:`~trainer.megatron.packed_batches.MicroBatch` on this rank's
device leave. Sequences of one length have one order, whichever stage takes them.
"""

import dataclasses
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import torch
from megatron.core import parallel_state

from ..recipe import Recipe
from ..recipe_stages import StagePlan
from .model import fused_attention
from .packed_batches import MicroBatch, PackedSource, Sample, micro_batch

_Key = tuple[int, int]


class StepData:
    """The data of one run as this rank sees it."""

    def __init__(self, recipe: Recipe, *, run: Path) -> None:
        self._recipe = recipe
        self._cache = run / "index"
        self._sources: dict[int, PackedSource] = {}
        self._fused = fused_attention(recipe.layout)
        self._fetcher = ThreadPoolExecutor(1, thread_name_prefix="data")
        self._ahead: dict[_Key, Future[list[MicroBatch]]] = {}
        #: How long training has waited for data.
        self.waited_s = 0.0

    def source(self, sequence_length: int) -> PackedSource:
        """The sequences of a length."""
        if sequence_length not in self._sources:
            data = self._recipe.data
            self._sources[sequence_length] = PackedSource(
                data.shards,
                sequence_length=sequence_length,
                seed=self._recipe.train.seed,
                cache_directory=self._cache,
                validation_share=data.validation_share,
                segments=data.segments,
            )
        return self._sources[sequence_length]

    def step(self, stage: StagePlan, *, consumed: int) -> list[MicroBatch]:
        """This rank's micro-batches after ``consumed`` samples of the stage's length; the next ones are begun."""
        began = time.perf_counter()
        ready = self._ahead.pop((stage.number, consumed), None)
        batches = ready.result() if ready is not None else self._read(stage, consumed)
        self._ahead.clear()
        following = consumed + stage.global_batch_size
        self._ahead[stage.number, following] = self._fetcher.submit(self._read, stage, following)
        moved = [_moved(batch) for batch in batches]
        self.waited_s += time.perf_counter() - began
        return moved

    def _read(self, stage: StagePlan, consumed: int) -> list[MicroBatch]:
        """Micro-batch k of data-parallel rank r of n takes the samples from (k n + r) on, so that ranks only deal them out."""
        source = self.source(stage.sequence_length)
        size = stage.micro_batch_size
        ranks, rank = parallel_state.get_data_parallel_world_size(), parallel_state.get_data_parallel_rank()
        batches: list[MicroBatch] = []
        for first in range(rank * size, stage.global_batch_size, ranks * size):
            samples = [source.sample(source.number(consumed + first + place)) for place in range(size)]
            batches.append(self._line(samples))
        return batches

    def validation(self, sequence_length: int) -> tuple[list[str], list[MicroBatch]]:
        """The segments that have held-out sequences, and this rank's share of these; ranks have equally many micro-batches."""
        source = self.source(sequence_length)
        limit = self._recipe.data.validation_sequences
        names = list(source.validation)
        numbers = [number for name in names for number in source.validation[name][:limit]]
        if not numbers:
            return [], []
        ranks, rank = parallel_state.get_data_parallel_world_size(), parallel_state.get_data_parallel_rank()
        each = -(-len(numbers) // ranks)
        # Interleaved pipelines take micro-batches in groups of as many as there are pipeline ranks.
        each += -each % self._recipe.layout.pipeline
        batches: list[MicroBatch] = []
        for place in range(rank, each * ranks, ranks):
            sample = source.sample(numbers[place % len(numbers)])
            if place >= len(numbers):
                sample = sample._replace(mask=sample.mask * 0)
            batches.append(_moved(self._line([sample])))
        return names, batches

    def _line(self, samples: list[Sample]) -> MicroBatch:
        context = self._recipe.layout.context
        return micro_batch(samples, context=context, context_rank=parallel_state.get_context_parallel_rank(), fused=self._fused)

    def close(self) -> None:
        """End the fetching thread."""
        self._fetcher.shutdown(cancel_futures=True)


def _moved(batch: MicroBatch) -> MicroBatch:
    """``batch`` on this rank's device."""
    if not torch.cuda.is_available():
        return batch
    tensors = {
        field.name: value.pin_memory().cuda(non_blocking=True)
        for field in dataclasses.fields(batch)
        if isinstance(value := getattr(batch, field.name), torch.Tensor)
    }
    for name in ("cu_seqlens_q", "cu_seqlens_kv"):
        setattr(batch.pieces, name, getattr(batch.pieces, name).cuda(non_blocking=True))
    return dataclasses.replace(batch, **tensors)
