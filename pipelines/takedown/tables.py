"""The Parquet files of a run, looked through and written anew without some of their rows.

Enters: paths and the rows that go. Leaves: a file of the same schema without them, with its bytes and SHA-256.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from pipelines.engine import files
from pipelines.engine.partition import TableWriter, opened_parquet

# Its functions are made at run time, which type checkers cannot see.
pc: Any = pyarrow.compute

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]

#: Columns that hold ids of documents.
ID_COLUMNS = ("id", "kept_id", "document_id")


class Ids:
    """Ids of documents, to be looked up in columns."""

    def __init__(self, ids: Iterable[str]) -> None:
        self.set = frozenset(ids)

    def __len__(self) -> int:
        return len(self.set)

    @cached_property
    def _values(self) -> pa.Array:
        return pa.array(sorted(self.set), pa.string())

    def among(self, column: pa.ChunkedArray) -> Mask:
        """Which rows of a column are one of the ids."""
        if len(column) < len(self.set):
            # Arrow builds its table of the wanted values for each call, which for a million of them is slow.
            return np.fromiter((value in self.set for value in column.to_pylist()), dtype=np.bool_, count=len(column))
        return pc.is_in(column, value_set=self._values).to_numpy(zero_copy_only=False)


@contextmanager
def opened(path: str) -> Generator[BinaryIO]:
    """A file to read as bytes, on any file system."""
    fs, name = files.filesystem(path)
    with fs.open(name, "rb") as raw:
        yield cast(BinaryIO, raw)


def columns_of(path: str) -> list[str]:
    """The names of a file's columns."""
    with opened_parquet(path) as parquet:
        return parquet.schema_arrow.names


def read_columns(path: str, columns: list[str]) -> pa.Table:
    """Some columns of a file, whole.

    Raises:
        ValueError: the file is damaged.
    """
    with opened_parquet(path) as parquet:
        return parquet.read(columns=columns, use_threads=False)


def chosen_rows(path: str, mask: Mask, *, columns: list[str] | None = None) -> Iterator[pa.Table]:
    """The rows for which ``mask`` is true. Row groups without one are not read."""
    first = 0
    with opened_parquet(path) as parquet:
        for group in range(parquet.num_row_groups):
            last = first + parquet.metadata.row_group(group).num_rows
            own = mask[first:last]
            if own.any():
                yield parquet.read_row_group(group, columns=columns, use_threads=False).filter(pa.array(own))
            first = last


def write_without(
    source: str, target: str, gone: Mask, *, edit: Callable[[pa.Table], pa.Table] | None = None
) -> dict[str, Any]:
    """Writes ``source`` without the rows ``gone``, a row group for a row group; ``edit`` sees those that stay."""
    first = 0
    with opened_parquet(source) as parquet:
        writer = TableWriter(target, parquet.schema_arrow)
        try:
            for group in range(parquet.num_row_groups):
                table = parquet.read_row_group(group, use_threads=False)
                table = table.filter(pa.array(~gone[first : first + table.num_rows]))
                first += parquet.metadata.row_group(group).num_rows
                for batch in (edit(table) if edit else table).combine_chunks().to_batches():
                    writer.write(batch)
        except BaseException as error:
            writer.abandon(error)
            raise
    return writer.close()


def with_column(table: pa.Table, name: str, values: Any) -> pa.Table:
    """The table with other values in one column."""
    place = table.schema.get_field_index(name)
    return table.set_column(place, table.schema.field(place), pa.array(values, table.schema.field(place).type))


def renumbered(rows: Ints, gone: Ints) -> Ints:
    """Row numbers of a table as they are when the rows ``gone``, which ascend, are no longer in it."""
    return rows - np.searchsorted(gone, rows)
