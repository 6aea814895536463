"""The text behind a disguise: what a reader takes ㄷH출, 대*출, 승．인, ⓗⓣⓣⓟ and ①⓪만원 for.

Enters: a text. Leaves: the same text in plain writing, for lexicons to search; offsets do not survive. :mod:`.folding` finds
single telling words wherever they hide; here plainer words (승인, 상담, 확인, http) come to light as well, which tell
together. Invisible characters go, circled and full-width letters become ASCII (Unicode compatibility decomposition, UAX
15), symbols between syllables go, syllables standing alone close up, loose jamo are put together again.
"""

import re
import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

from filters.korean.folding import Spelt
from filters.korean.look_alikes import INVISIBLE, class_table, jamo_of, look_alikes, spelling

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
#: Invisible characters, circled and full-width letters and digits, conjoining jamo.
_FORMS = re.compile("[\u00ad\u1100-\u11ff\u200b-\u200f\u2060-\u206f\ufeff①-⓿❶-➓！-～\U0001d400-\U0001d7ff\ufe00-\ufe0f]")
_CIRCLED = re.compile("[①-⓿❶-➓０-９Ａ-Ｚａ-ｚ\U0001d400-\U0001d7ff][0-9A-Za-z:/.①-⓿❶-➓０-９Ａ-Ｚａ-ｚ\U0001d400-\U0001d7ff]")
_MIN_FORMS = 3
_STRONG = re.compile(r"(?<=[가-힣ㄱ-ㅣ])[*★☆♥♡♣♧♠♤♦◆◇●○◎■□▲△▼▽▶▷◀※^_+=|]{1,2}(?=[가-힣ㄱ-ㅣ])")
#: Signs that stand between words as well, so only between single syllables.
_WEAK = re.compile(r"(?<![가-힣])[가-힣](?:[.,·/~!-][가-힣]){1,4}")
_ROW = re.compile(r"(?<!\S)[가-힣](?: [가-힣]){1,6}(?=[가-힣]{0,3}(?![가-힣]))")
_SIGNS = re.compile(r"[.,·/~!-]")
#: Signs that punctuation is not, and how many characters a text may have for each before it counts as disguised.
_DISGUISING = re.compile(
    "[가-힣][★☆♥♡♣♧♠♤♦◆◇●○◎■□▲△▼▽※*^_+=|．，・][가-힣]|[ㄱ-ㅣ㈀-㈞㉠-㉾ﾡ-ￜ\u200b-\u200f\u2060-\u206f\ufeff\u00ad]"
)
_CHARS_A_SIGN = 250
_LOOSE = re.compile(r"[^\s가-힣]{0,6}[ㄱ-ㅣ㈀-㈞㉠-㉾ﾡ-ￜ]\S{0,24}")


@cache
def _plain_forms() -> dict[int, str]:
    """For ``str.translate``: what the odd forms of letters and digits are in plain writing."""
    kinds = class_table()
    codes = [*range(0x2460, 0x2500), *range(0x2776, 0x2794), *range(0xFF01, 0xFF5F), *range(0x1D400, 0x1D800)]
    forms = {code: unicodedata.normalize("NFKC", chr(code)).strip("()") for code in codes}
    forms |= {0x2776 + number: str(number % 10 + 1) for number in range(30)}
    invisible = (code for code in range(0x10000) if kinds[code] == INVISIBLE)
    return forms | dict.fromkeys(invisible, "")


def has_signs(text: str, seen: Spelt) -> bool:
    """Whether jamo and symbols stand among the syllables of ``text`` as often as disguises do, of whatever words."""
    together = "\n".join(seen.words(text))
    return len(_DISGUISING.findall(together)) > max(1, len(text) // _CHARS_A_SIGN)


@cache
def odd_table() -> NDArray[np.bool_]:
    """For every code point whether it may begin what :func:`has_odd_forms` counts."""
    table = np.zeros(0x110000, dtype=np.bool_)
    for low, high in ((0x2460, 0x2500), (0x2776, 0x2794), (0xFF10, 0xFF5B), (0x1D400, 0x1D800)):
        table[low:high] = True
    return table


def has_odd_forms(text: str) -> bool:
    """Whether there are letters, digits or invisible characters that :func:`unmask` makes plain."""
    return len(_CIRCLED.findall(text)) >= max(_MIN_FORMS, len(text) // 100)


def unmask(text: str) -> str:
    """``text`` in plain writing; ordinary text comes back nearly as it is."""
    if _FORMS.search(text):
        text = unicodedata.normalize("NFC", text.translate(_plain_forms()))
    if _LOOSE.search(text):
        text = _LOOSE.sub(lambda match: _joined(match.group()), text)
    text = _STRONG.sub("", text)
    text = _WEAK.sub(lambda match: _SIGNS.sub("", match.group()), text)
    return _ROW.sub(lambda match: match.group().replace(" ", ""), text)


def _joined(word: str) -> str:
    """A word with loose jamo, put together, with the signs that look like jamo beside them."""
    alike, variants = look_alikes(), spelling()
    spelt = [variants.get(char) or (jamo_of(char) if "가" <= char <= "힣" else char) for char in word]
    loose = ["ㄱ" <= part[0] <= "ㅣ" and len(part) == 1 for part in spelt]
    # One sign may stand beside another, so from either side.
    for order in (range(len(word)), range(len(word) - 1, -1, -1)):
        for place in order:
            near = loose[max(place - 1, 0) : place + 2]
            if not loose[place] and word[place] in alike and any(near):
                spelt[place], loose[place] = alike[word[place]], True
    jamo = "".join("ㄱ" if part == "7" and loose[min(place + 1, len(loose) - 1)] else part for place, part in enumerate(spelt))
    return composed(_STRONG.sub("", jamo))


def composed(jamo: str) -> str:
    """Jamo in a row as syllables, as an input method composes them; anything else stays."""
    out: list[str] = []
    place = 0
    while place < len(jamo):
        initial, vowel = jamo[place], jamo[place + 1 : place + 2]
        if initial not in _INITIALS or not vowel or vowel not in _VOWELS:
            out.append(initial)
            place += 1
            continue
        code = 0xAC00 + 588 * _INITIALS.index(initial) + 28 * _VOWELS.index(vowel)
        place += 2
        final, following = jamo[place : place + 1], jamo[place + 1 : place + 2]
        if final and final in _FINALS and not (following and following in _VOWELS):
            code += 1 + _FINALS.index(final)
            place += 1
        out.append(chr(code))
    return "".join(out)
