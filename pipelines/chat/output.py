"""What ``malmoi chat`` writes: Parquet files of bounded size, a ledger, and ``index.json``, which comes last.

Rows of token ids and ledger rows enter. A directory without ``index.json`` is unfinished; one that holds anything else than
such output is refused, so that nothing of somebody else's is overwritten.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.engine import files
from pipelines.engine.ledger import LEDGER_SCHEMA, LedgerRow, ledger_batch
from pipelines.engine.partition import TableWriter

INDEX_FILE, LEDGER_FILE, WORK_DIRECTORY = "index.json", "ledger.parquet", ".work"
KINDS = ("conversations", "comparisons")
_OURS = re.compile(rf"({'|'.join(KINDS)})-\d{{5}}\.parquet|index\.json|ledger\.parquet|\.work|.*\.tmp-.*")
#: Tokens of a row group: what a reader has in memory at a time.
_GROUP_TOKENS = 1_000_000
_LEDGER_ROWS = 1_000
_ACTIONS = ("dropped", "unreadable", "edited")

Ints = npt.NDArray[np.integer[Any]]


def ids_column(parts: Sequence[Ints], kind: pa.DataType | None = None) -> pa.ListArray:
    """Arrays of numbers as a column of lists."""
    offsets = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int32)
    values = np.concatenate(parts) if parts else np.empty(0, np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values, kind or pa.int32()))


def begin(directory: str) -> None:
    """Makes the directory ready: an earlier output goes, its index first.

    Raises:
        ValueError: something else is there.
    """
    fs, path = files.filesystem(directory)
    if fs.isfile(path):
        raise ValueError(f"{directory} is a file: give --out a directory")
    names = files.listing(directory)
    strange = [name for name in names if not _OURS.fullmatch(name)]
    if strange:
        more = f" and {len(strange) - 3} more" if len(strange) > 3 else ""
        held = ", ".join(strange[:3])
        raise ValueError(f"{directory} holds {held}{more}, which `malmoi chat` did not write: give --out another directory")
    for name in sorted(names, key=lambda name: name != INDEX_FILE):
        files.remove_tree(files.join(directory, name))
    files.make_directory(directory)


class Lengths:
    """How many sequences have about which length: at most 64, 128, 256, … tokens."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self.longest = 0
        self.tokens = 0

    def add(self, length: int) -> None:
        self._counts[max(64, 1 << (length - 1).bit_length())] += 1
        self.longest = max(self.longest, length)
        self.tokens += length

    def as_json(self) -> dict[str, int]:
        """Sequences by the least bound that holds them; every bound up to the last."""
        bounds: list[int] = []
        while self._counts and (not bounds or bounds[-1] < max(self._counts)):
            bounds.append(bounds[-1] * 2 if bounds else 64)
        return {str(bound): self._counts[bound] for bound in bounds}


class ShardWriter:
    """Writes rows into ``<kind>-00000.parquet`` and its successors, each of about ``file_tokens`` tokens."""

    def __init__(self, directory: str, kind: str, schema: pa.Schema, *, file_tokens: int) -> None:
        self.files: dict[str, dict[str, Any]] = {}
        self._directory, self._kind, self._schema, self._file_tokens = directory, kind, schema, file_tokens
        self._rows: list[tuple[Any, ...]] = []
        self._group_tokens = 0
        self._written_tokens = 0
        self._table: TableWriter | None = None

    def add(self, row: tuple[Any, ...], *, tokens: int) -> None:
        """One row: the values of the columns in the schema's order, lists of numbers as arrays."""
        self._rows.append(row)
        self._group_tokens += tokens
        if self._group_tokens >= min(_GROUP_TOKENS, self._file_tokens):
            self._flush()
        if self._written_tokens >= self._file_tokens:
            self._end_file()

    def close(self) -> None:
        """Finishes the last file; there is at least one."""
        self._flush()
        if self._table is not None or not self.files:
            self._open()
            self._end_file()

    def abandon(self, error: BaseException) -> None:
        """Removes what is half-written."""
        if self._table is not None:
            self._table.abandon(error)

    def _flush(self) -> None:
        if not self._rows:
            return
        columns = zip(*self._rows, strict=True)
        arrays = [_column(values, field.type) for values, field in zip(columns, self._schema, strict=True)]
        self._open().write(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        self._written_tokens += self._group_tokens
        self._rows, self._group_tokens = [], 0

    def _name(self) -> str:
        return f"{self._kind}-{len(self.files):05d}.parquet"

    def _open(self) -> TableWriter:
        if self._table is None:
            self._table = TableWriter(files.join(self._directory, self._name()), self._schema)
        return self._table

    def _end_file(self) -> None:
        assert self._table is not None
        rows, name, tokens = self._table.num_rows, self._name(), self._written_tokens
        self.files[name] = {**self._table.close(), "rows": rows, "tokens": tokens}
        self._table, self._written_tokens = None, 0


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if not pa.types.is_list(kind) or pa.types.is_string(kind.value_type):
        return pa.array(values, kind)
    if not pa.types.is_list(kind.value_type):
        return ids_column(values, kind.value_type)
    inner = ids_column([part for parts in values for part in parts], kind.value_type.value_type)
    offsets = np.concatenate([[0], np.cumsum([len(parts) for parts in values])]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), inner)


class Ledger:
    """``ledger.parquet`` and the counts that have to agree."""

    def __init__(self, directory: str) -> None:
        self.counts: dict[str, int] = dict.fromkeys(("in", "kept", *_ACTIONS), 0)
        self.rules: dict[str, Counter[str]] = {action: Counter() for action in _ACTIONS}
        self.sources: dict[str, dict[str, int]] = {}
        self.examples: list[str] = []
        self._rows: list[LedgerRow] = []
        self._table = TableWriter(files.join(directory, LEDGER_FILE), LEDGER_SCHEMA)

    def entered(self, source: str) -> None:
        self._count(source, "in")

    def kept(self, source: str) -> None:
        self._count(source, "kept")

    def record(self, row: LedgerRow) -> None:
        self._count(row.source, row.action)
        self.rules[row.action].update({failure.rule for failure in row.failures})
        if row.action == "unreadable" and len(self.examples) < 3:
            self.examples.append(f"{row.uri}: {row.failures[0].detail}")
        self._rows.append(row)
        if len(self._rows) >= _LEDGER_ROWS:
            self._flush()

    def close(self) -> dict[str, Any]:
        """Finishes the file and checks that every record is accounted for; the file's description."""
        self._flush()
        counts = self.counts
        if counts["in"] != counts["kept"] + counts["dropped"] + counts["unreadable"]:
            raise RuntimeError(f"records were lost or made up: {counts}")
        rows = self._table.num_rows
        return {**self._table.close(), "rows": rows}

    def abandon(self, error: BaseException) -> None:
        self._table.abandon(error)

    def as_json(self) -> Mapping[str, Any]:
        """Counts, rules by action, and counts by source."""
        rules = {action: dict(sorted(found.items())) for action, found in self.rules.items()}
        return {"counts": self.counts, "rules": rules, "sources": self.sources}

    def _count(self, source: str, what: str) -> None:
        own = self.sources.setdefault(source, dict.fromkeys(("in", "kept", *_ACTIONS), 0))
        own[what] += 1
        self.counts[what] += 1

    def _flush(self) -> None:
        if self._rows:
            self._table.write(ledger_batch(self._rows))
            self._rows = []
