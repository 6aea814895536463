"""``RUN/report.html``: the run on one page.

A run directory enters, at any point of its life after the first stage; one self-contained HTML file leaves, written
atomically. The page loads nothing (its content security policy forbids it to), runs no script, and holds no clock: the
same run gives the same bytes. Ledgers are streamed, and of the texts only the chosen samples are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import pyarrow as pa

from filters.document import SEGMENTS
from pipelines.engine import files
from pipelines.engine.ledger import LOSSES
from pipelines.report import funnel, ledger_tally, losses, mixture, samples, visible_text
from pipelines.report.run_directory import Json, Manifest, RunDirectory, StageState

_RECIPE_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Page:
    """All that the template shows."""

    recipe_name: str
    recipe_text: str
    fingerprint: str
    states: Sequence[StageState]
    problems: Sequence[str]
    stages: Sequence[funnel.StageView]
    fates_seen: Sequence[str]
    thirds: mixture.Thirds | None
    shards: mixture.Shards | None
    rules: Sequence[losses.RuleRow]
    sources: Sequence[losses.PlaceRow]
    source_tokens: dict[str, tuple[int, int]]
    not_documents: Sequence[tuple[str, int]]
    languages: Sequence[losses.PlaceRow]
    segments: Sequence[mixture.MixRow]
    language_mix: Sequence[mixture.MixRow]
    vocab_size: int | None
    special_tokens: Sequence[mixture.SpecialTokens]

    @property
    def missing(self) -> list[str]:
        """Stages that a complete run has and this one has not, or no longer."""
        return [state.name for state in self.states if state.state != "complete"]

    @property
    def drops(self) -> list[losses.RuleRow]:
        """Rules that took documents away which could be read."""
        return [row for row in self.rules if row.action in LOSSES and row.action != "unreadable"]

    @property
    def unreadable(self) -> list[losses.RuleRow]:
        """Reasons for which documents could not be read."""
        return [row for row in self.rules if row.action == "unreadable"]

    @property
    def edits(self) -> list[losses.RuleRow]:
        """Rules that changed documents."""
        return [row for row in self.rules if row.action == "edited"]


def write_report(run: str) -> str:
    """Write ``run``/report.html and return its path.

    Raises:
        ValueError: there is no such run, no stage of it has finished, or one of its files is not what it should be;
            the message names the file and what to do.
    """
    directory = RunDirectory(str(run))
    html = _environment().get_template("page.html.j2").render(page=_page(directory))
    path = directory.path("report.html")
    with files.writing(path) as out:
        # A lone surrogate can come out of a JSON file but cannot go into UTF-8.
        out.write(html.encode("utf-8", "replace"))
    return path


def _page(run: RunDirectory) -> Page:
    problems: list[str] = []
    counting = funnel.document_manifests(run)
    manifests = [m for m in counting if funnel.may_lose(m)]
    tallies = {m.stage: tally for m in manifests if (tally := _tally(run, m, problems)) is not None}
    resolved = run.read_json("resolved.json") or {}
    recipe: Json = resolved.get("recipe") or {}
    plan, packed = _unless_stale(run, "plan"), _unless_stale(run, "shards")
    shards = mixture.shards_view(packed, plan=plan)
    counted = next((m.stats for m in counting if m.stage == "tokens"), {})
    kept = mixture.last_stats(manifests)
    vocab_size, special = _tokenizer(run, shards)
    return Page(
        recipe_name=str(recipe.get("name") or "run"),
        recipe_text=run.read_text("recipe.toml", max_bytes=_RECIPE_BYTES),
        fingerprint=str(resolved.get("fingerprint", "")),
        states=run.stages,
        problems=problems,
        stages=funnel.stage_views(counting, tallies=tallies),
        # Contamination has a column only in a run that looked for it.
        fates_seen=[f for f in LOSSES if f != "contaminated" or any(m.totals.losses[f] for m in manifests)],
        thirds=mixture.thirds(plan, packed),
        shards=shards,
        rules=_rule_rows(run, manifests, tallies, problems),
        sources=losses.source_rows(manifests, tallies, licences=_licences(recipe)),
        source_tokens=mixture.source_tokens(plan),
        not_documents=_not_documents(manifests),
        languages=losses.language_rows(manifests, tallies),
        segments=mixture.mix_rows("segments", kept=kept, counted=counted, plan=plan),
        language_mix=mixture.mix_rows("languages", kept=kept, counted=counted, plan=plan),
        vocab_size=vocab_size,
        special_tokens=special,
    )


def _tally(run: RunDirectory, manifest: Manifest, problems: list[str]) -> ledger_tally.LedgerTally | None:
    """The stage's ledger, counted; None, and a problem on the page, when part of it cannot be read."""
    tally = ledger_tally.LedgerTally()
    for partition, file in manifest.ledgers():
        relative = f"{manifest.stage}/{file}"
        try:
            with run.open(relative) as opened:
                for batch in ledger_tally.ledger_batches(opened):
                    tally.add(batch, partition=partition)
        except (OSError, pa.ArrowInvalid) as error:
            problems.append(f"{relative} cannot be read ({type(error).__name__}): what {manifest.stage} lost is not shown")
            return None
    return tally


