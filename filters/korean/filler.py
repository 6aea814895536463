"""Text that says nothing: chains of courtesy, and marketing carried over word for word from another language.

Enters: a text, of which the first :data:`MAX_CHARS` are read. Leaves: the share of words in sentences that are only courtesy,
and how dense the marks of translation are. Words: :mod:`filters.korean.filler_words`. Every pattern is linear.
"""

import re
from collections import Counter
from typing import NamedTuple

from filters.korean.filler_words import calques, courtesy, formula

MAX_CHARS = 12_000
_SENTENCE = re.compile(r"[^.?!。\n]+[.?!。]*")
_RUN = re.compile("[가-힣]+")
_FACT = re.compile(r"[0-9]")
#: Of the words of a formula so many are words of courtesy; the others name the firm.
_COURTEOUS_WORDS = 0.6
#: Sentences that begin with the same word are alike from this share on.
_SAME_OPENING = 0.3

_JAMO = re.compile("[ㄱ-ㅎㅏ-ㅣ]+")
_LAUGHTER = frozenset("ㅋㅎㅠㅜㅡ")
#: Some slang is loose letters (ㄹㅇ, ㅇㅈ): fewer are no keyboard that was hit at random.
_MIN_LOOSE = 12


class Courtesy(NamedTuple):
    """``share`` is that of the words that stand in sentences of courtesy alone."""

    share: float
    num_sentences: int
    example: str


class Translated(NamedTuple):
    """``density`` is the weight of all marks per 100 words, ``kinds`` how many are different, ``marks`` the heaviest."""

    density: float
    kinds: int
    marks: str


def is_courtesy(sentence: str) -> bool:
    """Whether a sentence has nothing but courtesy in it: no number, a formula, and few words of another subject."""
    runs = _RUN.findall(sentence)
    if not runs or _FACT.search(sentence) or not formula().search(sentence):
        return False
    matches = courtesy().match
    num_courteous = sum(matches(run) is not None for run in runs)
    return num_courteous >= _COURTEOUS_WORDS * len(runs)


def courtesy_share(text: str) -> Courtesy:
    """How much of ``text`` is courtesy; headings and labels without a full stop count as sentences."""
    courteous = total = found = 0
    example = ""
    for match in _SENTENCE.finditer(text[:MAX_CHARS]):
        num_runs = len(_RUN.findall(match[0]))
        total += num_runs
        if num_runs and is_courtesy(match[0]):
            courteous += num_runs
            found += 1
            example = example or match[0].strip()
    return Courtesy(courteous / max(1, total), found, example[:60])


def translated_density(text: str) -> Translated:
    """How dense the marks of translation are."""
    text = text[:MAX_CHARS]
    num_runs = len(_RUN.findall(text))
    counts = {calque.name: len(calque.pattern.findall(text)) for calque in calques()}
    weights = {calque.name: calque.weight * counts[calque.name] for calque in calques()}
    sentences = (_RUN.findall(sentence) for sentence in _SENTENCE.findall(text) if sentence.endswith((".", "!", "?")))
    openings = Counter(runs[0] for runs in sentences if len(runs) > 2)
    _, commonest = openings.most_common(1)[0] if openings else ("", 0)
    repeated = commonest if commonest > 2 and commonest > _SAME_OPENING * openings.total() else 0
    kinds = sum(count > 0 for count in counts.values())
    told = sorted(counts, key=lambda name: -weights[name])[:4]
    marks = ", ".join(f"{name} x{counts[name]}" for name in told if counts[name])
    density = 100 * (sum(weights.values()) + repeated / 2) / max(1, num_runs)
    return Translated(density, kinds, marks)


def loose_jamo(text: str) -> float:
    """The share of loose letters (ㅁㄴㅇㄹ) in all Hangul; laughter (ㅋㅋ, ㅠㅠ) does not count."""
    text = text[:MAX_CHARS]
    runs = [run for run in _JAMO.findall(text) if not _LAUGHTER.issuperset(run)]
    loose = sum(len(run) for run in runs if len(set(run)) > 1)
    if loose < _MIN_LOOSE:
        return 0.0
    loose = sum(map(len, runs))
    return loose / (loose + sum(map(len, _RUN.findall(text))))
