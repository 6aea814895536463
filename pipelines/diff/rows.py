"""The documents of a run as rows of numbers, in buckets by the hash of their ids.

A :class:`~pipelines.diff.sides.Side` enters; for each document a row of 60 bytes leaves: its id's hash, what became of it and
where that stands. Ids and texts are read batch by batch and never kept, so memory does not grow with the runs: a bucket is
what one comparison holds. Strings (segments, languages, sources, fates) are numbers that both runs share.
"""

import os
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from hashlib import blake2b
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

from pipelines.engine import files
from pipelines.engine.ledger import LOSSES
from pipelines.engine.partition import read_batches
from pipelines.report.run_directory import Manifest

from .sides import Side

# Its functions are made at run time, which type checkers cannot see.
pc: Any = pyarrow.compute

#: ``high`` and ``low``: the hash of the id. ``fate``: its number in :class:`Names`. ``margin``: how far the worst failing rule
#: is from its threshold, as a part of that. ``partition`` and ``row``: the place in the kept documents or in the ledger.
ROW = np.dtype(
    [
        ("high", "<u8"),
        ("low", "<u8"),
        ("text", "<u8"),
        ("tokens", "<i8"),
        ("fate", "<u4"),
        ("partition", "<u4"),
        ("row", "<u4"),
        ("margin", "<f4"),
        ("source", "<u4"),
        ("language", "<u4"),
        ("uses", "<u2"),
        ("segment", "u1"),
        ("run", "u1"),
    ]
)
Rows = npt.NDArray[np.void]
Value = TypeVar("Value", bound=Hashable)
#: Rows that wait for their bucket before they are written.
_WAITING_ROWS = 200_000


class Fate(NamedTuple):
    """What became of a document: the stage that took it, how, and all rules that failed; ``""`` for a kept one."""

    stage: str
    action: str
    rules: tuple[str, ...]


KEPT = Fate("", "kept", ())
#: Stands for the fate of a document that a run never read.
NOT_READ = Fate("", "not read", ())


class Numbered(Generic[Value]):
    """Values by number, in the order in which they came."""

    def __init__(self, *first: Value) -> None:
        self.values: list[Value] = list(first)
        self._numbers = {value: number for number, value in enumerate(first)}

    def number(self, value: Value) -> int:
        if value not in self._numbers:
            self._numbers[value] = len(self.values)
            self.values.append(value)
        return self._numbers[value]


class Names:
    """The strings of both runs as numbers; fate 0 is kept, 1 is not read."""

    def __init__(self) -> None:
        self.fates = Numbered(KEPT, NOT_READ)
        self.segments: Numbered[str] = Numbered()
        self.languages: Numbered[str] = Numbered()
        self.sources: Numbered[str] = Numbered()


class Buckets:
    """Rows on disk, in files by the first bits of their hash."""

    def __init__(self, directory: str, num_buckets: int) -> None:
        """``num_buckets`` is a power of two."""
        self.num_buckets = num_buckets
        self._directory = directory
        self._waiting: list[Rows] = []
        self._num_waiting = 0

    def add(self, rows: Rows) -> None:
        self._waiting.append(rows)
        self._num_waiting += len(rows)
        if self._num_waiting >= _WAITING_ROWS:
            self._write()

    def read(self, bucket: int) -> Rows:
        """All rows of a bucket; they are read once."""
        self._write()
        path = self._path(bucket)
        if not os.path.exists(path):
            return np.empty(0, ROW)
        rows = np.fromfile(path, ROW)
        os.remove(path)
        return rows

    def _path(self, bucket: int) -> str:
        return os.path.join(self._directory, f"{bucket:04d}")

    def _write(self) -> None:
        if not self._waiting:
            return
        rows = np.concatenate(self._waiting)
        self._waiting, self._num_waiting = [], 0
        places = (rows["high"] >> np.uint64(48)) * np.uint64(self.num_buckets) >> np.uint64(16)
        order = np.argsort(places, kind="stable")
        starts = np.searchsorted(places[order], np.arange(self.num_buckets + 1, dtype=np.uint64))
        for bucket in range(self.num_buckets):
            part = rows[order[starts[bucket] : starts[bucket + 1]]]
            if len(part):
                with open(self._path(bucket), "ab") as out:
                    part.tofile(out)


