"""Korean junk made from good Korean text and from words written here: what the morphological rules must find.

Enters: a good text and a random generator. Leaves: a junk text for each kind of :data:`KINDS`.
"""

import random
import re
from collections.abc import Callable

from filters.korean.eojeol import analyser

_PARTICLE = re.compile(r"(?<=[가-힣])(으로|에서|에게|까지|부터|을|를|이|가|은|는|과|와|로|에|의|도)(?=[\s.,?!)]|$)")
_SWAP = {
    "을": "를",
    "를": "을",
    "이": "가",
    "가": "이",
    "은": "는",
    "는": "은",
    "과": "와",
    "와": "과",
    "로": "으로",
    "으로": "로",
}
_OTHERS = ["을", "를", "이", "가", "은", "는", "과", "와", "로", "으로", "에", "의", "도", "에서", "에게", "까지", "부터"]
Make = Callable[[str, random.Random], str]


def shuffled(text: str, rng: random.Random) -> str:
    words = text.split()
    rng.shuffle(words)
    return " ".join(words)


def shuffled_bare(text: str, rng: random.Random) -> str:
    return re.sub(r"[.,?!]", "", shuffled(text, rng))


def shuffled_in_sentences(text: str, rng: random.Random) -> str:
    return "\n".join(" ".join(shuffled(s, rng) for s in re.split(r"(?<=[.?!])\s", line)) for line in text.split("\n"))


def shuffled_in_windows(size: int) -> Make:
    def make(text: str, rng: random.Random) -> str:
        words = text.split()
        return " ".join(shuffled(" ".join(words[i : i + size]), rng) for i in range(0, len(words), size))

    return make


def _nouns(text: str) -> list[str]:
    nouns = [token.form for token in analyser().tokenize(text) if token.tag in ("NNG", "NNP") and token.len > 1]
    return nouns or ["대출", "할인"]


