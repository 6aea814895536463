"""The funnel: what each stage took in, kept and lost, and whether it adds up.

A run directory and the ledger tallies of its stages enter; one :class:`StageView` per stage leaves, with every check of
``in = kept + dropped + duplicate + contaminated + unreadable`` (DESIGN.md section 2) as a sentence that holds or not.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.engine.ledger import LOSSES
from pipelines.report.ledger_tally import LedgerTally
from pipelines.report.run_directory import Manifest, PartitionCount, RunDirectory

#: The fates of a document, in the order of the bars.
FATES = ("kept", *LOSSES)
_PARTITIONS_NAMED = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold, in words, and whether it does."""

    holds: bool
    text: str


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
        return Check(True, "every document is accounted for")
    amount = f"{abs(missing):,} document{'s' if abs(missing) != 1 else ''}"
    wrong = f"{amount} unaccounted for" if missing > 0 else f"{amount} too many came out"
    return Check(False, f"{wrong}: a fault of the stage, not of the input; do not use this run")


def _partitions(manifest: Manifest) -> Check:
    bad = [part.name for part in manifest.partitions if part.unaccounted]
    if bad:
        named = ", ".join(bad[:_PARTITIONS_NAMED]) + (" …" if len(bad) > _PARTITIONS_NAMED else "")
        return Check(False, f"{len(bad):,} of {len(manifest.partitions):,} partitions do not add up: {named}")
    for name, total, parts in [
        ("in", manifest.totals.num_in, sum(part.num_in for part in manifest.partitions)),
        ("kept", manifest.totals.kept, sum(part.kept for part in manifest.partitions)),
        *((fate, manifest.totals.losses[fate], sum(p.losses[fate] for p in manifest.partitions)) for fate in LOSSES),
    ]:
        if total != parts:
            return Check(False, f"the manifest's total of {name!r} is {total:,}, its partitions sum to {parts:,}")
    count = len(manifest.partitions)
    return Check(True, f"so it is in each of {count:,} partitions" if count != 1 else "so it is in its one partition")


def _ledger(manifest: Manifest, tally: LedgerTally | None) -> Check:
    if tally is None:
        return Check(False, "its ledger could not be read whole, so the losses are not proved")
    rows = {action: counted.documents for action, counted in tally.by_action().items()}
    for action, expected in (*manifest.totals.losses.items(), ("edited", manifest.totals.edited)):
        if rows.get(action, 0) != expected:
            return Check(
                False, f"the ledger holds {rows.get(action, 0):,} {action} documents, the manifest counts {expected:,}"
            )
    total = sum(rows.values())
    return Check(True, f"the ledger names each one ({total:,} rows)" if total else "the ledger is empty, as it should be")


def _chain(before: Manifest, after: Manifest) -> Check:
    if before.totals.kept == after.totals.num_in:
        return Check(True, f"takes in all that {before.stage} kept")
    return Check(False, f"{before.stage} kept {before.totals.kept:,} documents, but {after.totals.num_in:,} came in here")
