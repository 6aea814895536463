"""What became of every record of a sample, stage by stage.

What enters: the run directory of the probe. What leaves: :class:`Observed`, a row per record that was read: its cluster, the
stage that took it out, the rules that it broke, its bytes of text after each stage, and, of what is left, segment, language
and tokens. Records are in the order in which they were read, source by source.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow.compute
from numpy.typing import NDArray

from pipelines.engine import files
from pipelines.engine.ledger import LOSSES
from pipelines.engine.partition import read_batches, text_sizes

# Its functions are made at run time, which type checkers cannot see.
pc: Any = pyarrow.compute

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass
class Observed:
    """``cluster`` numbers the clusters in the order in which they were drawn; ``lost_at`` is "" for what is left."""

    cluster: Ints
    source: list[str]
    ids: list[str]
    lost_at: list[str]
    sizes: dict[str, Ints] = field(default_factory=dict[str, Ints])
    #: By stage and rule, the records to which the rule applied.
    rules: dict[tuple[str, str], list[int]] = field(default_factory=dict[tuple[str, str], list[int]])
    #: Record -> the record that was kept for it, by stage.
    kept_for: dict[str, dict[int, int]] = field(default_factory=dict[str, dict[int, int]])
    #: Of what the filter left.
    segment: list[str] = field(default_factory=list[str])
    language: list[str] = field(default_factory=list[str])
    tokens: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    knowledge: Floats = field(default_factory=lambda: np.zeros(0))
    #: Whether the tokenizer was trained on the document.
    trained_on: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

    @property
    def num_records(self) -> int:
        return len(self.cluster)

    def left_after(self, stage: str, *, stages: Sequence[str]) -> NDArray[np.bool_]:
        """The records that are left after a stage of ``stages``."""
        gone = {"", *stages[stages.index(stage) + 1 :]}
        return np.array([lost in gone for lost in self.lost_at], dtype=np.bool_)


class Reading:
    """Reads a probe's run directory."""

    def __init__(self, run: str, manifests: Mapping[str, Mapping[str, Any]], *, stages: Sequence[str]) -> None:
        self._run = run
        self._manifests = manifests
        self._stages = stages
        #: Records by id: those of one id in the order in which they were read.
        self._places: dict[str, list[int]] = {}

    def read(self, offsets: Mapping[str, int]) -> Observed:
        """All of it; ``offsets`` are the numbers of the first clusters of ingest's units."""
        observed = self._ingested(offsets)
        for stage in self._stages:
            if stage != "ingest":
                self._read_ledger(stage, observed)
            self._read_sizes(stage, observed)
        observed.segment = [""] * observed.num_records
        observed.language = [""] * observed.num_records
        observed.tokens = np.zeros(observed.num_records, np.int64)
        observed.knowledge = np.full(observed.num_records, np.nan)
        self._read_left(observed)
        return observed

    def _names(self, stage: str) -> list[str]:
        return [str(entry["name"]) for entry in self._manifests[stage]["partitions"]]

    def _ingested(self, offsets: Mapping[str, int]) -> Observed:
        clusters: list[int] = []
        sources: list[str] = []
        all_ids: list[str] = []
        lost: list[str] = []
        rules: dict[tuple[str, str], list[int]] = {}
        for name in self._names("ingest"):
            ends = np.array(files.read_json(files.join(self._run, "ingest", "clusters", f"{name}.json")), np.int64)
            ends = ends.reshape(-1, 2)
            ids, own_sources, sizes = self._documents("ingest", name)
            own = np.searchsorted(ends[:, 0], np.cumsum(sizes), side="left")
            kept = dict(zip(ids, range(len(clusters), len(clusters) + len(ids)), strict=True))
            for identifier, cluster, source in zip(ids, own.tolist(), own_sources, strict=True):
                self._places.setdefault(identifier, []).append(len(clusters))
                clusters.append(offsets[name] + cluster)
                sources.append(source)
                all_ids.append(identifier)
                lost.append("")
            for number, row in enumerate(self._ledger("ingest", name)):
                place = kept.get(row["id"], -1) if row["action"] == "edited" else -1
                if row["action"] in LOSSES:
                    place = len(clusters)
                    clusters.append(offsets[name] + int(np.searchsorted(ends[:, 1], number, side="right")))
                    sources.append(row["source"])
                    all_ids.append(row["id"])
                    lost.append("ingest")
                if place >= 0:
                    for rule in sorted({failure["rule"] for failure in row["failures"]}):
                        rules.setdefault(("ingest", rule), []).append(place)
        return Observed(np.array(clusters, np.int64), sources, all_ids, lost, rules=rules)

    def _documents(self, stage: str, name: str) -> tuple[list[str], list[str], list[int]]:
        ids: list[str] = []
        sources: list[str] = []
        sizes: list[int] = []
        for batch in read_batches(files.join(self._run, stage, f"{name}.parquet"), columns=["id", "source", "text"]):
            ids += batch.column("id").to_pylist()
            sources += batch.column("source").to_pylist()
            sizes += text_sizes(batch)
        return ids, sources, sizes

    def _ledger(self, stage: str, name: str) -> Iterator[dict[str, Any]]:
        columns = ["id", "source", "action", "failures", "kept_id"]
        for batch in read_batches(files.join(self._run, stage, "ledger", f"{name}.parquet"), columns=columns):
            yield from batch.to_pylist()

    def _read_ledger(self, stage: str, observed: Observed) -> None:
        for name in self._names(stage):
            for row in self._ledger(stage, name):
                is_loss = row["action"] in LOSSES
                # Of records with one id the first is kept; the last that is still there is the one that goes.
                left = [place for place in self._places[row["id"]] if not observed.lost_at[place]]
                if not left:
                    continue
                place = left[-1] if is_loss else left[0]
                for rule in sorted({failure["rule"] for failure in row["failures"]}):
                    observed.rules.setdefault((stage, rule), []).append(place)
                if is_loss:
                    observed.lost_at[place] = stage
                    if row["kept_id"] in self._places:
                        observed.kept_for.setdefault(stage, {})[place] = self._places[row["kept_id"]][0]

    def _read_sizes(self, stage: str, observed: Observed) -> None:
        sizes = np.zeros(observed.num_records, np.int64)
        for name in self._names(stage):
            ids, _, own = self._documents(stage, name)
            sizes[[self._place_of(observed, identifier) for identifier in ids]] = own
        observed.sizes[stage] = sizes

    def _place_of(self, observed: Observed, identifier: str) -> int:
        places = self._places[identifier]
        if len(places) == 1:
            return places[0]
        return next((place for place in places if not observed.lost_at[place]), places[0])

    def _read_left(self, observed: Observed) -> None:
        """Segment and language of what the filter left, and tokens of what was encoded."""
        for name in self._names("filter"):
            path = files.join(self._run, "filter", f"{name}.parquet")
            for batch in read_batches(path, columns=["id", "segment", "language"]):
                for identifier, segment, language in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    place = self._place_of(observed, identifier)
                    observed.segment[place], observed.language[place] = segment, language
        if "tokens" not in self._manifests:
            return
        for name in self._names("tokens"):
            path = files.join(self._run, "tokens", f"{name}.parquet")
            for batch in read_batches(path, columns=["id", "num_tokens", "knowledge"]):
                places = [self._place_of(observed, identifier) for identifier in batch.column("id").to_pylist()]
                observed.tokens[places] = batch.column("num_tokens").to_numpy()
                knowledge = pc.fill_null(batch.column("knowledge"), np.nan)
                observed.knowledge[places] = knowledge.to_numpy(zero_copy_only=False)
