"""A takedown from beginning to end: find, prepare, switch, prove; each step can be killed and gone on with.

Enters: a run and a request. Leaves: an :class:`Outcome`, and in the run what :mod:`pipelines.takedown` says. Until all new
files are there nothing in the run changes; from then on only moves are left to do, and the proof.
"""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.engine import files
from pipelines.engine.partition import TableWriter
from pipelines.report import write_report
from pipelines.tombstones import NAME as TOMBSTONES
from pipelines.tombstones import id_hash, of_run

from .derived import take_derived
from .documents import take_documents
from .grams import GramSet
from .journal import DIRECTORY, Journal, UnfinishedTakedownError, leftovers, numbers, unfinished
from .layout import described, read_stages
from .models import fingerprint_of, models_of, read_uses, states_up_to
from .near_index import take_from_index
from .proof import prove
from .repeats import take_from_repeats
from .request import Request
from .shards import SUMMARY, Masked, take_from_shards
from .surgery import Surgery
from .tables import Ids
from .targets import Targets, find_targets

DOCUMENTS_SCHEMA = pa.schema(
    [("id_hash", pa.string()), ("takedown", pa.int32()), ("why", pa.string()), ("removed_from", pa.string())]
)
Tell = Callable[[str], None]


class ProofFailedError(Exception):
    """Something of the documents is left in the run."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a takedown did. ``targets`` is None where one that was killed has been gone on with after its search."""

    number: int
    takedown: Mapping[str, Any]
    proof: Mapping[str, Any]
    targets: Targets | None


def take_down(run: str, request: Request, *, tell: Tell) -> Outcome | None:
    """Takes the documents out of the run, or goes on with doing so; None where the run holds none of them.

    The caller holds the run's lock.

    Raises:
        ValueError: a file of the run is damaged, or another takedown is unfinished.
        ProofFailedError: the scan found something.
    """
    journal, targets = _journal(run, request), None
    state = journal.state()
    if state == "preparing":
        targets = _prepare(journal, request, tell)
        if targets is None:
            journal.abandon()
            return None
        state = journal.set_state("switching", request=request.digest)
    prepared: Any = files.read_json(files.join(journal.work, "prepared.json"))
    if state == "switching":
        tell("putting the new files in their places")
        journal.switch(prepared["staged"], removed=prepared["removed"])
        state = journal.set_state("proving", request=request.digest)
    if state == "proving":
        _prove(journal, prepared, tell)
        journal.set_state("done", request=request.digest)
    told: list[Any] = [files.read_json(journal.path(name)) for name in ("takedown.json", "proof.json")]
    journal.finish()
    return Outcome(number=journal.number, takedown=told[0], proof=told[1], targets=targets)


def _journal(run: str, request: Request) -> Journal:
    """The journal of the takedown that this request has begun, or of a new one.

    Raises:
        UnfinishedTakedownError: one for another request is unfinished.
    """
    open_one = unfinished(run)
    if open_one is None:
        journal = Journal(run, max(numbers(run), default=0) + 1)
        journal.set_state("preparing", request=request.digest)
        return journal
    if open_one.request() != request.digest:
        raise UnfinishedTakedownError(
            f"takedown {open_one.number} of {run} is unfinished, and was asked for with other documents or options: "
            "run that command again first"
        )
    return open_one


def _prepare(journal: Journal, request: Request, tell: Tell) -> Targets | None:
    """Finds the documents and writes the new files; None where there is nothing to do."""
    files.remove_tree(journal.work)
    stages = read_stages(journal.run)
    tell("looking for the documents")
    targets = find_targets(stages, request)
    if not targets.ids:
        return None
    surgery = Surgery(journal.run, journal.new, stages, Ids(targets.ids))
    tell(f"taking {len(targets.ids):,} documents out of {len(stages)} stages")
    take_documents(surgery)
    take_derived(surgery)
    take_from_repeats(surgery)
    take_from_index(surgery)
    masked = take_from_shards(surgery)
    surgery.write_manifests()
    surgery.write(TOMBSTONES, (of_run(journal.run, ()) | targets.tombstones).to_bytes())
    takedown = _told(journal, surgery, targets, masked)
    _write_documents(journal, surgery, targets)
    _save(journal, targets, surgery.grams.result())
    removed = [path for name, stage in stages.items() for path in leftovers(journal.run, name, described(stage))]
    # Tombstones first: from then on nothing brings the documents back.
    staged = [TOMBSTONES, *sorted(set(surgery.staged) - {TOMBSTONES})]
    files.write_json(files.join(journal.work, "prepared.json"), {"staged": staged, "removed": removed, "takedown": takedown})
    return targets


