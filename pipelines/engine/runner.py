"""Runs the waiting units of a stage on Apache Beam: ``Create | Reshuffle | ParDo``, with a file as the element.

Only names, small packed records and counts pass through Beam; documents pass from file to file (DESIGN.md section 3).
Without options of the user's it is the embedded FnApiRunner, with worker processes where the work is worth their start;
with ``--runner=…`` it is whatever Beam runner the user names.
"""

import gc
import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from .progress import Progress, die_with_driver
from .stage import Job, Shuffle, Stage, Unit, commit

#: Worker processes cost about 2.5 s to start: below this much work one process is faster.
_WORTH_PROCESSES_S = 10.0


class _RunUnit(beam.DoFn):
    """Runs a job on each unit and commits it."""

    def __init__(self, stage: Stage, job: Job) -> None:
        self._name = stage.name
        self._run = stage.run
        self._directory = stage.directory
        self._job = job

    def setup(self) -> None:
        die_with_driver()
        self._progress = Progress(self._run, stage=self._name)
        self._job.setup()
        # Beam and the models are a large heap that lives as long as the process: without this the collector walks it
        # again and again while documents come and go, which costs a tenth of a cheap filter.
        gc.collect()
        gc.freeze()

    def process(self, unit: Unit) -> Iterator[str]:
        self._progress.start(unit.name)
        entries = self._job.run(unit, directory=self._directory, progress=self._progress)
        commit(self._directory, unit.name, entries)
        self._progress.finish()
        yield unit.name


class _Emit(beam.DoFn):
    """Reads an input unit's small records."""

    def __init__(self, stage: Stage, shuffle: Shuffle) -> None:
        self._name = stage.name
        self._run = stage.run
        self._shuffle = shuffle

    def setup(self) -> None:
        die_with_driver()
        self._progress = Progress(self._run, stage=self._name)

    def process(self, unit: Unit) -> Iterator[tuple[str, bytes]]:
        self._progress.start(unit.name)
        yield from self._shuffle.emit(unit, progress=self._progress)
        self._progress.finish()


class _Regroup(beam.DoFn):
    """Brings the small records of a key to where they are wanted."""

    def __init__(self, stage: Stage, shuffle: Shuffle) -> None:
        self._name = stage.name
        self._run = stage.run
        self._shuffle = shuffle

    def setup(self) -> None:
        die_with_driver()
        self._progress = Progress(self._run, stage=self._name)

    def process(self, keyed: tuple[str, Iterable[bytes]]) -> Iterator[tuple[str, bytes]]:
        self._progress.start(keyed[0])
        yield from self._shuffle.regroup(keyed[0], list(keyed[1]))
        self._progress.finish()


class _WithRecords(beam.DoFn):
    """Turns a unit's name and its grouped records into the unit, records in a stable order."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self._units = {unit.name: unit for unit in units}

    def process(self, keyed: tuple[str, Iterable[bytes]]) -> Iterator[Unit]:
        name, blobs = keyed
        if name in self._units:
            unit = self._units[name]
            yield Unit(name, (unit.payload, sorted(blob for blob in blobs if blob)), unit.cost)


def _options(arguments: Sequence[str], *, workers: int, stage: Stage, waiting: Sequence[Unit]) -> PipelineOptions:
    if any(argument.split("=")[0] == "--runner" for argument in arguments):
        return PipelineOptions(list(arguments))
    work = sum(unit.cost for unit in (*waiting, *stage.shuffled_from)) / stage.expected_bytes_per_s
    units = max(len(waiting), len(stage.shuffled_from))
    if min(workers, units) > 1 and work > _WORTH_PROCESSES_S:
        mode = ["--direct_running_mode=multi_processing", f"--direct_num_workers={min(workers, units)}"]
    else:
        mode = ["--direct_running_mode=in_memory", "--direct_num_workers=1"]
    return PipelineOptions(["--runner=FnApiRunner", *mode, *arguments])


def _units_of(pipeline: Any, stage: Stage, waiting: Sequence[Unit]) -> Any:
    """The PCollection of units to do, with their shuffled records where the stage has any."""
    if stage.shuffle is None:
        return pipeline | "Units" >> beam.Create(list(waiting), reshuffle=False) | "Spread" >> beam.Reshuffle()
    records = (
        pipeline
        | "Inputs" >> beam.Create(list(stage.shuffled_from), reshuffle=False)
        | "SpreadInputs" >> beam.Reshuffle()
        | "Emit" >> beam.ParDo(_Emit(stage, stage.shuffle)).with_output_types(tuple[str, bytes])
    )
    for number in range(stage.shuffle.rounds):
        records = (
            records
            | f"GroupByKey{number}" >> beam.GroupByKey()
            | f"Regroup{number}" >> beam.ParDo(_Regroup(stage, stage.shuffle)).with_output_types(tuple[str, bytes])
        )
    empty = pipeline | "Units" >> beam.Create([(unit.name, b"") for unit in waiting], reshuffle=False)
    return (
        (records, empty)
        | "Flatten" >> beam.Flatten().with_output_types(tuple[str, bytes])
        | "GroupByUnit" >> beam.GroupByKey()
        | "WithRecords" >> beam.ParDo(_WithRecords(waiting))
    )


def run_stage(stage: Stage, *, arguments: Sequence[str], workers: int) -> dict[str, Any]:
    """Runs what is left of a stage, checks it and writes its manifest, which is returned.

    Raises:
        StageFailedError, ConservationError: from the stage's checks.
        RuntimeError: a job failed; Beam passes its traceback on as text.
    """
    waiting = stage.begin()
    if waiting:
        logging.getLogger("apache_beam").setLevel(logging.ERROR)
        options = _options(arguments, workers=workers, stage=stage, waiting=waiting)
        pipeline = beam.Pipeline(options=options)
        units = _units_of(pipeline, stage, waiting)
        _ = units | "Run" >> beam.ParDo(_RunUnit(stage, stage.job))
        pipeline.run().wait_until_finish()
    return stage.finish()
