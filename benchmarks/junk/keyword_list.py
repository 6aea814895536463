"""Nouns one after the other, without particles or sentences: tags, search words, index terms."""

from .draw import Draw
from .vocabulary import AREAS, CITIES, GOODS, NOUNS, TRADES


def make(draw: Draw) -> str:
    pool = draw.random.choice([(*NOUNS,), (*NOUNS, *GOODS), (*TRADES, *NOUNS), (*CITIES, *NOUNS, *AREAS), (*GOODS, *TRADES)])
    number = draw.whole(50, 260)
    words = [draw.one(pool) for _ in range(number)]
    way = draw.whole(0, 5)
    if way == 0:
        return " ".join("#" + word.replace(" ", "") for word in words)
    if way == 1:
        rows = [words[start : start + 8] for start in range(0, number, 8)]
        return "\n".join(", ".join(row) for row in rows)
    if way == 2:
        return "\n".join(f"{draw.one(pool)} {draw.one(pool)}" for _ in range(number // 2))
    return draw.random.choice([" ", ", ", " ", " | ", "/", " · "]).join(words)
