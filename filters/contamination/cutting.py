"""Cuts benchmark passages out of a document, at the borders of sentences and lines.

Enters: a text and where its passages stand. Leaves: the text without them. A passage takes along what is left of the sentences
it touches, and in code the lines.
"""

import re
from collections.abc import Sequence

#: Where a sentence ends; the point of a list's number (3. 다음) ends none.
_SENTENCE_END = re.compile(r"(?:(?<!\d)[.…]|[?!。？！])[\"'”’」』》〉)\]）］]*(?=\s|$)|\n")
#: A sentence is looked for so far.
_REACH = 2_000


def cut(text: str, spans: Sequence[tuple[int, int]], *, code: bool = False) -> str:
    """``text`` without the sentences (of code: lines) that ``spans`` touch; offsets are code points, half-open."""
    pieces: list[str] = []
    done = 0
    for start, end in _merged([(_start(text, start, code=code), _end(text, end, code=code)) for start, end in spans]):
        pieces.append(text[done:start])
        done = end
    pieces.append(text[done:])
    return _joined(pieces) if not code else "".join(pieces)


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _start(text: str, place: int, *, code: bool) -> int:
    """Where the sentence or line begins in which ``place`` is."""
    if code:
        return text.rfind("\n", 0, place) + 1
    low = max(place - _REACH, 0)
    ends = [match.end() for match in _SENTENCE_END.finditer(text, low, place)]
    start = ends[-1] if ends else low
    while start < place and text[start].isspace():
        start += 1
    return start


def _end(text: str, place: int, *, code: bool) -> int:
    """Where the sentence or line ends in which the character before ``place`` is."""
    if code:
        found = text.find("\n", max(place - 1, 0))
        return found + 1 if found >= 0 else len(text)
    found = _SENTENCE_END.search(text, place, min(place + _REACH, len(text)))
    if found is None:
        return min(place + _REACH, len(text))
    return found.start() if found.group() == "\n" else found.end()


def _joined(pieces: Sequence[str]) -> str:
    """What is left, with a line end where one stood on either side of what is gone, else a space."""
    text = pieces[0]
    for piece in pieces[1:]:
        left, right = text.rstrip(), piece.lstrip()
        gap = text[len(left) :] + piece[: len(piece) - len(right)]
        between = "\n\n" if gap.count("\n") > 2 else "\n" if "\n" in gap else " " if left and right else ""
        text = left + (between if left else "") + right
    return text
