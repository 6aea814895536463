"""Spam of the Korean web: gambling, loans, sex, phishing, shop pages and pages made for search engines.

Enters: a batch. Leaves: a failure for each kind of spam that the document is. Words about a subject do not make spam (news, law
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
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import NamedTuple

from filters.batch import Batch, Finding, gathered
from filters.document import Failure
from filters.korean.lexicon import Hit, Lexicon, load, telling
from filters.korean.prose import prose_share
from filters.korean.readings import Reading, readings
from filters.korean.stuffing import keyword
from filters.korean.unmask import has_odd_forms, has_signs, unmask
from filters.limits import check_at_least

_SHARED = "promotion"
_TALKING = ("gambling", "loan", "adult", "phishing")
_LISTING = ("shopping", "seo")
#: A term counts so often for promotion, for one phrase makes no advertisement however often it comes.
_MAX_REPEATS = 3
_MIN_CHARS = 120
_PRICE = re.compile(r"\d{1,3}(?:,\d{3}){1,3}\s?원|\d{1,4}만\s?\d{0,4}원|[₩￦]\s?\d|\d{1,3}(?:,\d{3}){1,2}(?![\d,])|\d{1,2}\s?%")
_PLAIN_STYLE = re.compile(r"다\.(?<!니다\.)")
#: What is sold comes in packs, weights and sizes.
_QUANTITY = re.compile(r"\d\s?(?:개입|봉|병|팩|매입|박스|켤레|벌|kg|g|ml|L|cm|mm)(?![a-zA-Z가-힣])")
#: A phrase or sentence in quotation marks within a line.
_QUOTATION = re.compile(r"[\"“'‘](?<!\S.)(?:(?<=[\"“])[^\"”“\n]{6,100}[\"”]|(?<=['‘])[^'’‘\n]{6,100}['’])")
#: Up to so many hundreds of characters are a message.
_MESSAGE = 2.5
#: So many different terms in disguise are no accident of punctuation.
_MIN_HIDDEN = 2
_WON = re.compile(r",\d{3}")
_SHOWN = 8
_SEARCHED_TOGETHER = 32
_MIN_STUFFED = 4
_SHORT = 600
#: A stuffed term stands without particles, is so large a share of the words, and comes with so many different frames.
_MIN_BARE = 0.5
_MIN_DENSITY = 0.05
_MIN_FRAMES = 2
_MIN_FRAME_RATE = 2.0
#: What the words of sentences end with: particles and endings of one syllable.
_ENDINGS = frozenset("은는이가을를에의도만로와과고며면서다요죠까게지한할된될")


@dataclass(slots=True)
class _Tally:
    """What a document has of one lexicon. ``topic`` and ``promotion`` are sums of weights."""

    topic: float = 0.0
    promotion: float = 0.0
    counter: float = 0.0
    disguised: int = 0
    frames: int = 0
    contacts: int = 0
    anchors: set[int] = field(default_factory=set[int])
    terms: Counter[int] = field(default_factory=Counter[int])


class _Suspect(NamedTuple):
    """A text as it stands and in plain writing, and the terms that stand in it in disguise."""

    masked: str
    text: str
    disguised: list[Hit]


@cache
def _lexicon() -> Lexicon:
    return load(*_TALKING, *_LISTING, _SHARED)


@dataclass(frozen=True, kw_only=True)
class KoreanSpam:
    """Rates are sums of weights per 100 characters.

    ``min_topic_rates``: how dense the subject must be, by kind; ``dense_topic_rate``: so dense that it needs no promotion.
    ``min_promotion_rate``: promotion less ``counter_weight`` times counter-evidence, to
    which each sentence in the plain style adds ``plain_style_weight``. ``min_anchors``: telling terms
    wanted; with fewer, more promotion, and with none ``min_plain_terms`` different ones.
    """

    min_gambling_rate: float = 2.0
    min_loan_rate: float = 3.0
    min_adult_rate: float = 2.0
    min_phishing_rate: float = 3.0
    min_promotion_rate: float = 1.6
    dense_topic_rate: float = 7.0
    counter_weight: float = 2.0
    plain_style_weight: float = 0.5
    min_anchors: int = 2
    min_plain_terms: int = 3
    min_shopping_rate: float = 6.0
    max_shopping_prose: float = 0.5
    min_seo_rate: float = 7.0
    min_stuffing: float = 0.1
    max_seo_prose: float = 0.5
    min_keyword_count: int = 5
    min_keyword_units: float = 0.5
    min_keyword_places: int = 6

    def __post_init__(self) -> None:
        for name in ("min_promotion_rate", "dense_topic_rate", "counter_weight", "min_anchors"):
            check_at_least("korean_spam", name, getattr(self, name))

    def judge_batch(self, batch: Batch) -> list[Finding]:
        """``korean_spam_<kind>`` for each kind, with the rate of its subject."""
        return gathered(self._judge_rows(batch))

    def _judge_rows(self, batch: Batch) -> Iterator[tuple[int, list[Failure]]]:
        lexicon = _lexicon()
        suspects = (
            (row, suspect)
            for row, (text, reading) in enumerate(zip(batch.texts, readings(batch), strict=True))
            if not text.isascii() and (suspect := _suspect(text, reading)) is not None
        )
        # The automaton goes over some texts in a row, see `filters.korean.readings`.
        while some := list(islice(suspects, _SEARCHED_TOGETHER)):
            searched = [lexicon.find(suspect.text) for _, suspect in some]
            for (row, suspect), hits in zip(some, searched, strict=True):
                yield row, self._judge(suspect, hits)

    def _judge(self, suspect: _Suspect, found: list[Hit]) -> list[Failure]:
        lexicon, text = _lexicon(), suspect.text
        hits = _unquoted(found, text)
        tallies = _tally(lexicon, hits, suspect.disguised)
        if text != suspect.masked:
            _count_unmasked(tallies, hits, lexicon.find(suspect.masked))
        # Reports, essays and statutes tell in the plain style; who sells is polite.
        tallies[_SHARED].counter += self.plain_style_weight * len(_PLAIN_STYLE.findall(text))
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
        counter = self.counter_weight * (tally.counter + shared.counter) / hundreds
        # A message of a sentence or two that tells where to turn says less before it is plain.
        is_message = hundreds < _MESSAGE and counter == 0 and shared.contacts > 0
        if rate < threshold or (not anchors and len(tally.terms) < self.min_plain_terms - is_message):
            return []
        promotion = (tally.promotion + shared.promotion + 3 * tally.disguised) / hundreds - counter
        # The less the terms tell, the more it must promote.
        wanted = self.min_promotion_rate * (1 if anchors >= self.min_anchors or is_message else 1.25 if anchors else 2.5)
        is_dense = anchors >= self.min_anchors and rate - 2 * counter >= self.dense_topic_rate
        if promotion < wanted and not is_dense:
            return []
        detail = f"{_told(tally)}; promotion {promotion:.1f} per 100 characters"
        if tally.disguised:
            detail += f", {tally.disguised} in disguise"
        return [Failure(f"korean_spam_{kind}", rate, threshold, detail)]

    def _judge_shopping(self, text: str, tally: _Tally, shared: _Tally, hundreds: float) -> list[Failure]:
        if tally.topic / hundreds < 1:
            return []
        num_terms = len(tally.terms) + min(len(_QUANTITY.findall(text)), _MAX_REPEATS)
        if num_terms < 2:
            return []
        num_prices = sum(1 for _ in _PRICE.finditer(text))
        rate = (tally.topic + 3 * num_prices) / hundreds
        least_terms = 8 if num_prices < 2 else 3 if tally.anchors else 4
        if rate < self.min_shopping_rate or num_terms < least_terms:
            return []
        if not num_prices and len(tally.anchors) < 2:
            # Names of things and hardly a word of a shop: a list of words, of which the rule for those tells.
            return []
        if shared.counter / hundreds > 1 or prose_share(text) > self.max_shopping_prose:
            return []
        return [Failure("korean_spam_shopping", rate, self.min_shopping_rate, f"{_told(tally)}; {num_prices} prices")]

    def _judge_seo(self, text: str, tally: _Tally, hundreds: float) -> list[Failure]:
        rate = (tally.topic + tally.promotion) / hundreds
        stuffed = self._judge_stuffing(text, tally, rate)
        if stuffed:
            return [stuffed]
        if rate < self.min_seo_rate or len(tally.terms) < (3 if _is_chain(text) else 4):
            return []
        # Sentences may be there only to repeat what is searched for.
        if rate < 2 * self.min_seo_rate and prose_share(text) > self.max_seo_prose and _stuffing(text) < self.min_stuffing:
            return []
        return [Failure("korean_spam_seo", rate, self.min_seo_rate, _told(tally))]

    def _judge_stuffing(self, text: str, tally: _Tally, rate: float) -> Failure | None:
        """One search term in most sentences, between phrases that frame such pages or after names of places."""
        if tally.frames < _MIN_FRAMES and tally.promotion < self.min_keyword_places:
            return None
        found = keyword(text, _places(), min_bare_share=_MIN_BARE * _MIN_DENSITY)
        if found is None or found.number < self.min_keyword_count or found.bare < _MIN_BARE:
            return None
        is_framed = found.units >= self.min_keyword_units and found.words >= _MIN_DENSITY
        is_framed = is_framed and tally.frames >= _MIN_FRAMES and rate >= _MIN_FRAME_RATE
        is_list = found.places >= self.min_keyword_places and found.words >= 2 * _MIN_DENSITY and found.bare >= 1.5 * _MIN_BARE
        if not is_framed and not is_list:
            return None
        detail = f"{found.word} x{found.number}, in {found.units:.0%} of sentences and lines; {_told(tally)}"
        return Failure("korean_spam_seo", found.words, _MIN_DENSITY, detail)


@cache
def _places() -> frozenset[str]:
    """Names of places, as pages for search engines set them before a term."""
    lexicon = _lexicon()
    names = (term for term, known in zip(lexicon.terms, lexicon.evidence, strict=True) if ("seo", "promotion", 1.0) in known)
    return frozenset(names)


def _suspect(text: str, reading: Reading) -> _Suspect | None:
    """What to search in a text that may fail; None for any other."""
    disguised = _lexicon().find_disguised(text, reading.seen)
    is_odd = reading.may_be_odd and has_odd_forms(text)
    plain = unmask(text) if disguised or is_odd or (reading.seen.stretches and has_signs(text, reading.seen)) else text
    if not disguised and not _may_fail(plain, reading.telling if plain == text else telling(plain)):
        return None
    return _Suspect(text, plain, disguised)


def _may_fail(text: str, found: Mapping[str, int]) -> bool:
    """Whether there are enough telling terms of any kind to look further."""
    if any(found[kind] for kind in _TALKING) or found["shopping"] > 2 or found["seo"] > 2:
        return True
    # What is sold or searched for is named plainly, between few sentences.
    if text.count("다.") + text.count("요") > len(text) / 200:
        return False
    return len(text) < _SHORT or len(_WON.findall(text)) >= 3 or found["seo"] > 0


def _unquoted(hits: list[Hit], text: str) -> list[Hit]:
    """The hits outside quotations of a few words: reports and warnings quote what spam says."""
    quotations = [match.span() for match in _QUOTATION.finditer(text)]
    if not quotations or 2 * sum(end - start for start, end in quotations) > len(text):
        return hits
    # Ordered ends of quotations: a place is quoted where the last one that began before it has not ended.
    starts, ends = zip(*quotations, strict=True)
    return [hit for hit in hits if (at := bisect_right(starts, hit[1])) == 0 or hit[1] >= ends[at - 1]]


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
                tally.frames += told.kind == "frame"
                tally.contacts += told.kind == "contact"
    for term, _, _ in disguised:
        for told in lexicon.evidence[term]:
            tally = tallies[told.lexicon]
            if told.kind == "topic" and told.lexicon in lexicon.tells[term]:
                if term not in tally.terms:
                    tally.topic += told.weight
                    tally.terms[term] = 1
                tally.disguised += 1
            elif told.kind == "contact":
                tally.promotion += 2 * told.weight
    return tallies


def _count_unmasked(tallies: dict[str, _Tally], hits: Iterable[Hit], plain: Iterable[Hit]) -> None:
    """Add what terms tell by having been hidden: nobody hides two words of a subject without a reason."""
    fresh = Counter(term for term, _, _ in hits) - Counter(term for term, _, _ in plain)
    for kind in _TALKING:
        hidden = [term for term in fresh if term in tallies[kind].terms]
        if len(hidden) >= _MIN_HIDDEN:
            tallies[kind].promotion += sum(min(fresh[term], _MAX_REPEATS) for term in hidden)


def _stuffing(text: str) -> float:
    """The share of its words that the most frequent word has, if it comes often enough to be stuffed in."""
    words = [word for word in text.split() if len(word) > 1]
    count = Counter(words).most_common(1)[0][1] if words else 0
    return count / len(words) if count >= _MIN_STUFFED else 0.0


def _is_chain(text: str) -> bool:
    """Whether ``text`` is nouns without particles, one after the other."""
    words = text.split()
    plain = sum("가" <= word[-1] <= "힣" and word[-1] not in _ENDINGS for word in words)
    return len(words) >= 10 and plain >= 0.7 * len(words)


def _told(tally: _Tally) -> str:
    terms = _lexicon().terms
    return ", ".join(f"{terms[term]} x{count}" for term, count in tally.terms.most_common(_SHOWN))
