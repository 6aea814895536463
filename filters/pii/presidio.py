"""The recognisers of `filters.pii` as Presidio knows them, with Kiwi in the place of a spaCy model.

Enters: nothing; `analyzer_engine()` gives a `presidio_analyzer.AnalyzerEngine` for the language "ko". Leaves: what its
`analyze` returns; `settled` turns that into the spans that `filters.pii.scanner.Scanner` finds. Importing this module imports
Presidio and spaCy (seconds, hundreds of megabytes), which is why nothing else in `filters` does. Interfaces: Presidio 2.2,
`EntityRecognizer`, `NlpEngine`, `NlpArtifacts`.

Kiwi knows no named entities: `KiwiNlpEngine` reports proper nouns, e-mail addresses and web addresses as it tags them.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple, cast

from kiwipiepy import Kiwi, Token
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
from spacy.tokens import Doc
from spacy.vocab import Vocab

from filters.pii.folding import fold
from filters.pii.scanner import Recogniser, all_recognisers, settle
from filters.pii.span import Span

LANGUAGE = "ko"
_ENTITY_OF_TAG = {"NNP": "PROPER_NOUN", "W_EMAIL": "EMAIL_ADDRESS", "W_URL": "URL"}
_VERBS = ("VV", "VA", "VX", "VCP", "VCN")
_STOP_WORDS = frozenset(
    re.findall(
        r"\S+",
        "은 는 이 가 을 를 의 에 에서 에게 께 로 으로 와 과 도 만 까지 부터 보다 처럼 마다 이나 나 하고 라고 고 며 면 지만"
        " 어 아 게 지 기 다 ᆫ다 는다 습니다 ᆸ니다 어요 아요 세요 시 었 았 겠 ᆫ ᆯ 던 이다 하 되 들 님",
    )
)
"""Particles, endings and suffixes in Kiwi's forms."""
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_WORD = re.compile(r"\S+")
_BLANK = "blank"


class Piece(NamedTuple):
    """A morpheme, or whatever else stands between two: its range in the text, dictionary form and Kiwi tag (may be empty)."""

    start: int
    end: int
    lemma: str
    tag: str


@cache
def _kiwi() -> Kiwi:
    return Kiwi()


def _lemma(token: Token) -> str:
    return f"{token.form}다" if token.tag.startswith(_VERBS) else token.form


def pieces(text: str) -> list[Piece]:
    """Cut `text` into pieces that cover it without the blanks. A contracted syllable is one piece, of its first morpheme."""
    folded = fold(_LONE_SURROGATE.sub("\ufffd", text))
    found: list[Piece] = []
    done = 0
    tokens = cast("list[Token]", _kiwi().tokenize(folded.text)) if folded.text.strip() else []
    for token in tokens:
        if not token.len or not folded.text[token.start : token.start + token.len].strip():
            continue
        start, end = folded.span(token.start, token.start + token.len)
        if start < done:  # a morpheme that shares its first syllable with the one before
            start = done
        if start >= end:
            continue
        found += _rest(text, done, start)
        found.append(Piece(start, end, _lemma(token), str(token.tag)))
        done = end
    return [*found, *_rest(text, done, len(text))]


def _rest(text: str, start: int, end: int) -> Iterator[Piece]:
    """Text that Kiwi gave no morpheme for, without blanks."""
    for match in _WORD.finditer(text, start, end):
        yield Piece(match.start(), match.end(), match[0], "")


def _with_blanks(text: str) -> Iterator[Piece]:
    """The pieces of `text` and the blanks between them, but for a single space, which belongs to the piece before it."""
    done = 0
    for piece in [*pieces(text), Piece(len(text), len(text), "", _BLANK)]:
        if done and text[done : piece.start].startswith(" "):
            done += 1
        if done < piece.start:
            yield Piece(done, piece.start, text[done : piece.start], _BLANK)
        if piece.tag != _BLANK:
            yield piece
        done = piece.end


class KiwiNlpEngine(NlpEngine):
    """Tokens, lemmas and proper nouns of Korean text by Kiwi, in spaCy's containers."""

    def __init__(self) -> None:
        self._vocab = Vocab()

    def load(self) -> None:
        """Load Kiwi's model."""
        _kiwi()

    def is_loaded(self) -> bool:
        """Whether the model is there."""
        return _kiwi.cache_info().currsize > 0

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Analyse one text. Token offsets are code points of `text`; blanks but single spaces are tokens of their own."""
        covered = list(_with_blanks(text))
        words = [_LONE_SURROGATE.sub("\ufffd", text[piece.start : piece.end]) for piece in covered]
        followed = [text[piece.end : piece.end + 1] == " " and piece.tag != _BLANK for piece in covered]
        document = Doc(self._vocab, words=words, spaces=followed)
        spans = [
            document.char_span(piece.start, piece.end, label=_ENTITY_OF_TAG[piece.tag])
            for piece in covered
            if piece.tag in _ENTITY_OF_TAG
        ]
        entities = [span for span in spans if span is not None]
        starts, lemmas = [piece.start for piece in covered], [piece.lemma for piece in covered]
        return NlpArtifacts(entities, document, starts, lemmas, self, language)

    def process_batch(
        self,
        texts: Iterable[str],
        language: str,
        batch_size: int = 1,
        n_process: int = 1,
        **kwargs: object,
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """Analyse one text after another; the sizes are Presidio's and have no meaning here."""
        del batch_size, n_process, kwargs
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:
        """Whether `word` is a particle or an ending in the form that Kiwi gives it."""
        del language
        return word in _STOP_WORDS

    def is_punct(self, word: str, language: str) -> bool:
        """Whether `word` holds neither letters nor digits."""
        del language
        return not any(char.isalnum() for char in word)

    def get_supported_entities(self) -> list[str]:
        """What `NlpArtifacts.entities` may be labelled with."""
        return sorted(set(_ENTITY_OF_TAG.values()))

    def get_supported_languages(self) -> list[str]:
        """Korean."""
        return [LANGUAGE]


class PresidioRecogniser(EntityRecognizer):
    """One of our recognisers behind Presidio's interface; folding, checks and context are its own."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        super().__init__(supported_entities=[recogniser.entity], name=type(recogniser).__name__, supported_language=LANGUAGE)

    def load(self) -> None:
        """Nothing to load: patterns are compiled at first use."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None) -> list[RecognizerResult]:
        """The spans of the entity in `text`, in offsets of `text`."""
        del nlp_artifacts
        if self._recogniser.entity not in entities:
            return []
        folded = fold(text)
        metadata = {RecognizerResult.RECOGNIZER_NAME_KEY: self.name, RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id}
        return [
            RecognizerResult(span.entity, *folded.span(span.start, span.end), span.score, recognition_metadata=metadata)
            for span in self._recogniser.find(folded.text)
        ]


def analyzer_engine() -> AnalyzerEngine:
    """An engine for Korean with all of our recognisers and none of Presidio's."""
    adapters: list[EntityRecognizer] = [PresidioRecogniser(recogniser) for recogniser in all_recognisers()]
    registry = RecognizerRegistry(recognizers=adapters, supported_languages=[LANGUAGE])
    return AnalyzerEngine(registry=registry, nlp_engine=KiwiNlpEngine(), supported_languages=[LANGUAGE])


def settled(results: Iterable[RecognizerResult]) -> list[Span]:
    """The results of `AnalyzerEngine.analyze` with overlaps settled as the scanner settles them."""
    return settle(Span(result.start, result.end, result.entity_type, result.score) for result in results)
