"""Takes documents out of the index of near-duplicates: ``signatures``, ``candidates``, ``clusters``.

Enters: the committed files of these stages. Leaves, in the surgery: signatures, band keys and clusters without the rows of the
documents that go; documents are numbered through the whole run there, so the numbers of all behind them move up. What a
document that goes held together stays together: its neighbours are paired with one another, and the next of those with its
signature takes its place. Where one that was kept goes, those dropped for it stay dropped, until the clusters are made anew.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.engine import files
from pipelines.engine.partition import opened_parquet
from pipelines.engine.ranges import write_ranges
from pipelines.tombstones import NO_ID

from .layout import Entry, StageFiles
from .repeats import ranges_of_groups
from .surgery import Surgery, as_rows
from .tables import Ints, read_columns, renumbered, with_column

Pair = tuple[int, int, int]


def take_from_index(surgery: Surgery) -> None:
    """All three stages, where the run has them."""
    stage = surgery.stages.get("signatures")
    if stage is None:
        return
    for entry in stage.entries:
        _take_signatures(surgery, stage, entry)
    numbering = _numbering(surgery, stage)
    if not len(numbering.gone):
        return
    if (candidates := surgery.stages.get("candidates")) and numbering.is_known:
        for entry in candidates.entries:
            _take_pairs(surgery, candidates, entry, numbering)
    if clusters := surgery.stages.get("clusters"):
        _take_clusters(surgery, clusters, numbering)


def _take_signatures(surgery: Surgery, stage: StageFiles, entry: Entry) -> None:
    """The rows and band keys of one partition."""
    name = f"{entry['name']}.parquet"
    path = files.join(stage.directory, name)
    table = read_columns(path, ["id", "same_as", "generation", "present"])
    mask = surgery.ids.among(table["id"])
    if not mask.any():
        return
    gone = as_rows(mask)
    surgery.rows[stage.name, entry["name"]] = gone
    same_as, heirs = _inherited(table["same_as"].to_numpy().astype(np.int64), table["generation"].to_numpy(), mask)
    same_as = np.where(same_as >= 0, renumbered(same_as, gone), -1).astype(np.int32)
    described: dict[str, Any] = {name: _write_signatures(surgery, f"{stage.name}/{name}", path, mask, same_as)}
    for file in sorted(entry["files"]):
        if ".bands-" in file:
            source = files.join(stage.directory, file)
            with opened_parquet(source) as parquet:
                schema = parquet.schema_arrow
            tables = (_bands(bands, mask, heirs, gone) for bands in ranges_of_groups(source))
            described[file] = write_ranges(surgery.target(f"{stage.name}/{file}"), tables, schema=schema)
    before = table["same_as"].to_numpy() >= 0
    counts = {
        "documents": len(gone),
        "copies": int(before.sum() - (same_as[~mask] >= 0).sum()),
        "without_shingles": int((table["present"].to_numpy()[mask] == 0).sum()),
    }
    surgery.changed(stage.name, entry, described=described, gone={"stats": counts})


def _inherited(same_as: Ints, generation: Any, gone: Any) -> tuple[Ints, dict[int, int]]:
    """``same_as`` with, for each document that goes, the first of those like it in its place; and who inherits from whom."""
    same_as = same_as.copy()
    heirs: dict[int, int] = {}
    for leader in np.unique(same_as[(same_as >= 0) & ~gone]).tolist():
        if gone[leader]:
            copies = np.flatnonzero((same_as == leader) & ~gone)
            heir = int(copies[np.lexsort((copies, generation[copies]))[0]])
            same_as[copies], same_as[heir] = heir, -1
            heirs[leader] = heir
    return same_as, heirs


def _write_signatures(surgery: Surgery, relative: str, path: str, gone: Any, same_as: Any) -> dict[str, Any]:
    def tables() -> Iterator[pa.Table]:
        first = 0
        for table in ranges_of_groups(path):
            stay = ~gone[first : first + table.num_rows]
            own = same_as[first : first + table.num_rows]
            first += table.num_rows
            yield with_column(table.filter(pa.array(stay)), "same_as", own[stay])

    with opened_parquet(path) as parquet:
        schema = parquet.schema_arrow
    return write_ranges(surgery.target(relative), tables(), schema=schema)


def _bands(table: pa.Table, gone: Any, heirs: Mapping[int, int], gone_rows: Ints) -> pa.Table:
    """Band keys without those of rows that go, unless another row inherits them."""
    rows = table["row"].to_numpy().astype(np.int64)
    for leader, heir in heirs.items():
        rows[rows == leader] = heir
    stay = ~gone[rows]
    return with_column(table.filter(pa.array(stay)), "row", renumbered(rows[stay], gone_rows).astype(np.int32))


@dataclass(frozen=True)
class _Numbering:
    """The numbers of the run's own documents: of each partition the first, and those that go."""

    firsts: Mapping[str, int]
    gone: Ints
    #: How many documents of older runs are numbered before them; known unless one of those has changed since.
    is_known: bool

    def renumbered(self, numbers: Ints) -> Ints:
        return renumbered(numbers, self.gone)


