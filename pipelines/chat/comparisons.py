"""Comparisons to one row a prompt, with all answers to it and all comparisons of them.

All comparisons of a prompt go into one optimisation step (arXiv 2404.01954), so records with the same prompt have to meet,
wherever in the input they are. Entries enter in batches; their ids are set down in buckets by the hash of the prompt, and when
all are there each bucket is put together. Rows leave in the order of the hashes: they do not depend on the number of buckets,
and more prompts do not move the others. An answer that several records name is one answer.
"""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from filters.document import Failure
from pipelines.engine import files
from pipelines.engine.partition import TableWriter, read_batches
from tokenizer.chat import ChatEncoder, EncodedAnswers

from .comparison_records import comparison_of
from .lines import Entry
from .output import WORK_DIRECTORY, Ints, Ledger, Lengths, ShardWriter, ids_column
from .records import Comparison, RecordError

_IDS = pa.list_(pa.int32())
SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("prompt", _IDS, nullable=False),
        pa.field("answers", pa.list_(_IDS), nullable=False),
        pa.field("better", _IDS, nullable=False),
        pa.field("worse", _IDS, nullable=False),
        pa.field("length", pa.int32(), nullable=False),
        pa.field("longest", pa.int32(), nullable=False),
        pa.field("records", pa.list_(pa.string()), nullable=False),
    ]
)
_WORK_SCHEMA = pa.schema(
    [
        pa.field("key", pa.binary(16), nullable=False),
        pa.field("id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("prompt", _IDS, nullable=False),
        pa.field("answers", pa.list_(_IDS), nullable=False),
        pa.field("better", _IDS, nullable=False),
        pa.field("worse", _IDS, nullable=False),
    ]
)
_BUCKET_ROWS = 200


class _Row(NamedTuple):
    """One record as ids."""

    key: bytes
    id: str
    source: str
    prompt: Ints
    answers: Sequence[Ints]
    better: Ints
    worse: Ints


class Comparisons:
    """Turns batches of entries into rows, which are written at the end."""

    schema = SCHEMA

    def __init__(
        self,
        encoder: ChatEncoder,
        writer: ShardWriter,
        ledger: Ledger,
        *,
        max_tokens: int,
        directory: str,
        num_buckets: int,
    ) -> None:
        """``num_buckets`` is a power of two up to 256."""
        self._encoder, self._writer, self._ledger, self._max_tokens = encoder, writer, ledger, max_tokens
        self.forms: dict[str, int] = {}
        self.lengths = Lengths()
        self._num_prompts = self._num_pairs = self._longest_group = 0
        self._work = files.join(directory, WORK_DIRECTORY)
        self._waiting: list[list[_Row]] = [[] for _ in range(num_buckets)]
        self._tables: list[TableWriter | None] = [None] * num_buckets

    def add(self, entries: Sequence[Entry]) -> None:
        """Sets the sound entries down by prompt; ledger rows of all that are not sound, or not wholly."""
        found: list[tuple[Entry, Comparison]] = []
        for entry in entries:
            try:
                if entry.problem:
                    raise entry.problem
                found.append((entry, comparison_of(entry.record)))
            except RecordError as problem:
                self._ledger.record(entry.row(problem.action, [problem.failure]))
        encoded = self._encoder.encode_answers([(one.prompt, one.answers) for _, one in found])
        for (entry, comparison), ids in zip(found, encoded, strict=True):
            row = self._fitting(entry, comparison, ids)
            if row is not None:
                self._ledger.kept(entry.source)
                self.forms[comparison.form] = self.forms.get(comparison.form, 0) + 1
                self._set_down(row)

    def _fitting(self, entry: Entry, comparison: Comparison, ids: EncodedAnswers) -> _Row | None:
        """The record without answers that are too long; None, and a ledger row, where no comparison is left."""
        lengths = [len(ids.prompt) + len(answer) for answer in ids.answers]
        fits = [length <= self._max_tokens for length in lengths]
        pairs = [pair for pair in comparison.pairs if fits[pair[0]] and fits[pair[1]]]
        edits = list(comparison.edits)
        if not all(fits):
            told = f"{fits.count(False)} of {len(fits)} answers, with the prompt, are too long"
            failure = Failure("too_long", float(max(lengths)), float(self._max_tokens), told)
            if not pairs:
                self._ledger.record(entry.row("dropped", [failure]))
                return None
            edits.append(failure._replace(rule="answer_too_long"))
        if edits:
            self._ledger.record(entry.row("edited", edits))
        used = sorted({place for pair in pairs for place in pair})
        better, worse = (np.array([used.index(pair[side]) for pair in pairs], np.int32) for side in (0, 1))
        key = blake2b(ids.prompt.tobytes(), digest_size=16).digest()
        return _Row(key, entry.id, entry.source, ids.prompt, [ids.answers[place] for place in used], better, worse)

    def _set_down(self, row: _Row) -> None:
        bucket = row.key[0] * len(self._tables) >> 8
        self._waiting[bucket].append(row)
        if len(self._waiting[bucket]) >= _BUCKET_ROWS:
            self._flush(bucket)

    def _flush(self, bucket: int) -> None:
        rows, self._waiting[bucket] = self._waiting[bucket], []
        if not rows:
            return
        table = self._tables[bucket] or TableWriter(files.join(self._work, f"{bucket:03d}.parquet"), _WORK_SCHEMA)
        self._tables[bucket] = table
        keys, ids, sources, prompts, answers, better, worse = zip(*rows, strict=True)
        offsets = np.concatenate([[0], np.cumsum([len(of_row) for of_row in answers])]).astype(np.int32)
        inner = ids_column([answer for of_row in answers for answer in of_row])
        columns = [pa.array(keys, pa.binary(16)), pa.array(ids), pa.array(sources), ids_column(prompts)]
        columns += [pa.ListArray.from_arrays(pa.array(offsets), inner), ids_column(better), ids_column(worse)]
        table.write(pa.RecordBatch.from_arrays(columns, schema=_WORK_SCHEMA))

    def finish(self) -> dict[str, int]:
        """Writes the rows, and says what the index says of the whole."""
        for bucket in range(len(self._tables)):
            self._flush(bucket)
        for bucket, table in enumerate(self._tables):
            if table is None:
                continue
            table.close()
            self._tables[bucket] = None
            path = files.join(self._work, f"{bucket:03d}.parquet")
            rows = sorted(_rows(path), key=lambda row: row.key)  # records of a prompt stay in the order of the input
            start = 0
            for end in range(1, len(rows) + 1):
                if end == len(rows) or rows[end].key != rows[start].key:
                    self._write(rows[start:end])
                    start = end
            files.remove_tree(path)
        files.remove_tree(self._work)
        return {
            "prompts": self._num_prompts,
            "comparisons": self._num_pairs,
            "answers": sum(self.lengths.as_json().values()),
            "tokens": self.lengths.tokens,
            "longest_prompt_tokens": self._longest_group,
        }

    def abandon(self, error: BaseException) -> None:
        """Removes what is half-written."""
        for table in self._tables:
            if table is not None:
                table.abandon(error)
        files.remove_tree(self._work)

    def _write(self, rows: Sequence[_Row]) -> None:
        """One prompt: the answers of all its records, each once, and all their comparisons."""
        answers: dict[bytes, int] = {}
        better: list[int] = []
        worse: list[int] = []
        for row in rows:
            places = [answers.setdefault(answer.tobytes(), len(answers)) for answer in row.answers]
            better += [places[place] for place in row.better.tolist()]
            worse += [places[place] for place in row.worse.tolist()]
        unique = [np.frombuffer(content, np.int32) for content in answers]
        lengths = [len(rows[0].prompt) + len(answer) for answer in unique]
        for length in lengths:
            self.lengths.add(length)
        self._num_prompts += 1
        self._num_pairs += len(better)
        self._longest_group = max(self._longest_group, sum(lengths))
        first = rows[0]
        pairs = (np.array(better, np.int32), np.array(worse, np.int32))
        sizes = (sum(lengths), max(lengths))
        row = (first.id, first.source, first.prompt, unique, *pairs, *sizes, [row.id for row in rows])
        self._writer.add(row, tokens=len(first.prompt) + sum(map(len, unique)))


def _rows(path: str) -> Iterator[_Row]:
    for batch in read_batches(path):
        columns: list[list[Any]] = [batch.column(name).to_pylist() for name in ("key", "id", "source")]
        prompts, better, worse = (_arrays(batch.column(name)) for name in ("prompt", "better", "worse"))
        outer = batch.column("answers")
        inner = _arrays(outer.values)
        offsets = outer.offsets.to_numpy().tolist()
        answers = [inner[start:end] for start, end in pairwise(offsets)]
        for values in zip(*columns, prompts, answers, better, worse, strict=True):
            yield _Row(*values)


def _arrays(column: pa.ListArray) -> list[Ints]:
    """The lists of a column as arrays that share its memory."""
    values, offsets = column.values.to_numpy(), column.offsets.to_numpy().tolist()
    return [values[start:end] for start, end in pairwise(offsets)]