def keywords(separator: str, prefix: str = "") -> Make:
    def make(text: str, rng: random.Random) -> str:
        nouns = _nouns(text)
        return separator.join(prefix + rng.choice(nouns) for _ in range(max(30, len(text) // 4)))

    return make


_SEO_WORDS = """
강남 맛집 추천 홍대 카페 서울 여행 제주 펜션 예약 할인 쿠폰 이벤트 무료 배송 최저가 비교 후기 순위
가격 인테리어 이사 업체 견적 청소 렌탈 정수기 보험 상담 다이어트 식단 운동 헬스 필라테스 학원 과외
영어 회화 자격증 시험 취업 면접 자소서 원피스 가방 신발 운동화 시계 선물 화장품 피부 관리 성형 치과
임플란트 교정 라식 중고차 시세 렌트 주차 부동산 분양 아파트 오피스텔 전세 월세 주식 코인 투자 재테크
적금
"""
_SEO = _SEO_WORDS.split()


def seo_keywords(text: str, rng: random.Random) -> str:
    return " ".join(" ".join(rng.sample(_SEO, rng.randint(2, 4))) for _ in range(max(12, len(text) // 12)))


def stuffed(text: str, rng: random.Random) -> str:
    """One keyword family again and again among other nouns."""
    key = rng.sample(_SEO, 3)
    return "\n".join(
        f"{rng.choice(key)} {' '.join(rng.sample(_SEO, 3))} {rng.choice(key)}" for _ in range(max(10, len(text) // 20))
    )


def gibberish(text: str, rng: random.Random) -> str:
    return re.sub("[가-힣]", lambda _: chr(rng.randint(0xAC00, 0xD7A3)), text)


def gibberish_frequent(text: str, rng: random.Random) -> str:
    syllables = re.findall("[가-힣]", text)
    rng.shuffle(syllables)
    rest = iter(syllables)
    return re.sub("[가-힣]", lambda _: next(rest), text)


def gibberish_words(text: str, rng: random.Random) -> str:
    def syllable() -> str:
        final = rng.choice([0, 0, 0, 4, 8, 16, 21, 1, 17])
        return chr(
            0xAC00
            + (rng.choice([0, 2, 3, 5, 6, 7, 9, 11, 12, 14, 18]) * 21 + rng.choice([0, 4, 8, 13, 18, 20, 1, 5])) * 28
            + final
        )

    return " ".join("".join(syllable() for _ in range(rng.randint(2, 4))) for _ in range(max(12, len(text) // 4)))


def garbled(share: float, *, allomorph: bool) -> Make:
    def replace(match: re.Match[str], rng: random.Random) -> str:
        if rng.random() >= share:
            return match[0]
        return _SWAP.get(match[0], match[0]) if allomorph else rng.choice([p for p in _OTHERS if p != match[0]])

    return lambda text, rng: _PARTICLE.sub(lambda match: replace(match, rng), text)


def doubled_particles(text: str, rng: random.Random) -> str:
    return _PARTICLE.sub(lambda match: match[0] + rng.choice(_OTHERS), text)


def no_particles(text: str, _: random.Random) -> str:
    return _PARTICLE.sub("", text)


def no_spaces(share: float) -> Make:
    return lambda text, rng: re.sub("(?<=[가-힣.,]) (?=[가-힣])", lambda _: "" if rng.random() < share else " ", text)


def spaced_syllables(share: float) -> Make:
    return lambda text, rng: re.sub("(?<=[가-힣])(?=[가-힣])", lambda _: " " if rng.random() < share else "", text)


def repeated_phrase(text: str, rng: random.Random) -> str:
    words = text.split()
    start = rng.randrange(max(1, len(words) - 8))
    phrase = " ".join(words[start : start + rng.randint(3, 8)])
    return " ".join([phrase] * max(10, len(text) // max(1, len(phrase))))


def translated(text: str, rng: random.Random) -> str:
    subject = ["당신은", "그것은", "그들은", "우리는", "그녀는", "이것은", "당신의 사업은", "그의 마음은", "나의 친구는"]
    thing = [
        "이 놀라운 제품을",
        "그것의 큰 가치를",
        "당신의 꿈의 집을",
        "그들의 경험을",
        "더 많은 정보를",
        "완벽한 해결책을",
        "세계의 최고의 서비스를",
    ]
    verb = [
        "가지고 있습니다",
        "사랑할 것입니다",
        "필요로 합니다",
        "만들 것입니다",
        "발견할 수 있습니다",
        "즐길 것입니다",
        "받을 것입니다",
    ]
    other = [
        "그것은 매우 좋은 것입니다.",
        "당신은 그것을 후회하지 않을 것입니다.",
        "그것은 당신에게 많은 도움을 줄 것입니다.",
        "만약 당신이 그것을 원한다면 당신은 지금 그것을 살 수 있습니다.",
        "우리는 당신을 위해 여기에 있습니다.",
        "그것은 그들에 의해 만들어졌습니다.",
        "이것은 당신의 삶을 변화시킬 것입니다.",
        "당신이 당신의 친구에게 그것을 말하는 것은 좋은 생각입니다.",
    ]
    lines = [
        rng.choice(other) if rng.random() < 0.4 else f"{rng.choice(subject)} {rng.choice(thing)} {rng.choice(verb)}."
        for _ in range(max(4, len(text) // 25))
    ]
    return " ".join(lines)


def honorifics(text: str, rng: random.Random) -> str:
    lines = [
        "감사합니다 고객님.",
        "안녕하세요 고객님.",
        "항상 저희를 이용해 주셔서 감사합니다.",
        "더욱 노력하겠습니다.",
        "행복한 하루 되세요.",
        "최선을 다하겠습니다.",
        "언제나 사랑해 주셔서 감사드립니다.",
        "불편을 드려 대단히 죄송합니다.",
        "고객님의 성원에 깊이 감사드립니다.",
        "좋은 하루 보내시기 바랍니다.",
        "늘 건강하시고 행복하세요.",
        "앞으로도 많은 이용 부탁드립니다.",
    ]
    return " ".join(rng.choice(lines) for _ in range(max(6, len(text) // 20)))


KINDS: dict[str, Make] = {
    "shuffled": shuffled,
    "shuffled bare": shuffled_bare,
    "shuffled in sentences": shuffled_in_sentences,
    "shuffled in 10": shuffled_in_windows(10),
    "shuffled in 5": shuffled_in_windows(5),
    "keywords space": keywords(" "),
    "keywords comma": keywords(", "),
    "keywords line": keywords("\n"),
    "keywords #": keywords(" ", "#"),
    "seo keywords": seo_keywords,
    "stuffed": stuffed,
    "gibberish random": gibberish,
    "gibberish frequent": gibberish_frequent,
    "gibberish words": gibberish_words,
    "garbled 30": garbled(0.3, allomorph=True),
    "garbled 60": garbled(0.6, allomorph=True),
    "garbled 100": garbled(1.0, allomorph=True),
    "other particle 30": garbled(0.3, allomorph=False),
    "other particle 60": garbled(0.6, allomorph=False),
    "other particle 100": garbled(1.0, allomorph=False),
    "doubled particles": doubled_particles,
    "particles removed": no_particles,
    "no spaces": no_spaces(1.0),
    "half the spaces": no_spaces(0.5),
    "every syllable spaced": spaced_syllables(1.0),
    "half the syllables spaced": spaced_syllables(0.5),
    "repeated phrase": repeated_phrase,
    "translated": translated,
    "honorifics": honorifics,
}
