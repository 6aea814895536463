"""The documents that the report shows for each rule.

The ids that :mod:`pipelines.report.ledger_tally` chose enter; their ledger rows and the first characters of their texts
leave. A text is fetched from the partition of the stage before, and only the row groups that hold a chosen id are read.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from pipelines.report.ledger_tally import Chosen
from pipelines.report.messages import Told, told
from pipelines.report.run_directory import RunDirectory

# Its functions are made at run time, which type checkers cannot see.
pc: Any = pyarrow.compute

TEXT_CHARACTERS = 600
_BATCH_ROWS = 128

#: id -> size in bytes -> (the first characters, how many there are in all).
_Texts = dict[str, dict[int, tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class FailureRow:
    """One failing rule of a sample."""

    rule: str
    value: float | None
    threshold: float | None
    detail: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One lost document. ``text`` is None where there is none to show; ``characters`` is its whole length."""

    id: str
    source: str
    uri: str
    language: str
    segment: str
    kept_id: str
    text_bytes: int
    failures: tuple[FailureRow, ...]
    text: str | None
    characters: int


def collect_samples(
    run: RunDirectory,
    *,
    stage: str,
    text_stage: str | None,
    chosen: Mapping[tuple[str, str], Sequence[Chosen]],
    problems: list[Told],
) -> dict[tuple[str, str], list[Sample]]:
    """The samples of each (action, rule), in order of hash. ``text_stage`` holds the texts; None: there are none."""
    wanted: dict[str, set[str]] = defaultdict(set)
    with_text: dict[str, set[str]] = defaultdict(set)
    for (action, _), picks in chosen.items():
        for pick in picks:
            wanted[pick.partition].add(pick.id)
            if text_stage is not None and action != "unreadable":
                with_text[pick.partition].add(pick.id)
    rows: dict[tuple[str, str, str], Sample] = {}
    for partition in sorted(wanted):
        texts: _Texts = {}
        if with_text[partition]:
            texts = _texts(run, f"{text_stage}/{partition}.parquet", ids=with_text[partition], problems=problems)
        for row in _find(run, f"{stage}/ledger/{partition}.parquet", ids=wanted[partition], columns=None):
            rows.setdefault((partition, row["id"], row["action"]), _sample(row, texts))
    return {
        key: [rows[found] for pick in picks if (found := (pick.partition, pick.id, key[0])) in rows]
        for key, picks in chosen.items()
    }


def _texts(run: RunDirectory, relative: str, *, ids: Set[str], problems: list[Told]) -> _Texts:
    texts: _Texts = defaultdict(dict)
    try:
        for row in _find(run, relative, ids=ids, columns=["id", "text"]):
            text = str(row["text"])
            texts[str(row["id"])][len(text.encode())] = (text[:TEXT_CHARACTERS], len(text))
        return dict(texts)
    except (OSError, pa.ArrowInvalid) as error:
        problems.append(told("problem.texts", file=relative, error=type(error).__name__))
        return {}


def _find(run: RunDirectory, relative: str, *, ids: Set[str], columns: list[str] | None) -> Iterator[dict[str, Any]]:
    """The rows with these ids. Ids are looked up first, so that texts of other row groups are never decompressed."""
    wanted = pa.array(sorted(ids), pa.string())
    with run.open(relative) as file, pq.ParquetFile(file) as parquet:
        there = pc.is_in(parquet.read(columns=["id"], use_threads=False)["id"], value_set=wanted)
        sizes = [parquet.metadata.row_group(group).num_rows for group in range(parquet.num_row_groups)]
        places = pc.indices_nonzero(there).to_numpy()
        groups = np.unique(np.searchsorted(np.cumsum(sizes), places, side="right")).tolist()
        if not groups:
            return
        batches = parquet.iter_batches(_BATCH_ROWS, row_groups=groups, columns=columns, use_threads=False)
        for batch in batches:
            yield from batch.filter(pc.is_in(batch.column("id"), value_set=wanted)).to_pylist()


def _sample(row: Mapping[str, Any], texts: _Texts) -> Sample:
    # Records may come with the id of another one (a reason to be dropped): then the size tells which text it was.
    same_id = texts.get(row["id"], {})
    text, characters = same_id.get(row["text_bytes"]) or next(iter(same_id.values()), (None, 0))
    return Sample(
        id=row["id"],
        source=row["source"],
        uri=row["uri"],
        language=row["language"],
        segment=row["segment"],
        kept_id=row["kept_id"],
        text_bytes=row["text_bytes"],
        failures=tuple(FailureRow(**failure) for failure in row["failures"]),
        text=text,
        characters=characters,
    )
