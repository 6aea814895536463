"""The tools under examination behind one shape: text in, ``(start, end, entity)`` out, in our entities and code points.

Imports happen inside each maker, so that a process pays only for the tool that it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NoOpNlpEngine


class Found(NamedTuple):
    start: int
    end: int
    entity: str


Find = Callable[[str], list[Found]]
_PRESIDIO_ENTITIES = {"KR_BRN": "KR_BUSINESS_NUMBER", "KR_DRIVER_LICENSE": "KR_DRIVER_LICENCE"}
KO_PII_ENTITIES = {
    **{"RRN": "KR_RRN", "FRN": "KR_FRN", "BUSINESS_REG": "KR_BUSINESS_NUMBER", "CORP_REG": "KR_CORPORATE_NUMBER"},
    **{"DRIVER_LICENSE": "KR_DRIVER_LICENCE", "PASSPORT": "KR_PASSPORT", "CARD": "CREDIT_CARD", "PHONE": "PHONE_NUMBER"},
    **{"FAX": "PHONE_NUMBER", "EMAIL": "EMAIL_ADDRESS", "IP": "IP_ADDRESS", "ACCOUNT": "KR_BANK_ACCOUNT", "PERSON": "PERSON"},
    **{"VEHICLE": "KR_VEHICLE_PLATE", "ADDRESS": "KR_ADDRESS"},
}
HOW_PEERS_RUN = {
    "presidio": "AnalyzerEngine, NoOpNlpEngine (no spaCy model), language ko, default threshold 0; CreditCard, Email, Ip and "
    "all five Kr recognisers as shipped, PhoneRecognizer with supported_regions=('KR',)",
    "datatrove": "PIIFormatter's two expressions with their validator (e-mail, public IPv4)",
    "ko-pii": "detect_all, its labels for our entities only",
    "presidio+ours": "AnalyzerEngine with this project's recognisers and Kiwi behind NlpEngine "
    "(filters.pii.presidio.analyzer_engine())",
    "presidio+ours-nlp": "the same with NoOpNlpEngine in Kiwi's place: what Presidio's own machinery costs",
}


def malmoi() -> Find:
    from filters.pii.scanner import Scanner

    scanner = Scanner()
    return lambda text: [Found(span.start, span.end, span.entity) for span in scanner.find(text)]


def stock_presidio() -> Find:
    import presidio_analyzer.predefined_recognizers as predefined
    import tldextract.tldextract
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

    # Presidio's e-mail recogniser would fetch the public suffix list over the network.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
    kinds = (
        *(predefined.CreditCardRecognizer, predefined.EmailRecognizer, predefined.IpRecognizer, predefined.KrRrnRecognizer),
        *(predefined.KrFrnRecognizer, predefined.KrBrnRecognizer, predefined.KrPassportRecognizer),
        predefined.KrDriverLicenseRecognizer,
    )
    recognisers = [kind(supported_language="ko") for kind in kinds]
    recognisers.append(predefined.PhoneRecognizer(supported_language="ko", supported_regions=("KR",)))
    registry = RecognizerRegistry(recognizers=recognisers, supported_languages=["ko"])
    return _of_analyzer(AnalyzerEngine(registry=registry, nlp_engine=_no_nlp(), supported_languages=["ko"]))


def presidio_with_our_recognisers() -> Find:
    from filters.pii.presidio import analyzer_engine

    return _of_analyzer(analyzer_engine())


def presidio_with_our_recognisers_only() -> Find:
    from filters.pii.presidio import analyzer_engine

    engine = analyzer_engine()
    engine.nlp_engine = _no_nlp()
    return _of_analyzer(engine)


def _no_nlp() -> NoOpNlpEngine:
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    engine = NoOpNlpEngine(models=[{"lang_code": "ko", "model_name": ""}])
    engine.load()
    return engine


def _of_analyzer(analyzer: AnalyzerEngine) -> Find:
    def find(text: str) -> list[Found]:
        results = analyzer.analyze(text, language="ko")
        return [Found(r.start, r.end, _PRESIDIO_ENTITIES.get(r.entity_type, r.entity_type)) for r in results]

    return find


def datatrove() -> Find:
    from datatrove.pipeline.formatters import PIIFormatter

    formatter = PIIFormatter()
    replacers = (("EMAIL_ADDRESS", formatter.emails_replacer), ("IP_ADDRESS", formatter.ip_replacer))

    def find(text: str) -> list[Found]:
        return [
            Found(*match.span(), entity)
            for entity, replacer in replacers
            for match in replacer.regex.finditer(text)
            if replacer.validator is None or replacer.validator(match[0])
        ]

    return find


def ko_pii() -> Find:
    from ko_pii import detect_all

    def find(text: str) -> list[Found]:
        results = detect_all(text)
        return [Found(r.start, r.end, KO_PII_ENTITIES[r.label]) for r in results if r.label in KO_PII_ENTITIES]

    return find


FINDERS: dict[str, Callable[[], Find]] = {
    "malmoi": malmoi,
    "presidio": stock_presidio,
    "ko-pii": ko_pii,
    "datatrove": datatrove,
    "presidio+ours": presidio_with_our_recognisers,
    "presidio+ours-nlp": presidio_with_our_recognisers_only,
}
