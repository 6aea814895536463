"""Every kind of change by name, and the pairs made with them.

Enters: original documents. Leaves: pairs of texts, so many of each kind; what each pair must be is for ``truth`` to say, not
for the kind. A kind's name and a document's id decide the random numbers, so kinds can be added without changing others.
"""

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from . import forms, layout, page_lines, particles, sentences, spelling, words
from .documents import Original, nearest_pairs
from .draft import Change, Draft, one_after_the_other
from .draft import sentences as split_sentences
from .speech_level import speech_level
from .templates import TEMPLATES, template_pair
from .truth import Analyses

ANY_TWO = "any two"
CHANGES: dict[str, Change] = {
    "particles 30 %": particles.particles(0.3),
    "particles 60 %": particles.particles(0.6),
    "particles, endings 30 %": particles.particles(0.3, endings=True),
    "particles, endings 60 %": particles.particles(0.6, endings=True),
    "speech level": speech_level,
    "spacing 10 %": spelling.spacing(0.1),
    "spacing 30 %": spelling.spacing(0.3),
    "no spaces": spelling.no_spacing,
    "typos 3 % of words": spelling.typos_in_words(0.03),
    "typos 6 % of words": spelling.typos_in_words(0.06),
    "typos 3 % of syllables": spelling.typos_in_syllables(0.03),
    "typos 6 % of syllables": spelling.typos_in_syllables(0.06),
    "sentence added": sentences.added(1),
    "sentence removed": sentences.removed(1),
    "sentence moved": sentences.moved(1),
    "3 sentences moved": sentences.moved(3),
    "page lines 2": page_lines.page_lines(2),
    "page lines 4": page_lines.page_lines(4),
    "full-width": forms.full_width(1.0),
    "full-width half": forms.full_width(0.5),
    "NFD": forms.decomposed,
    "punctuation, case": forms.punctuation,
    "Hanja in brackets": forms.hanja(0.3),
    "lines wrapped": layout.wrapped,
    "lines wrapped in words": layout.wrapped_anywhere,
    "paragraphs joined": layout.joined,
    "indented": layout.indented,
    "words 5 %": words.replaced(0.05),
    "words 10 %": words.replaced(0.1),
    "words 30 %": words.replaced(0.3),
    "words 50 %": words.replaced(0.5),
    "sentences replaced 30 %": sentences.replaced(0.3),
    "sentences replaced 45 %": sentences.replaced(0.45),
    "particles + spacing": one_after_the_other(particles.particles(0.3), spelling.spacing(0.1)),
    "speech level + removed": one_after_the_other(speech_level, sentences.removed(1)),
    "page lines + layout": one_after_the_other(page_lines.page_lines(3), layout.any_layout),
    "typos + spacing": one_after_the_other(spelling.typos_in_words(0.03), spelling.spacing(0.1)),
    "particles + full-width": one_after_the_other(particles.particles(0.3), forms.full_width(1.0)),
    "moved + NFD": one_after_the_other(sentences.moved(1), forms.decomposed),
    "endings + page lines": one_after_the_other(particles.particles(0.3, endings=True), page_lines.page_lines(2)),
    "words 5 % + particles": one_after_the_other(words.replaced(0.05), particles.particles(0.3)),
}
#: What "any two" are drawn from.
_MIXED = tuple(kind for kind in CHANGES if "+" not in kind and kind not in ("words 50 %", "sentences replaced 45 %"))


def _any_two(draft: Draft, rng: random.Random) -> str:
    first, second = rng.sample(_MIXED, 2)
    return one_after_the_other(CHANGES[first], CHANGES[second])(draft, rng)


CHANGES[ANY_TWO] = _any_two
#: Asked of texts of one to three sentences.
SHORT_CHANGES: dict[str, Change] = {
    "short: particles": particles.particles(0.3),
    "short: speech level": speech_level,
    "short: spacing": spelling.spacing(0.2),
    "short: punctuation": forms.punctuation,
    "short: typo": spelling.typos_in_words(0.06),
    "short: a word replaced": words.replaced(0.08),
    "short: half replaced": words.replaced(0.5),
}
TEMPLATE_KINDS = tuple(f"template: {name}" for name in TEMPLATES)
PAGE_CHANGED, TWO_COPIES = "page lines changed", "two copies of one"
NEAREST, NEAREST_BELOW = "nearest of a source", "nearest below 0.55"
SHORT_NEAREST, SHORT_NEAREST_BELOW = "short: nearest", "short: nearest below 0.55"
KINDS = (
    *(*CHANGES, PAGE_CHANGED, TWO_COPIES, *TEMPLATE_KINDS, NEAREST, NEAREST_BELOW),
    *(*SHORT_CHANGES, SHORT_NEAREST, SHORT_NEAREST_BELOW),
)
#: More pairs of these than of another kind: chance decides what the first does, and on real neighbours hangs precision.
_TIMES = {ANY_TWO: 3, NEAREST: 3, NEAREST_BELOW: 3, SHORT_NEAREST: 3, SHORT_NEAREST_BELOW: 3}
#: Copies are made of so many times fewer documents.
_COPIES = 5
_SHORT_CHARACTERS = (20, 200)


@dataclass(frozen=True)
class Pair:
    kind: str
    first: str
    second: str


