"""The ledger: one row for every document that a stage drops or changes, and the counts that prove nothing was lost."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, Literal, NamedTuple

import pyarrow as pa

from filters.document import Failure

Action = Literal["dropped", "edited", "duplicate", "contaminated", "unreadable"]

#: Actions that take a document out of the run. An edited document stays.
LOSSES: tuple[Action, ...] = ("dropped", "duplicate", "contaminated", "unreadable")

LEDGER_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("uri", pa.string(), nullable=False),
        pa.field("action", pa.string(), nullable=False),
        pa.field(
            "failures",
            pa.list_(
                pa.struct(
                    [
                        pa.field("rule", pa.string(), nullable=False),
                        pa.field("value", pa.float64()),
                        pa.field("threshold", pa.float64()),
                        pa.field("detail", pa.string(), nullable=False),
                    ]
                )
            ),
            nullable=False,
        ),
        pa.field("kept_id", pa.string(), nullable=False),
        pa.field("text_bytes", pa.int64(), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("segment", pa.string(), nullable=False),
    ]
)


class LedgerRow(NamedTuple):
    """What happened to one document in one stage, with every rule that failed.

    A named tuple, for there is one per dropped document: a frozen dataclass takes four times as long to make.
    """

    id: str
    action: Action
    failures: Sequence[Failure]
    source: str = ""
    uri: str = ""
    kept_id: str = ""
    text_bytes: int = 0
    language: str = ""
    segment: str = ""


_FAILURE_FIELDS: list[pa.Field] = list(LEDGER_SCHEMA.field("failures").type.value_type)


def ledger_batch(rows: Sequence[LedgerRow]) -> pa.RecordBatch:
    """Ledger rows as a record batch, column by column: a list of dicts costs five times as much."""
    by_name = dict(zip(LedgerRow._fields, zip(*rows, strict=True), strict=True))
    failures = [failure for of_row in by_name["failures"] for failure in of_row]
    parts = zip(*failures, strict=True) if failures else [()] * len(_FAILURE_FIELDS)
    arrays = [pa.array(part, field.type) for part, field in zip(parts, _FAILURE_FIELDS, strict=True)]
    by_name["failures"] = listed_failures(arrays, [*map(len, by_name["failures"])])
    columns = [by_name[field.name] for field in LEDGER_SCHEMA]
    arrays = [
        column if isinstance(column, pa.Array) else pa.array(column, field.type)
        for column, field in zip(columns, LEDGER_SCHEMA, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=LEDGER_SCHEMA)


def listed_failures(columns: Sequence[pa.Array], counts: Sequence[int]) -> pa.ListArray:
    """The column of failures from the rules, values, thresholds and details of all rows, and how many each row has."""
    offsets = pa.array([0, *accumulate(counts)], pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(list(columns), fields=_FAILURE_FIELDS))


class ConservationError(RuntimeError):
    """A stage lost or invented documents: a fault of ours, never of the input."""


class Tally:
    """Counts of one partition: documents in, kept and lost, and the tables of the report."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = dict.fromkeys(("in", "kept", *LOSSES, "edited"), 0)
        self.not_documents: dict[str, int] = {}
        self.text_bytes_in = 0
        self.text_bytes_kept = 0
        self._sums: dict[tuple[str, str, str], int] = defaultdict(int)

    def entered(self, source: str, *, text_bytes: int, documents: int = 1) -> None:
        self.counts["in"] += documents
        self.text_bytes_in += text_bytes
        self._sums["sources", source, "in"] += documents

    def kept(self, source: str, *, segment: str, language: str, text_bytes: int, documents: int = 1) -> None:
        self.counts["kept"] += documents
        self.text_bytes_kept += text_bytes
        self._sums["sources", source, "kept"] += documents
        for table, key in (("segments", segment), ("languages", language)):
            if key:
                self._sums[table, key, "documents"] += documents
                self._sums[table, key, "text_bytes"] += text_bytes

    def recorded(self, row: LedgerRow) -> None:
        self.lost_or_edited(row.action, row.source)
        for rule in {failure.rule for failure in row.failures}:
            self.add("rules", rule, documents=1, text_bytes=row.text_bytes)

    def lost_or_edited(self, action: Action, source: str, *, documents: int = 1) -> None:
        self.counts[action] += documents
        if action != "edited":
            self._sums["sources", source, action] += documents

    def add(self, table: str, key: str, **amounts: int) -> None:
        """Adds to a row of a table of the stage's own."""
        for name, amount in amounts.items():
            self._sums[table, key, name] += amount

    @property
    def stats(self) -> dict[str, Any]:
        """The tables, nested: table -> key -> name -> sum."""
        nested: dict[str, Any] = {
            **{"text_bytes_in": self.text_bytes_in, "text_bytes_kept": self.text_bytes_kept},
            **{"segments": {}, "languages": {}, "sources": {}, "rules": {}, "not_documents": self.not_documents},
        }
        for (table, key, name), amount in self._sums.items():
            rows = nested.setdefault(table, {})
            if key not in rows:
                rows[key] = dict.fromkeys(("in", "kept", *LOSSES), 0) if table == "sources" else {}
            rows[key][name] = amount
        return nested

    def check(self, place: str) -> None:
        """Raises ConservationError unless in = kept + lost."""
        out = self.counts["kept"] + sum(self.counts[action] for action in LOSSES)
        if self.counts["in"] != out:
            raise ConservationError(f"{place}: {self.counts['in']} documents came in and {out} are accounted for")


def add_up(tables: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Sums nested tables of numbers key by key; keys come out sorted."""
    result: dict[str, Any] = {}
    for key in sorted({k for t in tables for k in t}):
        values = [t[key] for t in tables if key in t]
        result[key] = add_up(values) if isinstance(values[0], Mapping) else sum(values)
    return result
