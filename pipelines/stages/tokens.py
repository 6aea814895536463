"""tokens: encodes every document once, and counts.

What enters: the partitions of the last document stage and the tokenizer. What leaves, per partition: ``<name>.tokens``, of
each document its ids, closed by the end-of-document id, and behind them, where one of its uses may be fill-in-the-middle,
the ids of its patch (:mod:`tokenizer.fim`), little-endian in the shards' dtype; and ``<name>.parquet``, a row per document
with its place in that file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from filters.document import SEGMENTS
from mixing.forms import forms
from mixing.repeats import unit_hashes
from pipelines.engine import files
from pipelines.engine.fingerprint import code_version
from pipelines.engine.ledger import Tally
from pipelines.engine.partition import TableWriter, read_batches, text_sizes
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, StageFailedError, Unit
from pipelines.recipe_tables import Fim
from tokenizer.encode import Encoder, Ids
from tokenizer.fim import Cutter, Patch
from tokenizer.indexed_dataset import optimal_dtype
from tokenizer.special_tokens import END_OF_TEXT, FIM_MIDDLE, FIM_PREFIX, FIM_SUFFIX

from .context import Context

# Its functions are made at run time, which type checkers cannot see.
pc: Any = pyarrow.compute

ENCODED_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("source", pa.string()),
        ("segment", pa.string()),
        ("language", pa.string()),
        ("hash", pa.uint64()),
        ("knowledge", pa.float32()),
        ("offset", pa.int64()),
        ("num_tokens", pa.int32()),
        #: The length of each of its forms of fill-in-the-middle; 0: always plain.
        ("fim_tokens", pa.int32()),
        #: What lies in the file: ``num_tokens`` and the patch.
        ("stored_tokens", pa.int32()),
        ("fim_parts", pa.list_(pa.int32())),
        ("characters", pa.int32()),
        ("words", pa.int32()),
        #: Tokens that are one byte of a character.
        ("byte_tokens", pa.int32()),
    ]
)
_COLUMNS = ("id", "text", "source", "segment", "language", "scores")


def stage(context: Context) -> Stage:
    recipe = context.recipe
    path = files.join(context.run, "tokenizer", "tokenizer.json")
    rates = {segment: float(getattr(recipe.fim, segment)) for segment in SEGMENTS}
    if any(rates.values()):
        _check_sentinels(path)
    fim = {**recipe.fim.model_dump(mode="json"), "max_tokens": recipe.pack.sequence_length, "uses": recipe.mix.max_epochs}
    return Stage(
        name="tokens",
        run=context.run,
        job=Encode(path, recipe.seed, recipe.fim, max_tokens=recipe.pack.sequence_length, max_uses=recipe.mix.max_epochs),
        units=context.partitions(context.documents),
        config={"seed": recipe.seed, "fim": fim if any(rates.values()) else None},
        inputs=[context.fingerprint_of(context.documents), context.fingerprint_of("tokenizer")],
        code=code_version(
            ("tokenizer.encode", "tokenizer.fim", "tokenizer.special_tokens", "mixing.repeats", "mixing.forms", __name__),
            ("tokenizers",),
        ),
        documents_in=context.kept(context.documents),
        expected_bytes_per_s=3_000_000,
    )


def _check_sentinels(path: str) -> None:
    encoder = Encoder(path)
    for token in (FIM_PREFIX, FIM_MIDDLE, FIM_SUFFIX):
        try:
            encoder.token_id(token)
        except KeyError:
            raise StageFailedError(
                f"tokens: the tokenizer has no {token}: set korean, multilingual and code under [fim] to 0, "
                "or give a tokenizer with that special token"
            ) from None


@dataclass
class Encode:
    """The job."""

    tokenizer_path: str
    seed: int
    fim: Fim
    max_tokens: int
    max_uses: int
    _encoder: Encoder | None = field(default=None, repr=False)
    _cutter: Cutter | None = field(default=None, repr=False)
    _is_byte: Any = field(default=None, repr=False)

    def setup(self) -> None:
        self._encoder = Encoder(self.tokenizer_path)
        self._cutter = Cutter(self._encoder, split=self.fim.split)
        self._is_byte = self._encoder.byte_tokens

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        tally = Tally()
        tokens_name, table_name = f"{unit.name}.tokens", f"{unit.name}.parquet"
        table = TableWriter(files.join(directory, table_name), ENCODED_SCHEMA)
        offset = 0
        with files.writing(files.join(directory, tokens_name)) as tokens:
            for batch in read_batches(unit.payload, columns=_COLUMNS):
                with progress.alive(num_bytes=sum(text_sizes(batch))):
                    encoded, stored = self._encode_batch(batch, offset)
                for ids in stored:
                    tokens.write(ids.tobytes())
                offset += sum(map(len, stored))
                table.write(encoded)
                _count(tally, batch, encoded)
                progress.advance(rows=batch.num_rows, num_bytes=sum(text_sizes(batch)))
        tally.check(unit.name)
        described = {tokens_name: tokens.description(), table_name: table.close()}
        return [{"name": unit.name, **tally.counts, "files": described, "stats": tally.stats}]

    def _encode_batch(self, batch: pa.RecordBatch, offset: int) -> tuple[pa.RecordBatch, list[Ids]]:
        """The rows of the table, and what goes into the file of tokens for each."""
        assert self._encoder is not None
        dtype = optimal_dtype(self._encoder.vocab_size)
        end = np.array([self._encoder.token_id(END_OF_TEXT)], dtype)
        texts = batch.column("text").to_pylist()
        ids = [own.astype(dtype, copy=False) for own in self._encoder.encode_batch(texts)]
        hashes = unit_hashes(batch.column("id").to_pylist(), seed=self.seed)
        patches = self._patches(texts, ids, hashes, batch.column("segment").to_pylist())
        stored = [
            np.concatenate([own, end, patch.ids.astype(dtype, copy=False)]) if patch else np.concatenate([own, end])
            for own, patch in zip(ids, patches, strict=True)
        ]
        lengths = np.array([len(own) for own in stored], dtype=np.int64)
        columns = {
            **{name: batch.column(name) for name in ("id", "source", "segment", "language")},
            "hash": hashes,
            "knowledge": _scores(batch.column("scores"), "knowledge"),
            "offset": offset + np.cumsum(lengths) - lengths,
            "num_tokens": np.array([len(own) + 1 for own in ids], dtype=np.int32),
            "fim_tokens": [patch.num_tokens(len(own)) if patch else 0 for own, patch in zip(ids, patches, strict=True)],
            "stored_tokens": lengths,
            "fim_parts": [patch.parts if patch else [] for patch in patches],
            "characters": pc.utf8_length(batch.column("text")),
            "words": _num_words(batch.column("text")),
            "byte_tokens": [int(self._is_byte[own].sum()) for own in ids],
        }
        return pa.RecordBatch.from_pydict(columns, schema=ENCODED_SCHEMA), stored

    def _patches(
        self, texts: Sequence[str], ids: Sequence[Ids], hashes: Any, segments: Sequence[str]
    ) -> Sequence[Patch | None]:
        """A patch for each document that has a use in one of the forms, if it fits into one sequence then."""
        assert self._cutter is not None
        rates = np.array([float(getattr(self.fim, segment, 0.0)) for segment in segments])
        wanted = np.zeros(len(texts), dtype=np.bool_)
        for repeat in range(self.max_uses if rates.any() else 0):
            wanted |= forms(hashes, repeat, fim_rate=rates, spm=self.fim.spm) > 0
        # Three sentinels and the end of text; that the cuts add a token or two more is seen below.
        wanted &= np.array([len(own) + 4 <= self.max_tokens for own in ids], dtype=np.bool_)
        rows = np.flatnonzero(wanted).tolist()
        made = self._cutter.patches([texts[i] for i in rows], [ids[i] for i in rows], hashes=hashes[rows].tolist())
        patches: list[Patch | None] = [None] * len(texts)
        for row, patch in zip(rows, made, strict=True):
            if patch and patch.num_tokens(len(ids[row])) <= self.max_tokens:
                patches[row] = patch
        return patches


def _scores(column: Any, name: str) -> pa.Array:
    """One score of each document, null where it has none."""
    return pc.map_lookup(column, pa.scalar(name), "first")


def _num_words(texts: Any) -> Any:
    """How many words each text has, by ASCII blanks: a look at every byte, not a string for every word."""
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(texts.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
    begins = data > ord(" ")
    begins[1:] &= data[:-1] <= ord(" ")
    # A text begins behind no blank of its own.
    starts = offsets[:-1][np.diff(offsets) > 0] - offsets[0]
    begins[starts] = data[starts] > ord(" ")
    return np.diff(np.concatenate(([0], np.cumsum(begins)))[offsets - offsets[0]])


def _count(tally: Tally, batch: pa.RecordBatch, encoded: pa.RecordBatch) -> None:
    keys, summed = ["source", "segment", "language"], [*COUNTED, "text_bytes"]
    rows = pa.Table.from_batches([encoded.select([*keys, *COUNTED])]).append_column("text_bytes", pa.array(text_sizes(batch)))
    groups: Any = rows.group_by(keys, use_threads=False).aggregate([*((name, "sum") for name in summed), ([], "count_all")])
    for group in groups.to_pylist():
        sums = {name: group[f"{name}_sum"] for name in summed}
        told = {"text_bytes": sums["text_bytes"], "documents": group["count_all"]}
        tally.entered(group["source"], **told)
        tally.kept(group["source"], segment=group["segment"], language=group["language"], **told)
        count_tokens(tally, {**group, **sums})


#: The columns that are summed by segment and by language, and their names in the sums.
COUNTED: Mapping[str, str] = {
    "num_tokens": "tokens",
    "characters": "characters",
    "words": "words",
    "byte_tokens": "byte_tokens",
}


def count_tokens(tally: Tally, row: Mapping[str, Any]) -> None:
    """Adds a row of the table to the sums of its segment and its language."""
    for table, key in (("segments", row["segment"]), ("languages", row["language"])):
        if key:
            tally.add(table, key, **{told: row[column] for column, told in COUNTED.items()})
