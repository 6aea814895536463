"""What ``malmoi verify`` checks of tokens and plan: their sums, the cap on epochs, the shares.

Enters: the committed ``tokens`` and ``plan`` of a run. Leaves: problems, each with its file and, where there is one, the
document. Shares are those of the plan as it was made: what a takedown took since is counted as if it were still there.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from .engine import files
from .engine.ledger import add_up
from .planned_uses import GROUP_SUMS, PLAN_COLUMNS, TOKEN_COLUMNS, fim_of, plan_sums
from .takedown.layout import StageFiles
from .takedown.tables import columns_of, read_columns

#: How far a share may be from what was wished for.
_TOLERANCE = 0.001
_SEGMENT_SUMS = (*GROUP_SUMS, "fim_documents", "by_length", "uses")
_AGAIN = "run `malmoi build` again"
_REMEDY = f"delete plan/manifest.json and {_AGAIN}"


def of_older_version(stage: StageFiles, plan: Any) -> str:
    """Which of tokens and plan was written by a version that knew less of them, or nothing."""
    for entry in stage.entries:
        if not {*TOKEN_COLUMNS, "stored_tokens"} <= {*columns_of(files.join(stage.directory, f"{entry['name']}.parquet"))}:
            return f"tokens/{entry['name']}.parquet is of an older version; {_AGAIN}"
    if plan is not None and not {"sequence_lengths", "knowledge", "max_epochs"} <= {*plan}:
        return f"plan/plan.json is of an older version; {_AGAIN}"
    return ""


def token_problems(stage: StageFiles) -> Iterator[str]:
    """Token files that are not as long as their tables say, or whose documents do not follow one another."""
    for entry in stage.entries:
        name = entry["name"]
        columns = ["id", "offset", "num_tokens", "fim_tokens", "stored_tokens", "fim_parts"]
        table = read_columns(files.join(stage.directory, f"{name}.parquet"), columns)
        stored, plain, fim = (
            table[column].to_numpy().astype(np.int64) for column in ("stored_tokens", "num_tokens", "fim_tokens")
        )
        num_bytes, total = entry["files"][f"{name}.tokens"]["bytes"], int(stored.sum())
        problem = ""
        if num_bytes not in (2 * total, 4 * total) or len(stored) != entry["kept"]:
            problem = "is not as long as its table says"
        wrong = table["offset"].to_numpy() != np.cumsum(stored) - stored
        wrong |= (plain < 1) | (stored < plain) | ((fim == 0) & (stored != plain)) | _wrong_parts(table, plain, fim, stored)
        if wrong.any() and not problem:
            row = int(np.argmax(wrong))
            problem = f"has not the ids of document {table['id'][row].as_py()!r} where and as many as its table says"
        if problem:
            yield f"tokens/{name}.tokens {problem}; delete tokens/{name}.tokens and tokens/manifest.json and {_AGAIN}"


def _wrong_parts(table: pa.Table, plain: Any, fim: Any, stored: Any) -> Any:
    """Which documents have a patch that is not of the length that its parts say."""
    lengths = np.array([sum(parts[4:]) if parts else 0 for parts in table["fim_parts"].to_pylist()], dtype=np.int64)
    return (fim > 0) & (stored != plain + lengths)


def plan_problems(stages: Mapping[str, StageFiles], plan: Any) -> Iterator[str]:
    """A plan whose sums are not those of its documents, that uses one too often, or whose shares are not those wished for."""
    if plan is None:
        yield f"plan/plan.json is missing; {_REMEDY}"
        return
    sums: list[dict[str, Any]] = []
    longest = int(plan.get("taken_down_longest", 0))
    fim = fim_of(stages["tokens"].manifest)
    lengths = sorted(map(int, plan["sequence_lengths"]))
    for entry in stages["tokens"].entries:
        name = entry["name"]
        table = read_columns(files.join(stages["tokens"].directory, f"{name}.parquet"), ["id", *TOKEN_COLUMNS])
        rows = read_columns(files.join(stages["plan"].directory, f"{name}.parquet"), [*PLAN_COLUMNS])
        if rows.num_rows != table.num_rows:
            yield f"plan/{name}.parquet has {rows.num_rows:,} rows for {table.num_rows:,} documents; {_REMEDY}"
            return
        repeats = rows["repeats"].to_numpy()
        often = (repeats > plan["max_epochs"]) | (repeats < 0)
        if often.any():
            row = int(np.argmax(often))
            told = f"document {table['id'][row].as_py()!r} is used {repeats[row]} times, the cap is {plan['max_epochs']}"
            yield f"plan/{name}.parquet: {told}; {_REMEDY}"
        used = table["num_tokens"].to_numpy()[repeats > 0]
        longest = max(longest, int(used.max(initial=0)))
        sums.append(plan_sums(table, rows, fim=fim, lengths=lengths, buckets=plan["knowledge"]))
    found = add_up(sums) if sums else {}
    yield from _sum_problems(plan, found)
    yield from share_problems(plan, longest)


def _sum_problems(plan: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    names = {"languages": GROUP_SUMS, "segments": _SEGMENT_SUMS, "sources": GROUP_SUMS}
    for table, columns in sorted(names.items()):
        own: Mapping[str, Any] = found.get(table, {})
        for key in sorted({*plan[table], *own}):
            yield from _row_problems(f"the sums of {key or '(none)'}", columns, plan[table].get(key, {}), own.get(key, {}))
    buckets: Mapping[str, Any] = found.get("knowledge", {})
    for number, row in enumerate(plan["knowledge"]):
        yield from _row_problems(
            f"the sums of knowledge bucket {row['low']} to {row['high']} of {row['segment']}",
            GROUP_SUMS,
            row,
            buckets.get(str(number), {}),
        )
    for length, row in plan["sequence_lengths"].items():
        tokens = sum(own["by_length"].get(length, 0) for own in found.get("segments", {}).values())
        if row["tokens"] != tokens:
            yield f"plan/plan.json: {length} has {row['tokens']:,} tokens, its documents {tokens:,}; {_REMEDY}"


def _row_problems(what: str, columns: Any, told: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    for column in columns:
        one, other = (_without_zeros(row.get(column, 0)) for row in (told, found))
        if one != other:
            yield f"plan/plan.json: {what} are not those of its documents ({column}: {one or 0}, found {other or 0}); {_REMEDY}"


def _without_zeros(value: Any) -> Any:
    """A number, or a table of numbers without those that are 0."""
    return {key: number for key, number in value.items() if number} if isinstance(value, Mapping) else value


def share_problems(plan: Mapping[str, Any], longest: int) -> Iterator[str]:
    """Segments in each length, and lengths, that are not near what was wished for.

    A document is whole or not there, and a long sequence is best full: where one of them is longer than the tolerance, that
    is as near as can be.
    """
    made: dict[str, dict[str, int]] = {}
    for segment, row in plan["segments"].items():
        gone: Mapping[str, int] = row.get("taken_down_by_length", {})
        for length, tokens in row["by_length"].items():
            made.setdefault(length, {})[segment] = tokens + gone.get(length, 0)
    total = sum(sum(row.values()) for row in made.values())
    for length, row in made.items():
        of_length = sum(row.values())
        for segment, tokens in row.items():
            wished = float(plan["segments"][segment]["share"])
            if abs(tokens - wished * of_length) > max(_TOLERANCE * of_length, longest, int(length)):
                told = f"{tokens / of_length if of_length else 0:.4f} of the tokens of {length}, {wished:.4f} was wished for"
                yield f"plan/plan.json: {segment} has {told}; {_AGAIN} with another [mix], or see its shortfalls"
        wished = float(plan["sequence_lengths"][length]["share"])
        if abs(of_length - wished * total) > max(_TOLERANCE * total, longest, int(length)):
            told = f"{of_length / total if total else 0:.4f} of all tokens, {wished:.4f} was wished for"
            yield f"plan/plan.json: the sequences of {length} have {told}; {_REMEDY}"
