"""Reads a run for the page: files enter, a :class:`pipelines.report.view.Page` leaves.

Ledgers and token tables are streamed, and of the texts only the chosen samples are read. A file that is damaged, or that
another version wrote, becomes a sentence on the page, and what it would have shown is left out.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import pyarrow as pa

from pipelines.engine.ledger import LOSSES
from pipelines.report import duplicates, flow, forecast, funnel, losses, mixture, packed, plan_view, timing, vocabulary
from pipelines.report.ledger_tally import LedgerTally, ledger_batches
from pipelines.report.lengths import histograms
from pipelines.report.messages import Told, told
from pipelines.report.run_directory import Json, Manifest, RunDirectory
from pipelines.report.samples import collect_samples
from pipelines.report.token_tables import TokenTables, documents_by_source, read_token_tables
from pipelines.report.training import training_view
from pipelines.report.view import Documents, Mixture, Page, Vocabulary

_RECIPE_BYTES = 200_000
#: What a file that another version wrote, or that was damaged, makes of reading it.
_MISSHAPEN = (AttributeError, KeyError, OverflowError, TypeError, ValueError)
#: Where a section is from, unless from its stage's own file.
_FILES = {"timing": "timing.json", "forecast": "forecast.json", "training": "training.json or the metrics.jsonl that it names"}
#: Lengths that are told of where no shards say which there are.
_USUAL_LENGTHS = (4096, 32768)

_View = TypeVar("_View")


class Reading:
    """One run, and what of it cannot be read."""

    def __init__(self, run: RunDirectory) -> None:
        self._run = run
        self._problems: list[Told] = []
        self._counting = funnel.document_manifests(run)
        self._manifests = [m for m in self._counting if funnel.may_lose(m)]
        self._plan = self._unless_stale("plan")
        self._packed = self._unless_stale("shards")

    def page(self) -> Page:
        """Everything, for the templates."""
        run = self._run
        resolved = self._json("resolved.json") or {}
        raw = resolved.get("recipe")
        recipe: Json = raw if isinstance(raw, dict) else {}
        documents = self._documents(_licences(recipe))
        mix = self._mixture()
        tables = read_token_tables(run, problems=self._problems)
        shards = self._made("shards", lambda: packed.shards_view(self._packed, plan=self._plan), None)
        lengths = [row.length for row in shards.lengths] if shards else _USUAL_LENGTHS
        told_times = self._json("timing.json")
        times = self._made("timing", lambda: timing.time_rows(told_times, run.stages), [])
        told_forecast = self._json("forecast.json")
        told_training = self._json("training.json")
        outcome = self._outcome(documents, mix, times)
        return Page(
            recipe_name=str(recipe.get("name") or "run"),
            recipe_text=run.read_text("recipe.toml", max_bytes=_RECIPE_BYTES),
            fingerprint=str(resolved.get("fingerprint", "")),
            states=run.stages,
            problems=self._problems,
            documents=documents,
            mix=mix,
            flows=self._flows(tables),
            histograms=histograms(tables, sequence_lengths=lengths),
            vocabulary=self._vocabulary(shards),
            shards=shards,
            foretold=self._made("forecast", lambda: forecast.foretold(told_forecast, outcome), []),
            confidence=self._made("forecast", lambda: forecast.confidence(told_forecast), None),
            times=times,
            training=self._made("training", lambda: training_view(told_training, run=run.root), None),
        )

    def _documents(self, licences: dict[str, str]) -> Documents:
        manifests = self._manifests
        tallies = {m.stage: tally for m in manifests if (tally := self._tally(m)) is not None}
        whole = [m for m in manifests if m.stage in tallies]
        return Documents(
            stages=funnel.stage_views(self._counting, tallies=tallies),
            # Contamination has a column only in a run that looked for it.
            fates_seen=[f for f in LOSSES if f != "contaminated" or any(m.totals.losses[f] for m in manifests)],
            rules=self._rule_rows(tallies),
            sources=losses.source_rows(manifests, tallies, licences=licences),
            languages=losses.language_rows(manifests, tallies),
            not_documents=_not_documents(manifests),
            duplicates=duplicates.duplicate_views(self._run, whole, problems=self._problems),
            repeats=duplicates.repeats(manifests),
        )

    def _mixture(self) -> Mixture:
        plan = self._plan
        kept = mixture.last_stats(self._manifests)
        counted = next((m.stats for m in self._counting if m.stage == "tokens"), {})
        return Mixture(
            thirds=self._made("plan", lambda: mixture.thirds(plan, self._packed), None),
            decided=self._made("plan", lambda: plan_view.decided(plan), None),
            segments=self._made("plan", lambda: mixture.mix_rows("segments", kept=kept, counted=counted, plan=plan), []),
            languages=self._made("plan", lambda: mixture.mix_rows("languages", kept=kept, counted=counted, plan=plan), []),
            sources=self._made("plan", lambda: plan_view.source_mix(plan), []),
            knowledge=self._made("plan", lambda: plan_view.knowledge_rows(plan), []),
        )

    def _flows(self, tables: TokenTables | None) -> list[tuple[str, flow.Flow]]:
        kept = documents_by_source(tables)
        documents = flow.document_flow(self._manifests, kept=kept)
        tokens = self._made("plan", lambda: flow.token_flow(self._plan), None)
        return [(name, made) for name, made in (("documents", documents), ("mix", tokens)) if made is not None]

    def _outcome(self, documents: Documents, mix: Mixture, times: Sequence[timing.TimeRow]) -> forecast.Outcome:
        """Time and disk count when the run is complete, and time only where all of it was measured."""
        complete = all(state.state == "complete" for state in self._run.stages)
        measured = complete and len(times) == len(self._run.stages) and all(row.timed_units >= row.units for row in times)
        parts = [part for state in self._run.stages if state.manifest for part in state.manifest.partitions]
        return forecast.Outcome(
            stages=documents.stages,
            rules=documents.rules,
            segments=mix.segments,
            languages=mix.languages,
            sources=mix.sources,
            hours=sum(row.seconds for row in times) / 3600 if measured else None,
            disk_bytes=sum(part.file_bytes for part in parts) if complete else None,
        )

    def _tally(self, manifest: Manifest) -> LedgerTally | None:
        """The stage's ledger, counted; None, and a problem on the page, when part of it cannot be read."""
        tally = LedgerTally()
        for partition, file in manifest.ledgers():
            relative = f"{manifest.stage}/{file}"
            try:
                with self._run.open(relative) as opened:
                    for batch in ledger_batches(opened):
                        tally.add(batch, partition=partition)
            except (OSError, KeyError, pa.ArrowException) as error:
                values = {"file": relative, "error": type(error).__name__, "stage": manifest.stage}
                self._problems.append(told("problem.ledger", **values))
                return None
        return tally

    def _rule_rows(self, tallies: dict[str, LedgerTally]) -> list[losses.RuleRow]:
        rows: list[losses.RuleRow] = []
        for index, manifest in enumerate(self._manifests):
            tally = tallies.get(manifest.stage)
            if tally is None:
                continue
            # A stage drops what the stage before kept, so that is where the text is; ingest drops what never was a document.
            before = self._manifests[index - 1].stage if index else None
            shown = losses.rule_rows(manifest.stage, tally, actions=LOSSES, samples={})[: losses.MAX_ROWS]
            chosen = {(row.action, row.rule): tally.samples[row.action, row.rule] for row in shown}
            found = collect_samples(self._run, stage=manifest.stage, text_stage=before, chosen=chosen, problems=self._problems)
            rows += losses.rule_rows(manifest.stage, tally, actions=(*LOSSES, "edited"), samples=found)
        return rows

    def _vocabulary(self, shards: packed.Shards | None) -> Vocabulary:
        """From the shards, or before there are any from the tokenizer itself."""
        raw = self._json("tokenizer/tokenizer.json")
        kinds = self._made("tokenizer", lambda: vocabulary.entry_kinds(raw or {}), {})
        special = self._made("tokenizer", lambda: vocabulary.special_entries(raw or {}), {})
        if shards is not None and shards.vocab_size is not None:
            return Vocabulary(shards.vocab_size, shards.special_tokens, kinds)
        return Vocabulary(sum(kinds.values()) or None, packed.special_tokens(special), kinds)

    def _unless_stale(self, stage: str) -> Json | None:
        """``<stage>/<stage>.json``, unless it belongs to documents that the run no longer holds."""
        state = next((s.state for s in self._run.stages if s.name == stage), "absent")
        return None if state == "stale" else self._json(f"{stage}/{stage}.json")

    def _json(self, relative: str) -> Json | None:
        """A JSON object of the run; None, and a problem on the page, when it is none."""
        try:
            return self._run.read_json(relative)
        except (OSError, ValueError) as error:
            self._problems.append(told("problem.json", file=relative, error=type(error).__name__))
            return None

    def _made(self, section: str, make: Callable[[], _View], without: _View) -> _View:
        """A part of the page; ``without`` it, and a problem on the page, where a file is not what it should be."""
        try:
            return make()
        except _MISSHAPEN as error:
            values = {
                "file": _FILES.get(section, f"{section}/{section}.json"),
                "error": type(error).__name__,
                "section": section,
            }
            if (problem := told("problem.misshapen", **values)) not in self._problems:
                self._problems.append(problem)
            return without


def _licences(recipe: Json) -> dict[str, str]:
    return {str(source.get("name", "")): str(source.get("licence", "")) for source in recipe.get("source") or ()}


def _not_documents(manifests: Sequence[Manifest]) -> list[tuple[str, int]]:
    counts: Json = (manifests[0].stats.get("not_documents") or {}) if manifests else {}
    return sorted(((str(kind), int(number)) for kind, number in counts.items()), key=lambda item: (-item[1], item[0]))