def make_pairs(pool: Sequence[Original], *, most: int, seed: int, analyses: Analyses) -> list[Pair]:
    """About ``most`` pairs, as many of each kind; fewer of a kind that finds nothing to change in its documents.

    Copies are made of the first documents of ``pool``, one for about five copies; the nearest pairs are of all of it.

    Raises:
        ValueError: fewer than two documents.
    """
    if len(pool) < 2:
        raise ValueError("need two documents or more to take new sentences and words from")
    per_kind = max(1, most // sum(_TIMES.get(kind, 1) for kind in KINDS))
    originals = pool[: max(2, most // _COPIES)]
    short_pool = _shorts(pool, seed)
    short = short_pool[: len(originals)]
    analyses.read([document.text for document in [*originals, *short]])
    pairs = list(_changed(CHANGES, originals, per_kind, seed, analyses))
    pairs += _two_copies(pairs, per_kind, seed)
    pairs += _other_pages(originals[:per_kind], seed, analyses)
    pairs += _templates(originals, per_kind, seed)
    pairs += _changed(SHORT_CHANGES, short, per_kind, seed, analyses)
    for documents, nearest, nearest_below in ((pool, NEAREST, NEAREST_BELOW), (short_pool, SHORT_NEAREST, SHORT_NEAREST_BELOW)):
        for kind, below in ((nearest, math.inf), (nearest_below, 0.55)):
            neighbours = nearest_pairs(documents, most=_TIMES[kind] * per_kind, below=below)
            pairs += [Pair(kind, a.text, b.text) for a, b in neighbours]
    return [pair for pair in pairs if pair.first != pair.second]


def _two_copies(pairs: Sequence[Pair], per_kind: int, seed: int) -> list[Pair]:
    """Two copies of one document, changed in two ways."""
    copies: dict[str, list[str]] = {}
    for pair in pairs:
        copies.setdefault(pair.first, []).append(pair.second)
    rng = random.Random(f"{seed}:{TWO_COPIES}")
    families = [family for family in copies.values() if len(family) > 1]
    chosen = rng.sample(families, min(per_kind, len(families)))
    return [Pair(TWO_COPIES, *rng.sample(family, 2)) for family in chosen]


def _other_pages(originals: Sequence[Original], seed: int, analyses: Analyses) -> Iterator[Pair]:
    """Both texts have header and footer lines, each those of another page."""
    for original in originals:
        rng = random.Random(f"{seed}:{PAGE_CHANGED}:{original.source}:{original.id}")
        draft = Draft(original.text, "", analyses)
        yield Pair(PAGE_CHANGED, *(page_lines.page_lines(4)(draft, rng) for _ in range(2)))


def _changed(
    changes: dict[str, Change], originals: Sequence[Original], per_kind: int, seed: int, analyses: Analyses
) -> Iterator[Pair]:
    """Documents go round: each kind goes on where the one before stopped."""
    others = _others(originals)
    at = 0
    for kind, change in changes.items():
        made, wanted = 0, per_kind * _TIMES.get(kind, 1)
        for _ in range(2 * wanted):
            original = originals[at % len(originals)]
            at += 1
            rng = random.Random(f"{seed}:{kind}:{original.source}:{original.id}")
            copy = change(Draft(original.text, others[original.source, original.id], analyses), rng)
            if copy != original.text:
                made += 1
                yield Pair(kind, original.text, copy)
            if made == wanted:
                break


def _others(originals: Sequence[Original]) -> dict[tuple[str, str], str]:
    """For each document the text of the next of its source, or of any where it is the only one."""
    by_source: dict[str, list[Original]] = {}
    for original in originals:
        by_source.setdefault(original.source, []).append(original)
    found: dict[tuple[str, str], str] = {}
    for index, original in enumerate(originals):
        group = by_source[original.source]
        following = group[(group.index(original) + 1) % len(group)]
        if following is original:
            following = originals[(index + 1) % len(originals)]
        found[original.source, original.id] = following.text
    return found


def _shorts(originals: Sequence[Original], seed: int) -> list[Original]:
    """One run of one to three sentences out of each document that has one of 20 to 200 characters."""
    found: list[Original] = []
    for original in originals:
        rng = random.Random(f"{seed}:short:{original.source}:{original.id}")
        parts = [sentence.strip() for sentence, _ in split_sentences(original.text) if _is_prose(sentence)]
        if not parts:
            continue
        first, count = rng.randrange(len(parts)), rng.randint(1, 3)
        text = " ".join(parts[first : first + count])
        if _SHORT_CHARACTERS[0] <= len(text) <= _SHORT_CHARACTERS[1]:
            found.append(Original(original.id, original.source, text))
    return found


def _is_prose(sentence: str) -> bool:
    hangul = sum("가" <= letter <= "힣" for letter in sentence)
    return len(sentence) >= _SHORT_CHARACTERS[0] and hangul >= len(sentence) / 2 and " " in sentence.strip()


def _templates(originals: Sequence[Original], per_kind: int, seed: int) -> Iterable[Pair]:
    for offset, name in enumerate(TEMPLATES):
        for number in range(per_kind):
            rng = random.Random(f"{seed}:template:{name}:{number}")
            first = originals[(7 * number + offset) % len(originals)]
            group = [other for other in originals if other.source == first.source and other is not first]
            second = rng.choice(group or [other for other in originals if other is not first])
            yield Pair(f"template: {name}", *template_pair(name, (first.text, second.text), rng))
