"""The same words on other lines.

Enters: a draft. Leaves: its text with hard line breaks at a width (between words, or anywhere, as a PDF breaks Korean),
with its paragraphs joined, or indented with empty lines between.
"""

import random

from .draft import Draft


def wrapped(draft: Draft, rng: random.Random) -> str:
    """Broken at 25 to 80 characters between words; old breaks go."""
    width = rng.randint(25, 80)
    lines, line = [], ""
    for word in draft.text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, line])


def wrapped_anywhere(draft: Draft, rng: random.Random) -> str:
    """Broken at 25 to 60 characters, inside words too."""
    width = rng.randint(25, 60)
    text = " ".join(draft.text.split())
    return "\n".join(text[start : start + width].strip() for start in range(0, len(text), width))


def joined(draft: Draft, _rng: random.Random) -> str:
    return " ".join(draft.text.split())


def indented(draft: Draft, rng: random.Random) -> str:
    indent = rng.choice(["  ", "\t", "\u3000", "    "])
    return "\n\n".join(indent + line.strip() for line in draft.text.splitlines() if line.strip())


def any_layout(draft: Draft, rng: random.Random) -> str:
    return rng.choice([wrapped, wrapped_anywhere, joined, indented])(draft, rng)
