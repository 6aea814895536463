"""Find all personal data in a text: fold it, look where there can be any, ask the recognisers there, settle overlaps.

Enters: any text. Leaves: `Span`s over the original text, sorted, without overlaps: of two that overlap the one with the
higher score stays, then the longer, then the earlier, then the entity that comes first in the alphabet.

Recognisers are the modules of `filters.pii.recognisers`: one class each, named after its module. Its `trigger` says what
must be there before it is asked: `number` (seven digits close together, or dotted or colon groups: an address), `digit` (any),
`at` (an @ or one of the ways to write it), `word` (one of its `words`). `number` recognisers get the surroundings of those
digits only, which `CONTEXT_MARGIN` makes as good as the whole text; a text without triggers costs four searches.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol

from filters.pii import recognisers
from filters.pii.context import CONTEXT_MARGIN
from filters.pii.folding import fold
from filters.pii.phone_disguises import SIGNS
from filters.pii.shape import ascii_shape
from filters.pii.span import Span


class Recogniser(Protocol):
    """What the scanner and the Presidio adapter need of a recogniser."""

    @property
    def entity(self) -> str:
        """Name of the entity, in upper case."""
        ...

    @property
    def trigger(self) -> str:
        """`number`, `digit`, `at` or `word`."""
        ...

    def find(self, text: str) -> Iterator[Span]:
        """Spans in folded text; they may overlap."""
        ...


_REGION_MARGIN = CONTEXT_MARGIN + 32
"""The longest match begins at most 32 code points away from its seventh digit, and looks `CONTEXT_MARGIN` further."""

_ROW = re.compile(r"[0-9][-0-9. \t()/·ㆍ~_:+\r\nA-Za-z]{6,}")
_NUMBER = re.compile(r"[0-9](?:(?:[-. \t()/·ㆍ~_:+\r\nOolI]{0,5}[A-Za-z]?[0-9]){6}|[0-9]{0,2}(?:\.[0-9]{1,3}){3})")
#: The tail of a number of which only six digits are shown.
_HIDDEN = re.compile(r"-(?<=[0-9 ]-)[ ]?([^\w\s]|[xXㅇOo])\1{6}")
_SPELT = re.compile(r"[공영]일[공영일육칠팔구]")
_COLONS = re.compile(r":(?::|[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:)")
_DIGIT = re.compile("[0-9]")
_AT_WORDS = ("골뱅이", "앳")
_AT_SIGNS = (b" at ", *(f"{bracket}{blank}at".encode() for bracket in "([{<" for blank in ("", " ")))
_BRACKETED_AT = re.compile(r"[(\[{<] ?[aA][tT] ?[)\]}>]")


@cache
def all_recognisers() -> tuple[Recogniser, ...]:
    """One of each, in the order of their modules."""
    found: list[Recogniser] = []
    for module in sorted(iter_modules(recognisers.__path__), key=lambda module: module.name):
        loaded = import_module(f"{recognisers.__name__}.{module.name}")
        found.append(getattr(loaded, module.name.title().replace("_", ""))())
    return tuple(found)


def _regions(text: str, matches: Iterable[re.Match[str]]) -> list[tuple[int, int]]:
    """The surroundings of `matches`, merged where they touch."""
    regions: list[tuple[int, int]] = []
    first = last = -1
    for match in matches:
        start, end = match.span()
        if first < 0:
            first = start
        elif start - last > 2 * _REGION_MARGIN:
            regions.append((max(0, first - _REGION_MARGIN), last + _REGION_MARGIN))
            first = start
        last = max(last, end)
    if first >= 0:
        regions.append((max(0, first - _REGION_MARGIN), min(len(text), last + _REGION_MARGIN)))
    return regions


def _numbers(text: str) -> Iterator[re.Match[str]]:
    """Seven digits close together, in order, or a dotted group of four: the rows first, because they are quick to find."""
    for row in _ROW.finditer(text):
        yield from _NUMBER.finditer(text, row.start(), row.end())


def _number_regions(text: str) -> list[tuple[int, int]]:
    """Where a structured number or an IP address can be."""
    matches = _numbers(text)
    is_spelt = "공일" in text or "영일" in text
    shape = ascii_shape(text)
    has_colons = b"::" in shape or shape.count(b":") >= 7
    hidden = [*_HIDDEN.finditer(text), *SIGNS.finditer(text)]
    if not (is_spelt or has_colons or hidden):
        return _regions(text, matches)
    others = [*(_SPELT.finditer(text) if is_spelt else ()), *(_COLONS.finditer(text) if has_colons else ()), *hidden]
    return _regions(text, sorted([*matches, *others], key=re.Match[str].start))


def _has_at_sign(text: str) -> bool:
    """Whether there is an @ or a way to write it; plain searches first, because most texts have none of the words."""
    if "@" in text:
        return True
    if any(word in text for word in _AT_WORDS):
        return True
    shape = ascii_shape(text)
    return any(sign in shape for sign in _AT_SIGNS) and (" at " in text or _BRACKETED_AT.search(text) is not None)


def settle(spans: Iterable[Span]) -> list[Span]:
    """Drop every span that overlaps a better one; sort the rest by place."""
    settled: list[Span] = []
    cluster: list[Span] = []
    end = 0
    for span in sorted(spans):
        if cluster and span.start >= end:
            settled += cluster if len(cluster) == 1 else _best(cluster)
            cluster = []
        cluster.append(span)
        end = max(end, span.end) if len(cluster) > 1 else span.end
    return settled + (cluster if len(cluster) < 2 else _best(cluster))


def _best(cluster: Sequence[Span]) -> list[Span]:
    """What stays of spans that hang together by overlaps."""
    taken: list[Span] = []
    occupied: set[int] = set()
    for span in sorted(cluster, key=lambda span: (-span.score, span.start - span.end, span.start, span.entity)):
        places = range(span.start, span.end)
        if occupied.isdisjoint(places):
            occupied.update(places)
            taken.append(span)
    return sorted(taken)


class Scanner:
    """Finds the entities asked for (all by default) in one text after another; holds no state between them."""

    def __init__(self, entities: Sequence[str] | None = None) -> None:
        known = {recogniser.entity for recogniser in all_recognisers()}
        unknown = sorted(set(entities or ()) - known)
        if unknown:
            raise ValueError(f"unknown PII entities {unknown}; known are {sorted(known)}")
        asked = [recogniser for recogniser in all_recognisers() if entities is None or recogniser.entity in entities]
        self._by_trigger = {
            trigger: [recogniser for recogniser in asked if recogniser.trigger == trigger]
            for trigger in ("number", "digit", "at", "word")
        }

    def find(self, text: str) -> list[Span]:
        """All personal data in `text`, as spans of its code points."""
        folded = fold(text)
        found = list(self._search(folded.text))
        if folded.folded_starts:
            found = [Span(*folded.span(span.start, span.end), span.entity, span.score) for span in found]
        return settle(found)

    def _search(self, text: str) -> Iterator[Span]:
        """What the recognisers find in folded text, overlaps included."""
        by_trigger = self._by_trigger
        if by_trigger["number"]:
            yield from _ask(by_trigger["number"], text, _number_regions(text))
        if by_trigger["digit"]:
            yield from _ask(by_trigger["digit"], text, [(0, len(text))] if _DIGIT.search(text) else [])
        if by_trigger["at"] and _has_at_sign(text):
            yield from _ask(by_trigger["at"], text, [(0, len(text))])
        for recogniser in by_trigger["word"]:
            words: tuple[str, ...] = getattr(recogniser, "words", ())
            if any(word in text for word in words):
                yield from recogniser.find(text)


def _ask(asked: Sequence[Recogniser], text: str, regions: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """The spans of every recogniser in every region, in offsets of `text`."""
    for start, end in regions:
        part = text[start:end]
        for recogniser in asked:
            if start == 0:
                yield from recogniser.find(part)
                continue
            for span in recogniser.find(part):
                yield Span(span.start + start, span.end + start, span.entity, span.score)
