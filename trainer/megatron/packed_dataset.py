"""Opens packed shards with megatron-core, so that each sample is exactly one packed sequence.

A shards directory with its ``shards.json`` (DESIGN.md section 2) enters, megatron's own dataset leaves: a ``GPTDataset`` for
one shard, ``BlendedDataset`` over all of them for several. Megatron lays the sequences of a shard end to end in shuffled order
and cuts samples from that line; since every sequence has exactly the sample's length, and no extra token is drawn
(``add_extra_token_to_sequence=False``), the cuts fall between sequences. Every sequence comes once: the mix and its repeats
are in the shards already, so no weights are given and one pass is one epoch of the plan.

Each sample's last label is the pad id, as are the labels over padding, and megatron masks the loss where a label is the
pad id. Padding may stand anywhere in a sequence, for a document that was taken down becomes padding where it stood
(:class:`PackedDataset`). Read against the source of megatron-core 0.16.1.
"""

import hashlib
import json
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, cast

import torch
from megatron.core.datasets.blended_dataset import BlendedDataset
from megatron.core.datasets.blended_megatron_dataset_builder import BlendedMegatronDatasetBuilder
from megatron.core.datasets.gpt_dataset import (
    GPTDataset,
    GPTDatasetConfig,
    _get_ltor_masks_and_position_ids,  # pyright: ignore[reportPrivateUsage]
)
from megatron.core.datasets.megatron_dataset import MegatronDataset

from tokenizer.indexed_dataset import IndexedDatasetReader
from tokenizer.special_tokens import END_OF_TEXT, PAD

SHARDS_FILE = "shards.json"
_BOUNDARIES = ".boundaries.idx"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedShards:
    """What ``shards.json`` says, as far as a trainer needs it; ``prefixes`` are paths without ``.bin`` and ``.idx``."""

    prefixes: tuple[str, ...]
    sequence_length: int
    vocab_size: int
    special_tokens: dict[str, int]
    fingerprint: str


class ShardTokenizer:
    """The few facts of a tokenizer that megatron's datasets ask for; it tokenises nothing.

    ``unique_identifiers`` is part of the name under which megatron caches a shard's sample index. Megatron names the shard by
    its path alone, so the fingerprint of ``shards.json`` stands here: shards that were built anew get a new index.
    """

    def __init__(self, shards: PackedShards) -> None:
        self.vocab_size = shards.vocab_size
        self.eod = self.eos = shards.special_tokens[END_OF_TEXT]
        self.pad = shards.special_tokens[PAD]
        self.special_tokens_dict = {"eos_token": self.eod, "pad_token": self.pad}
        self.unique_identifiers = OrderedDict(shards=shards.fingerprint, vocab_size=self.vocab_size)


def read_shards(directory: str | Path, *, sequence_length: int) -> PackedShards:
    """Read ``shards.json`` and check that each shard for ``sequence_length`` holds sequences of exactly that length.

    Where a directory has shards of several lengths, the first part of their path is the length. Raises ``ValueError``
    naming the shard that does not fit.
    """
    directory = Path(directory)
    content = (directory / SHARDS_FILE).read_bytes()
    description = json.loads(content)
    # A shard without a sequence (a segment that has a share of 0) cannot be opened by megatron.
    prefixes = [
        str(directory / name.removesuffix(".idx"))
        for name in sorted(description["files"])
        if name.endswith(".idx") and not name.endswith(_BOUNDARIES) and _serves(name, sequence_length=sequence_length)
    ]
    filled: list[str] = []
    for prefix in prefixes:
        lengths = IndexedDatasetReader(prefix).lengths
        if (lengths != sequence_length).any():
            wrong = int(lengths[lengths != sequence_length][0])
            raise ValueError(f"{prefix} has a sequence of {wrong} tokens, not {sequence_length}: pack for that length")
        if lengths.size:
            filled.append(prefix)
    if not filled:
        raise ValueError(f"{directory / SHARDS_FILE} lists no sequence of {sequence_length} tokens: pack for that length")
    return PackedShards(
        prefixes=tuple(filled),
        sequence_length=sequence_length,
        vocab_size=description["tokenizer"]["vocab_size"],
        special_tokens=description["special_tokens"],
        fingerprint=hashlib.sha256(content).hexdigest(),
    )


