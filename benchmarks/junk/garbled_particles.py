"""Good text with its particles and endings swapped for others, in the wrong form and in the wrong place."""

import re

from .draw import Draw

_PARTICLES = (
    "에서는",
    "에서",
    "에게",
    "으로",
    "까지",
    "부터",
    "이나",
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "에",
    "의",
    "로",
    "와",
    "과",
    "도",
    "만",
)
_WORD = re.compile(rf"(?P<stem>[가-힣]+?)(?:{'|'.join(_PARTICLES)})(?=[\s.,)]|$)")


def make(draw: Draw) -> str:
    share = draw.random.uniform(0.7, 1)

    def garbled(match: re.Match[str]) -> str:
        return match["stem"] + draw.random.choice(_PARTICLES) if draw.chance(share) else match[0]

    return _WORD.sub(garbled, draw.passage(350, 1500))
