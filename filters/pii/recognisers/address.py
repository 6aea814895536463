"""Korean addresses down to the building or lot.

Formats (Road Name Address Act; act on the establishment and management of spatial data for lots): road form ``서울특별시
강남구 테헤란로 123, 4층 501호 (역삼동)``, lot form ``전라북도 전주시 완산구 효자동1가 123-4``, each with the province
shortened or left out, apartments by building and flat (``101동 1502호``), the romanised road form (``123 Teheran-ro,
Gangnam-gu, Seoul``), postal codes of five (since 2015) or six digits behind their label or in front of an address.

Enters: the folded text; leaves: spans from the postal code or the first region to the last detail. The search starts at what
every address has, the syllable of a road or village with a number behind it, and reads backwards for the region: ``서울
강남구에서`` alone costs nothing and is no personal data. Without a city, county or district in front there must be a label
(주소:), a flat or a neighbourhood in brackets. Numbers that count (3명, 2번 출구, 5개) end no address.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from filters.pii.address_patterns import LONGEST_COMPLEX, MAX_DETAILS, REACH, address_patterns
from filters.pii.alternation import word_list
from filters.pii.context import squeeze
from filters.pii.shape import ascii_shape
from filters.pii.span import Span

_METROPOLITAN = ("서울", "부산", "대구", "인천", "광주", "대전", "울산", "세종", "제주")
_LONGEST_NAME = 20
"""Longest name of a road with its branch, or of a village, in characters."""

_NOT_PLACES = frozenset(
    word_list("""
    도로 경로 진로 선로 통로 철로 수로 회로 항로 바로 서로 새로 별로 따로 홀로 대로 그대로 이대로 주로 실제로 때로 스스로 함부로
    대표로 최초로 추가로 별도로 무료로 유료로 주소로 번호로 전화로 차로 버스로 기차로 택시로 도보로 하루로 이하로 정도로 순서로
    차례로 종류로 형태로 상태로 규모로 결과로 이유로 위주로 단위로 홈페이지로 사이트로 뒤로 앞으로 위로 아래로 가로 세로 기로
    제로 배로 본사로 지사로 학교로 국가로 후보로 상대로 토대로 뜻대로 마음대로 제대로 차대로 반대로 예로 수도로 평가로 조사로
    통계로 차선로 자체로 전체로 세계로 시대로 하나로 둘로 나라로 고속도로 길 산길 골목길 지름길 등산길 물길 찻길 발길 눈길 손길
    빗길 앞길 뒷길 오르막길 가는길 오시는길 출근길 퇴근길 귀갓길 고갯길
    운동 활동 이동 자동 행동 노동 감동 변동 작동 공동 진동 충동 연동 구동 가동 합동 수동 아동 부동 소동 출동 동동 유동 전동 기동
    파동 율동 격동 준동 관리 처리 정리 심리 원리 권리 논리 수리 요리 우리 거리 자리 소리 머리 다리 허리 분리 승리 유리 의리 무리
    조리 계리 대리 총리 금리 비리 마리 서리 진리 물리 윤리 독립 도리 보리 오리 사리 꼬리 뿌리 고리 여리 미리 빨리 멀리 널리 평가
    추가 증가 국가 참가 허가 인가 물가 원가 주가 시가 단가 대가 전문가 작가 화가 정가 가가 유가 휴가 분가 읍면동 행정동 법정동
    해당동
    """)
)
"""Words that end like a road or a village."""


_POSTCODE_SIGN = re.compile(r"우[편)]|\(우")
_ROMANISED_SIGNS = (b"-gu,", b"-si,", b"-gun,")


@dataclass(frozen=True, kw_only=True)
class Address:
    """Addresses with a building, lot or flat, and postal codes; see the module docstring."""

    entity: ClassVar[str] = "KR_ADDRESS"
    trigger: ClassVar[str] = "digit"

    def find(self, text: str) -> Iterator[Span]:
        """Every address, the longest reading of each."""
        patterns = address_patterns()
        found: list[tuple[int, int]] = []
        for anchor in patterns.anchor.finditer(text):
            done = found[-1][1] if found else 0
            if anchor.end() <= done:
                continue
            address = _read_address(text, anchor.end(), floor=done)
            if address is not None:
                found.append(address)
                yield Span(*address, self.entity, 0.9)
        for flat in _flats(text, found):
            yield Span(*flat, self.entity, 0.85)
        shape = ascii_shape(text)
        if _POSTCODE_SIGN.search(text) or b"zip" in shape or b"ostal" in shape:
            for match in patterns.labelled_postcode.finditer(text):
                yield Span(*match.span(1), self.entity, 0.85)
        if any(sign in shape for sign in _ROMANISED_SIGNS):
            for match in patterns.romanised.finditer(text):
                yield Span(*match.span(), self.entity, 0.85)


def _read_address(text: str, at: int, *, floor: int) -> tuple[int, int] | None:
    """The range of the address whose road or village name ends at `at`, if it is one; it begins not before `floor`."""
    patterns = address_patterns()
    if patterns.name_like.search(text, max(0, at - 8), at) is None:
        return None
    number = patterns.number.match(text, at)
    if number is None:
        return None
    nearest = max(floor, at - _LONGEST_NAME)
    ending = text[at - 1]
    kind = patterns.road if ending in "로길" else patterns.town if ending in "읍면" else patterns.lot
    name = kind.search(text, nearest, at)
    if name is None:
        return None
    window = max(floor, at - REACH)
    region = _start_of_region(text[window:at], name.start() - window)
    start = name.start() if region is None else window + region
    place = name[0].split()[-1]
    if place.endswith("으로") or (region is None and (place in _NOT_PLACES or len(place) < 3)):
        return None
    is_labelled = region is None and patterns.label.search(squeeze(text[max(0, start - 24) : start])) is not None
    if region is None and not is_labelled and place[-1] not in "로길" and "번지" not in number[0]:
        return None
    details = patterns.details.match(text, number.end(), number.end() + MAX_DETAILS)
    end = number.end() if details is None else details.end()
    if place in _NOT_PLACES and end == number.end():
        return None
    if region is None and not is_labelled and place[-1] in "로길" and not _has_flat(text[number.end() : end]):
        return None
    return _with_postcode(text, start, floor), end


def _has_flat(details: str) -> bool:
    """Whether the details of a road and a number without a region show that they are an address."""
    return re.search(r"\d[ ]?[층호]", details) is not None or address_patterns().neighbourhood.search(details) is not None


def _start_of_region(before: str, name_start: int) -> int | None:
    """Offset in `before` of the city, county or district that belongs to the place named from `name_start` on, if any."""
    if address_patterns().level.search(before) is None:
        return None
    for match in address_patterns().region.finditer(before):
        if match.end() == match.start() or not _reaches(before, match.end(), name_start):
            continue
        # A province is large: 경기 or 강원 in front of a word on 로 proves nothing, 서울 does.
        province = match["province"] or ""
        if match["district"] or province.startswith(_METROPOLITAN) or (province and before[-1] not in "로길"):
            return match.start()
    return None


def _reaches(before: str, end_of_region: int, name_start: int) -> bool:
    """Whether nothing but the name of the place (and of a village above it) stands behind the region."""
    # The name has no blanks and may have swallowed a region that is written without them (강남구테헤란로).
    if end_of_region > name_start:
        return len(before) - end_of_region >= 2
    gap = before[end_of_region:name_start].strip()
    village = r"(?:[가-힣]{1,6}[읍면동리가로길]|[가-힣]{1,4}\d?동|일원|소재)(?:\s[가-힣]{1,6}[리동])?"
    return gap == "" or re.fullmatch(village, gap) is not None


def _with_postcode(text: str, start: int, floor: int) -> int:
    """`start`, or where a postal code directly in front of it begins."""
    window = max(floor, start - 20)
    match = address_patterns().postcode.search(text[window:start])
    if match is None:
        return start
    code = window + match.start("code")
    return start if code and text[code - 1].isdigit() else code


def _flats(text: str, taken: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Ranges of flats without a lot or road number (은마아파트 12동 304호) outside those in `taken`, which ascend."""
    if address_patterns().flat_sign.search(text) is None:
        return
    next_taken = 0
    for flat in address_patterns().flat.finditer(text):
        if flat.start() and (text[flat.start() - 1].isdigit() or text[flat.start() - 1] in "-."):
            continue
        while next_taken < len(taken) and taken[next_taken][1] <= flat.start():
            next_taken += 1
        if next_taken < len(taken) and taken[next_taken][0] < flat.end():
            continue
        start = _start_of_complex(text, flat)
        if start is not None:
            yield start, flat.end()


