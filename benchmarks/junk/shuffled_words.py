"""Good text with its words in random order: within sentences or across the whole, with or without punctuation."""

import re

from .draw import Draw


def make(draw: Draw) -> str:
    text = draw.passage(300, 1500)
    way = draw.whole(0, 3)
    if way == 0:
        return "\n".join(" ".join(_shuffled(draw, line.split())) for line in text.splitlines() if len(line.split()) > 4)
    if way == 1:
        text = re.sub(r"[.,?!·;:]", "", text)
    words = _shuffled(draw, text.split())
    width = draw.whole(8, 20)
    return (
        "\n".join(" ".join(words[start : start + width]) for start in range(0, len(words), width))
        if way == 2
        else " ".join(words)
    )


def _shuffled(draw: Draw, words: list[str]) -> list[str]:
    return draw.random.sample(words, len(words))
