"""What ``malmoi verify`` checks of tokens, plan and shards: that each token is where it should be, and none is anywhere else.

Enters: the committed stages of a run. Leaves: problems, each with its file. A position of a shard is a document's token by
the lineage, and then no padding, or it is padding: at the end of a sequence, or where a document was taken down.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from filters.document import SEGMENTS
from tokenizer.special_tokens import PAD

from .engine import files
from .takedown.layout import StageFiles, described
from .takedown.tables import opened, read_columns

_LINEAGE = ".lineage.parquet"
_COLUMNS = ("sequence", "start", "length", "document_start", "repeat")
#: Positions that are looked at together.
_POSITIONS = 1 << 22
Ints = NDArray[np.int64]
Count = Callable[..., None]


def shard_problems(run: str, stages: Mapping[str, StageFiles], count: Count) -> Iterator[str]:
    """All problems of these stages."""
    if "tokens" in stages:
        yield from _token_problems(stages["tokens"])
    plan: Any = files.read_json(files.join(run, "plan", "plan.json"))
    if {"tokens", "plan"} <= {*stages} and stages["plan"].parts:
        yield from _plan_problems(stages, plan)
    shards = stages.get("shards")
    if shards is None or shards.manifest is None:
        return
    summary: Any = files.read_json(files.join(run, "shards", "shards.json"))
    if summary is None:
        yield "shards/shards.json is missing; delete shards/manifest.json and run `malmoi build` again"
        return
    yield from _summary_problems(shards, summary)
    held: dict[str, int] = {}
    for entry in shards.entries:
        for name in sorted(entry["files"]):
            if name.endswith(_LINEAGE):
                shard = name.removesuffix(_LINEAGE)
                segment = next(iter(entry["stats"]))
                problem, tokens = _shard_problem(shards.directory, shard, summary, entry["stats"][segment])
                held[segment] = held.get(segment, 0) + tokens
                count("shards")
                count("tokens", tokens)
                if problem:
                    yield f"shards/{shard}: {problem}; delete shards/manifest.json and its .bin, and run `malmoi build` again"
    for segment in SEGMENTS if plan else ():
        planned = plan["segments"].get(segment, {"planned_tokens": 0})["planned_tokens"]
        if held.get(segment, 0) != planned:
            told = f"{segment} has {held.get(segment, 0):,} tokens, the plan {planned:,}"
            yield f"shards: {told}; delete shards/manifest.json and run `malmoi build` again"


def _token_problems(stage: StageFiles) -> Iterator[str]:
    """Token files that are not as long as their tables say, or whose documents do not follow one another."""
    for entry in stage.entries:
        table = read_columns(files.join(stage.directory, f"{entry['name']}.parquet"), ["offset", "num_tokens"])
        lengths = table["num_tokens"].to_numpy().astype(np.int64)
        num_bytes, total = entry["files"][f"{entry['name']}.tokens"]["bytes"], int(lengths.sum())
        follow = np.array_equal(table["offset"].to_numpy(), np.cumsum(lengths) - lengths)
        if not follow or num_bytes not in (2 * total, 4 * total) or len(lengths) != entry["kept"]:
            yield f"tokens/{entry['name']}.tokens is not what its table says; delete both and run `malmoi build` again"


def _plan_problems(stages: Mapping[str, StageFiles], plan: Any) -> Iterator[str]:
    """A plan whose sums are not those of its documents."""
    sums = {segment: np.zeros(4, dtype=np.int64) for segment in SEGMENTS}
    for entry in stages["tokens"].entries:
        table = read_columns(files.join(stages["tokens"].directory, f"{entry['name']}.parquet"), ["segment", "num_tokens"])
        path = files.join(stages["plan"].directory, f"{entry['name']}.parquet")
        repeats = read_columns(path, ["repeats"])["repeats"].to_numpy().astype(np.int64)
        if len(repeats) != table.num_rows:
            yield f"plan/{entry['name']}.parquet has {len(repeats):,} rows for {table.num_rows:,} documents; plan again"
            return
        lengths, segments = table["num_tokens"].to_numpy().astype(np.int64), np.array(table["segment"].to_pylist())
        for segment, row in sums.items():
            own = segments == segment
            row += [own.sum(), lengths[own].sum(), repeats[own].sum(), (lengths * repeats)[own].sum()]
    for segment, row in sums.items():
        told = plan["segments"].get(segment, {})
        names = ("documents", "tokens", "planned_documents", "planned_tokens")
        if [told.get(name, 0) for name in names] != row.tolist():
            yield f"plan/plan.json: the sums of {segment} are not those of its documents; run `malmoi build` again"


def _summary_problems(stage: StageFiles, summary: Mapping[str, Any]) -> Iterator[str]:
    """A ``shards.json`` that does not describe the shards."""
    remedy = "delete shards/manifest.json and run `malmoi build` again"
    if {**summary["files"]} != described(stage):
        yield f"shards/shards.json does not name the files that are there, or with other checksums; {remedy}"
    for segment, row in summary["segments"].items():
        for name in ("documents", "tokens", "sequences", "padding"):
            total = sum(entry["stats"].get(segment, {}).get(name, 0) for entry in stage.entries)
            if row.get(name, 0) != total:
                yield f"shards/shards.json: {segment} has {row.get(name, 0):,} {name}, its shards {total:,}; {remedy}"
        if row.get("tokens", 0) + row.get("padding", 0) != row.get("sequences", 0) * summary["sequence_length"]:
            yield f"shards/shards.json: tokens and padding of {segment} are not its sequences; {remedy}"


def _shard_problem(directory: str, shard: str, summary: Mapping[str, Any], stats: Mapping[str, int]) -> tuple[str, int]:
    """What is wrong with a shard, or nothing; and its tokens by the lineage."""
    table = read_columns(files.join(directory, f"{shard}{_LINEAGE}"), [*_COLUMNS, "document_id"])
    columns = {name: table[name].to_numpy().astype(np.int64) for name in _COLUMNS}
    length, capacity = columns["length"], summary["sequence_length"]
    begins = columns["sequence"] * capacity + columns["start"]
    ends = begins + length
    tokens = int(length.sum())
    documents = table["document_id"].dictionary_encode().combine_chunks().indices.to_numpy().astype(np.int64)
    keys = documents * (1 << 16) + columns["repeat"] + (1 << 15)
    if len(begins) and (length.min() < 1 or columns["start"].min() < 0 or int((columns["start"] + length).max()) > capacity):
        return "its lineage has a piece that is not within a sequence", tokens
    if (begins[1:] < ends[:-1]).any():
        return "its lineage has pieces that overlap, or is not in order", tokens
    if not _follow(keys, columns["document_start"], length):
        return "its lineage has a document whose pieces do not follow one another", tokens
    counts = (tokens, stats["sequences"] * capacity - tokens, len(np.unique(keys)))
    if counts != (stats["tokens"], stats["padding"], stats["documents"]):
        return "its lineage does not have the tokens, padding and documents that its manifest counts", tokens
    return _padding_problem(files.join(directory, f"{shard}.bin"), summary, begins, ends, stats["sequences"] * capacity), tokens


def _follow(keys: Ints, document_start: Ints, length: Ints) -> bool:
    """Whether the pieces of each repeat of a document are one stretch of it."""
    order = np.lexsort((document_start, keys))
    same = keys[order][1:] == keys[order][:-1]
    touch = document_start[order][1:] == (document_start + length)[order][:-1]
    return bool((touch | ~same).all())


def _padding_problem(path: str, summary: Mapping[str, Any], begins: Ints, ends: Ints, num_positions: int) -> str:
    """Whether padding is exactly where the lineage has nothing."""
    dtype = np.dtype(summary["dtype"]).newbyteorder("<")
    pad, vocab_size = summary["special_tokens"][PAD], summary["tokenizer"]["vocab_size"]
    with opened(path) as raw:
        for first in range(0, num_positions, _POSITIONS):
            tokens = np.frombuffer(raw.read(min(_POSITIONS, num_positions - first) * dtype.itemsize), dtype=dtype)
            if len(tokens) != min(_POSITIONS, num_positions - first):
                return "it has fewer tokens than sequences of its length"
            steps = np.zeros(len(tokens) + 1, dtype=np.int64)
            np.add.at(steps, np.clip(begins - first, 0, len(tokens)), 1)
            np.add.at(steps, np.clip(ends - first, 0, len(tokens)), -1)
            covered = np.cumsum(steps[:-1]) > 0
            if int(tokens.max(initial=0)) >= vocab_size:
                return "it has an id that the tokenizer does not have"
            wrong = np.flatnonzero((tokens == pad) == covered)
            if len(wrong):
                sequence, place = divmod(first + int(wrong[0]), summary["sequence_length"])
                what = (
                    "is padding, though its lineage has a document there" if covered[wrong[0]] else "is nobody's by the lineage"
                )
                return f"token {place} of sequence {sequence} {what}"
    return ""
