"""The same sentences in another speech level: 한다, 합니다, 해요.

Enters: a draft. Leaves: its text with the final ending of every sentence that ends in one of the three levels changed to
another, the same for the whole document. Kiwi joins stem and ending, so contracted syllables are written as they should be.
"""

import random

from kiwipiepy import Token

from .draft import Draft, Word, substituted
from .particles import rejoined

_LEVELS = ("한다", "합니다", "해요")
_STATEMENTS = {
    "다": "한다",
    "ᆫ다": "한다",
    "는다": "한다",
    "습니다": "합니다",
    "ᆸ니다": "합니다",
    "어요": "해요",
    "아요": "해요",
    "에요": "해요",
}
_REQUESTS = {"으십시오": "합니다", "ᆸ시오": "합니다", "시오": "합니다", "으세요": "해요", "세요": "해요"}
#: Stems after which 한다 is written 다.
_STATIVE = ("VA", "XSA", "VCP", "VCN", "EP")


def speech_level(draft: Draft, rng: random.Random) -> str:
    words = draft.words()
    finals = [(word, level) for word in words if (level := _level(word))]
    if not finals:
        return draft.text
    levels = [level for _, level in finals]
    main = max(_LEVELS, key=levels.count)
    target = rng.choice([level for level in _LEVELS if level != main])
    changes: dict[tuple[int, int], str] = {}
    for word, level in finals:
        changed = None if level == target else _changed(draft.text, _spoken(word), target)
        if changed:
            changes[changed[0]] = changed[1]
    return substituted(draft.text, changes)


def _spoken(word: Word) -> list[Token]:
    """The morphemes of the word up to its final ending, without signs before or after."""
    morphemes = list(word.morphemes)
    while morphemes and morphemes[-1].tag[0] == "S":
        morphemes.pop()
    for index in reversed(range(len(morphemes))):
        if morphemes[index].tag[0] == "S":
            return morphemes[index + 1 :]
    return morphemes


def _level(word: Word) -> str:
    morphemes = _spoken(word)
    if len(morphemes) < 2 or morphemes[-1].tag != "EF":
        return ""
    return _STATEMENTS.get(morphemes[-1].form, "") or _REQUESTS.get(morphemes[-1].form, "")


def _changed(text: str, morphemes: list[Token], target: str) -> tuple[tuple[int, int], str] | None:
    stem, final = morphemes[-2], morphemes[-1]
    if final.form in _REQUESTS:
        return _request(text, morphemes, target)
    if target == "합니다":
        return rejoined(text, morphemes, [("습니다", "EF")])
    if target == "해요":
        if stem.tag != "VCP":
            return rejoined(text, morphemes, [("어요", "EF")])
        return rejoined(text, morphemes, _copula(morphemes), replaced=2)
    stative = stem.tag.partition("-")[0] in _STATIVE or stem.form in ("있", "없", "계시")
    return rejoined(text, morphemes, [("다" if stative else "ᆫ다", "EF")])


def _request(text: str, morphemes: list[Token], target: str) -> tuple[tuple[int, int], str] | None:
    """하십시오, 하세요, 한다 (an instruction in the plain level is a statement)."""
    honorific = 2 if morphemes[-2].form == "시" else 1
    if honorific == 2 and len(morphemes) < 3:
        return None
    ending = {"합니다": "으십시오", "해요": "으세요", "한다": "ᆫ다"}[target]
    return rejoined(text, morphemes, [(ending, "EF")], replaced=honorific)


def _copula(morphemes: list[Token]) -> list[tuple[str, str]]:
    """이에요 after a consonant, 예요 after a vowel."""
    before = morphemes[-3].form[-1] if len(morphemes) > 2 else ""
    closed = "가" <= before <= "힣" and (ord(before) - 0xAC00) % 28
    return [("이", "VCP"), ("에요", "EF")] if closed else [("예요", "EF")]