def read_side(side: Side, *, run: int, names: Names, buckets: Buckets, told: Callable[[int], object]) -> Counter[Any]:
    """Puts all documents of a run into the buckets; (stage, rule, segment) -> documents that were edited.

    ``told`` is called with the number of rows after each batch.
    """
    edits: Counter[Any] = Counter()
    for manifest in side.manifests:
        for number, (_, ledger) in enumerate(manifest.ledgers()):
            path = files.join(side.path, manifest.stage, ledger)
            row = 0
            columns = ["id", "source", "segment", "language", "action", "failures"]
            for batch in read_batches(path, columns=columns):
                buckets.add(_lost(batch, manifest.stage, names=names, place=(run, number, row), edits=edits))
                row += batch.num_rows
                told(batch.num_rows)
    for number, name in enumerate(document_files(side.last)):
        _read_kept(side, name, names=names, buckets=buckets, place=(run, number), told=told)
    return edits


def document_files(manifest: Manifest) -> list[str]:
    """The names of the partitions of a stage that hold documents, in order."""
    return [part.name for part in manifest.partitions if f"{part.name}.parquet" in part.files]


def _read_kept(
    side: Side, name: str, *, names: Names, buckets: Buckets, place: tuple[int, int], told: Callable[[int], object]
) -> None:
    uses = _Uses(side, name)
    row = 0
    for batch in read_batches(
        files.join(side.path, side.last.stage, f"{name}.parquet"), columns=["id", "text", "source", "segment", "language"]
    ):
        rows = _rows(batch, names=names, place=(*place, row))
        texts = batch.column("text").cast(pa.binary()).to_pylist()
        rows["text"] = np.frombuffer(b"".join(blake2b(text, digest_size=8).digest() for text in texts), "<u8")
        rows["tokens"], rows["uses"] = uses.of(batch.column("id"))
        buckets.add(rows)
        row += batch.num_rows
        told(batch.num_rows)


