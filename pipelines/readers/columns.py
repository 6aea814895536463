"""Turn the named values of one record (a JSON object, a Parquet row) into a document.

A mapping from column to value enters; a Record or a dropped row leaves, or :class:`ColumnError` rises with the rule that
the values break.
"""

import json
from collections.abc import Mapping
from typing import Any

from pipelines.readers.record import ReaderSettings, Record, Rejected, dropped


class ColumnError(Exception):
    """A value that cannot be part of a document."""

    def __init__(self, rule: str, detail: str, *, native_id: str | None = None) -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule = rule
        self.detail = detail
        self.native_id = native_id


def record_from_columns(
    values: Mapping[str, Any], *, ordinal: int, place: str, raw_bytes: int, settings: ReaderSettings
) -> Record | Rejected:
    """The document in ``values``; ``place`` names file and position for the error messages."""
    native_id = _native_id(values, place=place, settings=settings)
    text = _text(values, place=place, native_id=native_id, settings=settings)
    if not text or text.isspace():
        detail = f"{place}: column {settings.text_column!r} holds no text"
        return dropped("empty_text", detail, ordinal=ordinal, raw_bytes=raw_bytes, native_id=native_id)
    licence = _plain(values, settings.licence_column, place)
    metadata = {name: _plain(values, name, place) for name in settings.metadata_columns if values.get(name) is not None}
    return Record(
        text,
        ordinal,
        native_id,
        _plain(values, settings.uri_column, place),
        licence or None,
        _plain(values, settings.language_column, place),
        metadata,
        raw_bytes,
    )


def _native_id(values: Mapping[str, Any], *, place: str, settings: ReaderSettings) -> str | None:
    """The record's own id: a string or a whole number; absent, null and empty mean that there is none."""
    value = values.get(settings.id_column) if settings.id_column is not None else None
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return _checked(value, column=str(settings.id_column), place=place)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    detail = f"{place}: id column {settings.id_column!r} holds a {type(value).__name__}, not a string or whole number: "
    raise ColumnError("invalid_id", detail + "convert it, or name another id_column")


def _text(values: Mapping[str, Any], *, place: str, native_id: str | None, settings: ReaderSettings) -> str:
    name = settings.text_column
    text = values.get(name)
    if isinstance(text, str):
        return _checked(text, column=name, place=place, native_id=native_id)
    if name not in values:
        columns = ", ".join(repr(column) for column in list(values)[:20]) or "none"
        detail = f"{place}: no column {name!r}; there are: {columns}: set text_column to the one with the text"
        raise ColumnError("missing_text", detail, native_id=native_id)
    if text is None:
        detail = f"{place}: column {name!r} is null: remove the record, or set another text_column"
        raise ColumnError("null_text", detail, native_id=native_id)
    detail = f"{place}: column {name!r} holds a {type(text).__name__}, not a string: set text_column to the one with the text"
    raise ColumnError("text_not_a_string", detail, native_id=native_id)


def _plain(values: Mapping[str, Any], column: str | None, place: str) -> str:
    """The value of a side column as a string: what is no string is written as JSON, and null or absent as nothing."""
    value = values.get(column) if column is not None else None
    if value is None:
        return ""
    if not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return _checked(value, column=str(column), place=place)


def _checked(value: str, *, column: str, place: str, native_id: str | None = None) -> str:
    """``value`` if it can be written as UTF-8: JSON's escapes can make half of a surrogate pair, which is no character."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        detail = (
            f"{place}: column {column!r} has U+{ord(value[error.start]):04X}, half of a surrogate pair, at character "
            f"{error.start}: it is no character and cannot be stored: mend the record"
        )
        raise ColumnError("lone_surrogate", detail, native_id=native_id) from None
    return value
