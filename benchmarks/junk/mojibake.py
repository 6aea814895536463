"""Good text read in the wrong encoding, in the ways that happen: through Python's codecs, once or twice."""

from .draw import Draw

#: How it was written, how it was read, what became of what could not be read.
_WAYS = (
    *(
        ("utf-8", "cp1252", "replace"),
        ("utf-8", "latin-1", "strict"),
        ("utf-8", "cp949", "replace"),
        ("utf-8", "cp949", "ignore"),
    ),
    *(
        ("cp949", "latin-1", "strict"),
        ("cp949", "cp1252", "replace"),
        ("cp949", "utf-8", "replace"),
        ("cp949", "shift_jis", "replace"),
    ),
    *(
        ("cp949", "gb18030", "replace"),
        ("utf-8", "gb18030", "replace"),
        ("utf-8", "shift_jis", "replace"),
        ("utf-8", "mac_roman", "replace"),
    ),
    *(
        ("utf-8", "cp437", "replace"),
        ("cp949", "koi8-r", "replace"),
        ("utf-8", "big5", "replace"),
        ("cp949", "cp1251", "replace"),
    ),
)


def make(draw: Draw) -> str:
    text = draw.passage(250, 1500)
    wrong = misread(text, *draw.random.choice(_WAYS))
    if draw.chance(0.1):
        wrong = misread(wrong, "utf-8", "latin-1", "strict")
    if draw.chance(0.2):
        wrong = draw.passage(20, 80) + "\n" + wrong  # a title in the right encoding above it
    return wrong


def misread(text: str, written: str, read: str, errors: str) -> str:
    return text.encode(written, "replace").decode(read, errors)
