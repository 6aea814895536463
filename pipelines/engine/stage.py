"""A stage: units of work, each done by a plain function, each committed by a small file written last.

``RUN/<stage>/parts/<unit>.json`` commits a unit: it names the files of the unit's partitions with their bytes and
SHA-256. ``RUN/<stage>/manifest.json`` is written when every unit is there and the counts agree. A killed run leaves
committed units, which stay, and temporary files, which go.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from . import files
from .fingerprint import stage_fingerprint
from .ledger import LOSSES, ConservationError, add_up
from .progress import Progress


class StageFailedError(Exception):
    """A stage cannot go on; the message names the place and the remedy. What is committed stays."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece of work. ``cost`` is in bytes of input, for progress and for the order of work."""

    name: str
    payload: Any
    cost: int


class Job(Protocol):
    """What a stage does to one unit: picklable, models loaded in ``setup``, no output but files in ``directory``."""

    def setup(self) -> None: ...

    def run(self, unit: Unit, *, directory: str, progress: Progress) -> list[dict[str, Any]]:
        """Does the unit; the manifest entries of the partitions that it wrote, in order."""
        ...


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage of a run, ready to be run or found complete.

    ``state`` is what tells whether the input files changed but must not show in the output (times of modification).
    ``conclude`` sees all entries and the totals before the stage is declared complete: it may write a last file, and
    raises StageFailedError where the stage must not count as done.
    """

    name: str
    run: str
    job: Job
    units: Sequence[Unit]
    config: Mapping[str, Any]
    inputs: Sequence[str] = ()
    code: str = ""
    documents_in: int | None = None
    state: Any = None
    conclude: Callable[[Sequence[Mapping[str, Any]], Mapping[str, Any]], None] | None = None
    #: Where the job needs records of other units: the input units that are read for them, and how they are grouped.
    shuffle: "Shuffle | None" = None
    shuffled_from: Sequence[Unit] = ()
    #: Bytes per second that one worker is expected to do, to tell whether worker processes are worth their start.
    expected_bytes_per_s: int = 4_000_000

    @property
    def directory(self) -> str:
        return files.join(self.run, self.name)

    @property
    def fingerprint(self) -> str:
        return stage_fingerprint(stage=self.name, config=self.config, inputs=self.inputs, code=self.code)

    @property
    def _state_path(self) -> str:
        return files.join(self.run, ".state", f"{self.name}.json")

    def manifest(self) -> dict[str, Any] | None:
        """The manifest if the stage is complete for this configuration and these inputs, else None."""
        manifest = files.read_json(files.join(self.directory, "manifest.json"))
        if not isinstance(manifest, dict) or manifest.get("fingerprint") != self.fingerprint:
            return None
        if files.read_json(self._state_path) != self._begun():
            return None
        return manifest if files_are_there(self.directory, manifest) else None

    def _begun(self) -> dict[str, Any]:
        return {"fingerprint": self.fingerprint, "state": self.state, "units": len(self.units)}

    def begin(self) -> list[Unit]:
        """Makes the directory ready; the units still to do, most costly first so that workers end together."""
        if files.read_json(self._state_path) != self._begun():
            files.remove_tree(self.directory)
            files.write_json(self._state_path, self._begun())
        for subdirectory in ("", "parts", "ledger"):
            files.remove_temporaries(files.join(self.directory, subdirectory).rstrip("/"))
        files.make_directory(files.join(self.directory, "parts"))
        done = set(files.listing(files.join(self.directory, "parts")))
        waiting = [unit for unit in self.units if f"{unit.name}.json" not in done or not self._intact(unit)]
        return sorted(waiting, key=lambda unit: (-unit.cost, unit.name))

    def _intact(self, unit: Unit) -> bool:
        part = files.read_json(part_path(self.directory, unit.name))
        return files_are_there(self.directory, part)

    def finish(self) -> dict[str, Any]:
        """Checks the whole stage and writes its manifest.

        Raises:
            ConservationError: the counts do not agree with the stage before.
            StageFailedError: the stage's own check, for example too many unreadable records.
        """
        entries: list[dict[str, Any]] = []
        for unit in sorted(self.units, key=lambda unit: unit.name):
            part = files.read_json(part_path(self.directory, unit.name))
            if part is None:
                raise StageFailedError(f"{self.name}/{unit.name} did not arrive, though the runner reported no error")
            entries += part["partitions"]
        totals = add_up([{k: v for k, v in e.items() if k not in ("name", "files")} for e in entries])
        self._conserve(totals)
        if self.conclude:
            self.conclude(entries, totals)
        manifest = {
            "stage": self.name,
            "fingerprint": self.fingerprint,
            "config": self.config,
            "inputs": list(self.inputs),
            "code": self.code,
            "partitions": entries,
            "totals": totals,
        }
        files.write_json(files.join(self.directory, "manifest.json"), manifest)
        return manifest

    def _conserve(self, totals: Mapping[str, Any]) -> None:
        if "in" not in totals:
            return
        out = totals["kept"] + sum(totals[action] for action in LOSSES)
        if totals["in"] != out:
            raise ConservationError(f"{self.name}: {totals['in']} documents in, {out} accounted for")
        if self.documents_in is not None and totals["in"] != self.documents_in:
            raise ConservationError(
                f"{self.name}: the stage before kept {self.documents_in} documents and {totals['in']} came in"
            )


def part_path(directory: str, unit: str) -> str:
    """The file that commits a unit of the stage in ``directory``."""
    return files.join(directory, "parts", f"{unit}.json")


def commit(directory: str, unit: str, entries: Sequence[Mapping[str, Any]]) -> None:
    """Declares a unit done: its partitions' files are under their final names, and ``entries`` describe them."""
    files.write_json(part_path(directory, unit), {"unit": unit, "partitions": list(entries)})


class Shuffle(Protocol):
    """The small records that the units of a stage need of one another: never documents, always packed.

    ``emit`` turns an input unit into packed records by key; ``regroup`` brings the records of one key to the units that
    they concern, or under new keys to the next of its ``rounds``. A unit's job finds its records in ``unit.payload``.
    """

    @property
    def rounds(self) -> int: ...

    def emit(self, unit: Unit, *, progress: Progress) -> Iterable[tuple[str, bytes]]: ...

    def regroup(self, key: str, blobs: Sequence[bytes]) -> list[tuple[str, bytes]]: ...


def files_are_there(directory: str, listing: Mapping[str, Any] | None) -> bool:
    """Whether the files that a manifest or a part names are there with their sizes."""
    if not isinstance(listing, dict) or not isinstance(listing.get("partitions"), list):
        return False
    described = [(n, d) for entry in listing["partitions"] for n, d in entry["files"].items()]
    return all(files.size(files.join(directory, name)) == description["bytes"] for name, description in described)
