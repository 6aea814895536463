"""The forms in which the copy of a question turns up: respaced, with other particles and endings, full-width, over lines, ...

Enters: a question, the name of a form, a seed. Leaves: the question in that form. Particles and endings are changed by Kiwi:
every one that has another of its kind is replaced, which often makes bad Korean and no other question.
"""

import random
import unicodedata
from collections.abc import Callable
from functools import cache

from kiwipiepy import Kiwi

_PARTICLES: dict[str, tuple[tuple[str, str], ...]] = {
    "JKS": (("은", "JX"), ("도", "JX"), ("만", "JX")),
    "JKO": (("은", "JX"), ("도", "JX"), ("이", "JKS")),
    "JKB": (("을", "JKO"), ("에", "JKB"), ("으로", "JKB"), ("에서", "JKB")),
    "JX": (("이", "JKS"), ("을", "JKO"), ("도", "JX")),
    "JKG": (("은", "JX"), ("에", "JKB")),
    "JC": (("과", "JC"), ("하고", "JC"), ("이랑", "JC")),
}
_ENDINGS = {
    "EF": ("다", "습니다", "어요", "습니까", "네", "지", "는가"),
    "ETM": ("은", "는", "을", "던"),
    "EC": ("고", "며", "어서", "면서", "지만", "거나"),
}


@cache
def _kiwi() -> Kiwi:
    return Kiwi(num_workers=1)


def _particles(text: str, rng: random.Random) -> str:
    made: list[tuple[str, str]] = []
    for token in _kiwi().tokenize(text):
        form, tag = token.form, str(token.tag)
        if tag in _PARTICLES:
            form, tag = rng.choice([pair for pair in _PARTICLES[tag] if pair[0] != form])
        elif tag in _ENDINGS:
            form = rng.choice([ending for ending in _ENDINGS[tag] if ending != form])
        made.append((form, tag))
    return _kiwi().join(made)


def _respaced(text: str, rng: random.Random) -> str:
    made: list[str] = []
    for character in text:
        if character != " " or rng.random() < 0.5:
            made.append(character)
        if character != " " and rng.random() < 0.15:
            made.append(" ")
    return "".join(made)


def _unspaced(text: str, rng: random.Random) -> str:  # noqa: ARG001
    return "".join(text.split())


def _full_width(text: str, rng: random.Random) -> str:  # noqa: ARG001
    return text.translate({ord(" "): "\u3000", **{code: code + 0xFEE0 for code in range(0x21, 0x7F)}})


def _lines(text: str, rng: random.Random) -> str:
    made: list[str] = []
    since = 0
    for character in text:
        since += 1
        if since > 8 and rng.random() < 0.15:
            made.append("-\n" if character.isascii() and character.isalpha() else "\n")
            since = 0
            if character == " ":
                continue
        made.append(character)
    return "".join(made)


def _punctuated(text: str, rng: random.Random) -> str:
    changed = text.translate({ord(old): new for old, new in zip("?.,'\"", ("", "…", " ·", "‘", "“"), strict=True)})
    number = rng.choice(("1. ", "(3) ", "문 12) ", "Q7: ", "[문제 4] ", "⑤ ", "가. "))
    return f"{number}「{changed}」"


def _hanja(text: str, rng: random.Random) -> str:
    words = text.split(" ")
    korean = [place for place, word in enumerate(words) if word and "가" <= word[-1] <= "힣"]
    for place in rng.sample(korean, k=min(len(korean), max(1, len(words) // 4))):
        size = rng.randrange(2, 4)
        words[place] += "(" + "".join(chr(rng.randrange(0x4E00, 0x9FA0)) for _ in range(size)) + ")"
    return " ".join(words)


def _decomposed(text: str, rng: random.Random) -> str:  # noqa: ARG001
    return unicodedata.normalize("NFD", text)


def _verbatim(text: str, rng: random.Random) -> str:  # noqa: ARG001
    return text


_STEPS: dict[str, Callable[[str, random.Random], str]] = {
    "verbatim": _verbatim,
    "respaced": _respaced,
    "unspaced": _unspaced,
    "particles": _particles,
    "full-width": _full_width,
    "lines": _lines,
    "punctuation": _punctuated,
    "hanja": _hanja,
    "NFD": _decomposed,
}
#: In the order in which the table shows them; several steps are joined by ``+``.
FORMS = (
    *_STEPS,
    "particles+respaced",
    "particles+unspaced",
    "full-width+lines",
    "particles+hanja+lines",
    "particles+respaced+punctuation+full-width",
    "particles+unspaced+hanja+NFD",
)


def in_form(text: str, form: str, *, seed: int) -> str:
    """``text`` in one of :data:`FORMS`."""
    rng = random.Random(f"{seed}/{form}/{text}")
    for step in form.split("+"):
        text = _STEPS[step](text, rng)
    return text
