"""Read Parquet: one document a row, whole files or a range of row groups.

A row's ordinal is its number in the file. A row group that cannot be read is one row of the ledger, and reading goes on with
the next one. Memory is that of one batch, whose rows are fewer the wider they are.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.readers.columns import ColumnError, record_from_columns
from pipelines.readers.opening import FileError, open_file
from pipelines.readers.record import Outcome, Piece, ReaderSettings, dropped, unreadable

_MAGIC = b"PAR1"
_MAX_BATCH_ROWS = 1024
_BATCH_BYTES = 16 * 1024 * 1024


def read(piece: Piece, *, settings: ReaderSettings) -> Iterator[Outcome]:
    """The documents of the row groups ``piece.start`` to ``piece.end`` (all of them if ``end`` is ``None``)."""
    try:
        with open_file(piece.path) as handle:
            file = open_parquet(piece.path, handle, size=piece.size)
            yield from _read_groups(file, piece=piece, settings=settings)
    except FileError as problem:
        yield unreadable(problem.rule, problem.detail, raw_bytes=piece.size)


def open_parquet(path: str, handle: Any, *, size: int) -> pq.ParquetFile:
    """The opened file; :class:`FileError` says whether it is cut off, empty or something else."""
    head = handle.read(len(_MAGIC))
    handle.seek(0)
    if not head:
        raise FileError("empty_file", f"{path} has no bytes, not even a Parquet header: it was never written")
    if head != _MAGIC:
        detail = f"{path} is no Parquet file (its first bytes are {head.hex(' ')}): set the source's format to what it is"
        raise FileError("corrupt_file", detail)
    try:
        return pq.ParquetFile(handle, pre_buffer=False, page_checksum_verification=True)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        handle.seek(-len(_MAGIC), 2)
        rule = "corrupt_file" if handle.read() == _MAGIC else "truncated_file"
        what = "its footer is damaged" if rule == "corrupt_file" else f"it ends after {size} bytes, without its footer"
        raise FileError(rule, f"{path}: {what} ({error}): fetch or write it again") from error


def _read_groups(file: pq.ParquetFile, *, piece: Piece, settings: ReaderSettings) -> Iterator[Outcome]:
    metadata: Any = file.metadata
    end = metadata.num_row_groups if piece.end is None else piece.end
    first_row = sum(metadata.row_group(group).num_rows for group in range(piece.start))
    num_rows = sum(metadata.row_group(group).num_rows for group in range(piece.start, end))
    problem = _column_problem(file.schema_arrow, settings=settings)
    if problem is not None:
        detail = f"{piece.path}: {problem[1]} ({num_rows} rows are lost)"
        yield unreadable(problem[0], detail, ordinal=first_row, raw_bytes=piece.size)
        return
    if num_rows == 0 and piece.start == 0:
        yield dropped("empty_file", f"{piece.path} has no rows: nothing to do, unless it should have some")
    for group in range(piece.start, end):
        yield from _read_group(file, group=group, first_row=first_row, piece=piece, settings=settings)
        first_row += metadata.row_group(group).num_rows


def _column_problem(schema: pa.Schema, *, settings: ReaderSettings) -> tuple[str, str] | None:
    """The rule that the file's columns break, and how: said once a file, not once a row."""
    name = settings.text_column
    if name not in schema.names:
        columns = ", ".join(repr(column) for column in schema.names[:20])
        return "missing_text", f"no column {name!r}; there are: {columns}: set text_column to the one with the text"
    for wanted in _wanted_columns(schema, settings):
        if (num_columns := schema.names.count(wanted)) > 1:
            return "ambiguous_column", f"{num_columns} columns are named {wanted!r}: rename or remove all but one"
    kind = schema.field(name).type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_null(kind):
        return "null_text", f"column {name!r} is null in every row: set text_column to the one with the text"
    if not _is_text(kind):
        return "text_not_a_string", f"column {name!r} is {kind}, not string: set text_column to the one with the text"
    return None


def _is_text(kind: pa.DataType) -> bool:
    """Strings, and bytes, which some writers leave strings as."""
    kinds = pa.types
    return any(
        test(kind)
        for test in (
            kinds.is_string,
            kinds.is_large_string,
            kinds.is_string_view,
            kinds.is_binary,
            kinds.is_large_binary,
            kinds.is_binary_view,
        )
    )


def _wanted_columns(schema: pa.Schema, settings: ReaderSettings) -> list[str]:
    side = (settings.id_column, settings.licence_column, settings.uri_column, settings.language_column)
    wanted = [settings.text_column, *(name for name in side if name), *settings.metadata_columns]
    return [name for name in dict.fromkeys(wanted) if name in schema.names]


def _read_group(
    file: pq.ParquetFile, *, group: int, first_row: int, piece: Piece, settings: ReaderSettings
) -> Iterator[Outcome]:
    group_metadata: Any = file.metadata.row_group(group)
    row_bytes = group_metadata.total_byte_size // max(1, group_metadata.num_rows)
    batch_rows = max(1, min(_MAX_BATCH_ROWS, _BATCH_BYTES // max(1, row_bytes)))
    names = _wanted_columns(file.schema_arrow, settings)
    row = first_row
    try:
        for batch in file.iter_batches(batch_size=batch_rows, row_groups=[group], columns=names, use_threads=False):
            columns = {name: _values(batch.column(name)) for name in names}
            for position in range(batch.num_rows):
                values = {name: column[position] for name, column in columns.items()}
                yield _read_row(values, row=row + position, piece=piece, settings=settings)
            row += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        # A file system that fails has an errno and is no fault of the file; Arrow's own errors have none.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        num_lost = first_row + group_metadata.num_rows - row
        detail = f"{piece.path}, row group {group}: damaged ({error}); {num_lost} rows from row {row} are lost: fetch it again"
        yield unreadable("corrupt_file", detail, ordinal=row, raw_bytes=group_metadata.total_byte_size)


def _values(column: pa.Array) -> Sequence[Any]:
    """The column as Python values; strings as bytes, since a writer may have put other bytes there (checked a row)."""
    if isinstance(column, pa.DictionaryArray):
        column = column.dictionary_decode()
    return (column.cast(pa.large_binary()) if _is_text(column.type) else column).to_pylist()


def _read_row(values: dict[str, Any], *, row: int, piece: Piece, settings: ReaderSettings) -> Outcome:
    place = f"{piece.path}, row {row}"
    text = values[settings.text_column]
    num_bytes = len(text) if text is not None else 0
    if num_bytes > settings.max_record_bytes:
        detail = f"{place}: {num_bytes} bytes of text, more than max_record_bytes = {settings.max_record_bytes}: "
        return unreadable("record_too_large", detail + "raise that, or break it up", ordinal=row, raw_bytes=num_bytes)
    for name, value in values.items():
        if isinstance(value, bytes):
            try:
                encoding = settings.encoding if name == settings.text_column and settings.encoding else "utf-8"
                values[name] = value.decode(encoding)
            except UnicodeDecodeError as error:
                detail = f"{place}: column {name!r}, byte {error.start} is not {error.encoding}: mend it, or declare encoding"
                return unreadable("invalid_utf8", detail, ordinal=row, raw_bytes=num_bytes)
    try:
        return record_from_columns(values, ordinal=row, raw_bytes=num_bytes, settings=settings, may_hold_surrogates=False)
    except ColumnError as error:
        return error.rejection(place, ordinal=row, raw_bytes=num_bytes)
