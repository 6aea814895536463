"""The shards: what ``shards.json`` says, by sequence length and segment.

``shards.json`` and ``plan.json`` enter; rows leave, each of which adds up or not. A run of an older version has one length,
and its segments are those of that length.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.report.losses import segment_order
from pipelines.report.run_directory import Json

#: Counts that the shards of an older version have not.
_KNOWN_LATER = ("documents", "split_documents", "fim_documents")


@dataclass(frozen=True, slots=True)
class ShardRow:
    """The shards of one segment and length. ``padding`` counts positions without text; ``planned`` is None without a plan."""

    length: int
    name: str
    shards: int
    sequences: int
    documents: int | None
    tokens: int
    padding: int
    split: int | None
    fim: int | None
    planned: int | None
    num_files: int
    file_bytes: int

    @property
    def positions(self) -> int:
        """Places for tokens."""
        return self.sequences * self.length

    @property
    def is_full(self) -> bool:
        """Whether every position holds a token or padding."""
        return self.tokens + self.padding == self.positions

    @property
    def adds_up(self) -> bool:
        """Whether that is so, and every token that was planned is there."""
        return self.is_full and self.planned in (None, self.tokens)


@dataclass(frozen=True, slots=True)
class LengthRow:
    """One sequence length: its share of all tokens, and the share that was planned."""

    length: int
    share: float
    planned: float | None
    rows: Sequence[ShardRow]

    def sum_of(self, name: str) -> int | None:
        """The sum of a column, None where nothing of it is known."""
        known = [value for row in self.rows if (value := getattr(row, name)) is not None]
        return sum(known) if known else None


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

    dtype: str
    vocab_size: int | None
    sha256: str
    special_tokens: tuple[SpecialTokens, ...]
    lengths: tuple[LengthRow, ...]
    num_files: int
    file_bytes: int

    @property
    def rows(self) -> list[ShardRow]:
        """All segments of all lengths."""
        return [row for length in self.lengths for row in length.rows]

    @property
    def adds_up(self) -> bool:
        """Whether every row does."""
        return all(row.adds_up for row in self.rows)


def shards_view(shards: Json | None, *, plan: Json | None) -> Shards | None:
    """The shards; None before packing."""
    if shards is None:
        return None
    files: Mapping[str, Json] = shards.get("files") or {}
    tokenizer: Json = shards.get("tokenizer") or {}
    tables = _tables(shards)
    planned = _planned(plan, tables)
    total = sum(int(row.get("tokens", 0)) for table in tables.values() for row in table.values())
    wished: Json = (plan or {}).get("sequence_lengths") or {}
    lengths: list[LengthRow] = []
    for length, table in sorted(tables.items()):
        names = sorted(table, key=segment_order)
        rows = [_row(length, name, table[name], files=files, planned=planned.get((length, name))) for name in names]
        share = (wished.get(str(length)) or {}).get("share")
        tokens = sum(row.tokens for row in rows)
        lengths.append(LengthRow(length, tokens / max(total, 1), None if share is None else float(share), rows))
    vocab_size = tokenizer.get("vocab_size")
    return Shards(
        dtype=str(shards.get("dtype", "")),
        vocab_size=None if vocab_size is None else int(vocab_size),
        sha256=str(tokenizer.get("sha256", "")),
        special_tokens=special_tokens(shards.get("special_tokens") or {}),
        lengths=tuple(lengths),
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


def _tables(shards: Json) -> dict[int, Mapping[str, Json]]:
    """Length -> segment -> counts."""
    if shards.get("lengths"):
        return {int(length): table.get("segments") or {} for length, table in shards["lengths"].items()}
    length = shards.get("sequence_length") or next(iter(shards.get("sequence_lengths") or ()), 0)
    return {int(length): shards.get("segments") or {}}


def _planned(plan: Json | None, tables: Mapping[int, Mapping[str, Json]]) -> dict[tuple[int, str], int]:
    """(length, segment) -> tokens that the plan has for it."""
    planned: dict[tuple[int, str], int] = {}
    for name, row in ((plan or {}).get("segments") or {}).items():
        if row.get("by_length"):
            planned |= {(int(length), name): int(tokens) for length, tokens in row["by_length"].items()}
        elif len(tables) == 1 and row.get("planned_tokens") is not None:
            planned[next(iter(tables)), name] = int(row["planned_tokens"])
    return planned


def _row(length: int, name: str, row: Json, *, files: Mapping[str, Json], planned: int | None) -> ShardRow:
    own = {path: int(file.get("bytes", 0)) for path, file in files.items() if path.split("/")[:-1] == [str(length), name]}
    num_lineages = sum(path.endswith(".lineage.parquet") for path in own)
    known = {key: None if row.get(key) is None else int(row[key]) for key in _KNOWN_LATER}
    return ShardRow(
        length=length,
        name=name,
        shards=int(row.get("shards", num_lineages)),
        sequences=int(row.get("sequences", 0)),
        documents=known["documents"],
        tokens=int(row.get("tokens", 0)),
        padding=int(row.get("padding", 0)),
        split=known["split_documents"],
        fim=known["fim_documents"],
        planned=planned,
        num_files=len(own),
        file_bytes=sum(own.values()),
    )
