"""Runs of words that appear more than once in a document, found exactly and without joining strings, in a batch at once.

Enters: a number for each word of each document, the same for equal words of one document only. Leaves: for each length
the starts of the runs that are repeated, and a number for each distinct run.

A run of n + 1 words can be repeated only where the runs of n words at its start and at its second word both are, and
that pair of runs names it. So each length looks only at what the length before left over, and no hash can collide. A
run over the border of two documents is never repeated: the words of two documents have no number in common.
The greedy count of repeated characters is Gopher's (arXiv:2112.11446, A1.1) as the field's tools have it.
"""

from typing import NamedTuple

import numpy as np

from filters.parts import Parts, sorted_keys
from filters.view import BoolArray, IntArray

_NONE = np.zeros(0, dtype=np.int64)


class RepeatedRuns(NamedTuple):
    """Runs of ``n`` words that appear at least twice: ``starts`` ascends, ``ids`` numbers the distinct ones from 0.

    ``rows`` is the document of each.
    """

    n: int
    starts: IntArray
    ids: IntArray
    rows: IntArray

    def of_documents(self, wanted: BoolArray) -> "RepeatedRuns":
        """Only those of the documents for which ``wanted``, by row, is true."""
        kept = wanted[self.rows]
        return RepeatedRuns(self.n, self.starts[kept], self.ids[kept], self.rows[kept])


def no_runs(n: int) -> RepeatedRuns:
    """What there is where no run of ``n`` words is repeated."""
    return RepeatedRuns(n, _NONE, _NONE, _NONE)


def _group(keys: IntArray, num_keys: int) -> tuple[IntArray, IntArray]:
    """``keys`` below ``num_keys`` -> (places of keys that appear twice or more, ascending; their keys renumbered)."""
    places, ordered = sorted_keys(keys, num_keys)
    same = ordered[1:] == ordered[:-1]
    if not same.any():
        return _NONE, _NONE
    repeated = np.zeros(len(keys), dtype=np.bool_)
    repeated[1:] = same
    is_first = ~repeated
    repeated[:-1] |= same
    ids = np.full(len(keys), -1, dtype=np.int64)
    ids[places[repeated]] = is_first[repeated].cumsum() - 1
    kept = (ids >= 0).nonzero()[0]
    return kept, ids[kept]


def repeated_words(words: Parts) -> RepeatedRuns:
    """The runs of one word."""
    starts, ids = _group(words.keys, words.num_keys)
    return RepeatedRuns(1, starts, ids, words.rows[starts])


def one_word_longer(runs: RepeatedRuns) -> RepeatedRuns:
    """The repeated runs of ``runs.n + 1`` words, from those of ``runs.n``."""
    starts, ids = runs.starts, runs.ids
    num_ids = int(ids.max()) + 1 if len(ids) else 1
    neighbours = (starts[1:] == starts[:-1] + 1).nonzero()[0]
    kept, new_ids = _group(ids[neighbours] * num_ids + ids[neighbours + 1], num_ids * num_ids)
    chosen = neighbours[kept]
    return RepeatedRuns(runs.n + 1, starts[chosen], new_ids, runs.rows[chosen])


def most_by_document(rows: IntArray, values: IntArray, num_documents: int) -> IntArray:
    """The largest of ``values`` for each document; 0 where it has none. ``rows`` ascends."""
    most = np.zeros(num_documents, dtype=np.int64)
    if len(rows):
        firsts = np.flatnonzero(np.concatenate(([True], rows[1:] != rows[:-1])))
        most[rows[firsts]] = np.maximum.reduceat(values, firsts)
    return most


def top_run_chars(runs: RepeatedRuns, words: Parts, *, min_count: int = 1) -> IntArray:
    """For each document the characters of its most frequent run times its count, its words joined by one space.

    Of equals the first is taken. Where no run is repeated every run is on top, once. 0 where none stands ``min_count`` times.
    """
    offsets, num_documents = words.char_offsets, len(words.counts)
    starts = np.minimum(words.offsets[:-1], max(words.size - runs.n, 0))
    first = offsets[np.minimum(starts + runs.n, words.size)] - offsets[starts] + runs.n - 1
    chars = np.where((words.counts >= runs.n) & (min_count == 1), first, 0)
    if len(runs.starts):
        counts = np.bincount(runs.ids)[runs.ids]
        most = most_by_document(runs.rows, counts, num_documents)
        on_top = np.flatnonzero(counts == most[runs.rows])
        rows, places = np.unique(runs.rows[on_top], return_index=True)
        enough = most[rows] >= min_count
        rows, places = rows[enough], places[enough]
        tops = runs.starts[on_top[places]]
        chars[rows] = (offsets[tops + runs.n] - offsets[tops] + runs.n - 1) * most[rows]
    return chars


def _possible_starts(runs: RepeatedRuns, n: int) -> IntArray:
    """Which of ``runs`` a repeated run of ``n`` words, ``n`` at least ``runs.n``, can start with: so many follow on."""
    more = n - runs.n
    first = runs.starts[: max(len(runs.starts) - more, 0)]
    # In one document: the words of another have other numbers, but what follows on here may be over the border.
    return np.flatnonzero((runs.starts[more:] == first + more) & (runs.rows[more:] == runs.rows[: len(first)]))


def most_top_chars(runs: RepeatedRuns, words: Parts, *, n: int) -> IntArray:
    """For each document an upper bound of :func:`top_run_chars` for repeated runs of ``n`` words, from shorter ones."""
    offsets, num_documents = words.char_offsets, len(words.counts)
    chosen = _possible_starts(runs, n)
    starts, rows = runs.starts[chosen], runs.rows[chosen]
    longest = most_by_document(rows, offsets[starts + n] - offsets[starts] + n - 1, num_documents)
    counts = np.bincount(runs.ids)[runs.ids] if len(runs.ids) else runs.ids
    return longest * most_by_document(runs.rows, counts, num_documents)


def most_repeated_chars(runs: RepeatedRuns, words: Parts, *, n: int) -> IntArray:
    """For each document an upper bound of :func:`repeated_chars` for runs of ``n`` words and more: what they cover."""
    offsets = words.char_offsets
    chosen = _possible_starts(runs, n)
    starts = runs.starts[chosen]
    ends = starts + n
    np.minimum(ends[:-1], starts[1:], out=ends[:-1])
    chars = np.zeros(len(words.counts), dtype=np.int64)
    np.add.at(chars, runs.rows[chosen], offsets[ends] - offsets[starts])
    return chars


def repeated_chars(runs: RepeatedRuns, words: Parts, row: int) -> int:
    """Characters of the document at ``row`` in runs seen before, reading from the left.

    A run seen before is skipped whole, another by one word.
    """
    offsets = words.char_offsets
    first, last = np.searchsorted(runs.rows, [row, row + 1])
    starts = runs.starts[first:last]
    seen: set[int] = set()
    chars, free = 0, 0
    lengths = offsets[starts + runs.n] - offsets[starts]
    for start, run, length in zip(starts.tolist(), runs.ids[first:last].tolist(), lengths.tolist(), strict=True):
        if start < free:
            continue
        if run in seen:
            chars += length
            free = start + runs.n
        else:
            seen.add(run)
    return chars
