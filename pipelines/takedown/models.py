"""Which models' data held documents that were taken down.

The contract: whoever trains on the shards of a run appends a line to ``RUN/shards/used_by.jsonl`` for each stretch of
training, a JSON object with

* ``model``               the model's name, as its owner knows it;
* ``shards_fingerprint``  SHA-256 of ``RUN/shards/shards.json`` as it was then (what ``trainer`` reads first);
* ``first_step``, ``last_step``  the steps of training that read these shards; ``last_step`` null while it goes on.

Other keys are passed on. A takedown changes ``shards.json``, and ``takedown.json`` names its fingerprint before and after, so
that the states of the shards that held a document are known: the one before its takedown, and through earlier takedowns
all before that. ``shards/`` is emptied when a changed recipe packs it anew; whoever wants to answer for those shards as well
keeps the file elsewhere.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.engine import files

USED_BY = "shards/used_by.jsonl"


def fingerprint_of(data: bytes) -> str:
    """The name of a state of the shards: SHA-256 of ``shards.json``."""
    return hashlib.sha256(data).hexdigest()


def states_up_to(before: str, takedowns: Sequence[Mapping[str, Any]]) -> list[str]:
    """The states of the shards that led to ``before`` through earlier takedowns, which are given in order."""
    states = [before]
    for takedown in reversed(takedowns):
        if takedown.get("shards_fingerprint_after") == states[-1]:
            states.append(str(takedown["shards_fingerprint_before"]))
    return states


def read_uses(run: str) -> list[dict[str, Any]]:
    """The lines of ``used_by.jsonl``; none where there is no such file.

    Raises:
        ValueError: a line is no use of the shards.
    """
    path = files.join(run, USED_BY)
    if not files.exists(path):
        return []
    uses: list[dict[str, Any]] = []
    for number, line in enumerate(files.read_bytes(path).decode("utf-8", "replace").split("\n"), start=1):
        if line.strip():
            try:
                use = json.loads(line)
                uses.append({**use, "model": str(use["model"]), "shards_fingerprint": str(use["shards_fingerprint"])})
            except (ValueError, KeyError, TypeError):
                wanted = '{"model", "shards_fingerprint", "first_step", "last_step"}'
                raise ValueError(f"{path}:{number}: no use of the shards; each line is {wanted}") from None
    return uses


def models_of(uses: Sequence[Mapping[str, Any]], states: Sequence[str]) -> list[dict[str, Any]]:
    """The uses of shards in one of these states, in the order of the file."""
    return [dict(use) for use in uses if use["shards_fingerprint"] in states]
