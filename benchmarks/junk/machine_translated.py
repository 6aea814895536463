"""Filler translated by machines word by word: 당신은, 그것은, stiff passives, leftovers of English and of markup."""

from .draw import Draw, items

_WORDS = {
    "thing": items(
        """자전거 / 수면 패턴 / 개 훈련 / 부동산 투자 / 소프트웨어 / 체중 감소 / 웹 호스팅 / 자동차 보험 / 결혼 계획 /
        주방 싱크대 / 요가 매트 / 개인 대출 / 커피 기계 / 온라인 교육 / 태양 전지 패널 / 피부 관리 / 정원 도구 /
        애완 동물 음식 / 디지털 마케팅 / 여행 가방 / 골프 클럽 / 시간 관리"""
    ),
    "person": items(
        """당신의 친구 / 당신의 아이 / 당신의 의사 / 전문가 / 초보자 / 당신의 고객 / 당신의 파트너 / 당신의 상사 /
        대부분의 사람 / 소유자 / 공급자"""
    ),
    "good": items(
        """위대한 / 놀라운 / 중요한 / 완벽한 / 올바른 / 다양한 / 효과적인 / 훌륭한 / 적절한 / 강력한 / 유익한 / 신뢰할 수 있는
"""
    ),
    "noun": items(
        """방법 / 단계 / 아이디어 / 문제 / 솔루션 / 결과 / 경험 / 팁 / 옵션 / 도구 / 이유 / 제품 / 기능 / 결정 / 차이 /
        프로세스 / 측면 / 필요"""
    ),
    "verb": items("얻을 / 만들 / 찾을 / 선택할 / 사용할 / 시작할 / 향상시킬 / 구매할 / 고려할 / 달성할 / 방지할 / 확인할"),
    "adverb": items("매우 / 쉽게 / 빠르게 / 완전히 / 아마도 / 실제로 / 확실히 / 단순히 / 즉시 / 자연스럽게"),
    "left": items(
        """Read More / Click Here / amp; / &nbsp; / [1] / How To / FAQ / Tips / the best / Buy Now / & / Step {n:1-9}
"""
    ),
}
_SENTENCES = items(
    """당신이 {thing:을} 찾고 있다면, 당신은 올바른 장소에 왔습니다.
    그것은 {adverb} {good} {noun:이며} 당신은 그것을 {verb} 수 있습니다.
    당신은 {thing:을} {verb} 수 있는 {good} {noun:을} 알고 있습니까?
    이것은 당신이 당신의 {thing:을} {verb} 수 있도록 하는 {noun} 중 하나입니다.
    우리는 당신에게 {good} {noun:을} 제공하기 위해 여기에 있습니다.
    {person:은} 그들의 {thing}에 대한 {noun:을} 가지고 있을 수 있습니다.
    그것은 {thing:이} 당신을 위한 것인지 여부를 결정하는 것이 중요합니다.
    당신이 해야 할 필요가 있는 모든 것은 {thing:을} {adverb} {verb} 것입니다.
    많은 사람들이 그들이 {thing:을} {verb} 때 {noun:을} 만드는 것은 사실입니다.
    그것은 {thing}에 의해 {adverb} 만들어지는 것으로 믿어지고 있습니다.
    이 기사에서 우리는 당신에게 {thing}의 {good} {noun:을} 보여줄 것이다.
    당신은 그것을 {verb} 전에 {person:과} 함께 이야기하는 것을 확인하십시오.
    {thing}의 다른 종류가 있으며, 그들 각각은 그 자신의 {noun:을} 가지고 있습니다.
    왜 그것은 당신의 {thing:을} 위해 작동합니까?
    마지막으로 그러나 적어도, 당신은 {good} {noun:을} 가질 필요가 있습니다.
    그것의 {thing:은} 당신의 삶을 더 {good} 것으로 만드는 것을 도울 것입니다.
    {left} 당신의 {noun}에서 {thing:을} {adverb} {verb} 것입니다.
    {good} 뉴스는 당신이 {thing}에 돈을 지출할 필요가 없다는 것입니다.
    당신은 {noun:을} 가지고 있습니까? 그런 다음 그것을 {adverb} {verb} 시간이다 {left}.
    {person}에게 당신은 그것이 {good} 것을 {thing:을} 말할 수 있습니다.
    그것은 당신이 {thing}에 관하여 생각하는 첫번째 것이 아닐지도 모르다.
    모든 위의 {noun:은} 당신이 {thing:을} 하는 데 있어서 돕는 것을 의미된다.
    거기에는 {thing:을} 위한 {good} {noun}의 많은 것이 있습니다."""
)


def make(draw: Draw) -> str:
    sentences = [line.replace("{noun:이며}", "{noun}이며") for line in _SENTENCES]
    words = {**_WORDS, "thing": tuple(draw.several(_WORDS["thing"], 1, 3)[:3])} if draw.chance(0.6) else _WORDS
    lines = draw.lines(sentences, words, 8, 26)
    cut = draw.whole(2, 6)
    parts = [" ".join(lines[start : start + cut]) for start in range(0, len(lines), cut)]
    if draw.chance(0.5):
        parts.insert(0, draw.fill("{thing}의 {good} {noun} {n:3-15}", words))
    return draw.random.choice(["\n\n", "\n"]).join(parts)