def _rule_rows(
    run: RunDirectory,
    manifests: Sequence[Manifest],
    tallies: dict[str, ledger_tally.LedgerTally],
    problems: list[str],
) -> list[losses.RuleRow]:
    rows: list[losses.RuleRow] = []
    for index, manifest in enumerate(manifests):
        tally = tallies.get(manifest.stage)
        if tally is None:
            continue
        # A stage drops what the stage before kept, so that is where the text is; ingest drops what never was a document.
        text_stage = manifests[index - 1].stage if index else None
        shown = losses.rule_rows(manifest.stage, tally, actions=LOSSES, samples={})[: losses.MAX_ROWS]
        chosen = {(row.action, row.rule): tally.samples[row.action, row.rule] for row in shown}
        found = samples.collect_samples(run, stage=manifest.stage, text_stage=text_stage, chosen=chosen, problems=problems)
        rows += losses.rule_rows(manifest.stage, tally, actions=(*LOSSES, "edited"), samples=found)
    return rows


def _unless_stale(run: RunDirectory, stage: str) -> Json | None:
    """``<stage>/<stage>.json``, unless it belongs to documents that the run no longer holds."""
    state = next(s.state for s in run.stages if s.name == stage)
    return None if state == "stale" else run.read_json(f"{stage}/{stage}.json")


def _licences(recipe: Json) -> dict[str, str]:
    return {str(source.get("name", "")): str(source.get("licence", "")) for source in recipe.get("source") or ()}


def _not_documents(manifests: Sequence[Manifest]) -> list[tuple[str, int]]:
    counts: Json = (manifests[0].stats.get("not_documents") or {}) if manifests else {}
    return sorted(((str(kind), int(number)) for kind, number in counts.items()), key=lambda item: (-item[1], item[0]))


def _tokenizer(run: RunDirectory, shards: mixture.Shards | None) -> tuple[int | None, Sequence[mixture.SpecialTokens]]:
    """Vocabulary size and special tokens: from the shards, or before there are any from the tokenizer itself."""
    if shards is not None:
        return shards.vocab_size, shards.special_tokens
    raw = run.read_json("tokenizer/tokenizer.json")
    if raw is None:
        return None, ()
    added = {str(token["content"]): int(token["id"]) for token in raw.get("added_tokens") or () if token.get("special")}
    vocabulary = (raw.get("model") or {}).get("vocab") or {}
    return len({*vocabulary, *added}), mixture.special_tokens(added)


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        visible=visible_text.visible,
        count=visible_text.count,
        size=visible_text.size,
        number=visible_text.number,
    )
    names: dict[str, Any] = environment.globals  # jinja2's own annotation knows its built-in ones only
    names.update(
        share=visible_text.share,
        ratio=visible_text.ratio,
        width=visible_text.percent_width,
        FATES=funnel.FATES,
        LOSSES=LOSSES,
        SEGMENTS=SEGMENTS,
        MAX_ROWS=losses.MAX_ROWS,
        TEXT_CHARACTERS=samples.TEXT_CHARACTERS,
    )
    return environment
