import pytest

from filters.document import Failure
from filters.pii.replace import DEFAULT_POLICIES, LABELS, POLICIES, Policy, Replacer, canonical, density_failure, replacement
from filters.pii.scanner import Scanner, all_recognisers
from filters.pii.span import Span


def spans_of(text: str, *values: tuple[str, str]) -> list[Span]:
    """A span for every occurrence of each value."""
    spans: list[Span] = []
    for value, entity in values:
        at = text.find(value)
        while at >= 0:
            spans.append(Span(at, at + len(value), entity, 1.0))
            at = text.find(value, at + len(value))
    return sorted(spans)


@pytest.mark.parametrize(
    ("value", "entity", "masked"),
    [
        ("010-1234-5678", "PHONE_NUMBER", "010-****-****"),
        ("01012345678", "PHONE_NUMBER", "010********"),
        ("０１０-１２３４-５６７８", "PHONE_NUMBER", "０１０-****-****"),
        ("02-123-4567", "PHONE_NUMBER", "02-***-****"),
        ("031)123-4567", "PHONE_NUMBER", "031)***-****"),
        ("+82-10-1234-5678", "PHONE_NUMBER", "+82-10-****-****"),
        ("1588-1234", "PHONE_NUMBER", "1588-****"),
        ("900101-1234567", "KR_RRN", "******-*******"),
        ("123-45-67890", "KR_BUSINESS_NUMBER", "***-**-*****"),
        ("M12345678", "KR_PASSPORT", "M********"),
        ("4111 1111 1111 1111", "CREDIT_CARD", "**** **** **** ****"),
        ("192.168.0.1", "IP_ADDRESS", "***.***.*.*"),
        ("hong.gildong+a@naver.com", "EMAIL_ADDRESS", "*****@naver.com"),
        ("hong (at) naver.com", "EMAIL_ADDRESS", "***** (at) naver.com"),
        ("110-234-567890", "KR_BANK_ACCOUNT", "***-***-******"),
        ("서울 12가 3456", "KR_VEHICLE_PLATE", "서울 **가 ****"),
        ("서울 강남구 테헤란로 123, 4층 (역삼동)", "KR_ADDRESS", "서울 강남구 테헤란로 ***, *층 (역삼동)"),
        ("홍길동(洪吉童)", "PERSON", "홍**(***)"),
        ("Hong Gildong", "PERSON", "**** *******"),
        ("sk-ab_1", "API_KEY", "*******"),
        ("-----BEGIN X-----\nAAAA\nBBBB\n-----END X-----", "PRIVATE_KEY", "-----BEGIN X-----\n*****\n-----END X-----"),
        ("-----BEGIN X-----\nAAAA", "PRIVATE_KEY", "-----BEGIN X-----\n*****"),
    ],
)
def test_masks_keep_the_shape(value: str, entity: str, masked: str) -> None:
    assert replacement(value, entity, "mask") == masked


@pytest.mark.parametrize(
    ("policy", "new"),
    [
        ("mask", "김**와 이**, 다시 김**에게 *****@naver.com으로"),
        ("fixed", "[이름]와 [이름], 다시 [이름]에게 *****@naver.com으로"),
        ("placeholder", "[이름 1]와 [이름 2], 다시 [이름 1]에게 [이메일 1]@naver.com으로"),
        ("keep", "김민수와 이영희, 다시 김민수에게 a.b@naver.com으로"),
    ],
)
def test_policies_keep_particles_and_are_consistent(policy: Policy, new: str) -> None:
    text = "김민수와 이영희, 다시 김민수에게 a.b@naver.com으로"
    spans = spans_of(text, ("김민수", "PERSON"), ("이영희", "PERSON"), ("a.b@naver.com", "EMAIL_ADDRESS"))
    replaced, counts = Replacer(policies={"PERSON": policy, "EMAIL_ADDRESS": policy}).apply(text, spans)
    assert replaced == new
    assert counts == ({} if policy == "keep" else {"EMAIL_ADDRESS": 1, "PERSON": 3})


