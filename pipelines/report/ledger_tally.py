"""One pass over a stage's ledger.

Record batches of the ledger enter; counts by rule, by source and by language leave, with the ids of up to five
documents per rule. Batches are grouped by NumPy and only the groups are held, so that memory follows the number of
rules, sources and languages and not the number of documents. The five are those whose id hashes lowest: a uniform
sample that does not depend on order or on partitions (bottom-k sampling, Cohen and Kaplan 2007).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq
from numpy.typing import NDArray

# Its functions are made at run time, which type checkers cannot see.
pc: Any = pyarrow.compute

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Hashes = NDArray[np.uint64]

SAMPLES_PER_RULE = 5
_BATCH_ROWS = 32_768
_KEYS = ("action", "source", "segment", "language")
#: Groups of which a table is made for all that could be; of more, only for those that are.
_DENSE_GROUPS = 1 << 16
_ANY_HASH = (1 << 64) - 1


@dataclass(slots=True)
class Tally:
    """Documents and what goes with them, counted under one key."""

    documents: int = 0
    text_bytes: int = 0
    only: int = 0  # documents whose one failing rule this is
    places: float = 0  # edits: how many places were changed

    def add(self, other: "Tally") -> None:
        """Count ``other`` in."""
        self.documents += other.documents
        self.text_bytes += other.text_bytes
        self.only += other.only
        self.places += other.places


@dataclass(frozen=True, slots=True, order=True)
class Chosen:
    """A document picked as a sample, and the partition whose ledger holds it. Sorts by hash."""

    hash: int
    id: str
    partition: str


@dataclass(slots=True)
class LedgerTally:
    """What a stage's whole ledger says. A key of a ``dict`` is (action, …) in the order that the name gives."""

    by_action_rule_source: dict[tuple[str, ...], Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_action_rule_segment: dict[tuple[str, ...], Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_action_rule_language: dict[tuple[str, ...], Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_action_source: dict[tuple[str, ...], Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_action_segment_language: dict[tuple[str, ...], Tally] = field(default_factory=lambda: defaultdict(Tally))
    samples: dict[tuple[str, str], list[Chosen]] = field(default_factory=dict)

    def add(self, batch: pa.RecordBatch, *, partition: str) -> None:
        """Count one record batch of the ledger of ``partition``."""
        if not batch.num_rows:
            return
        rows = {name: _coded(batch.column(name)) for name in _KEYS}
        text_bytes = pc.fill_null(batch.column("text_bytes"), 0).to_numpy(zero_copy_only=False).astype(np.float64)
        none = np.zeros(batch.num_rows)
        _accumulate(self.by_action_source, _keyed(rows, "action", "source"), text_bytes, none + 1, none)
        by_language = _keyed(rows, "action", "segment", "language")
        _accumulate(self.by_action_segment_language, by_language, text_bytes, none + 1, none)
        failing, rules, places = _failures(batch)
        only = (np.bincount(failing, minlength=batch.num_rows)[failing] == 1).astype(np.float64)
        pairs = {name: _Coded(coded.values, coded.codes[failing]) for name, coded in rows.items()} | {"rule": rules}
        for counts, name in (
            (self.by_action_rule_source, "source"),
            (self.by_action_rule_segment, "segment"),
            (self.by_action_rule_language, "language"),
        ):
            _accumulate(counts, _keyed(pairs, "action", "rule", name), text_bytes[failing], only, places)
        self._choose(_keyed(pairs, "action", "rule"), failing, batch.column("id"), partition=partition)

    def by_action_rule(self) -> dict[tuple[str, str], Tally]:
        """Counts per (action, rule)."""
        return {(key[0], key[1]): tally for key, tally in fold(self.by_action_rule_source, 0, 1).items()}

    def by_action(self) -> dict[str, Tally]:
        """Counts per action; every document once, however many rules it failed."""
        return {key[0]: tally for key, tally in fold(self.by_action_source, 0).items()}

    def _choose(self, keys: Sequence["_Coded"], rows: Ints, ids: pa.Array, *, partition: str) -> None:
        """Keep the lowest hashes of every (action, rule) among this batch and what was chosen before."""
        names, groups = _grouped(keys)
        hashes = id_hashes(pc.fill_null(ids, ""))[rows]
        limits = np.array([self._highest(action, rule) for action, rule in names], dtype=np.uint64)
        wanted = np.array([name[0] != "edited" for name in names])
        found = np.flatnonzero((hashes <= limits[groups]) & wanted[groups])
        found = found[np.lexsort((hashes[found], groups[found]))]
        starts = np.searchsorted(groups[found], np.arange(len(names)))
        for (action, rule), start, end in zip(names, starts, [*starts[1:], len(found)], strict=True):
            lowest = found[start : min(end, start + SAMPLES_PER_RULE)]
            if len(lowest):
                chosen = {Chosen(int(hashes[pair]), ids[int(rows[pair])].as_py(), partition) for pair in lowest}
                so_far = self.samples.get((action, rule), [])
                self.samples[action, rule] = sorted(chosen.union(so_far))[:SAMPLES_PER_RULE]

    def _highest(self, action: str, rule: str) -> int:
        """The hash above which no document is chosen any more."""
        so_far = self.samples.get((action, rule), [])
        return so_far[-1].hash if len(so_far) == SAMPLES_PER_RULE else _ANY_HASH


def fold(counts: dict[tuple[str, ...], Tally], *positions: int) -> dict[tuple[str, ...], Tally]:
    """Sum ``counts`` over every part of the key but those at ``positions``."""
    folded: dict[tuple[str, ...], Tally] = defaultdict(Tally)
    for key, tally in counts.items():
        folded[tuple(key[position] for position in positions)].add(tally)
    return dict(folded)


def ledger_batches(file: Any) -> Iterator[pa.RecordBatch]:
    """The columns that :class:`LedgerTally` counts, in batches; details, uris and kept ids are not read."""
    wanted = ("id", "text_bytes", *_KEYS)
    parquet = pq.ParquetFile(file)
    # How Parquet spells the path of a list's element differs between writers, so it is looked up, not assumed.
    paths = [parquet.schema.column(i).path for i in range(len(parquet.schema))]
    nested = [path for path in paths if path.startswith("failures.") and path.endswith((".rule", ".value"))]
    yield from parquet.iter_batches(batch_size=_BATCH_ROWS, columns=[*wanted, *nested], use_threads=True)


class _Coded(NamedTuple):
    """A column of strings as numbers: ``values[codes[row]]``."""

    values: list[str]
    codes: Ints


def _coded(column: pa.Array) -> _Coded:
    encoded = column.dictionary_encode()
    codes = pc.fill_null(encoded.indices, len(encoded.dictionary)).to_numpy(zero_copy_only=False).astype(np.int64)
    return _Coded([*encoded.dictionary.to_pylist(), ""], codes)


def _keyed(columns: dict[str, _Coded], *names: str) -> list[_Coded]:
    return [columns[name] for name in names]


def _grouped(keys: Sequence[_Coded]) -> tuple[list[tuple[str, ...]], Ints]:
    """The combinations of values that rows have, and the combination of each row."""
    together = np.zeros(len(keys[0].codes), dtype=np.int64)
    num_groups = 1
    for values, codes in keys:
        together = together * len(values) + codes
        num_groups *= len(values)
    if num_groups <= _DENSE_GROUPS:
        groups = np.flatnonzero(np.bincount(together, minlength=num_groups))
        place = np.zeros(num_groups, dtype=np.int64)
        place[groups] = np.arange(len(groups))
        rows = place[together]
    else:
        groups, rows = np.unique(together, return_inverse=True)
    names: list[list[str]] = []
    for values, _ in reversed(keys):
        groups, codes = np.divmod(groups, len(values))
        names.insert(0, [values[code] for code in codes.tolist()])
    return [*zip(*names, strict=True)], rows


def _failures(batch: pa.RecordBatch) -> tuple[Ints, _Coded, Floats]:
    """The row and rule of each document's failures, and their values; a document without a rule has the rule ``""``."""
    failures = batch.column("failures")
    flat = pc.list_flatten(failures)
    parents = pc.list_parent_indices(failures).to_numpy(zero_copy_only=False).astype(np.int64)
    bare = np.flatnonzero(np.bincount(parents, minlength=batch.num_rows) == 0)
    values, codes = _coded(pc.struct_field(flat, "rule"))
    places = pc.fill_null(pc.struct_field(flat, "value"), 0.0).to_numpy(zero_copy_only=False)
    rows = np.concatenate([parents, bare])
    codes = np.concatenate([codes, np.full(len(bare), len(values) - 1)])
    places = np.concatenate([places, np.zeros(len(bare))])
    keys = np.sort(rows * len(values) + codes)
    if (keys[1:] == keys[:-1]).any():
        # A rule may be recorded twice for a document (two lines that fail): it is still one document.
        keys, pairs = np.unique(rows * len(values) + codes, return_inverse=True)
        rows, codes = np.divmod(keys, len(values))
        places = np.bincount(pairs, weights=places)
    return rows, _Coded(values, codes), places.astype(np.float64)


def _accumulate(
    counts: dict[tuple[str, ...], Tally], keys: Sequence[_Coded], text_bytes: Floats, only: Floats, places: Floats
) -> None:
    names, groups = _grouped(keys)
    sums = [np.bincount(groups, weights=column, minlength=len(names)).tolist() for column in (text_bytes, only, places)]
    documents = np.bincount(groups, minlength=len(names)).tolist()
    for name, number, num_bytes, alone, changed in zip(names, documents, *sums, strict=True):
        counts[name].add(Tally(number, int(num_bytes), int(alone), changed))


def id_hashes(ids: pa.Array) -> Hashes:
    """A uniform number for each id: its CRC-32, mixed, for ids that are nearly alike have checksums that are related."""
    sums = map(crc32, ids.cast(pa.binary()).to_pylist())
    return _mixed(np.fromiter(sums, dtype=np.uint64, count=len(ids)))


def _mixed(values: Hashes) -> Hashes:
    """SplitMix64 (Steele, Lea and Flood 2014)."""
    values = (values + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
