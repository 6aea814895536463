"""How many tokens a text will have under a tokenizer that is not trained yet.

What enters: the tokens of the sample under a tokenizer trained on part of it, in the whole's proportions
(:mod:`pipelines.probe.sampled_tokenizer`). What leaves: factors on those counts, document by document.

A document that a tokenizer was trained on has fewer tokens than one that it has not seen. Of the two levels a source's own
documents say how far they are apart; sources that were seen in few documents are drawn towards the mean of their segment by
as much as the sources differ (empirical Bayes; DerSimonian and Laird, Controlled Clinical Trials 7, 1986, 177). In the build
the levels are nearer to each other the more text trains it than did here: words that are new become rarer as a power of the
text (Heaps, Information Retrieval, 1978), with exponents near 0.6 in natural text, which leaves 0.4. A source that was read
whole trains the build's tokenizer with the very documents that trained this one, and its counts stay as they are, give or take
what the text of its segment's other sources does to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .sampled_tokenizer import choose

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: How fast the two levels meet as more text trains.
_MEETING = 0.4
#: Documents of each kind from which on their compression says something.
_LEAST_DOCUMENTS = 3
#: What is taken for the two levels' distance, and for its error, where no source says anything.
_UNKNOWN, _UNKNOWN_ERROR = 0.1, 0.1


@dataclass(frozen=True, slots=True)
class Compression:
    """Factors on the tokens of each document; ``spreads`` are relative errors of each of the cells ``cell``."""

    low: Floats
    expected: Floats
    high: Floats
    cell: Ints
    spreads: Floats


@dataclass(frozen=True, slots=True)
class Counted:
    """Documents with tokens under the probe's tokenizer, a row each; ``rates`` are their chances to be sampled."""

    tokens: Ints
    sizes: Ints
    rates: Floats
    trained_on: NDArray[np.bool_]
    #: Documents of one cell (a source's in a segment) compress alike.
    cell: Ints


def compression(counted: Counted, *, trained: float) -> Compression:
    """The factors of one segment's documents, of all of which the share ``trained`` will train the tokenizer."""
    num_cells = int(counted.cell.max()) + 1
    distances, errors = _distances(counted, num_cells)
    standing = counted.sizes / np.maximum(counted.rates, 1e-12)
    whole = np.bincount(counted.cell, weights=standing, minlength=num_cells)
    rates = np.minimum(np.bincount(counted.cell, weights=counted.sizes, minlength=num_cells) / np.maximum(whole, 1e-12), 1.0)
    of_all = whole / max(float(whole.sum()), 1e-12)
    up, down, apart = _positions(rates, of_all, trained=trained)
    seen = counted.trained_on
    position = np.where(seen, up[counted.cell], -down[counted.cell])
    below, above = np.where(seen, 0.0, -1.0), np.where(seen, 1.0, 0.0)
    # Of a vocabulary some is spent on words of a few documents that stand for many; with all of them there it is spent better:
    # what that does to others lies between nothing and what it does to a document that was not seen.
    unread = float(((1 - rates) * of_all).sum())
    others = unread * float((distances * of_all).sum())
    gained = (apart * rates * others / 4)[counted.cell]
    # What neither the source nor the others showed may lie anywhere between the levels.
    open_part = (1 - apart * rates * (1 - unread))[counted.cell]
    own = distances[counted.cell]
    moved = np.bincount(counted.cell, weights=np.abs(position) * standing, minlength=num_cells) / np.maximum(whole, 1e-12)
    return Compression(
        low=np.exp(own * (position + open_part * (below - position)) - gained),
        expected=np.exp(own * position - gained),
        high=np.exp(own * (position + open_part * (above - position)) - gained),
        cell=counted.cell,
        spreads=np.hypot(errors * 1.96 * np.maximum(moved, unread), np.maximum(unread * distances, others) / 2),
    )


