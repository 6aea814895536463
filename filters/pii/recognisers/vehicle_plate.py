"""Vehicle registration plates of Korea.

Format (Ministry of Land, Infrastructure and Transport, notice on the standards of registration plates): two digits, since
September 2019 three, one syllable for the use, four digits: ``12가3456``, ``123가4567``. Plates before 2004 have the region
in front (``서울 1가 2345``, ``경기12나3456``), commercial ones to this day (``서울32바1234``). The syllables: private use
가-마, 거-저, 고-조, 구-주; commercial 바 사 아 자; delivery 배; hire 하 허 호; military 국 합 육 해 공. Diplomatic plates are
``외교 012-345``. The four digits are never 0000.

Enters: the folded text; leaves: spans over region, digits and syllable. The syllables are also particles, counters and the
letters of court cases (``98다1234``), so blanks inside and the ambiguous syllables need a word about vehicles near by.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from filters.pii.alternation import word_list
from filters.pii.context import has_context
from filters.pii.shape import ascii_shape
from filters.pii.span import Span

_REGIONS = "서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주"
_LETTERS = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자배하허호"
_RARE_LETTERS = "국합육해공차카타파"
_COUNTERS = frozenset("조도로부주호구자배고소수사서모보오하해공국차합육카타파")
"""Syllables that are also counters, particles or numbers: not enough on their own once there is a blank."""

_VEHICLE_WORDS = word_list("""
    차량 자동차 번호판 차번 차주 승용차 승합차 화물차 트럭 택시 버스 렌터카 렌트카 주차 운전 견인 입차 출차 뺑소니 오토바이
    이륜차 과속 도난차 블랙박스 세차 정비소 카센터 쏘나타 소나타 그랜저 아반떼 카니발 싼타페 산타페 쏘렌토 투싼 스포티지
    제네시스 모닝 레이 포터 봉고 스타렉스 스타리아 팰리세이드 테슬라 벤츠 bmw 아우디 suv 건설기계 굴착기 지게차 차는 제차
    내차 앞차 뒤차 옆차 중고차 차종 차빼 차를빼 이동주차 하이패스 통행료 licenseplate platenumber vehicle
""")
_COURT_WORDS = word_list("""
    판결 선고 결정 대법원 법원 헌재 사건 전원합의체 참조 판례 병합 재판 고법 지법 심결
""")
_COUNTED = "년|월|개|명|건|회|번|점|권|장|편|동|층|호|세대|가구"
_UNIT = (
    r"(?![0-9]|[,.:][0-9]|-[0-9]|\s?(?:원|만|억|천|백|%|퍼센트|킬로|미터|달러|㎡|여\s|페이지|쪽|판결|호\s?판결)"
    rf"|(?:{_COUNTED})(?:[^가-힣]|[은는이가을를의도와과에로]|$))"
)
"""What follows the digits of a quantity."""


@cache
def _plate() -> re.Pattern[str]:
    return re.compile(
        rf"[0-9](?<![0-9].)(?<![0-9][,.:/-].)[0-9]{{0,2}}(?P<blank>[ ]?)(?P<letter>[{_LETTERS}{_RARE_LETTERS}])"
        rf"(?P<second>[ -]?)(?P<serial>[0-9]{{4}}){_UNIT}"
    )


_KINDS = bytes(
    ord("0") if chr(code).isdigit() else code if chr(code) in " -" else ord("h") if chr(code) == "?" else ord(".")
    for code in range(256)
)
"""For `bytes.translate`: digits as 0, what is not ASCII (and the question mark) as h."""
_SIGNS = tuple(f"0{first}h{second}0000".encode() for first in ("", " ") for second in ("", " ", "-"))
"""What every plate looks like then."""


def _may_have_plate(text: str) -> bool:
    kinds = ascii_shape(text).translate(_KINDS)
    return any(sign in kinds for sign in _SIGNS)


_OTHER_SIGN = re.compile("이륜차|오토바이|번호판|차량|외교|영사")


@cache
def _region() -> re.Pattern[str]:
    """A region at the end of what stands in front of the digits."""
    return re.compile(rf"(?:^|[^가-힣]|차량|번호|자동차)({_REGIONS})[ ]?$")


@cache
def _diplomatic_or_two_wheeled() -> re.Pattern[str]:
    """Found only with a word about vehicles near by."""
    diplomatic = r"(?:외교|영사|준외|준영|국기|협정|대표)[ ]?\d{3}-\d{3}(?!\d|-)"
    two_wheeled = rf"(?:{_REGIONS})[ ]?[가-힣]{{2,3}}[ ]?[가나다라마바사아자차카타파하거너더러머버서어저][ ]?\d{{4}}{_UNIT}"
    return re.compile(rf"(?:{diplomatic}|{two_wheeled})")


@dataclass(frozen=True, kw_only=True)
class VehiclePlate:
    """Registration plates; see the module docstring."""

    entity: ClassVar[str] = "KR_VEHICLE_PLATE"
    trigger: ClassVar[str] = "digit"

    def find(self, text: str) -> Iterator[Span]:
        """Every plate, with its region where it has one."""
        for match in _plate().finditer(text) if _may_have_plate(text) else ():
            region = _region().search(text[max(0, match.start() - 8) : match.start()])
            start = match.start() if region is None else match.start() - len(region[0]) + region.start(1) - region.start()
            score = _score(text, match, start)
            if score:
                yield Span(start, match.end(), self.entity, score)
        if _OTHER_SIGN.search(text) is None:
            return
        for match in _diplomatic_or_two_wheeled().finditer(text):
            if has_context(text, match.start(), match.end(), _VEHICLE_WORDS) and match[0][-4:] != "0000":
                yield Span(match.start(), match.end(), self.entity, 0.8)


def _score(text: str, match: re.Match[str], start: int) -> float:
    """How sure a match of the general form is, with its region from `start` on; 0 where it is no plate."""
    blank, letter, second_blank, serial = match.group("blank", "letter", "second", "serial")
    digits = match[0][: match.start("blank") - match.start()]
    end = match.end()
    has_region = start < match.start()
    before = text[max(0, start - 1) : start]
    if serial == "0000" or before == "제" or (before.isascii() and before.isalpha()):
        return 0.0
    in_context = has_context(text, start, end, _VEHICLE_WORDS, before=30, after=14)
    if len(digits) == 1:
        return 0.8 if has_region and (in_context or letter not in _COUNTERS) else 0.0
    # The years 1949-2002 in two digits with a letter and a number name a court case.
    is_court_form = len(digits) == 2 and (int(digits) >= 48 or int(digits) <= 3) and not has_region
    if (
        is_court_form
        and has_context(text, start, end, _COURT_WORDS, before=60, after=40)
        and "차량" not in text[max(0, start - 8) : start]
    ):
        return 0.0
    if in_context:
        return 0.95
    if has_region:
        return 0.85 if letter not in _COUNTERS or not blank else 0.0
    if letter in _RARE_LETTERS or letter == "조" or second_blank == "-":
        return 0.0
    if not blank and not second_blank:
        return 0.8
    return 0.7 if not blank and letter not in _COUNTERS and _stands_alone(text, start, end) else 0.0


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether the match begins a word and is not followed by a counter or another number."""
    return (start == 0 or not text[start - 1].isalnum()) and re.match(
        r"\s?\d|[A-Za-z~]|\s[가-힣]{0,2}원", text[end : end + 6]
    ) is None
