"""The funnel: what each stage took in, kept and lost, and whether it adds up.

A run directory and the ledger tallies of its stages enter; one :class:`StageView` per stage leaves, with every check of
``in = kept + dropped + duplicate + contaminated + unreadable`` (DESIGN.md section 2) as a sentence that holds or not.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.engine.ledger import LOSSES
from pipelines.report.ledger_tally import LedgerTally
from pipelines.report.messages import Told, told
from pipelines.report.run_directory import Manifest, PartitionCount, RunDirectory
from pipelines.report.visible_text import visible

#: The fates of a document, in the order of the bars.
FATES = ("kept", *LOSSES)
_PARTITIONS_NAMED = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold, in words, and whether it does."""

    holds: bool
    told: Told


@dataclass(frozen=True, slots=True)
class StageView:
    """One stage that sees documents."""

    name: str
    counts: PartitionCount
    bytes_in: int
    bytes_kept: int
    partitions: int
    checks: tuple[Check, ...]
    may_lose: bool

    def fate(self, name: str) -> int:
        """Documents that met this fate (``kept`` or one of LOSSES)."""
        return self.counts.kept if name == "kept" else self.counts.losses[name]

    @property
    def lost(self) -> int:
        """Documents that did not stay, whatever the reason."""
        return sum(self.counts.losses.values())

    @property
    def conserved(self) -> bool:
        """Whether every check holds."""
        return all(check.holds for check in self.checks)


def document_manifests(run: RunDirectory) -> list[Manifest]:
    """The manifests of the finished stages that count documents, in order; a stale one ends the list."""
    found: list[Manifest] = []
    for stage in run.stages:
        if stage.state == "stale":
            break
        if stage.manifest is not None and stage.manifest.counts_documents:
            found.append(stage.manifest)
    return found


def may_lose(manifest: Manifest) -> bool:
    """Whether the stage keeps a ledger (a count of tokens keeps none) or should have kept one."""
    return bool(manifest.ledgers()) or manifest.totals.kept != manifest.totals.num_in


def stage_views(manifests: list[Manifest], *, tallies: Mapping[str, LedgerTally]) -> list[StageView]:
    """The funnel, from the manifests of :func:`document_manifests`."""
    views: list[StageView] = []
    for index, manifest in enumerate(manifests):
        checks = [_equation(manifest.totals), _partitions(manifest)]
        if may_lose(manifest):
            checks.append(_ledger(manifest, tallies.get(manifest.stage)))
        if index:
            checks.append(_chain(manifests[index - 1], manifest))
        views.append(
            StageView(
                name=manifest.stage,
                counts=manifest.totals,
                bytes_in=int(manifest.stats.get("text_bytes_in", 0)),
                bytes_kept=int(manifest.stats.get("text_bytes_kept", 0)),
                partitions=len(manifest.partitions),
                checks=tuple(checks),
                may_lose=may_lose(manifest),
            )
        )
    return views


def _equation(counts: PartitionCount) -> Check:
    missing = counts.unaccounted
    if missing == 0:
        return Check(True, told("check.accounted"))
    return Check(False, told("check.unaccounted" if missing > 0 else "check.too_many", number=f"{abs(missing):,}"))


def _partitions(manifest: Manifest) -> Check:
    bad = [part.name for part in manifest.partitions if part.unaccounted]
    num_all = f"{len(manifest.partitions):,}"
    if bad:
        named = visible(", ".join(bad[:_PARTITIONS_NAMED]) + (" …" if len(bad) > _PARTITIONS_NAMED else ""))
        return Check(False, told("check.partitions_bad", bad=f"{len(bad):,}", all=num_all, named=named))
    for name, total, parts in [
        ("in", manifest.totals.num_in, sum(part.num_in for part in manifest.partitions)),
        ("kept", manifest.totals.kept, sum(part.kept for part in manifest.partitions)),
        *((fate, manifest.totals.losses[fate], sum(p.losses[fate] for p in manifest.partitions)) for fate in LOSSES),
    ]:
        if total != parts:
            return Check(False, told("check.totals_bad", name=name, total=f"{total:,}", parts=f"{parts:,}"))
    return Check(True, told("check.partitions", number=num_all))


def _ledger(manifest: Manifest, tally: LedgerTally | None) -> Check:
    if tally is None:
        return Check(False, told("check.ledger_unread"))
    rows = {action: counted.documents for action, counted in tally.by_action().items()}
    for action, expected in (*manifest.totals.losses.items(), ("edited", manifest.totals.edited)):
        if rows.get(action, 0) != expected:
            found = {"rows": f"{rows.get(action, 0):,}", "action": action, "expected": f"{expected:,}"}
            return Check(False, told("check.ledger_bad", **found))
    total = sum(rows.values())
    return Check(True, told("check.ledger", rows=f"{total:,}") if total else told("check.ledger_empty"))


def _chain(before: Manifest, after: Manifest) -> Check:
    if before.totals.kept == after.totals.num_in:
        return Check(True, told("check.chain", before=before.stage))
    counts = {"kept": f"{before.totals.kept:,}", "number": f"{after.totals.num_in:,}"}
    return Check(False, told("check.chain_bad", before=before.stage, **counts))