def _positions(rates: Floats, of_all: Floats, *, trained: float) -> tuple[Floats, Floats, Floats]:
    """By cell, how far its documents move towards the other level, those that trained here and those that did not.

    The last is how far apart the levels still are in the build, of what they are here.
    """
    chosen = [choose(trained, rate) for rate in rates.tolist()]
    apart = np.array([own.weight**-_MEETING for own in chosen])
    # A source's words come back in its own text and in that of others alike: between the two.
    apart = np.sqrt(apart * float((apart * of_all).sum()))
    shares = np.minimum([own.share for own in chosen], 1.0)
    # A document that was sampled may train in the build or not; of all others, that is chance.
    forgotten = rates * np.maximum(1 - trained / np.maximum(shares, 1e-12), 0.0) + (1 - rates) * (1 - trained)
    learnt = rates * np.maximum(trained - shares, 0.0) / np.maximum(1 - shares, 1e-12) + (1 - rates) * trained
    return (1 - apart) / 2 + apart * forgotten, (1 - apart) / 2 + apart * learnt, apart


def _distances(counted: Counted, num_cells: int) -> tuple[Floats, Floats]:
    """By cell, how much lower is the logarithm of tokens per byte of what was trained on, and the error of that."""
    levels, variances = zip(*(_level(counted, counted.trained_on == seen, num_cells) for seen in (True, False)), strict=True)
    found, noise = levels[1] - levels[0], variances[0] + variances[1]
    told = np.isfinite(noise) & (noise > 0)
    if not told.any():
        return np.full(num_cells, _UNKNOWN), np.full(num_cells, _UNKNOWN_ERROR)
    weights = 1 / noise[told]
    mean = float((weights * found[told]).sum() / weights.sum())
    rest = float((weights * (found[told] - mean) ** 2).sum()) - (int(told.sum()) - 1)
    below = float(weights.sum() - (weights**2).sum() / weights.sum())
    between = max(rest / below, 0.0) if below > 0 else float(noise[told][0])
    weights = 1 / (noise[told] + between)
    mean = float((weights * found[told]).sum() / weights.sum())
    own = np.divide(between, between + noise, out=np.zeros(num_cells), where=told & (between + noise > 0))
    distances = np.where(told, own * np.where(told, found, 0.0) + (1 - own) * mean, mean)
    return np.maximum(distances, 0.0), np.sqrt(between * (1 - own) + (1 - own) ** 2 / float(weights.sum()))


def _level(counted: Counted, chosen: NDArray[np.bool_], num_cells: int) -> tuple[Floats, Floats]:
    """By cell, the logarithm of the chosen documents' tokens per byte, and its variance; infinite where there are few."""
    cell = counted.cell[chosen]
    tokens, sizes = (
        np.bincount(cell, weights=values[chosen], minlength=num_cells) for values in (counted.tokens, counted.sizes)
    )
    count = np.bincount(cell, minlength=num_cells)
    is_told = (count >= _LEAST_DOCUMENTS) & (tokens > 0) & (sizes > 0)
    ratio = np.divide(tokens, sizes, out=np.ones(num_cells), where=is_told)
    rest = np.bincount(cell, weights=(counted.tokens[chosen] - ratio[cell] * counted.sizes[chosen]) ** 2, minlength=num_cells)
    few = np.divide(count, count - 1, out=np.ones(num_cells), where=is_told)
    variance = np.divide(rest * few, tokens**2, out=np.full(num_cells, np.inf), where=is_told)
    return np.log(ratio), variance


def trained_shares(segments: Sequence[str], sizes: Floats, *, train_bytes: int, names: Sequence[str]) -> dict[str, float]:
    """By segment, the share of the whole that will train the tokenizer; ``sizes`` are bytes that records stand for."""
    own = np.array(segments, dtype=object)
    totals = {name: float(sizes[own == name].sum()) for name in names}
    return {name: min(1.0, train_bytes / len(names) / total) if total else 1.0 for name, total in totals.items()}
