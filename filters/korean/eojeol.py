"""What a run of Hangul syllables is made of: Kiwi's analysis of it for itself, as a row of numbers.

Enters: runs of Hangul syllables as they stand in a text, mostly one eojeol each (a word with its particles and endings).
Leaves: one row of :data:`COLUMNS` for each. A row is a pure function of the run, so rows are kept in a bounded table in
the process; the table never changes a verdict, only when it is reached.

Analyser and tags: Kiwi (Lee 2024, "Kiwi: Developing a Korean morphological analyzer", KJDH 1(1)); tags after Sejong.
Particle forms after vowel or consonant: the Korean standard grammar (national institute's Standard Korean Language
Dictionary: 을/를, 이/가, 은/는, 과/와, 으로/로).
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Protocol

import numpy as np
from kiwipiepy import Kiwi
from numpy.typing import NDArray

from filters.korean.tag_pairs import first_class, last_class

#: Longer runs are cut: what one analysis costs must be bounded, and no Korean word is longer.
MAX_SYLLABLES = 30

#: Rows that a process keeps: 64 bytes each and the run itself, 30 MB in all.
MAX_ROWS = 200_000

COLUMNS = (
    "syllables",
    "morphemes",
    "score",  # natural logarithm, over all morphemes
    "particles",
    "endings",
    "nouns",
    "final_endings",  # EF: a sentence can end here
    "informal",  # EF of casual speech
    "unknown",  # syllables in morphemes that the dictionary does not have
    "joints",  # places within the run where the grammar wants a space
    "choices",  # particles at the end whose form depends on the sound before
    "wrong",  # of those: the other form than the sound asks for
    "impossible",  # particles after what cannot carry them, and doubled ones
    "first_class",
    "last_class",
)
(SYLLABLES, MORPHEMES, SCORE, PARTICLES, ENDINGS, NOUNS, FINAL, INFORMAL, UNKNOWN) = range(9)
(JOINTS, CHOICES, WRONG, IMPOSSIBLE, FIRST, LAST) = range(9, len(COLUMNS))

Rows = NDArray[np.float32]


class Morpheme(Protocol):
    """What is read of a ``kiwipiepy.Token``."""

    form: str
    tag: str
    start: int
    len: int
    score: float
    oov: bool


_CONTENT = frozenset({"NNG", "NNP", "NP", "NR", "VV", "VA", "VV-R", "VV-I", "VA-R", "VA-I", "MM", "MAG", "MAJ", "IC"})
_NOUNS = frozenset({"NNG", "NNP", "NNB", "NP", "NR", "XSN", "SL", "SN", "SH"})

_CASE = frozenset({"JKO", "JKS", "JKB", "JKG", "JC"})
#: A particle after a particle that can carry it (에서+는, 까지+가) scores above this.
_IMPOSSIBLE_SCORE = -7.8

#: The particles whose form depends on the sound before: what has to stand before each.
_AFTER_CONSONANT = frozenset("을이은과")
_AFTER_VOWEL = frozenset("를가는와")
_DEPENDENT = _AFTER_CONSONANT | _AFTER_VOWEL | {"로"}
#: Finals of a Hangul syllable, by number: none and ㄹ.
_NONE, _RIEUL = 0, 8
#: A known suffix or noun of the same sound as the particle (전문+가, 세무+과) scores above this after its stem.
_SUFFIX_SCORE = {"가": -8.0, "과": -8.5}


def _final(syllable: str) -> int:
    return (ord(syllable) - 0xAC00) % 28


def sounds_wrong(run: str) -> tuple[str, bool]:
    """The particle that ``run`` may end in, "" for none, and whether it is the wrong one for the sound before it."""
    particle = run[-1]
    if particle not in _DEPENDENT or len(run) < 2:
        return "", False
    if particle == "로":
        if run[-2] == "으":
            return ("으로", _final(run[-3]) in (_NONE, _RIEUL)) if len(run) > 2 else ("", False)
        return particle, _final(run[-2]) not in (_NONE, _RIEUL)
    return particle, (_final(run[-2]) == _NONE) == (particle in _AFTER_CONSONANT)


def _particle_choice(run: str, morphemes: Sequence[Morpheme]) -> tuple[int, int]:
    """(1 if the run ends in a noun with such a particle, 1 if the form is the wrong one), by sound and by analysis.

    Kiwi knows the rule too and reads a wrong form as something else (책+늘+ㄴ, 학교+은/noun, 책가/unknown): what tells is
    that its reading still has a noun before the particle, or one unknown word.
    """
    particle, wrong = sounds_wrong(run)
    if not particle:
        return 0, 0
    last = morphemes[-1]
    if not wrong:
        chosen = last.tag[0] == "J" and last.start + len(particle) == len(run)
        return int(chosen), 0
    start = len(run) - len(particle)
    before: Morpheme | None = None
    for morpheme in morphemes:
        if morpheme.start == start:
            break
        before = morpheme
    else:
        unknown = particle in "이가" and last.oov and last.start + last.len == len(run) and last.len > 1
        return int(unknown), int(unknown)
    if before is None or before.tag not in _NOUNS or before.start + before.len > start:
        return 0, 0
    is_suffix = last.start == start and last.score > _SUFFIX_SCORE.get(particle, 0.0)
    return int(not is_suffix), int(not is_suffix)


def _wants_space(before: Morpheme, morpheme: Morpheme) -> bool:
    """A new word begins after a particle or an ending: not in 읽어들이다, and many write 할때 and 한후."""
    if before.tag == "ETM":
        return morpheme.tag[0] != "N" or morpheme.len > 1
    if before.tag == "EC":
        return morpheme.tag[0] != "V" or before.form not in ("어", "아", "다", "다가")
    return before.tag[0] == "J" or before.tag == "EF"


def _joints_and_impossible(morphemes: Sequence[Morpheme]) -> tuple[int, int]:
    """(places where the grammar wants a space, particles that cannot stand where they do)."""
    joints = impossible = 0
    before = morphemes[0]
    for morpheme in morphemes[1:]:
        kind = before.tag[0]
        if kind == "J" and morpheme.score < _IMPOSSIBLE_SCORE and (morpheme.tag[0] == "J" or morpheme.form in _DEPENDENT):
            impossible += 1
        elif morpheme.tag in _CONTENT:
            joints += _wants_space(before, morpheme)
        elif before.tag == "EF" and morpheme.tag in _CASE and before.form[-1] in "다죠요까":
            impossible += 1
        before = morpheme
    return joints, impossible


def _tallies(morphemes: Sequence[Morpheme]) -> tuple[float, int, int, int, int, int, int]:
    """Sums over the morphemes: the columns from score to unknown."""
    score = 0.0
    particles = endings = nouns = final_endings = informal = unknown = 0
    for morpheme in morphemes:
        score += morpheme.score
        kind = morpheme.tag[0]
        if kind == "J":
            particles += 1
        elif kind == "E":
            endings += 1
            if morpheme.tag == "EF":
                final_endings += 1
                informal += morpheme.form[-1] not in "다까"
        elif kind == "N":
            nouns += 1
        if morpheme.oov:
            unknown += morpheme.len
    return score, particles, endings, nouns, final_endings, informal, unknown


def row(run: str, morphemes: Sequence[Morpheme]) -> tuple[float, ...]:
    """The numbers of ``run`` under :data:`COLUMNS`, from its morphemes (at least one)."""
    joints, impossible = _joints_and_impossible(morphemes)
    first, last = morphemes[0], morphemes[-1]
    return (
        len(run),
        len(morphemes),
        *_tallies(morphemes),
        joints,
        *_particle_choice(run, morphemes),
        impossible,
        first_class(first.form, first.tag),
        last_class(last.form, last.tag),
    )


@cache
def analyser() -> Kiwi:
    """Kiwi's own newest model, one a process: 1 s and 300 MB at first use."""
    return Kiwi(num_workers=1)


