"""An interpolated trigram with modified Kneser-Ney smoothing, in NumPy: what a neural model has to beat on the same tokens.

Triples of ids enter, (second last, last, next), and the probability of each next one leaves. Chen and Goodman 1998, "An
empirical study of smoothing techniques for language modeling", section 3: three discounts an order, taken from the counts of
counts; lower orders count the contexts that a token follows, not its occurrences; below the unigram lies the uniform.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.integer]
Floats = npt.NDArray[np.float64]

#: Where a corpus is too small for counts of counts to give discounts.
_DISCOUNT = 0.75


@dataclass(frozen=True, slots=True)
class _Order:
    """One order. ``keys``: context and token as one number, sorted; ``share``: what is left of a key's count after discount,
    over its context's total; ``freed``: by context, the share that goes to the order below."""

    keys: Ids
    share: Floats
    contexts: Ids
    freed: Floats

    def probability(self, keys: Ids, contexts: Ids, *, below: Floats) -> Floats:
        freed = _looked_up(contexts, known=self.contexts, values=self.freed, otherwise=1.0)
        return _looked_up(keys, known=self.keys, values=self.share, otherwise=0.0) + freed * below


class Trigram:
    """Made of the triples that were seen; ids are below ``vocab_size``, but those of contexts may be ``vocab_size`` too: the
    place before a document."""

    def __init__(self, triples: npt.NDArray[np.int64], *, vocab_size: int) -> None:
        base = vocab_size + 1
        self._base, self._vocab_size = base, vocab_size
        keys, counts = np.unique((triples[:, 0] * base + triples[:, 1]) * base + triples[:, 2], return_counts=True)
        self._three = _order(keys, counts, base=base)
        keys, counts = np.unique(keys % base**2, return_counts=True)
        self._two = _order(keys, counts, base=base)
        keys, counts = np.unique(keys % base, return_counts=True)
        self._one = _order(keys, counts, base=base)

    def probabilities(self, triples: npt.NDArray[np.int64]) -> Floats:
        """Of the last of each triple after the other two."""
        first, last, following = triples.T
        below = np.full(len(triples), 1 / self._vocab_size)
        below = self._one.probability(following, following * 0, below=below)
        below = self._two.probability(last * self._base + following, last, below=below)
        context = first * self._base + last
        return self._three.probability(context * self._base + following, context, below=below)


def _order(keys: Ids, counts: Ids, *, base: int) -> _Order:
    discounts = _discounts(counts)[np.minimum(counts, 3)]
    contexts, place = np.unique(keys // base, return_inverse=True)
    totals = np.bincount(place, weights=counts)
    return _Order(keys, (counts - discounts) / totals[place], contexts, np.bincount(place, weights=discounts) / totals)


def _discounts(counts: Ids) -> Floats:
    """For a count of 0 (not used), 1, 2, and 3 or more."""
    n1, n2, n3, n4 = (int((counts == number).sum()) for number in (1, 2, 3, 4))
    if not (n1 and n2 and n3 and n4):
        return np.full(4, _DISCOUNT)
    y = n1 / (n1 + 2 * n2)
    found = np.array([0.0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3])
    return found if ((found[1:] > 0) & (found[1:] < (1, 2, 3))).all() else np.full(4, _DISCOUNT)


def _looked_up(wanted: Ids, *, known: Ids, values: Floats, otherwise: float) -> Floats:
    places = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[places] == wanted, values[places], otherwise)
