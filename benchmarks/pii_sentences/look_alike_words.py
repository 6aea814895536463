"""Words that a careless pattern takes for names, addresses, keys or e-mail: titles without a name, places without a number."""

import random

from .marked import Value

_GENERIC_PEOPLE = (
    *(
        "고객님",
        "회원님",
        "선생님",
        "사장님",
        "기사님",
        "이용자님",
        "학부모님",
        "어머님",
        "담당자님",
        "작가님",
        "시계",
        "자유",
        "원정",
    ),
    *(
        "이상 과장",
        "주요 대표",
        "전시 주임",
        "조사 위원",
        "신규 회원님",
        "우수 고객님",
        "정기 이사",
        "하나 씨앗",
        "오이 씨",
        "사과 씨",
    ),
    *(
        "고추 씨",
        "수박씨",
        "공동 대표",
        "현장 소장",
        "신임 이사",
        "임시 의장",
        "여러 교수",
        "일부 기자",
        "모든 선수",
        "전문 강사",
    ),
    *(
        "허위 과장",
        "유명 작가",
        "동네 이장님",
        "우리 팀장님",
        "담당 주무관",
        "전임 시장",
        "지역 의원",
        "초대 원장",
        "주민 대표",
    ),
)
_PUBLIC = (
    *(
        "세종대왕",
        "이순신",
        "안중근",
        "유관순",
        "김유신",
        "장영실",
        "정약용",
        "허준",
        "신사임당",
        "윤동주",
        "김소월",
        "이황",
        "이이",
    ),
    *(
        "홍길동전",
        "심청전",
        "춘향전",
        "박지원의 열하일기",
        "김홍도의 씨름도",
        "이중섭의 황소",
        "백석의 시",
        "전태일 평전",
        "박혁거세",
    ),
)
_REGIONS = (
    *(
        "서울특별시 강남구",
        "경기도 성남시 분당구",
        "부산 해운대",
        "전라북도 전주시",
        "제주특별자치도 서귀포시",
        "종로구 인사동",
    ),
    *(
        "강원도 춘천시",
        "대구광역시 수성구",
        "세종특별자치시",
        "경상남도 통영시",
        "마포구 일대",
        "인천 연수구 송도동",
        "충청남도",
    ),
    *(
        "테헤란로 일대",
        "을지로 골목",
        "세종대로 사거리",
        "강변북로 구간",
        "남부순환로 방면",
        "국도 7호선",
        "지하철 2호선",
        "종로 3가역",
    ),
)


def placeholder_key(rng: random.Random) -> Value:
    documented = "AKIA" + "IOSFODNN7" + "EXAMPLE"
    forms = (
        *(
            "YOUR_API_KEY",
            "<API_KEY>",
            "your-secret-key-here",
            "sk-xxxxxxxxxxxxxxxxxxxxxxxx",
            "ghp_****************",
            documented,
        ),
        *(
            "os.environ['OPENAI_API_KEY']",
            "${SECRET_KEY}",
            "process.env.API_KEY",
            "changeme",
            "여기에_키를_입력하세요",
            "{{ api_key }}",
        ),
        *("sk-...", "test_sk_" + "".join(rng.choices("abcdefghjkmnpqrstuvwxyz23456789", k=24)), "dummy-token", "AIza...생략"),
    )
    return Value(rng.choice(forms), "placeholder of a key")


def at_sign(rng: random.Random) -> Value:
    forms = (
        "@홍보팀",
        "@Override",
        "icon@2x.png",
        "react@18.2.0",
        "@app.route",
        "user@localhost",
        "1kg@5,000원",
        "@media",
        "a@b",
        "이름@회사",
        "lodash@^4.17",
    )
    return Value(rng.choice(forms), "at sign")


def number_alone(rng: random.Random) -> Value:
    forms = (
        *(
            f"{rng.randint(1, 25)}층 {rng.randint(101, 2508)}호",
            f"{rng.randint(101, 120)}동",
            f"{rng.randint(1, 9)}호선",
            f"{rng.randint(2, 9)}번 출구",
        ),
        *(
            f"제{rng.randint(1, 9)}강의실",
            f"B{rng.randint(1, 4)}층",
            f"{rng.randint(1, 200)}쪽",
            f"{rng.randint(1, 40)}번째",
            f"{rng.randint(1, 9)}학년 {rng.randint(1, 9)}반",
        ),
    )
    return Value(rng.choice(forms), "floor, room or page")


def percent(rng: random.Random) -> Value:
    forms = (
        f"{rng.uniform(0, 100):.1f}%",
        f"{rng.uniform(0, 100):.2f}퍼센트",
        f"{rng.randint(1, 9)}:{rng.randint(1, 9)}",
        f"{rng.uniform(0, 40):.1f}%p",
        f"1/{rng.randint(2, 100)}",
    )
    return Value(rng.choice(forms), "percentage")


def generic_person(rng: random.Random) -> Value:
    return Value(rng.choice(_GENERIC_PEOPLE), "no name")


def public_name(rng: random.Random) -> Value:
    return Value(rng.choice(_PUBLIC), "public name in prose")


def region(rng: random.Random) -> Value:
    return Value(rng.choice(_REGIONS), "region without number")
