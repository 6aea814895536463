"""A text as a change sees it: with its words, its sentences, Kiwi's analysis and another document of its source."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from kiwipiepy import Token

from .truth import Analyses

_WORD = re.compile(r"\S+")
#: A sentence ends at a stop after a letter, or with its line.
_SENTENCE_END = re.compile(r"(?<=[^\W\d_][.!?。])[ \t]+(?=\S)|\n+")


@dataclass(frozen=True)
class Word:
    """A run without white space (an eojeol), its place in the text and the morphemes that begin in it."""

    start: int
    end: int
    surface: str
    morphemes: tuple[Token, ...]


@dataclass(frozen=True)
class Draft:
    """``other`` is the text of another document of the same source: what new sentences and words are taken from."""

    text: str
    other: str
    analyses: Analyses

    def words(self) -> list[Word]:
        tokens = self.analyses.tokens(self.text)
        found: list[Word] = []
        at = 0
        for match in _WORD.finditer(self.text):
            while at < len(tokens) and tokens[at].start < match.start():
                at += 1
            first = at
            while at < len(tokens) and tokens[at].start < match.end():
                at += 1
            found.append(Word(match.start(), match.end(), match.group(), tuple(tokens[first:at])))
        return found

    def with_text(self, text: str) -> "Draft":
        return replace(self, text=text)


#: A changed copy of a text; the same for the same draft and random numbers.
Change = Callable[[Draft, random.Random], str]


def sentences(text: str) -> list[tuple[str, str]]:
    """Each sentence with what separates it from the next; joined they are the text."""
    found: list[tuple[str, str]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        found.append((text[start : match.start()], match.group()))
        start = match.end()
    return [*found, (text[start:], "")]


def substituted(text: str, changes: Mapping[tuple[int, int], str]) -> str:
    """``text`` with the spans (start, end) replaced; spans do not overlap."""
    pieces: list[str] = []
    at = 0
    for (start, end), new in sorted(changes.items()):
        pieces += [text[at:start], new]
        at = end
    return "".join([*pieces, text[at:]])


def one_after_the_other(*changes: Change) -> Change:
    def change(draft: Draft, rng: random.Random) -> str:
        for step in changes:
            draft = draft.with_text(step(draft, rng))
        return draft.text

    return change
