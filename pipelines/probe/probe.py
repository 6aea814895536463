"""The probe: draws a sample of a recipe's sources and passes it through the build's stages in a directory of its own.

What enters: a recipe, the share that is wanted, a seed. What leaves: :class:`Probed`, all that a forecast is made of. The
stages are those of :mod:`pipelines.build` up to the encoded documents; what a build would stop for is told and the probe goes
on, except for what stops a build before it reads anything.
"""

import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from mixing.repeats import unit_hashes
from pipelines.build import STAGES, make_context
from pipelines.engine import files
from pipelines.engine.stage import Stage, StageFailedError, Unit
from pipelines.recipe import LoadedRecipe
from pipelines.recipe_tables import Knowledge, Recipe
from pipelines.stage_names import DOCUMENT_STAGES
from pipelines.stages import ingest
from pipelines.stages.context import Context
from pipelines.stages.ingest_limits import limits_check
from pipelines.stages.ingest_writer import Batch

from .drawing import Drawing, Drawn
from .observing import Observed, Reading
from .running import Runner
from .sampled_ingest import ENDLESS_BYTES, SampledIngest, SampledSource
from .sampled_tokenizer import Chosen, chosen_shares, sampled_stage
from .strata import Stratum, strata_of, with_shares
from .sufficient import least_shares, source_rates

#: What a probe reads unless it is told otherwise: about a minute's work.
DEFAULT_BYTES = 24_000_000
LEAST_RECORDS = 2_000
#: Long documents may make fewer records of more bytes than this; that is enough then.
_MOST_BYTES_FOR_RECORDS = 200_000_000
#: What a record costs beside its bytes, in bytes.
RECORD_BYTES = 1_000
_MOST_ATTEMPTS = 4
#: Stages that only make sense over the whole.
_NOT_RUN = frozenset({"plan", "shards"})


@dataclass(frozen=True, kw_only=True)
class Probed:
    """A probe that has run. ``strata`` are all there is, ``drawn`` what was taken, ``stages`` those that hold documents."""

    recipe: Recipe
    run: str
    drawn: tuple[Drawn, ...]
    observed: Observed
    manifests: Mapping[str, Mapping[str, Any]]
    runner: Runner
    stages: tuple[str, ...]
    missing_sources: tuple[str, ...]
    content_bytes: int

    @property
    def problems(self) -> list[str]:
        """What a build would stop for, or could not read."""
        told = [f"{path}: {rule}: {detail}" for drawn in self.drawn for path, rule, detail in drawn.problems]
        # The probe's own directory is gone when this is read.
        return [problem.replace(self.run, "RUN") for problem in self.runner.problems] + told


def probe(
    loaded: LoadedRecipe,
    directory: str,
    *,
    root: str | None,
    share: float | None,
    seed: int | None,
    tell: Callable[[str], None],
) -> Probed:
    """Runs a probe in an empty local directory; ``tell`` hears the name of each stage that begins.

    Raises:
        ValueError: a source is missing, or what else a build refuses before it begins.
    """
    recipe = loaded.recipe.model_copy(update={"partition_bytes": ENDLESS_BYTES})
    base = make_context(dataclasses.replace(loaded, recipe=recipe), files.join(directory, "run"), root=root)
    taken, content = _sample(base, directory, share=share, seed=recipe.seed if seed is None else seed, tell=tell)
    context, runner, drawn = taken.context, taken.runner, taken.drawn
    _check_limits(context, runner, drawn)
    rates = None if all(part.rate >= 1 for part in drawn) else source_rates(drawn)
    _run_stages(context, runner, tell, rates=rates)
    stages = tuple(name for name, _ in STAGES if name in DOCUMENT_STAGES and name in context.manifests)
    observed = Reading(context.run, context.manifests, stages=stages).read(taken.offsets)
    if rates is not None and not recipe.tokenizer.path and "tokens" in context.manifests:
        observed.trained_on = _trained_on(observed, _chosen(context, stages[-1], rates), seed=recipe.seed)
    return Probed(
        recipe=loaded.recipe,
        run=context.run,
        drawn=tuple(drawn),
        observed=observed,
        manifests=context.manifests,
        runner=runner,
        stages=stages,
        missing_sources=tuple(base.missing_sources),
        content_bytes=content,
    )


