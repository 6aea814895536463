import random
import time

import pytest

from filters.pii.folding import fold
from filters.pii.scanner import Scanner, all_recognisers, settle
from filters.pii.span import Span

STRUCTURED = [
    *("KR_RRN", "KR_FRN", "KR_CORPORATE_NUMBER", "KR_BUSINESS_NUMBER", "KR_PASSPORT", "KR_DRIVER_LICENCE", "PHONE_NUMBER"),
    *("CREDIT_CARD", "EMAIL_ADDRESS", "IP_ADDRESS"),
]
VALUES = [
    *("900101-1234568", "9001011234568", "900101-5123452", "130111-0006246", "220-81-62517", "사업자 2208162517", "M12345678"),
    *(
        "M123A4567",
        "11-22-333333-44",
        "서울 12-345678-90",
        "면허 112233333344",
        "010-1234-5678",
        "(02) 123-4567",
        "+82-10-1234-5678",
    ),
    *("4111-1111-1111-1111", "378282246310005", "hong@naver.com", "hong (at) naver.com", "8.8.8.8", "2001:db8::1", "1588-1234"),
    *(
        "０１０－１２３４－５６７８",
        "2024-01-15",
        "1,234,567원",
        "주문번호 20240115-0001234",
        "버전 1.2.3.4",
        "123-456",
        "여권",
        "계좌",
    ),
    *("제12조 제3항", "12:30:45", "::", "1", "22", "(주)", "전화", "주민등록번호:", "서버 주소", "공일공-일이삼사-오육칠팔"),
]


def test_spans_are_sorted_and_in_offsets_of_the_original() -> None:
    text = "연락처\u200b ０１０－１２３４－５６７８, 메일은 ho\u200bng@naver.com으로. 8.8.8.8입니다"
    spans = Scanner(STRUCTURED).find(text)
    assert [(text[span.start : span.end], span.entity) for span in spans] == [
        ("０１０－１２３４－５６７８", "PHONE_NUMBER"),
        ("ho\u200bng@naver.com", "EMAIL_ADDRESS"),
        ("8.8.8.8", "IP_ADDRESS"),
    ]


def test_only_the_entities_asked_for() -> None:
    text = "010-1234-5678 hong@naver.com"
    assert [span.entity for span in Scanner(["EMAIL_ADDRESS"]).find(text)] == ["EMAIL_ADDRESS"]
    assert Scanner([]).find(text) == []


def test_an_unknown_entity_is_named() -> None:
    with pytest.raises(ValueError, match=r"unknown PII entities \['KR_RNN'\]; known are .*'KR_RRN'"):
        Scanner(["KR_RNN", "KR_RRN"])


def test_recognisers_are_found_by_their_modules() -> None:
    entities = [recogniser.entity for recogniser in all_recognisers()]
    assert len(entities) == len(set(entities))
    assert set(STRUCTURED) <= set(entities)
    assert {recogniser.trigger for recogniser in all_recognisers()} <= {"number", "digit", "at", "word"}


@pytest.mark.parametrize(
    ("spans", "kept"),
    [
        ([], []),
        ([Span(5, 9, "B", 0.5), Span(0, 3, "A", 0.1)], [Span(0, 3, "A", 0.1), Span(5, 9, "B", 0.5)]),
        ([Span(0, 5, "A", 0.5), Span(3, 9, "B", 0.6)], [Span(3, 9, "B", 0.6)]),
        ([Span(0, 5, "A", 0.5), Span(3, 9, "B", 0.5)], [Span(3, 9, "B", 0.5)]),
        ([Span(3, 8, "B", 0.5), Span(0, 5, "A", 0.5)], [Span(0, 5, "A", 0.5)]),
        ([Span(0, 5, "B", 0.5), Span(0, 5, "A", 0.5)], [Span(0, 5, "A", 0.5)]),
        ([Span(0, 9, "A", 0.4), Span(1, 3, "B", 0.6), Span(4, 6, "C", 0.6)], [Span(1, 3, "B", 0.6), Span(4, 6, "C", 0.6)]),
        ([Span(0, 5, "A", 0.5), Span(5, 9, "B", 0.6)], [Span(0, 5, "A", 0.5), Span(5, 9, "B", 0.6)]),
    ],
)
def test_overlaps(spans: list[Span], kept: list[Span]) -> None:
    assert settle(spans) == kept
    assert settle(reversed(spans)) == kept


