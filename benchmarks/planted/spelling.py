"""Spaces and keys missed: what differs between two people who typed the same text.

Enters: a draft. Leaves: its text with a share of its word boundaries taken away or put inside words, or with a share of its
Hangul syllables or of its words mistyped on a two-set keyboard (a neighbouring key, a final consonant lost or carried over
to the next syllable, two syllables exchanged).
"""

import random
import re

from .draft import Change, Draft, substituted

_SPACE, _JOINT = re.compile(r"(?<=\S) (?=\S)"), re.compile("(?<=[가-힣])(?=[가-힣])")
_HANGUL_WORD = re.compile("[가-힣]{2,}")
_INITIALS, _MEDIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ", "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
#: The rows of the two-set keyboard.
_ROWS = ("ㅂㅈㄷㄱㅅ", "ㅁㄴㅇㄹㅎ", "ㅋㅌㅊㅍ", "ㅛㅕㅑㅐㅔ", "ㅗㅓㅏㅣ", "ㅠㅜㅡ")


def spacing(share: float) -> Change:
    """Of the spaces between words, ``share`` change: half as many are taken away, and as many put inside words."""

    def change(draft: Draft, rng: random.Random) -> str:
        spaces = [match.span() for match in _SPACE.finditer(draft.text)]
        joints = [match.span() for match in _JOINT.finditer(draft.text)]
        half = max(1, round(share * len(spaces) / 2))
        removed = dict.fromkeys(rng.sample(spaces, min(half, len(spaces))), "")
        added = dict.fromkeys(rng.sample(joints, min(half, len(joints))), " ")
        return substituted(draft.text, removed | added)

    return change


def no_spacing(draft: Draft, _rng: random.Random) -> str:
    """Every space between words gone; lines stay."""
    return _SPACE.sub("", draft.text)


def typos_in_syllables(share: float) -> Change:
    def change(draft: Draft, rng: random.Random) -> str:
        letters = list(draft.text)
        places = [index for index, letter in enumerate(letters) if "가" <= letter <= "힣"]
        for index in rng.sample(places, min(len(places), max(1, round(share * len(places))))):
            _mistype(letters, index, rng)
        return "".join(letters)

    return change


def typos_in_words(share: float) -> Change:
    def change(draft: Draft, rng: random.Random) -> str:
        letters = list(draft.text)
        words = [match.span() for match in _HANGUL_WORD.finditer(draft.text)]
        for start, end in rng.sample(words, min(len(words), max(1, round(share * len(words))))):
            _mistype(letters, rng.randrange(start, end), rng)
        return "".join(letters)

    return change


def _mistype(letters: list[str], index: int, rng: random.Random) -> None:
    code = ord(letters[index]) - 0xAC00
    if not 0 <= code < 11172:
        return
    initial, medial, final = code // 588, code // 28 % 21, code % 28
    after = letters[index + 1] if index + 1 < len(letters) else ""
    kind = rng.randrange(4)
    if kind == 0 and "가" <= after <= "힣" and after != letters[index]:
        letters[index : index + 2] = [after, letters[index]]
    elif kind == 1 and final:
        letters[index] = chr(0xAC00 + initial * 588 + medial * 28)
    elif kind == 2:
        near = _neighbour(_MEDIALS[medial], rng)
        letters[index] = chr(0xAC00 + initial * 588 + _MEDIALS.index(near) * 28 + final)
    else:
        near = _neighbour(_INITIALS[initial], rng)
        letters[index] = chr(0xAC00 + _INITIALS.index(near) * 588 + medial * 28 + final)


def _neighbour(letter: str, rng: random.Random) -> str:
    """The key to the left or right; letters typed with two keys or with shift slip to the plain one."""
    plain = {"ㄲ": "ㄱ", "ㄸ": "ㄷ", "ㅃ": "ㅂ", "ㅆ": "ㅅ", "ㅉ": "ㅈ", "ㅒ": "ㅐ", "ㅖ": "ㅔ"}
    plain |= {"ㅘ": "ㅏ", "ㅙ": "ㅐ", "ㅚ": "ㅗ", "ㅝ": "ㅓ", "ㅞ": "ㅔ", "ㅟ": "ㅜ", "ㅢ": "ㅣ"}
    if letter in plain:
        return plain[letter]
    row = next(row for row in _ROWS if letter in row)
    at = row.index(letter)
    return rng.choice([row[i] for i in (at - 1, at + 1) if 0 <= i < len(row)])
