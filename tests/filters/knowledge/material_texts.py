"""Small material of two sides, made by rule: several sources a side, whose texts are put together from written clauses."""

import random

from filters.knowledge.material import Document, Material, Side

_KNOWLEDGE = (
    "이 법은 국민의 권리를 보호하는 것을 목적으로 한다.",
    "신청서를 받은 기관은 7일 이내에 결과를 통지하여야 한다.",
    "온도가 높아지면 기체의 부피가 증가한다.",
    "설정을 변경하려면 메뉴에서 해당 항목을 선택합니다.",
    "세포막은 물질의 출입을 조절하는 역할을 한다.",
    "다음 각 호의 어느 하나에 해당하는 경우에는 그러하지 아니하다.",
    "이 함수는 두 개의 인자를 받아 정수를 반환합니다.",
    "조사 결과 응답자의 절반이 만족하는 것으로 나타났다.",
)
_ORDINARY = (
    "어제 친구랑 영화 보고 왔는데 진짜 재밌었어요!",
    "나는 아직도 그날이 생각난다.",
    "배고프다 우리 뭐 먹을까?",
    "ㅋㅋㅋ 완전 내 얘기네",
    "엄마가 김치를 보내 주셨는데 너무 맛있네요.",
    "솔직히 돈이 아까웠다 다시는 안 갈래",
    "아이가 웃으니까 나도 모르게 눈물이 났다.",
    "혹시 아시는 분 있으면 좀 알려 주세요ㅠㅠ",
)
NAMES: tuple[str, ...] = ("가", "나", "다")


def documents(*, per_source: int = 12) -> list[Document]:
    generator = random.Random(7)
    found: list[Document] = []
    sides: tuple[tuple[Side, tuple[str, ...]], ...] = (("knowledge", _KNOWLEDGE), ("ordinary", _ORDINARY))
    for side, clauses in sides:
        for name in NAMES:
            for number in range(per_source):
                text = " ".join(generator.sample(clauses, 4))
                found.append(Document(side, f"{side}-{name}", "ko", f"{text} {number}번째"))
    return found


def material(listed: list[Document]) -> Material:
    made = Material()
    for document in listed:
        made.add(document)
    return made
