"""What of a text a benchmark question is recognised by: syllables, letters and digits, with nothing in between.

Enters: texts of any language. Leaves: a sequence of symbols for each, with their places in the text and about how much each
tells. The same symbols come of the same question respaced, in full-width forms, in NFD, split over lines, punctuated and
numbered in another way, with Hanja in brackets; without those of particles and endings (``content``) the same come, but for a
few, of the question with other particles and endings:

* of Hangul each syllable, marked where it is of particles and endings (:mod:`filters.contamination.function_syllables`);
* of letters, pieces of about three, cut between two letters that a hash chooses (content-defined chunking, Muthitacharoen et
  al., SOSP 2001), so that they do not depend on white space, case or underscores: English words and code alike;
* each digit, each ideograph, each kana for itself.

Numbers of choices and lists (①, 1., (2), 가., B)) are left out, and so are Hanja in brackets after Hangul.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from filters.contamination.function_syllables import function_pairs, syllable_tables
from filters.near_duplicates.folding import FoldedTexts, fold_all, joined
from filters.near_duplicates.hashing import Hashes, mix, multipliers

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float32]
_CodePoints = NDArray[np.uint32]

_NOTHING, _LETTER, _HANGUL, _DIGIT, _IDEOGRAPH, _KANA = range(6)
_NUM_CODE_POINTS = 0x110000
_RANGES = (
    *((0x1100, 0x1200, _NOTHING), (0xA960, 0xA980, _NOTHING), (0xD7B0, 0xD800, _NOTHING), (0xAC00, 0xD7A4, _HANGUL)),
    *((0x30, 0x3A, _DIGIT), (0x3040, 0x3100, _KANA), (0x31F0, 0x3200, _KANA)),
    *((0x3400, 0x4DC0, _IDEOGRAPH), (0x4E00, 0xA000, _IDEOGRAPH), (0xF900, 0xFB00, _IDEOGRAPH), (0x20000, 0x32000, _IDEOGRAPH)),
)
#: Bits that a symbol tells in running text, roughly: syllables of content words, a digit, an ideograph, a kana, a letter.
_BITS = {_HANGUL: 6.0, _DIGIT: 3.0, _IDEOGRAPH: 7.0, _KANA: 3.0}
_FUNCTION_BITS = 2.0
_BITS_PER_LETTER, _MAX_CHUNK_BITS = 1.8, 14.0
#: The first and the last piece of a row of letters depend on what stands next to them.
_EDGE_SHARE = 0.25
_CHUNK_SEED, _MAX_CHUNK = 71, 64
_NO_PAIR = np.uint64((1 << 64) - 1)

_ENCLOSED = ((0x2460, 0x2500), (0x2776, 0x2794), (0x3200, 0x3244), (0x3260, 0x32B1))
_HARD_STOPS = ".?!:;。？！：；…"
_AFTER_NUMBER = ".)．）"
_LETTER_NUMBERS = "abcdefgh가나다라마바사"


@dataclass(frozen=True)
class Skeletons:
    """The symbols of ``num`` texts: those of text i are at ``starts[i] : starts[i + 1]``."""

    symbols: Hashes
    bits: FloatArray
    starts: IntArray  # [num + 1]
    begins: IntArray  # code-point offset of each symbol in its own text
    ends: IntArray  # where it ends
    is_word: BoolArray  # a piece of letters, not one character
    is_function: BoolArray  # a syllable of particles and endings

    def content(self) -> "Skeletons":
        """Without the syllables of particles and endings."""
        kept = np.flatnonzero(~self.is_function)
        starts = np.searchsorted(kept, self.starts)
        return Skeletons(
            self.symbols.take(kept),
            self.bits.take(kept),
            starts,
            self.begins.take(kept),
            self.ends.take(kept),
            self.is_word.take(kept),
            self.is_function.take(kept),
        )

    def __len__(self) -> int:
        return len(self.starts) - 1

    def text(self, row: int) -> slice:
        """Where the symbols of one text are."""
        return slice(int(self.starts[row]), int(self.starts[row + 1]))


@cache
def _kinds() -> NDArray[np.uint8]:
    table = np.full(_NUM_CODE_POINTS, _LETTER, dtype=np.uint8)
    for start, end, kind in _RANGES:
        table[start:end] = kind
    return table


@cache
def _marks() -> NDArray[np.uint8]:
    """For each code point of an original text: 1 hard stop, 2 follows a number of a list, 4 opens, 8 closes, 16 enclosed."""
    table = np.zeros(_NUM_CODE_POINTS, dtype=np.uint8)
    for characters, bit in ((_HARD_STOPS, 1), (_AFTER_NUMBER, 2), ("([（［〔〈「", 4), (")]）］〕〉」", 8)):
        table[[ord(character) for character in characters]] |= bit
    for start, end in _ENCLOSED:
        table[start:end] |= 16
    return table


def skeletons(texts: Sequence[str]) -> Skeletons:
    """The symbols of each text."""
    folded = fold_all(texts)
    original, _ = joined(texts)
    kinds = _kinds().take(folded.code_points)
    text_starts = np.zeros(len(kinds) + 1, dtype=np.bool_)
    text_starts[folded.starts] = True
    marks = _marks().take(original)
    kinds[_numbering(folded, kinds, marks, text_starts)] = _NOTHING
    kinds[_bracketed_hanja(folded, kinds, marks, text_starts)] = _NOTHING
    symbols = folded.code_points.astype(np.uint64)
    bits = _bits_table().take(kinds)
    is_function = _fold_syllables(folded, kinds, symbols, bits)
    ends = folded.stops.copy()
    kept = kinds != _NOTHING
    _chunk_letters(folded, kinds, marks, text_starts, symbols=symbols, bits=bits, ends=ends, kept=kept)
    places = np.flatnonzero(kept)
    starts = np.searchsorted(places, folded.starts)
    offsets = np.repeat(folded.text_starts[:-1], np.diff(starts))
    return Skeletons(
        symbols.take(places),
        bits.take(places),
        starts,
        folded.positions.take(places) - offsets,
        ends.take(places) - offsets,
        kinds.take(places) == _LETTER,
        is_function.take(places),
    )


def _fold_syllables(folded: FoldedTexts, kinds: NDArray[np.uint8], symbols: Hashes, bits: FloatArray) -> BoolArray:
    """Gives Hangul its symbols; which of them are of particles and endings."""
    syllables, of_function = syllable_tables()
    is_function = np.zeros(len(kinds), dtype=np.bool_)
    hangul = np.flatnonzero(kinds == _HANGUL)
    numbers = folded.code_points.take(hangul) - np.uint32(0xAC00)
    symbols[hangul] = syllables.take(numbers)
    is_function[hangul] = of_function.take(numbers)
    pairs = function_pairs(folded.code_points)
    is_function[pairs] = True
    is_function[pairs + 1] = True
    bits[is_function] = _FUNCTION_BITS
    return is_function


@cache
def _bits_table() -> FloatArray:
    return np.array([_BITS.get(kind, 0.0) for kind in range(6)], dtype=np.float32)


def _chunk_letters(
    folded: FoldedTexts,
    kinds: NDArray[np.uint8],
    marks: NDArray[np.uint8],
    text_starts: BoolArray,
    *,
    symbols: Hashes,
    bits: FloatArray,
    ends: IntArray,
    kept: BoolArray,
) -> None:
    """Makes each piece of letters one symbol, at the place of its first letter."""
    letters = np.flatnonzero(kinds == _LETTER)
    if not len(letters):
        return
    stops_before = np.concatenate(([0], np.cumsum(marks & 1, dtype=np.int64)))
    codes = folded.code_points.take(letters).astype(np.uint64)
    run_starts = np.ones(len(letters), dtype=np.bool_)
    run_starts[1:] = (letters[1:] != letters[:-1] + 1) | text_starts[letters[1:]]
    run_starts[1:] |= stops_before[folded.positions[letters[1:]]] != stops_before[folded.stops[letters[:-1]]]
    # A cut stands where the hash of two neighbours is smaller than those beside it: about every third letter.
    pairs = np.full(len(letters) + 1, _NO_PAIR, dtype=np.uint64)
    pairs[1:-1] = mix(codes[:-1] << np.uint64(32) | codes[1:])
    pairs[:-1][run_starts] = _NO_PAIR
    cuts = run_starts.copy()
    cuts[1:] |= (pairs[1:-1] < pairs[:-2]) & (pairs[1:-1] <= pairs[2:])
    # A row that no pair of letters cuts is cut every _MAX_CHUNK letters.
    firsts = np.flatnonzero(cuts)
    within = np.arange(len(letters)) - np.repeat(firsts, np.diff(firsts, append=len(letters)))
    cuts |= within % _MAX_CHUNK == 0
    firsts = np.flatnonzero(cuts)
    sizes = np.diff(firsts, append=len(letters))
    within = np.arange(len(letters)) - np.repeat(firsts, sizes)
    hashes = mix(np.add.reduceat(codes * multipliers(_MAX_CHUNK, seed=_CHUNK_SEED).take(within), firsts))
    places = letters.take(firsts)
    kept[letters] = False
    kept[places] = True
    symbols[places] = hashes | np.uint64(1 << 63)
    ends[places] = folded.stops.take(letters.take(firsts + sizes - 1))
    own_bits = np.minimum(sizes * _BITS_PER_LETTER, _MAX_CHUNK_BITS)
    edges = run_starts.take(firsts)
    edges[:-1] |= edges[1:]
    edges[-1] = True
    bits[places] = np.where(edges, own_bits * _EDGE_SHARE, own_bits)


def _at(marks: NDArray[np.uint8], places: IntArray) -> NDArray[np.uint8]:
    """The marks at ``places`` of the original; none outside."""
    inside = (places >= 0) & (places < len(marks))
    return np.where(inside, marks.take(np.clip(places, 0, max(len(marks) - 1, 0))), 0) if len(marks) else np.zeros(0, np.uint8)


def _numbering(folded: FoldedTexts, kinds: NDArray[np.uint8], marks: NDArray[np.uint8], text_starts: BoolArray) -> IntArray:
    """Places of the numbers and letters that number choices: enclosed ones; one or two digits, or a letter, before . or )."""
    enclosed = np.flatnonzero(_at(marks, folded.positions) & 16) if (marks & 16).any() else np.zeros(0, np.int64)
    before_mark = np.flatnonzero(_at(marks, folded.stops) & 2)
    if not len(before_mark):
        return enclosed
    last = len(kinds) - 1
    codes, stops, positions = folded.code_points, folded.stops, folded.positions
    following = np.minimum(before_mark + 1, last)
    # 3.5 is a number and e.g. a word: what follows directly is of the same kind.
    touches = (positions[following] == stops[before_mark] + 1) & (kinds[following] == kinds[before_mark])
    touches &= following > before_mark

    def joins_previous(places: IntArray) -> BoolArray:
        previous = np.maximum(places - 1, 0)
        joined_up = (stops[previous] == positions[places]) & (kinds[previous] == kinds[places]) & (places > 0)
        return joined_up & ~text_starts[places]

    digit = before_mark[(kinds[before_mark] == _DIGIT) & ~touches]
    second = joins_previous(digit)
    third = second & joins_previous(np.maximum(digit - 1, 0))
    numbers = np.concatenate((digit[~second], digit[second & ~third], digit[second & ~third] - 1))
    letter = before_mark[np.isin(codes[before_mark], [ord(character) for character in _LETTER_NUMBERS])]
    touching = touches[np.searchsorted(before_mark, letter)]
    letter = letter[~touching & ~joins_previous(letter) & (folded.breaks[letter] | (kinds[letter] == _LETTER))]
    return np.concatenate((enclosed, numbers, letter))


def _bracketed_hanja(
    folded: FoldedTexts, kinds: NDArray[np.uint8], marks: NDArray[np.uint8], text_starts: BoolArray
) -> IntArray:
    """Places of ideographs that stand alone in brackets after Hangul: 학교(學校)."""
    ideographs = np.flatnonzero(kinds == _IDEOGRAPH)
    if not len(ideographs):
        return ideographs
    is_first = np.ones(len(ideographs), dtype=np.bool_)
    is_first[1:] = (ideographs[1:] != ideographs[:-1] + 1) | text_starts[ideographs[1:]]
    firsts = np.flatnonzero(is_first)
    lasts = np.append(firsts[1:], len(ideographs)) - 1
    first, last = ideographs[firsts], ideographs[lasts]
    opened = _beside(marks, folded.positions[first] - 1, step=-1, bit=4)
    closed = _beside(marks, folded.stops[last], step=1, bit=8)
    after_hangul = (first > 0) & ~text_starts[first] & (kinds[np.maximum(first - 1, 0)] == _HANGUL)
    gone = opened & closed & after_hangul
    return ideographs[np.repeat(gone, lasts - firsts + 1)]


def _beside(marks: NDArray[np.uint8], places: IntArray, *, step: int, bit: int) -> BoolArray:
    """Whether a mark stands at ``places``, or one further with a space between."""
    return ((_at(marks, places) | _at(marks, places + step)) & bit) > 0
