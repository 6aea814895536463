"""The mixture: segments, languages, tokenizer and shards, before and after mixing.

``plan.json``, ``shards.json`` and the statistics of the stages enter; the tables of the page leave. Everything here may
be missing: a run that stopped before the plan has documents and bytes, and no tokens.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from filters.document import SEGMENTS
from pipelines.report.losses import segment_order
from pipelines.report.run_directory import Json, Manifest

#: The segments of a mix are called equal when the tokens of each are this close to a third, as a share of the third.
THIRDS_TOLERANCE = 0.005


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
    def equal(self) -> bool:
        """Whether there are exactly the three segments, each within the tolerance of a third."""
        shares = [tokens / self.total for tokens in self.tokens.values()] if self.total else []
        return set(self.tokens) == set(SEGMENTS) and all(abs(3 * share - 1) <= THIRDS_TOLERANCE for share in shares)

    @property
    def as_planned(self) -> bool:
        """Whether each share is what the recipe asked for, where that is not thirds."""
        return bool(self.total) and all(
            abs(self.tokens.get(name, 0) / self.total - share) <= THIRDS_TOLERANCE * share
            for name, share in self.planned.items()
        )


@dataclass(frozen=True, slots=True)
class MixRow:
    """One segment or language (or source, as far as it goes) before and after mixing."""

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


@dataclass(frozen=True, slots=True)
class ShardRow:
    """The shards of one segment. ``padding`` counts positions that hold no text; ``planned`` is None without a plan."""

    name: str
    shards: int
    sequences: int
    positions: int
    tokens: int
    padding: int
    planned: int | None
    num_files: int
    file_bytes: int

    @property
    def adds_up(self) -> bool:
        """Whether every position holds a token or padding, and every token that was planned is there."""
        return self.tokens + self.padding == self.positions and self.planned in (None, self.tokens)


@dataclass(frozen=True, slots=True)
class SpecialTokens:
    """One special token, or a run of numbered ones with ids in sequence."""

    first: str
    last: str
    first_id: int
    last_id: int


@dataclass(frozen=True, slots=True)
class Shards:
    """``shards.json``."""

    sequence_length: int
    dtype: str
    vocab_size: int | None
    sha256: str
    special_tokens: tuple[SpecialTokens, ...]
    rows: tuple[ShardRow, ...]
    num_files: int
    file_bytes: int


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
        target_share=plan.get("share"),
    )


def _first(key: str, *tables: Json) -> int | None:
    return next((int(table[key]) for table in tables if table.get(key) is not None), None)


def _ordered(names: Sequence[str] | Mapping[str, object]) -> list[str]:
    return sorted(names, key=segment_order)


def source_tokens(plan: Json | None) -> dict[str, tuple[int, int]]:
    """Source -> (tokens available, tokens planned)."""
    table: Json = (plan or {}).get("sources") or {}
    return {name: (int(row.get("tokens", 0)), int(row.get("planned_tokens", 0))) for name, row in table.items()}


def shards_view(shards: Json | None, *, plan: Json | None) -> Shards | None:
    """The shards table; None before packing."""
    if shards is None:
        return None
    length = int(shards.get("sequence_length", 0))
    planned: Json = (plan or {}).get("segments") or {}
    files: Json = shards.get("files") or {}
    tokenizer: Json = shards.get("tokenizer") or {}
    segments: Json = shards.get("segments") or {}
    return Shards(
        sequence_length=length,
        dtype=str(shards.get("dtype", "")),
        vocab_size=_first("vocab_size", tokenizer),
        sha256=str(tokenizer.get("sha256", "")),
        special_tokens=special_tokens(shards.get("special_tokens") or {}),
        rows=tuple(
            _shard_row(name, segments[name], files, length=length, planned=_first("planned_tokens", planned.get(name) or {}))
            for name in _ordered(segments)
        ),
        num_files=len(files),
        file_bytes=sum(int(file.get("bytes", 0)) for file in files.values()),
    )


def special_tokens(table: Json) -> tuple[SpecialTokens, ...]:
    """By id; tokens that differ by a running number only (reserved ones) stand in one row."""
    rows: list[SpecialTokens] = []
    stem = ""
    for token, id_ in sorted(table.items(), key=lambda item: (int(item[1]), item[0])):
        numbered = re.sub("[0-9]+", "#", token)
        if rows and numbered == stem and numbered != token and id_ == rows[-1].last_id + 1:
            rows[-1] = replace(rows[-1], last=token, last_id=id_)
        else:
            rows.append(SpecialTokens(token, token, int(id_), int(id_)))
        stem = numbered
    return tuple(rows)


def _shard_row(name: str, row: Json, files: Json, *, length: int, planned: int | None) -> ShardRow:
    own = [int(file.get("bytes", 0)) for path, file in files.items() if name in path.split("/")[:-1]]
    return ShardRow(
        name=name,
        shards=int(row.get("shards", 0)),
        sequences=int(row.get("sequences", 0)),
        positions=int(row.get("sequences", 0)) * length,
        tokens=int(row.get("tokens", 0)),
        padding=int(row.get("padding", 0)),
        planned=planned,
        num_files=len(own),
        file_bytes=sum(own),
    )


def last_stats(manifests: Sequence[Manifest]) -> Json:
    """What the last document stage kept, by segment and language."""
    return manifests[-1].stats if manifests else {}
