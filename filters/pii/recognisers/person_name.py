"""Names of people, where the text itself says that they are names.

Enters: the folded text. Leaves: spans over surname and given name, without title, label or particle. There is no format: a
full Korean name is a surname and one or two syllables (census of 2015; see `filters.pii.korean_names`), as are many words, so
a name counts only with one of these signs: an honorific or office behind it (홍길동 씨, 이영희 과장), a label in front of it
(성명: 홍길동, 피고인 김태훈은, 예금주 박민호), a Latin label with a Korean surname (Name: Hong Gildong), an introduction (제
이름은 홍길동, 홍길동이라고 합니다, 홍길동 드림) or an age or seal behind it (홍길동(45세), 홍길동 (인)). Surnames alone (김
박사, 박 씨), given names alone, role nouns (고객님, 이 대표님) and names of history in plain prose stay.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from filters.pii.alternation import word_list
from filters.pii.korean_names import SHORT_NAME_SURNAMES, is_name, ordinary_words, public_figures
from filters.pii.name_contexts import LATIN_LABELS, LATIN_SURNAMES, PERSONAL_LABELS, TITLES
from filters.pii.name_labels import label_before, labels
from filters.pii.name_patterns import name_patterns
from filters.pii.span import Span

_LATIN_SYLLABLES = (
    r"(?:(?:kk|tt|pp|ss|jj|ch|sh|[bcdghjkmnprstwy])?"
    r"(?:yeo|yae|yoo|woo|eui|you|ae|ya|eo|yo|yu|oo|ou|oe|wa|wo|we|wi|eu|ui|ye|ee|[aeiou]|y(?!\w))"
    r"(?:ng|ck|hn|[bgkmnlprt](?![aeiou]))?){1,3}"
)
_NOT_LAST_OF_NAME = frozenset("팀과부실국원소회사관처장란형값명별자")
"""Last syllables of words that fill the field of a form without being a name (인사팀, 담당자)."""

_NO_NAME = frozenset(
    word_list("""
    미기재 없음 동일 상동 비공개 생략 해당 없 미상 불명 익명 본인 기재 필수 선택 입력 미정 무 공란 자필 한글 영문 위와 같음
    대표 각 귀중 확인 이하 미제출 비워둠 별첨 참조
    """)
)
"""What a form says where there is no name."""


_LATIN_TITLES = ("Mr", "Ms", "Dr", "Prof", "Dear")
"""How what `latin_title` finds begins: quick to look for."""


@dataclass(frozen=True, kw_only=True)
class PersonName:
    """Names in clear context; see the module docstring."""

    entity: ClassVar[str] = "PERSON"
    trigger: ClassVar[str] = "word"
    # Asked of every text: so many words are signs that looking for a name costs less than looking for them.
    words: ClassVar[tuple[str, ...]] = ("",)

    def find(self, text: str) -> Iterator[Span]:
        """Every name with a sign; one with two signs may be yielded twice."""
        hanja = name_patterns().hanja
        for start, end, score in (*_marked(text), *_filled_in(text), *_addressed(text)):
            own = hanja.match(text, end)
            yield Span(start, end if own is None else own.end(), self.entity, score)


def _marked(text: str) -> Iterator[tuple[int, int, float]]:
    """Ranges of names with a sign behind them, a label in front of them, or further down a list of names."""
    listed_up_to = -1
    for match in name_patterns().candidate.finditer(text):
        start, end = match.span("name")
        score = 0.0 if match.lastgroup in ("name", "particle", "copula") else _score_behind(match)
        if not score and _may_be_led(match["name"]):
            kind = label_before(text, start)
            score = _score_before(text, match, kind)
            name = match["name"]
            # 황현의: the third syllable of a name, or a particle behind two.
            is_short = len(name) == 3 and name[2] in "은이의도만가" and kind in ("colon", "sign", "form")
            if not score and is_short and match["particle"] is None and is_name(name[:2], is_strict=True):
                end, score = end - 1, 0.7
            if kind in ("colon", "sign") and score:
                listed_up_to = end
        if not score and 0 <= start - listed_up_to <= 24 and is_name(match["name"], is_strict=True):
            score = 0.75 if name_patterns().next_in_list.fullmatch(text, listed_up_to, start) else 0.0
        if score:
            yield start, end, score
            if 0 <= listed_up_to <= end and (
                listed_up_to == end or name_patterns().next_in_list.fullmatch(text, listed_up_to, start)
            ):
                listed_up_to = end


def _may_be_led(name: str) -> bool:
    """Whether a label can make a name of a word: most words are none with any, and looking for labels takes long."""
    return is_name(name, is_strict=False) or (len(name) == 3 and is_name(name[:2], is_strict=True))


def _score_behind(match: re.Match[str]) -> float:
    """How sure what stands behind a candidate makes that it is a name."""
    name, honorific, title = match["name"], match["honorific"], match["title"] or match["bracketed"]
    mark = (honorific or title or "").strip()
    if honorific is not None and mark in ("씨", "귀하"):
        is_full = _is_short(name) if len(name) == 2 else is_name(name, is_strict=False)
        return 0.85 if is_full and name[1:] not in _titles() else 0.0
    if mark and name in public_figures() and mark.startswith(("선생", "작가", "의원", "목사", "회장")):
        return 0.0
    # Written together, a noun and the next one make a title between them: 채무상|환자, 지하주|차장.
    is_joined = match["title"] is not None and mark == match["title"]
    if is_joined and (
        name[:2] in ordinary_words()
        or len(name) == 2
        or name[0] not in SHORT_NAME_SURNAMES
        or (name[-1] in "시군구" and mark.endswith("청장"))
    ):
        return 0.0
    is_marked = bool(mark) or ((match["youth"] or match["closing"]) is not None and len(name) > 2)
    return 0.85 if is_marked and name[1:] not in _titles() and is_name(name, is_strict=True) else 0.0


def _score_before(text: str, match: re.Match[str], kind: str) -> float:
    """How sure what stands in front of a candidate makes that it is a name; `kind` is that of the label there."""
    name, start = match["name"], match.start("name")
    if kind in ("colon", "sign"):
        return 0.9 if is_name(name, is_strict=kind == "sign") else 0.0
    if len(name) == 2 and (kind != "form" or match["particle"] not in (None, "은", "는", "이", "가", "의", "을", "를", "에게")):
        return 0.0
    if kind == "role" and (
        match["particle"] or match["copula"] or text[match.end() : match.end() + 1] not in ("(", ",", "\n", "", "/", "<", "|")
    ):
        return 0.0
    if kind == "said" and match["copula"] is None and match["particle"] not in ("고", "며", "로", "으로"):
        return 0.0
    if kind:
        # A short name is believed of more surnames where the field holds nothing else.
        is_strict = len(name) > 2 or match["particle"] is not None
        return 0.75 if is_name(name, is_strict=is_strict) else 0.0
    if match["copula"] is not None and len(name) > 2 and name_patterns().introduction.search(text[max(0, start - 40) : start]):
        return 0.75 if is_name(name, is_strict=True) else 0.0
    return 0.0


def _is_short(name: str) -> bool:
    """Whether a name has two syllables and a surname that makes no given name with the next one (김준, but 민수)."""
    return len(name) == 2 and name[0] in SHORT_NAME_SURNAMES


@cache
def _titles() -> frozenset[str]:
    return frozenset(TITLES)


def _filled_in(text: str) -> Iterator[tuple[int, int, float]]:
    """Ranges of names of rare syllables or set wide (홍 길 동) that fill the field of a form."""
    patterns = name_patterns()
    for colon in patterns.colon.finditer(text):
        at = colon.end()
        if text[at].isascii():
            yield from _romanised(text, colon.start(), at)
            continue
        spaced = patterns.spaced.match(text, at)
        field = patterns.blank_field.match(text, at)
        foreign = patterns.foreign.match(text, at)
        if (spaced or field or foreign) is None or label_before(text, at) not in ("colon", "sign"):
            continue
        label = text[max(0, colon.start() - 12) : colon.start()].rstrip(" )]>")
        if spaced is not None and is_name(re.sub(" +", "", spaced[0]), is_strict=True):
            yield at, spaced.end(), 0.85
        if foreign is not None and _is_personal(label) and not _is_no_name(foreign[0]):
            yield at, foreign.end(), 0.7
        if field is None or field[0][0] not in SHORT_NAME_SURNAMES or field[0][-1] in _NOT_LAST_OF_NAME:
            continue
        if field[0] not in ordinary_words() and any(labels().get(label[-length:]) == "form" for length in range(2, 8)):
            yield at, field.end(), 0.7


def _is_personal(left: str) -> bool:
    """Whether a label that only ever has a name behind it ends here."""
    return any(left.replace(" ", "").endswith(label) for label in PERSONAL_LABELS)


def _is_no_name(value: str) -> bool:
    """Whether the value of a field says that there is no name, or is a sentence or a department."""
    words = value.split()
    return (
        any(word in _NO_NAME or word in ordinary_words() for word in words)
        or words[-1][-1] in _NOT_LAST_OF_NAME
        or words[-1][-1] in "음함임요다것기및"
    )


def _romanised(text: str, end_of_label: int, at: int) -> Iterator[tuple[int, int, float]]:
    """The range of a romanised Korean name at `at`, if a Latin label stands in front of the colon."""
    left = text[max(0, end_of_label - 40) : end_of_label]
    if left.rstrip(" \t")[-1:] in _ends_of_latin_labels() and name_patterns().latin_label.search(left) is not None:
        yield from _latin_name(text, at)


@cache
def _ends_of_latin_labels() -> frozenset[str]:
    """The characters that stand last in a Latin label, or in the brackets behind it."""
    return frozenset({")", *(label[-1] for label in LATIN_LABELS)})


def _addressed(text: str) -> Iterator[tuple[int, int, float]]:
    """Ranges of romanised Korean names behind a title (Mr., Dr., Dear)."""
    if not any(title in text for title in _LATIN_TITLES):
        return
    for title in name_patterns().latin_title.finditer(text):
        if not text[max(0, title.start() - 1) : title.start()].isalnum():
            yield from _latin_name(text, title.end())


def _latin_name(text: str, at: int) -> Iterator[tuple[int, int, float]]:
    """The range of a romanised Korean name that begins at `at` or behind a title there."""
    match = name_patterns().latin_name.match(text, at)
    length = 0 if match is None else _latin_length(match["name"])
    if match is not None and length:
        yield match.start("name"), match.start("name") + length, 0.8


def _latin_length(found: str) -> int:
    """How many characters of two or three capitalised words are a romanised Korean name; 0 if they are none."""
    words = found.replace(",", "").split(" ")
    for count in (3, 2):
        chosen = words[:count]
        if len(chosen) < count:
            continue
        length = len(" ".join(chosen)) + ("," in found)
        if chosen[0].capitalize() in LATIN_SURNAMES and all(map(_is_korean, chosen[1:])):
            return length
        if chosen[-1].capitalize() in LATIN_SURNAMES and "," not in found and all(map(_is_korean, chosen[:-1])):
            return length
    return 0


def _is_korean(word: str) -> bool:
    """Whether a word can be read as Korean syllables in Latin letters (Gildong, Min-su)."""
    return all(re.fullmatch(_LATIN_SYLLABLES, part.lower()) is not None for part in word.split("-"))
