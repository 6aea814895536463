"""Spam of the Korean web: gambling, loans, sex, phishing, shop pages and pages made for search engines.

Enters: a view. Leaves: a failure for each kind of spam that the document is. Words about a subject do not make spam (news, law
and encyclopaedias have them too), so a document fails where three things meet:

* the *subject* is dense: weighted terms of one lexicon (``filters/korean/lexicons``) per 100 characters, at least two of
  them such as hardly stand elsewhere;
* it *promotes*: calls to act, promises, ways of contact per 100 characters, less what reports, laws and warnings say
  (police, convicted, prevention, study), which spam has no reason to say;
* or the subject is so dense that nothing else is said.

A subject term in disguise (카*지*노, ㅋㅏ지노; :mod:`filters.korean.folding`) counts as both. Shop pages must show prices
or many shop terms and few sentences; search-engine pages chains of search terms.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from filters.document import Failure
from filters.korean.lexicon import Hit, Lexicon, load
from filters.korean.prose import prose_share
from filters.limits import check_at_least
from filters.view import View

_SHARED = "promotion"
_TALKING = ("gambling", "loan", "adult", "phishing")
_LISTING = ("shopping", "seo")
#: A term counts so often for promotion, for one phrase makes no advertisement however often it comes.
_MAX_REPEATS = 3
_MIN_CHARS = 120
_PRICE = re.compile(r"(?<![\d,])\d{1,3}(?:,\d{3}){1,3}\s?원|(?<![\d,])\d{1,4}만\s?\d{0,4}원|[₩￦]\s?\d|\d{1,2}\s?%")
_SHOWN = 8
_MIN_STUFFED = 4


@dataclass(slots=True)
class _Tally:
    """What a document has of one lexicon. ``topic`` and ``promotion`` are sums of weights."""

    topic: float = 0.0
    promotion: float = 0.0
    counter: float = 0.0
    disguised: int = 0
    num_promotions: int = 0
    anchors: set[int] = field(default_factory=set[int])
    terms: Counter[int] = field(default_factory=Counter[int])


@cache
def _lexicon() -> Lexicon:
    return load(*_TALKING, *_LISTING, _SHARED)


@dataclass(frozen=True, kw_only=True)
class KoreanSpam:
    """Rates are sums of weights per 100 characters.

    ``min_topic_rates``: how dense the subject must be, by kind; ``dense_topic_rate``: so dense that it needs no promotion.
    ``min_promotion_rate``: promotion less ``counter_weight`` times counter-evidence. ``min_anchors``: telling terms wanted.
    """

    min_gambling_rate: float = 2.0
    min_loan_rate: float = 3.0
    min_adult_rate: float = 2.0
    min_phishing_rate: float = 3.0
    min_promotion_rate: float = 1.6
    dense_topic_rate: float = 7.0
    counter_weight: float = 2.0
    min_anchors: int = 2
    min_shopping_rate: float = 6.0
    max_shopping_prose: float = 0.5
    min_seo_rate: float = 7.0
    min_stuffing: float = 0.1
    max_seo_prose: float = 0.5

    def __post_init__(self) -> None:
        for name in ("min_promotion_rate", "dense_topic_rate", "counter_weight", "min_anchors"):
            check_at_least("korean_spam", name, getattr(self, name))

    def judge(self, view: View) -> list[Failure]:
        """``korean_spam_<kind>`` for each kind, with the rate of its subject."""
        text = view.text
        if text.isascii():
            return []
        lexicon = _lexicon()
        disguised = lexicon.find_disguised(text)
        if not disguised and not _may_fail(lexicon, text):
            return []
        hits = lexicon.find(text)
        tallies = _tally(lexicon, hits, disguised)
        hundreds = max(len(text), _MIN_CHARS) / 100
        failures: list[Failure] = []
        for kind in _TALKING:
            failures += self._judge_talk(kind, tallies[kind], tallies[_SHARED], hundreds)
        failures += self._judge_shopping(text, tallies["shopping"], tallies[_SHARED], hundreds)
        failures += self._judge_seo(text, tallies["seo"], hundreds)
        return failures

    def _judge_talk(self, kind: str, tally: _Tally, shared: _Tally, hundreds: float) -> list[Failure]:
        threshold: float = getattr(self, f"min_{kind}_rate")
        rate = tally.topic / hundreds
        anchors = len(tally.anchors) + tally.disguised
        if rate < threshold or not anchors:
            return []
        counter = self.counter_weight * (tally.counter + shared.counter) / hundreds
        promotion = (tally.promotion + shared.promotion + 3 * tally.disguised) / hundreds - counter
        # A single telling term needs much more promotion.
        wanted = self.min_promotion_rate * (1 if anchors >= self.min_anchors else 2)
        is_dense = anchors >= self.min_anchors and rate - 2 * counter >= self.dense_topic_rate
        if promotion < wanted and not is_dense:
            return []
        detail = f"{_told(tally)}; promotion {promotion:.1f} per 100 characters"
        if tally.disguised:
            detail += f", {tally.disguised} in disguise"
        return [Failure(f"korean_spam_{kind}", rate, threshold, detail)]

    def _judge_shopping(self, text: str, tally: _Tally, shared: _Tally, hundreds: float) -> list[Failure]:
        if tally.topic / hundreds < self.min_shopping_rate / 3 or len(tally.terms) < 3:
            return []
        num_prices = sum(1 for _ in _PRICE.finditer(text))
        rate = (tally.topic + 3 * num_prices) / hundreds
        if rate < self.min_shopping_rate or (num_prices < 2 and len(tally.terms) < 8):
            return []
        if shared.counter / hundreds > 1 or prose_share(text) > self.max_shopping_prose:
            return []
        return [Failure("korean_spam_shopping", rate, self.min_shopping_rate, f"{_told(tally)}; {num_prices} prices")]

    def _judge_seo(self, text: str, tally: _Tally, hundreds: float) -> list[Failure]:
        rate = (tally.topic + tally.promotion) / hundreds
        if rate < self.min_seo_rate or len(tally.terms) < 4:
            return []
        # Sentences may be there only to repeat what is searched for.
        if rate < 2 * self.min_seo_rate and prose_share(text) > self.max_seo_prose and _stuffing(text) < self.min_stuffing:
            return []
        return [Failure("korean_spam_seo", rate, self.min_seo_rate, _told(tally))]


def _may_fail(lexicon: Lexicon, text: str) -> bool:
    """Whether there are enough telling terms of any kind to look further."""
    found = Counter(name for term in lexicon.find_telling(text) for name in lexicon.tells[term])
    return any(found[kind] for kind in _TALKING) or found["shopping"] > 1 or found["seo"] > 2


def _tally(lexicon: Lexicon, hits: Iterable[Hit], disguised: Iterable[Hit]) -> dict[str, _Tally]:
    """What the hits come to for each lexicon."""
    tallies = {name: _Tally() for name in (*_TALKING, *_LISTING, _SHARED)}
    for term, count in Counter(term for term, _, _ in hits).items():
        for told in lexicon.evidence[term]:
            tally = tallies[told.lexicon]
            if told.kind == "topic":
                tally.topic += told.weight * count
                tally.terms[term] += count
                if told.lexicon in lexicon.tells[term]:
                    tally.anchors.add(term)
            elif told.kind == "counter":
                tally.counter += told.weight * min(count, _MAX_REPEATS)
            elif told.kind != "guard":
                tally.promotion += told.weight * min(count, _MAX_REPEATS)
                tally.num_promotions += 1
    for term, _, _ in disguised:
        for told in lexicon.evidence[term]:
            tally = tallies[told.lexicon]
            if told.kind == "topic" and told.lexicon in lexicon.tells[term]:
                tally.topic += told.weight
                tally.terms[term] += 1
                tally.disguised += 1
            elif told.kind == "contact":
                tally.promotion += 2 * told.weight
    return tallies


def _stuffing(text: str) -> float:
    """The share of its words that the most frequent word has, if it comes often enough to be stuffed in."""
    words = [word for word in text.split() if len(word) > 1]
    count = Counter(words).most_common(1)[0][1] if words else 0
    return count / len(words) if count >= _MIN_STUFFED else 0.0


def _told(tally: _Tally) -> str:
    terms = _lexicon().terms
    return ", ".join(f"{terms[term]} x{count}" for term, count in tally.terms.most_common(_SHOWN))
