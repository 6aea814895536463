"""Take personal data out of a text, or find that there is too much of it.

Enters: a text and the spans that the scanner found in it. Leaves: the new text with how many pieces of each entity were
replaced, or a `Failure` for a document that is mostly personal data (an address list). Everything outside the spans stays as
it is, particles included.

Policies: `mask` keeps the shape and hides what identifies (010-****-****), `fixed` puts one form for all ([전화번호]),
`placeholder` numbers the different values of an entity in the order in which they appear in this document ([이름 1], [이름
2]), `keep` changes nothing. An e-mail address keeps its domain under every policy but `keep`: the HyperCLOVA X report (arXiv
2404.01954, section on pre-training data) replaces the local part by a fixed form. None of this can be undone, none depends on
other documents, and the scanner finds nothing structured in what comes out.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from filters.document import Failure
from filters.pii.folding import fold
from filters.pii.span import Span

Policy = Literal["mask", "fixed", "placeholder", "keep"]
POLICIES: tuple[Policy, ...] = ("mask", "fixed", "placeholder", "keep")

LABELS: Mapping[str, str] = {
    "KR_RRN": "주민등록번호",
    "KR_FRN": "외국인등록번호",
    "KR_CORPORATE_NUMBER": "법인등록번호",
    "KR_BUSINESS_NUMBER": "사업자등록번호",
    "KR_PASSPORT": "여권번호",
    "KR_DRIVER_LICENCE": "운전면허번호",
    "PHONE_NUMBER": "전화번호",
    "CREDIT_CARD": "카드번호",
    "EMAIL_ADDRESS": "이메일",
    "IP_ADDRESS": "IP 주소",
    "KR_BANK_ACCOUNT": "계좌번호",
    "KR_VEHICLE_PLATE": "차량번호",
    "KR_ADDRESS": "주소",
    "PERSON": "이름",
    "API_KEY": "API 키",
    "PRIVATE_KEY": "개인 키",
}
"""What a placeholder and a fixed form say, by entity; an entity not listed here says 개인정보."""

DEFAULT_POLICIES: Mapping[str, Policy] = {
    # Numbers: their shape is part of the language, their digits are not.
    "KR_RRN": "mask",
    "KR_FRN": "mask",
    "KR_CORPORATE_NUMBER": "mask",
    "KR_BUSINESS_NUMBER": "mask",
    "KR_PASSPORT": "mask",
    "KR_DRIVER_LICENCE": "mask",
    "PHONE_NUMBER": "mask",
    "CREDIT_CARD": "mask",
    "EMAIL_ADDRESS": "mask",
    "IP_ADDRESS": "mask",
    "KR_BANK_ACCOUNT": "mask",
    "KR_VEHICLE_PLATE": "mask",
    # Words: the text has to go on telling one person and one place from another.
    "KR_ADDRESS": "placeholder",
    "PERSON": "placeholder",
    # Secrets: a long row of asterisks teaches nothing.
    "API_KEY": "fixed",
    "PRIVATE_KEY": "fixed",
}
"""What is done with each entity unless the recipe says otherwise."""

FIXED_LOCAL_PART = "*****"
"""What the local part of every e-mail address becomes."""


@dataclass(frozen=True, kw_only=True)
class Replacer:
    """Replaces spans by the policy of their entity; `policies` overrides `DEFAULT_POLICIES`.

    Raises `ValueError` for an unknown entity or policy.
    """

    policies: Mapping[str, Policy] = field(default_factory=dict[str, Policy])

    def __post_init__(self) -> None:
        for entity, policy in self.policies.items():
            if entity not in LABELS:
                raise ValueError(f"PII policy for unknown entity {entity!r}; the entities are {', '.join(LABELS)}")
            if policy not in POLICIES:
                raise ValueError(f"unknown PII policy {policy!r} for {entity}; choose one of {', '.join(POLICIES)}")

    def policy(self, entity: str) -> Policy:
        """What is done with `entity`; one that is not known gets a placeholder."""
        return self.policies.get(entity) or DEFAULT_POLICIES.get(entity, "placeholder")

    def apply(self, text: str, spans: Sequence[Span]) -> tuple[str, dict[str, int]]:
        """The text with its `spans` replaced, and how many were, by entity in alphabetical order.

        The spans may come in any order but must not overlap (`ValueError`), as the scanner gives them.
        """
        numbers: dict[tuple[str, str], int] = {}
        totals: dict[str, int] = {}
        counts: dict[str, int] = {}
        parts: list[str] = []
        done = 0
        for span in sorted(spans):
            if span.start < done or not span.start < span.end <= len(text):
                raise ValueError(f"{span} overlaps the one before it or lies outside a text of {len(text)} characters")
            policy = self.policy(span.entity)
            if policy == "keep":
                continue
            value = text[span.start : span.end]
            number = 0
            if policy == "placeholder":
                key = (span.entity, canonical(value))
                if key not in numbers:
                    totals[span.entity] = numbers[key] = totals.get(span.entity, 0) + 1
                number = numbers[key]
            parts += (text[done : span.start], replacement(value, span.entity, policy, number=number))
            counts[span.entity] = counts.get(span.entity, 0) + 1
            done = span.end
        parts.append(text[done:])
        return "".join(parts), dict(sorted(counts.items()))


def canonical(value: str) -> str:
    """The form in which two ways of writing one value are equal: folded, in lower case, letters and digits only."""
    return "".join(char for char in fold(value).text.lower() if char.isalnum()) or value


def replacement(value: str, entity: str, policy: Policy, *, number: int = 0) -> str:
    """What stands in place of `value`; `number` is the one that a placeholder shows."""
    if entity == "EMAIL_ADDRESS":
        return _mask_email(value) if policy != "placeholder" else _with_domain(value, f"[{LABELS[entity]} {number}]")
    label = LABELS.get(entity, "개인정보")
    if policy == "placeholder":
        return f"[{label} {number}]"
    if policy == "fixed":
        return f"[{label}]"
    return _masks().get(entity, _mask_characters)(value)


def density_failure(text: str, spans: Sequence[Span], *, max_per_1000: float = 20.0, min_items: int = 10) -> Failure | None:
    """`pii_density` for a text with at least `min_items` spans and more than `max_per_1000` of them in 1,000 characters."""
    if len(spans) < min_items or not text:
        return None
    per_1000 = len(spans) * 1000 / len(text)
    if per_1000 <= max_per_1000:
        return None
    counts: dict[str, int] = {}
    for span in spans:
        counts[span.entity] = counts.get(span.entity, 0) + 1
    detail = ", ".join(f"{entity} {count}" for entity, count in sorted(counts.items()))
    return Failure("pii_density", per_1000, max_per_1000, detail)


@cache
def _masks() -> dict[str, Callable[[str], str]]:
    """The masks that keep more than the separators."""
    return {
        "PHONE_NUMBER": _mask_phone,
        "KR_PASSPORT": lambda value: value[0] + _mask_characters(value[1:]),
        "KR_VEHICLE_PLATE": _mask_digits,
        "KR_ADDRESS": _mask_digits,
        "PERSON": _mask_name,
        "API_KEY": _mask_all,
        "PRIVATE_KEY": _mask_key,
    }


def _mask_characters(value: str) -> str:
    """Every letter and digit hidden, separators kept."""
    return "".join("*" if char.isalnum() else char for char in value)


def _mask_all(value: str) -> str:
    """Everything hidden: what would be left of a key in a URL could read as the name of an account."""
    return "*" * len(value)


def _mask_digits(value: str) -> str:
    """Every digit hidden, words kept: 서울 **가****, 강남구 테헤란로 ***."""
    return "".join("*" if char.isnumeric() else char for char in value)


def _mask_phone(value: str) -> str:
    """The code of the country, network or region kept: 010-****-****, +82-10-****-****, 02-***-****."""
    head = _phone_head().match(fold(value).text)
    kept = 0 if head is None else sum(map(str.isalnum, head[0]))
    shown: list[str] = []
    for char in value:
        hide = char.isalnum() and kept <= 0
        kept -= char.isalnum()
        shown.append("*" if hide else char)
    return "".join(shown)


@cache
def _phone_head() -> re.Pattern[str]:
    """What of a phone number only says where and how it is called."""
    korea = r"\(?\+?82\)?[- .]{0,2}\(?0?\)?"
    codes = r"(?:1[016-9]|2(?=\D?\d)|3[1-3]|4[1-4]|5[1-5]|6[1-4]|70|80|50\d)"
    return re.compile(rf"(?:{korea}[- .]{{0,2}}{codes}|\(?0{codes}|\+\d{{1,3}}(?=[- .(])|1[568]\d\d)")


def _mask_name(value: str) -> str:
    """The surname kept, what is in brackets hidden as well: 홍**."""
    hidden = _mask_characters(value)
    return value[0] + hidden[1:] if "가" <= value[0] <= "힣" else hidden


def _mask_key(value: str) -> str:
    """The armour lines kept with one row of asterisks between them."""
    lines = value.splitlines()
    if len(lines) < 2:
        return f"[{LABELS['PRIVATE_KEY']}]"
    tail = lines[-1] if lines[-1].startswith("-----END") else "*****"
    return "\n".join([lines[0], "*****", tail][: 3 if tail != "*****" else 2])


def _mask_email(value: str) -> str:
    """The local part in the fixed form, the domain as it was written."""
    return _with_domain(value, FIXED_LOCAL_PART)


def _with_domain(value: str, local: str) -> str:
    """`local` with what stands from the sign (@, (at), 골뱅이) on."""
    sign = re.search(r"[@＠﹫]|[ ]?[(\[{<][ ]?(?:at|AT|At|골뱅이|앳)[ ]?[)\]}>]|[ ]?골뱅이|[ ]?앳|[ ]at[ ]", value)
    return local if sign is None else local + value[sign.start() :]
