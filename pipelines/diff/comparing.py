"""Compares two runs, bucket by bucket.

The rows of both runs that share a bucket enter; counts leave, and of every way in which a document can differ the few that say
most about it: those nearest to the threshold that took them. Documents are the same if their ids are.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .rows import KEPT, Fate, Names, Rows

_KEPT, _NOT_READ = 0, 1
_NO_SEGMENT = 255
Ints = npt.NDArray[np.int64]


class Place(NamedTuple):
    """Where a document stands in a run: among the kept ones or in the ledger of the stage that took it."""

    run: int
    stage: str
    partition: int
    row: int


class Candidate(NamedTuple):
    """A document that may be shown: sorts by how near it was to being treated alike, then by its hash."""

    margin: float
    hash: int
    kept: Place
    other: Place | None


@dataclass
class Totals:
    """Documents of one run under one name."""

    documents: int = 0
    tokens: int = 0
    uses: int = 0
    planned_tokens: int = 0

    def add(self, documents: float, tokens: float, uses: float, planned: float) -> None:
        self.documents += int(documents)
        self.tokens += int(tokens)
        self.uses += int(uses)
        self.planned_tokens += int(planned)


@dataclass
class Comparison:
    """What the runs have in common and what not. Runs are 0 (A) and 1 (B); rules are (stage, action, rule)."""

    #: (fate in A, fate in B, segment) -> documents; the segment is that of the run that knows it, A before B.
    moves: Counter[tuple[Fate, Fate, str]] = field(default_factory=Counter[Any])
    #: (run, fate, segment) -> documents lost.
    lost: Counter[tuple[int, Fate, str]] = field(default_factory=Counter[Any])
    #: (run, kind, name) -> kept documents; kinds are segment, language, source.
    kept: dict[tuple[int, str, str], Totals] = field(default_factory=dict[Any, Totals])
    #: (kind, in A, in B) -> documents kept by both, segments and languages only where they differ.
    relabelled: Counter[tuple[str, str, str]] = field(default_factory=Counter[Any])
    #: segment -> documents kept by both with another text.
    rewritten: Counter[str] = field(default_factory=Counter[Any])
    #: (run,) -> records with an id that another record of the run has.
    repeated_ids: Counter[int] = field(default_factory=Counter[Any])
    #: (what, rule) -> documents to show; what is lost, gained, rewritten, segment, language.
    candidates: dict[tuple[str, tuple[str, str, str]], list[Candidate]] = field(default_factory=dict[Any, Any])


def compare(parts: Iterable[Rows], *, names: Names, samples: int) -> Comparison:
    """The comparison of all buckets, with up to ``samples`` documents to show of each kind."""
    result = Comparison()
    for rows in parts:
        _compare(rows, result, names=names, samples=samples)
    return result


def _compare(rows: Rows, result: Comparison, *, names: Names, samples: int) -> None:
    rows = rows[np.lexsort((rows["fate"] != _KEPT, rows["run"], rows["low"], rows["high"]))]
    same = (rows["high"][1:] == rows["high"][:-1]) & (rows["low"][1:] == rows["low"][:-1])
    # Of records with one id the kept one counts, and else the first.
    again = np.concatenate([[False], same & (rows["run"][1:] == rows["run"][:-1])])
    for run in (0, 1):
        result.repeated_ids[run] += int((again & (rows["run"] == run)).sum())
    rows = rows[~again]
    same = (rows["high"][1:] == rows["high"][:-1]) & (rows["low"][1:] == rows["low"][:-1])
    is_first = np.concatenate([[True], ~same])
    starts = np.flatnonzero(is_first)
    has_two = np.concatenate([~is_first[1:], [False]])[starts]
    runs = rows["run"][starts]
    in_a = np.where(runs == 0, starts, -1)
    in_b = np.where(runs == 1, starts, np.where(has_two, starts + 1, -1))
    _count_lost(rows, result, names)
    _count_kept(rows, result, names)
    fate_a, fate_b = (np.where(place >= 0, rows["fate"][place], _NOT_READ).astype(np.int64) for place in (in_a, in_b))
    _count_moves(rows, result, names, sides=(in_a, in_b), fates=(fate_a, fate_b))
    _choose_moved(rows, result, names, sides=(in_a, in_b), fates=(fate_a, fate_b), samples=samples)
    both = (fate_a == _KEPT) & (fate_b == _KEPT)
    _compare_kept(rows[in_a[both]], rows[in_b[both]], result, names, samples=samples)


def _grouped(*columns: npt.NDArray[Any]) -> tuple[list[tuple[int, ...]], list[int]]:
    """The combinations of values that rows have, and how many rows have each."""
    if not len(columns[0]):
        return [], []
    # One number for each combination: to sort rows of numbers takes ten times as long.
    together = np.zeros(len(columns[0]), dtype=np.int64)
    sizes = [int(column.max()) + 1 for column in columns]
    for column, size in zip(columns, sizes, strict=True):
        together = together * size + column.astype(np.int64)
    groups, counts = np.unique(together, return_counts=True)
    parts: list[list[int]] = []
    for size in reversed(sizes):
        groups, values = np.divmod(groups, size)
        parts.insert(0, values.tolist())
    return [*zip(*parts, strict=True)], counts.tolist()


def _count_lost(rows: Rows, result: Comparison, names: Names) -> None:
    lost = rows[rows["fate"] != _KEPT]
    for (run, fate, segment), count in zip(*_grouped(lost["run"], lost["fate"], lost["segment"]), strict=True):
        result.lost[run, names.fates.values[fate], names.segments.values[segment]] += count


def _count_kept(rows: Rows, result: Comparison, names: Names) -> None:
    for run in (0, 1):
        kept = rows[(rows["fate"] == _KEPT) & (rows["run"] == run)]
        planned = (kept["tokens"] * kept["uses"]).astype(np.float64)
        columns = (np.ones(len(kept)), kept["tokens"].astype(np.float64), kept["uses"].astype(np.float64), planned)
        for kind, values in (
            ("segment", names.segments.values),
            ("language", names.languages.values),
            ("source", names.sources.values),
        ):
            sums = [np.bincount(kept[kind], weights=column, minlength=len(values)).tolist() for column in columns]
            for name, *amounts in zip(values, *sums, strict=True):
                if amounts[0]:
                    result.kept.setdefault((run, kind, name), Totals()).add(*amounts)


def _count_moves(rows: Rows, result: Comparison, names: Names, *, sides: tuple[Ints, Ints], fates: tuple[Ints, Ints]) -> None:
    # A stage that takes a document early may not know its segment yet; then the other run's word counts.
    a, b = (np.where(place >= 0, rows["segment"][place], _NO_SEGMENT).astype(np.int64) for place in sides)
    unknown = names.segments.number("")
    segments = np.where((a == _NO_SEGMENT) | ((a == unknown) & (b != _NO_SEGMENT)), b, a)
    for (fate_a, fate_b, segment), count in zip(*_grouped(*fates, segments), strict=True):
        fate = (names.fates.values[fate_a], names.fates.values[fate_b])
        result.moves[*fate, names.segments.values[segment]] += count


def _choose_moved(
    rows: Rows, result: Comparison, names: Names, *, sides: tuple[Ints, Ints], fates: tuple[Ints, Ints], samples: int
) -> None:
    """Of documents that one run keeps and the other does not, by the rules of the other."""
    for what, kept, other in (("lost", 0, 1), ("gained", 1, 0)):
        moved = np.flatnonzero((fates[kept] == _KEPT) & (fates[other] != _KEPT))
        for number in np.unique(fates[other][moved]).tolist():
            of_fate = moved[fates[other][moved] == number]
            here, there = rows[sides[kept][of_fate]], rows[sides[other][of_fate]]
            margins = there["margin"] if number != _NOT_READ else np.zeros(len(here), np.float32)
            nearest = np.lexsort((here["high"], margins))[:samples]
            fate = names.fates.values[number]
            found = [
                Candidate(
                    float(margins[i]),
                    int(here["high"][i]),
                    _place(here[i], names),
                    None if number == _NOT_READ else _place(there[i], names),
                )
                for i in nearest.tolist()
            ]
            for rule in fate.rules or ("",):
                _keep_best(result, (what, (fate.stage, fate.action, rule)), found, samples)


def _place(row: Any, names: Names) -> Place:
    fate = names.fates.values[int(row["fate"])]
    return Place(int(row["run"]), fate.stage, int(row["partition"]), int(row["row"]))


def _keep_best(result: Comparison, key: tuple[str, tuple[str, str, str]], found: Sequence[Candidate], samples: int) -> None:
    result.candidates[key] = sorted([*result.candidates.get(key, ()), *found], key=lambda one: one[:2])[:samples]


def _compare_kept(a: Rows, b: Rows, result: Comparison, names: Names, *, samples: int) -> None:
    """Documents that both runs keep: those with another segment, language or text."""
    for kind, values in (("segment", names.segments.values), ("language", names.languages.values)):
        differ = np.flatnonzero(a[kind] != b[kind])
        for (old, new), count in zip(*_grouped(a[kind][differ], b[kind][differ]), strict=True):
            result.relabelled[kind, values[old], values[new]] += count
            some = differ[(a[kind][differ] == old) & (b[kind][differ] == new)]
            _choose(a, b, some, result, names, key=(kind, (values[old], values[new], "")), samples=samples)
    differ = np.flatnonzero(a["text"] != b["text"])
    for (segment,), count in zip(*_grouped(a["segment"][differ]), strict=True):
        result.rewritten[names.segments.values[segment]] += count
    _choose(a, b, differ, result, names, key=("rewritten", ("", "", "")), samples=samples)


def _choose(
    a: Rows, b: Rows, some: Ints, result: Comparison, names: Names, *, key: tuple[str, tuple[str, str, str]], samples: int
) -> None:
    lowest = some[np.argsort(a["high"][some], kind="stable")[:samples]]
    found = [Candidate(0.0, int(a["high"][i]), _place(a[i], names), _place(b[i], names)) for i in lowest.tolist()]
    if found:
        _keep_best(result, key, found, samples)


def kept_by_both(comparison: Comparison) -> int:
    """Documents that both runs keep."""
    return sum(count for (a, b, _), count in comparison.moves.items() if a == b == KEPT)
