"""Benchmark items, and the passages by which each is looked for.

Enters: questions with their choices and answers. Leaves: passages, rows of symbols with weights, and how much of one has to be
found. What many items share and what all questions share (:mod:`filters.contamination.question_phrases`) weighs little.

A question that tells enough without its particles and endings is a passage by itself. One that tells little is looked for as a
whole, and together with its choices or its answer; one that tells too little even so is looked for with every particle and
ending, and one that is too short for that as well is told as too short.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from filters.contamination.question_phrases import in_phrases
from filters.contamination.shared_runs import in_shared_runs
from filters.contamination.skeleton import FloatArray, IntArray, Skeletons, skeletons
from filters.near_duplicates.hashing import Hashes

#: Bits (see :mod:`filters.contamination.skeleton`) that a passage has to tell, all in all: less where a phrase of questions is
#: part of it, for statements of the same fact have none; and those that are not common. And so many different symbols.
_MIN_BITS, _MIN_BITS_ASKING, _MIN_DISTINCT_BITS, _MIN_SYMBOLS = 44.0, 34.0, 24.0, 4
#: Bits of a phrase of questions.
ASKING_BITS = 6.0
#: So much of that is enough of a question with its answer where a question mark or the end of a line stands between them.
_MARKED_SHARE = 0.75
#: From so many distinct bits on a question is known by itself; from so many what is common in it weighs little.
_STRONG_BITS, _LONG_BITS = 60.0, 120.0
_COMMON_SHARE = 0.25
#: Longer passages are looked for piece by piece.
_PIECE = 256
_BATCH = 4_096


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One question of a benchmark, and where it comes from."""

    benchmark: str
    item: str
    question: str
    choices: tuple[str, ...] = ()
    answer: str = ""


class Passage(NamedTuple):
    """A row of symbols that is looked for: what each tells, and what it tells that is not common.

    ``answer`` is the place of the first symbol of an answer before which a question mark has to stand; 0: none has to.
    """

    symbols: Hashes
    bits: FloatArray
    distinct: FloatArray
    answer: int = 0

    def part(self, start: int, end: int) -> "Passage":
        """Symbols ``start`` to ``end``."""
        return Passage(self.symbols[start:end], self.bits[start:end], self.distinct[start:end])

    def followed_by(self, other: "Passage") -> "Passage":
        """This passage, and the other behind it."""
        symbols = np.concatenate((self.symbols, other.symbols))
        return Passage(symbols, np.concatenate((self.bits, other.bits)), np.concatenate((self.distinct, other.distinct)))


@dataclass(frozen=True)
class Passages:
    """What is looked for: passage i has the symbols ``symbols[starts[i] : starts[i + 1]]``."""

    symbols: Hashes
    weights: FloatArray
    starts: IntArray  # [num + 1]
    items: IntArray  # the number of each passage's item
    bits: FloatArray  # what each tells that is not common
    total_bits: FloatArray  # and all in all
    answers: IntArray  # see Passage
    without: tuple[int, ...]  # numbers of items that have no passage
    num_repeated: int  # passages that are word for word those of an earlier item

    def __len__(self) -> int:
        return len(self.items)


def passages_of(items: Sequence[Item], *, numbers: Sequence[int], content: bool) -> Passages:
    """The passages of the items of the given ``numbers``, in their order; ``content``: without particles and endings."""
    chosen = [items[number] for number in numbers]
    fields = (
        _Field.of([item.question for item in chosen], content=content, once=True),
        _Field.of(["\n".join(item.choices) for item in chosen], content=content),
        _Field.of([item.answer for item in chosen], content=content),
    )
    pieces: list[Passage] = []
    owners: list[int] = []
    without: list[int] = []
    seen: dict[bytes, int] = {}
    num_repeated = 0
    for row, number in enumerate(numbers):
        found = [piece for passage in _looked_for(row, *fields) for piece in _cut(passage)]
        for piece in found:
            first = seen.setdefault(piece.symbols.tobytes(), number)
            num_repeated += first != number
            if first == number:
                pieces.append(piece)
                owners.append(number)
        if not found:
            without.append(number)
    return _packed(pieces, owners, tuple(without), num_repeated, content=content)


