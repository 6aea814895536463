"""One pass over a stage's ledger.

Record batches of the ledger enter; counts by rule, by source and by language leave, with the ids of up to five
documents per rule. Batches are grouped in Arrow and only the groups are held, so that memory follows the number of
rules, sources and languages and not the number of documents. The five are those whose id hashes lowest: a uniform
sample that does not depend on order or on partitions (bottom-k sampling, Cohen and Kaplan 2007).
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

# Its functions are made at run time, which type checkers cannot see.
pc: Any = pyarrow.compute

SAMPLES_PER_RULE = 5
_BATCH_ROWS = 32_768
_KEYS = ("action", "source", "segment", "language")


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
        rows = _rows(batch)
        pairs = _failures(batch, rows)
        _accumulate(self.by_action_source, rows, "action", "source")
        _accumulate(self.by_action_segment_language, rows, "action", "segment", "language")
        _accumulate(self.by_action_rule_source, pairs, "action", "rule", "source")
        _accumulate(self.by_action_rule_segment, pairs, "action", "rule", "segment")
        _accumulate(self.by_action_rule_language, pairs, "action", "rule", "language")
        self._choose(pairs, rows["id"], partition=partition)

    def by_action_rule(self) -> dict[tuple[str, str], Tally]:
        """Counts per (action, rule)."""
        return {(key[0], key[1]): tally for key, tally in fold(self.by_action_rule_source, 0, 1).items()}

    def by_action(self) -> dict[str, Tally]:
        """Counts per action; every document once, however many rules it failed."""
        return {key[0]: tally for key, tally in fold(self.by_action_source, 0).items()}

    def _choose(self, pairs: pa.Table, ids: pa.ChunkedArray, *, partition: str) -> None:
        """Keep the lowest hashes of every (action, rule) among this batch and what was chosen before."""
        pairs = pairs.filter(pc.not_equal(pairs["action"], "edited"))
        if not pairs.num_rows:
            return
        groups = pc.binary_join_element_wise(pairs["action"], pairs["rule"], "\0").combine_chunks().dictionary_encode()
        rows = pairs["row"].to_numpy()
        hashes = _hashes(ids.to_pylist())[rows]
        codes = groups.indices.to_numpy(zero_copy_only=False)
        order = np.lexsort((hashes, codes))
        starts = np.searchsorted(codes[order], np.arange(len(groups.dictionary)))
        ends = np.append(starts[1:], len(order))
        for group, start, end in zip(groups.dictionary.to_pylist(), starts, ends, strict=True):
            action, rule = group.split("\0", 1)
            found = [
                Chosen(int(hashes[i]), ids[int(rows[i])].as_py(), partition)
                for i in order[start : min(end, start + SAMPLES_PER_RULE)]
            ]
            so_far = self.samples.get((action, rule), [])
            self.samples[action, rule] = sorted({*so_far, *found})[:SAMPLES_PER_RULE]


def fold(counts: dict[tuple[str, ...], Tally], *positions: int) -> dict[tuple[str, ...], Tally]:
    """Sum ``counts`` over every part of the key but those at ``positions``."""
    folded: dict[tuple[str, ...], Tally] = defaultdict(Tally)
    for key, tally in counts.items():
        folded[tuple(key[position] for position in positions)].add(tally)
    return dict(folded)


def ledger_batches(file: Any) -> Iterator[pa.RecordBatch]:
    """The columns that :class:`LedgerTally` counts, in batches; details, uris and kept ids are not read."""
    parquet = pq.ParquetFile(file)
    wanted = ("id", "text_bytes", *_KEYS)
    # How Parquet spells the path of a list's element differs between writers, so it is looked up, not assumed.
    paths = [parquet.schema.column(i).path for i in range(len(parquet.schema))]
    nested = [path for path in paths if path.startswith("failures.") and path.endswith((".rule", ".value"))]
    yield from parquet.iter_batches(batch_size=_BATCH_ROWS, columns=[*wanted, *nested], use_threads=False)


def _hashes(ids: list[str]) -> "np.ndarray[Any, np.dtype[np.uint64]]":
    """A uniform 64-bit number for each id."""
    digests = [hashlib.blake2b(id_.encode("utf-8", "surrogatepass"), digest_size=8).digest() for id_ in ids]
    return np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64)


def _rows(batch: pa.RecordBatch) -> pa.Table:
    columns = {name: pc.fill_null(batch.column(name), "") for name in ("id", *_KEYS)}
    columns["text_bytes"] = pc.fill_null(batch.column("text_bytes"), 0)
    ones = pa.array(np.ones(batch.num_rows, dtype=np.int64))
    return pa.table({**columns, "documents": ones, "only": ones, "places": pa.array(np.zeros(batch.num_rows))})


def _failures(batch: pa.RecordBatch, rows: pa.Table) -> pa.Table:
    """One row per document and rule, with the document's columns; a document without a rule has the rule ``""``."""
    failures = batch.column("failures")
    flat = pc.list_flatten(failures)
    parents = pc.list_parent_indices(failures).to_numpy(zero_copy_only=False).astype(np.int64)
    bare = np.setdiff1d(np.arange(batch.num_rows, dtype=np.int64), parents)
    rule = pc.fill_null(pc.struct_field(flat, "rule"), "")
    value = pc.fill_null(pc.struct_field(flat, "value"), 0.0)
    pairs = pa.table(
        {
            "row": np.concatenate([parents, bare]),
            "rule": pa.concat_arrays([rule, pa.array([""] * len(bare), pa.string())]),
            "places": pa.concat_arrays([value, pa.array(np.zeros(len(bare)))]),
        }
    )
    # A rule may be recorded twice for a document (two lines that fail): it is still one document.
    pairs = pairs.group_by(["row", "rule"], use_threads=False).aggregate([("places", "sum")])
    row = pairs["row"].to_numpy()
    per_row = np.bincount(row, minlength=batch.num_rows)
    taken = rows.select([*_KEYS, "text_bytes", "documents"]).take(pairs["row"])
    return (
        taken.append_column("row", pairs["row"])
        .append_column("rule", pairs["rule"])
        .append_column("only", pa.array((per_row[row] == 1).astype(np.int64)))
        .append_column("places", pairs["places_sum"])
    )


def _accumulate(counts: dict[tuple[str, ...], Tally], table: pa.Table, *keys: str) -> None:
    sums = ("documents", "text_bytes", "only", "places")
    grouped = table.group_by(list(keys), use_threads=False).aggregate([(name, "sum") for name in sums])
    columns = [grouped[name].to_pylist() for name in (*keys, *(f"{name}_sum" for name in sums))]
    for row in zip(*columns, strict=True):
        counts[row[: len(keys)]].add(Tally(*row[len(keys) :]))
