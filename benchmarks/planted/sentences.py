"""Sentences added, left out, moved or replaced.

Enters: a draft. Leaves: its text with so many sentences of another document of its source put in, with so many left out, or
with so many at another place.
"""

import random

from .draft import Change, Draft, sentences

#: Longer ones are no sentences but tables or code.
_CHARACTERS = range(15, 250)


def added(count: int) -> Change:
    def change(draft: Draft, rng: random.Random) -> str:
        new = [sentence for sentence, _ in sentences(draft.other) if len(sentence) in _CHARACTERS]
        parts = sentences(draft.text)
        for sentence in rng.sample(new, min(count, len(new))):
            parts.insert(rng.randrange(len(parts)), (sentence, " "))
        return _joined(parts)

    return change


def removed(count: int) -> Change:
    def change(draft: Draft, rng: random.Random) -> str:
        parts = sentences(draft.text)
        places = [index for index, (sentence, _) in enumerate(parts) if len(sentence) in _CHARACTERS]
        for index in sorted(rng.sample(places, min(count, len(places) - 1)), reverse=True) if places else ():
            del parts[index]
        return _joined(parts)

    return change


def moved(count: int) -> Change:
    def change(draft: Draft, rng: random.Random) -> str:
        parts = sentences(draft.text)
        for _ in range(count):
            places = [index for index, (sentence, _) in enumerate(parts) if len(sentence) in _CHARACTERS]
            if len(places) < 2:
                break
            part = parts.pop(rng.choice(places))
            parts.insert(rng.randrange(len(parts)), part)
        return _joined(parts)

    return change


def replaced(share: float) -> Change:
    """Sentences of about ``share`` of the letters make way for as many letters of the other document."""

    def change(draft: Draft, rng: random.Random) -> str:
        parts = sentences(draft.text)
        new = [sentence for sentence, _ in sentences(draft.other) if sentence.strip()]
        left = round(share * len(draft.text))
        for index in rng.sample(range(len(parts)), len(parts)):
            if left <= 0 or not new:
                break
            left -= len(parts[index][0])
            sentence = new.pop(rng.randrange(len(new)))
            while new and len(sentence) < len(parts[index][0]):
                sentence += " " + new.pop(rng.randrange(len(new)))
            parts[index] = (sentence, parts[index][1])
        return _joined(parts)

    return change


def _joined(parts: list[tuple[str, str]]) -> str:
    """Every sentence but the last is set apart from the next."""
    return "".join(sentence + (gap or "\n") for sentence, gap in parts[:-1]) + (parts[-1][0] if parts else "")
