import unicodedata

import pytest

from filters.pii.scanner import Scanner

presidio = pytest.importorskip("filters.pii.presidio", reason="needs presidio-analyzer")

TEXTS = [
    "전화 010-1234-5678입니다.\n메일 hong@naver.com으로 보내세요  됐다",
    "주민등록번호 ９００１０１－１****** 외국인등록번호 900101-5123452",
    "법인등록번호: 130111-0006246, 사업자등록번호 220-81-62517",
    "여권 M123A4567, 면허 서울 12-345678-90, 카드 4111-1111-1111-1111로",
    "서버 8.8.8.8입니다. 2001:db8::1 그리고 2024-01-15 10:00",
    "(+82) 10-1234-5678 / 02-123-4567 (내선 12)",
    "담당자 홍길동 과장, 국민은행 123456-04-123456, 서울특별시 강남구 테헤란로 152",
    unicodedata.normalize("NFD", "전화번호 02-123-4567 갔다"),
    "\ud800가 나\u200b다 😀 +82-10-1234-5678",
    "아무것도 없는 문장입니다.",
    " ",
    "",
]


@pytest.fixture(scope="module")
def engine():
    return presidio.analyzer_engine()


@pytest.mark.parametrize("text", TEXTS)
def test_the_engine_finds_what_the_scanner_finds(engine, text: str) -> None:
    assert presidio.settled(engine.analyze(text, "ko")) == Scanner().find(text)


def test_entities_can_be_chosen(engine) -> None:
    results = engine.analyze("010-1234-5678 hong@naver.com", "ko", entities=["EMAIL_ADDRESS"])
    assert [(result.entity_type, result.start, result.end) for result in results] == [("EMAIL_ADDRESS", 14, 28)]
    assert results[0].recognition_metadata["recognizer_name"] == "EmailAddress"


@pytest.mark.parametrize("text", TEXTS)
def test_kiwi_tokens_cover_the_text(engine, text: str) -> None:
    artifacts = engine.nlp_engine.process_text(text, "ko")
    assert artifacts.tokens.text == text.replace("\ud800", "\ufffd")
    assert [token.idx for token in artifacts.tokens] == artifacts.tokens_indices
    assert len(artifacts.lemmas) == len(artifacts.tokens)


def test_morphemes_lemmas_and_proper_nouns(engine) -> None:
    artifacts = engine.nlp_engine.process_text("세종은 서울로 갔다.", "ko")
    tokens = [(token.text, token.idx, lemma) for token, lemma in zip(artifacts.tokens, artifacts.lemmas, strict=True)]
    assert tokens == [
        ("세종", 0, "세종"),
        ("은", 2, "은"),
        ("서울", 4, "서울"),
        ("로", 6, "로"),
        ("갔", 8, "가다"),
        ("다", 9, "다"),
        (".", 10, "."),
    ]
    assert [(entity.text, entity.label_) for entity in artifacts.entities] == [("세종", "PROPER_NOUN"), ("서울", "PROPER_NOUN")]
    assert artifacts.keywords == ["세종", "서울", "가다"]


def test_batches_and_languages(engine) -> None:
    kiwi = engine.nlp_engine
    assert [text for text, _ in kiwi.process_batch(["가", "나"], "ko")] == ["가", "나"]
    assert kiwi.get_supported_languages() == ["ko"]
    assert kiwi.get_supported_entities() == ["EMAIL_ADDRESS", "PROPER_NOUN", "URL"]
    assert kiwi.is_loaded()
