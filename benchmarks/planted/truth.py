"""How similar two texts are, by the two measures that say what a near-duplicate is.

Enters: texts. Leaves: R1, the Jaccard similarity of their character 5-grams without white space, punctuation and symbols
(NFKC, case-folded), and R2, the Jaccard similarity of the *multisets* of their content morphemes by Kiwi (nouns, stems of
verbs and adjectives, adverbs, numbers, foreign words). A pair must match if either is at least 0.8, must not if both are
below 0.6, and is not counted otherwise.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from enum import Enum
from functools import cache

from kiwipiepy import Kiwi, Token

MUST, MUST_NOT = 0.8, 0.6
_NO_LETTER = re.compile(r"[\W_]+")
#: Sejong tags of what carries meaning by itself; auxiliaries, suffixes, determiners, particles and endings do not.
CONTENT = ("NNG", "NNP", "NNB", "NR", "NP", "XR", "VV", "VA", "MAG", "MAJ", "SN", "SL")


class Verdict(Enum):
    MUST = "must match"
    MUST_NOT = "must not"
    BETWEEN = "not counted"


@dataclass(frozen=True)
class Similarity:
    r1: float
    r2: float

    @property
    def verdict(self) -> Verdict:
        if max(self.r1, self.r2) >= MUST:
            return Verdict.MUST
        return Verdict.MUST_NOT if max(self.r1, self.r2) < MUST_NOT else Verdict.BETWEEN


def character_grams(text: str, *, size: int = 5) -> frozenset[str]:
    """A text shorter than ``size`` is one gram; one without letters has none."""
    letters = _NO_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold())
    return frozenset(letters[i : i + size] for i in range(max(1, len(letters) - size + 1))) if letters else frozenset()


def jaccard(first: Set[str], second: Set[str]) -> float:
    shared = len(first & second)
    return shared / max(1, len(first) + len(second) - shared)


def multiset_jaccard(first: Mapping[str, int], second: Mapping[str, int]) -> float:
    shared = sum(min(count, second.get(item, 0)) for item, count in first.items())
    return shared / max(1, sum(first.values()) + sum(second.values()) - shared)


@cache
def kiwi() -> Kiwi:
    """Two threads for batches: the analysis is most of what the benchmark costs."""
    return Kiwi(num_workers=2)


class Analyses:
    """Kiwi's analyses, each text read once."""

    def __init__(self) -> None:
        self._tokens: dict[str, list[Token]] = {}
        self._contents: dict[str, Counter[str]] = {}
        self._grams: dict[str, frozenset[str]] = {}

    def read(self, texts: Iterable[str]) -> None:
        new = list(dict.fromkeys(text for text in texts if text not in self._tokens))
        self._tokens.update(zip(new, kiwi().tokenize(new), strict=True))

    def tokens(self, text: str) -> list[Token]:
        if text not in self._tokens:
            self.read([text])
        return self._tokens[text]

    def content(self, text: str) -> Counter[str]:
        """The multiset of content morphemes, of the NFKC form: Kiwi finds nothing in decomposed jamo."""
        if text not in self._contents:
            tokens = self.tokens(unicodedata.normalize("NFKC", text))
            self._contents[text] = Counter(_content(tokens))
        return self._contents[text]

    def grams(self, text: str) -> frozenset[str]:
        if text not in self._grams:
            self._grams[text] = character_grams(text)
        return self._grams[text]

    def similarity(self, first: str, second: str) -> Similarity:
        r1 = jaccard(self.grams(first), self.grams(second))
        return Similarity(r1, multiset_jaccard(self.content(first), self.content(second)))


def _content(tokens: Iterable[Token]) -> Iterable[str]:
    """Form and class of each: a noun is one noun whether Kiwi takes it for a name or not."""
    for token in tokens:
        tag = token.tag.partition("-")[0]
        if tag in CONTENT:
            yield f"{tag[0]}:{token.form.casefold()}"
