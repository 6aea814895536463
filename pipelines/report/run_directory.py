"""What a RUN directory holds (DESIGN.md section 2).

A path or URL enters; the manifests, ``plan.json``, ``shards.json`` and the names of the ledgers leave. Nothing here
reads a document. A stage counts as finished when its manifest is there, and as stale when it was made from a version
of an earlier stage that the run no longer holds.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from pipelines.engine import files
from pipelines.engine.ledger import LOSSES
from pipelines.stage_names import STAGE_NAMES

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PartitionCount:
    """How many documents of one partition went in, stayed, were changed and were lost (by fate)."""

    name: str
    num_in: int
    kept: int
    edited: int
    losses: Mapping[str, int]
    files: tuple[str, ...]
    file_bytes: int = 0

    @property
    def unaccounted(self) -> int:
        """Documents that went in and neither stayed nor have a fate: 0 unless the stage lost some (or made some up)."""
        return self.num_in - self.kept - sum(self.losses.values())


@dataclass(frozen=True, slots=True)
class Manifest:
    """``RUN/<stage>/manifest.json``: what the stage did, by partition and in total."""

    stage: str
    fingerprint: str
    code: str
    config: Json
    inputs: tuple[str, ...]
    partitions: tuple[PartitionCount, ...]
    totals: PartitionCount
    stats: Json
    counts_documents: bool

    def ledgers(self) -> list[tuple[str, str]]:
        """(partition name, ledger file relative to the stage directory), in partition order."""
        return [(p.name, file) for p in self.partitions for file in p.files if file.startswith("ledger/")]


@dataclass(frozen=True, slots=True)
class StageState:
    """How far a stage is: ``complete``, ``stale``, ``unfinished`` (some partitions done) or ``absent``."""

    name: str
    state: str
    partitions_done: int
    manifest: Manifest | None


class RunDirectory:
    """Read access to one run, on any file system that fsspec opens."""

    def __init__(self, run: str) -> None:
        """Raise ``ValueError`` when ``run`` is no directory or when no stage in it has finished."""
        self.root = run.rstrip("/") or run
        filesystem, name = files.filesystem(self.root)
        if not filesystem.isdir(name):
            raise ValueError(f"{run}: no such run directory; make it with: malmoi build RECIPE --out {run}")
        self.stages = self._stages()
        if not any(stage.manifest for stage in self.stages):
            raise ValueError(
                f"{run}: no stage has finished here (no {STAGE_NAMES[0]}/manifest.json), so there is nothing to report; "
                f"run or resume it with: malmoi build RECIPE --out {run}"
            )

    def path(self, relative: str) -> str:
        """The fsspec path of a file of the run."""
        return files.join(self.root, relative)

    def open(self, relative: str) -> AbstractContextManager[BinaryIO]:
        """A file of the run, to be read."""
        filesystem, name = files.filesystem(self.path(relative))
        return cast(AbstractContextManager[BinaryIO], filesystem.open(name, "rb"))

    def read_text(self, relative: str, *, max_bytes: int) -> str:
        """The first ``max_bytes`` of a UTF-8 file; nothing when it is not there."""
        if not files.exists(self.path(relative)):
            return ""
        with self.open(relative) as file:
            return file.read(max_bytes).decode("utf-8", errors="replace")

    def read_json(self, relative: str) -> Json | None:
        """A JSON object of the run, or None when the file is not there; ``ValueError`` when it is not one."""
        value = files.read_json(self.path(relative))
        if value is not None and not isinstance(value, dict):
            raise ValueError(f"{self.path(relative)} holds no JSON object; delete it and run malmoi build again")
        return value

    def manifest(self, stage: str) -> Manifest | None:
        """The manifest of a finished stage, stale or not."""
        return next((s.manifest for s in self.stages if s.name == stage), None)

    def _stages(self) -> tuple[StageState, ...]:
        """The stages of the run; those that its recipe does without, for later ones are complete without them, left out."""
        manifests = {stage: self._manifest(stage) for stage in STAGE_NAMES}
        current: set[str] = set()
        states: list[StageState] = []
        for stage, manifest in manifests.items():
            stale = manifest is not None and not current.issuperset(manifest.inputs)
            if manifest is not None and not stale:
                current.add(manifest.fingerprint)
            done = self._partitions_done(stage) if manifest is None else len(manifest.partitions)
            state = "absent" if done == 0 else "unfinished"
            if manifest is not None:
                state = "stale" if stale else "complete"
            states.append(StageState(stage, state, done, manifest))
        last = max((number for number, stage in enumerate(states) if stage.state == "complete"), default=-1)
        return tuple(stage for number, stage in enumerate(states) if stage.state != "absent" or number > last)

    def _manifest(self, stage: str) -> Manifest | None:
        raw = self.read_json(f"{stage}/manifest.json")
        if raw is None:
            return None
        try:
            return _parse_manifest(stage, raw)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"{self.path(stage)}/manifest.json: not a manifest of this version ({error!r}); "
                f"delete {self.path(stage)} and run malmoi build again"
            ) from error

    def _partitions_done(self, stage: str) -> int:
        return sum(name.endswith(".json") for name in files.listing(self.path(f"{stage}/parts")))


def _parse_manifest(stage: str, raw: Json) -> Manifest:
    return Manifest(
        stage=stage,
        fingerprint=str(raw["fingerprint"]),
        code=str(raw.get("code", "")),
        config=raw.get("config") or {},
        inputs=tuple(str(value) for value in raw.get("inputs") or ()),
        partitions=tuple(_parse_counts(part) for part in raw.get("partitions") or ()),
        totals=_parse_counts(raw.get("totals") or {}),
        stats=(raw.get("totals") or {}).get("stats") or {},
        counts_documents="in" in (raw.get("totals") or {}),
    )


def _parse_counts(raw: Json) -> PartitionCount:
    described: Mapping[str, Json] = raw.get("files") or {}
    return PartitionCount(
        name=str(raw.get("name", "")),
        num_in=int(raw.get("in", 0)),
        kept=int(raw.get("kept", 0)),
        edited=int(raw.get("edited", 0)),
        losses={fate: int(raw.get(fate, 0)) for fate in LOSSES},
        files=tuple(sorted(described)),
        file_bytes=sum(int(file.get("bytes", 0)) for file in described.values()),
    )
