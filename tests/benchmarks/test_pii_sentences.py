"""The exam of the PII scanner: its numbers are valid by their rules, its offsets exact, its sums right."""

import ipaddress
import random
import re
import unicodedata
from pathlib import Path

import pytest

from benchmarks.pii import documents
from benchmarks.pii_sentences import contact, identity, look_alikes, secret_keys
from benchmarks.pii_sentences.finders import FINDERS, Found
from benchmarks.pii_sentences.generate import ENTITIES, TEMPLATES, generate
from benchmarks.pii_sentences.marked import Mark, Sentence, Slot, Value, decomposed, fill, joined, particle
from benchmarks.pii_sentences.peer_corpus import ko_pii_documents
from benchmarks.pii_sentences.scoring import Recall, around, score
from benchmarks.pii_sentences.slots import slots
from benchmarks.pii_sentences.templates_frames import FRAMES, LABELS, RECORDS
from benchmarks.pii_sentences.templates_look_alikes import LOOK_ALIKES


def _plain(text: str) -> str:
    """Only the letters and digits, as ASCII."""
    return re.sub(r"[^0-9A-Za-z]", "", unicodedata.normalize("NFKC", text))


def _luhn(number: str) -> bool:
    doubled = [int(d) * 2 if i % 2 else int(d) for i, d in enumerate(reversed(number))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


@pytest.mark.parametrize(
    ("word", "name", "expected"),
    [
        ("010-1234-5678", "으로", "로"),
        ("010-1234-5671", "으로", "로"),
        ("010-1234-5670", "으로", "으로"),
        ("010-1234-5673", "은", "은"),
        ("010-1234-5672", "은", "는"),
        ("１２３", "을", "을"),
        ("hong@naver.com", "으로", "으로"),
        ("hong@korea.kr", "으로", "로"),
        ("101동 1203호", "이", "가"),
        ("서울 (역삼동)", "을", "을"),
        ("900101-1******", "을", "을"),
        ("홍길동", "께서", "께서"),
        ("", "은", "는"),
    ],
)
def test_a_particle_follows_the_last_character_as_it_is_read(word: str, name: str, expected: str) -> None:
    assert particle(word, name) == expected


def test_fill_marks_values_and_leaves_vocabulary() -> None:
    made = {
        "phone": Slot(make=lambda *_: Value("010-1234-5678", "dash"), entity="PHONE_NUMBER"),
        "day": Slot(make=lambda *_: Value("2024-01-15", "date"), entity=""),
        "city": Slot(make=lambda *_: Value("서울", ""), entity=None),
    }
    sentence = fill("{city}{{x}} {day}, {phone!으로} 연락", slots=made, rng=random.Random(0), origin="sentence")
    assert sentence.text == "서울{x} 2024-01-15, 010-1234-5678로 연락"
    assert sentence.marks == (Mark(6, 16, "", "date"), Mark(18, 31, "PHONE_NUMBER", "dash"))
    assert [mark.form for mark in sentence.personal] == ["dash"]
    assert [mark.form for mark in sentence.look_alikes] == ["date"]


def test_fill_refuses_an_unknown_slot() -> None:
    with pytest.raises(KeyError):
        fill("{nothing}", slots={}, rng=random.Random(0), origin="")


def test_marks_move_with_joining_and_decomposition() -> None:
    one = Sentence(text="가 1", marks=(Mark(2, 3, "X", ""),), origin="a")
    both = joined([one, one], separator="\n", origin="b")
    assert (both.text, both.marks) == ("가 1\n가 1", (Mark(2, 3, "X", ""), Mark(6, 7, "X", "")))
    moved = decomposed(both)
    assert [moved.text[mark.start : mark.end] for mark in moved.marks] == ["1", "1"]
    assert len(moved.text) == 9


def test_every_entity_has_templates_that_hold_it() -> None:
    by_entity = {entity: {name for name, slot in slots().items() if slot.entity == entity} for entity in ENTITIES}
    for entity, templates in TEMPLATES.items():
        assert len(set(templates)) >= 25, entity
        for template in templates:
            assert by_entity[entity] & set(re.findall(r"\{(\w+)", template)), template
    assert set(LABELS) == set(ENTITIES)
    assert len(FRAMES) >= 25
    assert len(RECORDS) >= 25
    assert not any(slots()[name].entity for template in LOOK_ALIKES for name in re.findall(r"\{(\w+)", template))


def test_generation_is_a_function_of_the_seed() -> None:
    assert generate(seed=3, num_sentences=400) == generate(seed=3, num_sentences=400)
    assert generate(seed=3, num_sentences=50) != generate(seed=4, num_sentences=50)
    assert generate(seed=3, num_sentences=50) == generate(seed=3, num_sentences=400)[:50]


def test_every_mark_holds_a_value_of_its_entity() -> None:
    shapes = {
        "EMAIL_ADDRESS": r"\S+[@＠]\S+\.[a-zA-Z]+",
        "PRIVATE_KEY": r"-{5}BEGIN [A-Z ]+-{5}.*-{5}END [A-Z ]+-{5}",
        "KR_ADDRESS": r".*\d.*",
        "PERSON": r"[가-힣]{2,4}",
        "KR_VEHICLE_PLATE": r"([가-힣]{2} ?)?\d{2,3} ?[가-힣] ?\d{4}",
        "KR_BANK_ACCOUNT": r"\d[\d\- ]{8,18}\d",
        "PHONE_NUMBER": r".*\d{4}",
    }
    seen = set()
    for sentence in generate(seed=1, num_sentences=3000):
        previous = 0
        for mark in sentence.marks:
            assert previous <= mark.start < mark.end <= len(sentence.text)
            previous = mark.end
            value = unicodedata.normalize("NFKC", sentence.text[mark.start : mark.end])
            value = re.sub("[\u200b\u200d\u2060\u00ad\ufeff]", "", re.sub("[–—‐‑−]", "-", value))
            if mark.entity in shapes and "hanja" not in mark.form:
                assert re.fullmatch(shapes[mark.entity], value, re.DOTALL), (mark, value)
            assert value == value.strip()
            seen.add(mark.entity)
    assert {*ENTITIES, ""} <= seen


def test_registration_numbers_hold_their_checksum_before_october_2020() -> None:
    rng = random.Random(0)
    forms = set()
    for make, base, genders in ((identity.rrn, 11, "1234"), (identity.frn, 13, "5678")):
        for _ in range(2000):
            text, form = make(rng)
            forms.add(form.split(",")[0])
            if "hanja" in form or form.startswith("masked"):
                continue
            number = _plain(text)
            assert len(number) == 13
            assert number[6] in genders
            century = 1900 if number[6] in "1256" else 2000
            weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
            check = (base - sum(int(d) * w for d, w in zip(number, weights, strict=False)) % 11) % 10
            late = (century + int(number[:2]), int(number[2:4])) >= (2020, 10)
            assert late == ("2020-10 or later" in form)
            assert late or check == int(number[12])
    assert forms == {"dash", "spaced dash", "none", "space", "masked", "hanja digits"}


def test_published_examples_of_the_checksums() -> None:
    assert identity.luhn_digit("411111111111111") == "1"
    assert identity.luhn_digit("37828224631000") == "5"


def test_company_numbers_cards_passports_and_licences_are_valid() -> None:
    rng = random.Random(0)
    for _ in range(1000):
        biz = _plain(identity.business_number(rng).text)
        total = sum(int(d) * w for d, w in zip(biz, (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=False)) + int(biz[8]) * 5 // 10
        assert (len(biz), (total + int(biz[9])) % 10) == (10, 0)
        corp = _plain(identity.corporate_number(rng).text)
        assert (len(corp), (sum(int(d) * (1 + i % 2) for i, d in enumerate(corp[:12])) + int(corp[12])) % 10) == (13, 0)
        assert _luhn(_plain(identity.card(rng).text))
        assert re.fullmatch(r"(?i)[MSRGD]\d{3}[\dA-Z]\d{4}", _plain(identity.passport(rng).text))
        licence = identity.driver_licence(rng)
        assert len(_plain(licence.text)) == (10 if "region name" in licence.form else 12)


def test_addresses_are_global_and_phones_have_a_korean_length() -> None:
    rng = random.Random(0)
    for _ in range(1000):
        assert ipaddress.ip_address(contact.ip_address(rng).text).is_global
        phone = contact.phone(rng)
        if "hanja" not in phone.form:
            assert 8 <= len(_plain(phone.text)) <= 15


def test_a_failed_check_fails() -> None:
    rng = random.Random(0)
    for _ in range(300):
        number = _plain(look_alikes.long_code(rng).text)
        assert len(number) != 16 or not number.isdigit() or number == "0" * 16 or not _luhn(number)


def test_a_private_key_is_one_block() -> None:
    text = secret_keys.private_key(random.Random(0)).text
    assert text.startswith("-----BEGIN ")
    assert text.endswith(" KEY-----")


def test_scores_of_a_small_set() -> None:
    text = "김민수 010-1234-5678 2024-01-15 1.2.3.4"
    marks = (Mark(0, 3, "-", ""), Mark(4, 17, "PHONE_NUMBER", "dash"), Mark(18, 28, "", "date"), Mark(29, 36, "", "version"))
    sentence = Sentence(text=text, marks=marks, origin="")

    def scores_of(*found: Found) -> tuple[Recall, float, float]:
        scores = score([sentence], lambda _: list(found))
        return scores.recall["PHONE_NUMBER"], scores.left_alone, scores.precision

    assert scores_of() == (Recall(1, 0, 0, 0), 1.0, 1.0)
    assert scores_of(Found(4, 17, "PHONE_NUMBER")) == (Recall(1, 1, 1, 1), 1.0, 1.0)
    assert scores_of(Found(0, 17, "PHONE_NUMBER")) == (Recall(1, 0, 1, 1), 1.0, 1.0)
    assert scores_of(Found(4, 10, "PHONE_NUMBER"), Found(10, 18, "PHONE_NUMBER")) == (Recall(1, 0, 1, 1), 1.0, 1.0)
    assert scores_of(Found(4, 17, "KR_BANK_ACCOUNT")) == (Recall(1, 0, 0, 1), 1.0, 1.0)
    assert scores_of(Found(4, 12, "PHONE_NUMBER")) == (Recall(1, 0, 0, 0), 1.0, 1.0)
    assert scores_of(Found(18, 28, "PHONE_NUMBER")) == (Recall(1, 0, 0, 0), 0.5, 0.0)
    assert scores_of(Found(0, 3, "PERSON"), Found(4, 17, "PHONE_NUMBER")) == (Recall(1, 1, 1, 1), 1.0, 1.0)


def test_around_shows_the_place() -> None:
    assert around("앞\n글 010\u200b 뒤", 4, 8) == "앞⏎글 «010<U+200B>» 뒤"


def test_the_peer_corpus_is_in_our_entities() -> None:
    documents_ = ko_pii_documents(seed=0, num_documents=30)
    marks = [mark for document in documents_ for mark in document.marks]
    assert {mark.entity for mark in marks} <= {*ENTITIES, ""}
    assert {mark.form for mark in marks if not mark.entity} <= {"DOC_ID", "EMPLOYEE_ID", "COURT_CASE", "PETITION_ID"}
    assert all(0 <= mark.start < mark.end <= len(document.text) for document in documents_ for mark in document.marks)


def test_datatrove_is_asked_for_spans() -> None:
    find = FINDERS["datatrove"]()
    assert find("hong@naver.com, 8.8.8.8 그리고 192.168.0.1") == [Found(0, 14, "EMAIL_ADDRESS"), Found(16, 23, "IP_ADDRESS")]


def test_speed_documents_are_generated_where_there_are_no_real_ones(tmp_path: Path) -> None:
    what, texts = documents(tmp_path, count=3, seed=0)
    assert what.startswith("generated")
    assert len(texts) == 3
    assert all(len(text.encode()) >= 4096 for text in texts)
