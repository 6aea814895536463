"""The regular expressions for the parts of Korean addresses.

Enters: nothing. Leaves: `AddressPatterns`, compiled once. All of them are linear: every repetition is bounded or of one class
of characters, and those that end in `$` are searched in windows of `REACH` characters.
"""

import re
from functools import cache
from typing import NamedTuple

from filters.pii.alternation import one_of, word_list
from filters.pii.korean_places import BARE_CITIES, PROVINCES, SIGUNGU

LONGEST_COMPLEX = 24
"""Longest name of a building in front of a flat, with what may stand between, in characters."""

REACH = 48
"""How far in front of its number an address may begin, in characters."""

MAX_DETAILS = 90
"""Longest tail behind the number of a building, in characters."""

LABELS = word_list("""
    주소 소재지 거주지 배송지 자택 본적 등록기준지 주소지 사는곳 받는곳 보내는곳 도착지 사업장 본점 현주소 거소 송달장소 배달지
    집주소 소재 위치 오시는길 찾아오시는길 발송지 수령지 장소 address 거주
""")
"""Words that announce an address, without blanks."""

_BUILDINGS = word_list("""
    아파트 빌라 오피스텔 빌딩 타워 센터 맨션 연립 상가 플라자 프라자 스퀘어 하우스 캐슬 자이 푸르지오 래미안 힐스테이트 아이파크
    더샵 주공 팰리스 타운 단지 회관 청사 시티 파크 빌 하이츠 마을 주택 힐 편한세상 호텔 병원 학교 대학교 공장 별관 본관 신관
    사옥 밸리 몰 코아 리버 스테이 컨벤시아 위브 데시앙 꿈에그린 포레 뷰 베르디움 스위첸 리슈빌 블루밍 어울림 휴먼시아 아트빌
    원룸 고시원 기숙사 생활관 벤처 프라임 테크노 메트로 트윈 역 우체국
""")
"""What the names of buildings end in."""

_COUNTED = "(?:{})".format(
    "|".join(
        (
            r"번\s?출구|[가-하]?번?[가-하]?길|호선|번(?!지|길)|개|명|년|월|일(?![대원])|시(?=[\s에부까쯤경,.]|$)|시간",
            r"분(?=[\s에거간의이,.]|$)",
            r"초\b|원|만|억|천|조\s?원|%|퍼센트|킬로|미터|평|㎡|차선|차로|세대|가구|위(?![치층])|회|배(?!송)|곳|건(?!물)|대(?![표문])|점",
            r"인(?![데지근])|주년|권(?!역)|공구|지구|구역|필지|종(?!점)|석|살|세(?!대)|조(?=\s|의|에|제)|항|층|학년|학기|등(?=급|을)|여\s",
            r"차례|차(?=[\s에례])|군데|가지|단계|쪽|장(?=[\s의을])|반(?=[\s이])|박|표|승|패|연패|연승",
            r"km|㎞|KM|m\b|cm|kg|ha\b|GB|MB",
        )
    )
)
"""What makes a number a count and no building."""

_WORD_ENDS = r"(?=(?:에서?|으로|로|의|이|가|은|는|을|를|와|과|입니다|이고|이며|까지|부터|옆|앞|뒤)?(?![가-힣]))"
_GAP = r"(?:[ \t]{0,2}\n?[ \t]{0,3}|,[ ]?)"


class AddressPatterns(NamedTuple):
    """One pattern for each part.

    `anchor`: the last syllable of a road or village with a number behind it; `name_like`: the least that is a name; `number`:
    what is behind it, where that is a building or lot; `road`, `lot`, `town`: names that end at the anchor; `level`: the name
    of a level above; `region`: the levels above, with the groups `province` and `district`; `details`: building, flat and
    neighbourhood behind the number; `flat_sign`: what every flat has, quick to look for; `flat`: 101동 1502호; `building`: what
    names of buildings end in; `complex`: the name of a building in front of a flat; `postcode`: a code in front of an
    address; `labelled_postcode`: one behind its label; `label`: a word that announces an address at the end of squeezed text;
    `romanised`: the road form in Latin letters.
    """

    anchor: re.Pattern[str]
    name_like: re.Pattern[str]
    number: re.Pattern[str]
    road: re.Pattern[str]
    lot: re.Pattern[str]
    town: re.Pattern[str]
    level: re.Pattern[str]
    region: re.Pattern[str]
    details: re.Pattern[str]
    neighbourhood: re.Pattern[str]
    flat_sign: re.Pattern[str]
    flat: re.Pattern[str]
    building: re.Pattern[str]
    complex: re.Pattern[str]
    postcode: re.Pattern[str]
    labelled_postcode: re.Pattern[str]
    label: re.Pattern[str]
    romanised: re.Pattern[str]