class _Uses:
    """The tokens of a partition's documents, and how often the plan uses each; zeros where those stages have not run."""

    def __init__(self, side: Side, name: str) -> None:
        self._ids: pa.ChunkedArray | None = None
        path = files.join(side.path, "tokens", f"{name}.parquet")
        if not side.has_tokens or not files.exists(path):
            return
        table = pa.Table.from_batches([*read_batches(path, columns=["id", "num_tokens"])] or [_NO_TOKENS])
        self._ids = table["id"]
        self._tokens = table["num_tokens"].to_numpy().astype(np.int64)
        self._uses = np.zeros(len(self._tokens), np.int64)
        plan = files.join(side.path, "plan", f"{name}.parquet")
        if side.has_plan and files.exists(plan):
            repeats = [
                batch.column("repeats").to_numpy(zero_copy_only=False) for batch in read_batches(plan, columns=["repeats"])
            ]
            found = np.concatenate(repeats) if repeats else self._uses
            self._uses = found if len(found) == len(self._uses) else self._uses

    def of(self, ids: pa.Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Tokens and uses of the documents with these ids."""
        if self._ids is None or not len(self._ids):
            none = np.zeros(len(ids), np.int64)
            return none, none
        places = pc.fill_null(pc.index_in(ids, value_set=self._ids), -1).to_numpy(zero_copy_only=False)
        there = places >= 0
        return np.where(there, self._tokens[places], 0), np.where(there, self._uses[places], 0)


_NO_TOKENS = pa.RecordBatch.from_arrays([pa.array([], pa.string()), pa.array([], pa.int32())], names=["id", "num_tokens"])


def _lost(batch: pa.RecordBatch, stage: str, *, names: Names, place: tuple[int, int, int], edits: Counter[Any]) -> Rows:
    """The rows of the documents of a ledger's batch that were lost; of those edited, ``edits`` counts the rules."""
    rows = _rows(batch, names=names, place=place)
    actions = batch.column("action").to_pylist()
    rules, margins = _rules(batch.column("failures"))
    segments = batch.column("segment").to_pylist()
    for number, (action, failed) in enumerate(zip(actions, rules, strict=True)):
        if action in LOSSES:
            rows["fate"][number] = names.fates.number(Fate(stage, action, failed))
        else:
            edits.update((stage, rule, segments[number] or "") for rule in failed)
    rows["margin"] = margins
    return rows[np.array([action in LOSSES for action in actions], dtype=np.bool_)]


def _rules(failures: pa.ListArray) -> tuple[list[tuple[str, ...]], npt.NDArray[np.float32]]:
    """Of each row the rules that failed, each once and sorted, and how far the worst is from its threshold."""
    flat = failures.flatten()
    parents = pc.list_parent_indices(failures).to_numpy(zero_copy_only=False).astype(np.int64)
    rules: list[list[str]] = [[] for _ in range(len(failures))]
    for parent, rule in zip(parents.tolist(), pc.struct_field(flat, "rule").to_pylist(), strict=True):
        rules[parent].append(rule)
    values, thresholds = (
        pc.fill_null(pc.struct_field(flat, name), float("nan")).to_numpy(zero_copy_only=False)
        for name in ("value", "threshold")
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        distances = np.abs(values - thresholds) / np.maximum(np.abs(thresholds), 1e-9)
    margins = np.full(len(failures), -1.0)
    np.maximum.at(margins, parents, np.where(np.isfinite(distances), distances, np.inf))
    return [tuple(sorted(set(names))) for names in rules], np.where(margins < 0, np.inf, margins).astype(np.float32)


def _rows(batch: pa.RecordBatch, *, names: Names, place: tuple[int, int, int]) -> Rows:
    """Rows with what every document has: hash, source, segment, language, and the place, of which the row is the first."""
    run, partition, first = place
    rows = np.zeros(batch.num_rows, ROW)
    digests = b"".join(
        blake2b(key, digest_size=16).digest() for key in pc.fill_null(batch.column("id"), "").cast(pa.binary()).to_pylist()
    )
    hashes = np.frombuffer(digests, "<u8").reshape(-1, 2)
    rows["high"], rows["low"] = hashes[:, 0], hashes[:, 1]
    rows["run"], rows["partition"] = run, partition
    rows["row"] = np.arange(first, first + batch.num_rows)
    for column, numbered in (("source", names.sources), ("segment", names.segments), ("language", names.languages)):
        rows[column] = _numbers(batch.column(column), numbered)
    return rows


def _numbers(column: pa.Array, names: Numbered[str]) -> npt.NDArray[np.int64]:
    encoded = pc.fill_null(column.cast(pa.string()), "").dictionary_encode()
    numbers = np.array([names.number(value) for value in encoded.dictionary.to_pylist()] or [0], np.int64)
    return numbers[encoded.indices.to_numpy(zero_copy_only=False)]


def all_buckets(buckets: Buckets) -> Iterator[Rows]:
    """The rows of each bucket that has any."""
    for bucket in range(buckets.num_buckets):
        rows = buckets.read(bucket)
        if len(rows):
            yield rows


def num_buckets(sides: Sequence[Side], *, rows_per_bucket: int = 500_000) -> int:
    """How many buckets keep each at about so many rows: a power of two up to 4,096."""
    total = sum(side.num_in for side in sides)
    return min(4096, 1 << max(0, (total // rows_per_bucket).bit_length()))
