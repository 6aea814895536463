"""Word splitters by name, and the splitting into sentences that C4's rules count with.

Enters: text. Leaves: a list of words (or sentences), none empty, none of white space only.

``unicode``     Every run of letters, digits, marks and underscores is a word, every other sign a word of its own.
                Scripts written without spaces follow the default word boundaries of Unicode (UAX #29): a Han
                ideograph, a hiragana, a Thai, Lao, Khmer or Burmese letter with its marks is a word of its own; katakana
                go together. A giant "word" would hide every repetition in such a text, and a dictionary costs a hundred
                times as much. 40 MB/s per core.
``whitespace``  ``str.split``: for Korean the eojeol, a word with its particles and its punctuation. 180 MB/s.
``kiwi``        Morphemes of Kiwi's default model on NFC text, as surface strings: what FineWeb2's Korean numbers were
                made with (its older model is gone). A contracted syllable is the surface of both its morphemes. 0.2 MB/s.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, cast

from filters.characters import combining_marks
from filters.punctuation import CLOSERS

if TYPE_CHECKING:
    from kiwipiepy import Token

WordSplitter = Callable[[str], list[str]]

#: Letters that are words by themselves, and neither digits nor marks: Han with its radicals and iteration marks, kana;
#: Thai, Lao; Burmese; Khmer.
_SINGLE = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3096\u309b-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff66-\uff9f\u0e00-\u0e3a\u0e40-\u0e4e\u0e80-\u0ece\u0edc-\u0edf\u1000-\u103f\u1050-\u108f\u1780-\u17d3\uaa60-\uaa7f"
)
_SINGLE_BEYOND = "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
_KATAKANA = "\u30a0-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"


@cache
def _mark_ranges() -> str:
    """The inside of a character class of every combining mark and the two joiners; they belong to the letter before."""
    points = sorted([*combining_marks().tolist(), 0x200C, 0x200D])
    starts = [p for p, before in zip(points, [-2, *points], strict=False) if p != before + 1]
    ends = [p for p, after in zip(points, [*points[1:], -2], strict=True) if p + 1 != after]
    return "".join(f"\\U{start:08x}-\\U{end:08x}" for start, end in zip(starts, ends, strict=True))


def _unicode_splitter() -> WordSplitter:
    marks, single = _mark_ranges(), _SINGLE + _SINGLE_BEYOND
    # Two patterns that agree on text of the basic plane without marks; the second is a third as fast, and most text does
    # not need it. Whatever lies beyond counts as a mark here, for a search over its many ranges would be slow as well.
    plain = re.compile(rf"[^\W{_SINGLE}]+|[{_KATAKANA}]+|\S").findall
    marked = re.compile(rf"(?:[^\W{single}]+[{marks}]*)+|(?:[{_KATAKANA}]+[{marks}]*)+|\S[{marks}]*").findall
    basic_marks = marks[: marks.index("\\U0001")]
    may_have_mark = re.compile(f"[{basic_marks}\U00010000-\U0010ffff]").search

    def split(text: str) -> list[str]:
        return marked(text) if not text.isascii() and may_have_mark(text) else plain(text)

    return split


def _kiwi_splitter() -> WordSplitter:
    # Imported here, for it takes a second and only recipes that name it need it.
    from kiwipiepy import Kiwi  # pyright: ignore[reportMissingTypeStubs]

    kiwi = Kiwi(num_workers=1)

    def split(text: str) -> list[str]:
        text = unicodedata.normalize("NFC", text)
        tokens = cast(list["Token"], kiwi.tokenize(text))
        surfaces = [text[token.start : token.start + token.len].strip() for token in tokens]
        return [surface for surface in surfaces if surface]

    return split


_SPLITTERS: dict[str, Callable[[], WordSplitter]] = {
    "unicode": _unicode_splitter,
    "whitespace": lambda: str.split,
    "kiwi": _kiwi_splitter,
}

#: The names that :func:`word_splitter` knows.
SPLITTER_NAMES = frozenset(_SPLITTERS)


@cache
def word_splitter(name: str) -> WordSplitter:
    """The splitter of that name, made once per process (``kiwi`` loads its model here).

    Raises ValueError for another name.
    """
    if name not in _SPLITTERS:
        raise ValueError(f"no word splitter is called {name!r}; choose one of {', '.join(sorted(_SPLITTERS))}")
    return _SPLITTERS[name]()


_CLOSERS = re.escape(CLOSERS)
#: A sentence ends at terminals and what closes behind them, before white space or the end; full-width terminals need no
#: space. A dot ends none after a single Latin letter, a number of up to two digits, or a usual abbreviation (J. Smith,
#: 3. 1., etc.). A run of terminals is read once, from its first, or a million dots would take a million squared steps.
_SENTENCE_END = re.compile(
    rf"(?:(?<![.!?…])(?:[!?…]|\.(?:(?=\.)|(?<!\b[A-Za-z0-9]\.)(?<!\b\d\d\.)(?<!\b(?:Mr|Dr|vs|cf|No)\.)"
    rf"(?<!\b(?:Mrs|etc|i\.e|e\.g)\.)))[.!?…]*+[{_CLOSERS}]*+(?=\s|\Z)|[。！？]++[{_CLOSERS}]*+)\s*+"
)


def split_sentences(text: str) -> list[str]:
    """The sentences of ``text``, without the white space around them; what follows the last end is one too."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    parts = [text[start:end].strip() for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
    return [part for part in parts if part]


def count_sentences(text: str) -> int:
    """How many sentences :func:`split_sentences` finds."""
    return len(split_sentences(text))
