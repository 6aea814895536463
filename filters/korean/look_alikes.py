"""How Korean is written in disguise: classes of code points, and the jamo that each character looks like.

Enters: characters. Leaves: tables. Whole syllables are spelt in jamo as they are typed (Unicode 16, section 3.12); circled,
bracketed and half-width forms by their compatibility decomposition; letters, digits and signs by what they look like.
"""

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

#: Classes of code points; the order lets a comparison take several at once.
OTHER, SPACE, LINE_END, BRACKET, MARK, DIGIT, LETTER, STAR, SYMBOL, INVISIBLE = range(10)
CONSONANT, VOWEL, VARIANT, SYLLABLE = range(10, 14)

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


def jamo_of(char: str) -> str:
    """The jamo of one syllable, as they are typed; any other character as it is."""
    if not "가" <= char <= "힣":
        return char
    number = ord(char) - 0xAC00
    return _INITIALS[number // 588] + _VOWELS[number % 588 // 28] + _FINALS[number % 28]


@cache
def spelling() -> dict[str, str]:
    """Jamo and whole syllables in their other forms (circled, in brackets, half-width), spelt in jamo."""
    spelt = {chr(code): chr(code) for code in range(0x3131, 0x3164)}
    for code in [*range(0x3200, 0x321F), *range(0x3260, 0x327F), *range(0xFFA1, 0xFFDD)]:
        plain = unicodedata.normalize("NFKC", chr(code)).strip("()")
        if plain and unicodedata.category(chr(code)) != "Cn":
            spelt[chr(code)] = "".join(map(_jamo_of_conjoining, plain))
    return spelt


def _jamo_of_conjoining(char: str) -> str:
    name = unicodedata.name(char, "")
    if name.startswith(("HANGUL CHOSEONG", "HANGUL JUNGSEONG", "HANGUL JONGSEONG")):
        return unicodedata.lookup("HANGUL LETTER " + name.split(None, 2)[2]) if char != "\u1160" else ""
    return jamo_of(char)


@cache
def look_alikes() -> dict[str, str]:
    return {char: jamo for jamo, chars in _LOOKS_LIKE.items() for char in chars}


@cache
def class_table() -> NDArray[np.uint8]:
    """The class of every code point: an array of 1.1 million bytes."""
    table = np.full(0x110000, OTHER, dtype=np.uint8)
    for low, high, kind in (
        (0x2190, 0x2C00, SYMBOL),  # arrows, shapes, dingbats
        (0x1F000, 0x1FB00, SYMBOL),  # emoji
        (0x41, 0x5B, LETTER),
        (0x61, 0x7B, LETTER),
        (0x370, 0x530, LETTER),
        (0x30, 0x3A, DIGIT),
        (0xFF10, 0xFF1A, DIGIT),
        (0xFF21, 0xFF5B, LETTER),
        (0x3131, 0x314F, CONSONANT),
        (0x314F, 0x3164, VOWEL),
        (0xAC00, 0xD7A4, SYLLABLE),
    ):
        table[low:high] = kind
    for chars, kind in (
        (" \t\u00a0\u3000", SPACE),
        ("\n\r", LINE_END),
        ("()[]{}<>\"'`“”‘’「」『』《》〈〉【】（）", BRACKET),
        (".,/·-~:;!?…‧・ㆍ•，．／、。！？∙⋅–—＊&%+=→", MARK),
        ("*", STAR),
        ("^_|\\#$@※＿＾¤§¶°†‡¨´¬¦¿¡×÷＃＠＆", SYMBOL),
        (_INVISIBLES, INVISIBLE),
    ):
        for char in chars:
            table[ord(char)] = kind
    for char in look_alikes():
        if table[ord(char)] == OTHER:
            table[ord(char)] = LETTER
    for char in spelling():
        if table[ord(char)] not in (CONSONANT, VOWEL):
            table[ord(char)] = VARIANT
    return table


@cache
def class_bytes() -> bytes:
    """The same as bytes, from which Python takes one class faster."""
    return class_table().tobytes()
