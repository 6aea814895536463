"""What becomes of the documents of some clusters.

Enters: the numbers of documents and the label of the cluster of each. Leaves: a row for each document of this run that they
decide about, by partition. The best document of a cluster is of the earliest generation, then of the highest quality, then
the longest, then the one whose id comes first; the recipe's ``keep`` best stay.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from filters.near_duplicates.buckets import similarities
from filters.near_duplicates.components import Standings, standings

from .duplicates import pack_table
from .signature_index import Index, read_prints, read_rows

# Its functions are made at run time, which type checkers cannot see.
pc: Any = pyarrow.compute

Ints = NDArray[np.int64]

#: Of each document of a cluster: its row in its partition, the number of the cluster's first document, how many documents
#: it has, whether this one stays and is the best, the id of the best one and the estimated similarity to it.
VERDICTS_SCHEMA = pa.schema(
    [
        ("row", pa.int32()),
        ("cluster", pa.int64()),
        ("size", pa.int32()),
        ("kept", pa.bool_()),
        ("best", pa.bool_()),
        ("best_id", pa.string()),
        ("similarity", pa.float32()),
    ]
)
#: What decides which document of a cluster is the best, in this order.
_ORDER = (
    *(("generation", "ascending"), ("quality", "descending"), ("length", "descending")),
    *(("id", "ascending"), ("text_key", "ascending"), ("number", "ascending")),
)
_RANKED = ("generation", "quality", "length", "id", "text_key")
#: Documents whose prints are in memory at a time, twice.
_PRINTS = 1_000_000


@dataclass(frozen=True)
class Deciding:
    """Decides about documents by their numbers."""

    indexes: tuple[Index, ...]
    keep: int

    def generations(self, documents: Ints) -> NDArray[np.int32]:
        """The generation of each document; numbers ascend."""
        return self._facts(documents, ("generation",))["generation"].to_numpy()

    def verdicts(self, documents: Ints, labels: Ints, *, generation: int) -> Iterator[tuple[str, bytes]]:
        """Packed rows by partition, of this run's documents of one generation.

        ``documents`` ascend and are all those of their clusters up to that generation; ``labels`` are places in them.
        """
        facts = self._facts(documents, _RANKED)
        facts = facts.append_column("number", pa.array(documents))
        order = pc.sort_indices(facts, sort_keys=list(_ORDER)).to_numpy()
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        standing = standings(labels, rank)
        decided = (facts["generation"].to_numpy() == generation) & (documents >= self.indexes[-1].first) & (standing.size > 1)
        similarity = self._similarities(documents, standing, decided)
        for part in self.indexes[-1].parts:
            start, end = np.searchsorted(documents, [part.first, part.end])
            own = start + np.flatnonzero(decided[start:end])
            if len(own):
                columns = [
                    pa.array((documents[own] - part.first).astype(np.int32)),
                    pa.array(documents[labels[own]]),
                    pa.array(standing.size[own].astype(np.int32)),
                    pa.array(standing.place[own] < self.keep),
                    pa.array(standing.place[own] == 0),
                    facts["id"].take(pa.array(standing.best[own])),
                    pa.array(similarity[own]),
                ]
                yield part.name, pack_table(pa.table(columns, schema=VERDICTS_SCHEMA))

    def _facts(self, documents: Ints, columns: tuple[str, ...]) -> pa.Table:
        """Columns of the signatures, ``generation`` first, of documents by their numbers."""
        tables: list[pa.Table] = []
        for index in self.indexes:
            for part in index.parts:
                start, end = np.searchsorted(documents, [part.first, part.end])
                if end > start:
                    table = read_rows(index.path(part), documents[start:end] - part.first, columns=columns)
                    generations = pc.add(table["generation"], pa.scalar(index.first_generation, pa.int32()))
                    tables.append(table.set_column(0, "generation", generations))
        return pa.concat_tables(tables).combine_chunks()

    def _similarities(self, documents: Ints, standing: Standings, decided: NDArray[np.bool_]) -> NDArray[np.float32]:
        """The estimated similarity to the best one of its cluster of each document decided about; 1 of itself."""
        result = np.ones(len(documents), dtype=np.float32)
        others = np.flatnonzero((standing.place > 0) & decided)
        best = standing.best
        winners = np.unique(best[others])
        for start in range(0, len(winners), _PRINTS):
            some = winners[start : start + _PRINTS]
            their = read_prints(self.indexes, documents[some])[0]
            mine = others[(best[others] >= some[0]) & (best[others] <= some[-1])]
            for first in range(0, len(mine), _PRINTS):
                losers = mine[first : first + _PRINTS]
                prints = read_prints(self.indexes, documents[losers])[0]
                theirs = np.searchsorted(some, best[losers])
                result[losers] = similarities(prints, np.arange(len(losers)), theirs, others=their)
        return result
