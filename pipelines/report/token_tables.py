"""One pass over the tables of ``tokens``: how long documents are, and which segments each source went into.

Record batches of ``tokens/<partition>.parquet`` enter, a row per document that is left after the last stage; counts leave.
Lengths are counted one by one up to :data:`LONGEST` and together above it, so that memory does not follow the documents.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.report.messages import Told, told
from pipelines.report.run_directory import RunDirectory

Ints = NDArray[np.int64]

#: The lengths up to which each bar goes; the last bar has no end.
BOUNDS = tuple(64 << power for power in range(11))
LONGEST = 1 << 20
_BATCH_ROWS = 65_536
_UNITS = {"tokens": "num_tokens", "characters": "characters"}


@dataclass(slots=True)
class Lengths:
    """Documents by length: exact counts up to LONGEST, and the sum of lengths of each of the bars."""

    counts: Ints = field(default_factory=lambda: np.zeros(BOUNDS[-1] + 2, dtype=np.int64))
    sums: Ints = field(default_factory=lambda: np.zeros(len(BOUNDS) + 1, dtype=np.int64))
    longest: int = 0

    def add(self, values: Ints) -> None:
        """Count documents of these lengths."""
        if not len(values):
            return
        found = np.bincount(np.minimum(values, LONGEST + 1))
        if len(found) > len(self.counts):
            self.counts = np.concatenate([self.counts, np.zeros(len(found) - len(self.counts), dtype=np.int64)])
        self.counts[: len(found)] += found
        bars = np.searchsorted(BOUNDS, values, side="left")
        # Sums of lengths are whole numbers below 2 ** 53, which floats hold exactly.
        self.sums += np.bincount(bars, weights=values, minlength=len(self.sums)).astype(np.int64)
        self.longest = max(self.longest, int(values.max()))

    @property
    def documents(self) -> int:
        """How many there are."""
        return int(self.counts.sum())

    def bars(self) -> list[int]:
        """Documents of each bar."""
        ends = np.cumsum(self.counts)
        upto = [int(ends[bound]) for bound in BOUNDS]
        return [*np.diff([0, *upto, int(ends[-1])]).tolist()]

    def quantiles(self, *shares: float) -> list[int]:
        """For each share the least length that so many of the documents do not exceed."""
        ends = np.cumsum(self.counts)
        places = [int(np.searchsorted(ends, share * int(ends[-1]), side="left")) for share in shares]
        return [self.longest if place > LONGEST else place for place in places]


@dataclass(slots=True)
class TokenTables:
    """What the tables say: lengths by (unit, segment), and (documents, tokens) by (source, segment)."""

    lengths: dict[tuple[str, str], Lengths] = field(default_factory=lambda: defaultdict(Lengths))
    by_source: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def add(self, batch: pa.RecordBatch) -> None:
        """Count the documents of a record batch."""
        coded = {name: batch.column(name).dictionary_encode() for name in ("source", "segment")}
        sources, segments = (_codes(coded[name]) for name in ("source", "segment"))
        names = {name: column.dictionary.to_pylist() for name, column in coded.items()}
        units = {unit: _numbers(batch.column(name)) for unit, name in _UNITS.items() if name in batch.schema.names}
        for code, segment in enumerate(names["segment"]):
            for unit, values in units.items():
                self.lengths[unit, segment].add(values[segments == code])
        pairs = sources * len(names["segment"]) + segments
        documents = np.bincount(pairs)
        tokens = np.bincount(pairs, weights=units["tokens"]).astype(np.int64)
        for pair in np.flatnonzero(documents).tolist():
            source, segment = divmod(pair, len(names["segment"]))
            counted = self.by_source[names["source"][source], names["segment"][segment]]
            counted[0] += int(documents[pair])
            counted[1] += int(tokens[pair])


def read_token_tables(run: RunDirectory, *, problems: list[Told]) -> TokenTables | None:
    """The tables of a run, counted; None where there are none, or where one of them cannot be read."""
    state = next(stage for stage in run.stages if stage.name == "tokens") if _has_tokens(run) else None
    if state is None or state.manifest is None or state.state != "complete":
        return None
    counted = TokenTables()
    for part in state.manifest.partitions:
        for name in part.files:
            if name.endswith(".parquet"):
                try:
                    _count(run, f"tokens/{name}", counted)
                except (OSError, KeyError, pa.ArrowException) as error:
                    values = {"file": f"tokens/{name}", "error": type(error).__name__, "what": "tokens"}
                    problems.append(told("problem.table", **values))
                    return None
    return counted if counted.by_source else None


def _has_tokens(run: RunDirectory) -> bool:
    return any(stage.name == "tokens" for stage in run.stages)


def _count(run: RunDirectory, relative: str, counted: TokenTables) -> None:
    with run.open(relative) as file, pq.ParquetFile(file) as parquet:
        there = set(parquet.schema_arrow.names)
        columns = ["source", "segment", *(name for name in _UNITS.values() if name in there)]
        for batch in parquet.iter_batches(_BATCH_ROWS, columns=columns, use_threads=False):
            if batch.num_rows:
                counted.add(batch)


def _codes(column: Any) -> Ints:
    return column.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _numbers(column: Any) -> Ints:
    return column.to_numpy(zero_copy_only=False).astype(np.int64)


def documents_by_source(tables: TokenTables | None) -> Mapping[tuple[str, str], int]:
    """(source, segment) -> documents."""
    return {} if tables is None else {pair: counted[0] for pair, counted in tables.by_source.items()}
