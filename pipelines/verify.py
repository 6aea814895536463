"""``malmoi verify``: proves that a run is whole, from its files alone.

Enters: a run directory. Leaves: a list of problems, each with its file and what to do, empty if all of this holds: every file
that a manifest names has its bytes and its SHA-256; parts, manifest and totals agree; each stage took in what the one before
kept, lost what its ledger says and kept what its partitions hold; tokens, plan and shards have the same tokens; every token
of every shard is a document's by the lineage, or padding; ``shards.json`` sums. A stage that has not finished is told, and is
no damage.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import IO

import pyarrow.parquet as pq

from .engine import files
from .engine.ledger import LOSSES, add_up
from .stage_names import STAGE_NAMES
from .takedown.journal import unfinished
from .takedown.layout import StageFiles, document_stages, read_stages
from .takedown.tables import opened, read_columns
from .verify_shards import shard_problems

_READ_BYTES = 16 << 20


@dataclass
class Report:
    """What was checked and what is wrong."""

    problems: list[str] = field(default_factory=list[str])
    counts: dict[str, int] = field(default_factory=dict[str, int])
    unfinished: list[str] = field(default_factory=list[str])

    def count(self, name: str, number: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + number


def run_verify(run: str, out: IO[str], *, as_json: bool = False) -> int:
    """Checks the run and tells; the exit code: 0, or 1 if anything is wrong.

    Raises:
        ValueError: the directory is no run.
    """
    report = verify(run)
    if as_json:
        told = {"run": run, "whole": not report.problems, "problems": report.problems, "unfinished": report.unfinished}
        print(json.dumps({**told, "checked": dict(sorted(report.counts.items()))}, ensure_ascii=False, indent=1), file=out)
        return 1 if report.problems else 0
    for problem in report.problems:
        print(problem, file=out)
    checked = ", ".join(f"{number:,} {name}" for name, number in report.counts.items())
    if report.problems:
        print(f"{run}: {len(report.problems)} problem(s); checked {checked}", file=out)
        return 1
    stopped = f"; not finished: {', '.join(report.unfinished)}" if report.unfinished else ""
    print(f"{run} is whole: {checked}{stopped}", file=out)
    return 0


def verify(run: str) -> Report:
    """All checks.

    Raises:
        ValueError: the directory is no run, or says nothing that could be checked.
    """
    run = run.rstrip("/") or run
    report = Report()
    if (journal := unfinished(run)) is not None:
        report.problems.append(f"takedown {journal.number} is unfinished: run the same `malmoi takedown` again")
    stages = read_stages(run)
    if not stages:
        raise ValueError(f"{run}: no stage has committed anything, so there is nothing to verify; run `malmoi build` on it")
    report.unfinished = [name for name in STAGE_NAMES if name in stages and stages[name].manifest is None]
    damaged: set[str] = set()
    for stage in stages.values():
        damaged |= {f"{stage.name}/{name}" for name in _files(stage, report)}
        report.problems += _manifest_problems(stage)
    report.problems += _stale(stages)
    # What cannot be read is told already.
    whole = {name: stage for name, stage in stages.items() if not any(path.startswith(f"{name}/") for path in damaged)}
    for problems in (_document_problems(whole), _chain_problems(whole), shard_problems(run, whole, report.count)):
        report.problems += problems
    return report


def _files(stage: StageFiles, report: Report) -> Iterator[str]:
    """The committed files that are not as they were written; tells of each."""
    for entry in stage.entries:
        for name, told in entry["files"].items():
            path = files.join(stage.directory, name)
            size = files.size(path)
            if size is None:
                wrong = "is missing"
            elif size != told["bytes"]:
                wrong = f"has {size:,} bytes, its manifest says {told['bytes']:,}"
            elif _sha256(path) != told["sha256"]:
                wrong = "is damaged: its SHA-256 is not the one in its manifest"
            else:
                report.count("files")
                report.count("bytes", size)
                continue
            report.problems.append(f"{stage.name}/{name} {wrong}; delete it and run `malmoi build` again, which makes it anew")
            yield name


def _sha256(path: str) -> str:
    hashed = hashlib.sha256()
    with opened(path) as raw:
        while data := raw.read(_READ_BYTES):
            hashed.update(data)
    return hashed.hexdigest()


def _manifest_problems(stage: StageFiles) -> Iterator[str]:
    """Parts, manifest and totals that do not agree."""
    place = f"{stage.name}/manifest.json"
    remedy = f"delete {place} and run `malmoi build` again"
    for entry in stage.entries:
        if "in" in entry and entry["in"] != entry["kept"] + sum(entry[action] for action in LOSSES):
            yield f"{stage.name}/{entry['name']}: {entry['in']:,} documents in, not so many accounted for; {remedy}"
    if stage.manifest is None:
        return
    if list(stage.manifest["partitions"]) != list(stage.entries):
        yield f"{place} does not list what is in {stage.name}/parts; {remedy}"
    totals = add_up([{k: v for k, v in e.items() if k not in ("name", "files")} for e in stage.manifest["partitions"]])
    if totals != stage.manifest["totals"]:
        yield f"{place}: its totals are not the sums of its partitions; {remedy}"


def _stale(stages: Mapping[str, StageFiles]) -> Iterator[str]:
    """Stages that were made from a version of another that the run no longer holds."""
    current = {str(stage.manifest["fingerprint"]) for stage in stages.values() if stage.manifest is not None}
    for stage in stages.values():
        if stage.manifest is not None and not current.issuperset(stage.manifest["inputs"]):
            yield f"{stage.name} was made from earlier stages that the run no longer holds; run `malmoi build` again"


def _document_problems(stages: Mapping[str, StageFiles]) -> Iterator[str]:
    """Partitions and ledgers whose rows are not what the counts say."""
    for stage in document_stages(stages):
        for entry in stage.entries:
            path = files.join(stage.directory, f"{entry['name']}.parquet")
            if (rows := _num_rows(path)) != entry["kept"]:
                yield f"{stage.name}/{entry['name']}.parquet has {rows:,} documents, its manifest counts {entry['kept']:,}"
            ledger = files.join(stage.directory, "ledger", f"{entry['name']}.parquet")
            actions = read_columns(ledger, ["action"])["action"].to_pylist()
            for action in (*LOSSES, "edited"):
                if (found := actions.count(action)) != entry[action]:
                    told = f"{found:,} documents are {action}, its manifest counts {entry[action]:,}"
                    yield f"{stage.name}/ledger/{entry['name']}.parquet: {told}; run `malmoi build` again"


def _num_rows(path: str) -> int:
    with opened(path) as raw:
        return int(pq.read_metadata(raw).num_rows)


def _chain_problems(stages: Mapping[str, StageFiles]) -> Iterator[str]:
    """Stages that did not take in what the one before kept, partition by partition."""
    counting = [*document_stages(stages), *([stages["tokens"]] if "tokens" in stages else [])]
    for before, after in pairwise(counting):
        if after.manifest is None:
            continue
        kept = {entry["name"]: entry["kept"] for entry in before.entries}
        for entry in after.entries:
            if entry["in"] != kept.get(entry["name"]):
                told = f"{kept.get(entry['name'], 0):,} documents were kept by {before.name}, {entry['in']:,} came in"
                yield f"{after.name}/{entry['name']}: {told}; run `malmoi build` again"