class RowTable:
    """Rows of runs seen so far, at most ``max_rows``; when it is full it starts afresh."""

    def __init__(self, *, max_rows: int = MAX_ROWS) -> None:
        self._max_rows = max_rows
        self._numbers: dict[str, int] = {}
        self._rows: Rows = np.empty((1024, len(COLUMNS)), dtype=np.float32)

    def __len__(self) -> int:
        return len(self._numbers)

    def rows(self, runs: Sequence[str]) -> Rows:
        """The row of each run, in order: shape (number of runs, number of columns)."""
        numbers = self._numbers
        missing = [run for run in dict.fromkeys(runs) if run not in numbers]
        if len(numbers) + len(missing) > self._max_rows:
            numbers.clear()
            missing = list(dict.fromkeys(runs))
        if missing:
            self._add(missing)
        places = np.fromiter(map(numbers.__getitem__, runs), dtype=np.int64, count=len(runs))
        return self._rows[places]

    def _add(self, runs: Sequence[str]) -> None:
        start = len(self._numbers)
        while start + len(runs) > len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._rows[start : start + len(runs)] = _analyse(runs)
        self._numbers.update(zip(runs, range(start, start + len(runs)), strict=True))


def _analyse(runs: Sequence[str]) -> Rows:
    analyse = analyser().analyze
    cut = [run[:MAX_SYLLABLES] for run in runs]
    results: Iterable[list[tuple[list[Morpheme], float]]] = map(analyse, cut)  # pyright: ignore[reportAssignmentType]
    return np.array([row(run, result[0][0]) for run, result in zip(cut, results, strict=True)], dtype=np.float32)


@cache
def row_table() -> RowTable:
    """The table of this process."""
    return RowTable()
