"""The new files of a run without some documents, made beside the run: nothing in it changes until all of them are there.

Enters: the run's stages and the ids that go. What the steps of :mod:`~pipelines.takedown.documents`,
:mod:`~pipelines.takedown.derived` and :mod:`~pipelines.takedown.shards` put into it: the files that take the place of the
run's, and what goes from the counts of each partition. What leaves at the end: those files with parts and manifests that
describe them. An entry tells what was taken from its counts as ``taken_down``, so that what later stages once worked out
from the counts (what share of the documents is sampled, say) can still be worked out, and no stage has to run again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from filters.content_hash import content_hash
from pipelines.engine import files
from pipelines.engine.ledger import add_up
from pipelines.stages.knowledge import excerpt

from .grams import GramCollector, split
from .layout import StageFiles
from .tables import Ids, Ints

#: Tables of counts whose rows stay when nothing is left in them: which sources a partition is of does not change.
_STANDING = frozenset({"sources"})


@dataclass
class Surgery:
    """What is to be changed, and what is known of the documents that go."""

    run: str
    #: Where new files are written, under the names that they have in the run.
    new: str
    stages: Mapping[str, StageFiles]
    ids: Ids
    #: (stage, partition) -> the rows that go, ascending.
    rows: dict[tuple[str, str], Ints] = field(default_factory=dict[tuple[str, str], Ints])
    #: (stage, entry) -> the entry as it becomes.
    entries: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict[tuple[str, str], Mapping[str, Any]])
    #: Of every document that goes the bytes of its text, as the last stage of documents holds it.
    sizes: dict[str, int] = field(default_factory=dict[str, int])
    #: Content hash of every text that goes, in each form in which a sample may hold it -> its bytes.
    samples: dict[bytes, int] = field(default_factory=dict[bytes, int])
    #: Where each document was found, in order.
    found_in: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    grams: GramCollector = field(default_factory=GramCollector)
    staged: list[str] = field(default_factory=list[str])

    def target(self, relative: str) -> str:
        """Where the new file is written that is to stand at ``relative`` in the run."""
        self.staged.append(relative)
        return files.join(self.new, relative)

    def newest(self, relative: str) -> str:
        """The new file of that name, or the run's where it stays as it is."""
        new = files.join(self.new, relative)
        return new if files.exists(new) else files.join(self.run, relative)

    def write(self, relative: str, data: bytes) -> dict[str, Any]:
        """Writes a small new file."""
        with files.writing(self.target(relative)) as out:
            out.write(data)
        return out.description()

    def note_texts(self, texts: list[str]) -> None:
        """Remembers what texts that go are recognised by."""
        self.grams.add(split(texts).own_runs())
        for text in texts:
            # Not ``segment``: samples are read as prose whatever they are, for they say no more of themselves.
            for form in {text, excerpt(text)}:
                self.samples[content_hash(form)] = len(text.encode())

    def note_found(self, ids: Iterable[str], stage: str) -> None:
        """Remembers that a stage held these documents, or a row about them."""
        for identifier in ids:
            stages = self.found_in.setdefault(identifier, [])
            if stage not in stages:
                stages.append(stage)

    def changed(
        self, stage: str, entry: Mapping[str, Any], *, described: Mapping[str, Any], gone: Mapping[str, Any] | None = None
    ) -> None:
        """An entry whose files ``described`` are new, and from whose counts ``gone`` goes."""
        new = subtracted(entry, gone) if gone else dict(entry)
        new["files"] = {name: described.get(name, told) for name, told in entry["files"].items()}
        self.entries[stage, entry["name"]] = new

    def entry(self, stage: str, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        """The entry as it becomes, or as it is."""
        return self.entries.get((stage, entry["name"]), entry)

    def write_manifests(self) -> None:
        """The parts and manifests of every stage that changes."""
        for name, stage in self.stages.items():
            for part in stage.parts:
                if any((name, entry["name"]) in self.entries for entry in part.entries):
                    partitions = [self.entry(name, entry) for entry in part.entries]
                    self.write(f"{name}/parts/{part.unit}.json", files.to_json({"unit": part.unit, "partitions": partitions}))
            if stage.manifest is not None and any(changed == name for changed, _ in self.entries):
                partitions = [self.entry(name, entry) for entry in stage.manifest["partitions"]]
                counts = [{k: v for k, v in entry.items() if k not in ("name", "files")} for entry in partitions]
                manifest = {**stage.manifest, "partitions": partitions, "totals": add_up(counts)}
                self.write(f"{name}/manifest.json", files.to_json(manifest))


def subtracted(entry: Mapping[str, Any], gone: Mapping[str, Any]) -> dict[str, Any]:
    """The counts of an entry without ``gone``, which is told as ``taken_down``."""
    gone = pruned(gone)
    before = entry.get("taken_down")
    less = _less(entry, gone)
    assert isinstance(less, dict)
    return {**less, "taken_down": add_up([before, gone]) if before else gone}


def _less(value: Any, gone: Any) -> Any:
    if not isinstance(value, Mapping):
        return value - gone
    result: dict[str, Any] = {}
    for key, own in value.items():
        taken = gone.get(key)
        less = own if taken is None else _less(own, taken)
        empty = taken is not None and isinstance(own, Mapping) and not _any(less)
        if key in _STANDING or not (empty and key not in ("stats", *_TABLES)):
            result[key] = less if key not in _STANDING or taken is None else _standing(own, taken)
    return result


#: Tables within ``stats``, which stay when they are empty.
_TABLES = ("segments", "languages", "rules", "not_documents")


def _standing(table: Mapping[str, Any], gone: Mapping[str, Any]) -> dict[str, Any]:
    """A table without ``gone``, all its rows left."""
    return {k: {n: x - gone.get(k, {}).get(n, 0) for n, x in row.items()} for k, row in table.items()}


def _any(value: Any) -> bool:
    return any(map(_any, value.values())) if isinstance(value, Mapping) else bool(value)


def pruned(counts: Mapping[str, Any]) -> dict[str, Any]:
    """The counts without zeros and empty tables."""
    kept = {key: pruned(value) if isinstance(value, Mapping) else value for key, value in counts.items()}
    return {key: value for key, value in kept.items() if value}


def as_rows(mask: Any) -> Ints:
    """The numbers of the rows for which a mask is true."""
    return np.flatnonzero(mask).astype(np.int64)
