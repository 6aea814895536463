"""Passages of one document that another holds first: joined, and brought to where a text may be cut.

Enters: a text, the places of its folded characters, and the stretches of those that are repeated. Leaves: spans of the text in
code points, from the start to the end of lines or sentences, else of words: never half a word, and never one mark of a pair
of code fences.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from .rolling import Places

_LINE_ENDS = "\n\r\x0b\x0c\x85\u2028\u2029"
#: Where a sentence may start: at the start of a line, or behind a full stop and a space.
_SENTENCE_START = re.compile(rf"(?<=[{_LINE_ENDS}])|(?<=[.!?。…][ \t])|(?<=[.!?][\"'”’)][ \t])|(?<=[。！？])")
_SENTENCE_END = re.compile(rf"(?=[{_LINE_ENDS}])|(?<=[.!?。…])(?=\s)|(?<=[.!?][\"'”’)])(?=\s)|(?<=[。！？])")
_FENCE = re.compile(rf"(?:^|(?<=[{_LINE_ENDS}]))[ ]{{0,3}}(?:```|~~~)[^{_LINE_ENDS}]*[{_LINE_ENDS}]?")
#: A sentence that is longer is cut between words.
_MAX_SENTENCE = 300


class Passage(NamedTuple):
    """Code points [start, end) of a text; ``num_chars``: letters and digits; ``first``: who holds it first."""

    start: int
    end: int
    num_chars: int
    first: str


def join_stretches(stretches: Sequence[tuple[int, int, str]], *, min_chars: int) -> list[tuple[int, int, str]]:
    """Stretches of folded characters that overlap or touch as one, named after the one that starts first; the long ones."""
    joined: list[tuple[int, int, str]] = []
    for start, end, first in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]), joined[-1][2])
        else:
            joined.append((start, end, first))
    return [stretch for stretch in joined if stretch[1] - stretch[0] >= min_chars]


def place_passages(text: str, places: Places, stretches: Sequence[tuple[int, int, str]]) -> list[Passage]:
    """Joined stretches as passages of the text; ``places[i]`` is where folded character ``i`` stands in it."""
    placed: list[Passage] = []
    for start, end, first in stretches:
        from_, to = _whole_words(text, int(places[start]), int(places[end - 1]) + 1)
        if from_ < to:
            placed.append(Passage(from_, to, end - start, first))
    return placed


def cut_spans(text: str, passages: Sequence[Passage]) -> list[tuple[int, int]]:
    """What of the passages may be cut so that no half sentence is left where that can be helped."""
    spans = [_whole_sentences(text, passage.start, passage.end) for passage in passages]
    spans = [_between_fences(text, *_whole_rows(text, start, end)) for start, end in spans]
    return [_whole_lines(text, start, end) for start, end in spans if start < end]


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the part of a word at either end, with the punctuation that stands at its words."""
    before = start
    while before and not text[before - 1].isalnum() and text[before - 1] not in _LINE_ENDS:
        before -= 1
    if before == 0 or text[before - 1] in _LINE_ENDS:
        start = before  # nothing but a bullet or a bracket stands before it in its line
    else:
        while start > before and not text[start - 1].isspace():
            start -= 1
    while end < len(text) and not (text[end].isalnum() or text[end].isspace()):
        end += 1
    if start and not text[start - 1].isspace():
        while start < end and not text[start].isspace():
            start += 1
    if end < len(text) and not text[end].isspace():
        while start < end and not text[end - 1].isspace():
            end -= 1
    while start < end and text[start].isspace() and text[start] not in _LINE_ENDS:
        start += 1
    return start, end


def _whole_sentences(text: str, start: int, end: int) -> tuple[int, int]:
    """The span from the first start of a sentence in it to the last end, if those are not far."""
    if start and (found := _SENTENCE_START.search(text, start, min(start + _MAX_SENTENCE, end))):
        start = found.start()
    if end < len(text) and text[end] not in _LINE_ENDS:
        window = max(start, end - _MAX_SENTENCE)
        ends = [found.start() for found in _SENTENCE_END.finditer(text, window, end)]
        if ends and ends[-1] > start:
            end = ends[-1]
    return start, end


def _whole_rows(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without parts of rows of a table, and without the head of a table of which rows stay."""
    line = text.rfind("\n", 0, start) + 1
    if line < start and text.startswith("|", line):
        found = text.find("\n", start, end)
        start = found + 1 if found >= 0 else end
    line = text.rfind("\n", 0, end) + 1
    if start < line < end < len(text) and text[end] != "\n" and text.startswith("|", line):
        end = line - 1
    return start, _before_table(text, start, end) if text.startswith("|", end + 1) else end


def _before_table(text: str, start: int, end: int) -> int:
    """Where the table that goes on behind a span starts in it; its end where the table starts before it."""
    table = end
    while table >= start and text.startswith("|", line := text.rfind("\n", 0, table) + 1):
        if 0 < line <= start and text.startswith("|", text.rfind("\n", 0, line - 1) + 1):
            return end
        table = line - 1
    return max(table, start)


def _whole_lines(text: str, start: int, end: int) -> tuple[int, int]:
    """The span with the line end behind it where it is of whole lines, so that no empty line stays in their place."""
    is_whole = start < end < len(text) and text[end] == "\n" and (start == 0 or text[start - 1] == "\n")
    return start, end + is_whole


def _between_fences(text: str, start: int, end: int) -> tuple[int, int]:
    """The span with an even number of fences of code: without the first and what is before, or the last and what is behind."""
    if "```" not in text and "~~~" not in text:
        return start, end
    fences = [found.span() for found in _FENCE.finditer(text, start, end)]
    if len(fences) % 2 == 0:
        return start, end
    before, behind = fences[-1][0] - start, end - fences[0][1]
    return (start, fences[-1][0]) if before >= behind else (fences[0][1], end)


def subtract(spans: Sequence[tuple[int, int]], passage: Passage) -> int:
    """How many code points of a passage lie in none of ``spans``, which are in order."""
    place = max(bisect_left(spans, (passage.start, passage.start)) - 1, 0)
    left = passage.end - passage.start
    for start, end in spans[place:]:
        if start >= passage.end:
            break
        left -= max(min(end, passage.end) - max(start, passage.start), 0)
    return left


def without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text without spans, which may overlap; where a cut leaves neither line end nor space between words, a space."""
    kept: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if start > at:
            kept.append(text[at:start])
        at = max(at, end)
    kept.append(text[at:])
    return _glued([part for part in kept if part])


def _glued(parts: Sequence[str]) -> str:
    glued: list[str] = []
    for part in parts:
        if glued and not glued[-1][-1].isspace() and not part[0].isspace():
            glued.append(" ")
        glued.append(part)
    return "".join(glued)