def _numbering(surgery: Surgery, stage: StageFiles) -> _Numbering:
    older = _older_documents(surgery)
    first = older or 0
    firsts: dict[str, int] = {}
    gone: list[Ints] = [np.zeros(0, dtype=np.int64)]
    for entry in sorted(stage.entries, key=lambda entry: entry["name"]):
        firsts[entry["name"]] = first
        gone.append(surgery.rows.get((stage.name, entry["name"]), gone[0]) + first)
        first += int(entry["stats"]["documents"])
    return _Numbering(firsts, np.concatenate(gone), older is not None)


def _older_documents(surgery: Surgery) -> int | None:
    """How many documents the indexes of ``[dedup] against`` have, or None where they are no longer what they were."""
    from pipelines.stages.signature_index import content_of

    resolved: Any = files.read_json(files.join(surgery.run, "resolved.json")) or {}
    recipe = resolved.get("recipe", {})
    given = recipe.get("dedup", {}).get("against", [])
    stage = surgery.stages.get("candidates")
    if not given:
        return 0
    known = set(stage.manifest["inputs"]) if stage and stage.manifest else set[str]()
    total = 0
    for path in given:
        place = path if "://" in path or path.startswith("/") else files.join(recipe.get("root", "."), path)
        manifest: Any = files.read_json(files.join(place, "signatures", "manifest.json"))
        if manifest is None or content_of(manifest) not in known:
            return None
        total += int(manifest["totals"]["stats"]["documents"])
    return total


def _take_pairs(surgery: Surgery, stage: StageFiles, entry: Entry, numbering: _Numbering) -> None:
    """The pairs of one range: renumbered, and what a document that goes held together paired anew."""
    name = f"{entry['name']}.parquet"
    path = files.join(stage.directory, name)
    with opened_parquet(path) as parquet:
        schema = parquet.schema_arrow
    lost = 0

    def tables() -> Iterator[pa.Table]:
        nonlocal lost
        broken: list[Pair] = []
        for table in ranges_of_groups(path):
            first, second = (table[n].to_numpy() for n in ("first", "second"))
            cut = np.isin(first, numbering.gone) | np.isin(second, numbering.gone)
            lost += int(cut.sum())
            broken += zip(*(column.to_pylist() for column in table.filter(pa.array(cut)).columns), strict=True)
            yield _pairs(table.filter(pa.array(~cut)), numbering)
        if mended := mended_pairs(broken, frozenset(numbering.gone.tolist())):
            lost -= len(mended)
            columns = [pa.array(column, field.type) for column, field in zip(zip(*mended, strict=True), schema, strict=True)]
            yield _pairs(pa.table(columns, schema=schema), numbering)

    described = {name: write_ranges(surgery.target(f"{stage.name}/{name}"), tables(), schema=schema)}
    surgery.changed(stage.name, entry, described=described, gone={"stats": {"pairs": lost}})


def _pairs(table: pa.Table, numbering: _Numbering) -> pa.Table:
    for name in ("first", "second"):
        table = with_column(table, name, numbering.renumbered(table[name].to_numpy().astype(np.int64)))
    return table


def mended_pairs(broken: list[Pair], gone: frozenset[int]) -> list[Pair]:
    """Pairs that connect, without the documents ``gone``, all others that the pairs ``broken`` connect through those.

    A pair is of the latest generation on the way.
    """
    neighbours: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for first, second, generation in broken:
        neighbours[first].append((second, generation))
        neighbours[second].append((first, generation))
    mended: list[Pair] = []
    seen: set[int] = set()
    for start in sorted(gone & neighbours.keys()):
        if start in seen:
            continue
        reached: dict[int, int] = {}
        waiting = [(start, 0)]
        while waiting:
            number, generation = waiting.pop()
            if number in gone:
                if number not in seen:
                    seen.add(number)
                    waiting += [(other, max(generation, own)) for other, own in neighbours[number]]
            else:
                reached[number] = min(reached.get(number, generation), generation)
        others = sorted(reached, key=lambda number: (reached[number], number))
        mended += [(others[0], other, max(reached[others[0]], reached[other])) for other in others[1:]]
    return mended