def _told(journal: Journal, surgery: Surgery, targets: Targets, masked: list[Masked]) -> dict[str, Any]:
    """What ``takedown.json`` says: numbers and places, neither ids nor texts."""
    told: dict[str, Any] = {
        "takedown": journal.number,
        "documents": len(targets.ids),
        "of_them_copies": len(targets.copies),
        "unknown_ids": len(targets.unknown),
        "near_duplicates_left": targets.num_near,
        "stages": _by_stage(surgery),
        "shards": [{"shard": m.shard, "sequences": list(m.sequences), "tokens": m.tokens} for m in masked],
    }
    path = files.join(journal.run, SUMMARY)
    if files.exists(path):
        before = fingerprint_of(files.read_bytes(path))
        new = files.join(journal.new, SUMMARY)
        told["shards_fingerprint_before"] = before
        told["shards_fingerprint_after"] = fingerprint_of(files.read_bytes(new)) if masked else before
        earlier = [files.read_json(Journal(journal.run, n).path("takedown.json")) or {} for n in numbers(journal.run)]
        states = states_up_to(before, [takedown for takedown in earlier if takedown])
        told["models"] = models_of(read_uses(journal.run), states) if masked else []
    return told


def _by_stage(surgery: Surgery) -> dict[str, dict[str, int]]:
    """How many documents and ledger rows went from each stage."""
    result: dict[str, dict[str, int]] = {}
    for name, stage in surgery.stages.items():
        pairs = [(entry, surgery.entry(name, entry)) for entry in stage.entries]
        counts = {key: sum(old.get(key, 0) - new.get(key, 0) for old, new in pairs) for key in ("in", "kept", "edited")}
        counts["files"] = sum(old["files"][file] != new["files"][file] for old, new in pairs for file in old["files"])
        if counts["files"]:
            result[name] = {key: count for key, count in counts.items() if count}
    return result


def _write_documents(journal: Journal, surgery: Surgery, targets: Targets) -> None:
    """``documents.parquet``: a row for each document, in the order of their hashes."""
    rows: list[dict[str, Any]] = []
    for identifier in [*targets.ids, *targets.unknown]:
        why = "unknown" if identifier not in targets.ids else "copy" if identifier in targets.copies else "asked"
        found = ", ".join(surgery.found_in.get(identifier, []))
        rows.append({"id_hash": id_hash(identifier).hex(), "takedown": journal.number, "why": why, "removed_from": found})
    writer = TableWriter(files.join(journal.work, "documents.parquet"), DOCUMENTS_SCHEMA)
    writer.write(pa.RecordBatch.from_pylist(sorted(rows, key=lambda row: row["id_hash"]), schema=DOCUMENTS_SCHEMA))
    writer.close()


def _save(journal: Journal, targets: Targets, grams: GramSet) -> None:
    """What the proof looks for: kept for a takedown that is killed before it is proved."""
    files.write_json(files.join(journal.work, "ids.json"), sorted(targets.ids))
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {str(number): hashes for number, hashes in grams.hashes.items()}
    np.savez(buffer, share=np.array(grams.share), **arrays)
    with files.writing(files.join(journal.work, "grams.npz")) as out:
        out.write(buffer.getvalue())


def _saved(journal: Journal) -> tuple[Ids, GramSet]:
    ids: Any = files.read_json(files.join(journal.work, "ids.json"))
    with np.load(io.BytesIO(files.read_bytes(files.join(journal.work, "grams.npz")))) as arrays:
        hashes = {int(name): arrays[name] for name in arrays.files if name != "share"}
        return Ids(ids), GramSet(hashes, float(arrays["share"]))


def _prove(journal: Journal, prepared: Mapping[str, Any], tell: Tell) -> None:
    """Writes the report anew, scans the run, and writes what is left of the takedown when it is done.

    Raises:
        ProofFailedError: something is left.
    """
    ids, grams = _saved(journal)
    report = files.join(journal.run, "report.html")
    if files.exists(report):
        try:
            write_report(journal.run)
        except ValueError:  # no stage is finished: what the page shows is of a run that is no more
            files.filesystem(report)[0].rm(files.filesystem(report)[1])
    # Before the scan, which is to see what is written of the takedown as well; and the same again if it is killed after it.
    listed = files.read_bytes(files.join(journal.work, "documents.parquet"))
    with files.writing(journal.path("documents.parquet")) as out:
        out.write(listed)
    files.write_json(journal.path("takedown.json"), prepared["takedown"])
    journal.remove("proof.json")
    tell("proving that they are gone: reading every file of the run")
    proof: dict[str, Any] = {"takedown": journal.number, **prove(journal.run, ids=ids, grams=grams)}
    if not proof["holds"]:
        told = "; ".join(proof["problems"][:3])
        raise ProofFailedError(
            f"the proof failed in {proof['num_problems']} place(s): {told}. "
            f"Takedown {journal.number} stays unfinished: mend or remove those files and run the same command again"
        )
    files.write_json(journal.path("proof.json"), proof)


def as_json(outcome: Outcome) -> str:
    """The outcome as ``--json`` prints it."""
    targets = outcome.targets
    told = {**outcome.takedown, "proof": outcome.proof, "directory": f"{DIRECTORY}/{outcome.number:04d}"}
    if targets is not None:
        told |= {"unknown": list(targets.unknown), "near": [list(pair) for pair in targets.near]}
    return json.dumps(told, ensure_ascii=False, indent=1)
