"""A document's text with what would be removed marked in it: personal data, and the evidence that rules name.

The text and the failures of a document enter; :class:`Mark` places leave, and the text with them shown, in colour on a terminal
or between double brackets. What could act on a terminal (controls, direction marks) is written out.
"""

import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from filters.document import Failure

#: Terms of one rule that are looked for, and places that are marked for each.
_MAX_TERMS = 50
_MAX_PLACES = 200
_SHORTEST_TERM, _LONGEST_TERM = 2, 200
_QUOTED = re.compile(r"'([^'\n]{2,200})'|\"([^\"\n]{2,200})\"|“([^”\n]{2,200})”|‘([^’\n]{2,200})’|`([^`\n]{2,200})`")
_LISTED = re.compile(r"(?::|such as|e\.g\.)\s+(.{2,})\Z", re.DOTALL)
#: How often a term was found, behind it.
_COUNT = re.compile(r"\s*(?:[x×*]\s?\d+|\(\d+\)|\d+\s?(?:times|회|번))\Z")
_LINE = re.compile(r"\bline (\d+)\b")
_ACTING = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u00ad\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ud800-\\udfff\\ufeff"
    "\\ufff9-\\ufffb\\U000e0000-\\U000e0fff]"
)
_RED, _YELLOW, _PLAIN = "\x1b[1;97;41m", "\x1b[30;43m", "\x1b[0m"


class Mark(NamedTuple):
    """A place in the text, in code points, half open. ``kind`` is ``pii`` or ``evidence``, ``name`` the entity or the rule."""

    start: int
    end: int
    kind: str
    name: str


def evidence(text: str, failures: Iterable[Failure]) -> list[Mark]:
    """Where the terms and lines stand that the details of failures name."""
    marks: list[Mark] = []
    for failure in failures:
        marks += [Mark(start, end, "evidence", failure.rule) for start, end in _places(text, failure)]
    return marks


def settled(marks: Iterable[Mark]) -> list[Mark]:
    """The marks in order without overlaps: personal data before evidence, the longer before the shorter."""
    taken: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.kind != "pii", mark.start - mark.end, mark.start, mark.name)):
        place = bisect(taken, mark)
        clear_before = place == 0 or taken[place - 1].end <= mark.start
        clear_behind = place == len(taken) or mark.end <= taken[place].start
        if mark.start < mark.end and clear_before and clear_behind:
            taken.insert(place, mark)
    return taken


def show(text: str, marks: Sequence[Mark], *, colour: bool) -> str:
    """The text with its (settled) marks: ``[[EMAIL_ADDRESS: a@b.kr]]``, or coloured with the name behind."""
    pieces: list[str] = []
    position = 0
    for mark in marks:
        pieces.append(harmless(text[position : mark.start]))
        inside = harmless(text[mark.start : mark.end])
        if colour:
            paint = _RED if mark.kind == "pii" else _YELLOW
            pieces.append(f"{paint}{inside.replace(chr(10), f'{_PLAIN}{chr(10)}{paint}')} {mark.name}{_PLAIN}")
        else:
            pieces.append(f"[[{mark.name}: {inside}]]")
        position = mark.end
    return "".join([*pieces, harmless(text[position:])])


def harmless(text: str) -> str:
    """The text with controls, direction marks and other invisible characters written as ``<U+202E>``."""
    return _ACTING.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)


def _places(text: str, failure: Failure) -> Iterator[tuple[int, int]]:
    for number in _LINE.findall(failure.detail[:2000]):
        if place := _line_place(text, int(number)):
            yield place
    if _LINE.match(failure.detail):
        return
    for term in _terms(failure.detail[:2000])[:_MAX_TERMS]:
        start = text.find(term)
        for _ in range(_MAX_PLACES):
            if start < 0:
                break
            yield start, start + len(term)
            start = text.find(term, start + len(term))


def _terms(detail: str) -> list[str]:
    """What a detail quotes, and what it lists at its end."""
    found = [next(filter(None, groups)) for groups in _QUOTED.findall(detail)]
    if listed := _LISTED.search(detail):
        found += [_COUNT.sub("", part.strip(" .…")).strip(" '\"“”‘’`") for part in re.split(r"[,;|]\s+", listed[1])]
        found.append(listed[1].strip(" .…"))
    return [term for term in dict.fromkeys(found) if _SHORTEST_TERM <= len(term) <= _LONGEST_TERM and not term.isdigit()]


def _line_place(text: str, number: int) -> tuple[int, int] | None:
    """Where the line with a number (from 1) stands."""
    start = 0
    for _ in range(number - 1):
        start = text.find("\n", start) + 1
        if start == 0:
            return None
    end = text.find("\n", start)
    return start, len(text) if end < 0 else end