def _start_of_complex(text: str, flat: re.Match[str]) -> int | None:
    """Where the name of the building in front of `flat`, or its region, begins; None where nothing shows an address."""
    patterns = address_patterns()
    at = flat.start()
    window = max(0, at - REACH)
    before = text[window:at]
    # Only the last twelve characters can end the name: twelve in front of its ending, and a numbered section behind.
    may_be_named = patterns.building.search(before, max(0, at - window - LONGEST_COMPLEX // 2)) is not None
    name = patterns.complex.search(before, max(0, at - window - LONGEST_COMPLEX)) if may_be_named else None
    start = len(before) if name is None else name.start()
    for region in patterns.region.finditer(before) if patterns.level.search(before) else ():
        between = before[region.end() : start].strip()
        is_region = region.end() > region.start() and (region["district"] or region["province"])
        if is_region and re.fullmatch(r"(?:[가-힣0-9]{1,7}[읍면동리가로길])?(?:\s?[가-힣A-Za-z0-9]{1,10})?", between):
            return window + region.start()
    if name is not None:
        village = re.search(r"[가-힣]{2,5}\d?[동리][ ]$", before[:start])
        return window + (start if village is None else village.start())
    is_home = re.match(r"[ ]?(?:에\s?(?:사는|거주|살)|입주민|주민|세대주)", text[flat.end() : flat.end() + 12])
    return at if is_home or patterns.label.search(squeeze(before)[-16:]) else None
