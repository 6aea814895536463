"""A hash of the stem of each content word, without an analyser.

Enters: texts. Leaves: a hash for each word that has a content stem, in the order of the text: the same for a word whatever its
particles, ending and speech level (학교에서는, 학교가; 사용한다, 사용했습니다), other for other words. How words are cut and
stripped says :mod:`filters.near_duplicates.stripping`. Numbers and words in other scripts are content as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from filters.near_duplicates.folding import FoldedTexts, IntArray, fold_all
from filters.near_duplicates.hashing import Hashes, range_hashes
from filters.near_duplicates.stripping import Stripped, strip

#: Words that are no content: particles (after Latin letters or a quotation mark), dependent nouns, auxiliaries, conjunctions.
_FUNCTION = (
    "는 은 를 을 가 와 과 로 으로 이 에 에서 에게 까지 부터 의 도 만 처럼 이라고 라고 이라는 라는 이다 입니다 로서 으로서 "
    "하고 하다 되다 거 것 것이 것이다 수 등 및 그 저 때 주다 줄 바 있다 없다 않다 안 아니 못 또 그리고 그러나 따라서 또는 "
    "또한 하지만 이런 그런 이렇게 그렇게 때문 대한 위한 통해 의해"
)
#: None of their stems has more.
_FUNCTION_SYLLABLES = 3


@dataclass(frozen=True)
class Stems:
    """Text i has ``hashes[starts[i] : starts[i + 1]]``, in its order.

    ``spans``: code-point offsets of each word in its own original text, with particles and endings.
    """

    hashes: Hashes
    starts: IntArray
    spans: IntArray  # [stems, 2]


def _short_keys(stripped: Stripped, rows: IntArray) -> Hashes:
    """A number for each of the words that differs between stems of up to :data:`_FUNCTION_SYLLABLES` syllables of Hangul."""
    firsts = stripped.starts.take(rows)
    sizes = stripped.stops.take(rows) - firsts
    keys = np.zeros(len(rows), dtype=np.uint64)
    for place in range(_FUNCTION_SYLLABLES):
        syllables = stripped.syllables.take(firsts + place, mode="clip").astype(np.uint64) + np.uint64(1)
        keys |= np.where(sizes > place, syllables << np.uint64(16 * place), np.uint64(0))
    return keys


@cache
def _function_keys() -> Hashes:
    stripped = strip(fold_all([_FUNCTION]))
    return np.unique(_short_keys(stripped, np.flatnonzero(stripped.stops > stripped.starts)))


def content_words(stripped: Stripped) -> IntArray:
    """The rows of the words with content, ascending."""
    sizes = stripped.stops - stripped.starts
    content = sizes > 0
    short = np.flatnonzero(content & stripped.hangul & (sizes <= _FUNCTION_SYLLABLES))
    keys, function = _short_keys(stripped, short), _function_keys()
    content[short] = function.take(np.searchsorted(function, keys), mode="clip") != keys
    return np.flatnonzero(content)


def stems_of(folded: FoldedTexts) -> Stems:
    """The stems of texts that are folded already."""
    stripped = strip(folded)
    rows = content_words(stripped)
    firsts, lasts = stripped.starts.take(rows), stripped.ends.take(rows) - 1
    hashes = range_hashes(stripped.syllables, firsts, stripped.stops.take(rows))
    starts = np.searchsorted(firsts, folded.starts)
    shift = np.repeat(folded.text_starts[:-1], np.diff(starts))
    return Stems(hashes, starts, np.stack([folded.positions.take(firsts) - shift, folded.stops.take(lasts) - shift], axis=1))


def stems(texts: Sequence[str]) -> Stems:
    """The stems of ``texts``."""
    return stems_of(fold_all(texts))
