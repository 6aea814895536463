"""Where a text shows signs of disguise: marks between syllables, loose jamo, syllables each for itself.

Enters: texts. Leaves: for each the stretches round its signs, in order, without overlaps. Every code point is looked up in a
table of classes (:mod:`.look_alikes`), and a few comparisons of neighbours tell where there is a sign at all: by NumPy, over
many texts joined into one array, because most texts are so short that a call for each would cost more than the comparisons.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.korean.look_alikes import (
    BRACKET,
    CONSONANT,
    DIGIT,
    INVISIBLE,
    LETTER,
    LINE_END,
    MARK,
    OTHER,
    SPACE,
    STAR,
    SYLLABLE,
    SYMBOL,
    VARIANT,
    VOWEL,
    class_table,
)

#: What stands between two texts in one array, so that the ends of both are no neighbours: four characters of no class.
_BETWEEN = "\0\0\0\0"
_PADDING = len(_BETWEEN) // 2
#: Characters that are looked at together: their arrays stay in the cache of a processor.
_CHARS_TOGETHER = 50_000
_REACH = 24
#: So many stretches tell enough of any text, and bound what a hostile one costs.
_MAX_STRETCHES = 5_000


class Stretch(NamedTuple):
    """A range of code points with signs of disguise; ``is_row``: syllables, each for itself."""

    start: int
    end: int
    is_row: bool


class Group(NamedTuple):
    """Texts in one array of code points; text ``i`` begins at ``starts[i]``, and has class OTHER on both sides."""

    texts: Sequence[str]
    codes: NDArray[np.uint32]
    starts: NDArray[np.int64]


def groups(texts: Sequence[str]) -> Iterator[Group]:
    """The texts, in order, in groups of some size."""
    first = size = 0
    for number, text in enumerate(texts):
        size += len(text)
        if size >= _CHARS_TOGETHER or number + 1 == len(texts):
            yield _group(texts[first : number + 1])
            first, size = number + 1, 0


def _group(texts: Sequence[str]) -> Group:
    half = _BETWEEN[:_PADDING]
    joined = f"{half}{_BETWEEN.join(texts)}{half}"
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + len(_BETWEEN)
    return Group(texts, codes, lengths.cumsum() - lengths + _PADDING)


def stretches(text: str) -> tuple[Stretch, ...]:
    """The stretches round the signs of one text."""
    return next(stretches_of_group(_group([text])))


def stretches_of_group(group: Group) -> Iterator[tuple[Stretch, ...]]:
    """The stretches round the signs of each text of a group, in order."""
    classes = class_table().take(group.codes)
    middle = classes[_PADDING:-_PADDING]
    places = _places(classes) + _PADDING
    # Unsigned, so that what lies below the first class wraps round and is too large as well.
    jamo = np.flatnonzero((middle - CONSONANT) <= VARIANT - CONSONANT) + _PADDING
    bounds = [*group.starts.tolist(), len(classes) + _PADDING]
    cuts, jamo_cuts = np.searchsorted(places, bounds).tolist(), np.searchsorted(jamo, bounds).tolist()
    for number, text in enumerate(group.texts):
        start = bounds[number]
        end = start + len(text)
        if jamo_cuts[number] < jamo_cuts[number + 1]:
            own = _places_among_jamo(classes[start - _PADDING : end + _PADDING])
        else:
            own = places[cuts[number] : cuts[number + 1]] - start
        yield tuple(islice(_stretches(text, own.tolist(), classes[start:end].tobytes()), _MAX_STRETCHES)) if len(own) else ()


@cache
def _sign_table() -> NDArray[np.uint8]:
    """For three neighbouring classes of 4 bits each: 1 where the middle one may disguise, 2 for a syllable alone."""
    table = np.zeros(1 << 12, dtype=np.uint8)
    for before, middle, after in product(range(SYLLABLE + 1), repeat=3):
        joined = BRACKET <= middle <= INVISIBLE and before >= CONSONANT
        joined &= after >= CONSONANT or (middle >= STAR and after >= STAR)
        loose = middle in (CONSONANT, VARIANT) and after in (VOWEL, LETTER, DIGIT, VARIANT)
        loose |= middle == VOWEL and before in (DIGIT, LETTER, VARIANT, SYMBOL)
        loose |= middle == VARIANT and SYLLABLE in (before, after)
        alone = middle == SYLLABLE and before <= LINE_END and after == SPACE
        table[before << 8 | middle << 4 | after] = 1 if joined or loose else 2 * alone
    return table


def _places(classes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Places, ascending, where neighbours look like a disguise; ``classes`` with two more at either end."""
    before, middle, after = classes[1:-3], classes[2:-2], classes[3:-1]
    joined = ((middle - BRACKET) <= INVISIBLE - BRACKET) & (before >= CONSONANT) & (after >= STAR)
    # A syllable alone counts where the next one stands alone too.
    alone = (middle == SYLLABLE) & (before <= LINE_END) & (after == SPACE)
    alone[:-2] &= alone[2:] | (classes[5:-1] < CONSONANT) & (middle[2:] == SYLLABLE)
    alone[-2:] = False
    return np.flatnonzero(joined | alone)


