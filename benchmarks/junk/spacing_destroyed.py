"""Good text whose spaces are gone, stand between all syllables, or stand anywhere."""

from .draw import Draw


def make(draw: Draw) -> str:
    text = draw.passage(300, 1500)
    way = draw.whole(0, 4)
    if way == 0:
        return text.replace(" ", "")
    if way == 1:
        return "".join(sign for sign in text if sign != " " or draw.chance(0.08))
    if way == 2:
        return "\n".join(" ".join(line.replace(" ", "")) for line in text.splitlines())
    if way == 3:
        return "".join(
            sign + (" " if sign.isalpha() and draw.chance(0.4) else "") for sign in text if sign != " " or draw.chance(0.5)
        )
    size = draw.whole(2, 4)
    return "\n".join(" ".join(_chunks(line.replace(" ", ""), size)) for line in text.splitlines())


def _chunks(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]
