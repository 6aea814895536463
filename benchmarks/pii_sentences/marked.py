"""A sentence with marks, and the filling of templates.

A template holds slots in braces: ``{phone}`` is replaced by a value, ``{phone!으로}`` by a value with the form of that particle
which its last character asks for when read aloud (010-1234-5678로, 1588-1234로, hong@naver.com으로). ``{{`` and ``}}`` are
literal braces. Slots of personal data leave a mark of their entity, look-alikes a mark without one, plain vocabulary none.
"""

import random
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

_SLOT = re.compile(r"\{\{|\}\}|\{(\w+)(?:!(\w+))?\}")
_VOWEL_FORM = {
    **{"은": "는", "을": "를", "이": "가", "과": "와", "으로": "로", "이라": "라", "이고": "고", "이나": "나"},
    **{"이에요": "예요", "이며": "며", "이라고": "라고", "이요": "요", "이었": "였", "이랑": "랑", "으로만": "로만"},
}
_DIGIT_READING = dict(zip("0123456789", "영일이삼사오육칠팔구", strict=True))
_LETTER_READING = {"l": "엘", "m": "엠", "n": "엔", "r": "알"}


class Value(NamedTuple):
    """``form`` names how it is written (``dash``, ``none``, ``full-width`` ...): recall is reported by it."""

    text: str
    form: str


class Mark(NamedTuple):
    """Code points ``start:end`` of the sentence; ``entity`` is empty for a look-alike, whose kind is then in ``form``."""

    start: int
    end: int
    entity: str
    form: str


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One or more sentences of text. ``origin`` says which family of templates it came from."""

    text: str
    marks: tuple[Mark, ...]
    origin: str

    @property
    def personal(self) -> list[Mark]:
        return [mark for mark in self.marks if mark.entity]

    @property
    def look_alikes(self) -> list[Mark]:
        return [mark for mark in self.marks if not mark.entity]


@dataclass(frozen=True, kw_only=True)
class Slot:
    """What fills a slot. ``entity`` is None for plain vocabulary, empty for a look-alike. ``make`` also gets what is filled."""

    make: Callable[[random.Random, dict[str, str]], Value]
    entity: str | None


def fill(template: str, *, slots: Mapping[str, Slot], rng: random.Random, origin: str) -> Sentence:
    """Replaces every slot. The same vocabulary slot twice gives two values.

    Raises:
        KeyError: a slot that nobody fills.
    """
    pieces: list[str] = []
    marks: list[Mark] = []
    filled: dict[str, str] = {}
    length = end = 0

    def add(text: str) -> None:
        nonlocal length
        pieces.append(text)
        length += len(text)

    for match in _SLOT.finditer(template):
        add(template[end : match.start()])
        end = match.end()
        if not match[1]:
            add(match[0][0])
            continue
        slot = slots[match[1]]
        value = slot.make(rng, filled)
        filled[match[1]] = value.text
        if slot.entity is not None:
            marks.append(Mark(length, length + len(value.text), slot.entity, value.form))
        add(value.text)
        if match[2]:
            add(particle(value.text, match[2]))
    add(template[end:])
    return Sentence(text="".join(pieces), marks=tuple(marks), origin=origin)


def particle(word: str, name: str) -> str:
    """The form of a particle (given in its form after a consonant) that follows ``word``; unknown ones stay as they are."""
    vowel_form = _VOWEL_FORM.get(name)
    if vowel_form is None:
        return name
    final = _final_consonant(word)
    if name.startswith("으로"):
        return vowel_form if final in ("", "ㄹ") else name
    return name if final else vowel_form


def _final_consonant(word: str) -> str:
    """The final consonant of a word as it is read: "" for none, "ㄹ" for that, "x" for any other."""
    for character in reversed(unicodedata.normalize("NFKC", word)):
        read = _DIGIT_READING.get(character, character)
        read = _LETTER_READING.get(read.lower(), read)
        if "가" <= read <= "힣":
            index = (ord(read) - ord("가")) % 28
            return "" if index == 0 else "ㄹ" if index == 8 else "x"
        if character.isalnum():
            return ""
    return ""


def joined(parts: list[Sentence], *, separator: str, origin: str) -> Sentence:
    """Several sentences as one text."""
    marks: list[Mark] = []
    offset = 0
    for part in parts:
        marks += [mark._replace(start=mark.start + offset, end=mark.end + offset) for mark in part.marks]
        offset += len(part.text) + len(separator)
    return Sentence(text=separator.join(part.text for part in parts), marks=tuple(marks), origin=origin)


def decomposed(sentence: Sentence) -> Sentence:
    """The sentence in NFD (as macOS and some exports write Korean), its marks moved along."""
    lengths = [0]
    for character in sentence.text:
        lengths.append(lengths[-1] + len(unicodedata.normalize("NFD", character)))
    marks = tuple(mark._replace(start=lengths[mark.start], end=lengths[mark.end]) for mark in sentence.marks)
    text = unicodedata.normalize("NFD", sentence.text)
    return replace(sentence, text=text, marks=marks, origin=f"{sentence.origin}, NFD")
