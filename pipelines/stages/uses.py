"""The shuffle of ``shards``: every use of every document to its shard.

What enters: the tables of ``tokens`` and the repeats of ``plan``. What leaves: for each shard the uses that it holds, with
their place in the token files. Which shard a use goes to, and where in its order, is a hash of (seed, id, repeat): a global
shuffle that no partition and no worker shows in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from filters.document import SEGMENTS
from mixing.forms import forms
from mixing.repeats import use_hashes
from pipelines.engine import files
from pipelines.engine.partition import read_batches
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Unit
from pipelines.recipe_tables import Fim

from .duplicates import pack_table

USES = pa.schema(
    [
        ("order", pa.uint64()),
        ("repeat", pa.int16()),
        ("form", pa.int8()),
        #: Of this use in its form.
        ("length", pa.int32()),
        ("partition", pa.int32()),
        ("offset", pa.int64()),
        ("num_tokens", pa.int32()),
        ("stored_tokens", pa.int32()),
        ("fim_parts", pa.list_(pa.int32())),
        ("id", pa.string()),
    ]
)
#: The stream of hashes that orders uses: another than those that choose uses and their forms.
_ORDER = 16
_READ = ("id", "segment", "hash", "offset", "num_tokens", "fim_tokens", "stored_tokens", "fim_parts")


def shard_name(length: int, segment: str, number: int) -> str:
    """The name of the unit that makes a shard."""
    return f"{length}-{segment}-{number:05d}"


@dataclass(frozen=True)
class Assign:
    """The shuffle. ``lengths``: of the short sequences and, if there are any, of the long ones."""

    run: str
    partitions: tuple[str, ...]
    num_shards: Mapping[tuple[int, str], int]
    lengths: tuple[int, ...]
    fim: Fim
    rounds: int = 1

    def emit(self, unit: Unit, *, progress: Progress) -> list[tuple[str, bytes]]:
        batches = list(read_batches(unit.payload, columns=_READ))
        if not batches:
            return []
        documents = pa.Table.from_batches(batches)
        plan = pa.Table.from_batches(list(read_batches(files.join(self.run, "plan", f"{unit.name}.parquet"))))
        number = self.partitions.index(unit.name)
        uses, is_long, segments = self._uses(documents, plan, number)
        made = list(self._by_shard(uses, is_long, segments))
        progress.advance(rows=documents.num_rows, num_bytes=unit.cost)
        return made

    def _uses(self, documents: pa.Table, plan: pa.Table, partition: int) -> tuple[pa.Table, Any, Any]:
        """Every use of the partition's documents, which of them go into long sequences, and their segments."""
        repeats = plan["repeats"].to_numpy()
        rows = np.repeat(np.arange(len(repeats)), repeats)
        repeat = np.arange(len(rows)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        hashes = documents["hash"].to_numpy()[rows]
        segments = np.array(documents["segment"].to_pylist(), dtype=object)[rows]
        fim_tokens = documents["fim_tokens"].to_numpy()[rows]
        rates = np.select([segments == s for s in SEGMENTS], [float(getattr(self.fim, s)) for s in SEGMENTS], 0.0)
        form = np.where(fim_tokens > 0, forms(hashes, repeat, fim_rate=rates, spm=self.fim.spm), 0)
        taken = {name: documents[name].take(pa.array(rows)) for name in ("offset", "num_tokens", "stored_tokens", "id")}
        columns = {
            "order": use_hashes(hashes, repeat, stream=_ORDER),
            "repeat": repeat.astype(np.int16),
            "form": form.astype(np.int8),
            "length": np.where(form > 0, fim_tokens, taken["num_tokens"].to_numpy()),
            "partition": np.full(len(rows), partition, dtype=np.int32),
            **taken,
            # A plain use needs none.
            "fim_parts": documents["fim_parts"].take(pa.array(rows, mask=form == 0)),
        }
        is_long = (plan["long"].to_numpy()[rows] >> repeat.astype(np.uint32)) & np.uint32(1)
        return pa.table(columns, schema=USES), is_long.astype(np.bool_), segments

    def _by_shard(self, uses: pa.Table, is_long: Any, segments: Any) -> Iterator[tuple[str, bytes]]:
        # The high 32 bits choose the shard, so that within a shard the order is still uniform.
        high = uses["order"].to_numpy() >> np.uint64(32)
        for (length, segment), count in self.num_shards.items():
            shard = ((high * np.uint64(max(count, 1))) >> np.uint64(32)).astype(np.int64)
            here = (segments == segment) & (is_long == (length != self.lengths[0]))
            for number in range(count):
                own = here & (shard == number)
                if own.any():
                    yield shard_name(length, segment, number), pack_table(uses.filter(pa.array(own)))

    def regroup(self, key: str, blobs: Sequence[bytes]) -> list[tuple[str, bytes]]:
        return [(key, blob) for blob in blobs]
