"""Which documents of a run a request means.

Enters: a run and a :class:`~pipelines.takedown.request.Request`. Leaves: :class:`Targets`, the ids of all that go. A document
goes with every other of the same text, for taking down a text and leaving its copy would take nothing down: the same for
:func:`filters.content_hash.content_hash`, as ingest read it or as the filter left it. Near-duplicates have other texts: they
are told, and go only where the request says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import pyarrow as pa

from filters.content_hash import content_hash
from pipelines.engine import files
from pipelines.tombstones import Tombstones, id_hash

from .layout import StageFiles, document_stages
from .request import Request
from .tables import ID_COLUMNS, Ids, chosen_rows, columns_of, pc, read_columns

_EXACT_RULE = "exact_duplicate"
_NEAR_SHOWN = 1_000


@dataclass(frozen=True, kw_only=True)
class Targets:
    """``ids`` of all that go; of those, ``copies`` go for their text only. ``near`` stay: (one that goes, one like it)."""

    ids: frozenset[str]
    copies: frozenset[str]
    unknown: tuple[str, ...]
    near: tuple[tuple[str, str], ...]
    num_near: int
    tombstones: Tombstones


def find_targets(stages: Mapping[str, StageFiles], request: Request) -> Targets:
    """All documents that the request means.

    Raises:
        ValueError: a file of the run is damaged.
    """
    search = _Search(stages)
    named = search.known_ids(request.ids) | search.by_uri(request.uri_prefixes)
    if request.prose or request.code:
        named |= search.by_text(Tombstones(prose=request.prose, code=request.code), every_stage=True)
    ids, frontier, texts = set(named), frozenset(named), Tombstones()
    while frontier:
        fresh = search.texts_of(frontier)
        found = search.twins(frontier, near=request.with_duplicates)
        if request.with_duplicates:
            found |= search.clustered(frontier)
        if not (fresh.prose <= texts.prose and fresh.code <= texts.code):
            found |= search.by_text(fresh)
        texts |= fresh
        frontier = frozenset(found - ids)
        ids |= frontier
    near = search.near_of(frozenset(ids))
    unknown = tuple(sorted(request.ids - search.seen))
    hashes = frozenset(id_hash(identifier) for identifier in [*ids, *unknown])
    given = Tombstones(hashes, request.prose, request.code)
    return Targets(
        ids=frozenset(ids),
        copies=frozenset(ids - named),
        unknown=unknown,
        near=tuple(near[:_NEAR_SHOWN]),
        num_near=len(near),
        tombstones=given | texts,
    )


@dataclass
class _Search:
    """Looks through the run's tables."""

    stages: Mapping[str, StageFiles]
    #: Requested ids that stand anywhere, if only as the document for which another one was dropped.
    seen: set[str] = field(default_factory=set[str])

    def _tables(self, *, ledgers: bool | None = None, only: Sequence[StageFiles] | None = None) -> Iterator[str]:
        """The Parquet files of some stages; of stages of documents their ledgers only, or their partitions only."""
        for stage in self.stages.values() if only is None else only:
            for entry in stage.entries:
                for name in sorted(entry["files"]):
                    kind = True if name.startswith("ledger/") else False if "/" not in name else None
                    if name.endswith(".parquet") and (ledgers is None or ledgers is kind):
                        yield files.join(stage.directory, name)

    @property
    def _documents(self) -> list[StageFiles]:
        return document_stages(self.stages)

    def known_ids(self, ids: frozenset[str]) -> set[str]:
        """Which of the ids the run holds."""
        if not ids:
            return set()
        wanted, known = Ids(ids), set[str]()
        for path in self._tables():
            names = [name for name in columns_of(path) if name in ID_COLUMNS]
            if names:
                table = read_columns(path, names)
                for name in names:
                    found = pc.unique(table[name].filter(pa.array(wanted.among(table[name])))).to_pylist()
                    self.seen.update(found)
                    known.update(found)
        return known

    def by_uri(self, prefixes: Sequence[str]) -> set[str]:
        """The documents whose URI begins with one of the prefixes."""
        found: set[str] = set()
        if not prefixes:
            return found
        kinds = (self._tables(ledgers=ledgers, only=self._documents) for ledgers in (False, True))
        for path in chain.from_iterable(kinds):
            table = read_columns(path, ["id", "uri"])
            for prefix in prefixes:
                found.update(table["id"].filter(pc.starts_with(table["uri"], prefix)).to_pylist())
        return found

    def by_text(self, texts: Tombstones, *, every_stage: bool = False) -> set[str]:
        """The documents with one of the texts, as the first stage holds them, or any."""
        found: set[str] = set()
        for path in self._tables(ledgers=False, only=self._documents if every_stage else self._documents[:1]):
            with_text = np.ones(read_columns(path, ["id"]).num_rows, dtype=np.bool_)
            for table in chosen_rows(path, with_text, columns=["id", "text", "segment"]):
                for identifier, text, segment in zip(*(column.to_pylist() for column in table.columns), strict=True):
                    code = segment == "code"
                    if content_hash(text, code=code) in (texts.code if code else texts.prose):
                        found.add(identifier)
        return found

    def texts_of(self, ids: frozenset[str]) -> Tombstones:
        """The content hashes of documents, as the first stage holds them."""
        wanted, prose, code = Ids(ids), set[bytes](), set[bytes]()
        for path in self._tables(ledgers=False, only=self._documents[:1]):
            mask = wanted.among(read_columns(path, ["id"])["id"])
            for table in chosen_rows(path, mask, columns=["text", "segment"]):
                for text, segment in zip(*(column.to_pylist() for column in table.columns), strict=True):
                    (code if segment == "code" else prose).add(content_hash(text, code=segment == "code"))
        return Tombstones(prose=frozenset(prose), code=frozenset(code))

    def twins(self, ids: frozenset[str], *, near: bool) -> set[str]:
        """Documents that the ledgers tie to one of ``ids`` as its duplicate, or as the one kept instead of it."""
        return {other for _, other, exact in self._pairs(ids) if exact or near}

    def near_of(self, ids: frozenset[str]) -> list[tuple[str, str]]:
        """Pairs of near-duplicates of which one goes and the other stays."""
        return sorted({(one, other) for one, other, exact in self._pairs(ids) if not exact and other not in ids})

    def _pairs(self, ids: frozenset[str]) -> Iterator[tuple[str, str, bool]]:
        """(one of ``ids``, the other of its pair, whether their texts are the same) from the ledgers' duplicates."""
        wanted = Ids(ids)
        for path in self._tables(ledgers=True, only=self._documents):
            table = read_columns(path, ["id", "kept_id"])
            mask = wanted.among(table["id"]) | wanted.among(table["kept_id"])
            for rows in chosen_rows(path, mask, columns=["id", "kept_id", "action", "failures"]):
                for row in rows.to_pylist():
                    pair = (row["id"], row["kept_id"])
                    if row["action"] != "duplicate" or not all(pair) or row["kept_id"].startswith("("):
                        continue
                    exact = any(failure["rule"] == _EXACT_RULE for failure in row["failures"])
                    for one, other in (pair, pair[::-1]):
                        if one in ids and other != one:
                            yield one, other, exact

    def clustered(self, ids: frozenset[str]) -> set[str]:
        """All members of the clusters of near-duplicates that one of ``ids`` is in."""
        stage = self.stages.get("clusters")
        paths = [path for path in self._tables(only=[stage] if stage else []) if "cluster" in columns_of(path)]
        wanted, clusters = Ids(ids), set[int]()
        for path in paths:
            table = read_columns(path, ["id", "cluster"])
            clusters.update(table["cluster"].filter(pa.array(wanted.among(table["id"]))).to_pylist())
        clusters.discard(-1)
        values = pa.array(sorted(clusters), pa.int64())
        found: set[str] = set()
        for path in paths if clusters else ():
            table = read_columns(path, ["id", "cluster"])
            found.update(table["id"].filter(pc.is_in(table["cluster"].cast(pa.int64()), value_set=values)).to_pylist())
        return found
