"""Comments full of hate, which the safety filter has to find: generic slurs and insults in many forms, nothing more."""

from .draw import Draw, items
from .vocabulary import NAMES

_WORDS = {
    "group": items(
        """틀딱 / 맘충 / 급식충 / 한남충 / 김치녀 / 된장녀 / 홍어 / 짱깨 / 쪽바리 / 똥남아 / 조선족 / 꼴페미 / 페미년 /
        게이새끼 / 병신장애인 / 개독 / 좌빨 / 수꼴 / 토착왜구 / 깜둥이 / 무슬림 놈들 / 외노자 / 난민 놈들 / 전라디언 /
        개쌍도"""
    ),
    "slur": items(
        """병신 / 쓰레기 / 벌레 / 버러지 / 개새끼 / 미친놈 / 미친년 / 또라이 / 찌질이 / 등신 / 머저리 / 호구새끼 / 씹새끼 /
        씨발놈 / 썅년 / 돌대가리 / 거지새끼 / 기생충 / 암덩어리 / 인간말종 / 쌍놈 / 걸레"""
    ),
    "oath": items("씨발 / ㅅㅂ / 시발 / 존나 / ㅈㄴ / 개씨발 / 좆같네 / ㅈ같네 / 지랄 / 엿같네 / 닥쳐 / 미친 / 씹 / ㅂㅅ"),
    "act": items(
        """다 뒤져라 / 한국에서 꺼져라 / 싹 다 쓸어버려야 한다 / 처맞아야 정신 차린다 / 사람 취급을 해 주면 안 된다 /
        격리시켜야 한다 / 추방해야 답이다 / 밥도 아깝다 / 나가 죽어라 / 씨를 말려야 한다 / 총으로 쏴 버려야 한다 /
        투표권을 뺏어야 한다"""
    ),
    "trait": items(
        """뇌가 없다 / 냄새가 난다 / 대가리가 텅 비었다 / 민폐만 끼친다 / 세금만 축낸다 / 태어난 게 죄다 / 전부 범죄자다 /
        수준이 바닥이다 / 말이 안 통한다 / 얼굴부터 역겹다"""
    ),
    "name": NAMES,
}
_SENTENCES = items(
    """{group}들은 {act}
    {oath} {group} {slur}들 {act}
    {group:은} {trait}, 그러니 {act}
    야 이 {slur}야 니가 사람이냐 {oath}
    {slur} 같은 {group} 진짜 {oath} 역겹다
    {group} 보면 {oath} 토 나온다
    {group:이} {group} 했네 {slur} 인증
    역시 {group} 종특이지 {trait}
    저런 {slur}는 {act} {oath}
    니 애미도 너 같은 {slur} 낳고 울었다
    {group}들 때문에 나라가 망한다 {act}
    {oath} {slur} {slur} {slur} 소리밖에 안 나온다
    {group} 편드는 것들도 똑같은 {slur:이다}
    {group} 출입금지 시켜라 {trait}
    {oath} 저 {slur} 면상 봐라 {trait}
    {group} 죽는 게 사회에 도움 된다
    꺼져 {slur}야 {group} 주제에 {oath}
    {group} {slur}들은 {trait}, 때려죽여도 시원찮다"""
)


def make(draw: Draw) -> str:
    lines = draw.lines([line.replace("{slur:이다}", "{slur}다") for line in _SENTENCES], _WORDS, 4, 22)
    lines = [line + draw.random.choice(["", "", "ㅋㅋㅋ", "!!", " ㅉㅉ", ".", " ㅡㅡ", "..."]) for line in lines]
    if draw.chance(0.35):
        return " ".join(lines)
    if draw.chance(0.5):
        return "\n".join(f"{draw.one(NAMES)} {line} 공감 {draw.whole(0, 99)} 비공감 {draw.whole(0, 99)}" for line in lines)
    return "\n".join(lines)
