"""The ledger: one row for every document that a stage drops or changes, and the counts that prove nothing was lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

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


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """What happened to one document in one stage, with every rule that failed."""

    id: str
    action: Action
    failures: Sequence[Failure]
    source: str = ""
    uri: str = ""
    kept_id: str = ""
    text_bytes: int = 0
    language: str = ""
    segment: str = ""

    def as_dict(self) -> dict[str, Any]:
        failures = [{"rule": f.rule, "value": f.value, "threshold": f.threshold, "detail": f.detail} for f in self.failures]
        return {
            "id": self.id,
            "source": self.source,
            "uri": self.uri,
            "action": self.action,
            "failures": failures,
            "kept_id": self.kept_id,
            "text_bytes": self.text_bytes,
            "language": self.language,
            "segment": self.segment,
        }


class ConservationError(RuntimeError):
    """A stage lost or invented documents: a fault of ours, never of the input."""


class Tally:
    """Counts of one partition: documents in, kept and lost, and the tables of the report."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = dict.fromkeys(("in", "kept", *LOSSES, "edited"), 0)
        self.stats: dict[str, Any] = {
            "text_bytes_in": 0,
            "text_bytes_kept": 0,
            "segments": {},
            "languages": {},
            "sources": {},
            "rules": {},
            "not_documents": {},
        }

    def source(self, name: str, action: str, *, amount: int = 1) -> None:
        row = self.stats["sources"].setdefault(name, dict.fromkeys(("in", "kept", *LOSSES), 0))
        row[action] += amount

    def entered(self, source: str, *, text_bytes: int, documents: int = 1) -> None:
        self.counts["in"] += documents
        self.stats["text_bytes_in"] += text_bytes
        self.source(source, "in", amount=documents)

    def kept(self, source: str, *, segment: str, language: str, text_bytes: int) -> None:
        self.counts["kept"] += 1
        self.stats["text_bytes_kept"] += text_bytes
        self.source(source, "kept")
        for table, key in (("segments", segment), ("languages", language)):
            if key:
                self.add(table, key, documents=1, text_bytes=text_bytes)

    def recorded(self, row: LedgerRow) -> None:
        self.counts[row.action] += 1
        if row.action != "edited":
            self.source(row.source, row.action)
        for rule in sorted({f.rule for f in row.failures}):
            self.add("rules", rule, documents=1, text_bytes=row.text_bytes)

    def add(self, table: str, key: str, **amounts: int) -> None:
        row = self.stats.setdefault(table, {}).setdefault(key, {})
        for name, amount in amounts.items():
            row[name] = row.get(name, 0) + amount

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
