"""Finds benchmark items in documents.

Enters: texts and the index. Leaves: for each passage of a text that is a benchmark's the item, how much of it is there, the
threshold, and where it stands. A text without a question costs about what its symbols cost; only what looks like a question is
aligned with it.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from filters.contamination.alignment import Alignment, align
from filters.contamination.candidates import Candidate, find_candidates
from filters.contamination.index import BenchmarkIndex, PassageIndex
from filters.contamination.skeleton import Skeletons, skeletons

#: So many places of one text are aligned, those with the most runs first: bounded time for text made to be slow.
_MAX_CANDIDATES = 16_384
#: So much may stand between a question and its answer, and so much of the answer has to be there.
_BEFORE_ANSWER, _ANSWER_OVERLAP, _MAX_ANSWER = 40, 0.6, 1_000
#: Characters that are looked at together, which bounds the memory; slices overlap by more than any passage reaches.
_SLICE, _SLICE_OVERLAP = 1 << 20, 1 << 15
_WORD_REACH = 8
#: What ends a question of which so little is known that its answer has to follow.
_QUESTION_ENDS = "?？:：\n"


class Match(NamedTuple):
    """Characters ``start`` to ``end`` of a text are the item of number ``item``: ``overlap`` of it, at least ``threshold``."""

    item: int
    overlap: float
    threshold: float
    start: int
    end: int


class _Slice(NamedTuple):
    """Characters of the text at ``row``, from ``start`` on."""

    row: int
    start: int


class Matcher:
    """Looks for the items of one index."""

    def __init__(self, index: BenchmarkIndex) -> None:
        self.index = index

    def find(self, texts: Sequence[str]) -> list[list[Match]]:
        """The matches in each text, by where they start; of those that lie over one another the best."""
        matches: list[list[Match]] = [[] for _ in texts]
        for slices in _groups(texts):
            found = self._find([texts[one.row][one.start : one.start + _SLICE] for one in slices])
            for one, own in zip(slices, found, strict=True):
                matches[one.row] += [m._replace(start=m.start + one.start, end=m.end + one.start) for m in own]
        return [_apart(own) for own in matches]

    def _find(self, texts: Sequence[str]) -> list[list[Match]]:
        whole = skeletons(texts)
        matches: list[list[Match]] = [[] for _ in texts]
        for index, found in ((self.index.content, whole.content()), (self.index.whole, whole)):
            by_text: dict[int, list[Candidate]] = defaultdict(list)
            for candidate in find_candidates(index, found) if len(index.passages) else ():
                by_text[candidate.text].append(candidate)
            for row, candidates in by_text.items():
                matches[row] += _matches(index, found, candidates, texts[row])
        return matches

    def with_answer(self, text: str, match: Match) -> tuple[int, int]:
        """Where a match stands together with the item's choices and its answer, if they follow it."""
        item = self.index.items[match.item]
        more = "\n".join((*item.choices, item.answer))[:_MAX_ANSWER]
        wanted = skeletons([more])
        following = skeletons([text[match.end : match.end + 2 * len(more) + _BEFORE_ANSWER]])
        alignment = align(wanted.symbols, wanted.bits, following.symbols) if len(wanted.symbols) else None
        if alignment is None or alignment.share < _ANSWER_OVERLAP:
            return match.start, match.end
        return match.start, match.end + int(following.ends[alignment.pairs[0][1]])


def _groups(texts: Sequence[str]) -> Iterator[list[_Slice]]:
    """Texts, long ones in slices, in groups of bounded size; the slices of a text do not depend on the others."""
    group: list[_Slice] = []
    num_chars = 0
    for row, text in enumerate(texts):
        for start in range(0, max(len(text) - _SLICE_OVERLAP, 1), _SLICE - _SLICE_OVERLAP):
            group.append(_Slice(row, start))
            num_chars += min(len(text) - start, _SLICE)
            if num_chars >= _SLICE:
                yield group
                group, num_chars = [], 0
    if group:
        yield group


def _matches(index: PassageIndex, found: Skeletons, candidates: list[Candidate], text: str) -> Iterator[Match]:
    """What the candidates of one text turn out to be."""
    taken: set[int] = set()
    candidates.sort(key=lambda candidate: (-candidate.num_runs, candidate.passage, candidate.start))
    for candidate in candidates[:_MAX_CANDIDATES]:
        # Where one item stands as a whole, those that are like it lose anyway.
        if (candidate.start + candidate.end) // 2 in taken:
            continue
        match = _matched(index, found, candidate, text)
        if match is None:
            continue
        yield match
        if match.overlap == 1.0:
            own = found.text(candidate.text)
            first, last = np.searchsorted(found.begins[own], (match.start, match.end)) + own.start
            taken.update(range(int(first), int(last)))


def _matched(index: PassageIndex, found: Skeletons, candidate: Candidate, text: str) -> Match | None:
    passages = index.passages
    own = slice(int(passages.starts[candidate.passage]), int(passages.starts[candidate.passage + 1]))
    piece = found.symbols[candidate.start : candidate.end]
    alignment = align(passages.symbols[own], passages.weights[own], piece)
    threshold = float(index.thresholds[candidate.passage])
    if alignment is None or alignment.share < threshold:
        return None
    first, last = (candidate.start + alignment.pairs[place][1] for place in (-1, 0))
    answer = int(passages.answers[candidate.passage])
    if answer and not _is_answered(found, candidate, alignment, text, answer):
        return None
    start, end = _whole_words(text, int(found.begins[first]), int(found.ends[last]))
    return Match(int(passages.items[candidate.passage]), alignment.share, threshold, start, end)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The span with the particles and endings at both ends, which are no symbols; not far, for a text may have no spaces."""
    low, high = max(start - _WORD_REACH, 0), min(end + _WORD_REACH, len(text))
    while start > low and text[start - 1].isalnum():
        start -= 1
    while end < high and text[end].isalnum():
        end += 1
    return start, end


def _is_answered(found: Skeletons, candidate: Candidate, alignment: Alignment, text: str, answer: int) -> bool:
    """Whether the question ends before the answer begins: 수도는? 서울, and not 수도는 서울이다."""
    ends = [candidate.start + column for row, column in alignment.pairs if row < answer]
    begins = [candidate.start + column for row, column in alignment.pairs if row >= answer]
    if not ends or not begins:
        return False
    between = text[int(found.ends[ends[0]]) : int(found.begins[begins[-1]])]
    return any(mark in between for mark in _QUESTION_ENDS)


def _apart(matches: list[Match]) -> list[Match]:
    """The best matches that do not lie over one another, by where they start."""
    chosen: list[Match] = []
    for match in sorted(matches, key=lambda match: (-match.overlap, match.start - match.end, match.item, match.start)):
        place = bisect_left(chosen, match.start, key=lambda other: other.start)
        is_before = place == len(chosen) or match.end <= chosen[place].start
        if is_before and (place == 0 or chosen[place - 1].end <= match.start):
            chosen.insert(place, match)
    return chosen
