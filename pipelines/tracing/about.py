"""What a run knows of documents: where they came from, how long they are, how often the mix uses them.

Enters: a run and ids. Leaves: an :class:`About` for each that the run's last stages hold. Only columns of ids are read of
all partitions; of the partitions that hold one of them, only the row groups that do.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipelines.engine import files
from pipelines.stage_names import DOCUMENT_STAGES, STAGE_NAMES
from pipelines.takedown.tables import Ids, Mask, chosen_rows, columns_of, read_columns

#: Files that are read at the same time: ids are little to decode and much to wait for.
_THREADS = 8
_TOKEN_COLUMNS = ("id", "source", "segment", "language", "num_tokens", "fim_tokens")


@dataclass(frozen=True, kw_only=True)
class About:
    """One document. What the run does not (or no longer) tell is empty, or None."""

    partition: str = ""
    source: str = ""
    segment: str = ""
    language: str = ""
    uri: str = ""
    licence: str = ""
    #: Tokens of the plain form, and of the others (0: it has none), end of text included.
    num_tokens: int | None = None
    fim_tokens: int | None = None
    #: How often the plan uses it.
    planned_uses: int | None = None


def about_documents(run: str, ids: Iterable[str]) -> dict[str, About]:
    """What the run knows of those of the ids that it encoded, or else kept to the last stage of documents."""
    wanted = Ids(ids)
    last = last_documents(run)
    stage = "tokens" if _partitions(run, "tokens") else last
    names = _partitions(run, stage) if stage else []
    found: dict[str, About] = {}
    with ThreadPoolExecutor(_THREADS) as pool:
        # In slices, so that the search ends where the last of the ids is found.
        for first in range(0, len(names), 4 * _THREADS):
            part = names[first : first + 4 * _THREADS]
            masks = pool.map(lambda name: wanted.among(read_columns(_path(run, stage, name), ["id"])["id"]), part)
            for name, mask in zip(part, masks, strict=True):
                if mask.any():
                    found |= _in_partition(run, last, name, mask, wanted)
            if len(found) >= len(wanted):
                break
    return found


def last_documents(run: str) -> str:
    """The last stage of documents that has partitions, or nothing."""
    done = [stage for stage in STAGE_NAMES if stage in DOCUMENT_STAGES and _partitions(run, stage)]
    return done[-1] if done else ""


def _partitions(run: str, stage: str) -> list[str]:
    names = files.listing(files.join(run, stage)) if stage else []
    return [name.removesuffix(".parquet") for name in names if name.endswith(".parquet")]


def _path(run: str, stage: str, name: str) -> str:
    return files.join(run, stage, f"{name}.parquet")


def _in_partition(run: str, last: str, name: str, mask: Mask, wanted: Ids) -> dict[str, About]:
    """Those of the ids that lie in one partition, which has the same name in every stage."""
    told: dict[str, dict[str, Any]] = {}
    tokens = _path(run, "tokens", name)
    if files.exists(tokens):
        columns = [column for column in columns_of(tokens) if column in _TOKEN_COLUMNS]
        rows = [row for table in chosen_rows(tokens, mask, columns=columns) for row in table.to_pylist()]
        uses = _planned(run, name, mask)
        for row, planned in zip(rows, uses if uses is not None else [None] * len(rows), strict=True):
            identifier = row.pop("id")
            told[identifier] = {**row, "planned_uses": planned}
    for row in _origins(run, last, name, wanted):
        told.setdefault(row.pop("id"), {}).update(row)
    return {identifier: About(partition=name, **row) for identifier, row in told.items()}


def _planned(run: str, name: str, mask: Mask) -> list[int] | None:
    """How often the plan uses the rows; None where there is no plan of these tokens."""
    path = _path(run, "plan", name)
    if not files.exists(path):
        return None
    repeats = read_columns(path, ["repeats"])["repeats"].to_numpy()
    return repeats[np.flatnonzero(mask)].tolist() if len(repeats) == len(mask) else None


def _origins(run: str, stage: str, name: str, wanted: Ids) -> list[dict[str, Any]]:
    path = _path(run, stage, name)
    if not stage or not files.exists(path):
        return []
    mask = wanted.among(read_columns(path, ["id"])["id"])
    columns = ["id", "source", "segment", "language", "uri", "licence"]
    return [row for table in chosen_rows(path, mask, columns=columns) for row in table.to_pylist()]


def described(about: Mapping[str, About], identifier: str) -> About:
    """What is known of a document, or an empty answer."""
    return about.get(identifier, About())
