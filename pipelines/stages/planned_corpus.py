"""The documents of a run as the plan sees them: a few numbers each, whatever their texts are.

What enters: the tables of ``tokens``. What leaves: arrays over all documents, which group (segment, language, source) and
knowledge bucket each belongs to, and sums over those. About 30 bytes a document.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from filters.document import SEGMENTS
from mixing.forms import PLAIN, forms
from mixing.uses import Documents
from mixing.wishes import Cell
from pipelines.engine.partition import read_batches
from pipelines.engine.progress import Progress
from pipelines.mix_wishes import buckets_of, knowledge_buckets
from pipelines.recipe_tables import Recipe

Ints = npt.NDArray[np.int64]
Key = tuple[str, str, str]

#: More than any recipe has: places of buckets in the code of a cell.
NUM_BUCKETS = 256
#: Documents that are counted together, so that memory stays small.
_CHUNK = 1 << 18
_TEXTS = ("segment", "language", "source")
_COLUMNS = (*_TEXTS, "hash", "num_tokens", "fim_tokens", "knowledge")


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """All documents, in the order of the partitions.

    ``groups``: the place in ``keys`` (segment, language, source) of each, ``buckets`` that in its segment's buckets. ``order``
    has the documents of a group together, in the order of ``keys``; group ``g`` is from ``starts[g]`` to ``starts[g + 1]``.
    """

    documents: Documents
    groups: npt.NDArray[np.int32]
    buckets: npt.NDArray[np.uint8]
    keys: tuple[Key, ...]
    rows: tuple[int, ...]
    order: Ints
    starts: Ints

    def members(self, first: int, last: int) -> Ints:
        """The places of the documents of groups ``first`` to ``last``, not included."""
        return self.order[self.starts[first] : self.starts[last]]

    def sums(self, values: Any) -> Mapping[tuple[Key, int], int]:
        """``values(documents, slice)``, a number for each, added up by group and bucket; only those that have documents."""
        totals = np.zeros(len(self.keys) * NUM_BUCKETS, dtype=np.int64)
        seen = np.zeros(totals.size, dtype=np.bool_)
        for start in range(0, len(self.documents), _CHUNK):
            chunk = slice(start, start + _CHUNK)
            codes = self.groups[chunk].astype(np.int64) * NUM_BUCKETS + self.buckets[chunk]
            seen[codes] = True
            # Sums of whole numbers are exact in a float up to 2 ** 53, which no chunk comes near.
            totals += np.bincount(codes, weights=values(self.documents.at(chunk), chunk), minlength=totals.size).astype(
                np.int64
            )
        return {
            (self.keys[code // NUM_BUCKETS], code % NUM_BUCKETS): int(totals[code]) for code in np.flatnonzero(seen).tolist()
        }


def read_corpus(paths: Sequence[str], recipe: Recipe, progress: Progress) -> Corpus:
    """Reads what the plan needs of the tables."""
    keys: dict[Key, int] = {}
    parts: dict[str, list[Any]] = {name: [] for name in ("groups", "hash", "num_tokens", "fim_tokens", "buckets")}
    rows: list[int] = []
    for path in paths:
        rows.append(0)
        for batch in read_batches(path, columns=list(_COLUMNS)):
            groups = _groups(batch, keys)
            parts["groups"].append(groups)
            for name in ("hash", "num_tokens", "fim_tokens"):
                parts[name].append(batch.column(name).to_numpy())
            parts["buckets"].append(_buckets(batch, groups, list(keys), recipe))
            rows[-1] += batch.num_rows
            progress.advance(rows=0, num_bytes=0)
    # Which batch a group was first seen in must not show.
    ranked = sorted(keys, key=lambda key: (SEGMENTS.index(key[0]), key[1:]))
    rank = np.array([ranked.index(key) for key in keys], dtype=np.int32)
    groups = rank[_joined(parts["groups"], np.int32)] if keys else np.zeros(0, np.int32)
    documents = _documents(parts, groups, ranked, recipe, progress)
    counts = np.bincount(groups, minlength=len(ranked))
    return Corpus(
        documents=documents,
        groups=groups,
        buckets=_joined(parts["buckets"], np.uint8),
        keys=tuple(ranked),
        rows=tuple(rows),
        order=np.argsort(groups.astype(np.uint16) if len(ranked) < 1 << 16 else groups, kind="stable"),
        starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
    )


def _joined(parts: list[Any], dtype: Any) -> Any:
    joined = np.concatenate([np.zeros(0, dtype), *parts]).astype(dtype, copy=False)
    parts.clear()
    return joined


def _groups(batch: pa.RecordBatch, keys: dict[Key, int]) -> npt.NDArray[np.int32]:
    """The group of each row, by the order in which groups are met; new ones are entered into ``keys``."""
    codes = np.zeros(batch.num_rows, dtype=np.int64)
    values: list[list[str]] = []
    for name in _TEXTS:
        column = batch.column(name)
        column = column if isinstance(column, pa.DictionaryArray) else column.dictionary_encode()
        values.append([value or "" for value in column.dictionary.to_pylist()])
        codes = codes * max(len(values[-1]), 1) + column.indices.fill_null(0).to_numpy()
    found, inverse = np.unique(codes, return_inverse=True)
    numbers: list[int] = []
    for code in found.tolist():
        rest, source = divmod(code, len(values[2]))
        segment, language = divmod(rest, len(values[1]))
        numbers.append(keys.setdefault((values[0][segment], values[1][language], values[2][source]), len(keys)))
    return np.array(numbers, dtype=np.int32)[inverse]


def _buckets(batch: pa.RecordBatch, groups: Any, keys: Sequence[Key], recipe: Recipe) -> npt.NDArray[np.uint8]:
    scores = batch.column("knowledge").to_numpy(zero_copy_only=False).astype(np.float32)
    buckets = np.zeros(batch.num_rows, dtype=np.uint8)
    segments = np.array([SEGMENTS.index(key[0]) for key in keys], dtype=np.int8)[groups]
    for number in np.unique(segments).tolist():
        own = segments == number
        buckets[own] = buckets_of(recipe, segment=SEGMENTS[number], scores=scores[own])
    return buckets


def _documents(parts: dict[str, list[Any]], groups: Any, keys: Sequence[Key], recipe: Recipe, progress: Progress) -> Documents:
    """The documents with the uses that are FIM; factors come later, group by group."""
    hashes = _joined(parts["hash"], np.uint64)
    rates = np.array([getattr(recipe.fim, key[0]) for key in keys], dtype=np.float64)
    fim_uses = np.zeros(hashes.size, dtype=np.uint32)
    for start in range(0, hashes.size, _CHUNK):
        chunk = slice(start, start + _CHUNK)
        for use in range(recipe.mix.max_epochs):
            is_fim = forms(hashes[chunk], use, fim_rate=rates[groups[chunk]], spm=recipe.fim.spm) != PLAIN
            fim_uses[chunk] |= is_fim.astype(np.uint32) << np.uint32(use)
        progress.advance(rows=0, num_bytes=0)
    return Documents(
        hashes=hashes,
        lengths=_joined(parts["num_tokens"], np.int32),
        fim_lengths=_joined(parts["fim_tokens"], np.int32),
        fim_uses=fim_uses,
        factors=np.broadcast_to(1.0, hashes.shape),
    )


def members_of(corpus: Corpus, first: int, last: int, recipe: Recipe) -> tuple[Ints, Documents]:
    """The documents of groups of one segment, with the factors of their buckets."""
    places = corpus.members(first, last)
    buckets = knowledge_buckets(recipe, segment=corpus.keys[first][0])
    factors = np.array([bucket.factor for bucket in buckets])[corpus.buckets[places]]
    return places, replace(corpus.documents.at(places), factors=factors)


def cells_of(corpus: Corpus, recipe: Recipe) -> list[Cell]:
    """What the solver sees: the tokens of first uses and of all uses that the cap allows, in their forms."""
    first = corpus.sums(lambda documents, _: documents.tokens(np.ones(len(documents), dtype=np.int64)))
    epochs = recipe.mix.max_epochs
    most = corpus.sums(lambda documents, _: documents.tokens(np.full(len(documents), epochs)))
    return [
        Cell(*key, bucket, tokens, knowledge_buckets(recipe, segment=key[0])[bucket].factor, most[key, bucket])
        for (key, bucket), tokens in first.items()
    ]
