"""Korean addresses down to the building or lot.

Formats (Road Name Address Act; act on the establishment and management of spatial data for lots): road form ``서울특별시 강남구
테헤란로 123, 4층 501호 (역삼동)``, lot form ``전라북도 전주시 완산구 효자동1가 123-4``, each with the province shortened or left out,
apartments by building and flat (``101동 1502호``), the romanised road form (``123 Teheran-ro, Gangnam-gu, Seoul``), postal codes of
five (since 2015) or six digits behind their label or in front of an address.

Enters: the folded text; leaves: spans from the postal code or the first region to the last detail. The search starts at what
every address has, the syllable of a road, village or building with a number behind it, and reads backwards for the region:
``서울 강남구에서`` alone costs nothing and is no personal data. Without a city, county or district in front there must be a label
(주소:), or a flat or a neighbourhood in brackets behind. Numbers that count (3명, 2번 출구, 5개, 제3조) end no address.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, NamedTuple

from filters.pii.alternation import one_of
from filters.pii.context import squeeze
from filters.pii.korean_places import BARE_CITIES, PROVINCES, SIGUNGU
from filters.pii.span import Span

_REACH = 60
"""How far in front of its number an address may begin, in characters."""

_LABELS = (
    *(
        "주소",
        "소재지",
        "거주지",
        "배송지",
        "자택",
        "본적",
        "등록기준지",
        "주소지",
        "사는곳",
        "받는곳",
        "보내는곳",
        "도착지",
        "사업장",
        "본점",
    ),
    *(
        "현주소",
        "거소",
        "송달장소",
        "배달지",
        "집주소",
        "소재",
        "위치",
        "오시는길",
        "찾아오시는길",
        "발송지",
        "수령지",
        "장소",
        "address",
        "거주",
    ),
)
_METROPOLITAN = ("서울", "부산", "대구", "인천", "광주", "대전", "울산", "세종", "제주")
_NOT_ROADS = frozenset(
    "도로 경로 진로 선로 통로 철로 수로 회로 항로 바로 서로 새로 별로 따로 홀로 대로 그대로 이대로 주로 실제로 때로 스스로 함부로 대표로 최초로 "
    "추가로 별도로 무료로 유료로 주소로 번호로 전화로 차로 버스로 기차로 택시로 도보로 하루로 이하로 정도로 순서로 차례로 종류로 형태로 상태로 규모로 "
    "결과로 이유로 위주로 단위로 홈페이지로 사이트로 뒤로 앞로 위로 아래로 가로 세로 기로 제로 배로 본사로 지사로 학교로 국가로 후보로 상대로 토대로 "
    "뜻대로 마음대로 제대로 차대로 반대로 예로 수도로 평가로 조사로 통계로 차선로 자체로 전체로 세계로 시대로 하나로 둘로 두 개로 나라로 고속도로 "
    "길 이 길 그 길 갈 길 산길 골목길 지름길 등산길 물길 찻길 발길 눈길 손길 빗길 앞길 뒷길 오르막길 가는길 오시는길 출근길 퇴근길 귀갓길 고갯길".split()
)
_NOT_NEIGHBOURHOODS = frozenset(
    "운동 활동 이동 자동 행동 노동 감동 변동 작동 공동 진동 충동 연동 구동 가동 합동 수동 아동 부동 소동 출동 동동 유동 전동 기동 파동 율동 격동 준동 "
    "관리 처리 정리 심리 원리 권리 논리 수리 요리 우리 거리 자리 소리 머리 다리 허리 분리 승리 유리 의리 무리 조리 계리 대리 총리 금리 비리 마리 서리 "
    "진리 물리 윤리 독립 도리 둘레리 보리 오리 사리 꼬리 뿌리 고리 여리 미리 빨리 멀리 널리 평가 추가 증가 국가 참가 허가 인가 물가 원가 주가 시가 단가 "
    "대가 전문가 작가 화가 정가 가가 유가 휴가 분가 읍면동 행정동 법정동 해당동".split()
)
_COUNTED = (
    r"(?:번\s?출구|[가-하]?번?[가-하]?길|호선|번(?!지|길)|개|명|년|월|일(?![대원])|시(?=[\s에부까쯤경,.]|$)|시간|분(?=[\s에거간의이,.]|$)|초\b|원|만|억|천|조\s?원|%|퍼센트|킬로|미터|평|㎡"
    r"|차선|차로|세대|가구|위(?![치층])|회|배(?!송)|곳|건(?!물)|대(?![표문])|점|인(?![데지근])|주년|권(?!역)|호선|공구|지구|구역|필지|종(?!점)|석|살|세(?![대])"
    r"|조(?=\s|의|에|제)|항|층|학년|학기|등(?=급|을)|여\s|차례|차(?=[\s에례])|군데|가지|단계|쪽|장(?=[\s의을])|반(?=[\s이])|박|표|승|패|연패|연승|km|㎞|KM|m\b|cm|kg|ha\b|GB|MB)"
)
_NUMBER_ENDS = rf"(?![\d-]|[.,:/]\d|\.\s?\d|\s?[~∼]\s?\d|\s?{_COUNTED})"
_BUILDING = (
    "아파트 빌라 오피스텔 빌딩 타워 센터 맨션 연립 상가 플라자 프라자 스퀘어 하우스 캐슬 자이 푸르지오 래미안 힐스테이트 아이파크 더샵 주공 팰리스 타운 "
    "단지 회관 청사 시티 파크 빌 하이츠 마을 주택 힐 편한세상 호텔 병원 학교 대학교 공장 별관 본관 신관 사옥 밸리 몰 코아 리버 스테이 컨벤시아 위브 데시앙 "
    "꿈에그린 포레 뷰 베르디움 스위첸 리슈빌 블루밍 어울림 휴먼시아 아트빌 원룸 고시원 기숙사 생활관 벤처 프라임 테크노 메트로 트윈 역 우체국"
).split()


class _Patterns(NamedTuple):
    """See `_patterns`."""

    anchor: re.Pattern[str]
    flat: re.Pattern[str]
    road: re.Pattern[str]
    lot: re.Pattern[str]
    region: re.Pattern[str]
    details: re.Pattern[str]
    neighbourhood: re.Pattern[str]
    postcode: re.Pattern[str]
    postcode_label: re.Pattern[str]
    romanised: re.Pattern[str]


_WORD_ENDS = r"(?=(?:에서?|으로|로|의|이|가|은|는|을|를|와|과|입니다|이고|이며|까지|부터|옆|앞|뒤)?(?![가-힣]))"
_GAP = r"(?:[ \t]{0,2}\n?[ \t]{0,3}|,[ ]?)"


@cache
def _patterns() -> _Patterns:
    """`anchor`: where a number follows a road or village; `road`, `lot`: end at the anchor; `region`: the levels above."""
    town = r"(?:[가-힣]{1,5}[읍면])"
    district = one_of(SIGUNGU)
    province = one_of(PROVINCES)
    region = (
        rf"(?:(?<![가-힣])|(?<=주소)|(?<=소재지)|(?<=거주지)|(?<=배송지)|(?<=장소)|(?<=주소지)|(?<=위치))(?:대한민국[ ])?(?:(?P<province>{province})(?![시군구]){_GAP})?(?P<district>{district}{_GAP}|{one_of(BARE_CITIES)}[ ](?=[가-힣]{{1,4}}[구읍면동리로길])){{0,2}}"
        rf"(?:{town}{_GAP})?"
    )
    unit = r"(?:(?:[A-Za-z가-하]|제?\d{1,4}|(?:지하|지상|B)[ ]?\d{1,2}|지하)[ ]?(?:동(?!안|네|시)|호(?![선점])|층(?!짜리)|관(?!리|련))|(?:[A-Za-z]|제?\d{1,4})동(?=\d))"
    name = rf"[가-힣A-Za-z0-9·&]{{0,14}}{one_of(_BUILDING)}(?:[ ]?(?:[A-Z](?![A-Za-z])[동관]?|제?\d{{1,3}}(?:단지|동|관|차)(?![가-힣])))?{_WORD_ENDS}"
    units = rf"(?:{unit}(?:-\d{{1,4}}호?)?(?:[ ,]{{0,2}}(?={unit}))?){{1,4}}"
    detail = rf"[ ]?,?[ ]{{0,2}}\n?[ ]{{0,2}}(?:{units}(?:[ ]{name})?|(?<=[ ])[가-힣A-Za-z0-9·&]{{2,14}}[ ]{units}|{name}(?:[ ]{name})?(?:,?[ ]{units}|[ ](?:인근|부근|일대|맞은편))?)"
    return _Patterns(
        anchor=re.compile(r"[로길동리가읍면](?=[ ]{0,2}(?:지하[ ]?|산[ ]?)?\d)"),
        flat=re.compile(r"[0-9][0-9]{0,3}[ ]?동[ ]{0,2}(?:제?\d{1,2}층[ ]?)?\d{1,4}[ ]?호(?![선실차점봉])"),
        road=re.compile(
            r"(?:[가-힣A-Za-z·]{1,11}\d{0,3}[가-힣]{0,3}(?:대로|로|길)|[가-힣]{1,8}\d{0,3}[로길][ ]?\d{1,4}[가-하]?번?[가-하]?길)$"
        ),
        lot=re.compile(
            r"(?:[가-힣]{1,6}(?:\d[\d.·,]{0,4})?동(?:\d{1,2}가)?|[가-힣]{1,5}(?:로|동)?\d가|[가-힣]{1,6}\d{0,2}리)$"
        ),
        region=re.compile(region),
        details=re.compile(
            rf"(?:{detail})?(?:[ ]?\((?:[가-힣0-9]{{1,8}}[동가리읍면])(?:,[ ]?[^()\n]{{1,24}})?\)(?:[ ,]{{0,2}}{units})?)?"
        ),
        neighbourhood=re.compile(r"\([가-힣0-9]{1,8}[동가리읍면][),]"),
        postcode=re.compile(r"(?:\(?(?:우|우편번호)?\)?[ :]{0,2}[\[(]?(?:\d{5}|\d{3}-\d{3})[\])]?,?[ \n]{1,2})$"),
        postcode_label=re.compile(
            r"(?:우편\s?번호|우\)|\(우|zip\s?code|postal\s?code)[\s:：은는)\]]{0,4}(\d{5}|\d{3}-\d{3})(?![\d-])", re.IGNORECASE
        ),
        romanised=re.compile(
            r"(?:(?:#?\d{1,4}(?:-\d{1,4})?(?:ho|F)?,[ ])?(?:[A-Z][A-Za-z]{1,15}[ ]){0,3},?[ ]?)?\d{1,4}(?:-\d{1,4})?,?[ ][A-Z][A-Za-z-]{1,20}(?:[ ]?\d{1,3})?(?:beon)?-?(?:ro|daero|gil|dong|ga|ri)"
            r"(?:[ ]?\d{1,3}(?:beon)?-gil)?,[ ](?:[A-Z][a-z]{1,12}-(?:myeon|eup|dong),[ ])?[A-Z][a-z]{1,14}-(?:gu|si|gun)(?:,[ ][A-Z][a-z]{2,14}(?:-(?:si|do))?){0,2}(?:[ ]\d{5})?"
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Address:
    """Addresses with a building, lot or flat, and postal codes; see the module docstring."""

    entity: ClassVar[str] = "KR_ADDRESS"
    trigger: ClassVar[str] = "digit"

    def find(self, text: str) -> Iterator[Span]:
        """Every address, the longest reading of each."""
        patterns = _patterns()
        done = 0
        found_ranges: list[tuple[int, int]] = []
        for anchor in patterns.anchor.finditer(text):
            if anchor.end() <= done:
                continue
            found = _read_address(text, anchor.end(), floor=done)
            if found is not None:
                yield Span(*found, self.entity, 0.9)
                found_ranges.append(found)
                done = found[1]
        yield from self._find_flats(text, found_ranges)
        if "우편" in text or "우)" in text or "(우" in text or "ode" in text or "ZIP" in text:
            for match in patterns.postcode_label.finditer(text):
                yield Span(*match.span(1), self.entity, 0.85)
        if "-gu" in text or "-si" in text or "-gun" in text:
            for match in patterns.romanised.finditer(text):
                yield Span(*match.span(), self.entity, 0.85)

    def _find_flats(self, text: str, taken: list[tuple[int, int]]) -> Iterator[Span]:
        """Flats without a lot or road number (은마아파트 12동 304호) outside the ranges in `taken`, which ascend."""
        next_taken = 0
        for match in _patterns().flat.finditer(text):
            if match.start() and (text[match.start() - 1].isdigit() or text[match.start() - 1] in "-."):
                continue
            while next_taken < len(taken) and taken[next_taken][1] <= match.start():
                next_taken += 1
            if next_taken < len(taken) and taken[next_taken][0] < match.end():
                continue
            start = _start_of_complex(text, match.start())
            if start is not None:
                yield Span(start, match.end(), self.entity, 0.85)


def _read_address(text: str, at: int, *, floor: int) -> tuple[int, int] | None:
    """The range of the address whose road or village name ends at `at`, if it is one; it begins not before `floor`."""
    number = _number().match(text, at)
    if number is None:
        return None
    patterns = _patterns()
    window = max(floor, at - _REACH)
    before = text[window:at]
    name = patterns.road.search(before) or patterns.lot.search(before)
    town = None if name else re.search(r"[가-힣]{1,5}[읍면]$", before)
    name = name or town
    if name is None:
        return None
    is_lot = before[-1] not in "로길"
    start, has_region = _start_of_region(before, name)
    if start is None:
        return None
    last = re.split(r"\s", before[name.start() :].strip())[-1]
    end = _end_of_details(text, number.end())
    if not has_region and not _is_known_by_other_means(text, window + start, number, end, name=last, is_lot=is_lot):
        return None
    if last.endswith("으로") or ((last in _NOT_ROADS or last in _NOT_NEIGHBOURHOODS) and end == number.end()):
        return None
    return _with_postcode(text, window + start, floor), end


@cache
def _number() -> re.Pattern[str]:
    """The number of a building or lot behind its road or village."""
    return re.compile(
        rf"(?:[ ]{{0,2}}\d{{1,4}}[가-하]?번?[가-하]?길|[ ]?\d가)?[ ]{{0,2}}(?:지하[ ]?|산[ ]?)?(?!\d가(?![가-힣]))(?!\d가[에역의는로])[1-9]\d{{0,3}}(?:[ ]?-[ ]?[1-9]\d{{0,3}})?(?:[ ]?번지(?:[ ]?\d{{1,3}}호)?|(?:[ ]?외[ ]\d필지)?){_NUMBER_ENDS}"
    )


def _start_of_region(before: str, name: re.Match[str]) -> tuple[int | None, bool]:
    """Offset in `before` at which the address begins, and whether a city, county or district is part of it."""
    # The name pattern has no blanks and may have swallowed a region written without them (강남구테헤란로).
    best: tuple[int, bool] | None = None
    for match in _patterns().region.finditer(before):
        reached = match.end()
        if match.end() == match.start() or not _reaches(before, reached, name):
            continue
        # A province is large: 경기 or 강원 in front of a word on 로 proves nothing, 서울 does.
        province = match["province"] or ""
        if match["district"] or province.startswith(_METROPOLITAN) or (province and before[-1] not in "로길"):
            best = (match.start(), True)
            break
    if best is None:
        return name.start(), False
    return best


def _reaches(before: str, reached: int, name: re.Match[str]) -> bool:
    """Whether nothing but the name of the road or village (and a village above it) stands behind the region."""
    between = before[reached:]
    if reached > name.start():
        return len(between) >= 2
    gap = before[reached : name.start()].strip()
    return (
        gap == ""
        or re.fullmatch(r"(?:[가-힣]{1,6}[읍면동리가로길]|[가-힣]{1,4}\d?동|일원|소재)(?:\s[가-힣]{1,6}[리동])?", gap)
        is not None
    )


def _is_known_by_other_means(text: str, start: int, number: re.Match[str], end: int, *, name: str, is_lot: bool) -> bool:
    """Whether a road or village without a region in front is an address: by label, flat, neighbourhood or 번지."""
    if name in _NOT_ROADS or name in _NOT_NEIGHBOURHOODS or len(name) < 3:
        return False
    left = squeeze(text[max(0, start - 24) : start])
    if re.search(rf"{one_of(_LABELS)}[^가-힣a-z]{{0,3}}$|{one_of(_LABELS)}[은는:]$", left):
        return True
    if is_lot:
        return "번지" in number[0]
    tail = text[number.end() : end]
    return re.search(r"\d[ ]?[층호]", tail) is not None or _patterns().neighbourhood.search(tail) is not None


def _end_of_details(text: str, at: int) -> int:
    """Offset behind building, flat and the neighbourhood in brackets that follow the number ending at `at`."""
    match = _patterns().details.match(text, at, at + 90)
    return at if match is None else match.end()


def _with_postcode(text: str, start: int, floor: int) -> int:
    """`start`, or where a postal code directly in front of it begins."""
    window = max(floor, start - 20)
    match = _patterns().postcode.search(text[window:start])
    if match is None:
        return start
    code = re.search(r"\d", match[0])
    before = window + match.start() + (code.start() if code else 0)
    if before and text[before - 1].isdigit():
        return start
    return before


def _start_of_complex(text: str, at: int) -> int | None:
    """Where the name of the apartment building (and its region) in front of the flat at `at` begins; None without one."""
    window = max(0, at - _REACH)
    before = text[window:at]
    name = re.search(rf"(?:[가-힣A-Za-z0-9·]{{0,12}}{one_of(_BUILDING)}[ ]?)(?:(?:제?\d{{1,2}})(?:단지|차)[ ]?)?$", before)
    start = at if name is None else window + name.start()
    region = [match for match in _patterns().region.finditer(before) if match.end() > match.start()]
    if region:
        between = before[region[-1].end() : start - window].strip()
        if re.fullmatch(r"(?:[가-힣0-9]{1,7}[읍면동리가로길])?(?:\s?[가-힣A-Za-z0-9]{1,10})?", between):
            return window + region[-1].start()
    if name is not None:
        village = re.search(r"[가-힣]{1,5}\d?[동리][ ]$", before[: name.start()])
        return window + (village.start() if village and len(village[0]) > 2 else name.start())
    if re.search(rf"{one_of(_LABELS)}[^가-힣a-z]{{0,3}}$|{one_of(_LABELS)}[은는:]$", squeeze(before)[-16:]):
        return at
    return (
        at
        if re.match(r"[ ]?(?:에\s?(?:사는|거주|살)|입주민|주민|세대주)", text[at + len(_flat_at(text, at)) : at + 40])
        else None
    )


def _flat_at(text: str, at: int) -> str:
    """The flat that begins at `at`."""
    match = _patterns().flat.match(text, at)
    return "" if match is None else match[0]
