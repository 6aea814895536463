"""Words cut down to their content stems, all words of many texts at once and without an analyser.

Enters: folded texts. Leaves: :class:`Stripped`: the words, what stays of each, and the folded code points with the last
syllable of each Hangul stem folded once more. A word is what stands between white space, punctuation and changes of script
(API를: api, 를); a Hangul run is also cut after particles that no noun has inside (학교에서공부를한다), for Korean is spaced in
several ways.

Suffixes come off from the end (:mod:`filters.near_duplicates.suffixes`) until none is left; what inflection does inside the
last syllable of the stem (갔, 갈, 간, 갑; 켜, 써, 불러) is folded. Stems of different words may meet (시간, 시가); seldom in
one text.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from filters.near_duplicates.endings import Layer
from filters.near_duplicates.folding import BoolArray, FoldedTexts, IntArray
from filters.near_duplicates.suffixes import (
    FINALS,
    FIRST_SYLLABLE,
    NUM_FINALS,
    NUM_SYLLABLES,
    Syllables,
    longest_suffixes,
    matcher,
    numbers,
)

_NUM_VOWELS = 21
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FOLDED_FINALS = "ㄴㄷㄹㅁㅂㅆ"
_FOLDED_VOWELS = {"ㅘ": "ㅗ", "ㅝ": "ㅜ", "ㅕ": "ㅣ", "ㅙ": "ㅚ", "ㅓ": "ㅡ"}
_FOLDED_SYLLABLES = {"해": "하", "라": "르", "빠": "쁘", "파": "프"}
_REU, _RIEUL = ord("르") - FIRST_SYLLABLE, FINALS.index("ㄹ")
#: More suffixes than this no word has.
_MAX_ROUNDS = 12
#: Content may follow these inside a run, without a space.
_INNER = ("를", "을", "는", "에서", "에게", "으로", "하여", "하고", "해서")
#: Nothing is cut off where these follow 는: 는데, 는지, 는가.
_NOT_AFTER_NEUN = "데지가다구"


@dataclass(frozen=True)
class Stripped:
    """Word i is ``syllables[starts[i] : ends[i]]`` of which ``[starts[i] : stops[i]]`` stays, perhaps nothing.

    ``syllables`` are code points - 0xAC00, negative for most other scripts.
    """

    syllables: Syllables
    starts: IntArray
    stops: IntArray
    ends: IntArray
    hangul: BoolArray  # of each word


@cache
def fold_of_last() -> Syllables:
    """What each syllable number becomes at the end of a stem."""
    table = np.arange(NUM_SYLLABLES, dtype=np.int32)
    leads, vowels, finals = table // (_NUM_VOWELS * NUM_FINALS), table // NUM_FINALS % _NUM_VOWELS, table % NUM_FINALS
    finals[np.isin(finals, [FINALS.index(final) for final in _FOLDED_FINALS])] = 0
    plain = vowels.copy()
    for vowel, folded in _FOLDED_VOWELS.items():
        plain[(finals == 0) & (vowels == _VOWELS.index(vowel))] = _VOWELS.index(folded)
    table = (leads * _NUM_VOWELS + plain) * NUM_FINALS + finals
    for syllable, folded in _FOLDED_SYLLABLES.items():
        table[table == numbers(syllable)[0]] = numbers(folded)[0]
    return table


def _inner_ends(syllables: Syllables, border: BoolArray) -> BoolArray:
    """Where a run may be cut, if enough of it follows: before each True. Runs begin at ``border``."""
    cut = np.zeros(len(syllables) + 1, dtype=np.bool_)
    following = np.append(syllables[1:], -1)
    for form in _INNER:
        own = numbers(form)
        at = np.flatnonzero((syllables == own[-1]) & ~border)
        before = syllables.take(at - 1)
        if len(own) > 1:
            at = at.compress(before == own[0])
        elif form == "는":
            at = at.compress(~np.isin(following.take(at), numbers(_NOT_AFTER_NEUN)))
        else:
            at = at.compress((before % NUM_FINALS == 0) == (form == "를"))
        cut[at + 1] = True
    return cut[:-1]


def _words(folded: FoldedTexts, syllables: Syllables) -> tuple[IntArray, IntArray, BoolArray]:
    """(starts, ends, whether Hangul) of the words."""
    hangul = syllables.view(np.uint32) < NUM_SYLLABLES
    script = hangul.view(np.uint8) + 2 * (folded.code_points - np.uint32(0x30) < 10).view(np.uint8)
    border = folded.breaks.copy()
    np.logical_or(border[1:], script[1:] != script[:-1], out=border[1:])
    cut = _inner_ends(syllables, border)
    cut[1:] &= ~border[1:]
    # Two syllables have to follow: what is shorter is the rest of a longer particle or ending.
    cut[:-1] &= ~border[1:]
    cut[-1:] = False
    border |= cut & hangul
    starts = np.flatnonzero(border)
    return starts, np.append(starts[1:], len(border)), hangul.take(starts)


def _fold(syllables: Syllables, starts: IntArray, stops: IntArray) -> None:
    """Folds the last syllable of each word, in place."""
    lasts = stops - 1
    folded = fold_of_last().take(syllables.take(lasts))
    syllables[lasts] = folded
    # 불러, 달라: 부르, 다르.
    reu = np.flatnonzero((folded == _REU) & (lasts > starts))
    before = lasts.take(reu) - 1
    before = before.compress(syllables.take(before) % NUM_FINALS == _RIEUL)
    syllables[before] -= _RIEUL


def _take_off(syllables: Syllables, starts: IntArray, stops: IntArray) -> None:
    """Takes suffixes off words of Hangul until none is found; ``syllables`` and ``stops`` are changed."""
    m = matcher()
    active = np.arange(len(starts))
    layers = np.full(len(active), Layer.WORD, dtype=np.int8)
    for _ in range(_MAX_ROUNDS):
        rows, drops = longest_suffixes(syllables, starts.take(active), stops.take(active), layers)
        hit = np.flatnonzero(rows >= 0)
        words, rows, drops = active.take(hit), rows.take(hit), drops.take(hit)
        cuts = m.cuts.take(rows)
        stops[words] -= cuts
        dropping = stops.take(words.compress(drops)) - 1
        syllables[dropping] -= syllables.take(dropping) % NUM_FINALS
        # A whole word that only looks like stem and suffix is kept, and so is not asked again.
        going = ((cuts > 0) | drops) & (stops.take(words) > starts.take(words))
        missing = np.ones(len(active), dtype=np.bool_)
        missing[hit] = False
        missed = active.compress(missing & (layers != Layer.STEM))
        thens = m.thens.take(rows).compress(going)
        words = words.compress(going)
        fold = np.concatenate([words.compress(thens == Layer.STEM), missed])
        _fold(syllables, starts.take(fold), stops.take(fold))
        active = np.concatenate([words, missed])
        layers = np.concatenate([thens, np.full(len(missed), Layer.STEM, dtype=np.int8)])
        if not len(active):
            break
    left = np.flatnonzero(stops > starts)
    _fold(syllables, starts.take(left), stops.take(left))


def strip(folded: FoldedTexts) -> Stripped:
    """The words of ``folded`` and their stems."""
    syllables = folded.code_points.astype(np.int32) - np.int32(FIRST_SYLLABLE)
    starts, ends, hangul = _words(folded, syllables)
    stops = ends.copy()
    if hangul.any():
        rows = np.flatnonzero(hangul)
        own_stops = ends.take(rows)
        _take_off(syllables, starts.take(rows), own_stops)
        stops[rows] = own_stops
    return Stripped(syllables, starts, stops, ends, hangul)


def stem_texts(folded: FoldedTexts) -> list[str]:
    """The stems of all texts as strings, "" for those that nothing stays of: for tests and for looking at."""
    stripped = strip(folded)
    letters = [*map(chr, (stripped.syllables + FIRST_SYLLABLE).tolist())]
    return ["".join(letters[start:stop]) for start, stop in zip(stripped.starts, stripped.stops, strict=True)]
