"""Runs of words that appear more than once, found exactly and without joining strings.

Enters: the numbers of a document's words (equal words, equal numbers, from 0 up). Leaves: for each length the starts of
the runs that are repeated, and a number for each distinct run.

A run of n + 1 words can be repeated only where the runs of n words at its start and at its second word both are, and
that pair of runs names it. So each length looks only at what the length before left over, and no hash can collide.
The greedy count of repeated characters is Gopher's (arXiv:2112.11446, A1.1) as the field's tools have it.
"""

from dataclasses import dataclass

import numpy as np

from filters.view import IntArray

_SIGN_BITS = 63


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
    repeated = np.zeros(size, dtype=np.bool_)
    repeated[1:] = same
    first = ~repeated
    repeated[:-1] |= same
    ids = np.full(size, -1, dtype=np.int64)
    ids[places[repeated]] = np.cumsum((first & repeated)[repeated]) - 1
    kept = np.flatnonzero(ids >= 0)
    return kept, ids[kept]


def repeated_runs(word_ids: IntArray, word_counts: IntArray, *, max_n: int) -> dict[int, RepeatedRuns]:
    """The repeated runs of 1, 2, ... ``max_n`` words by their length; a length without any is left out."""
    starts = np.flatnonzero(word_counts[word_ids] > 1)
    ids = word_ids[starts]
    num_ids = len(word_counts)
    found: dict[int, RepeatedRuns] = {}
    for n in range(1, max_n + 1):
        if not len(starts):
            break
        found[n] = RepeatedRuns(n, starts, ids)
        neighbours = np.flatnonzero(starts[1:] == starts[:-1] + 1)
        kept, new_ids = _group(ids[neighbours] * num_ids + ids[neighbours + 1], num_ids * num_ids)
        starts, ids = starts[neighbours[kept]], new_ids
        num_ids = int(ids.max()) + 1 if len(ids) else 1
    return found


def top_run_chars(runs: RepeatedRuns, offsets: IntArray) -> int:
    """Characters of the most frequent run times its count, its words joined by one space; of equals, the first.

    ``offsets`` has where each word starts if all stand together, and the end.
    """
    counts = np.bincount(runs.ids)
    count = int(counts.max())
    start = int(runs.starts[np.argmax(counts[runs.ids] == count)])
    return (int(offsets[start + runs.n] - offsets[start]) + runs.n - 1) * count


def most_repeated_chars(runs: RepeatedRuns, offsets: IntArray) -> int:
    """An upper bound of :func:`repeated_chars`, cheaply: the characters that any repeated run covers."""
    following = np.append(runs.starts[1:], len(offsets))
    return int((offsets[np.minimum(runs.starts + runs.n, following)] - offsets[runs.starts]).sum())


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