@cache
def address_patterns() -> AddressPatterns:
    """All of them."""
    label = one_of(LABELS)
    return AddressPatterns(
        anchor=re.compile(r"[로길동리가읍면](?=[ 지산0-9])(?=[ ]{0,2}(?:지하[ ]?|산[ ]?)?[0-9])"),
        name_like=re.compile(r"[가-힣]{2}|[3-8][.·]\d{1,2}[로길]"),
        number=re.compile(_number()),
        road=re.compile(
            # The look ahead holds for every road; it gives up at once where one cannot begin, in rows of roads.
            r"(?:(?=[^\d]{1,13}+(?:\d{1,4}+[^\d]{0,5}+){0,2}+$)[가-힣A-Za-z·]{1,11}|[3-8][.·]\d{1,2}(?=[로길]))(?:\d{1,3}[가-힣]{0,3})?"
            r"(?:[로길]|(?<=[로길])[ ]?\d{1,4}[가-하]?번?[가-하]?길)$"
        ),
        lot=re.compile(
            r"(?=[가-힣]{1,8}+(?:[\d.·,]{1,5}+[가-힣]?+){0,2}+$)(?:[가-힣]{1,6}(?:\d[\d.·,]{0,4})?동(?:\d{1,2}가)?|[가-힣]{1,5}(?:로|동)?\d가|[가-힣]{1,6}\d{0,2}리)$"
        ),
        town=re.compile(r"[가-힣]{1,5}[읍면]$"),
        level=re.compile(one_of((*PROVINCES, *SIGUNGU, *BARE_CITIES))),
        region=re.compile(_region()),
        details=re.compile(_details()),
        neighbourhood=re.compile(r"\([가-힣0-9]{1,8}[동가리읍면][),]"),
        flat_sign=re.compile(r"동(?:(?<=[0-9].)|(?<=[0-9] .))[ 제층0-9]{2,13}호"),
        flat=re.compile(r"[0-9][0-9]{0,3}[ ]?동[ ]{0,2}(?:제?\d{1,2}층[ ]?)?\d{1,4}[ ]?호(?![선실차점봉])"),
        building=re.compile(one_of(_BUILDINGS)),
        complex=re.compile(rf"(?:[가-힣A-Za-z0-9·]{{0,12}}{one_of(_BUILDINGS)}[ ]?)(?:제?\d{{1,2}}(?:단지|차)[ ]?)?$"),
        postcode=re.compile(r"\(?(?:우|우편번호)?\)?[ :]{0,2}[\[(]?(?P<code>\d{5}|\d{3}-\d{3})[\])]?,?[ \n]{1,2}$"),
        labelled_postcode=re.compile(
            r"(?:우편\s?번호|우\)|\(우|(?i:zip\s?code|postal\s?code))[\s:은는)\]]{0,4}(\d{5}|\d{3}-\d{3})(?![\d-])"
        ),
        label=re.compile(rf"{label}(?:[^가-힣a-z]{{0,3}}|[은는:])$"),
        romanised=re.compile(_romanised()),
    )


def _number() -> str:
    """A building or lot, with the branch road (123번길, 1가) that may stand between."""
    branch = r"(?:[ ]{0,2}\d{1,4}[가-하]?번?[가-하]?길|[ ]?\d가)?"
    suffix = r"(?:[ ]?번지(?:[ ]?\d{1,3}호)?|[ ]외[ ]\d필지)?"
    ends = rf"(?![\d-]|[.,:/]\d|\.\s?\d|\s?[~∼]\s?\d|{_COUNTED})"
    # What counts behind a blank must be a whole word (12 배, but 12 배합비), and hardly follows two numbers (51-20 표).
    blank_ends = rf"(?!\s(?:{_COUNTED})(?:[^가-힣]|[은는이가을를의도와과에로]|$))"
    lot = rf"[1-9]\d{{0,3}}(?:[ ]?-[ ]?[1-9]\d{{0,3}}{suffix}|{suffix}{blank_ends}){ends}"
    # 종로 3가에서: the third section of Jongno, no building.
    return rf"{branch}[ ]{{0,2}}(?:지하[ ]?|산[ ]?)?(?!\d가(?![가-힣]))(?!\d가[에역의는로]){lot}"


