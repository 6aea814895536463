"""What lies in a run: its stages in order, and what each of them has committed.

Enters: a run directory, finished or not. Leaves: for each stage its manifest, if it has one, and the entries of its units,
from ``parts/*.json``: those are there before the manifest is. Nothing here reads a document.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.engine import files
from pipelines.stage_names import DOCUMENT_STAGES, STAGE_NAMES

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """One committed unit of a stage: the entries of its partitions."""

    unit: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class StageFiles:
    """One stage as it lies on the disk."""

    name: str
    directory: str
    parts: tuple[Part, ...]
    manifest: Mapping[str, Any] | None

    @property
    def entries(self) -> Iterator[Entry]:
        for part in self.parts:
            yield from part.entries

    @property
    def holds_documents(self) -> bool:
        return self.name in DOCUMENT_STAGES


def read_stages(run: str) -> dict[str, StageFiles]:
    """The stages that have committed anything, in order.

    Raises:
        ValueError: the directory is no run, or a file of it is damaged.
    """
    fs, name = files.filesystem(run)
    if not fs.isdir(name):
        raise ValueError(f"{run}: no such run directory; give the --out of a `malmoi build`")
    if not files.exists(files.join(run, "resolved.json")):
        raise ValueError(f"{run} is not a run directory (it has no resolved.json); give the --out of a `malmoi build`")
    found: dict[str, StageFiles] = {}
    for stage in STAGE_NAMES:
        directory = files.join(run, stage)
        names = files.listing(files.join(directory, "parts"))
        parts = tuple(_part(files.join(directory, "parts", base)) for base in names if base.endswith(".json"))
        manifest = files.read_json(files.join(directory, "manifest.json"))
        if parts or manifest is not None:
            found[stage] = StageFiles(stage, directory, parts, manifest)
    return found


def _part(path: str) -> Part:
    value = files.read_json(path)
    try:
        return Part(str(value["unit"]), tuple(value["partitions"]))
    except (KeyError, TypeError):
        raise ValueError(f"{path} is damaged: delete it and run `malmoi build` again, which makes it anew") from None


def document_stages(stages: Mapping[str, StageFiles]) -> list[StageFiles]:
    """The stages whose partitions are documents, in order."""
    return [stage for stage in stages.values() if stage.holds_documents]


def described(stage: StageFiles) -> dict[str, Mapping[str, Any]]:
    """Bytes and SHA-256 of every committed file of a stage, by its name in the stage's directory."""
    return {name: told for entry in stage.entries for name, told in entry["files"].items()}
