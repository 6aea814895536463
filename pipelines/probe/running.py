"""Runs stages of a build one after the other in this process, without Beam, and measures them.

What enters: stages, as :mod:`pipelines.build` makes them. What leaves: their files, as a build writes them, and the CPU time of
each. A check that would end a build is told as a problem instead: a probe is there to find it.
"""

import dataclasses
import resource
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.engine.progress import Progress
from pipelines.engine.stage import Shuffle, Stage, StageFailedError, Unit, commit


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of a stage: what every worker spends before it begins, and the work."""

    setup_s: float
    work_s: float
    #: The work by unit, where units do not need each other's records.
    by_unit: Mapping[str, float]


@dataclass
class Runner:
    """Runs stages and remembers what they cost and what was the matter."""

    costs: dict[str, Cost] = field(default_factory=dict[str, Cost])
    problems: list[str] = field(default_factory=list[str])

    def run(self, stage: Stage) -> dict[str, Any]:
        """Runs a stage; its manifest."""
        waiting = stage.begin()
        progress = Progress(stage.run, stage=stage.name)
        before = time.process_time()
        stage.job.setup()
        ready = time.process_time()
        units = waiting if stage.shuffle is None else _with_records(stage, stage.shuffle, waiting, progress)
        by_unit: dict[str, float] = {}
        for unit in units:
            started = time.process_time()
            commit(stage.directory, unit.name, stage.job.run(unit, directory=stage.directory, progress=progress))
            by_unit[unit.name] = time.process_time() - started
        manifest = dataclasses.replace(stage, conclude=self._told(stage)).finish()
        told = by_unit if stage.shuffle is None else {}
        self.costs[stage.name] = Cost(ready - before, time.process_time() - ready, told)
        return manifest

    def _told(self, stage: Stage) -> Any:
        """The stage's last check, whose failure is remembered."""

        def conclude(entries: Sequence[Mapping[str, Any]], totals: Mapping[str, Any]) -> None:
            try:
                if stage.conclude:
                    stage.conclude(entries, totals)
            except StageFailedError as error:
                self.problems.append(f"{stage.name}: {error}")

        return conclude


def _with_records(stage: Stage, shuffle: Shuffle, waiting: Sequence[Unit], progress: Progress) -> list[Unit]:
    """The units with their shuffled records, as the build's runner brings them."""
    records: dict[str, list[bytes]] = {}
    for unit in stage.shuffled_from:
        for key, blob in shuffle.emit(unit, progress=progress):
            records.setdefault(key, []).append(blob)
    for _ in range(shuffle.rounds):
        regrouped: dict[str, list[bytes]] = {}
        for key in sorted(records):
            for new_key, blob in shuffle.regroup(key, records[key]):
                regrouped.setdefault(new_key, []).append(blob)
        records = regrouped
    return [Unit(unit.name, (unit.payload, sorted(b for b in records.get(unit.name, []) if b)), unit.cost) for unit in waiting]


def peak_memory_bytes() -> int:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
