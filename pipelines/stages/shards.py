"""shards: packs the planned documents into sequences of exact length and writes Megatron shards with their lineage.

What enters: the encoded documents of ``tokens`` and the repeats of ``plan``. What leaves, under ``RUN/shards``:
``<length>/<segment>/part-….bin`` and ``.idx`` (Megatron IndexedDataset, a sequence a document), ``….lineage.parquet``, and
``shards.json``. Which shard a repeat of a document goes to, and where in its order, is a hash of (seed, id, repeat): a
global shuffle that no partition and no worker shows in.
"""

import os
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pyarrow as pa

from filters.document import SEGMENTS
from pipelines.engine import files
from pipelines.engine.fingerprint import code_version
from pipelines.engine.ledger import ConservationError
from pipelines.engine.partition import read_batches
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, StageFailedError, Unit
from tokenizer.encode import Encoder
from tokenizer.indexed_dataset import IndexedDatasetWriter, optimal_dtype
from tokenizer.lineage import check_lineage, lineage_table, write_lineage
from tokenizer.packing import PackedSequences, fill_sequences, pack
from tokenizer.special_tokens import PAD, SPECIAL_TOKENS

from .context import Context
from .duplicates import pack_table, unpack_tables

#: More padding than this, and documents are cut to fill it.
_MAX_PADDING = 0.004
_WRITTEN_AT_ONCE = 64
_MAX_OPEN_FILES = 128

_INSTANCES = pa.schema(
    [
        ("order", pa.uint64()),
        ("repeat", pa.int16()),
        ("partition", pa.int32()),
        ("offset", pa.int64()),
        ("num_tokens", pa.int32()),
        ("id", pa.string()),
    ]
)


