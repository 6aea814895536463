"""Which Hangul syllables particles and endings are made of, and what the others fold to.

Enters: Hangul. Leaves: for each syllable its symbol, and whether it is taken for one of a particle or an ending.

Every syllable that stands in particles, endings or auxiliaries at least about a third of the times it is written is taken for
one, wherever it stands: so what is left of a sentence is the same whatever its particles, its speech level and its spacing, and
no analyser is asked. Measured with Kiwi's tags on manuals, law and reviews: it is 37 % of the syllables, 90 % of those of
particles and endings, and 14 % of the others, which go from a question and from its copies alike.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

_FIRST, _NUM, _NUM_FINALS, _NUM_VOWELS = 0xAC00, 11_172, 28, 21
#: Of particles and of the endings of nouns' predicates.
_PARTICLES = "은는이가을를에의도만로으와과서나라란랑야여든럼"
#: Of the endings of verbs and adjectives in every speech level.
_ENDINGS = "다니까요죠지고며면게던려난냐네운음습십닙어었았겠므져"
#: Of the verbs that make other words verbs (하다, 되다, 이다) and help them (오다, 주다, 보다).
_AUXILIARIES = "하한할함합해했핸되된될됨됩됐돼입인웠워왔온봐봤볼줘줍줬갔났렸렀졌였걸놓싶않진들"
_FUNCTION = frozenset(_PARTICLES + _ENDINGS + _AUXILIARIES)
#: Particles and endings of syllables that alone are mostly of other words.
_PAIRS = ("부터", "처럼", "마저", "조차", "밖에", "보다", "한테", "거나", "도록", "더라", "더군", "세요", "시오", "거든")

#: Finals that a verb's stem takes on with its ending: 배우다, 배운, 배울, 배움, 배웁, 배웠.
_FINAL_PAST = 20
_FINALS_OF_ENDINGS = (4, 8, 16, 17)
#: What a stem's vowel becomes before -어 and -아: ㅝ from ㅜ, ㅘ from ㅗ, ㅕ from ㅣ, ㅙ from ㅚ.
_CONTRACTED = {14: 13, 9: 8, 6: 20, 10: 11}
_SILENT_LEAD = 11


def _folded(syllable: int) -> int:
    """The number of the syllable that stands for ``syllable``: without the final and the vowel that an ending gives."""
    lead, rest = divmod(syllable, _NUM_VOWELS * _NUM_FINALS)
    vowel, final = divmod(rest, _NUM_FINALS)
    final = 0 if final == _FINAL_PAST else final
    if final == 0 and lead != _SILENT_LEAD:
        vowel = _CONTRACTED.get(vowel, vowel)
    final = 0 if final in _FINALS_OF_ENDINGS else final
    return (lead * _NUM_VOWELS + vowel) * _NUM_FINALS + final


@cache
def _pairs() -> tuple[NDArray[np.bool_], NDArray[np.uint64]]:
    """For each code point below U+10000 whether a pair begins with it, and the pairs as numbers."""
    begins = np.zeros(1 << 16, dtype=np.bool_)
    begins[[ord(pair[0]) for pair in _PAIRS]] = True
    return begins, np.array(sorted(ord(first) << 32 | ord(second) for first, second in _PAIRS), dtype=np.uint64)


def function_pairs(code_points: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Where the first syllable of a particle or an ending stands that is told by two of them."""
    begins, pairs = _pairs()
    first = np.flatnonzero(begins.take(code_points, mode="clip"))
    first = first[first < len(code_points) - 1]
    written = code_points[first].astype(np.uint64) << np.uint64(32) | code_points[first + 1]
    return first[np.isin(written, pairs)]


@cache
def syllable_tables() -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
    """For each syllable from U+AC00 on the code point that stands for it, and whether it is one of particles and endings."""
    is_function = np.array([chr(_FIRST + number) in _FUNCTION for number in range(_NUM)])
    folded = np.array([_FIRST + _folded(number) for number in range(_NUM)], dtype=np.uint32)
    return np.where(is_function, np.arange(_FIRST, _FIRST + _NUM, dtype=np.uint32), folded), is_function
