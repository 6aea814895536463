"""Runs of words that appear more than once, found exactly and without joining strings.

Enters: the numbers of a document's words (equal words, equal numbers, from 0 up). Leaves: for each length the starts of
the runs that are repeated, and a number for each distinct run.

A run of n + 1 words can be repeated only where the runs of n words at its start and at its second word both are, and
that pair of runs names it. So each length looks only at what the length before left over, and no hash can collide.
The greedy count of repeated characters is Gopher's (arXiv:2112.11446, A1.1) as the field's tools have it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from filters.view import IntArray

_SIGN_BITS = 63
_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class RepeatedRuns:
    """Runs of ``n`` words that appear at least twice: ``starts`` ascends, ``ids`` numbers the distinct ones from 0."""

    n: int
    starts: IntArray
    ids: IntArray


def _group(keys: IntArray, num_keys: int) -> tuple[IntArray, IntArray]:
    """``keys`` below ``num_keys`` -> (places of keys that appear twice or more, ascending; their keys renumbered)."""
    size = len(keys)
    shift = max(size - 1, 1).bit_length()
    if num_keys.bit_length() + shift <= _SIGN_BITS:
        # Key and place in one integer: a plain sort of integers is vectorised, an argsort is not.
        packed = (keys << shift) | np.arange(size, dtype=np.int64)
        packed.sort()
        places, ordered = packed & ((1 << shift) - 1), packed >> shift
    else:
        places = np.argsort(keys, kind="stable")
        ordered = keys[places]
    same = ordered[1:] == ordered[:-1]
    if not same.any():
        return _NONE, _NONE
    repeated = np.zeros(size, dtype=np.bool_)
    repeated[1:] = same
    is_first = ~repeated
    repeated[:-1] |= same
    ids = np.full(size, -1, dtype=np.int64)
    ids[places[repeated]] = is_first[repeated].cumsum() - 1
    kept = (ids >= 0).nonzero()[0]
    return kept, ids[kept]


def repeated_runs(word_ids: IntArray, *, max_n: int) -> Iterator[RepeatedRuns]:
    """Yield the repeated runs of 1, 2, ... ``max_n`` words, up to the first length that has none.

    ``word_ids`` are from 0 up; equal words have equal numbers.
    """
    counts = np.bincount(word_ids)
    starts = (counts[word_ids] > 1).nonzero()[0]
    ids, num_ids = word_ids[starts], len(counts)
    for n in range(1, max_n + 1):
        if not len(starts):
            return
        yield RepeatedRuns(n, starts, ids)
        neighbours = (starts[1:] == starts[:-1] + 1).nonzero()[0]
        kept, new_ids = _group(ids[neighbours] * num_ids + ids[neighbours + 1], num_ids * num_ids)
        starts, ids = starts[neighbours[kept]], new_ids
        num_ids = int(ids.max()) + 1 if len(ids) else 1


def top_run_chars(runs: RepeatedRuns, offsets: IntArray) -> int:
    """Characters of the most frequent run times its count, its words joined by one space; of equals, the first.

    ``offsets`` has where each word starts if all stand together, and the end.
    """
    counts = np.bincount(runs.ids)
    count = int(counts.max())
    start = int(runs.starts[np.argmax(counts[runs.ids] == count)])
    return (int(offsets[start + runs.n] - offsets[start]) + runs.n - 1) * count


def _possible_starts(runs: RepeatedRuns, n: int) -> IntArray:
    """Where a repeated run of ``n`` words can start, ``n`` at least ``runs.n``: where so many shorter ones follow on."""
    more = n - runs.n
    first = runs.starts[: max(len(runs.starts) - more, 0)]
    return first[runs.starts[more:] == first + more]


def most_top_chars(runs: RepeatedRuns, offsets: IntArray, *, n: int) -> int:
    """An upper bound of :func:`top_run_chars` for repeated runs of ``n`` words, from shorter ones; 0 if there is none."""
    starts = _possible_starts(runs, n)
    if not len(starts):
        return 0
    longest = int((offsets[starts + n] - offsets[starts]).max()) + n - 1
    return longest * int(np.bincount(runs.ids).max())


def most_repeated_chars(runs: RepeatedRuns, offsets: IntArray, *, n: int) -> int:
    """An upper bound of :func:`repeated_chars` for runs of ``n`` words and more: what all possible ones cover."""
    starts = _possible_starts(runs, n)
    if not len(starts):
        return 0
    ends = starts + n
    np.minimum(ends[:-1], starts[1:], out=ends[:-1])
    return int((offsets[ends] - offsets[starts]).sum())


def repeated_chars(runs: RepeatedRuns, offsets: IntArray) -> int:
    """Characters in runs seen before, reading from the left: a run seen before is skipped whole, another by one word."""
    seen: set[int] = set()
    chars, free = 0, 0
    lengths = offsets[runs.starts + runs.n] - offsets[runs.starts]
    for start, run, length in zip(runs.starts.tolist(), runs.ids.tolist(), lengths.tolist(), strict=True):
        if start < free:
            continue
        if run in seen:
            chars += length
            free = start + runs.n
        else:
            seen.add(run)
    return chars
