"""Choices for one document: words, templates and passages, each choice a function of the key and nothing else.

Enters: a key (seed, class, number of the document), the split, good prose. Leaves: strings. Every list of words or of
templates is cut in two halves by a hash of its items: what ``dev`` documents are made of never appears in ``test`` ones.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2b
from random import Random

#: The two parts that word lists are cut into.
SPLITS = ("dev", "test")

#: Particles by the form after a final consonant, and their form after a vowel.
_AFTER_VOWEL = {
    **{"을": "를", "은": "는", "이": "가", "과": "와", "으로": "로", "이나": "나", "이란": "란", "이라": "라"},
    **{"이에요": "예요", "이라면": "라면", "이든": "든"},
}
_SLOT = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_MOST_DEPTH = 6


def items(text: str) -> tuple[str, ...]:
    """A list written as a block: items stand between slashes or line ends."""
    return tuple(item for item in (part.strip() for part in re.split(r"\s/\s|\n", text)) if item)


@cache
def half(options: tuple[str, ...], split: str) -> tuple[str, ...]:
    """The items that belong to ``split``: every second one in the order of their hashes; lists below four stay whole."""
    if len(options) < 4:
        return options
    ranked = sorted(options, key=lambda option: blake2b(option.encode(), digest_size=8).digest())
    return tuple(ranked[SPLITS.index(split) :: 2])


def with_particle(word: str, particle: str) -> str:
    """``word`` with the particle in the form that its last sound asks for."""
    code = ord(word[-1]) - 0xAC00 if word else -1
    final = code % 28 if 0 <= code < 11172 else 0
    vowel = final == 0 or (particle == "으로" and final == 8)
    return word + (_AFTER_VOWEL.get(particle, particle) if vowel else particle)


class Draw:
    """All choices of one document, in order."""

    def __init__(self, key: str, *, split: str = "test", passages: Sequence[str] = ()) -> None:
        self.random = Random(key)
        self.split = split
        self._passages = passages

    def one(self, options: Sequence[str]) -> str:
        return self.random.choice(half(tuple(options), self.split))

    def several(self, options: Sequence[str], low: int, high: int) -> list[str]:
        """Distinct ones, at most as many as there are."""
        mine = half(tuple(options), self.split)
        return self.random.sample(mine, min(len(mine), self.random.randint(low, high)))

    def whole(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def fill(self, template: str, words: Mapping[str, Sequence[str]], *, depth: int = 0) -> str:
        """``template`` filled: ``{word}``, ``{word:을}`` with its particle, ``{n:10-99}``, ``{n:100-900:50}`` (steps of 50)."""

        def value(match: re.Match[str]) -> str:
            name, form = match.groups()
            if name == "n":
                low, high, step = [int(part) for part in re.findall(r"\d+", f"{form}:1")[:3]]
                return str(self.random.randrange(low, high + 1, step))
            filled = self.one(words[name])
            if "{" in filled and depth < _MOST_DEPTH:
                filled = self.fill(filled, words, depth=depth + 1)
            return with_particle(filled, form) if form else filled

        return _SLOT.sub(value, template)

    def line(self, templates: Sequence[str], words: Mapping[str, Sequence[str]]) -> str:
        return self.fill(self.one(templates), words)

    def lines(self, templates: Sequence[str], words: Mapping[str, Sequence[str]], low: int, high: int) -> list[str]:
        """Filled templates, first each of them once, then again with other words."""
        number = self.random.randint(low, high)
        order: list[str] = []
        while len(order) < number:
            order += self.several(templates, len(templates), len(templates))
        return [self.fill(template, words) for template in order[:number]]

    def passage(self, low: int, high: int) -> str:
        """Good prose of about so many characters: whole passages one after the other, the last one cut at a word."""
        length = self.random.randint(low, high)
        text = ""
        while len(text) < length:
            text += ("\n" if text else "") + self.random.choice(self._passages)
        return text if len(text) <= length else text[:length].rsplit(maxsplit=1)[0]
