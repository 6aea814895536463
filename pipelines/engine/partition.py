"""Partitions: Parquet files of documents, read and written in record batches, never whole.

What enters and leaves a map stage (DESIGN.md section 2): ``<stage>/part-….parquet`` and ``<stage>/ledger/part-….parquet``.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq
from numpy.typing import NDArray

from filters.document import DOCUMENT_SCHEMA

from . import files
from .accounts import account
from .ledger import LEDGER_SCHEMA, LedgerRow, Tally, ledger_batch

# Its functions are made at run time, which type checkers cannot see.
pc: Any = pyarrow.compute

#: Rows and bytes of text of a record batch, whichever is reached first: memory stays flat for reviews and for books.
BATCH_ROWS = 1_000
BATCH_BYTES = 4 << 20

_DICTIONARY_COLUMNS = ["source", "licence", "segment", "language", "action"]


def read_batches(path: str, *, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The record batches of a Parquet file as they were written: at most BATCH_ROWS rows and about BATCH_BYTES each.

    Raises:
        ValueError: the file is not as it was written; every page has a checksum.
    """
    with opened_parquet(path) as parquet:
        for group in range(parquet.num_row_groups):
            table = parquet.read_row_group(group, columns=columns, use_threads=False)
            yield from table.to_batches()


@contextmanager
def opened_parquet(path: str) -> Generator[pq.ParquetFile]:
    """A Parquet file to read.

    Raises:
        ValueError: the file is not as it was written; every page has a checksum.
    """
    fs, name = files.filesystem(path)
    with fs.open(name, "rb") as raw:
        try:
            with pq.ParquetFile(raw, pre_buffer=False, page_checksum_verification=True) as parquet:
                yield parquet
        except (pa.ArrowException, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            told = " ".join(str(error).split())
            raise ValueError(f"{path} is damaged ({told}): delete it and run again, and it is made anew") from error


def text_sizes(batch: pa.RecordBatch) -> list[int]:
    """The bytes of each document's text."""
    return pc.binary_length(batch.column("text")).to_pylist()


class TableWriter:
    """Writes one Parquet file atomically, a row group per record batch."""

    def __init__(self, path: str, schema: pa.Schema) -> None:
        self.num_rows = 0
        self._stack = ExitStack()
        self._file = self._stack.enter_context(files.writing(path))
        dictionary: Any = [n for n in schema.names if n in _DICTIONARY_COLUMNS]
        self._writer = pq.ParquetWriter(
            self._file, schema, compression="zstd", use_dictionary=dictionary, write_statistics=False, write_page_checksum=True
        )

    def write(self, batch: pa.RecordBatch) -> None:
        if batch.num_rows:
            self._writer.write_batch(batch)
            self.num_rows += batch.num_rows

    def close(self) -> dict[str, Any]:
        """Finishes the file under its final name; its bytes and SHA-256."""
        self._writer.close()
        self._stack.close()
        return self._file.description()

    def abandon(self, error: BaseException) -> None:
        """Removes the temporary file."""
        with suppress(OSError):  # the first error is the one to tell
            self._writer.close()
        self._stack.__exit__(type(error), error, error.__traceback__)


class PartitionWriter:
    """One partition of one stage: the documents kept, the ledger, and the counts that must agree.

    Use as a context manager: nothing appears under its final name unless the block ends well.
    """

    def __init__(self, stage_directory: str, name: str) -> None:
        self.name = name
        self.tally = Tally()
        self._rows: list[tuple[Any, ...]] = []
        self._batches: list[pa.RecordBatch] = []
        self._num_waiting = 0
        self._row_bytes = 0
        self.text_bytes_added = 0
        self._ledger_rows: list[LedgerRow] = []
        self._documents_name = f"{name}.parquet"
        self._ledger_name = f"ledger/{name}.parquet"
        self._documents = TableWriter(files.join(stage_directory, self._documents_name), DOCUMENT_SCHEMA)
        self._ledger = TableWriter(files.join(stage_directory, self._ledger_name), LEDGER_SCHEMA)
        self.entry: dict[str, Any] = {}

    def add(self, row: tuple[Any, ...], *, text_bytes: int) -> None:
        """Enters and keeps one document: the values of its columns in the schema's order, a map as a list of pairs."""
        self._rows.append(row)
        self._num_waiting += 1
        self._row_bytes += text_bytes
        self.text_bytes_added += text_bytes
        if self._num_waiting >= BATCH_ROWS or self._row_bytes >= BATCH_BYTES:
            self._flush()

    def add_documents(self, batch: pa.RecordBatch, sizes: NDArray[np.int64]) -> None:
        """Enters and keeps the documents of a record batch; ``sizes`` are the bytes of their texts.

        Row groups end where they would if the documents were added one by one.
        """
        account(self.tally, batch, sizes)
        self._columns_of_rows()
        ends = np.cumsum(sizes)
        self.text_bytes_added += int(sizes.sum())
        start = 0
        while start < batch.num_rows:
            before = int(ends[start - 1]) if start else 0
            full = int(np.searchsorted(ends, before + BATCH_BYTES - self._row_bytes)) + 1
            end = min(start + BATCH_ROWS - self._num_waiting, full, batch.num_rows)
            self._batches.append(batch.slice(start, end - start))
            self._num_waiting += end - start
            self._row_bytes += int(ends[end - 1]) - before
            if self._num_waiting >= BATCH_ROWS or self._row_bytes >= BATCH_BYTES:
                self._flush()
            start = end

    def add_batch(self, batch: pa.RecordBatch) -> None:
        """Keeps the documents of a record batch, which the caller has told the tally.

        Small ones are put together, for a row group has its cost.
        """
        if not batch.num_rows:
            return
        self._batches.append(batch)
        self._num_waiting += batch.num_rows
        self._row_bytes += batch.nbytes
        if self._num_waiting >= BATCH_ROWS or self._row_bytes >= BATCH_BYTES:
            self._flush()

    def record(self, row: LedgerRow) -> None:
        self.tally.recorded(row)
        self._ledger_rows.append(row)
        if len(self._ledger_rows) >= BATCH_ROWS:
            self._flush_ledger()

    def record_batch(self, batch: pa.RecordBatch | None) -> None:
        """Writes ledger rows that are columns already; the caller has told the tally."""
        if batch is None:
            return
        self._flush_ledger()
        self._ledger.write(batch)

    def _columns_of_rows(self) -> None:
        """Turns the rows that wait into a record batch that waits."""
        if not self._rows:
            return
        columns = zip(*self._rows, strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, DOCUMENT_SCHEMA, strict=True)]
        batch = pa.RecordBatch.from_arrays(arrays, schema=DOCUMENT_SCHEMA)
        account(self.tally, batch, np.array(text_sizes(batch), dtype=np.int64))
        self._batches.append(batch)
        self._rows = []

    def _flush(self) -> None:
        self._columns_of_rows()
        if self._batches:
            self._documents.write(pa.concat_batches(self._batches))
        self._batches, self._num_waiting, self._row_bytes = [], 0, 0

    def _flush_ledger(self) -> None:
        if self._ledger_rows:
            self._ledger.write(ledger_batch(self._ledger_rows))
            self._ledger_rows = []

    def __enter__(self) -> "PartitionWriter":
        return self

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if error is None:
            try:
                self._finish()
                return
            except BaseException as late:
                self._abandon(late)
                raise
        self._abandon(error)

    def _finish(self) -> None:
        self._flush()
        self._flush_ledger()
        self.tally.check(self.name)
        counts = self.tally.counts
        lost_or_edited = counts["in"] - counts["kept"] + counts["edited"]
        if (self._documents.num_rows, self._ledger.num_rows) != (counts["kept"], lost_or_edited):
            raise RuntimeError(f"{self.name}: counted {counts}, wrote {self._documents.num_rows} documents")
        described = {self._ledger_name: self._ledger.close(), self._documents_name: self._documents.close()}
        self.entry = {"name": self.name, **counts, "files": described, "stats": self.tally.stats}

    def _abandon(self, error: BaseException) -> None:
        for table in (self._documents, self._ledger):
            table.abandon(error)
