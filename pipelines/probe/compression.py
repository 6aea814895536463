"""How many tokens a text will have under a tokenizer that is not trained yet.

What enters: the tokens of the sample under a tokenizer trained on part of it. What leaves, by segment: factors on those counts.
On text that it was trained on a small tokenizer does better than the real one will (its vocabulary is all for that text); on
text that it has not seen it does worse, since the real one learns from more. The truth lies between the two; nearer to the
former the more of the whole the real one is trained on, and the more the sample already is of what it is trained on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Documents of each kind from which on their compression says something.
_LEAST_DOCUMENTS = 8
#: What is taken for the error where there is not even that.
_UNKNOWN = 0.15


@dataclass(frozen=True, slots=True)
class Compression:
    """Factors on the tokens that were counted in a segment."""

    low: float = 1.0
    expected: float = 1.0
    high: float = 1.0


def compression(
    tokens: NDArray[np.int64], sizes: NDArray[np.int64], trained_on: NDArray[np.bool_], *, trained_share: float
) -> tuple[Compression, Compression]:
    """The factors of one segment's documents, of ``sizes`` bytes: of those trained on, and of the others.

    ``trained_share`` of the whole will train the real one.
    """
    groups = [(tokens[own], sizes[own]) for own in (trained_on, ~trained_on)]
    if any(len(counts) < _LEAST_DOCUMENTS or not counts.sum() or not size.sum() for counts, size in groups):
        unknown = Compression(1 - _UNKNOWN, 1.0, 1 + _UNKNOWN)
        return unknown, unknown
    seen, unseen = (float(counts.sum()) / float(size.sum()) for counts, size in groups)
    # Kinds of text differ between the two halves by chance: then the half that ought to be worse may look better.
    noise = max(_relative_error(counts, size) for counts, size in groups)
    expected = unseen + (seen - unseen) * min(max(trained_share, 0.0), 1.0)
    low, high = min(seen, unseen, expected * (1 - noise)), max(seen, unseen, expected * (1 + noise))
    return Compression(low / seen, expected / seen, high / seen), Compression(low / unseen, expected / unseen, high / unseen)


def _relative_error(tokens: NDArray[np.int64], sizes: NDArray[np.int64]) -> float:
    """The standard error of tokens per byte, of 1."""
    ratio = float(tokens.sum()) / float(sizes.sum())
    rest = tokens - ratio * sizes
    return float(np.sqrt((rest**2).sum())) / float(tokens.sum()) if tokens.sum() else 0.0


def trained_shares(
    segments: Sequence[str], sizes: NDArray[np.float64], *, train_bytes: int, names: Sequence[str]
) -> dict[str, float]:
    """By segment, the share of the whole that will train the tokenizer; ``sizes`` are bytes that records stand for."""
    own = np.array(segments, dtype=object)
    totals = {name: float(sizes[own == name].sum()) for name in names}
    return {name: min(1.0, train_bytes / len(names) / total) if total else 1.0 for name, total in totals.items()}
