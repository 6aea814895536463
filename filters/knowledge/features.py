"""The line that the classifier reads of a document: a bounded sample of it, as tokens of register.

Enters: a text and its language. Leaves: units in order, and the line of tokens made of them. Korean units are runs of Hangul
(:mod:`filters.knowledge.korean`), laughing and crying jamo, ``?``, ``!``, ``~``, and one mark for whatever stands between in
digits or Latin letters, however much of it: how much code a page holds says what its source is, not what its register
is. Other languages have their words, in lower case and with numbers masked, or single characters where words have no spaces
between them; they begin with the language's code, so that one model holds several.

Punctuation and markup say nothing here: they are habits of a source too.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice

from filters.knowledge.korean import LATIN, MAX_SYLLABLES, NUMBER, run_table

#: At most so many units of a document are scored, from so many stretches spread evenly over it.
SAMPLE_UNITS = 48
SAMPLE_STRETCHES = 4
#: Characters of text that are looked at for one unit, so that the cost is bounded whatever stands in the text.
_CHARS_PER_UNIT = 20

_KOREAN_UNIT = re.compile(r"[가-힣]+|[ㅋㅎㅠㅜ]|[0-9]+|[A-Za-z]+|[?!~]")
_OTHER_UNIT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]|[^\W\d_\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]+|\d+|[?!]")
_CLOSING = frozenset(")]}>」』”’\"'`*_%")
_MAX_WORD = 24


def sampled_units(text: str, language: str, *, num_units: int = SAMPLE_UNITS) -> list[str]:
    """At most ``num_units`` units of ``text``, in order, from stretches spread evenly over it."""
    share = num_units // SAMPLE_STRETCHES
    size = share * _CHARS_PER_UNIT
    if len(text) <= size * SAMPLE_STRETCHES:
        return spread(list(_units(text, language)), num_units)
    last_start = len(text) - size
    starts = [last_start * number // (SAMPLE_STRETCHES - 1) for number in range(SAMPLE_STRETCHES)]
    found: list[str] = []
    for start in starts:
        # From the beginning of a word, where there is one.
        space = text.find(" ", start, start + _CHARS_PER_UNIT) if start else -1
        found += islice(_units(text[max(start, space) : start + size], language), share)
    return found


def spread(units: list[str], num_units: int) -> list[str]:
    """Stretches of ``units`` of ``num_units`` in all."""
    if len(units) <= num_units:
        return units
    share = num_units // SAMPLE_STRETCHES
    last_start = len(units) - share
    starts = [last_start * number // (SAMPLE_STRETCHES - 1) for number in range(SAMPLE_STRETCHES)]
    return [unit for start in starts for unit in units[start : start + share]]


def _units(text: str, language: str) -> Iterator[str]:
    text = unicodedata.normalize("NFC", text)
    return _korean_units(text) if language == "ko" else _other_units(text, language)


def _korean_units(text: str) -> Iterator[str]:
    last = ""
    for match in _KOREAN_UNIT.finditer(text):
        unit = match[0]
        first = unit[0]
        if "가" <= first <= "힣":
            last = _before(text, match.start()) + unit[:MAX_SYLLABLES]
        elif first.isascii() and first.isalnum():
            if last in (NUMBER, LATIN):
                continue
            last = NUMBER if first.isdecimal() else LATIN
        else:
            last = first
        yield last


def _before(text: str, start: int) -> str:
    """A stand-in for what is written directly before a run, which makes it a particle: ``API는``, ``3개``, ``(가)를``."""
    before = text[start - 1] if start else " "
    if before.isspace() or not before.isascii():
        return ""
    if before.isdecimal():
        return NUMBER
    return LATIN if before.isalpha() or before in _CLOSING else ""


def _other_units(text: str, language: str) -> Iterator[str]:
    for match in _OTHER_UNIT.finditer(text):
        word = match[0]
        yield f"{language}:{NUMBER if word[0].isdecimal() else word[:_MAX_WORD].lower()}"


def line(units: Sequence[str], language: str) -> str:
    """The units as a line of tokens for fastText, without its line end."""
    if language != "ko":
        return " ".join(units)
    tokens = run_table().tokens
    return " ".join([unit if len(unit) == 1 and not "가" <= unit <= "힣" else tokens(unit) for unit in units])
