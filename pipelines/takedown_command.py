"""``malmoi takedown``: takes documents out of a run and tells what was done, to people or as JSON.

Enters: a run, files that name documents, options. Leaves: the run without them, lines on standard output, an exit code: 0
when it is done (or, with ``--dry-run``, could be), 1 when the run holds none of the documents or something failed, 2 when
the request names no document.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import IO, Any

from .engine import files
from .engine.lock import RunLock, RunLockedError
from .takedown.journal import unfinished
from .takedown.layout import read_stages
from .takedown.preview import preview
from .takedown.request import Request, read_request
from .takedown.taking import Outcome, ProofFailedError, as_json, take_down
from .takedown.targets import Targets, find_targets
from .tombstones import id_hash, of_run

_SHOWN = 10


def run_takedown(
    run: str,
    out: IO[str],
    *,
    ids: str | None = None,
    texts: Sequence[str] = (),
    uri_prefixes: Sequence[str] = (),
    with_duplicates: bool = False,
    dry_run: bool = False,
    as_json_lines: bool = False,
    messages: IO[str] | None = None,
) -> int:
    """Takes the documents down; the exit code.

    Raises:
        RequestError: nothing is named that could be looked for.
        ValueError, OSError: the run cannot be used; what to do is in the message.
    """
    told: IO[str] = sys.stderr if messages is None else messages

    def tell(line: str) -> None:
        print(f"malmoi: {line}", file=told, flush=True)

    request = read_request(ids=ids, texts=texts, uri_prefixes=uri_prefixes, with_duplicates=with_duplicates)
    run = run.rstrip("/") or run
    read_stages(run)
    if dry_run:
        return _preview(run, request, out, as_json_lines=as_json_lines, tell=tell)
    _refuse_read_only(run)
    try:
        with RunLock(run):
            outcome = take_down(run, request, tell=tell)
    except (RunLockedError, ProofFailedError) as error:
        tell(str(error))
        return 1
    if outcome is None:
        tell(_none_found(run, request))
        return 1
    print(as_json(outcome) if as_json_lines else _as_text(run, outcome), file=out)
    return 0


def _refuse_read_only(run: str) -> None:
    """Raise ValueError where nothing can be written, before anything is looked for."""
    if files.is_local(run) and not os.access(files.filesystem(run)[1], os.W_OK):
        raise ValueError(f"{run} cannot be written, so nothing can be taken out of it: make it writable, then try again")


def _none_found(run: str, request: Request) -> str:
    asked = [f"{len(request.ids):,} ids"] if request.ids else []
    asked += [f"{len(request.prose):,} texts"] if request.prose else []
    asked += [f"{len(request.uri_prefixes):,} URI prefixes"] if request.uri_prefixes else []
    example = f" (first: {min(request.ids)!r}; `malmoi why {run} ID` names ids like it)" if request.ids else ""
    known = of_run(run, ()).ids
    before = sum(id_hash(identifier) in known for identifier in request.ids)
    if before:
        example = f"; {before:,} of the ids were taken down before"
    return f"{run} holds no document of those {' and '.join(asked)}: nothing was changed{example}"


def _preview(run: str, request: Request, out: IO[str], *, as_json_lines: bool, tell: Any) -> int:
    if (journal := unfinished(run)) is not None:
        tell(f"takedown {journal.number} is unfinished: what is shown is as far as the run has been changed by it")
    stages = read_stages(run)
    targets = find_targets(stages, request)
    if not targets.ids:
        tell(_none_found(run, request))
        return 1
    shown = preview(stages, targets)
    if as_json_lines:
        print(json.dumps({**shown, **_of(targets)}, ensure_ascii=False, indent=1), file=out)
        return 0
    lines = [f"would take down {_documents(shown['documents'], shown['of_them_copies'])} (nothing was changed)"]
    lines += [f"  {name}: {count:,} rows" for name, count in shown["rows"].items()]
    lines += _shard_lines(shown["shards"]) + _target_lines(targets)
    print("\n".join(lines), file=out)
    return 0


def _of(targets: Targets) -> dict[str, Any]:
    return {
        "ids": sorted(targets.ids),
        "unknown": list(targets.unknown),
        "near": [list(pair) for pair in targets.near],
    }


def _documents(number: int, copies: int) -> str:
    plural = f"{number:,} document{'s' if number != 1 else ''}"
    return plural + (f", {copies:,} of them because their text is that of another" if copies else "")


def _as_text(run: str, outcome: Outcome) -> str:
    takedown, proof = outcome.takedown, outcome.proof
    lines = [f"takedown {outcome.number}: {_documents(takedown['documents'], takedown['of_them_copies'])}"]
    for name, counts in takedown["stages"].items():
        told = ", ".join(f"{number:,} {what}" for what, number in counts.items())
        lines.append(f"  {name}: {told}")
    lines += _shard_lines(takedown["shards"]) + _model_lines(takedown)
    if outcome.targets is not None:
        lines += _target_lines(outcome.targets)
    scanned = ", ".join(f"{number:,} {what.replace('_', ' ')}" for what, number in proof["scanned"].items())
    lines.append(f"proved: nothing of them is left ({proof['grams']:,} passages looked for; scanned {scanned})")
    lines.append(f"told in {files.join(run, 'takedowns', f'{outcome.number:04d}')}; kept out from now on by {run}/tombstones")
    lines.append("Delete them from the source files as well: those are not part of the run.")
    return "\n".join(lines)


def _shard_lines(shards: Sequence[Mapping[str, Any]]) -> list[str]:
    if not shards:
        return ["  no shard held any of them"]
    sequences = sum(len(shard["sequences"]) for shard in shards)
    tokens = sum(shard["tokens"] for shard in shards)
    lines = [f"  shards: {tokens:,} tokens in {sequences:,} sequences of {len(shards):,} shards"]
    for shard in shards[:_SHOWN]:
        numbers = ", ".join(map(str, shard["sequences"][:_SHOWN]))
        more = f" and {len(shard['sequences']) - _SHOWN:,} more" if len(shard["sequences"]) > _SHOWN else ""
        lines.append(f"    {shard['shard']}: sequences {numbers}{more}")
    return lines + ([f"    and {len(shards) - _SHOWN:,} more shards: see takedown.json"] if len(shards) > _SHOWN else [])


def _model_lines(takedown: Mapping[str, Any]) -> list[str]:
    if not takedown["shards"]:
        return []
    models = takedown.get("models", [])
    if not models:
        return ["  models: none is recorded in shards/used_by.jsonl; the sequences above tell which had them in their data"]
    lines = ["  models whose data held them:"]
    for use in models:
        steps = f"steps {use.get('first_step', '?')} to {use.get('last_step') if use.get('last_step') is not None else '?'}"
        lines.append(f"    {use['model']} ({steps})")
    return lines


def _target_lines(targets: Targets) -> list[str]:
    lines: list[str] = []
    if targets.unknown:
        names = ", ".join(targets.unknown[:_SHOWN]) + (" …" if len(targets.unknown) > _SHOWN else "")
        lines.append(f"  {len(targets.unknown):,} ids are not in the run (kept out of it from now on): {names}")
    if targets.num_near:
        lines.append(f"  {targets.num_near:,} near-duplicates stay (--with-duplicates takes them too):")
        lines += [f"    {other} is like {one}" for one, other in targets.near[:_SHOWN]]
    return lines
