"""MinHash signatures: a fixed number of values for each text, of which two texts share as large a part as of their shingles.

Enters: texts with their languages and segments. Leaves: :class:`Sketches`. Exact MinHash (Broder 1997; Broder et al. 2000,
"Min-wise independent permutations"), one permutation for each value: multiplication with an odd number modulo 2^32, which is
enough for hashes that are random already (Mitzenmacher and Vadhan 2008, "Why simple hash functions work"). Bands and rows are
those of locality-sensitive hashing (Leskovec et al., "Mining of Massive Datasets", 3.4).

Korean texts have both of :data:`KINDS`, for character runs survive changed spacing and stems survive changed particles and
endings. Texts in other languages have the first only, spaced or not: on English, German, Japanese and Chinese, runs of five
characters kept more of a copy with typos, inflections or a word in twenty replaced (0.84 to 0.91) than runs of two or three
words did (0.69 to 0.84), and less of different texts than single words or shorter runs. Code has runs of five tokens.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from filters.near_duplicates.folding import fold_all
from filters.near_duplicates.hashing import Hashes, mix, multipliers
from filters.near_duplicates.shingles import Shingles, character_runs, stem_shingles_of, token_runs

Rows = NDArray[np.int64]

#: Runs of five folded characters (of code: of five tokens), and pieces of stems: only Korean has those.
KINDS = ("characters", "stems")
#: The form of signatures. It changes whenever the signature of any text does: those of two forms cannot be compared.
SIGNATURE_FORM = 1
#: Of so few stems a pair says little: shorter texts are compared by their characters only.
MIN_STEM_SHINGLES = 5

#: Texts are read in blocks of about so many characters: what NumPy makes on the way stays near the processor.
_BLOCK_CHARS = 1 << 18

#: Shingles are laid out in pieces of so many, ``_PIECES`` side by side: what one permutation touches stays in the cache.
_PIECE = 16
_PIECES = 1024
_FEW_PIECES = 8


@dataclass(frozen=True)
class Sketches:
    """What :meth:`MinHash.sketch` gives of ``num`` texts. Where ``present`` is False, ``values`` are 0 and mean nothing."""

    values: NDArray[np.uint32]  # [num, kinds, bands * rows]
    present: NDArray[np.bool_]  # [num, kinds]
    sizes: NDArray[np.int32]  # [num, kinds]: shingles, repeated ones counted as often as they stand there


@dataclass(frozen=True, kw_only=True)
class MinHash:
    """``bands * rows`` permutations for each of :data:`KINDS`."""

    bands: int = 20
    rows: int = 6
    seed: int = 0

    @property
    def num_values(self) -> int:
        """Values of one kind of one text."""
        return self.bands * self.rows

    @cached_property
    def _multipliers(self) -> NDArray[np.uint32]:
        made = multipliers(self.num_values, seed=self.seed + 1000)
        return (made >> np.uint64(32)).astype(np.uint32) | np.uint32(1)

    def minima(self, shingles: Shingles) -> NDArray[np.uint32]:
        """The least value of each permutation over the shingles of each text: [texts, values]; 0 for texts without any."""
        pieces = -(-np.diff(shingles.starts) // _PIECE)
        by_piece = self._piece_minima(shingles, pieces)
        firsts = np.cumsum(pieces) - pieces
        minima = np.zeros((len(pieces), self.num_values), dtype=np.uint32)
        # reduceat is slow over few elements, so that texts of few pieces are done together, a piece of each at a time.
        few = np.flatnonzero((pieces > 0) & (pieces <= _FEW_PIECES))
        least = by_piece.take(firsts.take(few), axis=1)
        for piece in range(1, _FEW_PIECES):
            more = np.flatnonzero(pieces.take(few) > piece)
            least[:, more] = np.minimum(least.take(more, axis=1), by_piece.take(firsts.take(few.take(more)) + piece, axis=1))
        minima[few] = least.T
        for row in np.flatnonzero(pieces > _FEW_PIECES).tolist():
            by_piece[:, firsts[row] : firsts[row] + pieces[row]].min(axis=1, out=minima[row])
        return minima

    def _piece_minima(self, shingles: Shingles, pieces: NDArray[np.int64]) -> NDArray[np.uint32]:
        """The least values of each piece: [values, pieces]."""
        # Odd, for 0 would be the least under every permutation: one unlucky shingle would make all its texts alike.
        values = (shingles.hashes >> np.uint64(32)).astype(np.uint32) | np.uint32(1)
        ends = np.repeat(shingles.starts[1:], pieces) - 1
        starts = (np.arange(len(ends)) - np.repeat(np.cumsum(pieces) - pieces, pieces)) * _PIECE
        starts += np.repeat(shingles.starts[:-1], pieces)
        minima = np.empty((self.num_values, len(ends)), dtype=np.uint32)
        for begin in range(0, len(ends), _PIECES):
            part = slice(begin, begin + _PIECES)
            # The last piece of a text is filled up with its last shingle: a minimum does not mind.
            laid = values.take(np.minimum(starts[part] + np.arange(_PIECE)[:, None], ends[part]))
            permuted = np.empty_like(laid)
            for number in range(self.num_values):
                np.multiply(laid, self._multipliers[number], out=permuted)
                np.minimum.reduce(permuted, axis=0, out=minima[number, part])
        return minima

    def sketch(self, texts: Sequence[str], *, languages: Sequence[str], segments: Sequence[str]) -> Sketches:
        """The signatures of ``texts``; ``languages`` and ``segments`` are those of the documents.

        A signature depends on nothing but its own text and whether that is Korean, code or other.
        """
        values = np.zeros((len(texts), len(KINDS), self.num_values), dtype=np.uint32)
        sizes = np.zeros((len(texts), len(KINDS)), dtype=np.int32)
        families = [*map(_family, languages, segments)]
        for family in _Family:
            rows = np.array([row for row, own in enumerate(families) if own == family], dtype=np.int64)
            for block in _blocks(rows, texts):
                own_texts = [texts[int(row)] for row in block]
                for kind, shingles in enumerate(_shingles(own_texts, family)):
                    values[block, kind] = self.minima(shingles)
                    sizes[block, kind] = np.diff(shingles.starts)
        present = sizes > 0
        present[:, 1] &= sizes[:, 1] >= MIN_STEM_SHINGLES
        values[~present] = 0
        return Sketches(values, present, sizes)


class _Family(Enum):
    KOREAN = "korean"
    CODE = "code"
    OTHER = "other"


def _family(language: str, segment: str) -> _Family:
    if segment == "code":
        return _Family.CODE
    return _Family.KOREAN if segment == "korean" or language == "ko" else _Family.OTHER


def _blocks(rows: Rows, texts: Sequence[str]) -> Iterator[Rows]:
    """``rows`` in blocks of about :data:`_BLOCK_CHARS` characters."""
    if len(rows):
        lengths = np.cumsum([len(texts[row]) + 1 for row in rows.tolist()])
        yield from np.split(rows, np.flatnonzero(np.diff(lengths // _BLOCK_CHARS)) + 1)


def _shingles(texts: Sequence[str], family: _Family) -> list[Shingles]:
    """The shingles of each of :data:`KINDS`, as far as texts of ``family`` have it."""
    if family is _Family.CODE:
        return [Shingles(*token_runs(texts))]
    folded = fold_all(texts)
    characters = Shingles(*character_runs(folded))
    return [characters, stem_shingles_of(folded)] if family is _Family.KOREAN else [characters]


def band_keys(values: NDArray[np.uint32], *, bands: int, rows: int) -> Hashes:
    """A hash of each band, its kind and number mixed in: [texts, kinds, bands]."""
    num, kinds, _ = values.shape
    split = values.reshape(num, kinds, bands, rows).astype(np.uint64)
    keys = (split * multipliers(rows, seed=4)).sum(axis=-1, dtype=np.uint64)
    keys += multipliers(kinds * bands, seed=5).reshape(kinds, bands)
    return mix(keys)


def similarity(
    a: NDArray[np.uint32], b: NDArray[np.uint32], present_a: NDArray[np.bool_], present_b: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """The estimated similarity of pairs: of the kinds that both texts have, the greatest share of equal values.

    ``a`` and ``b``: [..., kinds, values]; ``present_a`` and ``present_b``: [..., kinds].
    """
    shares = (a == b).mean(axis=-1, dtype=np.float32)
    return np.where(present_a & present_b, shares, np.float32(0)).max(axis=-1)
