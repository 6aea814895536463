"""Hate speech and vulgar abuse, where the document is made of it.

Enters: a batch. Leaves: ``hate_speech`` where the share of hateful sentences is too high, as the HyperCLOVA X report drops
documents with too much of it. A sentence is hateful by a slur against a group or a person, by vulgar abuse, or by milder
abuse of a named group, also in disguise (병*신, ㅂㅕㅇ신; :mod:`filters.korean.folding`). A word in quotation marks is
mentioned, not used, and words such as 차별, 표현, 연구, 판결 speak for a text about hate. A single coarse word in a comment
or film review does not suffice.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import NamedTuple

from filters.batch import Batch, Finding, gathered
from filters.document import Failure
from filters.korean.lexicon import GUARD, Hit, Lexicon, load
from filters.korean.readings import readings
from filters.limits import check_share

_BREAK = re.compile(r"\n+|(?<=[.?!…])\s+|(?<=[ㅋㅎㅠㅜ]{2})\s+")
_OPENING, _CLOSING = frozenset("'\"‘“「『<〈《`"), "'\"’”」』>〉》`"
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
    min_document_weight: float = 2.5

    def __post_init__(self) -> None:
        check_share("hate_speech", "max_share", self.max_share)

    def judge_batch(self, batch: Batch) -> list[Finding]:
        """``hate_speech`` with the share of hateful sentences."""
        return gathered(self._judge_rows(batch))

    def _judge_rows(self, batch: Batch) -> Iterator[tuple[int, list[Failure]]]:
        lexicon = _lexicon()
        for row, (text, reading) in enumerate(zip(batch.texts, readings(batch), strict=True)):
            disguised = lexicon.find_disguised(text, reading.seen) if reading.seen.stretches else []
            if disguised or (reading.telling["hate"] and not text.isascii()):
                yield row, self._judge(text, disguised)

    def _judge(self, text: str, disguised: Sequence[Hit]) -> list[Failure]:
        lexicon, weights = _lexicon(), _weights()
        hits = [hit for hit in lexicon.find(text) if weights[hit[0]][0] != GUARD]
        found = [_weigh(text, sentence) for sentence in _sentences(text, sorted([*hits, *disguised], key=itemgetter(1)))]
        hateful = [sentence for sentence in found if sentence.weight >= self.min_weight]
        share = len(hateful) / max(len(found), 1)
        if share <= self.max_share or sum(sentence.weight for sentence in hateful) < self.min_document_weight:
            return []
        used = dict.fromkeys(term for sentence in hateful for term in sentence.terms)
        terms = ", ".join(lexicon.terms[term] for term in list(used)[:_SHOWN])
        return [Failure("hate_speech", share, self.max_share, f"{len(hateful)} of {len(found)} sentences: {terms}")]


class _Sentence(NamedTuple):
    """How hateful a sentence is, and the terms that make it so."""

    weight: float
    terms: tuple[int, ...]


def _sentences(text: str, hits: Sequence[Hit]) -> Iterator[list[Hit]]:
    """The hits in each sentence and line that is not blank."""
    at = start = 0
    for end in [match.start() for match in _BREAK.finditer(text)] + [len(text)]:
        first = at
        while at < len(hits) and hits[at][1] < end:
            at += 1
        if text[start:end].strip():
            yield list(hits[first:at])
        start = end


def _weigh(text: str, hits: Sequence[Hit]) -> _Sentence:
    weights = _weights()
    weight = 0.0
    has_group = False
    terms: dict[int, None] = {}
    for hit in hits:
        term = hit[0]
        kind, amount = weights[term]
        if kind == "group":
            has_group = True
        elif kind == "counter":
            weight -= amount
        elif term not in terms and not _is_quoted(text, hit):
            weight += amount
            terms[term] = None
    # Mild words grow hateful where they are aimed at a group.
    return _Sentence(weight + 0.5 * (has_group and bool(terms)), tuple(terms))


def _is_quoted(text: str, hit: Hit) -> bool:
    """Whether the term stands in quotation marks of its own: mentioned, not used."""
    _, start, end = hit
    if start == 0 or text[start - 1] not in _OPENING:
        return False
    return any(mark in text[end : end + _MAX_QUOTED] for mark in _CLOSING)
