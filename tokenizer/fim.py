"""Fill-in-the-middle: documents whose middle stands at the end, so that the model learns to fill a gap.

Texts and their ids enter; the few ids leave that the form adds to what is there (a patch). A text is cut at two
characters into prefix P, middle M and suffix S, each encoded on its own, and stands in one of two orders (Bavarian et al.
2022, arXiv 2207.14255; joint PSM and SPM as in the HyperCLOVA X report, which takes thirds of the document):

    PSM  <|fim_prefix|> P <|fim_suffix|> S <|fim_middle|> M <|endoftext|>
    SPM  <|fim_prefix|> <|fim_suffix|> S <|fim_middle|> P M <|endoftext|>

Both have the same length. Encoding P, M and S anew would cost as much again as encoding the text. But away from the cuts
their ids are the text's: so only the stretch round a cut, between the nearest places where encoding cuts in any case
(:mod:`tokenizer.encode`), is encoded again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from .bit_mixing import mixed
from .encode import SAFE_CUT, Encoder
from .special_tokens import FIM_MIDDLE, FIM_PREFIX, FIM_SUFFIX

PLAIN, PSM, SPM = 0, 1, 2
FORM_NAMES = ("plain", "PSM", "SPM")

#: Sentinels and the end of text.
_ADDED_TOKENS = 4
#: How far before a cut a safe place is looked for at first.
_REACH = 256

Ids = npt.NDArray[np.integer]


class FormError(ValueError):
    """Ids that are not a use of a document in the form that its lineage says."""


@dataclass(frozen=True, slots=True)
class Patch:
    """What turns the ids of a text (without an end of text) into P, M and S.

    ``ids`` are the new ids: the ends of P, then the head and the end of M, then the head of S. ``parts`` says how the three
    are put together: P = text[:p_end] + new; M = new + text[m_start:m_end] + new; S = new + text[s_start:].
    """

    ids: Ids
    #: p_end, m_start, m_end, s_start, and the lengths of the four pieces of ``ids``.
    parts: tuple[int, int, int, int, int, int, int, int]

    def num_tokens(self, text_tokens: int) -> int:
        """The length of both forms, end of text included."""
        p_end, m_start, m_end, s_start, *_ = self.parts
        return len(self.ids) + p_end + (m_end - m_start) + (text_tokens - s_start) + _ADDED_TOKENS


def cut_points(num_characters: int, *, split: Literal["thirds", "random"], document_hash: int = 0) -> tuple[int, int]:
    """Where P and M end, in characters, 0 < first < second < num_characters.

    ``random``: uniform over all such pairs, a function of the document's hash alone. Raises ``ValueError`` for a text of less
    than three characters.
    """
    if num_characters < 3:
        raise ValueError(f"a text of {num_characters} characters has no three parts: leave it as it is")
    if split == "thirds":
        return num_characters // 3, 2 * num_characters // 3
    drawn = mixed(np.array([document_hash, document_hash ^ 1], dtype=np.uint64)).tolist()
    first, second = drawn[0] % (num_characters - 1), drawn[1] % (num_characters - 2)
    # Drawn from the places but the first one's, so that all pairs are as likely.
    second += second >= first
    return min(first, second) + 1, max(first, second) + 1


class Cutter:
    """Makes patches with one tokenizer."""

    def __init__(self, encoder: Encoder, *, split: Literal["thirds", "random"]) -> None:
        self._encoder = encoder
        self._split: Literal["thirds", "random"] = split

    def patches(self, texts: Sequence[str], ids: Sequence[Ids], *, hashes: Sequence[int]) -> list[Patch | None]:
        """The patch of each text, of which ``ids`` are the ids without an end of text; None: too short to be cut.

        P, M and S have the ids that encoding each of them alone gives. Raises nothing: a text of which the ids do not tell
        its bytes (a tokenizer that normalises, or is not byte-level) is encoded whole in three parts.
        """
        cuts = [
            self._cut(text, own, document_hash=number)
            for text, own, number in zip(texts, ids, hashes, strict=True)
            if len(text) >= 3
        ]
        encoded = self._encoder.encode_batch(piece for cut in cuts for piece in cut.pieces)
        made = iter([cut.patch([next(encoded) for _ in cut.pieces]) for cut in cuts])
        return [next(made) if len(text) >= 3 else None for text in texts]

    def _cut(self, text: str, ids: Ids, *, document_hash: int) -> "_Cut":
        first, second = cut_points(len(text), split=self._split, document_hash=document_hash)
        before_first, before_second = (_safe_before(text, place) for place in (first, second))
        after_first, after_second = (_safe_after(text, place) for place in (first, second))
        places = self._tokens_at(text, ids, [before_first, after_first, before_second, after_second])
        if places is None:
            return _Cut((text[:first], text[first:second], "", text[second:]), (0, 0, 0, len(ids)))
        p_end, m_start, m_end, s_start = places
        if after_first > before_second:
            # One stretch round both cuts: the middle is new as a whole.
            return _Cut((text[before_first:first], text[first:second], "", text[second:after_second]), (p_end, 0, 0, s_start))
        head, tail = text[first:after_first], text[before_second:second]
        return _Cut((text[before_first:first], head, tail, text[second:after_second]), (p_end, m_start, m_end, s_start))

    def _tokens_at(self, text: str, ids: Ids, characters: Sequence[int]) -> list[int] | None:
        """How many ids lie before each of some characters, ascending; None where one of them is not between two ids."""
        ends = np.append(0, np.cumsum(self._encoder.byte_lengths[ids]))
        wanted, before, byte = [], 0, 0
        for place in characters:
            # Overlapping stretches: the places need not ascend.
            byte = byte + len(text[before:place].encode()) if place >= before else len(text[:place].encode())
            wanted.append(byte)
            before = place
        places = np.searchsorted(ends, wanted)
        known = ends[-1] == byte + len(text[before:].encode())
        return places.tolist() if known and np.array_equal(ends[np.minimum(places, len(ids))], wanted) else None


@dataclass(frozen=True, slots=True)
class _Cut:
    """The stretches of a text to be encoded anew, and how many ids of the text lie before the places between them."""

    pieces: tuple[str, str, str, str]
    places: tuple[int, int, int, int]

    def patch(self, encoded: Sequence[Ids]) -> Patch:
        p, m_head, m_tail, s = (len(part) for part in encoded)
        return Patch(np.concatenate(encoded), (*self.places, p, m_head, m_tail, s))


def _safe_before(text: str, place: int) -> int:
    """The last place at or before ``place`` where encoding cuts in any case."""
    reach = _REACH
    while True:
        lowest = max(0, place - reach)
        # Two characters more, for the expression looks ahead.
        found = [match.start() for match in SAFE_CUT.finditer(text, lowest, place + 2) if match.start() <= place]
        if found or not lowest:
            return found[-1] if found else 0
        reach *= 8


def _safe_after(text: str, place: int) -> int:
    """The first place at or after ``place`` where encoding cuts in any case."""
    match = SAFE_CUT.search(text, place)
    return match.start() if match else len(text)


def stream(text_ids: Ids, patch: Patch, *, form: int, special: "Sentinels", end_of_text_id: int) -> Ids:
    """The ids of a use in form PSM or SPM; ``text_ids`` without an end of text."""
    p_end, m_start, m_end, s_start, *lengths = patch.parts
    p_tail, m_head, m_tail, s_head = np.split(patch.ids, np.cumsum(lengths)[:-1])
    prefix = [text_ids[:p_end], p_tail]
    middle = [m_head, text_ids[m_start:m_end], m_tail]
    suffix = [s_head, text_ids[s_start:]]
    pre, suf, mid, end = (
        np.array([number], text_ids.dtype) for number in (special.prefix, special.suffix, special.middle, end_of_text_id)
    )
    if form == PSM:
        return np.concatenate([pre, *prefix, suf, *suffix, mid, *middle, end])
    return np.concatenate([pre, suf, *suffix, mid, *prefix, *middle, end])


@dataclass(frozen=True, slots=True)
class Sentinels:
    """The ids of the three special tokens."""

    prefix: int
    middle: int
    suffix: int

    @staticmethod
    def of(ids: Mapping[str, int]) -> "Sentinels":
        """From special tokens by name, as in ``shards.json``."""
        return Sentinels(ids[FIM_PREFIX], ids[FIM_MIDDLE], ids[FIM_SUFFIX])


def original(ids: Ids, *, form: int, special: Sentinels, end_of_text_id: int) -> list[Ids]:
    """The ids of a whole use, end of text included, in the order of its text: [all], [P, M, S] of PSM, [P M, S] of SPM.

    Each decoded to bytes and laid end to end they are the document. Raises :class:`FormError` where the special tokens
    are not those of the form.
    """
    found = np.flatnonzero(np.isin(ids, (special.prefix, special.middle, special.suffix, end_of_text_id)))
    expected = {
        PLAIN: (end_of_text_id,),
        PSM: (special.prefix, special.suffix, special.middle, end_of_text_id),
        SPM: (special.prefix, special.suffix, special.middle, end_of_text_id),
    }
    at_the_ends = found.size and found[-1] == len(ids) - 1 and (form == PLAIN or found[0] == 0)
    if form not in expected or not at_the_ends or tuple(ids[found].tolist()) != expected[form]:
        name = FORM_NAMES[form] if form in expected else f"form {form}"
        told = f"{len(ids)} ids with the special ids {ids[found].tolist()} at {found.tolist()}"
        raise FormError(f"{told} are no {name} use of a document")
    if form == PLAIN:
        return [ids[:-1]]
    _, suffix, middle, end = found.tolist()
    return [ids[1:suffix], ids[middle + 1 : end], ids[suffix + 1 : middle]]
