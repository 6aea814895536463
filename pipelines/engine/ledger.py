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


class LedgerColumns:
    """Ledger rows waiting to be written, column by column: a list of dicts costs five times as much."""

    def __init__(self) -> None:
        self._rows: list[LedgerRow] = []

    def __len__(self) -> int:
        return len(self._rows)

    def append(self, row: LedgerRow) -> None:
        self._rows.append(row)

    def take(self) -> pa.RecordBatch:
        """The rows as a record batch; none are left."""
        rows, self._rows = self._rows, []
        by_name = dict(zip(LedgerRow._fields, zip(*rows, strict=True), strict=True))
        failures = [failure for of_row in by_name["failures"] for failure in of_row]
        offsets = pa.array([0, *accumulate(map(len, by_name["failures"]))], pa.int32())
        fields = list(LEDGER_SCHEMA.field("failures").type.value_type)
        parts = zip(*failures, strict=True) if failures else [()] * len(fields)
        arrays = [pa.array(part, field.type) for part, field in zip(parts, fields, strict=True)]
        listed = pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(arrays, fields=fields))
        columns = [listed if field.name == "failures" else pa.array(by_name[field.name], field.type) for field in LEDGER_SCHEMA]
        return pa.RecordBatch.from_arrays(columns, schema=LEDGER_SCHEMA)


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

    def kept(self, source: str, *, segment: str, language: str, text_bytes: int) -> None:
        self.counts["kept"] += 1
        self.text_bytes_kept += text_bytes
        self._sums["sources", source, "kept"] += 1
        for table, key in (("segments", segment), ("languages", language)):
            if key:
                self._sums[table, key, "documents"] += 1
                self._sums[table, key, "text_bytes"] += text_bytes

    def recorded(self, row: LedgerRow) -> None:
        self.counts[row.action] += 1
        if row.action != "edited":
            self._sums["sources", row.source, row.action] += 1
        for rule in {failure.rule for failure in row.failures}:
            self._sums["rules", rule, "documents"] += 1
            self._sums["rules", rule, "text_bytes"] += row.text_bytes

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
