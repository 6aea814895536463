"""Questions as benchmarks ask them, written here: subjects and forms, put together by a seed.

Enters: a number and a seed. Leaves: so many different questions, with choices and answers where the form has them.
"""

import random
from typing import NamedTuple


class Question(NamedTuple):
    question: str
    choices: tuple[str, ...] = ()
    answer: str = ""


_EVENTS = """
갑오개혁|임진왜란|동학 농민 운동|을사늑약|한산도 대첩|병자호란|무신 정변|위화도 회군|사일구 혁명|강화도 조약|청산리 전투
기묘사화|훈민정음 반포|프랑스 혁명|명예혁명|미국 남북 전쟁|러일 전쟁|백년 전쟁|아편 전쟁|메이지 유신|종교 개혁|십자군 원정
베를린 장벽 붕괴|산업 혁명|포에니 전쟁
"""
_NOTIONS = """
광합성의 명반응|세포막의 삼투 현상|관성의 법칙|핵분열 연쇄 반응|산화 환원 반응|도플러 효과|멘델의 분리 법칙|판 구조론
빛의 굴절|엔트로피 증가|기회비용|비교 우위|통화량 팽창|환율 상승|공공재의 비배제성|외부 효과|수요의 가격 탄력성
죄형 법정주의|소급 입법 금지|삼심 제도|권력 분립|주기율표의 전자 친화도|백신의 면역 기억|호르몬의 음성 되먹임
이산화탄소의 온실 효과|반도체의 도핑|이진 탐색의 시간 복잡도|교착 상태|가비지 수집|판소리의 추임새|시조의 종장|향가의 표기법
자음 동화|두음 법칙|사이시옷|한글의 가획 원리|단오의 세시 풍속|온돌의 구들장|고인돌의 분포
"""
_PEOPLE = """
장영실|허준|정약용|신사임당|이순신|김정호|최무선|유관순|안창호|우장춘|뉴턴|패러데이|퀴리 부인|다윈|멘델레예프|케플러
아리스토텔레스|칸트
"""
_PLACES = """
제주도|낙동강 하구|태백산맥|철원 평야|독도|우포늪|다도해|울릉도|시화호|새만금|사하라 사막|아마존강 유역|히말라야산맥
지중해 연안|몽골 고원
"""
_WHO = """
농민|상인|지식인|과학자|교사|어부|관리|군인|법률가|의사|소비자|학생|기술자|번역가
"""
_WHAT = """
세금 제도|무역로|교육 과정|기후|인구 구조|언어생활|토지 소유|건강 보험|도시 계획|식량 생산|노동 시간|통신 기술|선거 제도
의복 문화
"""

_FORMS = (
    "{event}이 {what}에 끼친 영향을 당시 {who}의 처지에서 설명한 것으로 가장 알맞은 것은?",
    "{event} 직후 {place} 지역의 {who}들이 {what} 문제로 모임을 만든 까닭은 무엇인가?",
    "{notion}를 처음 접한 {who}가 {what}의 변화를 예측하려면 무엇을 먼저 측정해야 하는가?",
    "{notion}에 관한 실험에서 온도를 {number}도 높였을 때 결과가 달라지는 이유를 쓰시오.",
    "{place}에서 {what}이 빠르게 달라진 시기는 {event}보다 몇 년 뒤입니까?",
    "{person}이 {notion}를 연구하면서 남긴 기록 가운데 {what}을 다룬 것은 어느 것인가?",
    "{person}과 {other}의 생애를 비교할 때 {what}에 대한 생각이 갈라지는 지점은 어디인가?",
    "{who} {number}명이 {place}까지 걸어서 {small}일이 걸렸다면, {who} {larger}명이 같은 짐을 나를 때 며칠이 걸리는가?",
    "{notion}와 {another}의 공통점을 {who}에게 한 문장으로 알려 준다면 어떤 말이 알맞은가?",
    "{what}을 바꾸려는 {who}들이 {notion}라는 개념을 끌어다 쓴 까닭으로 옳지 않은 것은?",
    "{place}의 {what}을 조사한 보고서에서 {person}의 이름이 빠진 이유를 추론해 보세요.",
    "한 상자에 사과가 {number}개씩 {small}상자 있다. {who}이 {larger}개를 나누어 주면 몇 개가 남는가?",
)
_ENGLISH = (
    "Which effect of {a} would a {b} notice first when the {c} falls by {number} percent?",
    "Why did the {b} in the story refuse to sell the {c} after the {a} had ended?",
    'def count_{c}s(values: list[int], limit: int) -> int:\n    """Count the {c}s of a {b} that stay below limit after {a},\n'
    "    leaving out every {number}th value, and return how many are left.\n    >>> count_{c}s([1, {number}, 3], 2)\n    1\n"
    '    """\n',
)
_A = ("evaporation", "the harvest", "inflation", "the eclipse", "photosynthesis", "the strike", "sorting", "compression")
_B = ("farmer", "chemist", "sailor", "teacher", "glass blower", "clock maker", "nurse", "surveyor")
_C = ("pressure", "lantern", "bridge", "seed", "voltage", "ladder", "receipt", "anchor")
#: One question in so many is English or code.
_ENGLISH_EVERY = 10


def questions(number: int, *, seed: int) -> list[Question]:
    """``number`` different questions."""
    rng = random.Random(seed)
    made: dict[str, Question] = {}
    while len(made) < number:
        is_english = rng.randrange(_ENGLISH_EVERY) == 0
        question = _english(rng) if is_english else _korean(rng)
        made.setdefault(question.question, question)
    return [*made.values()]


def _words(listed: str) -> list[str]:
    return listed.strip().replace("\n", "|").split("|")


def _korean(rng: random.Random) -> Question:
    event, notion, another, person, other, place, who, what = (
        rng.choice(_words(words)) for words in (_EVENTS, _NOTIONS, _NOTIONS, _PEOPLE, _PEOPLE, _PLACES, _WHO, _WHAT)
    )
    small, size = rng.randrange(3, 9), rng.randrange(12, 98)
    words = {"event": event, "notion": notion, "another": another, "person": person, "other": other, "place": place}
    numbers = {"number": size, "small": small, "larger": size * small - rng.randrange(2, 30)}
    form = rng.choice(_FORMS)
    text = form.format(who=who, what=what, **words, **numbers)
    if text.endswith("것은?"):
        choices = tuple(f"{rng.choice(_words(_WHAT))}보다 {rng.choice(_words(_WHO))}의 몫이 커졌다" for _ in range(4))
        return Question(text, choices, rng.choice(choices))
    return Question(text, (), str(numbers["larger"]) if "{larger}" in form else notion)


def _english(rng: random.Random) -> Question:
    words = {"a": rng.choice(_A), "b": rng.choice(_B), "c": rng.choice(_C), "number": rng.randrange(3, 60)}
    return Question(rng.choice(_ENGLISH).format(**words), (), words["a"])
