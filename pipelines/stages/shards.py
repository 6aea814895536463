"""shards: packs the planned uses of documents into sequences of two exact lengths and writes Megatron shards.

What enters: the encoded documents of ``tokens`` and the repeats of ``plan``. What leaves, under ``RUN/shards``:
``<length>/<segment>/part-….bin`` and ``.idx`` (Megatron IndexedDataset, a sequence a document), ``….boundaries.bin`` and
``.idx`` (where the pieces of each sequence begin), ``….lineage.parquet``, ``<length>/blend.txt``, and ``shards.json``.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from filters.document import SEGMENTS
from pipelines.engine import files
from pipelines.engine.fingerprint import code_version
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, Unit
from pipelines.recipe_tables import Pack as PackTable
from tokenizer.breaks import Breaks
from tokenizer.encode import Encoder
from tokenizer.fim import PLAIN
from tokenizer.indexed_dataset import IndexedDatasetWriter, optimal_dtype
from tokenizer.lineage import check_lineage, document_numbers, lineage_table, write_lineage
from tokenizer.packing import PackedSequences, boundaries, fill_sequences, pack
from tokenizer.special_tokens import PAD

from .context import Context
from .duplicates import unpack_tables
from .shards_summary import Summary, lengths_of, special_tokens_of
from .token_files import TokenFiles, Uses
from .uses import USES, Assign, shard_name

#: Whatever shows in the bytes.
_CODE = (
    "mixing.forms",
    "pipelines.stages.shards_summary",
    "pipelines.stages.token_files",
    "pipelines.stages.uses",
    "tokenizer.best_fit",
    "tokenizer.bit_mixing",
    "tokenizer.breaks",
    "tokenizer.chunks",
    "tokenizer.exact_fit",
    "tokenizer.fim",
    "tokenizer.gap_filling",
    "tokenizer.indexed_dataset",
    "tokenizer.lineage",
    "tokenizer.packing",
    "tokenizer.separation",
)
#: More padding than this, and documents are cut to fill it.
_MAX_PADDING = 0.001
#: Positions that are written together.
_WRITTEN_AT_ONCE = 1 << 18


def stage(context: Context) -> Stage:
    recipe = context.recipe
    plan = files.read_json(files.join(context.run, "plan", "plan.json"))
    encoder = Encoder(files.join(context.run, "tokenizer", "tokenizer.json"))
    partitions = tuple(unit.name for unit in context.partitions("tokens"))
    # What a takedown took leaves the shards as many as they were.
    planned = _planned_tokens(plan, recipe.pack, "by_length", "taken_down_by_length")
    num_shards = {key: -(-tokens // recipe.pack.shard_tokens) for key, tokens in planned.items()}
    units = [
        Unit(shard_name(length, segment, number), f"{length}/{segment}/part-{number:05d}", tokens // count)
        for ((length, segment), tokens), count in zip(planned.items(), num_shards.values(), strict=True)
        for number in range(count)
    ]
    return Stage(
        name="shards",
        run=context.run,
        job=Pack(context.run, partitions, files.join(context.run, "tokenizer", "tokenizer.json")),
        units=sorted(units, key=lambda unit: unit.name),
        shuffle=Assign(context.run, partitions, num_shards, lengths_of(recipe.pack), recipe.fim),
        shuffled_from=[Unit(unit.name, unit.payload, unit.cost // 20 + 1) for unit in context.partitions("tokens")],
        config={"pack": recipe.pack.model_dump(mode="json"), "fim": recipe.fim.model_dump(mode="json")},
        inputs=[context.fingerprint_of(name) for name in ("tokens", "tokenizer", "plan")],
        code=code_version((*_CODE, __name__), ("numpy", "pyarrow")),
        conclude=Summary(context, encoder, _planned_tokens(plan, recipe.pack, "by_length")),
        expected_bytes_per_s=20_000_000,
    )


def _planned_tokens(plan: Mapping[str, Any], table: PackTable, *names: str) -> dict[tuple[int, str], int]:
    """(length, segment) -> tokens by the plan, added up over tables of its segments."""
    return {
        (length, segment): sum(int(plan["segments"].get(segment, {}).get(name, {}).get(str(length), 0)) for name in names)
        for length in lengths_of(table)
        for segment in SEGMENTS
    }


@dataclass
class Pack:
    """The job: one shard."""

    run_directory: str
    partitions: tuple[str, ...]
    tokenizer_path: str
    _vocab_size: int = 0
    _special_tokens: dict[str, int] = field(default_factory=dict[str, int], repr=False)
    _breaks: Breaks | None = field(default=None, repr=False)

    def setup(self) -> None:
        encoder = Encoder(self.tokenizer_path)
        self._vocab_size = encoder.vocab_size
        self._special_tokens = special_tokens_of(encoder)
        self._breaks = Breaks.of(self.tokenizer_path)

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        path, blobs = unit.payload
        capacity, segment = path.split("/")[:2]
        table = unpack_tables(blobs, schema=USES)
        table = table.sort_by([("order", "ascending"), ("id", "ascending"), ("repeat", "ascending")])
        lengths = table["length"].to_numpy().astype(np.int64)
        owner = document_numbers(table["id"])
        tokens = TokenFiles(self.run_directory, self.partitions, optimal_dtype(self._vocab_size))
        with closing(tokens):
            uses = Uses(table, tokens, special_tokens=self._special_tokens)
            with progress.alive(seconds=60 + len(lengths) / 10_000):
                packed = pack(lengths, capacity=int(capacity), owner=owner, cut=self._cut(uses), max_padding=_MAX_PADDING)
            described = self._write(directory, path, packed, uses, progress)
        lineage = lineage_table(
            sequence=packed.sequence,
            start=packed.start,
            length=packed.length,
            document_id=table["id"].take(pa.array(packed.document)),
            document_start=packed.document_start,
            repeat=table["repeat"].to_numpy()[packed.document],
            form=table["form"].to_numpy()[packed.document],
        )
        expected = table.select(["id", "repeat", "form", "length"]).rename_columns(
            ["document_id", "repeat", "form", "num_tokens"]
        )
        totals = check_lineage(lineage, sequence_length=int(capacity), num_sequences=packed.num_sequences, uses=expected)
        with files.writing(files.join(directory, f"{path}.lineage.parquet")) as lineage_file:
            write_lineage(lineage, to=lineage_file)
        described[f"{path}.lineage.parquet"] = lineage_file.description()
        counts = {
            "documents": len(lengths),
            "tokens": totals.tokens,
            "sequences": totals.sequences,
            "padding": totals.padding,
            "pieces": len(packed.sequence),
            "split_documents": packed.num_split,
            "fim_documents": int((table["form"].to_numpy() > PLAIN).sum()),
        }
        return [{"name": unit.name, "files": described, "stats": {capacity: {segment: counts}}}]

    def _cut(self, uses: Uses) -> Callable[[int, int, int], int]:
        """Where a use may be cut best."""
        breaks = self._breaks
        assert breaks is not None

        def cut(use: int, earliest: int, latest: int) -> int:
            # One id more on either side: a place is known by what is before and behind it.
            first = max(earliest - 1, 0)
            ids = uses.read(use, first, latest + 1 - first)
            return first + breaks.best(ids, earliest=earliest - first, latest=latest - first)

        return cut

    def _write(self, directory: str, path: str, packed: PackedSequences, uses: Uses, progress: Progress) -> dict[str, Any]:
        """The tokens of a shard and the boundaries in its sequences, some sequences at a time."""
        target = files.join(directory, path)
        pad_id = self._special_tokens[PAD]
        with files.writing(f"{target}.bin") as bin_file:
            writer = IndexedDatasetWriter(bin_file, vocab_size=self._vocab_size)
            step = max(1, _WRITTEN_AT_ONCE // packed.capacity)
            for first in range(0, packed.num_sequences, step):
                last = min(first + step, packed.num_sequences)
                rows = fill_sequences(packed, read=uses.read, dtype=writer.dtype, pad_id=pad_id, first=first, last=last)
                writer.add(rows)
                progress.advance(rows=last - first, num_bytes=rows.size)
        with files.writing(f"{target}.idx") as idx_file:
            writer.write_index(idx_file)
        described = {f"{path}.bin": bin_file.description(), f"{path}.idx": idx_file.description()}
        offsets, counts = boundaries(packed)
        with files.writing(f"{target}.boundaries.bin") as bin_file:
            writer = IndexedDatasetWriter(bin_file, vocab_size=packed.capacity)
            writer.add_ragged(offsets, counts)
        with files.writing(f"{target}.boundaries.idx") as idx_file:
            writer.write_index(idx_file)
        described[f"{path}.boundaries.bin"] = bin_file.description()
        described[f"{path}.boundaries.idx"] = idx_file.description()
        return described