def _sample(
    base: Context, directory: str, *, share: float | None, seed: int, tell: Callable[[str], None]
) -> tuple["_Taken", int]:
    """A sample that ingest has read, and the bytes of all there is, about."""
    tell("listing")
    planned = ingest.stage(base)
    found = [stratum for source in base.recipe.source for stratum in strata_of(source, _pieces(planned, source.name))]
    content = sum(stratum.content_bytes for stratum in found)
    reading = _Reading(base, planned, found, directory, seed, tell)
    wanted = float(DEFAULT_BYTES) if share is None else share * content
    return reading.enough(wanted, content=content, may_save=share is None), content


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A sample that ingest has read."""

    context: Context
    runner: Runner
    drawn: list[Drawn]
    offsets: Mapping[str, int]
    records: int


@dataclass
class _Reading:
    """Draws samples and reads them, each into directories of its own."""

    base: Context
    planned: Stage
    strata: Sequence[Stratum]
    directory: str
    seed: int
    tell: Callable[[str], None]
    dearness: Mapping[str, float] = field(default_factory=dict[str, float])
    least: dict[str, float] = field(default_factory=dict[str, float])
    attempts: int = 0

    def enough(self, wanted: float, *, content: int, may_save: bool) -> _Taken:
        """A sample of enough records or, where ``may_save``, not of more than a minute or two take."""
        taken = self.take(wanted)
        for _ in range(_MOST_ATTEMPTS):
            manifest = taken.context.manifests["ingest"]
            # All that is wrong with a sample is put right at once: every attempt reads again.
            least = least_shares(self.strata, taken.drawn, manifest, taken.context.run)
            is_dear = may_save and not self.dearness and taken.records * RECORD_BYTES > wanted
            if taken.records < LEAST_RECORDS and wanted < min(content, _MOST_BYTES_FOR_RECORDS):
                missing = max(2.0, 1.3 * LEAST_RECORDS / max(taken.records, 1))
                wanted = min(wanted * missing, max(_MOST_BYTES_FOR_RECORDS, wanted))
            elif is_dear:
                self.dearness = _dearness(manifest)
            elif not least:
                break
            self.least |= least
            taken = self.take(wanted)
        return taken

    def take(self, wanted_bytes: float) -> _Taken:
        """One sample, read."""
        self.attempts += 1
        self.tell("ingest")
        runner = Runner()
        run = files.join(self.directory, f"run-{self.attempts}")
        context = dataclasses.replace(self.base, run=run, manifests={}, missing_sources=[], documents="ingest")
        drawing = Drawing(self.seed, self.base.root, os.path.join(self.directory, f"copies-{self.attempts}"))
        strata = with_shares(self.strata, wanted_bytes=wanted_bytes, dearness=self.dearness, least_shares=self.least)
        drawn = [part for stratum in strata for part in drawing.draw(stratum)]
        stage, offsets = _sampled(self.planned, context, drawn)
        context.manifests["ingest"] = runner.run(stage)
        records = int(context.manifests["ingest"]["totals"]["in"])
        return _Taken(context=context, runner=runner, drawn=drawn, offsets=offsets, records=records)


def _dearness(manifest: Mapping[str, Any]) -> dict[str, float]:
    """By source, what a byte costs with its part of a record."""
    result: dict[str, float] = {}
    for entry in manifest["partitions"]:
        for source in entry["stats"]["sources"]:
            result[source] = 1 + RECORD_BYTES * entry["in"] / max(int(entry["stats"]["text_bytes_in"]), 1)
    return result


def _pieces(stage: Stage, source: str) -> list[Any]:
    batches = [cast(Batch, unit.payload) for unit in stage.units]
    return [piece for batch in batches if batch.source.name == source for piece in batch.pieces]


def _sampled(planned: Stage, context: Context, drawn: Sequence[Drawn]) -> tuple[Stage, dict[str, int]]:
    """Ingest over what was drawn, a unit per source, and the number of the first cluster of each unit."""
    units: list[Unit] = []
    offsets: dict[str, int] = {}
    first = 0
    for source in context.recipe.source:
        clusters = tuple(cluster for part in drawn if part.source == source.name for cluster in part.clusters)
        if clusters:
            name = f"part-{len(units):05d}"
            units.append(Unit(name, SampledSource(source, clusters), sum(cluster.num_bytes for cluster in clusters)))
            offsets[name] = first
            first += len(clusters)
    job = cast(ingest.Ingest, planned.job)
    sampling = SampledIngest(job.partition_bytes, job.run_directory, job.tombstones)
    return dataclasses.replace(planned, run=context.run, units=units, job=sampling, conclude=None, state=None), offsets


def _check_limits(context: Context, runner: Runner, drawn: Sequence[Drawn]) -> None:
    """Tells what ingest would stop for if the whole were like the sample."""
    sizes: dict[str, int] = {}
    for part in drawn:
        sizes[part.source] = sizes.get(part.source, 0) + sum(cluster.num_bytes for cluster in part.clusters)
    manifest = context.manifests["ingest"]
    try:
        limits_check(context, states=[], source_bytes=sizes)(manifest["partitions"], manifest["totals"])
    except StageFailedError as error:
        runner.problems += [f"a build would stop at ingest: {line}" for line in str(error).splitlines()]


def _run_stages(context: Context, runner: Runner, tell: Callable[[str], None], *, rates: Mapping[str, float] | None) -> None:
    """The stages after ingest, as far as there is anything left; ``rates`` at which sources were sampled, if they were."""
    for name, factory in STAGES:
        if name in _NOT_RUN:
            return
        if name == "tokenizer-sample" and not context.kept(context.documents):
            runner.problems.append("nothing of the sample is left: every document was dropped")
            return
        stage = None if name == "ingest" else factory(context)
        if stage is None:
            continue
        if name == "tokenizer-sample" and rates is not None and not context.recipe.tokenizer.path:
            stage = sampled_stage(stage, context, _chosen(context, context.documents, rates))
        tell(name)
        try:
            context.manifests[name] = runner.run(stage)
        except StageFailedError as error:
            runner.problems.append(f"{error} (in the sample; the whole has more)")
            if name != "knowledge":
                return
            context.recipe = context.recipe.model_copy(update={"knowledge": Knowledge()})
        if name in DOCUMENT_STAGES:
            context.documents = name


def _chosen(context: Context, last: str, rates: Mapping[str, float]) -> dict[tuple[str, str], Chosen]:
    """What trains the tokenizer, of the documents that the stage ``last`` left."""
    return chosen_shares(context.manifests[last], rates, train_bytes=int(context.recipe.tokenizer.train_bytes))


def _trained_on(observed: Observed, chosen: Mapping[tuple[str, str], Chosen], *, seed: int) -> NDArray[np.bool_]:
    """The documents that the tokenizer was trained on."""
    hashes = unit_hashes((f"tokenizer/{identifier}" for identifier in observed.ids), seed=seed)
    nothing = Chosen(0.0, 1)
    keys = zip(observed.source, observed.segment, strict=True)
    shares = [int(chosen.get(key, nothing).share * (1 << 64)) for key in keys]
    return np.array([value < share for value, share in zip(hashes.tolist(), shares, strict=True)], dtype=np.bool_)
