"""The mixture: segments and languages before and after mixing.

``plan.json``, ``shards.json`` and the statistics of the stages enter; the tables of the page leave. Everything here may
be missing: a run that stopped before the plan has documents and bytes, and no tokens.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from filters.document import SEGMENTS
from pipelines.report.losses import segment_order
from pipelines.report.run_directory import Json, Manifest

#: The segments of a mix are called equal when the tokens of each are this close to a third, as a share of the third.
THIRDS_TOLERANCE = 0.001


@dataclass(frozen=True, slots=True)
class Thirds:
    """The answer to "are the three segments equal?". ``where`` the tokens were counted: ``shards`` or ``plan``."""

    where: str
    tokens: Mapping[str, int]
    planned: Mapping[str, float]

    @property
    def total(self) -> int:
        """Tokens of all segments."""
        return sum(self.tokens.values())

    @property
    def off_thirds(self) -> float:
        """By how much the share of a segment differs from a third, at most and as a share of the third."""
        if set(self.tokens) != set(SEGMENTS) or not self.total:
            return 1.0
        return max(abs(3 * tokens / self.total - 1) for tokens in self.tokens.values())

    @property
    def off_plan(self) -> float:
        """The same, for the shares that the recipe asks for."""
        if not self.planned or not self.total:
            return 1.0
        shares = {name: self.tokens.get(name, 0) / self.total for name in self.planned}
        return max(abs(shares[name] - share) / share if share else shares[name] for name, share in self.planned.items())

    @property
    def equal(self) -> bool:
        """Whether there are exactly the three segments, each within the tolerance of a third."""
        return self.off_thirds <= THIRDS_TOLERANCE

    @property
    def as_planned(self) -> bool:
        """Whether each share is what the recipe asked for, where that is not thirds."""
        return self.off_plan <= THIRDS_TOLERANCE


@dataclass(frozen=True, slots=True)
class MixRow:
    """One segment or language before and after mixing; ``uses``: documents by the number of their uses."""

    name: str
    segment: str
    documents: int
    text_bytes: int | None
    characters: int | None
    tokens: int | None
    epochs: float | None
    planned_documents: int | None
    planned_tokens: int | None
    target_share: float | None
    words: int | None = None
    byte_tokens: int | None = None
    fim_documents: int | None = None
    uses: Mapping[int, int] = field(default_factory=dict[int, int])


def thirds(plan: Json | None, shards: Json | None) -> Thirds | None:
    """Tokens per segment as far down the run as they are known; None before the plan."""
    planned = {name: float(row["share"]) for name, row in ((plan or {}).get("segments") or {}).items() if "share" in row}
    for where, table, key in (("shards", shards, "tokens"), ("plan", plan, "planned_tokens")):
        if table is not None and table.get("segments"):
            tokens = {name: int(table["segments"][name].get(key, 0)) for name in _ordered(table["segments"])}
            return Thirds(where, tokens, planned)
    return None


def mix_rows(kind: str, *, kept: Json, counted: Json, plan: Json | None) -> list[MixRow]:
    """The rows of ``kind`` ("segments" or "languages").

    ``kept`` and ``counted`` are the statistics of the last document stage and of the token count.
    """
    before: Json = kept.get(kind) or {}
    tokens: Json = counted.get(kind) or {}
    planned: Json = (plan or {}).get(kind) or {}
    rows = [
        _mix_row(kind, name, before=before.get(name) or {}, counted=tokens.get(name) or {}, plan=planned.get(name) or {})
        for name in {*before, *tokens, *planned}
    ]
    if kind == "segments":
        return sorted(rows, key=lambda row: segment_order(row.name))
    return sorted(rows, key=lambda row: (segment_order(row.segment), -(row.tokens or 0), -(row.text_bytes or 0), row.name))


def _mix_row(kind: str, name: str, *, before: Json, counted: Json, plan: Json) -> MixRow:
    tokens = _first("tokens", counted, plan)
    planned_tokens = _first("planned_tokens", plan)
    epochs = plan.get("epochs")
    if epochs is None and tokens and planned_tokens is not None:
        epochs = planned_tokens / tokens
    return MixRow(
        name=name,
        segment=name if kind == "segments" else str(plan.get("segment", counted.get("segment", ""))),
        documents=_first("documents", before, counted, plan) or 0,
        text_bytes=_first("text_bytes", counted, before),
        characters=_first("characters", counted, before),
        tokens=tokens,
        epochs=None if epochs is None else float(epochs),
        planned_documents=_first("planned_documents", plan),
        planned_tokens=planned_tokens,
        target_share=None if plan.get("share") is None else float(plan["share"]),
        words=_first("words", counted),
        byte_tokens=_first("byte_tokens", counted),
        fim_documents=_first("fim_documents", plan),
        uses={int(uses): int(documents) for uses, documents in (plan.get("uses") or {}).items()},
    )


def _first(key: str, *tables: Json) -> int | None:
    return next((int(table[key]) for table in tables if table.get(key) is not None), None)


def _ordered(names: Sequence[str] | Mapping[str, object]) -> list[str]:
    return sorted(names, key=segment_order)


def last_stats(manifests: Sequence[Manifest]) -> Json:
    """What the last document stage kept, by segment and language."""
    return manifests[-1].stats if manifests else {}
