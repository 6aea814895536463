"""Micro-batches of packed sequences, in an order that the number of consumed samples alone decides.

Shards (through megatron's blended datasets, :mod:`trainer.megatron.packed_dataset`) enter; :class:`MicroBatch` leaves: a line
of tokens with labels, the places where loss counts, positions and pieces. One pass takes every sequence once, in megatron's
order; later passes shuffle it anew. Held out are sequences by a hash of shard and sequence number. A label across the
end of a piece does not count: nothing is learned across documents.
"""

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import torch
from megatron.core.datasets.blended_dataset import BlendedDataset
from megatron.core.datasets.blended_megatron_dataset_builder import BlendedMegatronDatasetBuilder

from tokenizer.bit_mixing import mixed
from tokenizer.indexed_dataset import IndexedDatasetReader
from tokenizer.special_tokens import END_OF_TEXT, FIM_PREFIX, PAD

from .packed_dataset import SHARDS_FILE, PackedDataset, PackedShards, dataset_config, read_shards
from .pieces import Pieces, make_pieces, positions, starts_from_tokens

#: Below this many sequences a segment has none held out, unless the hash says so.
_MIN_SEQUENCES = 10


class Sample(NamedTuple):
    """One packed sequence. ``starts`` begins with 0 and ends with the length; ``fim`` marks tokens of fill-in-the-middle."""

    tokens: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    mask: npt.NDArray[np.float32]
    fim: npt.NDArray[np.bool_]
    starts: npt.NDArray[np.int64]
    segment: str


@dataclasses.dataclass(frozen=True, slots=True)
class MicroBatch:
    """What one forward pass takes: this context rank's part of the line, and the pieces of the whole line."""

    tokens: torch.Tensor
    labels: torch.Tensor
    mask: torch.Tensor
    fim: torch.Tensor
    positions: torch.Tensor
    pieces: Pieces
    segment: str
    #: Of the whole line: the sum of the squared lengths of its pieces.
    sum_squared_lengths: int


class _Shard(NamedTuple):
    dataset: PackedDataset
    #: The sequence number in the shard of each of the dataset's samples.
    sequences: npt.NDArray[np.integer]
    boundaries: IndexedDatasetReader | None
    segment: str


class PackedSource:
    """The sequences of one length of a shards directory: which to train on, in what order, and which are held out.

    Raises ``ValueError`` where a shard is missing or damaged, naming it.
    """

    def __init__(
        self,
        directory: str | Path,
        *,
        sequence_length: int,
        seed: int,
        cache_directory: str | Path,
        validation_share: float,
        segments: Sequence[str] = (),
    ) -> None:
        self.shards = _chosen(_checked(directory, sequence_length=sequence_length), directory=directory, segments=segments)
        self.sequence_length = sequence_length
        self.tokenizer_sha256 = str(json.loads(Path(directory, SHARDS_FILE).read_bytes())["tokenizer"]["sha256"])
        self._seed = seed
        self._dataset = _build(self.shards, seed=seed, cache_directory=cache_directory)
        datasets = self._dataset.datasets if isinstance(self._dataset, BlendedDataset) else [self._dataset]
        self._parts = [_open(cast(PackedDataset, dataset), root=directory) for dataset in datasets]
        held_out = [_held_out(part, root=Path(directory), share=validation_share) for part in self._parts]
        _hold_out_one_each(held_out, self._parts, share=validation_share)
        shard_of, sample_of = self._places()
        is_held_out = np.zeros(shard_of.size, dtype=bool)
        for number, flags in enumerate(held_out):
            mine = shard_of == number
            is_held_out[mine] = flags[sample_of[mine]]
        self._train = np.flatnonzero(~is_held_out)
        self._order = (0, self._train)
        names = np.array([part.segment for part in self._parts])[shard_of]
        held = np.flatnonzero(is_held_out)
        self.validation = {name: held[names[held] == name].tolist() for name in sorted(set(names[held].tolist()))}

    def _places(self) -> tuple[npt.NDArray[np.integer], npt.NDArray[np.integer]]:
        """For each place of the blended order: which shard, and which of its samples."""
        if isinstance(self._dataset, BlendedDataset):
            return np.asarray(self._dataset.dataset_index), np.asarray(self._dataset.dataset_sample_index)
        size = len(self._dataset)
        return np.zeros(size, dtype=np.int16), np.arange(size)

    @property
    def num_train(self) -> int:
        """How many sequences one pass has."""
        return self._train.size

    def number(self, consumed: int) -> int:
        """Which sequence comes after ``consumed`` others; depends on seed and shards only."""
        turn, place = divmod(consumed, self._train.size)
        if turn != self._order[0]:
            salt = (self._seed << 20) + (turn << 40)
            shuffled = self._train[np.argsort(mixed(np.arange(self._train.size) + salt))] if turn else self._train
            self._order = (turn, shuffled)
        return int(self._order[1][place])

    def sample(self, number: int) -> Sample:
        """The sequence at place ``number`` of the blended order."""
        if isinstance(self._dataset, BlendedDataset):
            shard = self._parts[int(self._dataset.dataset_index[number])]
            number = int(self._dataset.dataset_sample_index[number])
        else:
            shard = self._parts[0]
        item = shard.dataset[number]
        special = self.shards.special_tokens
        sequence = int(shard.sequences[number])
        indexed: Any = shard.dataset.dataset
        raw: npt.NDArray[np.integer] = np.asarray(indexed[sequence])
        if shard.boundaries is not None:
            starts = np.asarray(shard.boundaries[sequence], dtype=np.int64)
        else:
            starts = starts_from_tokens(raw, end_of_text=special[END_OF_TEXT], pad=special[PAD])
        edges = np.append(starts, raw.size)
        mask = item["loss_mask"].numpy().copy()
        mask[edges[1:] - 1] = 0.0
        piece = np.repeat(np.arange(starts.size), np.diff(edges))
        holds = np.bincount(piece, weights=raw == special[FIM_PREFIX], minlength=starts.size) > 0
        return Sample(item["tokens"].numpy(), item["labels"].numpy(), mask, holds[piece], edges, shard.segment)


