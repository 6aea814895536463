"""What ``plan.json`` says of the mix beyond segments and languages: what is short, sources and their limits, knowledge.

The plan enters; rows of the page leave. An older plan has less in it, and then there are no rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.report.losses import segment_order
from pipelines.report.run_directory import Json


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A wish of the recipe that could not be met; texts are the plan's own."""

    what: str
    wanted: int | None
    possible: int | None
    binding: str
    remedy: str

    @property
    def missing(self) -> int | None:
        """Tokens that are missing."""
        return None if self.wanted is None or self.possible is None else self.wanted - self.possible


@dataclass(frozen=True, slots=True)
class Decided:
    """What decided the size of the mix."""

    total: int
    wanted: int | None
    max_epochs: int | None
    explanation: str
    shortfalls: Sequence[Shortfall]


@dataclass(frozen=True, slots=True)
class SourceMix:
    """One source before and after mixing; ``share`` and the limits are of all tokens of the mix."""

    name: str
    documents: int
    tokens: int
    planned_tokens: int
    epochs: float | None
    share: float | None
    weight: float | None
    least: float | None
    most: float | None
    target: int | None

    @property
    def off(self) -> float | None:
        """How far the planned tokens are from the target, as a share of it."""
        return None if not self.target else self.planned_tokens / self.target - 1

    @property
    def within(self) -> bool:
        """Whether the share keeps to the limits, a fifth of a per cent of them allowed."""
        if self.share is None:
            return True
        return (self.least or 0) * 0.998 <= self.share <= (1.0 if self.most is None else self.most) * 1.002


@dataclass(frozen=True, slots=True)
class KnowledgeRow:
    """The documents of a segment whose scores lie in [low, high); both None: those without a score.

    ``before`` and ``after`` are their shares of the segment's tokens.
    """

    segment: str
    low: float | None
    high: float | None
    factor: float | None
    documents: int
    tokens: int
    planned_tokens: int
    epochs: float | None
    before: float
    after: float

    @property
    def label(self) -> str:
        """The range in figures; empty for no score."""
        if self.low is None and self.high is None:
            return ""
        if self.low is None:
            return f"< {self.high:g}"
        return f"≥ {self.low:g}" if self.high is None else f"{self.low:g} – {self.high:g}"


def decided(plan: Json | None) -> Decided | None:
    """What decided the mix; None before the plan."""
    if plan is None:
        return None
    segments: Mapping[str, Json] = plan.get("segments") or {}
    total = plan.get("total_tokens")
    return Decided(
        total=sum(int(row.get("planned_tokens", 0)) for row in segments.values()) if total is None else int(total),
        wanted=_whole(plan.get("wanted_tokens")),
        max_epochs=_whole(plan.get("max_epochs")),
        explanation=str(plan.get("explanation") or ""),
        shortfalls=[
            Shortfall(
                what=str(row.get("what") or ""),
                wanted=_whole(row.get("wanted_tokens")),
                possible=_whole(row.get("possible_tokens")),
                binding=str(row.get("binding") or ""),
                remedy=str(row.get("remedy") or ""),
            )
            for row in plan.get("shortfalls") or ()
        ],
    )


def source_mix(plan: Json | None) -> list[SourceMix]:
    """The sources of the mix, most planned tokens first."""
    table: Mapping[str, Json] = (plan or {}).get("sources") or {}
    total = sum(int(row.get("planned_tokens", 0)) for row in table.values())
    rows: list[SourceMix] = []
    for name, row in table.items():
        tokens, planned = int(row.get("tokens", 0)), int(row.get("planned_tokens", 0))
        epochs = row.get("epochs", planned / tokens if tokens else None)
        limits = {key: _number(row.get(key)) for key in ("weight", "min", "max")}
        share = planned / total if total else None
        target = _whole(row.get("target_tokens"))
        shown = (_number(epochs), share, limits["weight"], limits["min"], limits["max"], target)
        rows.append(SourceMix(name, int(row.get("documents", 0)), tokens, planned, *shown))
    return sorted(rows, key=lambda row: (-row.planned_tokens, row.name))


def knowledge_rows(plan: Json | None) -> list[KnowledgeRow]:
    """By segment and score, documents without a score last."""
    raw: Sequence[Json] = (plan or {}).get("knowledge") or ()
    sums: dict[tuple[str, str], int] = {}
    for row in raw:
        for key in ("tokens", "planned_tokens"):
            place = (str(row.get("segment", "")), key)
            sums[place] = sums.get(place, 0) + int(row.get(key, 0))
    rows = [_knowledge_row(row, sums) for row in raw]
    return sorted(rows, key=lambda row: (segment_order(row.segment), row.label == "", row.low or 0.0))


def _knowledge_row(row: Json, sums: Mapping[tuple[str, str], int]) -> KnowledgeRow:
    segment = str(row.get("segment", ""))
    tokens, planned = int(row.get("tokens", 0)), int(row.get("planned_tokens", 0))
    epochs = row.get("epochs", planned / tokens if tokens else None)
    return KnowledgeRow(
        segment=segment,
        low=_number(row.get("low")),
        high=_number(row.get("high")),
        factor=_number(row.get("factor")),
        documents=int(row.get("documents", 0)),
        tokens=tokens,
        planned_tokens=planned,
        epochs=_number(epochs),
        before=tokens / max(sums[segment, "tokens"], 1),
        after=planned / max(sums[segment, "planned_tokens"], 1),
    )


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
