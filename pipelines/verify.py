"""``malmoi verify``: proves that a run is whole, from its files alone.

Enters: a run directory. Leaves: a list of problems, each with its file and what to do, empty if all of this holds: every file
that a manifest names has its bytes and its SHA-256; parts, manifest and totals agree; each stage took in what the one before
kept, lost what its ledger says and kept what its partitions hold; the plan has the sums of its documents, the shares that it
wished for and no document above the cap; the shards hold every planned use once, each token a document's by the lineage, or
padding, no special token from text; ``shards.json`` sums and names the run's tokenizer; and the documents of sequences chosen
by hash are rebuilt from the shards byte for byte. A stage that has not finished is told, and is no damage.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import IO, Any

import numpy as np
import pyarrow.parquet as pq

from .engine import files
from .engine.ledger import LOSSES, add_up
from .marked_text import harmless
from .shard_set import LINEAGE_SUFFIX, ShardSet, open_shards
from .stage_names import STAGE_NAMES
from .takedown.journal import unfinished
from .takedown.layout import StageFiles, document_stages, read_stages
from .takedown.tables import opened, read_columns
from .verify_plan import of_older_version, plan_problems, token_problems
from .verify_shards import blend_problems, shard_problems, summary_problems
from .verify_texts import DEFAULT_SEQUENCES, TextCheck, chosen_sequences
from .verify_uses import use_problems

_READ_BYTES = 16 << 20
#: What ``[dedup] against`` names is an input of these.
_COMPARED_WITH_OTHERS = ("duplicates", "candidates")


@dataclass
class Report:
    """What was checked and what is wrong."""

    problems: list[str] = field(default_factory=list[str])
    counts: dict[str, int] = field(default_factory=dict[str, int])
    unfinished: list[str] = field(default_factory=list[str])
    #: What could not be checked, and why: no damage.
    notes: list[str] = field(default_factory=list[str])

    def count(self, name: str, number: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + number


def parse_sequences(given: str) -> int | None:
    """How many sequences are to be rebuilt; None: all.

    Raises:
        ValueError: it is no number.
    """
    if given == "all":
        return None
    if not (given.isascii() and given.isdecimal()):
        raise ValueError(f"--sequences {given!r}: give a number of sequences, or all")
    return int(given)


def run_verify(run: str, out: IO[str], *, as_json: bool = False, sequences: int | None = DEFAULT_SEQUENCES) -> int:
    """Checks the run and tells; the exit code: 0, or 1 if anything is wrong.

    ``sequences`` of the shards are rebuilt and compared with their documents, None: all.

    Raises:
        ValueError: the directory is no run.
    """
    report = verify(run, sequences=sequences)
    if as_json:
        told = {"run": run, "whole": not report.problems, "problems": report.problems, "unfinished": report.unfinished}
        told |= {"notes": report.notes, "checked": dict(sorted(report.counts.items()))}
        print(json.dumps(told, ensure_ascii=False, indent=1), file=out)
        return 1 if report.problems else 0
    for line in [*report.problems, *report.notes]:
        print(harmless(line), file=out)
    checked = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in report.counts.items())
    if report.problems:
        print(f"{run}: {len(report.problems)} problem(s); checked {checked}", file=out)
        return 1
    stopped = f"; not finished: {', '.join(report.unfinished)}" if report.unfinished else ""
    print(f"{run} is whole: {checked}{stopped}", file=out)
    return 0


def verify(run: str, *, sequences: int | None = DEFAULT_SEQUENCES) -> Report:
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
    report.problems += _stale(run, stages)
    # What cannot be read is told already.
    whole = {name: stage for name, stage in stages.items() if not any(path.startswith(f"{name}/") for path in damaged)}
    for problems in (_document_problems(whole), _chain_problems(whole), _mix_problems(run, stages, whole, damaged, report)):
        report.problems += problems
    if shards := _open(run, stages, report):
        report.problems += _text_problems(shards, stages, damaged, report, sequences)
    return report


def _open(run: str, stages: Mapping[str, StageFiles], report: Report) -> ShardSet | None:
    """The finished shards of a run."""
    if "shards" not in stages or stages["shards"].manifest is None:
        return None
    try:
        return open_shards(run)
    except ValueError as error:
        told = f"{error}; delete shards/manifest.json and run `malmoi build` again"
        report.problems += [] if told in report.problems else [told]
        return None


def _mix_problems(
    run: str, stages: Mapping[str, StageFiles], whole: Mapping[str, StageFiles], damaged: Collection[str], report: Report
) -> Iterator[str]:
    """Tokens, plan and shards."""
    plan: Any = files.read_json(files.join(run, "plan", "plan.json"))
    if "tokens" in whole:
        if older := of_older_version(whole["tokens"], plan):
            yield older
            return
        yield from token_problems(whole["tokens"])
    with_plan = {"tokens", "plan"} <= {*whole} and bool(whole["plan"].parts)
    if with_plan:
        yield from plan_problems(whole, plan)
    shards = _open(run, stages, report)
    if shards is None:
        return
    yield from _tokenizer_problems(run, shards)
    yield from summary_problems(shards, stages["shards"])
    yield from blend_problems(shards, stages["shards"])
    yield from shard_problems(shards, stages["shards"], report.count, skipped=_broken(damaged))
    if with_plan and plan is not None and "shards" in whole:
        try:
            yield from use_problems(shards, whole, plan)
        except ValueError:
            return  # a lineage that cannot be read, which is told


def _broken(damaged: Collection[str]) -> frozenset[str]:
    """The shards of which a file is not as it was written."""
    names = (path.removeprefix("shards/") for path in damaged if path.startswith("shards/"))
    return frozenset("/".join([*name.split("/")[:-1], name.split("/")[-1].split(".")[0]]) for name in names)


def _tokenizer_problems(run: str, shards: ShardSet) -> Iterator[str]:
    """Shards that were made with another tokenizer than the run has."""
    path = files.join(run, "tokenizer", "tokenizer.json")
    if files.size(path) is None:
        return
    if (found := _sha256(path)) != (told := shards.summary["tokenizer"]["sha256"]):
        yield (
            f"shards/shards.json: its tokenizer's SHA-256 is {told[:12]}…, tokenizer/tokenizer.json has {found[:12]}…; "
            "put that tokenizer.json back, or delete shards/manifest.json and run `malmoi build` again"
        )


def _text_problems(
    shards: ShardSet, stages: Mapping[str, StageFiles], damaged: set[str], report: Report, sequences: int | None
) -> Iterator[str]:
    """Documents that cannot be rebuilt from the shards."""
    documents = document_stages(stages)
    try:
        decoder = shards.decoder()
    except ValueError:
        return  # another tokenizer, which is told
    if decoder is None or not documents:
        report.notes.append("no document was rebuilt: the run no longer has its tokenizer or its documents")
        return
    if not decoder.exact:
        report.notes.append("no document was rebuilt: the tokenizer changes texts, or its entries are not bytes")
        return
    broken = _broken(damaged)
    # What is damaged in its tokens only is rebuilt as a whole, to name the documents.
    kinds = (LINEAGE_SUFFIX, ".idx")
    only_tokens = {n for n in broken if not any(f"shards/{n}{kind}" in damaged for kind in kinds)}
    here = {name for name in only_tokens if files.exists(shards.path(name, ".bin"))}
    chosen = chosen_sequences(shards, sequences, skipped=broken)
    chosen |= {name: np.arange(shards.num_sequences(name)) for name in here}
    check = TextCheck(shards, decoder, documents[-1])
    yield from check.problems(chosen)
    for name, number in check.counts.items():
        report.count(name, number)


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


def _stale(run: str, stages: Mapping[str, StageFiles]) -> Iterator[str]:
    """Stages that were made from a version of another that the run no longer holds."""
    current = {str(stage.manifest["fingerprint"]) for stage in stages.values() if stage.manifest is not None}
    resolved: Any = files.read_json(files.join(run, "resolved.json"))
    num_others = len(resolved.get("recipe", {}).get("dedup", {}).get("against", ()))
    for stage in stages.values():
        inputs = stage.manifest["inputs"] if stage.manifest is not None else []
        # Behind those of the run itself stand those of the runs that it was compared with, which need not be here.
        own = inputs[: len(inputs) - num_others] if stage.name in _COMPARED_WITH_OTHERS else inputs
        if not current.issuperset(own):
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
