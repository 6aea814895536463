"""Turn the named values of one record (a JSON object, a Parquet row) into a document.

A mapping from column to value enters; a Record leaves, or :class:`ColumnError` rises with the rule that the values break.
Many mappings leave as columns at once, if there is nothing to tell of any of them.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pipelines.readers.record import ReaderSettings, Record, Records, Rejected, dropped, unreadable

_ID_TYPES = {str, int, type(None)}


class ColumnError(Exception):
    """A value that cannot be part of a document."""

    def __init__(self, rule: str, detail: str, *, native_id: str | None = None) -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule = rule
        self.detail = detail
        self.native_id = native_id

    def rejection(self, place: str, *, ordinal: int, raw_bytes: int) -> Rejected:
        """The row of the ledger: an empty text is sound and dropped, every other rule is the input's fault."""
        reject = dropped if self.rule == "empty_text" else unreadable
        detail = f"{place}: {self.detail}"
        return reject(self.rule, detail, ordinal=ordinal, raw_bytes=raw_bytes, native_id=self.native_id)


def record_from_columns(
    values: Mapping[str, Any], *, ordinal: int, raw_bytes: int, settings: ReaderSettings, may_hold_surrogates: bool
) -> Record:
    """The document in ``values``; ``may_hold_surrogates`` says whether strings have to be checked for halves of pairs."""
    native_id = _native_id(values, settings.id_column)
    text = values.get(settings.text_column)
    if not isinstance(text, str) or not text or text.isspace():
        raise _no_text(values, settings.text_column, native_id)
    record = Record(
        text,
        ordinal,
        native_id,
        _plain(values.get(settings.uri_column)) if settings.uri_column else "",
        (_plain(values.get(settings.licence_column)) or None) if settings.licence_column else None,
        _plain(values.get(settings.language_column)) if settings.language_column else "",
        _metadata(values, settings),
        raw_bytes,
    )
    if may_hold_surrogates:
        _refuse_surrogates(record)
    return record


def records_from_columns(
    rows: Sequence[Any],
    *,
    ordinals: Sequence[int],
    raw_bytes: Sequence[int],
    settings: ReaderSettings,
    may_hold_surrogates: bool,
) -> Records | None:
    """The documents of many records; None where one of them is none, for :func:`record_from_columns` to say why."""
    if set(map(type, rows)) != {dict}:
        return None
    values = cast(Sequence[dict[str, Any]], rows)
    texts = [of_row.get(settings.text_column) for of_row in values]
    if set(map(type, texts)) != {str} or not all(texts) or any(map(str.isspace, cast(list[str], texts))):
        return None
    native_ids = [of_row.get(settings.id_column) for of_row in values] if settings.id_column is not None else None
    if native_ids and not _ID_TYPES.issuperset(map(type, native_ids)):
        return None
    records = Records(
        texts=cast(list[str], texts),
        ordinals=ordinals,
        raw_bytes=raw_bytes,
        native_ids=native_ids and [None if value is None or value == "" else str(value) for value in native_ids],
        uris=_plain_column(values, settings.uri_column),
        licences=_plain_column(values, settings.licence_column),
        languages=_plain_column(values, settings.language_column),
        metadata=[_metadata(of_row, settings) for of_row in values] if settings.metadata_columns else None,
    )
    try:
        for record in records if may_hold_surrogates else ():
            _refuse_surrogates(record)
    except ColumnError:
        return None
    return records


def _plain_column(rows: Sequence[Mapping[str, Any]], name: str | None) -> list[str] | None:
    return [_plain(values.get(name)) for values in rows] if name else None


def _metadata(values: Mapping[str, Any], settings: ReaderSettings) -> dict[str, str]:
    return {name: _plain(values[name]) for name in settings.metadata_columns if values.get(name) is not None}


def _native_id(values: Mapping[str, Any], column: str | None) -> str | None:
    """The record's own id: a string or a whole number; absent, null and empty mean that there is none."""
    value = values.get(column) if column is not None else None
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    detail = f"id column {column!r} holds a {type(value).__name__}, not a string or whole number: "
    raise ColumnError("invalid_id", detail + "convert it, or name another id_column")


def _no_text(values: Mapping[str, Any], column: str, native_id: str | None) -> ColumnError:
    """Why the text column gives no text."""
    if column not in values:
        columns = ", ".join(repr(name) for name in list(values)[:20]) or "none"
        detail = f"no column {column!r}; there are: {columns}: set text_column to the one with the text"
        return ColumnError("missing_text", detail, native_id=native_id)
    text = values[column]
    if text is None:
        detail = f"column {column!r} is null: remove the record, or set another text_column"
        return ColumnError("null_text", detail, native_id=native_id)
    if not isinstance(text, str):
        kind = type(text).__name__
        detail = f"column {column!r} holds a {kind}, not a string: set text_column to the one with the text"
        return ColumnError("text_not_a_string", detail, native_id=native_id)
    return ColumnError("empty_text", f"column {column!r} holds no text", native_id=native_id)


def _plain(value: Any) -> str:
    """The value of a side column as a string: what is no string is written as JSON, and null as nothing."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _refuse_surrogates(record: Record) -> None:
    """JSON's escapes can make half of a surrogate pair, which is no character and cannot be written as UTF-8."""
    named = {"text": record.text, "id": record.native_id, "uri": record.uri, "licence": record.licence}
    named["language"] = record.language
    for name, value in [*named.items(), *record.metadata.items()]:
        try:
            (value or "").encode()
        except UnicodeEncodeError as error:
            half = f"U+{ord(error.object[error.start]):04X}, half of a surrogate pair, at character {error.start}"
            native_id = None if name == "id" else record.native_id
            native_id = native_id.encode(errors="backslashreplace").decode() if native_id else None
            detail = f"its {name} has {half}: it is no character and cannot be stored: mend the record"
            raise ColumnError("lone_surrogate", detail, native_id=native_id) from None