def test_regions_find_what_whole_texts_find() -> None:
    source = random.Random(3)
    scanner = Scanner(STRUCTURED)
    asked = [recogniser for recogniser in all_recognisers() if recogniser.entity in STRUCTURED]
    for _ in range(400):
        filler = ["가나다라 마바사 " * source.randrange(20) for _ in range(12)]
        text = "".join(part + source.choice(VALUES) + source.choice(["", " ", "\n", "입니다. ", ","]) for part in filler)
        folded = fold(text)
        whole = [
            Span(*folded.span(span.start, span.end), span.entity, span.score)
            for recogniser in asked
            for span in recogniser.find(folded.text)
        ]
        assert scanner.find(text) == settle(whole)


ADVERSARIAL = [
    *(
        " ",
        "1",
        "0",
        "가",
        "a",
        "@",
        "a@",
        "a@a.",
        "@a.",
        "-",
        ".",
        ":",
        "a:",
        "::",
        "*",
        "+82",
        "(at)",
        " at ",
        "골뱅이",
        "공일공",
    ),
    *(
        "1 ",
        "1-",
        "1.",
        "12-",
        "010-",
        "02 ",
        "010 1234 ",
        "4111 ",
        "900101 ",
        "900101-",
        "900101-1*",
        "+1-234-",
        "1588-",
        "11-22-",
    ),
    *(
        "1.1.1.1.",
        "2001:",
        "서울 ",
        "M1234567",
        "220-81-",
        "😀",
        "一",
        "\ud800",
        "ᄀ",
        "\u200b1",
        "０",
        "ا",
        "******-",
        "@ dot ",
    ),
]


ADVERSARIAL_IN_WORDS = [
    *(
        "구가로1",
        "가동1",
        "동1가",
        "로1번길 1",
        "길1길1",
        "가동",
        "101동 1호",
        "1동 1호 ",
        "아파트 1동 1호 ",
        "강남구 가동1-1 ",
    ),
    *("서울특별시 강남구 테헤란로 123, 4층 501호 (역삼동) ", "로 1-1 1동 1호 (가동)", "우편번호 12345 ", "1 Aa-ro, Aa-gu, "),
    *("12가3456 ", "서울12바3456 ", "M12345678 ", "AB1234567 ", "110-123-456789 ", "국민은행 123456-12-123456 "),
    *(
        "A:",
        "NAME:",
        "Mr. Hong Gildong ",
        "성명: 김민수 ",
        "성명 | 김민수 | ",
        "김 민 수 ",
        "김민수,",
        "가:\n",
        "저는 가 나 다 ",
    ),
    *("api_key = A1b2C3d4E5f6G7h8I9j0 ", "A1b2C3d4E5f6G7h8", "AKIAIOSFODNN7EXAMPL1 ", "eyJa.", "sk-", "password=", "://a:b@"),
    *("-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----\n", "1.1.1.1 ", "::1 ", "a::1 ", "A:A:", "192.168.0.1\n"),
    *("010-1234-5678 ", "9001011234568 ", "4111-1111-1111-1111 ", "220-81-62517 ", "a at b dot com ", "hong@naver.com "),
]


@pytest.mark.parametrize("unit", [*ADVERSARIAL, *ADVERSARIAL_IN_WORDS])
def test_hostile_input_takes_bounded_time(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    num_megabytes = len(text.encode("utf-8", "surrogatepass")) / 1e6

    def seconds() -> float:
        started = time.process_time()
        Scanner().find(text)
        return time.process_time() - started

    # About 1 s per MB on a quiet machine; a busy one, with cold caches, takes several times as long, but not every time.
    assert any(seconds() < max(3 * num_megabytes, 0.6) for _ in range(3))


def test_distinct_values_take_bounded_time() -> None:
    source = random.Random(5)
    pieces = (
        "구가로{} ",
        "강남구 역삼동 {}-1, ",
        "M{}5678 ",
        "010-{}-5678 ",
        "1.{}.1.1 ",
        "성명: 김민수{} ",
        "{}가3456 ",
        "A{}: ",
    )
    text = "".join(source.choice(pieces).format(source.randrange(1000, 10_000)) for _ in range(8_000))
    started = time.process_time()
    Scanner().find(text)
    assert time.process_time() - started < 0.6


@pytest.mark.parametrize("text", ["", " ", "\ud800", "가", "1", "@", "::", "\n" * 100, "a" * 100_000 + "@b.com"])
def test_nothing_to_find(text: str) -> None:
    assert [span for span in Scanner(STRUCTURED).find(text) if span.end - span.start < 60] == []