def _packed(
    pieces: Sequence[Passage], owners: Sequence[int], without: tuple[int, ...], num_repeated: int, *, content: bool
) -> Passages:
    starts = np.zeros(len(pieces) + 1, dtype=np.int64)
    np.cumsum([len(piece.symbols) for piece in pieces], out=starts[1:])
    symbols = np.concatenate([np.zeros(0, np.uint64), *(piece.symbols for piece in pieces)])
    bits = np.concatenate([np.zeros(0, np.float32), *(piece.bits for piece in pieces)])
    distinct = np.concatenate([np.zeros(0, np.float32), *(piece.distinct for piece in pieces)])
    distinct_bits = _sums(distinct, starts)
    is_long = np.repeat((distinct_bits >= _LONG_BITS) & content, np.diff(starts))
    return Passages(
        symbols=symbols,
        weights=np.where(is_long & (distinct == 0), bits * np.float32(_COMMON_SHARE), bits),
        starts=starts,
        items=np.array(owners, dtype=np.int64),
        bits=distinct_bits,
        total_bits=_sums(bits, starts),
        answers=np.array([piece.answer for piece in pieces], dtype=np.int64),
        without=without,
        num_repeated=num_repeated,
    )


def _sums(values: FloatArray, starts: IntArray) -> FloatArray:
    summed = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    return (summed[starts[1:]] - summed[starts[:-1]]).astype(np.float32)


@dataclass(frozen=True)
class _Field:
    """One field of all items: the symbols of its texts, what each tells, and what it tells that is not common."""

    symbols: Hashes
    bits: FloatArray
    distinct: FloatArray
    starts: list[int]  # [num texts + 1]
    distinct_bits: list[float]  # by text
    texts: list[int]  # the text of each item

    @classmethod
    def of(cls, texts: Sequence[str], *, content: bool, once: bool = False) -> "_Field":
        """The symbols of texts, made in batches so that memory stays with what comes out.

        ``once``: what is the same text in many items is not common for that.
        """
        rows = list(range(len(texts)))
        if once:
            numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
            rows, texts = [numbers[text] for text in texts], [*numbers]
        made: list[Skeletons] = []
        for start in range(0, max(len(texts), 1), _BATCH):
            batch = skeletons(texts[start : start + _BATCH])
            made.append(batch.content() if content else batch)
        symbols = np.concatenate([batch.symbols for batch in made])
        bits = np.concatenate([batch.bits for batch in made])
        starts = np.concatenate(([0], np.cumsum(np.concatenate([np.diff(batch.starts) for batch in made]))))
        is_common = in_phrases(symbols, starts, content=content) | in_shared_runs(symbols, starts)
        distinct = np.where(is_common, np.float32(0), bits)
        return cls(symbols, bits, distinct, starts.tolist(), _sums(distinct, starts).tolist(), rows)

    def passage(self, row: int) -> Passage:
        """The passage of one item."""
        own = slice(self.starts[self.texts[row]], self.starts[self.texts[row] + 1])
        return Passage(self.symbols[own], self.bits[own], self.distinct[own])


def _looked_for(row: int, questions: _Field, choices: _Field, answers: _Field) -> list[Passage]:
    """The question, and where that tells little also what belongs to it."""
    question = longer = questions.passage(row)
    found = [question] if _is_enough(question) else []
    if questions.distinct_bits[questions.texts[row]] >= _STRONG_BITS:
        return found
    for more in (choices, answers):
        longer = question.followed_by(more.passage(row))
        if len(longer.symbols) > len(question.symbols) and _is_enough(longer):
            return [*found, longer]
    if len(longer.symbols) > len(question.symbols) > 0 and _is_enough(longer, share=_MARKED_SHARE):
        return [*found, longer._replace(answer=len(question.symbols))]
    return found


def _is_enough(passage: Passage, *, share: float = 1.0) -> bool:
    if len(set(passage.symbols.tolist())) < _MIN_SYMBOLS:
        return False
    total, distinct = float(passage.bits.sum()), float(passage.distinct.sum())
    least = _MIN_BITS_ASKING if total - distinct >= ASKING_BITS else _MIN_BITS
    return total >= share * least and distinct >= share * _MIN_DISTINCT_BITS


def _cut(passage: Passage) -> list[Passage]:
    """A long passage in pieces of about the same length; those that tell too little are left out."""
    num_pieces = max(1, round(len(passage.symbols) / _PIECE))
    if num_pieces == 1:
        return [passage]
    bounds = [len(passage.symbols) * piece // num_pieces for piece in range(num_pieces + 1)]
    cut = [passage.part(start, end) for start, end in pairwise(bounds)]
    return [piece for piece in cut if _is_enough(piece)]
