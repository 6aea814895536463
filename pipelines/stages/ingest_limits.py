"""What ingest checks beside reading: that the input stayed as it was, and that no more of it was bad than the recipe allows.

What enters: the input files before and after, and the entries of ingest's partitions. What leaves: nothing, or
StageFailedError with one line a problem: the source, the figures, the first records at fault, and the remedy.
"""

import fnmatch
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipelines.engine import files
from pipelines.engine.ledger import add_up
from pipelines.engine.partition import read_batches
from pipelines.engine.stage import StageFailedError
from pipelines.recipe_tables import Source

from .context import Context

#: So many files or records are named in a message.
_NUM_NAMED = 3


def refuse_own_output(context: Context, source: Source) -> None:
    """Raise ValueError if the run directory lies inside a path of a source: the run would read what it writes."""
    run = os.path.realpath(context.run)
    inside = [run]
    while (parent := os.path.dirname(inside[-1])) != inside[-1]:
        inside.append(parent)
    for pattern in source.paths:
        resolved = context.resolve(pattern)
        if "://" in resolved or not files.is_local(context.run):
            continue
        real = os.path.realpath(resolved)
        if any(path == real or fnmatch.fnmatchcase(path, real) for path in inside):
            raise ValueError(
                f"source {source.name!r}: the run directory {context.run} lies inside its path {pattern!r}, so that the run "
                f"would read what it writes: give --out a directory outside of the source"
            )


def file_states(paths: Iterable[str]) -> list[list[str]]:
    """Path and time of modification (or the store's own tag) of every input file: a changed file re-runs the stage."""
    states: list[list[str]] = []
    for path in sorted(set(paths)):
        fs, name = files.filesystem(path)
        try:
            info = fs.info(name)
        except OSError:  # its reader says what is wrong with it
            info = {}
        tag = next((info[key] for key in ("mtime", "ETag", "md5Hash", "LastModified") if key in info), "")
        states.append([path, str(tag)])
    return states


def limits_check(context: Context, *, states: Sequence[Sequence[str]], source_bytes: Mapping[str, int]) -> Any:
    """The stage's last check; ``states`` are the input files as they were planned, ``source_bytes`` their bytes a source."""

    def conclude(entries: Sequence[Mapping[str, Any]], totals: Mapping[str, Any]) -> None:
        problems = _changed(states)
        for source in context.recipe.source:
            own = [e for e in entries if source.name in e["stats"]["sources"]]
            counts = totals["stats"]["sources"].get(source.name, {"in": 0, "unreadable": 0})
            cut = sorted(add_up([e["stats"].get("truncated", {}) for e in own]))
            problems += _unlisted(source, cut)
            # Truncated files that are listed do not count against the limit.
            record_share = (counts["unreadable"] - len(cut)) / max(counts["in"], 1)
            damaged = add_up([e["stats"].get("damaged_files", {}) for e in own])
            # What a file that cannot be read held is not known: it counts by its bytes.
            byte_share = sum(row["bytes"] for row in damaged.values()) / max(source_bytes.get(source.name, 0), 1)
            if max(record_share, byte_share) > source.max_unreadable:
                reasons, examples = _unreadable(context, own, source.name)
                told = f"{counts['unreadable']} of {counts['in']} records are unreadable ({record_share:.1%}"
                if byte_share > record_share:
                    told += f"; {len(damaged)} file(s) with up to {byte_share:.1%} of its bytes cannot be read to the end"
                problems.append(
                    f"source {source.name!r}: {told}; the limit max_unreadable is {source.max_unreadable:.1%}): {reasons}. "
                    f"{examples}. All are in {files.join(context.run, 'ingest', 'ledger')}. Mend the source, or raise its "
                    f"max_unreadable and run again: nothing is read a second time"
                )
        if problems:
            raise StageFailedError("\n".join(problems))

    return conclude


def _changed(states: Sequence[Sequence[str]]) -> list[str]:
    """Files that were written to while they were read: what was read of them is neither the old nor the new file.

    A file that went away is not among them: it has its row in the ledger.
    """
    now = dict(file_states(path for path, _ in states))
    changed = [path for path, tag in states if now[path] not in (tag, "")]
    if not changed:
        return []
    return [
        f"{len(changed)} input file(s) changed while they were read: {_some(changed)}. "
        "Run again when they are complete: the changed source is then read anew"
    ]


def _unlisted(source: Source, cut: Sequence[str]) -> list[str]:
    """The problem that files end in mid-record and are not expected to."""
    unlisted = [path for path in cut if not any(path == p or fnmatch.fnmatchcase(path, p) for p in source.truncated_ok)]
    if not unlisted:
        return []
    return [
        f"source {source.name!r}: {len(unlisted)} file(s) end in mid-record: {_some(unlisted)}. "
        f"Fetch them again, or list them (wildcards are allowed): truncated_ok = {unlisted!r}"
    ]


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NUM_NAMED
    return ", ".join(names[:_NUM_NAMED]) + (f" and {more} more" if more > 0 else "")


def _unreadable(context: Context, entries: Sequence[Mapping[str, Any]], source: str) -> tuple[str, str]:
    """The rules by how often they failed, and the first record of each of the most frequent ones."""
    counts: dict[str, int] = {}
    first: dict[str, str] = {}
    for entry in entries:
        path = files.join(context.run, "ingest", "ledger", f"{entry['name']}.parquet")
        for batch in read_batches(path, columns=["source", "action", "failures"]):
            for row in batch.to_pylist():
                if row["action"] == "unreadable" and row["source"] == source:
                    failure = row["failures"][0]
                    counts[failure["rule"]] = counts.get(failure["rule"], 0) + 1
                    first.setdefault(failure["rule"], failure["detail"])
    rules = sorted(counts, key=lambda rule: (-counts[rule], rule))
    examples = "; ".join(first[rule] for rule in rules[:_NUM_NAMED])
    return ", ".join(f"{rule} {counts[rule]}" for rule in rules), f"For example: {examples}"
