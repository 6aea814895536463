"""Other particles after the same nouns, and other endings after the same stems.

Enters: a draft. Leaves: its text with the last particle (and, where asked, ending) of a share of its words exchanged,
added or left out: what the words are about stays. Which form of a particle fits is decided by the sound before it;
endings are joined by Kiwi, which knows contractions and irregular stems.
"""

import random
from collections.abc import Sequence

from kiwipiepy import Token

from .draft import Change, Draft, Word, substituted
from .truth import kiwi

#: Forms (after a consonant, after a vowel) by what they can stand in for.
_TOPIC, _SUBJECT, _OBJECT = ("은", "는"), ("이", "가"), ("을", "를")
_ALSO, _ONLY, _WITH, _TOWARDS = ("도", "도"), ("만", "만"), ("과", "와"), ("으로", "로")
_PARTICLES: dict[str, tuple[tuple[str, str], ...]] = {
    "JKS": (_TOPIC, _ALSO, _ONLY),
    "JKC": (_TOPIC, _ALSO),
    "JKO": (_TOPIC, _ALSO, _ONLY, ("까지", "까지")),
    "JX": (_SUBJECT, _OBJECT, _TOPIC, _ALSO, _ONLY, ("마저", "마저")),
    "JKG": (("", ""), _WITH, ("에서의", "에서의")),
    "JKB": (("에", "에"), ("에는", "에는"), ("에서", "에서"), ("에도", "에도"), _TOWARDS, ("으로도", "로도")),
    "JC": (("이랑", "랑"), ("하고", "하고"), _WITH, ("이나", "나")),
}
_ADDED = (_TOPIC, _SUBJECT, _OBJECT, _ALSO, _ONLY)
_NOUNS = ("NNG", "NNP", "NP", "NR")
#: Endings of one function, as Kiwi writes them; each can be put for another of its row.
_ENDINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("EC", ("고", "며", "고서", "면서")),
    ("EC", ("어서", "으므로", "으니", "으니까")),
    ("EC", ("지만", "으나", "는데")),
    ("EC", ("으면", "거든", "어야")),
    ("EC", ("려면", "려고", "고자", "러")),
    ("EC", ("도록", "게")),
    ("ETM", ("는", "던", "ᆯ")),
    ("ETM", ("은", "던")),
    ("EF", ("습니다", "다", "어요", "네요")),
)
_WRITTEN = {"ᆸ니다": "습니다", "ᆫ다": "다", "는다": "다", "ᆫ": "은", "면": "으면", "으며": "며", "아서": "어서", "니": "으니"}
_VERBAL = ("VV", "VA", "XSV", "XSA", "VX", "EP")


def particles(share: float, *, endings: bool = False) -> Change:
    """The particles of ``share`` of all words, or of as many as can carry one if those are fewer."""

    def change(draft: Draft, rng: random.Random) -> str:
        words = draft.words()
        order = list(range(len(words)))
        rng.shuffle(order)
        wanted = round(share * len(words))
        changes: dict[tuple[int, int], str] = {}
        for index in order:
            if len(changes) >= wanted:
                break
            found = _particle(words[index], rng) or (_ending(words[index], draft.text, rng) if endings else None)
            if found:
                changes[found[0]] = found[1]
        return substituted(draft.text, changes)

    return change


Substitution = tuple[tuple[int, int], str] | None


def _particle(word: Word, rng: random.Random) -> Substitution:
    last = _last_hangul(word)
    if last is None:
        return None
    end = last.start + last.len
    if last.tag in _NOUNS and last.len > 1:
        return (end, end), _fitting(rng.choice(_ADDED), last.form)
    start = last.start - word.start
    if last.tag not in _PARTICLES or word.surface[start : start + last.len] != last.form or start == 0:
        return None
    choices = [forms for forms in _PARTICLES[last.tag] if last.form not in forms]
    return (last.start, end), _fitting(rng.choice(choices), word.surface[start - 1])


def _last_hangul(word: Word) -> Token | None:
    """The last morpheme before closing punctuation; none where the word does not end in Hangul."""
    spoken = [token for token in word.morphemes if token.tag[0] != "S" or token.tag in ("SL", "SN", "SH")]
    last = spoken[-1] if spoken else None
    return last if last and last.form and "가" <= last.form[-1] <= "힣" else None


def _fitting(forms: tuple[str, str], before: str) -> str:
    """The form for the sound before; ㄹ is a vowel to 로."""
    if not "가" <= before[-1] <= "힣":
        return forms[1]
    final = (ord(before[-1]) - 0xAC00) % 28
    closed = final != 0 and not (final == 8 and forms[0].startswith("으로"))
    return forms[0] if closed else forms[1]


def _ending(word: Word, text: str, rng: random.Random) -> Substitution:
    morphemes = list(word.morphemes)
    while morphemes and morphemes[-1].tag[0] == "S":
        morphemes.pop()
    if len(morphemes) < 2 or morphemes[-2].tag.partition("-")[0] not in _VERBAL:
        return None
    old = morphemes[-1]
    form = _WRITTEN.get(old.form, old.form)
    rows = [forms for tag, forms in _ENDINGS if tag == old.tag and form in forms]
    if not rows:
        return None
    new = rng.choice([other for other in rows[0] if other != form])
    return rejoined(text, morphemes, [(new, old.tag)])


def rejoined(text: str, morphemes: Sequence[Token], ending: Sequence[tuple[str, str]], *, replaced: int = 1) -> Substitution:
    """The span of the last of ``morphemes`` and how it is written with ``ending`` for the last ``replaced`` of them.

    As few as can stand by themselves are written anew, at least one more than are replaced; none where Kiwi does not write
    them as they stand in the text.
    """
    end = max(token.start + token.len for token in morphemes)
    for first in range(len(morphemes) - replaced - 1, -1, -1):
        start = morphemes[first].start
        if first and morphemes[first - 1].start + morphemes[first - 1].len > start:
            continue
        written = [(token.form, token.tag) for token in morphemes[first:]]
        if kiwi().join(written) == text[start:end]:
            return (start, end), kiwi().join([*written[:-replaced], *ending])
    return None
