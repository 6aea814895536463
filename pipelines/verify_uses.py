"""Whether the shards hold every planned use of every document exactly once: in its length, its form, with all its tokens.

Enters: ``tokens`` and ``plan`` on the one side, the lineage of all shards on the other. Leaves: problems with the documents.
Each use is a 64-bit number of (document, repeat, form, tokens); their sums over a part of all documents, chosen by hash, agree
on both sides or a use is missing, doubled or another. So memory does not grow with the corpus; only where sums differ are
the uses of that part gathered to name one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixing.repeats import unit_hashes, use_hashes

from .engine import files
from .planned_uses import PLAN_COLUMNS, TOKEN_COLUMNS, fim_of, planned_uses
from .shard_pieces import Pieces
from .shard_set import ShardSet, segment_of, sequence_length
from .takedown.layout import StageFiles
from .takedown.tables import read_columns

#: Documents are looked at in so many parts, by their hashes.
_PARTS = 4096
_SHIFT = np.uint64(64 - 12)
_STREAM = 0x76657269
_REMEDY = "delete shards/manifest.json and the .bin files of that segment, and run `malmoi build` again"
Hashes = NDArray[np.uint64]
Cell = tuple[int, str]


@dataclass(frozen=True)
class _Uses:
    """Some uses of one length and segment."""

    cell: Cell
    hashes: Hashes
    repeat: NDArray[np.int64]
    form: NDArray[Any]
    tokens: NDArray[np.int64]
    #: For each its id, if it is to be told.
    ids: list[str]
    where: str

    def numbers(self) -> Hashes:
        """What stands for each use; any difference makes another number."""
        own = use_hashes(self.hashes, self.repeat, stream=_STREAM)
        return use_hashes(own, self.tokens * 4 + self.form.astype(np.int64), stream=_STREAM + 1)


def use_problems(shards: ShardSet, stages: Mapping[str, StageFiles], plan: Any) -> Iterator[str]:
    """A problem for each length and segment whose uses are not those that are planned, with a document."""
    lengths = sorted(map(int, plan["sequence_lengths"]))
    sums: list[dict[Cell, Hashes]] = [{}, {}]
    for side, found in enumerate((_planned(stages, lengths), _packed(shards, int(plan["seed"])))):
        for uses in found:
            table = sums[side].setdefault(uses.cell, np.zeros(_PARTS, dtype=np.uint64))
            np.add.at(table, (uses.hashes >> _SHIFT).astype(np.int64), uses.numbers())
    nothing = np.zeros(_PARTS, dtype=np.uint64)
    for cell in sorted({*sums[0], *sums[1]}):
        wrong = np.flatnonzero(sums[0].get(cell, nothing) != sums[1].get(cell, nothing))
        if len(wrong):
            yield _told(shards, stages, plan, cell, int(wrong[0]))


def _planned(stages: Mapping[str, StageFiles], lengths: list[int], *, with_ids: bool = False) -> Iterator[_Uses]:
    fim = fim_of(stages["tokens"].manifest)
    for entry in stages["tokens"].entries:
        file = f"{entry['name']}.parquet"
        table = read_columns(files.join(stages["tokens"].directory, file), [*TOKEN_COLUMNS, *(["id"] if with_ids else [])])
        plan = read_columns(files.join(stages["plan"].directory, file), [*PLAN_COLUMNS])
        segments, hashes = np.array(table["segment"].to_pylist(), dtype=object), table["hash"].to_numpy()
        ids: list[str] = table["id"].to_pylist() if with_ids else []
        for uses in planned_uses(table, plan, fim=fim):
            place = np.array([lengths[0], lengths[-1]])[uses.is_long.astype(np.int64)]
            for cell in sorted({*zip(place.tolist(), segments[uses.rows].tolist(), strict=True)}):
                own = np.flatnonzero((place == cell[0]) & (segments[uses.rows] == cell[1]))
                rows = uses.rows[own]
                repeat = np.full(len(own), uses.repeat, dtype=np.int64)
                named = [ids[row] for row in rows.tolist()] if with_ids else []
                yield _Uses(cell, hashes[rows], repeat, uses.form[own], uses.tokens[own], named, f"plan/{file}")


def _packed(shards: ShardSet, seed: int, *, cell: Cell | None = None, with_ids: bool = False) -> Iterator[_Uses]:
    for name in shards.names:
        own = (sequence_length(name), segment_of(name))
        if cell is None or own == cell:
            pieces = Pieces.of(shards.lineage(name), capacity=own[0])
            document = pieces.document[pieces.first_row]
            hashes = unit_hashes(pieces.ids, seed=seed)[document]
            ids = [pieces.ids[number] for number in document.tolist()] if with_ids else []
            repeat = pieces.repeat[pieces.first_row]
            yield _Uses(own, hashes, repeat, pieces.use_form, pieces.use_tokens, ids, f"shards/{name}")


def _told(shards: ShardSet, stages: Mapping[str, StageFiles], plan: Any, cell: Cell, part: int) -> str:
    """A use that is on one side only, or twice on one."""
    lengths = sorted(map(int, plan["sequence_lengths"]))
    sides: list[dict[tuple[str, int, int, int], list[str]]] = [{}, {}]
    packed = _packed(shards, int(plan["seed"]), cell=cell, with_ids=True)
    for side, found in enumerate((_planned(stages, lengths, with_ids=True), packed)):
        for uses in found:
            if uses.cell == cell:
                for row in np.flatnonzero((uses.hashes >> _SHIFT).astype(np.int64) == part).tolist():
                    use = (uses.ids[row], int(uses.repeat[row]), int(uses.form[row]), int(uses.tokens[row]))
                    sides[side].setdefault(use, []).append(uses.where)
    planned, there = sides
    use = min(use for use in {*planned, *there} if len(planned.get(use, ())) != len(there.get(use, ())))
    told = f"use {use[1]} of document {use[0]!r} ({use[3]:,} tokens)"
    place = f"shards/{cell[0]}/{cell[1]}"
    if not there.get(use):
        return f"{place}: {told} is planned in {planned[use][0]} and in no shard; {_REMEDY}"
    if not planned.get(use):
        return f"{there[use][0]}: {told} is there and not planned so; {_REMEDY}"
    return f"{there[use][0]}: {told} is there {len(there[use])} times; {_REMEDY}"
