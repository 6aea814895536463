"""Which slot of a template is filled by what, and what mark it leaves."""

import random
from collections.abc import Callable
from functools import cache

from . import belongings, contact, identity, look_alike_words, look_alikes, people, places, secret_keys
from .marked import Slot, Value

IGNORED = "-"  # a name without label or honorific, say: neither finding nor missing it counts
_COMPANIES = (
    "한빛전자",
    "누리물산",
    "다솜식품",
    "새벽유통",
    "가온시스템",
    "온누리건설",
    "예림출판",
    "바른소프트",
    "미르해운",
    "나래항공",
    "주식회사 해솔",
    "(주)두레",
)
_PRODUCTS = ("무선 청소기", "노트북 거치대", "사무용 의자", "현미 10kg", "전기 주전자", "복사용지", "텀블러", "등산화")
_DEPARTMENTS = ("총무과", "민원봉사과", "인사팀", "고객지원팀", "시설관리과", "교무처", "기획조정실", "영업2팀")
_CITIES = ("서울", "부산", "광주", "대전", "수원", "전주", "강릉", "제주", "포항", "청주")


@cache
def slots() -> dict[str, Slot]:
    """Slot name -> what fills it."""
    personal: dict[str, tuple[str, Callable[[random.Random], Value]]] = {
        "rrn": ("KR_RRN", identity.rrn),
        "frn": ("KR_FRN", identity.frn),
        "corp": ("KR_CORPORATE_NUMBER", identity.corporate_number),
        "biz": ("KR_BUSINESS_NUMBER", identity.business_number),
        "passport": ("KR_PASSPORT", identity.passport),
        "licence": ("KR_DRIVER_LICENCE", identity.driver_licence),
        "card": ("CREDIT_CARD", identity.card),
        "phone": ("PHONE_NUMBER", contact.phone),
        "email": ("EMAIL_ADDRESS", contact.email),
        "ip": ("IP_ADDRESS", contact.ip_address),
        "plate": ("KR_VEHICLE_PLATE", belongings.plate),
        "address": ("KR_ADDRESS", places.address),
        "name": ("PERSON", people.name),
        "somebody": (IGNORED, people.name),
        "key": ("API_KEY", secret_keys.api_key),
        "labelled_key": ("API_KEY", secret_keys.labelled_key),
        "private_key": ("PRIVATE_KEY", secret_keys.private_key),
    }
    decoys = {
        **{
            "date": look_alikes.plain_date,
            "any_date": look_alikes.date,
            "time": look_alikes.time,
            "timestamp": look_alikes.timestamp,
        },
        **{
            "isbn": look_alikes.isbn,
            "barcode": look_alikes.barcode,
            "order": look_alikes.order,
            "tracking": look_alikes.tracking,
        },
        **{
            "version": look_alikes.version,
            "section": look_alikes.section,
            "amount": look_alikes.amount,
            "article": look_alikes.article,
        },
        **{"statistics": look_alikes.statistics, "student": look_alikes.student_number, "years": look_alikes.years},
        **{
            "coordinates": look_alikes.coordinates,
            "score": look_alikes.score,
            "digest": look_alikes.digest,
            "model": look_alikes.model,
        },
        **{
            "long_code": look_alikes.long_code,
            "placeholder_key": look_alike_words.placeholder_key,
            "at_sign": look_alike_words.at_sign,
        },
        **{
            "number_alone": look_alike_words.number_alone,
            "percent": look_alike_words.percent,
            "generic": look_alike_words.generic_person,
        },
        **{"public": look_alike_words.public_name, "region": look_alike_words.region, "phone_like": look_alikes.phone_like},
    }
    made = {name: _slot(make, entity) for name, (entity, make) in personal.items()}
    made |= {name: _slot(make, "") for name, make in decoys.items()}
    made |= {
        "company": _slot(_one_of(_COMPANIES), None),
        "product": _slot(_one_of(_PRODUCTS), None),
        "dept": _slot(_one_of(_DEPARTMENTS), None),
        "city": _slot(_one_of(_CITIES), None),
        "bank": _slot(belongings.bank, None),
        "account": Slot(make=lambda rng, filled: belongings.account(rng, at=filled.get("bank")), entity="KR_BANK_ACCOUNT"),
    }
    return made


def _slot(make: Callable[[random.Random], Value], entity: str | None) -> Slot:
    return Slot(make=lambda rng, _: make(rng), entity=entity)


def _one_of(words: tuple[str, ...]) -> Callable[[random.Random], Value]:
    return lambda rng: Value(rng.choice(words), "")