def micro_batch(samples: Sequence[Sample], *, context: int = 1, context_rank: int = 0, fused: bool = False) -> MicroBatch:
    """Lay ``samples`` end to end and take this context rank's part."""
    offsets = np.cumsum([0, *(sample.tokens.size for sample in samples)])
    starts = np.concatenate(
        [*(sample.starts[:-1] + offset for sample, offset in zip(samples, offsets, strict=False)), offsets[-1:]]
    )
    pieces = make_pieces(starts, context=context, context_rank=context_rank, fused=fused)

    def part(line: npt.NDArray[Any]) -> torch.Tensor:
        chunks = [torch.from_numpy(line[begin:end]) for begin, end in pieces.chunks]
        return (chunks[0] if len(chunks) == 1 else torch.cat(chunks)).unsqueeze(0)

    return MicroBatch(
        tokens=part(np.concatenate([sample.tokens for sample in samples])),
        labels=part(np.concatenate([sample.labels for sample in samples])),
        mask=part(np.concatenate([sample.mask for sample in samples])),
        fim=part(np.concatenate([sample.fim for sample in samples])),
        positions=part(positions(starts)),
        pieces=pieces,
        segment=samples[0].segment,
        sum_squared_lengths=int((np.diff(starts) ** 2).sum()),
    )


def _checked(directory: str | Path, *, sequence_length: int) -> PackedShards:
    """The shards, after a look at whether all their files are there in full."""
    path = Path(directory) / SHARDS_FILE
    if not path.exists():
        raise ValueError(f"{path} does not exist: give [data] shards a directory that malmoi build made")
    for name, file in json.loads(path.read_bytes())["files"].items():
        if not name.endswith((".bin", ".idx")):
            continue
        found = Path(directory) / name
        if not found.exists():
            raise ValueError(f"shard {found} is missing, {path} lists it: build the run again, or copy all of it")
        if "bytes" in file and found.stat().st_size != file["bytes"]:
            size = found.stat().st_size
            raise ValueError(
                f"shard {found} has {size} bytes, {path} says {file['bytes']}: build the run again, or copy it anew"
            )
    return read_shards(directory, sequence_length=sequence_length)


def _chosen(shards: PackedShards, *, directory: str | Path, segments: Sequence[str]) -> PackedShards:
    if not segments:
        return shards
    names = {prefix: _segment(prefix, root=directory) for prefix in shards.prefixes}
    for segment in segments:
        if segment not in names.values():
            there = ", ".join(sorted(set(names.values())))
            raise ValueError(
                f"no shard of segment {segment!r} has {shards.sequence_length} tokens a sequence; there are: {there}"
            )
    return dataclasses.replace(shards, prefixes=tuple(prefix for prefix, name in names.items() if name in segments))


def _segment(prefix: str, *, root: str | Path) -> str:
    folders = PurePath(prefix).relative_to(root).parts[:-1]
    return folders[-1] if folders and not folders[-1].isdecimal() else "all"


def _build(shards: PackedShards, *, seed: int, cache_directory: str | Path) -> Any:
    config = dataset_config(shards, seed=seed, cache_directory=cache_directory)
    sizes = cast("list[int]", [None, None, None])
    train, _, _ = BlendedMegatronDatasetBuilder(PackedDataset, sizes, lambda: True, config).build()
    assert train is not None
    return train


def _prefix(dataset: PackedDataset) -> str:
    indexed: Any = dataset.dataset
    return str(indexed.path_prefix)


def _open(dataset: PackedDataset, *, root: str | Path) -> _Shard:
    prefix = _prefix(dataset)
    has_boundaries = Path(f"{prefix}.boundaries.idx").exists()
    return _Shard(
        dataset=dataset,
        # Megatron cuts samples from its shuffled line of sequences; since lengths are equal, cut k is the k-th sequence.
        sequences=np.asarray(dataset.document_index)[np.asarray(dataset.shuffle_index)],
        boundaries=IndexedDatasetReader(f"{prefix}.boundaries") if has_boundaries else None,
        segment=_segment(prefix, root=root),
    )


def _hashes(shard: _Shard, *, root: Path) -> npt.NDArray[np.uint64]:
    name = PurePath(_prefix(shard.dataset)).relative_to(root).as_posix()
    salt = int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "little") << 14
    return mixed(shard.sequences.astype(np.int64) + salt)


def _held_out(shard: _Shard, *, root: Path, share: float) -> npt.NDArray[np.bool_]:
    return _hashes(shard, root=root) < np.uint64(share * (1 << 63)) * np.uint64(2)


def _hold_out_one_each(held_out: list[npt.NDArray[np.bool_]], shards: list[_Shard], *, share: float) -> None:
    """A segment of a small corpus that the hash left without any gives up one sequence."""
    for segment in {shard.segment for shard in shards} if share else ():
        mine = [number for number, shard in enumerate(shards) if shard.segment == segment]
        if not any(held_out[number].any() for number in mine) and shards[mine[0]].sequences.size >= _MIN_SEQUENCES:
            first = mine[0]
            held_out[first][int(np.argmin(mixed(shards[first].sequences)))] = True
