"""Clusters by rounds on the runner's machines, for more pairs than one worker can take.

Enters: the files of pairs. Leaves: the verdicts that :mod:`pipelines.stages.verdicts` makes, by partition. Components are
found by alternating large-star and small-star (Kiveris et al. 2014, "Connected Components in MapReduce and Beyond"): the nodes
are divided into ranges, and in each round a range sees the pairs of its nodes. Rounds are as many as a path through all of the
nodes needs, the shape that takes most; that they were enough is checked. A generation's pairs join when those of
the generations before have become stars.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from filters.near_duplicates.components import NotStarsError, Pairs, large_star, small_star, star_labels
from pipelines.engine.progress import Progress
from pipelines.engine.stage import StageFailedError, Unit

from .duplicates import pack_table, unpack_tables
from .pair_files import PairFile, read_pairs
from .verdicts import Deciding

Ints = NDArray[np.int64]

_PAIRS = pa.schema([("node", pa.int64()), ("other", pa.int64())])
#: How long the verdicts on the clusters of a range may take.
_MAX_DECIDING_S = 3600.0


@dataclass(frozen=True)
class ByRounds:
    """The shuffle. A key is the next step, the place of its generation among ``generations``, its number, and the range."""

    run: str
    deciding: Deciding
    #: Those of this run, ascending: earlier ones come in with the first.
    generations: tuple[int, ...]
    num_documents: int
    range_documents: int

    @property
    def turns(self) -> int:
        """How often large-star and small-star follow each other: a path of n nodes takes log2 n turns."""
        return max(self.num_documents, 2).bit_length() + 2

    @property
    def steps(self) -> int:
        """The rounds of one generation: the turns, and the check."""
        return 2 * self.turns + 1

    @property
    def rounds(self) -> int:
        return len(self.generations) * self.steps + 1

    def emit(self, unit: Unit, *, progress: Progress) -> Iterator[tuple[str, bytes]]:
        source: PairFile = unit.payload
        for first, second, generation in read_pairs(self.deciding.indexes, source):
            places = np.searchsorted(self.generations, generation)
            for place in np.unique(places).tolist():
                own = places == place
                name = f"wait/{place:05d}/{place * self.steps:05d}" if place else "large/00000/00000"
                yield from self._by_range(name, _both_ways(first[own], second[own]))
            progress.advance(rows=len(first), num_bytes=len(first))

    def regroup(self, key: str, blobs: Sequence[bytes]) -> list[tuple[str, bytes]]:
        step, *rest = key.split("/")
        if len(rest) != 3:  # verdicts on their way to their partition
            return [(key, blob) for blob in blobs]
        place, number, of_range = int(rest[0]), int(rest[1]), rest[2]
        if step == "wait":
            name = f"wait/{place:05d}/{number - 1:05d}" if number > 1 else f"large/{place:05d}/00000"
            return [(f"{name}/{of_range}", blob) for blob in blobs]
        table = unpack_tables(blobs, schema=_PAIRS)
        nodes, others = table["node"].to_numpy(), table["other"].to_numpy()
        if step == "large":
            return self._by_range(f"small/{place:05d}/{number:05d}", large_star(nodes, others))
        if step == "small":
            following = "large" if number + 1 < self.turns else "check"
            return self._by_range(f"{following}/{place:05d}/{number + 1:05d}", _both_ways(*small_star(nodes, others)))
        if step == "check":
            return self._checked(place, nodes, others)
        with Progress(self.run, stage="clusters").alive(seconds=_MAX_DECIDING_S):
            return self._decided(place, nodes, others)

    def _by_range(self, name: str, pairs: Pairs, *, by: int = 0) -> list[tuple[str, bytes]]:
        """Pairs packed by the range of their first or their second node."""
        if not len(pairs[by]):
            return []
        ranges = pairs[by] // self.range_documents
        order = np.argsort(ranges, kind="stable")
        table = pa.table([pa.array(column[order]) for column in pairs], schema=_PAIRS)
        numbers, starts = np.unique(ranges[order], return_index=True)
        ends = [*starts[1:].tolist(), len(order)]
        cuts = zip(numbers.tolist(), starts.tolist(), ends, strict=True)
        return [(f"{name}/{number:06d}", pack_table(table.slice(start, end - start))) for number, start, end in cuts]

    def _checked(self, place: int, nodes: Ints, others: Ints) -> list[tuple[str, bytes]]:
        """The stars of a generation to where they are decided, and on to the next generation's pairs."""
        try:
            labels = star_labels(nodes, others)
        except NotStarsError:
            raise StageFailedError(f"clusters: {self.turns} turns were not enough to connect all pairs") from None
        found = self._by_range(f"decide/{place:05d}/00000", labels, by=1)
        if place + 1 < len(self.generations):
            found += self._by_range(f"large/{place + 1:05d}/00000", _both_ways(*labels))
        return found

    def _decided(self, place: int, nodes: Ints, centres: Ints) -> list[tuple[str, bytes]]:
        documents, local = np.unique(np.concatenate([nodes, centres]), return_inverse=True)
        labels = np.arange(len(documents))
        labels[local[: len(nodes)]] = local[len(nodes) :]
        return list(self.deciding.verdicts(documents, labels, generation=self.generations[place]))


def _both_ways(first: Ints, second: Ints) -> Pairs:
    return np.concatenate([first, second]), np.concatenate([second, first])
