"""Marks against what a tool found: recall by entity and form, look-alikes left alone, precision; and the misses to read.

* exact: a span of the entity with the mark's very offsets;
* covered: spans of the entity together cover every code point of the mark;
* hidden: spans of whatever entity cover it (nothing of it survives replacement): the fair figure for tools with other names;
* clean: a look-alike that no span touches;
* precision: the share of spans that touch personal data; spans that touch an ignored mark do not count.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .finders import Find, Found
from .marked import Mark, Sentence
from .slots import IGNORED


@dataclass
class Recall:
    num: int = 0
    exact: int = 0
    covered: int = 0
    hidden: int = 0


@dataclass
class Scores:
    """``misses`` and ``false_alarms``: entity or kind -> (form, text with the place marked by guillemets)."""

    recall: dict[str, Recall] = field(default_factory=dict)
    forms: dict[tuple[str, str], Recall] = field(default_factory=dict)
    look_alikes: Counter[str] = field(default_factory=Counter)
    clean: Counter[str] = field(default_factory=Counter)
    num_spans: int = 0
    num_right: int = 0
    misses: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    false_alarms: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @property
    def precision(self) -> float:
        return self.num_right / self.num_spans if self.num_spans else 1.0

    @property
    def left_alone(self) -> float:
        total = self.look_alikes.total()
        return self.clean.total() / total if total else 1.0


def score(sentences: Iterable[Sentence], find: Find) -> Scores:
    scores = Scores()
    for sentence in sentences:
        found = find(sentence.text)
        for mark in sentence.personal:
            if mark.entity != IGNORED:
                _score_mark(scores, mark, found, sentence.text)
        _score_look_alikes(scores, sentence, found)
        _score_spans(scores, sentence, found)
    return scores


def _score_mark(scores: Scores, mark: Mark, found: Sequence[Found], text: str) -> None:
    same = [span for span in found if span.entity == mark.entity]
    exact = any((span.start, span.end) == (mark.start, mark.end) for span in same)
    covered = _covers(same, mark)
    for recall in (
        scores.recall.setdefault(mark.entity, Recall()),
        scores.forms.setdefault((mark.entity, mark.form), Recall()),
    ):
        recall.num += 1
        recall.exact += exact
        recall.covered += covered
        recall.hidden += covered or _covers(found, mark)
    if not covered:
        others = [f"{span.entity} {text[span.start : span.end]!r}" for span in found if _touches(span, mark)]
        note = f"  (found: {', '.join(others)})" if others else ""
        scores.misses.setdefault(mark.entity, []).append((mark.form, around(text, mark.start, mark.end) + note))


def _score_look_alikes(scores: Scores, sentence: Sentence, found: Sequence[Found]) -> None:
    for mark in sentence.look_alikes:
        scores.look_alikes[mark.form] += 1
        scores.clean[mark.form] += not any(_touches(span, mark) for span in found)


def _score_spans(scores: Scores, sentence: Sentence, found: Sequence[Found]) -> None:
    for span in found:
        touched = [mark for mark in sentence.marks if _touches(span, mark)]
        if any(mark.entity == IGNORED for mark in touched):
            continue
        scores.num_spans += 1
        if any(mark.entity for mark in touched):
            scores.num_right += 1
        else:
            kind = touched[0].form if touched else "plain text"
            place = around(sentence.text, span.start, span.end)
            scores.false_alarms.setdefault(span.entity, []).append((kind, place))


def _touches(span: Found, mark: Mark) -> bool:
    return span.start < mark.end and mark.start < span.end


def _covers(found: Sequence[Found], mark: Mark) -> bool:
    position = mark.start
    for span in sorted(found):
        if span.start <= position < span.end:
            position = span.end
    return position >= mark.end


def around(text: str, start: int, end: int, *, width: int = 36) -> str:
    """The place in its text: ``...연락처 «010-1234-5678»로...``, line ends and invisible characters made visible."""
    shown = f"{text[max(0, start - width) : start]}«{text[start:end][:120]}»{text[end : end + width]}"
    return "".join(_visible(character) for character in unicodedata.normalize("NFC", shown))


def _visible(character: str) -> str:
    if character in "\n\t":
        return {"\n": "⏎", "\t": "⇥"}[character]
    return f"<U+{ord(character):04X}>" if unicodedata.category(character) == "Cf" else character
