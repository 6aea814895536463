"""tokens: encodes every document once, and counts.

What enters: dedup's partitions and the tokenizer. What leaves, per partition: ``<name>.tokens``, the ids of all documents
end to end, each closed by the end-of-document id, little-endian in the shards' dtype; and ``<name>.parquet``, a row per
document with its place in that file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from mixing.repeats import unit_hash
from pipelines.engine import files
from pipelines.engine.fingerprint import code_version
from pipelines.engine.ledger import Tally
from pipelines.engine.partition import TableWriter, read_batches, text_sizes
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, Unit
from tokenizer.encode import Encoder
from tokenizer.indexed_dataset import optimal_dtype
from tokenizer.special_tokens import END_OF_TEXT

from .context import Context

ENCODED_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("source", pa.string()),
        ("segment", pa.string()),
        ("language", pa.string()),
        ("hash", pa.uint64()),
        ("offset", pa.int64()),
        ("num_tokens", pa.int32()),
    ]
)


def stage(context: Context) -> Stage:
    return Stage(
        name="tokens",
        run=context.run,
        job=Encode(files.join(context.run, "tokenizer", "tokenizer.json"), context.recipe.seed),
        units=context.partitions(context.documents),
        config={"seed": context.recipe.seed},
        inputs=[context.fingerprint_of(context.documents), context.fingerprint_of("tokenizer")],
        code=code_version(("tokenizer.encode", "tokenizer.special_tokens", "mixing.repeats", __name__), ("tokenizers",)),
        documents_in=context.kept(context.documents),
        expected_bytes_per_s=3_000_000,
    )


@dataclass
class Encode:
    """The job."""

    tokenizer_path: str
    seed: int
    _encoder: Encoder | None = field(default=None, repr=False)

    def setup(self) -> None:
        self._encoder = Encoder(self.tokenizer_path)

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        assert self._encoder is not None
        tally = Tally()
        tokens_name, table_name = f"{unit.name}.tokens", f"{unit.name}.parquet"
        table = TableWriter(files.join(directory, table_name), ENCODED_SCHEMA)
        offset = 0
        with files.writing(files.join(directory, tokens_name)) as tokens:
            for batch in read_batches(unit.payload, columns=["id", "text", "source", "segment", "language"]):
                rows = self._encode_batch(batch, tokens, offset, tally, progress)
                offset += sum(row["num_tokens"] for row in rows)
                table.write(pa.RecordBatch.from_pylist(rows, schema=ENCODED_SCHEMA))
        tally.check(unit.name)
        described = {tokens_name: tokens.description(), table_name: table.close()}
        return [{"name": unit.name, **tally.counts, "files": described, "stats": tally.stats}]

    def _encode_batch(
        self, batch: pa.RecordBatch, tokens: files.HashingFile, offset: int, tally: Tally, progress: Progress
    ) -> list[Mapping[str, Any]]:
        assert self._encoder is not None
        dtype = optimal_dtype(self._encoder.vocab_size)
        eod_id = self._encoder.token_id(END_OF_TEXT)
        rows: list[Mapping[str, Any]] = []
        columns = [batch.column(n).to_pylist() for n in ("id", "text", "source", "segment", "language")]
        for identifier, text, source, segment, language, text_bytes in zip(*columns, text_sizes(batch), strict=True):
            with progress.alive(num_bytes=text_bytes):
                ids = np.append(self._encoder.encode(text), eod_id).astype(dtype)
            tokens.write(ids.tobytes())
            rows.append(
                {
                    "id": identifier,
                    "source": source,
                    "segment": segment,
                    "language": language,
                    "hash": unit_hash(identifier, seed=self.seed),
                    "offset": offset,
                    "num_tokens": len(ids),
                }
            )
            offset += len(ids)
            tally.entered(source, text_bytes=text_bytes)
            tally.kept(source, segment=segment, language=language, text_bytes=text_bytes)
            for table_name, key in (("segments", segment), ("languages", language)):
                if key:
                    tally.add(table_name, key, tokens=len(ids), characters=len(text))
            progress.advance(rows=1, num_bytes=text_bytes)
        return rows