def _places_among_jamo(classes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The same where loose jamo stand, which any neighbours may join."""
    triples = classes[1:-3].astype(np.uint16)
    for following in (classes[2:-2], classes[3:-1]):
        triples <<= 4
        triples |= following
    kinds = _sign_table().take(triples)
    places = np.flatnonzero(kinds)
    # A syllable alone counts where the next one stands alone too.
    row = (classes.take(places + 4) == SYLLABLE) & (classes.take(places + 5, mode="clip") != SYLLABLE)
    return places[(kinds.take(places) == 1) | row]


def _stretches(text: str, places: Sequence[int], classes: bytes) -> Iterator[Stretch]:
    """The stretches round each place that is a sign, in order, without overlaps."""
    done = 0
    for place in places:
        if place < done:
            continue
        kind = classes[place]
        if kind == SYLLABLE:
            end = _end_of_row(classes, place)
            if end > place:
                yield Stretch(place, end, is_row=True)
                done = end
        elif _is_sign(classes, place, kind, text):
            stretch = _word_at(classes, place, least=done)
            yield stretch
            done = stretch.end


def _word_at(classes: bytes, place: int, *, least: int) -> Stretch:
    """What stands round ``place`` between spaces, not further than a word reaches and not before ``least``."""
    start = max(place - _REACH, least)
    for at in range(place - 1, start - 1, -1):
        if classes[at] in (SPACE, LINE_END):
            start = at + 1
            break
    end = min(place + _REACH, len(classes))
    for at in range(place, end):
        if classes[at] in (SPACE, LINE_END):
            end = at
            break
    return Stretch(start, end, is_row=False)


def _is_sign(classes: bytes, place: int, kind: int, text: str) -> bool:
    """Whether what stands between two syllables is more than punctuation."""
    if kind >= SYMBOL:
        return True
    two_before = classes[place - 2] if place > 1 else OTHER
    two_after = classes[place + 2] if place + 2 < len(classes) else OTHER
    if kind == STAR:
        return text[place + 1 : place + 2] != "*"
    if kind == MARK:
        return two_before < CONSONANT or two_after < CONSONANT or two_after in (CONSONANT, VOWEL)
    if kind == BRACKET:
        return two_after == BRACKET or two_before == BRACKET
    if kind == DIGIT:
        return two_before == DIGIT or two_after == DIGIT
    return True


def _end_of_row(classes: bytes, place: int) -> int:
    """Where a row of syllables, each for itself, ends; ``place`` where it is none. The last may have a particle."""
    at, last, length = place, place, len(classes)
    while at < length and classes[at] == SYLLABLE:
        last = at
        if at + 1 >= length or classes[at + 1] != SPACE:
            break
        at += 2
    return last + 1 if last > place else place
