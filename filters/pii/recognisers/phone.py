"""Telephone numbers: mobile (010, 011, 016-019), regional (02, 031-064), 070, 080, 050x, 1588-type, +82; others with a label.

Form: 전기통신번호관리세칙 (과학기술정보통신부) for Korea, ITU-T E.164 abroad; with dashes, dots, blanks, `010)`, `(02)`, in one
row; spelled and otherwise disguised ones are found by `filters.pii.phone_disguises`. A range of years (1592-1598) is not a
1588-type number unless a label says so. Where the form alone leaves a doubt (1588 1234, 0312345678), the number counts if it
fills a field of its own or if an address, an e-mail address or a number beyond doubt stands next to it. A local number
(345-6789) needs its label right in front. An extension (내선 123) belongs to the span.

Enters: folded text. Leaves: spans.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from filters.pii.context import CONTEXT_MARGIN, Labels
from filters.pii.phone_disguises import disguised
from filters.pii.span import Span

_GAP = r"(?:[ \t]{0,2}[-./~·ㆍ_][ \t]{0,2}|[ \t]{0,2})"
_END = r"(?![0-9])(?!-[0-9]{2})(?!-[0-9A-Fa-f]{4})(?!\.[0-9]{2})"
_AREA = r"3[1-3]|4[1-4]|5[1-5]|6[1-4]"
_REGIONAL = re.compile(f"2|{_AREA}")
_DOMESTIC = re.compile(
    r"0(?<![0-9]0)(?<![0-9][-.]0)(?<!(?<![0-9]{4})(?<=[0-9])[,/]0)"
    rf"(?P<area>1[016-9]|2|{_AREA}|70|80|60|50[0-9]|50(?=[-. )]+[2-8][0-9]{{3}}[-. ])|30[0-9])"
    rf"(?P<gap>(?: ?\)|\])?{_GAP}\(?)(?P<middle>[0-9]{{3,4}})(?P<gap2>\)?{_GAP})[0-9]{{4}}{_END}"
)
_COUNTRY = re.compile(
    rf"82(?P<gap>\)?{_GAP}\(?0?\)?{_GAP}\(?)(?P<area>1[016-9]|2|{_AREA}|70|80|50[0-9]|(?=1[568][0-9]{{2}}))\)?"
    rf"{_GAP}\(?[0-9]{{3,4}}\)?{_GAP}[0-9]{{4}}{_END}"
)
_BARE_MOBILE = re.compile(r"8210[0-9]{8}")
_PREFIX = re.compile(r"(?:\(?\+[ ]?|\(?00[127]?[- ]?|\()$")
_NATIONWIDE = re.compile(
    r"1(?<![0-9]1)(?<![0-9][-.:~]1)(?<!(?<![0-9]{4})(?<=[0-9])[,/]1)(?P<head>5(?:22|33|44|66|77|88|99)|6(?:00|11|22|33|44|55|60|61|66|68|70|77|88|99)"
    r"|8(?:00|11|22|33|44|55|66|77|88|99))(?P<gap>[ ]?[-.·~)]?[ ]?)(?P<tail>[0-9]{4})(?![0-9])(?![-.~][0-9])"
    r"(?!/(?!0|1[568])[0-9])"
)
_ABROAD = re.compile(
    r"\+(?<![A-Za-z0-9]\+)(?!82)[1-9][0-9]{0,2}[-. ]?\(?[0-9]{1,4}\)?(?:[-. ]?[0-9]{2,4}){2,4}(?![0-9])(?![-.,][0-9])"
)
_LOCAL = re.compile(r"[2-9](?<![-.,0-9][2-9])[0-9]{2,3}[-)][ ]?[0-9]{4}(?![0-9])(?![-.,~][0-9])")
_LOCAL_LABEL = re.compile(
    r"(?:(?:전화|휴대폰|핸드폰)(?:번호)?|연락처|팩스|[☎☏]|(?<![A-Za-z])(?:tel|fax|phone))[ ]?[.:)]?[ ]?$", re.I
)
_EXTENSION = re.compile(
    r"[ ,]{0,2}(?:\([ ]?(?:내선|교환|ext\.?|Ext\.?|EXT\.?)[ ]?(?:번호)?[ :.]{0,2}[0-9]{1,5}(?:번)?[ ]?\)"
    r"|(?:내선|교환|ext\.?|Ext\.?|EXT\.?)[ ]?(?:번호)?[ :.]{0,2}[0-9]{1,5})(?![0-9])"
)
_STAMP_OF_MINUTES = re.compile(r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])[0-5][0-9]")
_DATE = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
#: Somebody's other particulars.
_COMPANY = re.compile(
    r"@[A-Za-z0-9][-A-Za-z0-9]*\.|01[016-9][-. )]{1,2}[0-9]{3,4}[-. ][0-9]{4}|0(?:2|[3-6][1-5])[-.)] ?[0-9]{3,4}[-.][0-9]{4}"
    r"|[가-힣0-9](?:로|길) ?[0-9]{1,4}(?:-[0-9]|번길|[ ,(]|$)|[0-9]동 ?[0-9]{1,4}호"
    r"|[동리읍] ?[0-9]{1,4}(?:-[0-9]{1,4})?(?:번지|[ ,(]|$)"
)
_CALL_BEHIND = re.compile(r"번?(?:으로|로|에서|에) ?(?:문의|전화|연락|신고|접수|상담|예약|주문)")
_FIGURE = re.compile(r"(?:값|지수|평균|좌표|결과|비율|합계|길이|크기|점수)[은는이가을를의:= ]{0,3}$")
_FIELD_BEFORE = re.compile(r"(?:^|[|/,;:(\[>\t\"'=☎☏·]|[-*○●▶※] |[.!?~^] |[가-힣] ?[은는:] |[가-힣])[ ]?$")
_FIELD_BEHIND = re.compile(
    r" ?(?:$|[|/,;)\]<\t\"'!?~]|\.(?:\s|$))|번?(?:[은는이가을를과와에도만의로나예요라야]|으로|입니|입$|부터|까지)"
)
_LABEL_BEFORE_ROW = re.compile(r"(?<![A-Za-z0-9_-])(?:tel|hp|ph|phone|mobile|cell|fax|mob|[tmfphc])[-_/.:]?$", re.IGNORECASE)
_SHORT_TIMESTAMP = re.compile(r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]")
_COLUMN_BEFORE = re.compile(r"[0-9][ \t]{1,2}$")
_COLUMN_BEHIND = re.compile(r"[ \t]{1,2}[0-9]+(?![0-9A-Za-z_])")
_NAME_PART = re.compile(r"[A-Za-z][-_/]$")
_COUNTED = re.compile(r" ?(?:원|명|개|년|쪽|면|페이지|p\b|pp|km|kg|mm|%|건|호|세기|회|대|점|위|달러|엔|톤)")
_OWN = (
    "전화 연락처 연락 휴대폰 휴대전화 핸드폰 폰번호 문의 문자 팩스 fax tel phone mobile call hp h.p c.p 통화 대표번호 "
    "고객센터 콜센터 상담 예약전화 수신 발신 직통 ☎ ☏ 📞 📱 카톡 번호로 비상연락 안내 신고 접수처 접수 통신 cell 내선 "
    "수신자부담 ars 제보 찾습니다 제번호 내번호 저희번호 우리번호 지점 본점 매장 국번없이 whatsapp 왓츠앱 텔레그램 위챗"
)
_OTHERS = (
    "주문번호 송장 운송장 등기번호 바코드 isbn 상품번호 상품코드 제품번호 품번 부품번호 시리얼 일련번호 관리번호 문서번호 "
    "사건번호 접수번호 승인번호 거래번호 학번 사번 수험번호 쿠폰 timestamp 타임스탬프 tracking serial invoice sku 계좌번호 "
    "계좌 공고번호 허가번호 특허 출원번호 등록번호 "
    "버전 빌드 version build 예약번호 회원번호 고객번호 계약번호 증권번호 고객코드 제품코드 우편번호"
)
_LABELS = Labels(own=_OWN, others=_OTHERS)
_MIN_DIFFERENT_DIGITS = 3
_NEAR = 12
"""Code points between a label and what could be a range of years as well."""
_LAST_YEAR = 2100


def _is_glued(text: str, start: int, end: int) -> bool:
    """Whether a row of digits is part of a Latin identifier; `HP01012345678` and `T.` are labels, not identifiers."""
    after = text[end : end + 1]
    if after.isascii() and (after.isalnum() or after == "_"):
        return True
    return _is_glued_before(text, start)


def _is_glued_before(text: str, start: int) -> bool:
    """The same for what stands in front."""
    before = text[start - 1 : start] if start else ""
    if not before or not (before.isascii() and (before.isalnum() or before in "_#%&$")):
        return False
    return _LABEL_BEFORE_ROW.search(text, max(0, start - 8), start) is None


def _domestic_score(text: str, match: re.Match[str]) -> float | None:
    area, middle = match["area"], match["middle"]
    start, end = match.span()
    is_mobile, is_row = area[0] == "1", not match["gap"] and not match["gap2"]
    if _NAME_PART.search(text, max(0, start - 2), start) and _LABEL_BEFORE_ROW.search(text, max(0, start - 8), start) is None:
        return None
    if is_mobile and match["gap"] == match["gap2"] == "-" and len(middle) == 4:
        return 0.93
    label = _LABELS.around(text, start, end)
    if (label is False and (is_row or not is_mobile)) or (not label and area.startswith("30")):
        return None
    if not label and _is_unlikely(text, match, is_mobile=is_mobile):
        return None
    if not is_row:
        return 0.95 if label else 0.9 if is_mobile else 0.8
    if _is_glued(text, start, end) or len(set(match[0])) < _MIN_DIFFERENT_DIGITS:
        return None
    if label:
        return 0.9
    if _SHORT_TIMESTAMP.fullmatch(match[0]) and not _is_in_company(text, start, end):
        return None
    is_distinct = (is_mobile and (area != "10" or len(middle) == 4)) or (area == "70" and len(middle) == 4)
    if is_distinct or area.startswith("50"):
        return 0.8
    return 0.7 if _is_regional_row(text, match) else None


def _is_regional_row(text: str, match: re.Match[str]) -> bool:
    """Whether a row of nine to eleven digits reads as a number with its area code or 080 and as nothing else."""
    if not (_REGIONAL.fullmatch(match["area"]) or match["area"] == "80"):
        return False
    start, end = match.span()
    if _has_columns(text, start, end) or _COUNTED.match(text, end) or len(set(match[0])) <= _MIN_DIFFERENT_DIGITS:
        return False
    return _STAMP_OF_MINUTES.fullmatch(match[0]) is None and (len(match[0]) > 9 or _is_in_company(text, start, end))


def _has_columns(text: str, start: int, end: int) -> bool:
    """Whether numbers stand on either side, as in the rows of a table."""
    is_column = _COLUMN_BEHIND.match(text, end) or _COLUMN_BEFORE.search(text[max(0, start - 3) : start])
    return is_column is not None


def _is_in_company(text: str, start: int, end: int) -> bool:
    """Whether other particulars by which somebody is reached stand on the same line or on the one above or below."""
    before = "\n".join(text[max(0, start - CONTEXT_MARGIN) : start].rsplit("\n", 2)[-2:])
    behind = "\n".join(text[end : end + CONTEXT_MARGIN].split("\n", 2)[:2])
    return _COMPANY.search(before) is not None or _COMPANY.search(behind) is not None


def _is_fraction(text: str, start: int, end: int) -> bool:
    """Whether another number stands close by on the line, or a word that figures are given for."""
    before = text[max(0, start - 8) : start].rpartition("\n")[2]
    around = before + text[end : end + 4].partition("\n")[0]
    return any(char.isdigit() for char in around) or _FIGURE.search(before) is not None


def _fills_field(text: str, start: int, end: int) -> bool:
    """Whether the number is all there is between two delimiters, or the end of a clause that is about it."""
    before = text[max(0, start - 8) : start].rpartition("\n")[2]
    return _FIELD_BEFORE.search(before) is not None and _FIELD_BEHIND.match(text[end : end + 8].partition("\n")[0]) is not None


def _is_unlikely(text: str, match: re.Match[str], *, is_mobile: bool) -> bool:
    """Whether nobody writes a number without a label like this: 02111-1307 is a postal code, 010923-3518 a date, and blanks
    alone are what separates the columns of a table.
    """
    gap, gap2, middle = match["gap"], match["gap2"], match["middle"]
    if not gap and gap2:
        return not is_mobile or gap2.strip() != "-" or len(middle) < 4
    start, end = match.span()
    if ("/" in gap) != ("/" in gap2):
        return True
    if gap.strip(" )") and not gap2 and not is_mobile:
        is_whole = gap.strip() == "-" and len(middle) == 4 and middle[0] not in "01" and not _DATE.fullmatch(match[0][-8:])
        if _is_glued(text, start, end) or _has_columns(text, start, end):
            return True
        return not is_whole and not _is_in_company(text, start, end)
    is_regional = _REGIONAL.fullmatch(match["area"]) is not None
    if not gap and not gap2 and len(middle) == 4:
        return middle[0] == "0" or _is_glued(text, start, end)
    if is_regional and not gap.strip() and not gap2.strip() and _has_columns(text, start, end):
        return True
    return is_regional and ((not gap.strip() and middle[0] in "01") or _is_glued_before(text, start))


def _nationwide_score(text: str, match: re.Match[str]) -> float | None:
    start, end = match.span()
    label = _LABELS.around(text, start, end)
    if label is False or _COUNTED.match(text, end):
        return None
    label = label or _EXTENSION.match(text, end) is not None
    if int(f"1{match['head']}") < int(match["tail"]) <= _LAST_YEAR:
        is_told = _LABELS.in_front(text[max(0, start - _NEAR) : start], min(start, _NEAR)) or (
            _fills_field(text, start, end) and _is_in_company(text, start, end)
        )
        is_told = is_told or _CALL_BEHIND.match(text, end) is not None
        return 0.85 if is_told and "~" not in match["gap"] else None
    if label:
        return 0.85
    gap = match["gap"]
    if gap.strip() == "-":
        return 0.7
    if not gap or _has_columns(text, start, end) or _is_glued(text, start, end):
        return None
    if _is_in_company(text, start, end):
        return 0.65
    # A blank leaves two numbers, of which few begin with a zero; a point makes a fraction, seldom of four places in prose.
    is_alone = _fills_field(text, start, end) and (gap == " " or not _is_fraction(text, start, end))
    return 0.6 if is_alone or (gap == " " and match["tail"][0] == "0") else None


@dataclass(frozen=True, kw_only=True)
class Phone:
    """Telephone and fax numbers."""

    entity: ClassVar[str] = "PHONE_NUMBER"
    trigger: ClassVar[str] = "number"

    def find(self, text: str) -> Iterator[Span]:
        """Spans of telephone numbers in folded text; they may overlap one another."""
        for match in _DOMESTIC.finditer(text):
            score = _domestic_score(text, match)
            if score:
                yield self._span(text, self._open(text, match), match.end(), score)
        for match in _NATIONWIDE.finditer(text):
            score = _nationwide_score(text, match)
            if score:
                yield self._span(text, match.start(), match.end(), score)
        if "82" in text:
            yield from self._with_country_code(text)
        if "+" in text:
            for match in _ABROAD.finditer(text):
                num_digits = sum(char.isdigit() for char in match[0])
                if 10 <= num_digits <= 15 and _LABELS.around(text, *match.span()):
                    yield self._span(text, match.start(), match.end(), 0.7)
        for start, end in disguised(text):
            yield self._span(text, start, end, 0.8)
        for match in _LOCAL.finditer(text):
            if _LOCAL_LABEL.search(text, max(0, match.start() - 12), match.start()):
                yield self._span(text, match.start(), match.end(), 0.6)

    def _with_country_code(self, text: str) -> Iterator[Span]:
        """+82, 0082, (82) and bare 82 in front of a number without its zero."""
        for match in _COUNTRY.finditer(text):
            start, end = match.span()
            prefix = _PREFIX.search(text, max(0, start - 6), start)
            first = prefix.start() if prefix else start
            if text[first] == "(" and text.count("(", first, end) > text.count(")", first, end):
                first += 1
            before = text[first - 1 : first] if first else ""
            # A column of a table may end in front of a +, but a bare number goes on behind a comma.
            stops = (
                "-."
                if prefix is not None and "+" in prefix[0]
                else "-.,"
                if text[max(0, first - 2) : first - 1].isdigit()
                else "-."
            )
            if before.isascii() and (before.isalnum() or before in stops) and before:
                continue
            is_bare = (prefix is None or "+" not in prefix[0]) and text[start + 2].isdigit()
            is_marked = prefix is not None or match["gap"] == "-" or (match["gap"] and match["area"].startswith("1"))
            is_told = _LABELS.around(text, first, end) or (
                is_bare and _BARE_MOBILE.fullmatch(match[0]) and _is_in_company(text, first, end)
            )
            if (is_marked and not is_bare) or is_told:
                yield self._span(text, first, end, 0.97)

    def _open(self, text: str, match: re.Match[str]) -> int:
        """The start of the match, with the bracket of `(02) 123-4567` but without one that closes behind the number."""
        start, end = match.span()
        before = text[max(0, start - CONTEXT_MARGIN) : max(0, start - 1)]
        closes_later = text[end : end + 1] == ")" and before.count("(") <= before.count(")")
        is_own = match["gap"].startswith(")") and text[start - 1 : start] == "(" and not closes_later
        return start - 1 if is_own else start

    def _span(self, text: str, start: int, end: int, score: float) -> Span:
        extension = _EXTENSION.match(text, end)
        return Span(start, extension.end() if extension else end, self.entity, score)