def test_one_value_in_two_forms_has_one_number() -> None:
    text = "010-1234-5678 ０１０１２３４５６７８ 010-1234-5679"
    spans = [Span(0, 13, "PHONE_NUMBER", 1), Span(14, 25, "PHONE_NUMBER", 1), Span(26, 39, "PHONE_NUMBER", 1)]
    new, _ = Replacer(policies={"PHONE_NUMBER": "placeholder"}).apply(text, spans)
    assert new == "[전화번호 1] [전화번호 1] [전화번호 2]"
    assert canonical("０１０-1") == canonical("010 1") == "0101"


def test_order_of_spans_and_other_documents_do_not_matter() -> None:
    text = "이영희 씨와 김민수 씨"
    spans = [Span(7, 10, "PERSON", 1), Span(0, 3, "PERSON", 1)]
    replacer = Replacer()
    replacer.apply("박철수 씨", [Span(0, 3, "PERSON", 1)])
    assert replacer.apply(text, spans) == replacer.apply(text, spans[::-1]) == ("[이름 1] 씨와 [이름 2] 씨", {"PERSON": 2})


def test_nothing_is_found_in_what_comes_out() -> None:
    text = (
        "담당자: 홍길동 과장, 010-1234-5678, hong@naver.com, 주민등록번호 900101-1234568, 사업자등록번호 120-81-47521\n"
        "주소: 서울특별시 강남구 테헤란로 123, 4층 (역삼동), 계좌번호 국민은행 123456-04-123457, 차량번호 12가3456\n"
        "카드 4111-1111-1111-1111, 여권번호 M12345678, 운전면허 11-22-123456-78, 서버 IP 8.8.8.8, 비밀번호: Tr7!kd0q#x\n"
    )
    scanner = Scanner()
    spans = scanner.find(text)
    assert {span.entity for span in spans} >= {
        "PERSON",
        "PHONE_NUMBER",
        "KR_ADDRESS",
        "KR_BANK_ACCOUNT",
        "KR_VEHICLE_PLATE",
        "API_KEY",
    }
    for policy in ("mask", "fixed", "placeholder"):
        new, _ = Replacer(policies=dict.fromkeys(LABELS, policy)).apply(text, spans)
        assert scanner.find(new) == [], policy


def test_every_entity_has_a_label_and_a_policy() -> None:
    entities = {recogniser.entity for recogniser in all_recognisers()}
    assert set(LABELS) == set(DEFAULT_POLICIES) == entities
    assert set(DEFAULT_POLICIES.values()) <= set(POLICIES)
    assert Replacer().policy("SOMETHING_ELSE") == "placeholder"


@pytest.mark.parametrize(
    ("policies", "message"),
    [({"PHONE": "mask"}, "unknown entity 'PHONE'"), ({"PERSON": "hide"}, "unknown PII policy 'hide' for PERSON")],
)
def test_wrong_policies(policies: dict[str, Policy], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Replacer(policies=policies)


@pytest.mark.parametrize(
    "spans", [[Span(0, 3, "PERSON", 1), Span(2, 4, "PERSON", 1)], [Span(2, 9, "PERSON", 1)], [Span(2, 2, "PERSON", 1)]]
)
def test_wrong_spans(spans: list[Span]) -> None:
    with pytest.raises(ValueError, match="overlaps the one before it or lies outside"):
        Replacer().apply("가나다라", spans)


def test_empty_and_broken_text() -> None:
    assert Replacer().apply("", []) == ("", {})
    assert Replacer().apply("\ud800홍길동\udfff", [Span(1, 4, "PERSON", 1)]) == ("\ud800[이름 1]\udfff", {"PERSON": 1})


@pytest.mark.parametrize(
    ("num_spans", "length", "failure"),
    [
        (0, 100, None),
        (9, 100, None),
        (10, 500, None),
        (10, 499, Failure("pii_density", 10 * 1000 / 499, 20.0, "PERSON 10")),
        (10, 0, None),
    ],
)
def test_density(num_spans: int, length: int, failure: Failure | None) -> None:
    assert density_failure("가" * length, [Span(0, 1, "PERSON", 1.0)] * num_spans) == failure


def test_density_counts_every_entity() -> None:
    spans = [Span(0, 1, "PERSON", 1.0), Span(1, 2, "PHONE_NUMBER", 1.0)]
    failure = density_failure("가나다라", spans, max_per_1000=100, min_items=2)
    assert failure == Failure("pii_density", 500.0, 100, "PERSON 1, PHONE_NUMBER 1")
