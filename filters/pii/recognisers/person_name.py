"""Names of people, where the text itself says that they are names.

Enters: the folded text. Leaves: spans over surname and given name, without title, label or particle. There is no format: a
full Korean name is a surname and one or two syllables (census of 2015; see `filters.pii.korean_names`), as are many words, so a
name counts only with one of these signs: an honorific or office behind it (홍길동 씨, 이영희 과장), a label in front of it (성명: 홍길동,
피고인 김태훈은, 예금주 박민호), a Latin label with a Korean surname (Name: Hong Gildong), an introduction (제 이름은 홍길동, 홍길동이라고
합니다, 홍길동 드림) or an age or seal behind it (홍길동(45세), 홍길동 (인)). Surnames alone (김 박사, 박 씨), given names alone, role nouns
(고객님, 이 대표님) and names of history in plain prose stay.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, NamedTuple

from filters.pii.alternation import one_of
from filters.pii.korean_names import (
    COMMON_SURNAMES,
    DOUBLE_SURNAMES,
    FIRST_SYLLABLES,
    LAST_SYLLABLES,
    SHORT_NAME_SURNAMES,
    SINGLE_GIVEN,
    SURNAMES,
    is_name,
    ordinary_words,
    public_figures,
)
from filters.pii.name_contexts import (
    COLON_LABELS,
    FORM_LABELS,
    HONORIFICS,
    LATIN_LABELS,
    LATIN_SURNAMES,
    PERSONAL_LABELS,
    TITLES,
    TITLES_BEFORE,
)
from filters.pii.span import Span

_PARTICLE = (
    r"(?:은|는|이|가|을|를|의|에게서?|께서는?|께|한테|과|와|랑|도|만|로|으로|이?라고|이?라는|이란|입니다|이며|이고|이다|임|이었|였|인데|이?에요|예요|이라|이야"
    r"|이나|측|등|외|에|에는|에게는|부터|까지|처럼|보다|고|며)"
)
_HANJA_SURNAMES = "金李朴崔鄭姜趙尹張林韓吳徐申權黃安宋柳劉兪全洪高文梁孫裵白許南沈盧河郭成車朱禹具閔羅陳池嚴蔡元千方孔康玄咸卞廉呂秋都蘇石宣薛馬吉魏表明奇潘"
_LATIN_SYLLABLES = (
    r"(?:(?:kk|tt|pp|ss|jj|ch|sh|[bcdghjkmnprstwy])?(?:yeo|yae|yoo|woo|eui|you|ae|ya|eo|yo|yu|oo|ou|oe|wa|wo|we|wi|eu|ui|ye|ee|[aeiou]|y(?!\w))"
    r"(?:ng|ck|hn|[bgkmnlprt](?![aeiou]))?){1,3}"
)
_FIELD_NOT_NAME = frozenset("팀과부실국원소회사관처장란형값명별자")
"""Last syllables of words that fill the field of a form without being a name (인사팀, 담당자)."""
_SIGNS = (
    *(
        "자",
        "인",
        "사",
        "장",
        "님",
        "씨",
        "원",
        "대",
        "관",
        "이름",
        "성명",
        "수신",
        "교",
        "수",
        "리",
        "감",
        "서기",
        "주",
        "간",
        "총무",
        "위",
        "령",
        "기",
        "형",
    ),
    *(
        "의",
        "신",
        "성",
        "담당",
        "상",
        "병",
        "중",
        "조",
        "군",
        "양",
        "여",
        "귀하",
        "학",
        "환자",
        "어르신",
        "쌤",
        "녀",
        "이",
        "프로",
        "연",
        "안녕",
        "드림",
        "올림",
    ),
    *(
        "배상",
        "합니다",
        "해요",
        "인)",
        "세",
        "검",
        "고",
        "글",
        "번역",
        "명",
        "회",
        "부",
        "모",
        "매",
        "담",
        "결",
        "승인",
        "피고",
        "신랑",
        "앵커",
        "피디",
        "작",
    ),
    *(
        "컨설",
        "엔지니어",
        "디자이너",
        "코치",
        "트레이너",
        "경",
        "편",
        "발",
        "진",
        "보",
        "확인",
        "접",
        "처리",
        "촬영",
        "디자인",
        "판",
        "심",
        "가",
        "아",
        "어",
        "남",
    ),
    *("친구", "동", "예", *LATIN_LABELS),
)
"""A part of every sign, the most frequent ones first."""


_BETWEEN = " \t\n:=|)]>([<\"'→⇒▷►▶『』「」〈〉.…·①②③④⑤⑥⑦⑧⑨-"
"""What separates a label from a name: blanks, brackets, a colon, a dash, an arrow, the border of a table, the end of the line."""
_AFTER_ROLE = ("(", ",", "\n", "", "/", "<", "|")
_NO_NAME = frozenset(
    "미기재 없음 동일 상동 비공개 생략 해당 없 미상 불명 익명 본인 기재 필수 선택 입력 미정 무 공란 자필 한글 영문 위와 같음 대표 각 귀중 확인 이하 미제출 비워둠 별첨 참조".split()
)


class _Patterns(NamedTuple):
    """See `_patterns`."""

    candidate: re.Pattern[str]
    introduction: re.Pattern[str]
    bracketed_label: re.Pattern[str]
    filler: re.Pattern[str]
    latin_field: re.Pattern[str]
    role: re.Pattern[str]
    colon: re.Pattern[str]
    blank_field: re.Pattern[str]
    spaced: re.Pattern[str]
    foreign: re.Pattern[str]
    between: re.Pattern[str]
    latin_label: re.Pattern[str]
    latin_name: re.Pattern[str]
    hanja: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    """All that is searched for. `candidate` is every word built like a name, with what stands behind it."""
    first = "".join(sorted({*SURNAMES, *(surname[0] for surname in DOUBLE_SURNAMES)}))
    # The first character comes first in the pattern: only then `re` skips to it.
    double = "|".join(f"(?<={surname[0]}){surname[1]}" for surname in DOUBLE_SURNAMES)
    name = (
        rf"[{first}](?<![가-힣A-Za-z0-9○].)(?:(?:{double})[{FIRST_SYLLABLES}{LAST_SYLLABLES}]{{1,2}}|[{FIRST_SYLLABLES}][{LAST_SYLLABLES}](?<=[{SURNAMES}]..)"
        rf"|[{''.join(sorted(SINGLE_GIVEN))}](?<=[{''.join(sorted(COMMON_SURNAMES))}].))"
    )
    title = rf"{one_of(TITLES)}(?:님|급)?"
    end_of_word = rf"(?={_PARTICLE}?(?![가-힣]))"
    hanja = rf"[ ]?\([{_HANJA_SURNAMES}][\u4e00-\u9fff]{{1,3}}\)"
    age = r"\((?:남|여|만)?,?[ ]?(?:만[ ]?)?\d{1,2}(?:세|살|[·,][ ]?[남여])[^()\n]{0,16}\)|\(\d{2}\)(?=[ ]?(?:씨|군|양)(?![가-힣]{2}))"
    behind = (
        rf"(?P<honorific>[ ]?(?:씨(?![티앗줄름방족드월])|님|귀하|선생님)|[ ]{one_of(HONORIFICS)})|(?P<title>[ ]?{title}){end_of_word}"
        rf"|(?P<youth>[ ](?:군|양)(?=(?:[은는을를]|에게|이[ ])?(?:[ ,.(]|$)))|[ ]?\((?P<bracketed>{title})\)"
        rf"|(?P<closing>[ ]?(?:드림|올림|배상)(?![가-힣])|이?라고[ ](?:합니다|해요|하는데요|불러)|[ ]?\((?:인|서명|印|직인)\)|[ ]?{age})"
        rf"|(?P<copula>입니다|이?라고|이?에요|예요|이고|이며|이야)|(?P<particle>{_PARTICLE})?(?![가-힣A-Za-z0-9○])"
    )
    return _Patterns(
        candidate=re.compile(rf"(?P<name>{name})(?:{hanja})?(?:{behind})"),
        introduction=re.compile(
            r"(?:(?:이름|성함|성명)은[ ]|(?:저는|나는|안녕하세요|안녕하십니까)[,.! \n]{1,3}(?:[가-힣A-Za-z]{1,12}[ ]){0,3})$"
        ),
        bracketed_label=re.compile(r"[ \t]{0,2}\((?:한글|성명|영문|이름|인|명|개인|법인|대표)[^()\n]{0,8}\)$"),
        filler=re.compile(r"(?<=[가-힣 >])(?:은\(는|변경됨|알려[ ]주세요\s{1,4}A|</t[hd]>\s{0,2}<td)$"),
        latin_field=re.compile(
            r"(?:^|[^A-Za-z])(?i:(?:full|user|customer|real)?[ _]?name|author|customer|owner|applicant|contact|manager|writer|sender|receiver)[\"']?$"
        ),
        role=re.compile(r"(?:^|[^가-힣])[가-힣]{1,7}[자인]$"),
        colon=re.compile(r"[:=|\t](?<=[가-힣)\]> A-Za-z].)[ \t]{0,8}[|(\[<]?[ \t]{0,4}(?=[가-힣A-Z])"),
        blank_field=re.compile(r"[가-힣]{3}(?=[ \t]{0,3}(?:$|[\n,(|/\[]|[ ]{2}))"),
        spaced=re.compile(rf"[{first}](?:[ ]{{1,4}}[가-힣][ ]{{1,4}}[가-힣]|[ ]{{1,3}}[가-힣]{{2}})(?![가-힣])"),
        # A foreign name in Hangul between two labelled lines of a form.
        foreign=re.compile(r"[가-힣]{2,6}(?:[ ][가-힣]{1,6}){0,2}(?=[ \t]{0,4}\n[ \t○□·*-]{0,8}[가-힣][가-힣 ]{1,12}:)"),
        between=re.compile(rf"(?:\([^()\n]{{1,12}}\))?(?:[ ]?{title})?[ ]?(?:,|·|/|、|및[ ]|와[ ]|과[ ])[ ]?"),
        latin_label=re.compile(
            rf"(?<![A-Za-z0-9]){one_of(LATIN_LABELS)}[ \t]{{0,2}}(?:\([A-Za-z 영문]{{2,12}}\))?[ \t]{{0,2}}$"
        ),
        latin_name=re.compile(
            r"(?:(?:Mr|Ms|Mrs|Dr|Prof)\.?[ ])?(?P<name>[A-Z][A-Za-z]{0,9},?[ ][A-Z][A-Za-z]{0,11}(?:-[A-Za-z]{1,9})?(?:[ ][A-Z][a-z]{1,11}(?![a-z]))?)(?![A-Za-z])"
        ),
        hanja=re.compile(hanja),
    )


@dataclass(frozen=True, kw_only=True)
class PersonName:
    """Names in clear context; see the module docstring."""

    entity: ClassVar[str] = "PERSON"
    trigger: ClassVar[str] = "word"
    words: ClassVar[tuple[str, ...]] = _SIGNS

    def find(self, text: str) -> Iterator[Span]:
        """Every name with a sign; one with two signs may be yielded twice."""
        hanja = _patterns().hanja
        for start, end, score in (*_marked(text), *_filled_in(text)):
            own = hanja.match(text, end)
            yield Span(start, end if own is None else own.end(), self.entity, score)


def _marked(text: str) -> Iterator[tuple[int, int, float]]:
    """Ranges of names with a sign behind them, a label in front of them, or further down a list of names."""
    listed_up_to = -1
    for match in _patterns().candidate.finditer(text):
        start, end = match.span("name")
        score = _score_behind(match)
        if not score:
            kind = _label_before(text, start)
            score = _score_before(text, match, kind)
            name = match["name"]
            # 황현의: the third syllable of a name, or a particle behind two.
            is_short = len(name) == 3 and name[2] in "은이의도만가" and kind in ("colon", "sign", "form")
            if not score and is_short and match["particle"] is None and is_name(name[:2], is_strict=True):
                end, score = end - 1, 0.7
            if kind in ("colon", "sign") and score:
                listed_up_to = end
        if not score and 0 <= start - listed_up_to <= 24 and is_name(match["name"], is_strict=True):
            score = 0.75 if _patterns().between.fullmatch(text, listed_up_to, start) else 0.0
        if score:
            yield start, end, score
            if 0 <= listed_up_to <= end and (listed_up_to == end or _patterns().between.fullmatch(text, listed_up_to, start)):
                listed_up_to = end


def _score_behind(match: re.Match[str]) -> float:
    """How sure what stands behind a candidate makes that it is a name."""
    name, honorific, title = match["name"], match["honorific"], match["title"] or match["bracketed"]
    mark = (honorific or title or "").strip()
    if honorific is not None and mark in ("씨", "귀하"):
        return 0.85 if name[1:] not in _titles() and (len(name) == 2 or is_name(name, is_strict=False)) else 0.0
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
    if kind == "role" and (match["particle"] or match["copula"] or text[match.end() : match.end() + 1] not in _AFTER_ROLE):
        return 0.0
    if kind == "said" and match["copula"] is None and match["particle"] not in ("고", "며", "로", "으로"):
        return 0.0
    if kind:
        # A short name is believed of more surnames where the field holds nothing else.
        is_strict = len(name) > 2 or match["particle"] is not None
        return 0.75 if is_name(name, is_strict=is_strict) else 0.0
    if match["copula"] is not None and len(name) > 2 and _patterns().introduction.search(text[max(0, start - 40) : start]):
        return 0.75 if is_name(name, is_strict=True) else 0.0
    return 0.0


@cache
def _titles() -> frozenset[str]:
    return frozenset(TITLES)


@cache
def _labels() -> tuple[dict[str, str], int]:
    """Each label with what it needs (`form` nothing, `colon` a colon, `office` a blank), and the length of the longest."""
    labels = dict.fromkeys(COLON_LABELS, "colon") | dict.fromkeys(TITLES_BEFORE, "office")
    labels |= dict.fromkeys((label for label in COLON_LABELS if label in TITLES_BEFORE), "either") | dict.fromkeys(
        FORM_LABELS, "form"
    )
    return labels, max(map(len, labels))


def _label_before(text: str, start: int) -> str:
    """What kind of label ends in front of `start`, if any.

    `colon`: the field of a form and a sign that its value follows; `sign`: another label with such a sign; `form`: the field of a
    form or a party of a case without one; `line`: a label on the line before; `office`, `role`: an office or role right before
    the name; `said`: 성함이, 이름은.
    """
    if (
        start < 2
        or text[start - 1] not in _BETWEEN
        or (text[start - 2] not in _ends_of_labels() and text[start - 2] not in _BETWEEN)
    ):
        return ""
    left = text[max(0, start - 40) : start]
    label = left.rstrip(_BETWEEN)
    bracket = _patterns().bracketed_label.search(left.rstrip(" \t:=|-")) if ")" in left[len(label) :] else None
    filler = None if bracket is not None else _patterns().filler.search(label)
    if bracket is not None or filler is not None:
        label = left[: (bracket or filler).start()].rstrip(_BETWEEN)  # type: ignore[union-attr]
    between = left[len(label) :]
    has_sign = filler is not None or any(sign in between for sign in ":|=\t→▷►<")
    need, word = _need_of_label(label)
    if not need:
        is_field = has_sign and label[-1:].isascii() and _patterns().latin_field.search(label) is not None
        return "sign" if is_field else _role_before(label, between) or _asked_name(label, between)
    if has_sign:
        return {"form": "colon", "office": ""}.get(need, "sign")
    if "\n" in between:
        return "line" if need == "form" and _is_own_line(text, start, left, label) else ""
    if need == "form":
        return "colon" if any(sign in between for sign in ("--", " - ", "...", "『", "』", "(")) else "form"
    return "office" if need in ("office", "either") and (between == " " or word == "이름") else ""


@cache
def _ends_of_labels() -> frozenset[str]:
    """The characters that may stand last in what is in front of a name."""
    return frozenset({label[-1] for label in _labels()[0]} | set("자인이은Aderadt"))


def _asked_name(label: str, between: str) -> str:
    """`said` for 성함이, 이름은 and the like, behind which a name is told."""
    return "said" if between == " " and label[-1:] in "이은" and label[-3:-1] in ("성함", "성명", "이름") else ""


def _role_before(label: str, between: str) -> str:
    """`role` where any noun for a person in some role (…자, …인) stands right in front of the name."""
    return "role" if between == " " and label[-1:] in ("자", "인") and _patterns().role.search(label) is not None else ""


def _is_own_line(text: str, start: int, left: str, label: str) -> bool:
    """Whether the label fills the line in front of the one that begins at `start` with a name and nothing else."""
    line = label.rpartition("\n")[2]
    is_label = line.strip(" \t-·□○*[(<").replace(" ", "") in _labels()[0] and (len(line) < len(label) or len(left) < 40)
    return is_label and re.compile(r"[가-힣]{2,4}[ \t]{0,4}(?:\n|$)").match(text, start) is not None


def _need_of_label(left: str) -> tuple[str, str]:
    """What the label at the end of `left` needs, as in `_labels`, with the label; empty strings where there is none."""
    labels, longest = _labels()
    squeezed = "".join(left[-16:].split())
    for length in range(min(longest, len(squeezed)), 0, -1):
        word = squeezed[-length:]
        need = labels.get(word)
        if need is None:
            continue
        if need == "form" and length > 1:
            return need, word
        is_word_start = left.endswith(word) and (len(left) == length or not "가" <= left[-length - 1] <= "힣")
        return (need, word) if is_word_start else ("", "")
    return "", ""


def _filled_in(text: str) -> Iterator[tuple[int, int, float]]:
    """Ranges of names of rare syllables or set wide (홍 길 동) that fill the field of a form."""
    patterns = _patterns()
    for colon in patterns.colon.finditer(text):
        at = colon.end()
        if text[at].isascii():
            yield from _romanised(text, colon.start(), at)
            continue
        spaced = patterns.spaced.match(text, at)
        field = patterns.blank_field.match(text, at)
        foreign = patterns.foreign.match(text, at)
        if (spaced or field or foreign) is None or _label_before(text, at) not in ("colon", "sign"):
            continue
        label = text[max(0, colon.start() - 12) : colon.start()].rstrip(" )]>")
        if spaced is not None and is_name(re.sub(" +", "", spaced[0]), is_strict=True):
            yield at, spaced.end(), 0.85
        if foreign is not None and _is_personal(label) and not _is_no_name(foreign[0]):
            yield at, foreign.end(), 0.7
        if field is None or field[0][0] not in SHORT_NAME_SURNAMES or field[0][-1] in _FIELD_NOT_NAME:
            continue
        if field[0] not in ordinary_words() and any(_labels()[0].get(label[-length:]) == "form" for length in range(2, 8)):
            yield at, field.end(), 0.7


def _is_personal(left: str) -> bool:
    """Whether a label that only ever has a name behind it ends here."""
    return any(left.replace(" ", "").endswith(label) for label in PERSONAL_LABELS)


def _is_no_name(value: str) -> bool:
    """Whether the value of a field says that there is no name, or is a sentence or a department."""
    words = value.split()
    return (
        any(word in _NO_NAME or word in ordinary_words() for word in words)
        or words[-1][-1] in _FIELD_NOT_NAME
        or words[-1][-1] in "음함임요다것기및"
    )


def _romanised(text: str, end_of_label: int, at: int) -> Iterator[tuple[int, int, float]]:
    """The range of a romanised Korean name at `at`, surname first or last, if a Latin label stands in front of the colon."""
    match = _patterns().latin_name.match(text, at)
    if match is None or _patterns().latin_label.search(text[max(0, end_of_label - 40) : end_of_label]) is None:
        return
    length = _latin_length(match["name"])
    if length:
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
