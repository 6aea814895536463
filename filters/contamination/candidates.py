"""Where in documents a benchmark passage may stand, by the runs of symbols that both have.

Enters: the symbols of texts, and the index. Leaves: for each place that looks like a passage the text, the passage, and the
symbols to align it with. Runs count together where they have about the same distance in the text as in the passage, so that
words of the same subject here and there do not add up.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from filters.contamination.index import PassageIndex
from filters.contamination.plausible import plausible
from filters.contamination.skeleton import IntArray, Skeletons

#: Symbols that are looked at together; a longer text goes in pieces that overlap by more than any passage reaches.
_BLOCK, _BLOCK_TEXTS = 1 << 18, 1 << 13
_OVERLAP = 2_048
#: Texts lie so far apart that no passage reaches from one to the next; a passage is shorter than half of it.
_GAP = 1_024
_OFFSET_BITS, _PLACE_BITS = 10, 26
#: Of a run that comes again within so many symbols only the first counts: a word a million times is one.
_PERIOD = 8


class Candidate(NamedTuple):
    """Symbols ``start`` to ``end`` of all that entered, of one text, may hold a passage; ``num_runs`` of its runs are there."""

    text: int
    passage: int
    start: int
    end: int
    num_runs: int


def find_candidates(index: PassageIndex, found: Skeletons) -> Iterator[Candidate]:
    """The places to look at, text by text; the same for a text whatever stands before and after it."""
    first = 0
    while first < len(found):
        last = max(int(np.searchsorted(found.starts, found.starts[first] + _BLOCK, side="right")) - 1, first + 1)
        last = min(last, first + _BLOCK_TEXTS)
        start, end = int(found.starts[first]), int(found.starts[last])
        for piece in range(start, max(end - _OVERLAP, start + 1), _BLOCK):
            yield from _in_block(index, found, range(first, last), piece, min(piece + _BLOCK + _OVERLAP, end))
        first = last


def _in_block(index: PassageIndex, found: Skeletons, rows: range, start: int, end: int) -> Iterator[Candidate]:
    """The candidates among symbols ``start`` to ``end``, which are of the texts ``rows``."""
    bounds = np.clip(found.starts[rows.start : rows.stop + 1], start, end) - start
    texts = np.repeat(np.arange(len(rows)), np.diff(bounds))
    places, numbers = index.find_runs(found.symbols[start:end], texts)
    if not len(places):
        return
    # From here on texts lie apart by the gap.
    places = places + (texts[places] + 1) * _GAP
    keys = _keys(index, *_without_repeats(places, numbers))
    passages, begins = keys >> (_PLACE_BITS + _OFFSET_BITS), keys >> _OFFSET_BITS & (1 << _PLACE_BITS) - 1
    lengths = np.diff(index.passages.starts)[passages]
    slack = 3 + lengths // 5
    reach = np.searchsorted(keys, keys + (slack << _OFFSET_BITS), side="right")
    num_runs = reach - np.arange(len(keys))
    enough = np.flatnonzero(num_runs >= index.needed[passages])
    best = _best_of_neighbours(passages[enough], begins[enough], num_runs[enough], slack[enough])
    chosen = enough[best]
    own = np.searchsorted(bounds[:-1] + (np.arange(len(rows)) + 1) * _GAP - _GAP // 2, begins[chosen], side="right") - 1
    shift = start - (own + 1) * _GAP
    margin = 4 + lengths[chosen] // 4
    low = np.maximum(begins[chosen] + shift - margin, start + bounds[own])
    high = np.minimum(begins[reach[chosen] - 1] + shift + lengths[chosen] + margin, start + bounds[own + 1])
    chosen_passages = passages[chosen]
    kept = plausible(
        found.symbols[start:end],
        low - start,
        high - start,
        passage_pairs=index.pairs,
        weights=index.passages.weights,
        firsts=index.passages.starts[chosen_passages],
        lasts=index.passages.starts[chosen_passages + 1],
        thresholds=index.thresholds[chosen_passages],
    )
    columns = (own + rows.start, chosen_passages, low, high, num_runs[chosen])
    yield from map(Candidate, *(column[kept].tolist() for column in columns))


def _without_repeats(places: IntArray, numbers: IntArray) -> tuple[IntArray, IntArray]:
    packed = np.sort(numbers << _PLACE_BITS | places)
    places, numbers = packed & (1 << _PLACE_BITS) - 1, packed >> _PLACE_BITS
    kept = np.ones(len(places), dtype=np.bool_)
    kept[1:] = (numbers[1:] != numbers[:-1]) | (places[1:] - places[:-1] >= _PERIOD)
    return places[kept], numbers[kept]


def _keys(index: PassageIndex, places: IntArray, numbers: IntArray) -> IntArray:
    """For each run that a passage and a text have: the passage, where it would begin, and the run's offset in it; sorted."""
    firsts = index.places.starts[numbers]
    counts = index.places.starts[numbers + 1] - firsts
    entries = np.arange(int(counts.sum())) + np.repeat(firsts - (np.cumsum(counts) - counts), counts)
    passages, offsets = index.places.passages[entries].astype(np.int64), index.places.offsets[entries].astype(np.int64)
    return np.sort((passages << _PLACE_BITS | np.repeat(places, counts) - offsets) << _OFFSET_BITS | offsets)


def _best_of_neighbours(passages: IntArray, begins: IntArray, num_runs: IntArray, slack: IntArray) -> IntArray:
    """Of the places of one passage that follow each other closely the first of those with the most runs."""
    if not len(passages):
        return np.zeros(0, dtype=np.int64)
    is_first = np.ones(len(passages), dtype=np.bool_)
    is_first[1:] = (passages[1:] != passages[:-1]) | (begins[1:] - begins[:-1] > slack[1:])
    firsts = np.flatnonzero(is_first)
    chains = np.cumsum(is_first) - 1
    most = np.maximum.reduceat(num_runs, firsts)
    on_top = np.flatnonzero(num_runs == most[chains])
    _, places = np.unique(chains[on_top], return_index=True)
    return on_top[places]
