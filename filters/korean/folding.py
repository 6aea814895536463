"""Disguised Korean words: found by the jamo that a reader sees, only where the text shows signs of disguise.

Enters: a text and the words to look for. Leaves: the words that stand in the text in disguise: with symbols between the
syllables (카*지*노, 바.카.라, 토♥토), with loose, circled or half-width jamo (ㅋㅏ지노, ㉥ㅏ카라), with letters, digits and
signs that look like jamo (카7ㅣ노, ㄷH출, ㅋr지노), with zero-width characters, with each syllable for itself (카 지 노).

Every code point is looked up in a table of classes (NumPy), and a few comparisons of neighbours tell where there is a sign
at all. Only the words around a sign are spelt out in jamo, and searched by Aho-Corasick (Aho & Corasick 1975). A match
counts where it begins and ends with a written character and is not what stands there anyway, so a sign in good text costs
microseconds and finds nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice, product
from typing import NamedTuple

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from filters.korean.look_alikes import (
    BRACKET,
    CONSONANT,
    DIGIT,
    INVISIBLE,
    LETTER,
    LINE_END,
    MARK,
    OTHER,
    SPACE,
    STAR,
    SYLLABLE,
    SYMBOL,
    VARIANT,
    VOWEL,
    class_bytes,
    class_table,
    jamo_of,
    look_alikes,
    spelling,
)

_REACH = 24
#: So many regions tell enough of any text, and bound what a hostile one costs.
_MAX_REGIONS = 5_000
_HAS_JAMO = re.compile("[ㄱ-ㅣ㈀-㈞㉠-㉾ﾡ-ￜ]")
#: Syllables that are words by themselves, so that two of them in a row are no disguise.
_WORDS = frozenset("이그저수일년한두세네간때것등및중후전더못안잘다내제나너좀꼭또왜뭐말월화목금토시분초남녀놈새개자사오")


class Disguise(NamedTuple):
    """A word that stands in disguise: the number of the word, and where (code points, half-open)."""

    word: int
    start: int
    end: int


class _Region(NamedTuple):
    """A stretch with signs of disguise; ``is_row``: syllables, each for itself."""

    start: int
    end: int
    is_row: bool


def _classes(text: str) -> NDArray[np.uint8]:
    """The class of every character, with two classes of nothing on both ends so that neighbours can be compared."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    classes = np.zeros(len(codes) + 4, dtype=np.uint8)
    class_table().take(codes, out=classes[2:-2])
    return classes


@cache
def _sign_table() -> NDArray[np.uint8]:
    """For three neighbouring classes of 4 bits each: 1 where the middle one may disguise, 2 for a syllable alone."""
    table = np.zeros(1 << 12, dtype=np.uint8)
    for before, middle, after in product(range(SYLLABLE + 1), repeat=3):
        joined = BRACKET <= middle <= INVISIBLE and before >= CONSONANT
        joined &= after >= CONSONANT or (middle >= STAR and after >= STAR)
        loose = middle in (CONSONANT, VARIANT) and after in (VOWEL, LETTER, DIGIT, VARIANT)
        loose |= middle == VOWEL and before in (DIGIT, LETTER, VARIANT, SYMBOL)
        loose |= middle == VARIANT and SYLLABLE in (before, after)
        alone = middle == SYLLABLE and before <= LINE_END and after == SPACE
        table[before << 8 | middle << 4 | after] = 1 if joined or loose else 2 * alone
    return table


def _signs(classes: NDArray[np.uint8]) -> list[int]:
    """Places, ascending, where neighbours look like a disguise; ``classes`` with two more at either end."""
    middle = classes[2:-2]
    # Unsigned, so that what lies below the first class wraps round and is too large as well.
    if ((middle - CONSONANT) <= VARIANT - CONSONANT).any():
        return _signs_among_jamo(classes)
    before, after = classes[1:-3], classes[3:-1]
    joined = ((middle - BRACKET) <= INVISIBLE - BRACKET) & (before >= CONSONANT) & (after >= STAR)
    # A syllable alone counts where the next one stands alone too.
    alone = (middle == SYLLABLE) & (before <= LINE_END) & (after == SPACE)
    alone[:-2] &= alone[2:] | (classes[5:-1] < CONSONANT) & (middle[2:] == SYLLABLE)
    alone[-2:] = False
    return np.flatnonzero(joined | alone).tolist()


def _signs_among_jamo(classes: NDArray[np.uint8]) -> list[int]:
    """The same where loose jamo stand, which any neighbours may join."""
    triples = classes[1:-3].astype(np.uint16)
    for following in (classes[2:-2], classes[3:-1]):
        triples <<= 4
        triples |= following
    kinds = _sign_table().take(triples)
    places = np.flatnonzero(kinds)
    # A syllable alone counts where the next one stands alone too.
    row = (classes.take(places + 4) == SYLLABLE) & (classes.take(places + 5, mode="clip") != SYLLABLE)
    return places[(kinds.take(places) == 1) | row].tolist()


