"""Postal addresses: road name and lot form, from the province or from the district, with and without building details.

Names of provinces, cities and towns are real (public geography); which house is meant is chance.
"""

import random

from .marked import Value

# province: its written forms, then (city or county, its towns)
_PROVINCES: tuple[tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]], ...] = (
    (
        ("서울특별시", "서울시", "서울", "서울특별시"),
        (
            ("강남구", ("역삼동", "대치동", "논현동")),
            ("마포구", ("합정동", "망원동", "공덕동")),
            ("종로구", ("효자동", "명륜동2가", "평창동")),
            ("관악구", ("봉천동", "신림동")),
            ("노원구", ("상계동", "월계동")),
            ("영등포구", ("당산동3가", "문래동", "여의도동")),
            ("성북구", ("길음동", "정릉동")),
        ),
    ),
    (
        ("경기도", "경기", "경기도"),
        (
            ("성남시 분당구", ("정자동", "서현동", "백현동")),
            ("수원시 영통구", ("매탄동", "원천동")),
            ("고양시 일산서구", ("대화동", "주엽동")),
            ("가평군", ("청평면 청평리", "설악면 신천리")),
            ("용인시 처인구", ("모현읍 능원리", "김량장동")),
            ("화성시", ("봉담읍 동화리", "반송동")),
            ("부천시", ("중동", "상동", "심곡동")),
            ("의정부시", ("호원동", "민락동")),
        ),
    ),
    (
        ("부산광역시", "부산시", "부산"),
        (("해운대구", ("우동", "좌동")), ("수영구", ("광안동", "남천동")), ("기장군", ("정관읍 매학리", "일광읍 삼성리"))),
    ),
    (("대구광역시", "대구시", "대구"), (("수성구", ("범어동", "만촌동")), ("달서구", ("월성동", "상인동")))),
    (("인천광역시", "인천시", "인천"), (("연수구", ("송도동", "옥련동")), ("부평구", ("부평동", "삼산동")))),
    (("광주광역시", "광주시", "광주"), (("북구", ("용봉동", "운암동")), ("서구", ("치평동", "화정동")))),
    (("대전광역시", "대전시", "대전"), (("유성구", ("봉명동", "궁동")), ("서구", ("둔산동", "갈마동")))),
    (("울산광역시", "울산"), (("남구", ("삼산동", "무거동")), ("울주군", ("범서읍 구영리",)))),
    (("세종특별자치시", "세종시"), (("", ("보람동", "조치원읍 신흥리", "아름동")),)),
    (
        ("강원특별자치도", "강원도", "강원"),
        (("춘천시", ("퇴계동", "효자동")), ("강릉시", ("교동", "포남동")), ("양양군", ("양양읍 남문리",))),
    ),
    (("충청북도", "충북"), (("청주시 흥덕구", ("복대동", "가경동")), ("충주시", ("연수동",)), ("옥천군", ("옥천읍 금구리",)))),
    (("충청남도", "충남"), (("천안시 서북구", ("불당동", "쌍용동")), ("공주시", ("신관동",)), ("부여군", ("규암면 외리",)))),
    (
        ("전북특별자치도", "전라북도", "전북"),
        (("전주시 완산구", ("효자동2가", "서신동")), ("익산시", ("영등동", "어양동")), ("고창군", ("고창읍 읍내리",))),
    ),
    (
        ("전라남도", "전남"),
        (("순천시", ("조례동", "연향동")), ("여수시", ("학동", "돌산읍 우두리")), ("해남군", ("해남읍 해리",))),
    ),
    (
        ("경상북도", "경북"),
        (("포항시 남구", ("지곡동", "대잠동")), ("경주시", ("황성동", "동천동")), ("안동시", ("옥동", "풍천면 하회리"))),
    ),
    (
        ("경상남도", "경남"),
        (("창원시 성산구", ("상남동", "반림동")), ("진주시", ("평거동", "가좌동")), ("남해군", ("남해읍 북변리",))),
    ),
    (
        ("제주특별자치도", "제주도", "제주"),
        (("제주시", ("노형동", "애월읍 애월리")), ("서귀포시", ("서홍동", "성산읍 고성리"))),
    ),
)
_ROADS = (
    *(
        "테헤란",
        "판교역",
        "세종",
        "을지",
        "중앙",
        "효자",
        "동일",
        "가마산",
        "백제",
        "충무",
        "해안",
        "월드컵북",
        "한밭",
        "낙동남",
    ),
    *(
        "상당",
        "향교",
        "수성",
        "둔산",
        "시청",
        "강변북",
        "은행나무",
        "솔밭",
        "달맞이",
        "청사",
        "문화",
        "산업단지",
        "양재",
        "도산",
    ),
    *("봉은사", "광교호수", "미사강변", "호암", "서문", "새터", "무학", "배울", "금강", "소래", "남한산성", "첨단과기", "학사"),
)
_COMPLEXES = (
    "한빛마을",
    "푸른숲아파트",
    "래미소아파트",
    "은하수빌라",
    "늘봄타운",
    "자연앤힐스",
    "해오름오피스텔",
    "한솔빌딩",
    "동보주택",
)


