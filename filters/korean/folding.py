"""Disguised Korean words: found by the jamo that a reader sees, only where the text shows signs of disguise.

Enters: a text and the words to look for. Leaves: the words that stand in the text in disguise: with symbols between the
syllables (카*지*노, 바.카.라, 토♥토), with loose, circled or half-width jamo (ㅋㅏ지노, ㉥ㅏ카라), with letters, digits and signs
that look like jamo (카7ㅣ노, ㄷH출, ㅋr지노), with zero-width characters, with each syllable for itself (카 지 노).

Every code point is looked up in a table of classes (NumPy), and a few comparisons of neighbours tell where there is a sign
at all. Only the words around a sign are spelt out in jamo, and searched by Aho-Corasick (Aho & Corasick 1975). A match
counts where it begins and ends with a written character and is not what stands there anyway, so a sign in good text costs
microseconds and finds nothing.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import NamedTuple

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

#: Classes of code points; the order lets a comparison take several at once.
_OTHER, _SPACE, _LINE_END, _BRACKET, _MARK, _DIGIT, _LETTER, _STAR, _SYMBOL, _INVISIBLE = range(10)
_CONSONANT, _VOWEL, _VARIANT, _SYLLABLE = range(10, 14)

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")

#: What looks like a jamo when it stands beside one. 7 stands for ㄱ as well as for ㅈ and stays.
_LOOKS_LIKE = {
    "ㅣ": "lIi|1!丨ｌＩ１Ⅰ׀ιіІӏ",
    "ㅏ": "rtRΓгト卜├┣Ⱶ",
    "ㅓ": "┤┫ᅥ",
    "ㅐ": "HＨНΗ",
    "ㅑ": "FＦ",
    "ㅗ": "⊥┴┻┷",
    "ㅜ": "TТΤＴ丁┬┳",
    "ㅡ": "_-ーー一―—",
    "ㅇ": "oO0оОοΟ○◯〇ｏＯ０",
    "ㅅ": "^∧Λ人Л入",
    "ㄴ": "LＬ∟└",
    "ㄷ": "CсСⅽㄈ匚",
    "ㅁ": "□口ロ■",
    "ㄹ": "己已2",
    "ㅌ": "EЕΕЄ∈",
    "ㅈ": "スズ",
    "ㄱ": "┐",
    "7": "7７",
}
_INVISIBLES = "\u00ad\u061c\u115f\u1160\u3164\uffa0\ufeff" + "".join(
    map(chr, [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10)])
)
_REACH = 24


class Disguise(NamedTuple):
    """A word that stands in disguise: the number of the word, and where (code points, half-open)."""

    word: int
    start: int
    end: int


def _jamo(char: str) -> str:
    """The jamo of one syllable, as they are typed; any other character as it is."""
    if not "가" <= char <= "힣":
        return char
    number = ord(char) - 0xAC00
    return _INITIALS[number // 588] + _VOWELS[number % 588 // 28] + _FINALS[number % 28]


@cache
def _spelling() -> dict[str, str]:
    """Jamo and whole syllables in their other forms (circled, in brackets, half-width), spelt in jamo."""
    spelling = {chr(code): chr(code) for code in range(0x3131, 0x3164)}
    for code in [*range(0x3200, 0x321F), *range(0x3260, 0x327F), *range(0xFFA1, 0xFFDD)]:
        plain = unicodedata.normalize("NFKC", chr(code)).strip("()")
        if plain and unicodedata.category(chr(code)) != "Cn":
            spelling[chr(code)] = "".join(map(_jamo_of_conjoining, plain))
    return spelling


def _jamo_of_conjoining(char: str) -> str:
    name = unicodedata.name(char, "")
    if name.startswith(("HANGUL CHOSEONG", "HANGUL JUNGSEONG", "HANGUL JONGSEONG")):
        letter = unicodedata.lookup("HANGUL LETTER " + name.split(None, 2)[2]) if char != "\u1160" else ""
        return letter
    return _jamo(char)


@cache
def _look_alike() -> dict[str, str]:
    return {char: jamo for jamo, chars in _LOOKS_LIKE.items() for char in chars}


@cache
def class_table() -> NDArray[np.uint8]:
    """The class of every code point: an array of 1.1 million bytes."""
    table = np.full(0x110000, _OTHER, dtype=np.uint8)
    for low, high, kind in (
        (0x2190, 0x2C00, _SYMBOL),  # arrows, shapes, dingbats
        (0x1F000, 0x1FB00, _SYMBOL),  # emoji
        (0x41, 0x5B, _LETTER),
        (0x61, 0x7B, _LETTER),
        (0x370, 0x530, _LETTER),
        (0x30, 0x3A, _DIGIT),
        (0xFF10, 0xFF1A, _DIGIT),
        (0xFF21, 0xFF5B, _LETTER),
        (0x3131, 0x314F, _CONSONANT),
        (0x314F, 0x3164, _VOWEL),
        (0xAC00, 0xD7A4, _SYLLABLE),
    ):
        table[low:high] = kind
    for chars, kind in (
        (" \t\u00a0\u3000", _SPACE),
        ("\n\r", _LINE_END),
        ("()[]{}<>\"'`“”‘’「」『』《》〈〉【】（）", _BRACKET),
        (".,/·-~:;!?…‧・ㆍ•，．／、。！？∙⋅–—＊&%+=→", _MARK),
        ("*", _STAR),
        ("^_|\\#$@※＿＾¤§¶°†‡¨´¬¦¿¡×÷＃＠＆", _SYMBOL),
        (_INVISIBLES, _INVISIBLE),
    ):
        for char in chars:
            table[ord(char)] = kind
    for char in _look_alike():
        if table[ord(char)] == _OTHER:
            table[ord(char)] = _LETTER
    for char in _spelling():
        if table[ord(char)] not in (_CONSONANT, _VOWEL):
            table[ord(char)] = _VARIANT
    return table


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
    for before, middle, after in product(range(_SYLLABLE + 1), repeat=3):
        joined = _BRACKET <= middle <= _INVISIBLE and before >= _CONSONANT
        joined &= after >= _CONSONANT or (middle >= _STAR and after >= _STAR)
        loose = middle in (_CONSONANT, _VARIANT) and after in (_VOWEL, _LETTER, _DIGIT, _VARIANT)
        loose |= middle == _VOWEL and before in (_DIGIT, _LETTER, _VARIANT, _SYMBOL)
        loose |= middle == _VARIANT and _SYLLABLE in (before, after)
        alone = middle == _SYLLABLE and before <= _LINE_END and after == _SPACE
        table[before << 8 | middle << 4 | after] = 1 if joined or loose else 2 * alone
    return table


def _signs(classes: NDArray[np.uint8]) -> list[int]:
    """Places, ascending, where neighbours look like a disguise; ``classes`` with two more at either end."""
    triples = classes[1:-3].astype(np.uint16)
    for following in (classes[2:-2], classes[3:-1]):
        triples <<= 4
        triples |= following
    kinds = _sign_table().take(triples)
    places = np.flatnonzero(kinds)
    # A syllable alone counts where the next word starts with one that stands alone or at most takes a particle.
    return places[(kinds.take(places) == 1) | (classes.take(places + 4) == _SYLLABLE)].tolist()


def _regions(text: str) -> Iterator[tuple[int, int, bool]]:
    """The words around each sign of disguise: start, end, and whether it is a row of single syllables."""
    padded = _classes(text)
    places = _signs(padded)
    if not places:
        return
    classes = padded[2:-2].tobytes()
    done = -1
    for place in places:
        if place < done:
            continue
        kind = classes[place]
        if kind == _SYLLABLE:
            end = _end_of_row(classes, place)
            if end > place:
                yield place, end, True
                done = end
            continue
        if not _is_sign(classes, place, kind, text):
            continue
        start = max(place - _REACH, done, 0)
        for at in range(place - 1, start - 1, -1):
            if classes[at] in (_SPACE, _LINE_END):
                start = at + 1
                break
        end = min(place + _REACH, len(classes))
        for at in range(place, end):
            if classes[at] in (_SPACE, _LINE_END):
                end = at
                break
        yield start, end, False
        done = end


def _is_sign(classes: bytes, place: int, kind: int, text: str) -> bool:
    """Whether what stands between two syllables is more than punctuation."""
    if kind >= _SYMBOL:
        return True
    two_before = classes[place - 2] if place > 1 else _OTHER
    two_after = classes[place + 2] if place + 2 < len(classes) else _OTHER
    if kind == _STAR:
        return text[place + 1 : place + 2] != "*"
    if kind == _MARK:
        return two_before < _CONSONANT or two_after < _CONSONANT or two_after in (_CONSONANT, _VOWEL)
    if kind == _BRACKET:
        return two_after == _BRACKET or two_before == _BRACKET
    if kind == _DIGIT:
        return two_before == _DIGIT or two_after == _DIGIT
    return True


def _end_of_row(classes: bytes, place: int) -> int:
    """Where a row of syllables, each for itself, ends; ``place`` where it is none. The last may have a particle."""
    at, last, length = place, place, len(classes)
    while at < length and classes[at] == _SYLLABLE:
        last = at
        if at + 1 >= length or classes[at + 1] != _SPACE:
            break
        at += 2
    return last + 1 if last > place else place


def _spell(text: str, start: int, end: int) -> tuple[str, list[int]]:
    """The jamo that a reader sees in ``text[start:end]``, and for each the place of the character it comes from."""
    table, spelling, alike = class_table(), _spelling(), _look_alike()
    jamo: list[str] = []
    places: list[int] = []
    for place in range(start, end):
        char = text[place]
        kind = int(table[ord(char)])
        if kind == _SYLLABLE:
            spelt = _jamo(char)
        elif kind >= _CONSONANT:
            spelt = spelling[char]
        elif char in alike and _stands_by_jamo(text, place, table):
            spelt = alike[char]
        else:
            continue
        jamo.append(spelt)
        places.extend([place] * len(spelt))
    return "".join(jamo), places


@lru_cache(maxsize=2)
def _spelt_regions(text: str) -> tuple[tuple[int, int, bool, str, list[int]], ...]:
    """The regions of ``text`` with their spelling: several lexicons ask for those of one text in a row."""
    return tuple((start, end, is_row, *_spell(text, start, end)) for start, end, is_row in _regions(text))


def _stands_by_jamo(text: str, place: int, table: NDArray[np.uint8]) -> bool:
    before = table[ord(text[place - 1])] if place else _OTHER
    after = table[ord(text[place + 1])] if place + 1 < len(text) else _OTHER
    return before in (_CONSONANT, _VOWEL, _VARIANT) or after in (_CONSONANT, _VOWEL, _VARIANT)


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
        found: list[Disguise] = []
        for start, end, is_row, spelt, places in _spelt_regions(text):
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
            # Of a row's last syllable only the first may belong to it (대 출 가능).
            return len(word) > 2 or (disguise.start == start and disguise.end >= end - 2)
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
        spelt = "".join(map(_jamo, word))
        patterns.setdefault(spelt, number)
        for place, jamo in enumerate(spelt):
            if jamo in "ㄱㅈ":
                patterns.setdefault(f"{spelt[:place]}7{spelt[place + 1 :]}", number)
    automaton = ahocorasick_rs.AhoCorasick(list(patterns), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
    return Disguises(tuple(words), automaton, tuple(patterns.values()))