def _regions(text: str) -> Iterator[_Region]:
    """The stretches round each sign of disguise, in order, without overlaps."""
    padded = _classes(text)
    places = _signs(padded)
    if not places:
        return
    classes = padded[2:-2].tobytes()
    done = 0
    for place in places:
        if place < done:
            continue
        kind = classes[place]
        if kind == SYLLABLE:
            end = _end_of_row(classes, place)
            if end > place:
                yield _Region(place, end, is_row=True)
                done = end
        elif _is_sign(classes, place, kind, text):
            region = _word_at(classes, place, least=done)
            yield region
            done = region.end


def _word_at(classes: bytes, place: int, *, least: int) -> _Region:
    """What stands round ``place`` between spaces, not further than a word reaches and not before ``least``."""
    start = max(place - _REACH, least)
    for at in range(place - 1, start - 1, -1):
        if classes[at] in (SPACE, LINE_END):
            start = at + 1
            break
    end = min(place + _REACH, len(classes))
    for at in range(place, end):
        if classes[at] in (SPACE, LINE_END):
            end = at
            break
    return _Region(start, end, is_row=False)


def _is_sign(classes: bytes, place: int, kind: int, text: str) -> bool:
    """Whether what stands between two syllables is more than punctuation."""
    if kind >= SYMBOL:
        return True
    two_before = classes[place - 2] if place > 1 else OTHER
    two_after = classes[place + 2] if place + 2 < len(classes) else OTHER
    if kind == STAR:
        return text[place + 1 : place + 2] != "*"
    if kind == MARK:
        return two_before < CONSONANT or two_after < CONSONANT or two_after in (CONSONANT, VOWEL)
    if kind == BRACKET:
        return two_after == BRACKET or two_before == BRACKET
    if kind == DIGIT:
        return two_before == DIGIT or two_after == DIGIT
    return True


def _end_of_row(classes: bytes, place: int) -> int:
    """Where a row of syllables, each for itself, ends; ``place`` where it is none. The last may have a particle."""
    at, last, length = place, place, len(classes)
    while at < length and classes[at] == SYLLABLE:
        last = at
        if at + 1 >= length or classes[at + 1] != SPACE:
            break
        at += 2
    return last + 1 if last > place else place


def _spell(text: str, start: int, end: int) -> tuple[str, list[int]]:
    """The jamo that a reader sees in ``text[start:end]``, and for each the place of the character it comes from."""
    table, variants, alike = class_bytes(), spelling(), look_alikes()
    jamo: list[str] = []
    places: list[int] = []
    for place in range(start, end):
        char = text[place]
        kind = table[ord(char)]
        if kind == SYLLABLE:
            spelt = jamo_of(char)
        elif kind >= CONSONANT:
            spelt = variants[char]
        elif char in alike and _stands_by_jamo(text, place, table):
            spelt = alike[char]
        else:
            continue
        jamo.append(spelt)
        places.extend([place] * len(spelt))
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


@lru_cache(maxsize=2)
def _regions_of(text: str) -> tuple[tuple[_Region, ...], str]:
    """The regions of ``text`` and all of them spelt, in lines: several lexicons ask for those of one text in a row."""
    regions = tuple(islice(_regions(text), _MAX_REGIONS))
    if not regions:
        return (), ""
    together = "\n".join([text[region.start : region.end] for region in regions])
    if not _HAS_JAMO.search(together):
        return regions, together.translate(_plain_spelling())
    return regions, "\n".join([_spell(text, region.start, region.end)[0] for region in regions])


def words_with_signs(text: str) -> list[str]:
    """What stands round each sign of disguise in ``text``, of whatever word."""
    return [text[region.start : region.end] for region in _regions_of(text)[0] if not region.is_row]


@dataclass(frozen=True, slots=True)
class Disguises:
    """Finds words in disguise; made once for a list of words by :func:`disguises_of`."""

    words: tuple[str, ...]
    automaton: ahocorasick_rs.AhoCorasick
    owners: tuple[int, ...]

    def find(self, text: str) -> list[Disguise]:
        """Every word that stands in ``text`` otherwise than it is written, in order."""
        if text.isascii():
            return []
        regions, together = _regions_of(text)
        # Nearly every text ends here; where in the regions a word stands costs more to know.
        if not regions or not self.automaton.find_matches_as_indexes(together):
            return []
        found: list[Disguise] = []
        for start, end, is_row in regions:
            spelt, places = _spell(text, start, end)
            for pattern, low, high in self.automaton.find_matches_as_indexes(spelt):
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
        spelt = "".join(map(jamo_of, word))
        patterns.setdefault(spelt, number)
        for place, jamo in enumerate(spelt):
            if jamo in "ㄱㅈ":
                patterns.setdefault(f"{spelt[:place]}7{spelt[place + 1 :]}", number)
    automaton = ahocorasick_rs.AhoCorasick(list(patterns), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
    return Disguises(tuple(words), automaton, tuple(patterns.values()))
