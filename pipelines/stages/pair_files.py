"""The pairs of near-duplicates of a run: those that ``candidates`` found, and the copies within partitions.

Enters: files of pairs and of signatures. Leaves: the numbers of two documents, and from which generation on they are connected.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.engine.partition import opened_parquet

from .signature_index import Index, Part

Ints = NDArray[np.int64]
Pairs = tuple[Ints, Ints, NDArray[np.int32]]


@dataclass(frozen=True)
class PairFile:
    """A file of candidates, or the copies of a partition of an index."""

    path: str = ""
    index: int = -1
    part: int = -1


def read_pairs(indexes: Sequence[Index], source: PairFile) -> Iterator[Pairs]:
    """The pairs of one file, part by part."""
    if source.path:
        yield from _candidates(source.path)
    else:
        index = indexes[source.index]
        yield from _copies(index, index.parts[source.part])


def all_sources(indexes: Sequence[Index], paths: Sequence[str]) -> list[PairFile]:
    """Everything that has pairs."""
    parts = [(place, number) for place, index in enumerate(indexes) for number in range(len(index.parts))]
    return [*(PairFile(index=place, part=number) for place, number in parts), *(PairFile(path) for path in paths)]


def _candidates(path: str) -> Iterator[Pairs]:
    with opened_parquet(path) as parquet:
        for group in range(parquet.num_row_groups):
            table = parquet.read_row_group(group, columns=["first", "second", "generation"], use_threads=False)
            first, second, generation = (column.to_numpy() for column in table.columns)
            yield first, second, generation


def _copies(index: Index, part: Part) -> Iterator[Pairs]:
    """The documents of a partition that have the prints of another, with that one."""
    with opened_parquet(index.path(part)) as parquet:
        first = part.first
        for group in range(parquet.num_row_groups):
            table = parquet.read_row_group(group, columns=["same_as", "generation"], use_threads=False)
            same_as = table["same_as"].to_numpy()
            rows = np.flatnonzero(same_as >= 0)
            generations = table["generation"].to_numpy()[rows] + np.int32(index.first_generation)
            yield rows + first, same_as[rows].astype(np.int64) + part.first, generations
            first += len(table)