def stage(context: Context) -> Stage:
    recipe = context.recipe
    plan = files.read_json(files.join(context.run, "plan", "plan.json"))
    encoder = Encoder(files.join(context.run, "tokenizer", "tokenizer.json"))
    names = _shard_names(plan, recipe.pack.sequence_length, recipe.pack.shard_tokens)
    partitions = [unit.name for unit in context.partitions("tokens")]
    num_shards = {s: sum(path.split("/")[1] == s for path, _ in names.values()) for s in SEGMENTS}
    return Stage(
        name="shards",
        run=context.run,
        job=Pack(context.run, tuple(partitions), recipe.pack.sequence_length, encoder.token_id(PAD), encoder.vocab_size),
        units=[Unit(name, path, cost) for name, (path, cost) in sorted(names.items())],
        shuffle=Assign(context.run, tuple(partitions), num_shards),
        shuffled_from=[Unit(unit.name, unit.payload, unit.cost // 20 + 1) for unit in context.partitions("tokens")],
        config={"pack": recipe.pack.model_dump(mode="json")},
        inputs=[context.fingerprint_of(name) for name in ("tokens", "tokenizer", "plan")],
        code=code_version(
            ("tokenizer.packing", "tokenizer.indexed_dataset", "tokenizer.lineage", __name__), ("numpy", "pyarrow")
        ),
        conclude=_write_summary(context, encoder, plan),
        expected_bytes_per_s=20_000_000,
    )


def _shard_names(plan: Mapping[str, Any], length: int, shard_tokens: int) -> dict[str, tuple[str, int]]:
    """Unit name -> (path without suffix, tokens) of every shard."""
    names: dict[str, tuple[str, int]] = {}
    for segment in SEGMENTS:
        row = plan["segments"].get(segment, {"planned_tokens": 0})
        # What a takedown took out of the plan left its shards as many as they were.
        tokens = row["planned_tokens"] + row.get("taken_down_tokens", 0)
        num_shards = max(1, -(-tokens // shard_tokens)) if tokens else 0
        for number in range(num_shards):
            names[f"{segment}-{number:05d}"] = (f"{length}/{segment}/part-{number:05d}", tokens // num_shards)
    return names


def mixed(hashes: Any, repeat: Any) -> Any:
    """A uniform 64-bit hash of (document hash, repeat): the finaliser of SplitMix64 (Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        x = hashes + (repeat.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))


@dataclass(frozen=True)
class Assign:
    """The shuffle: every repeat of every document to its shard."""

    run: str
    partitions: tuple[str, ...]
    num_shards: Mapping[str, int]
    rounds: int = 1

    def emit(self, unit: Unit, *, progress: Progress) -> list[tuple[str, bytes]]:
        repeats_path = files.join(self.run, "plan", f"{unit.name}.parquet")
        tables = list(read_batches(unit.payload))
        if not tables:
            return []
        encoded = pa.Table.from_batches(tables)
        repeats = pa.Table.from_batches(list(read_batches(repeats_path)))["repeats"].to_numpy()
        number = self.partitions.index(unit.name)
        rows = np.repeat(np.arange(len(repeats)), repeats)
        repeat = np.arange(len(rows)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        order = mixed(encoded["hash"].to_numpy()[rows], repeat)
        instances = pa.table(
            [
                pa.array(order),
                pa.array(repeat.astype(np.int16)),
                pa.array(np.full(len(rows), number, dtype=np.int32)),
                encoded["offset"].take(pa.array(rows)),
                encoded["num_tokens"].take(pa.array(rows)),
                encoded["id"].take(pa.array(rows)),
            ],
            schema=_INSTANCES,
        )
        result = list(self._by_shard(instances, order, np.array(encoded["segment"].to_pylist(), dtype=object)[rows]))
        progress.advance(rows=len(repeats), num_bytes=unit.cost)
        return result

    def _by_shard(self, instances: pa.Table, order: Any, segments: Any) -> Any:
        for segment, count in self.num_shards.items():
            # The high 32 bits choose the shard, so that within a shard the order is still uniform.
            shard = (((order >> np.uint64(32)) * np.uint64(max(count, 1))) >> np.uint64(32)).astype(np.int64)
            for number in range(count):
                own = (segments == segment) & (shard == number)
                if own.any():
                    yield f"{segment}-{number:05d}", pack_table(instances.filter(pa.array(own)))

    def regroup(self, key: str, blobs: Sequence[bytes]) -> list[tuple[str, bytes]]:
        return [(key, blob) for blob in blobs]


class TokenFiles:
    """Reads stretches of the encoded documents, wherever they are.

    Not memory-mapped: a shard's documents lie all over the token files, and every page once touched would count as memory
    of this process (measured on 2 GB of text: 1.2 GB instead of 0.3).
    """

    def __init__(self, run: str, partitions: Sequence[str], dtype: "np.dtype[Any]") -> None:
        self._paths = [files.join(run, "tokens", f"{name}.tokens") for name in partitions]
        self._dtype = dtype.newbyteorder("<")
        self._local = files.is_local(run)
        self._open: OrderedDict[int, int] = OrderedDict()

    def read(self, partition: int, start: int, length: int) -> Any:
        size = self._dtype.itemsize
        if self._local:
            data = os.pread(self._descriptor(partition), length * size, start * size)
        else:
            fs, name = files.filesystem(self._paths[partition])
            data = cast(bytes, fs.cat_file(name, start=start * size, end=(start + length) * size))
        return np.frombuffer(data, self._dtype)

    def _descriptor(self, partition: int) -> int:
        """The open file of a partition; those used longest ago are closed, for a system lets few be open at once."""
        if partition in self._open:
            self._open.move_to_end(partition)
        else:
            if len(self._open) >= _MAX_OPEN_FILES:
                os.close(self._open.popitem(last=False)[1])
            self._open[partition] = os.open(files.filesystem(self._paths[partition])[1], os.O_RDONLY)
        return self._open[partition]

    def close(self) -> None:
        while self._open:
            os.close(self._open.popitem()[1])


@dataclass(frozen=True)
class Pack:
    """The job: one shard."""

    run_directory: str
    partitions: tuple[str, ...]
    sequence_length: int
    pad_id: int
    vocab_size: int

    def setup(self) -> None:
        """Nothing to load."""

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        path, blobs = unit.payload
        instances = unpack_tables(blobs, schema=_INSTANCES)
        instances = instances.sort_by([("order", "ascending"), ("id", "ascending"), ("repeat", "ascending")])
        lengths = instances["num_tokens"].to_numpy().astype(np.int64)
        with progress.alive(seconds=60 + len(lengths) / 20_000):
            packed = pack(lengths, capacity=self.sequence_length, max_padding=_MAX_PADDING)
        lineage = lineage_table(
            sequence=packed.sequence,
            start=packed.start,
            length=packed.length,
            document_id=instances["id"].take(pa.array(packed.document)),
            document_start=packed.document_start,
            repeat=instances["repeat"].to_numpy()[packed.document],
        )
        document_tokens = dict(zip(instances["id"].to_pylist(), lengths.tolist(), strict=True))
        totals = check_lineage(
            lineage,
            sequence_length=self.sequence_length,
            num_sequences=packed.num_sequences,
            document_tokens=document_tokens,
        )
        tokens = TokenFiles(self.run_directory, self.partitions, optimal_dtype(self.vocab_size))
        with closing(tokens):
            described = self._write(directory, path, instances, packed, tokens, progress)
        with files.writing(files.join(directory, f"{path}.lineage.parquet")) as lineage_file:
            write_lineage(lineage, to=lineage_file)
        described[f"{path}.lineage.parquet"] = lineage_file.description()
        stats = {
            "documents": len(lengths),
            "tokens": totals.tokens,
            "sequences": totals.sequences,
            "padding": totals.padding,
        }
        return [{"name": unit.name, "files": described, "stats": {path.split("/")[1]: stats}}]

    def _write(
        self, directory: str, path: str, instances: pa.Table, packed: PackedSequences, tokens: TokenFiles, progress: Progress
    ) -> dict[str, Any]:
        """The .bin and the .idx of a shard, sequence by sequence."""
        partition, offset = (instances[name].to_numpy() for name in ("partition", "offset"))

        def read(document: int, start: int, length: int) -> Any:
            return tokens.read(int(partition[document]), int(offset[document]) + start, length)

        target = files.join(directory, path)
        with files.writing(f"{target}.bin") as bin_file:
            writer = IndexedDatasetWriter(bin_file, vocab_size=self.vocab_size)
            for first in range(0, packed.num_sequences, _WRITTEN_AT_ONCE):
                last = min(first + _WRITTEN_AT_ONCE, packed.num_sequences)
                rows = fill_sequences(packed, read=read, dtype=writer.dtype, pad_id=self.pad_id, first=first, last=last)
                writer.add(rows)
                progress.advance(rows=last - first, num_bytes=rows.size)
        with files.writing(f"{target}.idx") as idx_file:
            writer.write_index(idx_file)
        return {f"{path}.bin": bin_file.description(), f"{path}.idx": idx_file.description()}


def _write_summary(context: Context, encoder: Encoder, plan: Mapping[str, Any]) -> Any:
    """Checks that the shards hold what was planned, to the token, and writes ``shards.json``, which a trainer reads first."""

    def conclude(entries: Sequence[Mapping[str, Any]], totals: Mapping[str, Any]) -> None:
        segments = {s: dict(totals.get("stats", {}).get(s, {})) for s in SEGMENTS}
        all_tokens = sum(row.get("tokens", 0) for row in segments.values())
        if not all_tokens:
            raise StageFailedError("shards: no document is left to pack; the report tells which rules dropped them")
        for segment, row in segments.items():
            planned = plan["segments"].get(segment, {"planned_tokens": 0})["planned_tokens"]
            if row.get("tokens", 0) != planned:
                raise ConservationError(f"shards: {segment} was planned with {planned} tokens and has {row.get('tokens', 0)}")
            row["shards"] = sum(entry["name"].startswith(f"{segment}-") for entry in entries)
            row["share"] = row.get("tokens", 0) / all_tokens
        summary = {
            "tokenizer": {"sha256": encoder.fingerprint, "vocab_size": encoder.vocab_size},
            "special_tokens": {token: encoder.token_id(token) for token in SPECIAL_TOKENS},
            "dtype": optimal_dtype(encoder.vocab_size).name,
            "sequence_length": context.recipe.pack.sequence_length,
            "segments": segments,
            "files": {name: d for entry in entries for name, d in sorted(entry["files"].items())},
        }
        files.write_json(files.join(context.run, "shards", "shards.json"), summary)

    return conclude
