"""A shuffle on disk: one stage writes records for numbered ranges, the next reads one range of all the files.

Beam's local runner holds every shuffled byte in memory, five times over (DESIGN.md section 3), so records that
grow with the corpus (signatures, line hashes) pass from stage to stage in files. A file is Parquet with exactly one row
group per range, empty ones included, so that a range is read without the others.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from . import files
from .partition import opened_parquet


def write_ranges(path: str, tables: Iterable[pa.Table], *, schema: pa.Schema, compression: str = "none") -> dict[str, Any]:
    """Writes the table of each range in order; the file's bytes and SHA-256."""
    with (
        files.writing(path) as out,
        pq.ParquetWriter(
            out, schema, compression=compression, use_dictionary=False, write_statistics=False, write_page_checksum=True
        ) as writer,
    ):
        for table in tables:
            # An empty table must be a row group too: its number is the range's.
            writer.write_table(table.select(schema.names).combine_chunks(), row_group_size=max(table.num_rows, 1))
    return out.description()


def read_range(path: str, number: int, *, columns: list[str] | None = None) -> pa.Table:
    """The records of one range of a file.

    Raises:
        ValueError: the file is not as it was written.
    """
    with opened_parquet(path) as parquet:
        return parquet.read_row_group(number, columns=columns, use_threads=False)


def ranges_of(paths: Iterable[str], number: int, *, columns: list[str] | None = None) -> Iterator[pa.Table]:
    """One range of many files, file by file."""
    for path in paths:
        yield read_range(path, number, columns=columns)