def _take_clusters(surgery: Surgery, stage: StageFiles, numbering: _Numbering) -> None:
    """The clusters of all partitions. One that loses its first document is named after the next."""
    lost: dict[int, int] = defaultdict(int)
    names: dict[int, int] = {}
    entries = sorted(stage.entries, key=lambda entry: entry["name"])
    for entry in entries:
        table, mask = _clusters_of(surgery, stage, entry)
        for label in table["cluster"].to_numpy()[mask].tolist():
            lost[label] += 1
    lost.pop(-1, None)
    labels = np.array(sorted(lost), dtype=np.int64)
    for entry in entries:
        table, mask = _clusters_of(surgery, stage, entry)
        own = table["cluster"].to_numpy()
        for row in np.flatnonzero(np.isin(own, labels) & ~mask).tolist():
            label, number = int(own[row]), numbering.firsts[entry["name"]] + row
            # A cluster of older documents too is named after one of those, which stays.
            names.setdefault(label, number if _is_in(label, numbering.gone) else label)
    for entry in entries:
        _write_clusters(surgery, stage, entry, numbering, lost, names)


def _is_in(number: int, ascending: Ints) -> bool:
    place = int(np.searchsorted(ascending, number))
    return place < len(ascending) and int(ascending[place]) == number


def _clusters_of(surgery: Surgery, stage: StageFiles, entry: Entry) -> tuple[pa.Table, Any]:
    table = read_columns(files.join(stage.directory, f"{entry['name']}.parquet"), ["id", "cluster"])
    return table, surgery.ids.among(table["id"])


def _write_clusters(
    surgery: Surgery, stage: StageFiles, entry: Entry, numbering: _Numbering, lost: Mapping[int, int], names: Mapping[int, int]
) -> None:
    name = f"{entry['name']}.parquet"
    path = files.join(stage.directory, name)
    with opened_parquet(path) as parquet:
        schema = parquet.schema_arrow
    counts = {"documents": 0, "clustered": 0, "clusters": 0, "lost": 0}

    def tables() -> Iterator[pa.Table]:
        for table in ranges_of_groups(path):
            gone = surgery.ids.among(table["id"])
            going = table.filter(pa.array(gone))
            clustered = going["cluster"].to_numpy() >= 0
            kept = going["kept"].to_numpy(zero_copy_only=False)
            best = np.array([a == b for a, b in zip(going["id"].to_pylist(), going["kept_id"].to_pylist(), strict=True)], bool)
            for key, number in zip(counts, (len(kept), clustered.sum(), (clustered & best).sum(), (~kept).sum()), strict=True):
                counts[key] += int(number)
            yield _relabelled(surgery, table.filter(pa.array(~gone)), numbering, lost, names)

    described = {name: write_ranges(surgery.target(f"{stage.name}/{name}"), tables(), schema=schema, compression="zstd")}
    surgery.changed(stage.name, entry, described=described, gone={"stats": counts})


def _relabelled(
    surgery: Surgery, table: pa.Table, numbering: _Numbering, lost: Mapping[int, int], names: Mapping[int, int]
) -> pa.Table:
    """Rows under the labels and sizes that their clusters have now, naming none of the documents that go."""
    labels = table["cluster"].to_numpy().astype(np.int64)
    sizes = table["cluster_size"].to_numpy().copy()
    affected = np.flatnonzero(np.isin(labels, np.array(sorted(lost), dtype=np.int64)))
    moved = labels.copy()
    for row in affected.tolist():
        moved[row] = names[int(labels[row])]
        sizes[row] = max(int(sizes[row]) - lost[int(labels[row])], 1)
    moved = np.where(moved >= 0, numbering.renumbered(moved), -1)
    named = surgery.ids.among(table["kept_id"])
    kept_ids = [NO_ID if hidden else value for value, hidden in zip(table["kept_id"].to_pylist(), named.tolist(), strict=True)]
    for name, values in (("cluster", moved), ("cluster_size", sizes), ("kept_id", kept_ids)):
        table = with_column(table, name, values)
    return table
