"""Finds benchmark items in documents.

Enters: texts and the index. Leaves: for each passage of a text that is a benchmark's the item, how much of it is there, the
threshold, and where it stands. A text without a question costs about what its symbols cost; only what looks like a question is
aligned with it.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from filters.contamination.alignment import Alignment, align
from filters.contamination.candidates import Candidate, find_candidates
from filters.contamination.index import BenchmarkIndex, PassageIndex
from filters.contamination.skeleton import Skeletons, skeletons

#: So many places of one text are aligned, those with the most runs first: bounded time for text made to be slow.
_MAX_ALIGNED = 4_096
#: So much may stand between a question and its answer, and so much of the answer has to be there.
_BEFORE_ANSWER, _ANSWER_OVERLAP = 40, 0.6
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


class Matcher:
    """Looks for the items of one index."""

    def __init__(self, index: BenchmarkIndex) -> None:
        self.index = index

    def find(self, texts: Sequence[str]) -> list[list[Match]]:
        """The matches in each text, by where they start; of those that lie over one another the best."""
        whole = skeletons(texts)
        matches: list[list[Match]] = [[] for _ in texts]
        for index, found in ((self.index.content, whole.content()), (self.index.whole, whole)):
            by_text: dict[int, list[Candidate]] = defaultdict(list)
            for candidate in find_candidates(index, found) if len(index.passages) else ():
                by_text[candidate.text].append(candidate)
            for row, candidates in by_text.items():
                candidates.sort(key=lambda candidate: (-candidate.num_runs, candidate.passage, candidate.start))
                made = (_matched(index, found, candidate, texts[row]) for candidate in candidates[:_MAX_ALIGNED])
                matches[row] += [match for match in made if match]
        return [_apart(own) for own in matches]

    def with_answer(self, text: str, match: Match) -> tuple[int, int]:
        """Where a match stands together with the item's choices and its answer, if they follow it."""
        item = self.index.items[match.item]
        more = "\n".join((*item.choices, item.answer))
        wanted = skeletons([more])
        following = skeletons([text[match.end : match.end + 2 * len(more) + _BEFORE_ANSWER]])
        alignment = align(wanted.symbols, wanted.bits, following.symbols) if len(wanted.symbols) else None
        if alignment is None or alignment.share < _ANSWER_OVERLAP:
            return match.start, match.end
        return match.start, match.end + int(following.ends[alignment.pairs[0][1]])


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
        if all(match.end <= other.start or match.start >= other.end for other in chosen):
            chosen.append(match)
    return sorted(chosen, key=lambda match: match.start)
