"""Hate speech and vulgar abuse, where the document is made of it.

Enters: a view. Leaves: ``hate_speech`` where the share of hateful sentences is too high, as the HyperCLOVA X report drops
documents with too much of it. A sentence is hateful by a slur against a group or a person, by vulgar abuse, or by milder abuse of a
named group, also in disguise (병*신, ㅂㅕㅇ신; :mod:`filters.korean.folding`). A word in quotation marks is mentioned, not
used, and words such as 차별, 표현, 연구, 판결 speak for a text about hate. A single coarse word in a comment or film review
does not suffice.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from filters.document import Failure
from filters.korean.lexicon import Hit, Lexicon, load
from filters.limits import check_share
from filters.view import View

_BREAK = re.compile(r"\n+|(?<=[.?!…])\s+|(?<=[ㅋㅎㅠㅜ]{2})\s+")
_OPENING, _CLOSING = frozenset("'\"‘“「『<〈《`"), "'\"’”」』>〉》`"
#: Weight from which a term is hateful by itself.
_STRONG = 1.5
_MAX_QUOTED = 20
_SHOWN = 8


@cache
def _lexicon() -> Lexicon:
    return load("hate")


@cache
def _weights() -> tuple[tuple[str, float], ...]:
    """Kind and weight of each term; none of them has two."""
    return tuple((told[0].kind, told[0].weight) for told in _lexicon().evidence)


@dataclass(frozen=True, kw_only=True)
class HateSpeech:
    """``max_share``: of sentences and lines. ``min_weight``: what one sentence, or a document of one, must come to."""

    max_share: float = 0.3
    min_weight: float = 1.5
    min_document_weight: float = 3.0

    def __post_init__(self) -> None:
        check_share("hate_speech", "max_share", self.max_share)

    def judge(self, view: View) -> list[Failure]:
        """``hate_speech`` with the share of hateful sentences."""
        text = view.text
        if text.isascii():
            return []
        lexicon, weights = _lexicon(), _weights()
        hits = [hit for hit in lexicon.find(text) if weights[hit.term][0] != "guard"]
        disguised = lexicon.find_disguised(text)
        strong = sum(weights[hit.term][1] for hit in hits if weights[hit.term][1] >= _STRONG)
        if strong + 2 * len(disguised) < self.min_document_weight and not _has_mild_abuse(hits, weights):
            return []
        hateful, num_sentences, total, used = self._sentences(text, sorted([*hits, *disguised], key=lambda hit: hit.start))
        if total < self.min_document_weight or hateful / num_sentences <= self.max_share:
            return []
        terms = ", ".join(lexicon.terms[term] for term in list(dict.fromkeys(used))[:_SHOWN])
        detail = f"{hateful} of {num_sentences} sentences: {terms}"
        return [Failure("hate_speech", hateful / num_sentences, self.max_share, detail)]

    def _sentences(self, text: str, hits: Sequence[Hit]) -> tuple[int, int, float, list[int]]:
        """Number of hateful sentences and of all, weight of the hateful ones, and the terms in them."""
        weights = _weights()
        hateful = num_sentences = at = 0
        total = 0.0
        used: list[int] = []
        start = 0
        ends = [match.start() for match in _BREAK.finditer(text)] + [len(text)]
        for end in ends:
            if not text[start:end].strip():
                start = end
                continue
            num_sentences += 1
            weight, counter, has_group = 0.0, 0.0, False
            terms: dict[int, None] = {}
            while at < len(hits) and hits[at].start < end:
                hit = hits[at]
                at += 1
                kind, amount = weights[hit.term]
                if kind == "group":
                    has_group = True
                elif kind == "counter":
                    counter += amount
                elif hit.term not in terms and not _is_quoted(text, hit):
                    weight += amount
                    terms[hit.term] = None
            # Mild words grow hateful where they are aimed at a group.
            weight += 0.5 * (has_group and bool(terms)) - counter
            if weight >= self.min_weight:
                hateful += 1
                total += weight
                used += terms
            start = end
        return hateful, max(num_sentences, 1), total, used


def _has_mild_abuse(hits: Sequence[Hit], weights: Sequence[tuple[str, float]]) -> bool:
    """Whether there is enough mild abuse and a group to aim it at."""
    kinds = [weights[hit.term][0] for hit in hits]
    return "group" in kinds and sum(kind in ("slur", "abuse") for kind in kinds) >= 4


def _is_quoted(text: str, hit: Hit) -> bool:
    """Whether the term stands in quotation marks of its own: mentioned, not used."""
    if hit.start == 0 or text[hit.start - 1] not in _OPENING:
        return False
    return any(mark in text[hit.end : hit.end + _MAX_QUOTED] for mark in _CLOSING)