def _serves(name: str, *, sequence_length: int) -> bool:
    first = PurePosixPath(name).parts[0]
    return not first.isdecimal() or int(first) == sequence_length


def dataset_config(shards: PackedShards, *, seed: int, cache_directory: str | Path, **settings: Any) -> GPTDatasetConfig:
    """Megatron's own configuration under which a sample is a packed sequence.

    ``seed`` shuffles whole sequences. ``cache_directory`` is required because megatron would otherwise write its index
    beside the shards, which may be read-only. ``settings`` are other fields of ``GPTDatasetConfig``; by default the
    attention mask is left to the attention kernel, and the loss at an end-of-text token (whose label is the first token
    of the next document) counts, which teaches how texts begin.
    """
    chosen: dict[str, Any] = {
        "reset_position_ids": False,
        "reset_attention_mask": False,
        "eod_mask_loss": False,
        "create_attention_mask": False,
        **settings,
    }
    return GPTDatasetConfig(
        random_seed=seed,
        sequence_length=shards.sequence_length,
        blend_per_split=[(list(shards.prefixes), None), None, None],
        add_extra_token_to_sequence=False,
        path_to_cache=str(cache_directory),
        tokenizer=ShardTokenizer(shards),  # pyright: ignore[reportArgumentType]
        **chosen,
    )


class PackedDataset(GPTDataset):
    """Megatron's dataset for sequences with padding anywhere.

    Stock ``GPTDataset`` expects padding at the end of a sequence only. It would have the loss count where the last padding
    before a document predicts that document's first token, would not begin positions and attention anew behind padding,
    and, since it keeps the mask of the first sample that it is asked for, would mask the places where that one has padding
    in every other sample too. Here nothing is learned at padding, and with ``reset_position_ids`` or
    ``reset_attention_mask`` a stretch of padding ends as a document does.
    """

    def __getitem__(self, idx: int | None) -> dict[str, torch.Tensor]:
        """One sequence; with None, megatron's filler for the last batch, at which nothing is learned."""
        # Later versions of megatron return more beside the tokens.
        packed: Any = self._query_document_sample_shuffle_indices(idx or 0)[0]
        tokens = torch.from_numpy(packed).long()
        pad = self._pad_token_id
        labels = torch.roll(tokens, shifts=-1, dims=0)
        labels[-1] = pad
        padding = tokens == pad
        config: Any = self.config
        attention_mask, loss_mask, position_ids = _get_ltor_masks_and_position_ids(
            torch.where(padding & (labels != pad), config.tokenizer.eod, tokens),
            config.tokenizer.eod,
            config.reset_position_ids,
            config.reset_attention_mask,
            config.eod_mask_loss,
            config.create_attention_mask,
        )
        loss_mask[padding | (labels == pad)] = 0.0
        if idx is None:
            loss_mask = torch.zeros_like(loss_mask)
        # The embedding has to know every id that it sees.
        tokens[padding] = 0
        labels[labels == pad] = 0
        sample = {"tokens": tokens, "labels": labels, "loss_mask": loss_mask, "position_ids": position_ids}
        if attention_mask is not None:
            sample["attention_mask"] = attention_mask
        return sample


def build_packed_dataset(
    directory: str | Path, *, sequence_length: int, seed: int, cache_directory: str | Path, **settings: Any
) -> BlendedDataset | MegatronDataset:
    """Every packed sequence of ``directory`` once, shuffled by ``seed``; see :func:`dataset_config`.

    A sample has ``tokens``, ``labels``, ``loss_mask`` and ``position_ids``, each of shape ``(sequence_length,)``. Every rank
    must call this. Several shards need ``torch.distributed`` to be initialised (megatron asks for the rank); one does not.
    """
    shards = read_shards(directory, sequence_length=sequence_length)
    config = dataset_config(shards, seed=seed, cache_directory=cache_directory, **settings)
    # Without sizes megatron takes each sequence exactly once; its annotation does not know of that.
    sizes = cast("list[int]", [None, None, None])
    train, _, _ = BlendedMegatronDatasetBuilder(PackedDataset, sizes, lambda: True, config).build()
    assert train is not None
    return train
