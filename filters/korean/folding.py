"""Disguised Korean words: found by the jamo that a reader sees, only where the text shows signs of disguise.

Enters: a text and the words to look for. Leaves: the words that stand in the text in disguise: with symbols between the
syllables (카*지*노, 바.카.라, 토♥토), with loose, circled or half-width jamo (ㅋㅏ지노, ㉥ㅏ카라), with letters, digits and
signs that look like jamo (카7ㅣ노, ㄷH출, ㅋr지노), with zero-width characters, with each syllable for itself (카 지 노).

Only the words around a sign (:mod:`.signs`) are spelt out in jamo, and searched by Aho-Corasick (Aho & Corasick 1975). A
match counts where it begins and ends with a written character and is not what stands there anyway, so a sign in good text
costs microseconds and finds nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import ahocorasick_rs

from filters.korean.look_alikes import (
    CONSONANT,
    OTHER,
    SYLLABLE,
    VARIANT,
    VOWEL,
    class_bytes,
    jamo_of,
    look_alikes,
    spelling,
)
from filters.korean.signs import Stretch, stretches

_HAS_JAMO = re.compile("[ㄱ-ㅣ㈀-㈞㉠-㉾ﾡ-ￜ]")
#: Syllables that are words by themselves, so that two of them in a row are no disguise.
_WORDS = frozenset("이그저수일년한두세네간때것등및중후전더못안잘다내제나너좀꼭또왜뭐말월화목금토시분초남녀놈새개자사오")


class Disguise(NamedTuple):
    """A word that stands in disguise: the number of the word, and where (code points, half-open)."""

    word: int
    start: int
    end: int


def _spell(text: str, start: int, end: int) -> tuple[str, list[int]]:
    """The jamo that a reader sees in ``text[start:end]``, and for each the place of the character it comes from."""
    table, variants, alike = class_bytes(), spelling(), look_alikes()
    jamo: list[str] = []
    places: list[int] = []
    for place in range(start, end):
        char = text[place]
        kind = table[ord(char)]
        if kind == SYLLABLE:
            letters = jamo_of(char)
        elif kind >= CONSONANT:
            letters = variants[char]
        elif char in alike and _stands_by_jamo(text, place, table):
            letters = alike[char]
        else:
            continue
        jamo.append(letters)
        places.extend([place] * len(letters))
    return "".join(jamo), places


def _stands_by_jamo(text: str, place: int, table: bytes) -> bool:
    before = table[ord(text[place - 1])] if place else OTHER
    after = table[ord(text[place + 1])] if place + 1 < len(text) else OTHER
    return before in (CONSONANT, VOWEL, VARIANT) or after in (CONSONANT, VOWEL, VARIANT)


@cache
def _plain_spelling() -> "_PlainSpelling":
    return _PlainSpelling({ord(char): jamo_of(char) for char in map(chr, range(0xAC00, 0xD7A4))} | {10: "\n"})


class _PlainSpelling(dict[int, str]):
    """For ``str.translate``: syllables in jamo, everything else dropped."""

    def __missing__(self, code: int) -> str:
        return ""


class Spelt(NamedTuple):
    """The stretches of a text that have signs of disguise, and what a reader sees in them, a line each."""

    stretches: tuple[Stretch, ...]
    jamo: str

    def words(self, text: str) -> list[str]:
        """What stands round each sign in ``text``, of whatever word."""
        return [text[stretch.start : stretch.end] for stretch in self.stretches if not stretch.is_row]


def spelt(text: str, found: tuple[Stretch, ...] | None = None) -> Spelt:
    """The stretches of ``text`` (those ``found`` by :mod:`.signs`) with their spelling: for all lists of words alike."""
    found = stretches(text) if found is None else found
    if not found:
        return Spelt((), "")
    together = "\n".join([text[stretch.start : stretch.end] for stretch in found])
    if not _HAS_JAMO.search(together):
        return Spelt(found, together.translate(_plain_spelling()))
    return Spelt(found, "\n".join([_spell(text, stretch.start, stretch.end)[0] for stretch in found]))


@dataclass(frozen=True, slots=True)
class Disguises:
    """Finds words in disguise; made once for a list of words by :func:`disguises_of`."""

    words: tuple[str, ...]
    automaton: ahocorasick_rs.AhoCorasick
    owners: tuple[int, ...]

    def find(self, text: str, seen: Spelt | None = None) -> list[Disguise]:
        """Every word that stands in ``text`` otherwise than it is written, in order."""
        if text.isascii():
            return []
        seen = spelt(text) if seen is None else seen
        # Nearly every text ends here; where in the stretches a word stands costs more to know.
        if not seen.stretches or not self.automaton.find_matches_as_indexes(seen.jamo):
            return []
        found: list[Disguise] = []
        for start, end, is_row in seen.stretches:
            jamo, places = _spell(text, start, end)
            for pattern, low, high in self.automaton.find_matches_as_indexes(jamo):
                if low and places[low - 1] == places[low]:
                    continue
                if high < len(places) and places[high] == places[high - 1]:
                    continue
                disguise = Disguise(self.owners[pattern], places[low], places[high - 1] + 1)
                if self._counts(text, disguise, start, end, is_row=is_row):
                    found.append(disguise)
        return found

    def _counts(self, text: str, disguise: Disguise, start: int, end: int, *, is_row: bool) -> bool:
        word, stretch = self.words[disguise.word], text[disguise.start : disguise.end]
        if stretch == word:
            return False
        if is_row:
            # Of a row's last syllable only the first may belong to it (대 출 가능), and many syllables are words (일 수 있다).
            is_whole = disguise.start == start and disguise.end >= end - 2
            return len(word) > 2 or (is_whole and not _WORDS.intersection(word))
        if any(0x3131 <= ord(char) < 0x3164 or "㈀" <= char <= "㉾" or char >= "\uffa1" for char in stretch):
            return True
        # Two syllables and a sign between meet by chance (최대/출력), so they must be a word of their own.
        before = text[disguise.start - 1 : disguise.start]
        return len(word) > 2 or not "가" <= before <= "힣"


def disguises_of(words: Sequence[str]) -> Disguises:
    """A finder of ``words`` of two syllables or more."""
    patterns: dict[str, int] = {}
    for number, word in enumerate(words):
        if len(word) < 2 or not all("가" <= char <= "힣" for char in word):
            continue
        letters = "".join(map(jamo_of, word))
        patterns.setdefault(letters, number)
        for place, jamo in enumerate(letters):
            if jamo in "ㄱㅈ":
                patterns.setdefault(f"{letters[:place]}7{letters[place + 1 :]}", number)
    automaton = ahocorasick_rs.AhoCorasick(list(patterns), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
    return Disguises(tuple(words), automaton, tuple(patterns.values()))