def address(rng: random.Random) -> Value:
    names, districts = rng.choice(_PROVINCES)
    district, towns = rng.choice(districts)
    province = rng.choice(names)
    town = rng.choice(towns)
    head = f"{province} {district}".strip()
    form = rng.choices(("road", "lot"), weights=(62, 38), k=1)[0]
    if form == "road":
        core = f"{_rural(town)}{_road(rng)} {rng.randint(1, 480)}{rng.choice(('', '', '', f'-{rng.randint(1, 30)}'))}"
    else:
        core = f"{town} {_lot(rng)}"
    if district and rng.random() < 0.12:
        head, form = district, f"{form}, no province"
    detail = _detail(town, rng=rng, road=form.startswith("road"))
    return Value(f"{head} {core}{detail}", f"{form}{', details' if detail else ''}")


def _rural(town: str) -> str:
    first = town.split()[0]
    return f"{first} " if first.endswith(("읍", "면")) else ""


def _road(rng: random.Random) -> str:
    name = rng.choice(_ROADS)
    kind = rng.choices(("로", "대로", "길", "로N길", "로N번길", "N길"), weights=(42, 10, 10, 16, 18, 4), k=1)[0]
    number = str(rng.randint(1, 320))
    return {
        "로N길": f"{name}로{number}길",
        "로N번길": f"{name}로{rng.choice(('', '', ' '))}{number}번길",
        "N길": f"{name}{number}길",
    }.get(kind, name + kind)


def _lot(rng: random.Random) -> str:
    number = f"{rng.randint(1, 1200)}{rng.choice(('', f'-{rng.randint(1, 60)}', f'-{rng.randint(1, 60)}'))}"
    mountain = rng.choice(("산 ", "산")) if rng.random() < 0.06 else ""
    return mountain + number + rng.choice(("", "", "번지"))


def _detail(town: str, *, rng: random.Random, road: bool) -> str:
    if rng.random() < 0.42:
        return ""
    block, floor = f"{rng.randint(101, 125)}동", rng.randint(1, 25)
    room = f"{floor}{rng.randint(1, 8):02}호"
    dong = town.split()[-1]
    options = [
        f", {block} {room}",
        f" {block} {room}",
        f", {floor}층",
        f" {floor}층",
        f", {room}",
        f" 지하 {rng.randint(1, 3)}층",
    ]
    options += [f" {rng.choice(_COMPLEXES)} {block} {room}", f", {rng.choice(_COMPLEXES)} {room}"]
    if road and dong.endswith(("동", "가")):
        options += [
            f" ({dong})",
            f", {block} {room} ({dong}, {rng.choice(_COMPLEXES)})",
            f" ({dong}, {rng.choice(_COMPLEXES)})",
        ]
    return rng.choice(options)
