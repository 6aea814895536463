"""Syllables, jamo and words that mean nothing: random ones, keyboard rows, invented words with particles."""

from .draw import Draw

_COMMON = (
    "가나다라마바사아자차카타파하고노도로모보소오조초코토포호기니디리미비시이지치키티"
    "피히구누두루무부수우주추쿠투푸후게네데레메베세에제체케테페헤강남당랑방상앙장창탕항"
)
_RARE = "갊갗겆궁꿰뀨넴녯놁늪댦덟뎌됴듬딛뗘랖렀룻맵뮻밂볬뷸빨섧쇅쉣슘쌉앏옐욜웽읊쟝젹쥡짢쵹칤켐큭퇀툉팜펫퓌핥혓훕휑힁"
_KEYS = "ㅁㄴㅇㄹㅎㅗㅓㅏㅣㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅋㅌㅊㅍㅠㅜㅡ"
_PARTICLES = (
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "에",
    "에서",
    "의",
    "로",
    "도",
    "와",
    "한다",
    "했다",
    "입니다",
    "하고",
    "하는",
    "된",
)


def make(draw: Draw) -> str:
    syllable = draw.random.choice([_any, _common, _rare, _mixed, _key])
    with_particles = draw.chance(0.4) and syllable is not _key
    parts: list[str] = []
    for _ in range(draw.whole(60, 250)):
        word = "".join(syllable(draw) for _ in range(draw.whole(1, 5)))
        word += draw.random.choice(_PARTICLES) if with_particles and draw.chance(0.5) else ""
        parts.append(word + (draw.random.choice([".", ",", ".", "!", "\n"]) if draw.chance(0.12) else ""))
    return " ".join(parts).replace("\n ", "\n")


def _any(draw: Draw) -> str:
    return chr(draw.whole(0xAC00, 0xD7A3))


def _common(draw: Draw) -> str:
    return draw.random.choice(_COMMON)


def _rare(draw: Draw) -> str:
    return draw.random.choice(_RARE)


def _mixed(draw: Draw) -> str:
    return draw.random.choice([_any, _common, _rare])(draw)


def _key(draw: Draw) -> str:
    return draw.random.choice(_KEYS)
