"""Keyword stuffing: one search term that stands bare in sentence after sentence.

Enters: a text. Leaves: its most stuffed word with counts. No vocabulary is needed: a text about a subject gives its name
particles (임플란트는, 임플란트를), varies it and leaves it out; a page made for search engines sets it into every sentence and
heading as people type it (합정 임플란트 가격, 합정 임플란트 후기), with all the places it knows before it. Keyword density as a
sign of spam pages: Ntoulas et al. 2006, "Detecting Spam Web Pages through Content Analysis", section 4.
"""

import re
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

_UNIT = re.compile(r"(?<=[.!?])\s+|\n+")
_SIGNS = " \t.,!?|#*:;/'\"()[]<>·-–—_~"
_MIN_COUNT = 4
_MAX_CHARS = 20_000
_CANDIDATES = 4
_PLACE = re.compile(r"[가-힣]{1,4}(?:동|구|시|군|역|읍|면|지구|신도시)$")
#: Words that stand bare in any text.
_ORDINARY = frozenset(
    (
        "있는",
        "하는",
        "되는",
        "없는",
        "같은",
        "다른",
        "모든",
        "어떤",
        "그런",
        "이런",
        "경우",
        "다음",
        "때문에",
        "대한",
        "위한",
        "통해",
        "위해",
        "대해",
        "따라",
        "따른",
        "관한",
        "그리고",
        "그러나",
        "하지만",
        "또는",
        "또한",
        "있다",
        "있습니다",
        "합니다",
        "한다",
        "수도",
        "것이",
        "것은",
        "것을",
        "새로운",
        "여러",
        "가장",
        "매우",
        "바로",
        "정말",
        "함께",
        "모두",
        "다시",
        "이미",
        "먼저",
        "아주",
        "너무",
        "진짜",
    )
)


class Keyword(NamedTuple):
    """A word, how often it stands in the text, and the shares that tell.

    ``units``: of sentences and lines that have it; ``bare``: of its places without particle; ``words``: of all words;
    ``before``: how many different words stand before it; ``places``: how many of them look like names of places.
    """

    word: str
    number: int
    units: float
    bare: float
    words: float
    before: int
    places: int


def keyword(text: str, places: frozenset[str] = frozenset(), *, min_bare_share: float = 0.0) -> Keyword | None:
    """The word that stands bare in the largest share of the sentences, or ``None`` where none comes often.

    ``min_bare_share``: where no word comes bare in so large a share of all words there is none, and little to do.
    """
    text = text[:_MAX_CHARS]
    words = [word.strip(_SIGNS) for word in text.split()]
    often = [
        (word, count)
        for word, count in Counter(words).most_common(3 * _CANDIDATES)
        if count >= _MIN_COUNT and len(word) > 1 and "가" <= word[-1] <= "힣" and word not in _ORDINARY
    ]
    if not often or often[0][1] < min_bare_share * len(words):
        return None
    units = [unit for unit in _UNIT.split(text) if unit and not unit.isspace()]
    best: Keyword | None = None
    for word, bare in often[:_CANDIDATES]:
        count = text.count(word)
        preceding = {before for before, at in pairwise(words) if at == word}
        named = sum(before in places or _PLACE.match(before) is not None for before in preceding)
        share = sum(word in unit for unit in units) / len(units)
        found = Keyword(word, count, share, bare / count, count / len(words), len(preceding), named)
        if best is None or (found.units * found.bare, found.number) > (best.units * best.bare, best.number):
            best = found
    return best
