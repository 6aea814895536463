"""The documents that a comparison shows: ids, texts, and the rules with values and thresholds.

The places that :mod:`pipelines.diff.comparing` chose enter; :class:`Sample` leaves. Only the row groups that hold a chosen
document are read, each once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

import pyarrow as pa

from filters.document import Failure
from pipelines.engine import files
from pipelines.engine.partition import opened_parquet

from .comparing import Candidate, Place
from .rows import document_files
from .sides import Side

#: Characters of a text that are shown.
TEXT_CHARACTERS = 400
_COMMON_BEFORE = 40


@dataclass(frozen=True)
class Sample:
    """One document that the runs treat differently; ``text`` is of the run that keeps it, ``other_text`` of B where both do."""

    id: str
    source: str
    segment: str
    language: str
    text: str
    other_text: str = ""
    failures: tuple[Failure, ...] = ()
    kept_id: str = ""


@dataclass
class SampleReader:
    """Reads documents of both runs by their places."""

    sides: Sequence[Side]
    _sizes: dict[str, list[int]] = field(default_factory=dict[str, list[int]])

    def read(self, chosen: Mapping[tuple[str, Any], Sequence[Candidate]]) -> dict[tuple[str, Any], list[Sample]]:
        """The samples of every kind, in the order in which they were chosen."""
        return {key: [self._sample(key[0], one) for one in candidates] for key, candidates in sorted(chosen.items())}

    def _sample(self, what: str, one: Candidate) -> Sample:
        kept = self._row(one.kept)
        about: dict[str, Any] = {name: str(kept[name] or "") for name in ("id", "source", "segment", "language")}
        if what not in ("lost", "gained"):
            assert one.other is not None
            text, other = _around_difference(kept["text"], self._row(one.other)["text"])
            return Sample(**about, text=text, other_text=other)
        if one.other is None:
            return Sample(**about, text=kept["text"][:TEXT_CHARACTERS])
        lost = self._row(one.other)
        failures = tuple(Failure(**failure) for failure in lost["failures"])
        return Sample(**about, text=kept["text"][:TEXT_CHARACTERS], failures=failures, kept_id=lost["kept_id"] or "")

    def _row(self, place: Place) -> dict[str, Any]:
        side = self.sides[place.run]
        if place.stage:
            manifest = next(manifest for manifest in side.manifests if manifest.stage == place.stage)
            path = files.join(side.path, place.stage, manifest.ledgers()[place.partition][1])
        else:
            path = files.join(side.path, side.last.stage, f"{document_files(side.last)[place.partition]}.parquet")
        group, row = self._group(path, place.row)
        return group.slice(row, 1).to_pylist()[0]

    def _group(self, path: str, row: int) -> tuple[pa.Table, int]:
        """The row group that holds a row, and the row's number in it."""
        with opened_parquet(path) as parquet:
            if path not in self._sizes:
                metadata = parquet.metadata
                self._sizes[path] = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
            ends = list(accumulate(self._sizes[path]))
            group = next(number for number, end in enumerate(ends) if row < end)
            wanted = [
                name
                for name in ("id", "source", "segment", "language", "text", "failures", "kept_id")
                if name in parquet.schema_arrow.names
            ]
            table = parquet.read_row_group(group, columns=wanted, use_threads=False)
        return table, row - (ends[group - 1] if group else 0)


def _around_difference(one: str, two: str) -> tuple[str, str]:
    """Both texts from a little before the place where they part."""
    short = min(len(one), len(two))
    low, high = 0, short
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == two[:middle]:
            low = middle
        else:
            high = middle - 1
    start = max(0, low - _COMMON_BEFORE)
    before = "…" if start else ""
    return before + one[start : start + TEXT_CHARACTERS], before + two[start : start + TEXT_CHARACTERS]