def _region() -> str:
    """Province, city, county, district and town, each of them optional."""
    label = r"(?<=[소지치])(?:(?<=주소)|(?<=소재지)|(?<=거주지)|(?<=배송지)|(?<=주소지)|(?<=위치)|(?<=장소))"
    any_level = one_of((*PROVINCES, *SIGUNGU, *BARE_CITIES, "대한민국"))
    # Every level is optional, but nowhere is the pattern empty: thousands of empty matches cost seconds.
    starts = rf"(?:(?<![가-힣])|{label})(?={any_level}|[가-힣]{{1,5}}[읍면])(?:대한민국[ ])?"
    province = rf"(?:(?P<province>{one_of(PROVINCES)})(?![시군구]){_GAP})?"
    bare_city = rf"{one_of(BARE_CITIES)}[ ](?=[가-힣]{{1,4}}[구읍면동리로길])"
    return rf"{starts}{province}(?P<district>{one_of(SIGUNGU)}{_GAP}|{bare_city}){{0,2}}(?:[가-힣]{{1,5}}[읍면]{_GAP})?"


def _details() -> str:
    """Floor, flat and name of the building in the orders in which they are written, and the neighbourhood in brackets."""
    units_end = r"(?:동(?!안|네|시)|호(?![선점])|층(?!짜리)|관(?!리|련))"
    number = r"[A-Za-z가-하]|제?\d{1,4}|(?:지하|지상|B)[ ]?\d{1,2}|지하|\d{1,3}[~∼-]\d{1,3}(?=층)"
    unit = rf"(?:(?:{number})[ ]?{units_end}|(?:[A-Za-z]|제?\d{{1,4}})동(?=\d))"
    units = rf"(?:{unit}(?:-\d{{1,4}}호?)?(?:[ ,]{{0,2}}(?={unit}))?){{1,4}}"
    wing = r"(?:[ ]?(?:[A-Z](?![A-Za-z])[동관]?|제?\d{1,3}(?:단지|동|관|차)(?![가-힣])))?"
    name = rf"[가-힣A-Za-z0-9·&]{{0,14}}{one_of(_BUILDINGS)}{wing}{_WORD_ENDS}"
    named = rf"{name}(?:[ ]{name})?(?:,?[ ]{units}|[ ][가-힣A-Za-z0-9]{{2,10}}[ ]{units}|[ ](?:인근|부근|일대|맞은편))?"
    parts = rf"(?:{units}(?:[ ]{name})?|(?<=[ ])[가-힣A-Za-z0-9·&]{{2,14}}[ ]{units}|{named})"
    neighbourhood = r"[ ]?\((?:[가-힣0-9]{1,8}[동가리읍면])(?:,[ ]?[^()\n]{1,24})?\)"
    return rf"(?:[ ]?,?[ ]{{0,2}}\n?[ ]{{0,2}}{parts})?(?:{neighbourhood}(?:[ ,]{{0,2}}{units})?)?"


def _romanised() -> str:
    """`101-1502, 123-4 Teheran-ro 5-gil, Gangnam-gu, Seoul 06234`."""
    flat = r"(?:#?\d{1,4}(?:-\d{1,4})?(?:ho|F)?,[ ])?(?:[A-Z][A-Za-z]{1,15}[ ,]{1,2}){0,3}"
    road = r"[A-Z][A-Za-z-]{1,20}(?:[ ]?\d{1,3})?(?:beon)?-?(?:ro|daero|gil|dong|ga|ri)(?:[ ]?\d{1,3}(?:beon)?-gil)?"
    town = r"(?:[A-Z][a-z]{1,12}-(?:myeon|eup|dong),[ ])?[A-Z][a-z]{1,14}-(?:gu|si|gun)"
    return (
        rf"{flat}\d{{1,4}}(?:-\d{{1,4}})?,?[ ]{road},[ ]{town}(?:,[ ][A-Z][a-z]{{2,14}}(?:-(?:si|do))?){{0,2}}(?:[ ]\d{{5}})?"
    )
