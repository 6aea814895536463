"""How spammers hide words from filters: look-alike characters, symbols between syllables, split jamo.

Enters: text and the words to hide. Leaves: the text with most of them hidden, in one or two ways a document.
"""

import re
import unicodedata
from collections.abc import Sequence

from .draw import Draw

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = ["", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"]
_MARKS = "*.-_~/|♥★☆●◆♠♣^!'`,:;·•※†+="
_HIDDEN = "\u200b\u200c\u2060\u00ad\ufeff"
_LOOKS = {
    **{"ㅏ": "r", "ㅣ": "l", "ㅡ": "_", "ㅇ": "o", "ㅐ": "H", "ㅗ": "ㅗ", "ㅜ": "T", "ㅅ": "^", "ㄱ": "7", "ㄹ": "2"},
}
_ROUND = {**{str(n): "⓪①②③④⑤⑥⑦⑧⑨"[n] for n in range(10)}, **{chr(97 + n): chr(0x24D0 + n) for n in range(26)}}
_CYRILLIC = dict(zip("aceopxyABEKMHOPCTX", "асеорхуАВЕКМНОРСТХ", strict=True))


def disguise(draw: Draw, text: str, terms: Sequence[str]) -> str:
    """Hides nine of ten of the ``terms`` in ``text``, and some of its Latin letters and digits."""
    ways = draw.random.sample([_marks, _spaced, _hidden, _split, _half_split, _near, _wide], draw.whole(1, 2))
    mark = draw.random.choice(_MARKS)

    def hidden(match: re.Match[str]) -> str:
        return draw.random.choice(ways)(draw, match[0], mark) if draw.chance(0.9) else match[0]

    pattern = "|".join(re.escape(term) for term in sorted(set(terms), key=lambda term: (-len(term), term)))
    return _letters(draw, re.sub(pattern, hidden, text))


def _marks(_draw: Draw, word: str, mark: str) -> str:
    return mark.join(word)


def _spaced(_draw: Draw, word: str, _mark: str) -> str:
    return " ".join(word)


def _hidden(draw: Draw, word: str, _mark: str) -> str:
    return draw.random.choice(_HIDDEN).join(word)


def _jamo(syllable: str) -> str:
    code = ord(syllable) - 0xAC00
    if not 0 <= code < 11172:
        return syllable
    return _INITIALS[code // 588] + _VOWELS[code // 28 % 21] + _FINALS[code % 28]


def _split(_draw: Draw, word: str, _mark: str) -> str:
    return "".join(_jamo(syllable) for syllable in word)


def _half_split(draw: Draw, word: str, _mark: str) -> str:
    """Some syllables come apart, and some of their jamo are signs that look alike."""
    return "".join("".join(_LOOKS.get(jamo, jamo) for jamo in _jamo(s)) if draw.chance(0.6) else s for s in word)


def _near(draw: Draw, word: str, mark: str) -> str:
    """One or two syllables get a neighbouring vowel or a doubled initial: 카지노, 캬지노, 까지노."""
    syllables = list(word)
    for place in draw.random.sample(range(len(syllables)), min(len(syllables), 1)):
        code = ord(syllables[place]) - 0xAC00
        if 0 <= code < 11172:
            initial, vowel, final = code // 588, code // 28 % 21, code % 28
            vowel = {0: 2, 4: 6, 8: 12, 13: 17, 1: 5, 5: 1, 20: 16}.get(vowel, vowel)
            final = final or draw.random.choice([0, 19, 21])
            syllables[place] = chr(0xAC00 + initial * 588 + vowel * 28 + final)
    return (mark if draw.chance(0.5) else "").join(syllables)


def _wide(draw: Draw, word: str, _mark: str) -> str:
    """Conjoining jamo, and full-width signs between."""
    return unicodedata.normalize("NFD", word) if draw.chance(0.5) else "．".join(word)


def _letters(draw: Draw, text: str) -> str:
    way = draw.whole(0, 3)
    if way == 0:
        return text
    table = {1: _ROUND, 2: _CYRILLIC, 3: {chr(n): chr(n + 0xFEE0) for n in range(0x30, 0x7B) if chr(n).isalnum()}}[way]
    return "".join(table.get(sign, sign) if draw.chance(0.7) else sign for sign in text)
