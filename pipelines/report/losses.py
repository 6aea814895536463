"""The losses: which rules, sources and languages they fall on.

The ledger tallies of the stages and their manifests enter; tables leave, each sorted by documents and then by name.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from filters.document import SEGMENTS
from pipelines.engine.ledger import LOSSES
from pipelines.report.ledger_tally import LedgerTally, Tally, fold
from pipelines.report.run_directory import Json, Manifest
from pipelines.report.samples import Sample

#: A table longer than this ends in a line that says how many rows it leaves out.
MAX_ROWS = 300
_TOP_RULES = 3


@dataclass(frozen=True, slots=True)
class RuleRow:
    """What one rule of one stage took away (or changed)."""

    stage: str
    action: str
    rule: str
    tally: Tally
    segments: Mapping[str, int]
    samples: Sequence[Sample] = ()
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """What was lost of one source or of one language, over all stages. ``num_in`` is None where it is not known."""

    name: str
    segment: str
    licence: str
    num_in: int | None
    kept: int
    losses: Mapping[str, int]
    lost_bytes: int
    top_rules: tuple[tuple[str, int], ...]
    unreadable: tuple[tuple[str, int], ...] = ()

    @property
    def lost(self) -> int:
        """Documents lost, whatever the reason."""
        return sum(self.losses.values())

    @property
    def conserved(self) -> bool:
        """Whether what came in equals what is left and what was lost."""
        return self.num_in is None or self.num_in == self.kept + self.lost


def segment_order(name: str) -> tuple[int, str]:
    """Sorts segments as every table lists them; the unknown one last."""
    return (SEGMENTS.index(name) if name in SEGMENTS else len(SEGMENTS) + (not name), name)


def rule_rows(
    stage: str,
    tally: LedgerTally,
    *,
    actions: Sequence[str],
    samples: Mapping[tuple[str, str], Sequence[Sample]],
) -> list[RuleRow]:
    """The rules of one stage's ledger for these actions, most documents first."""
    segments: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for (action, rule, segment), counted in tally.by_action_rule_segment.items():
        segments[action, rule][segment] = counted.documents
    rows = [
        RuleRow(stage, action, rule, counted, segments[action, rule], tuple(samples.get((action, rule), ())))
        for (action, rule), counted in tally.by_action_rule().items()
        if action in actions
    ]
    rows.sort(key=lambda row: (-row.tally.documents, row.action, row.rule))
    return [replace(row, anchor=f"sample-{stage}-{index}") for index, row in enumerate(rows)]


def source_rows(
    manifests: Sequence[Manifest], tallies: Mapping[str, LedgerTally], *, licences: Mapping[str, str]
) -> list[PlaceRow]:
    """What became of each source's documents; in is counted at the first stage, kept at the last."""
    tables: list[Json] = [manifest.stats.get("sources") or {} for manifest in manifests]
    losses, top, unreadable = _losses(tallies, "by_action_source", "by_action_rule_source")
    names = {name for table in tables for name in table} | set(losses)
    rows = [
        PlaceRow(
            name=name,
            segment="",
            licence=licences.get(name, ""),
            num_in=int((tables[0].get(name) or {}).get("in", 0)) if tables else None,
            kept=int((tables[-1].get(name) or {}).get("kept", 0)) if tables else 0,
            losses={fate: sum(int((table.get(name) or {}).get(fate, 0)) for table in tables) for fate in LOSSES},
            lost_bytes=losses[name].text_bytes if name in losses else 0,
            top_rules=top[name],
            unreadable=unreadable[name],
        )
        for name in names
    ]
    return sorted(rows, key=lambda row: (-(row.num_in or 0), row.name))


def language_rows(manifests: Sequence[Manifest], tallies: Mapping[str, LedgerTally]) -> list[PlaceRow]:
    """What was lost and what is left of each language, over the stages that know it."""
    kept: Json = (manifests[-1].stats.get("languages") or {}) if manifests else {}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    segments: dict[str, Counter[str]] = defaultdict(Counter)
    lost_bytes: Counter[str] = Counter()
    for tally in tallies.values():
        for (action, segment, language), counted in tally.by_action_segment_language.items():
            if action in LOSSES:
                counts[language][action] += counted.documents
                segments[language][segment] += counted.documents
                lost_bytes[language] += counted.text_bytes
    _, top, _ = _losses(tallies, "", "by_action_rule_language")
    rows = [
        PlaceRow(
            name=name,
            segment=min(segments[name].items(), key=lambda item: (-item[1], item[0]))[0] if segments[name] else "",
            licence="",
            num_in=None,
            kept=int((kept.get(name) or {}).get("documents", 0)),
            losses={fate: counts[name][fate] for fate in LOSSES},
            lost_bytes=lost_bytes[name],
            top_rules=top[name],
        )
        for name in {*kept, *counts}
    ]
    return sorted(rows, key=lambda row: (-row.lost, row.name))


def _losses(
    tallies: Mapping[str, LedgerTally], by_place: str, by_rule: str
) -> tuple[dict[str, Tally], defaultdict[str, tuple[tuple[str, int], ...]], defaultdict[str, tuple[tuple[str, int], ...]]]:
    """Per place: what was lost, the rules that took most, and the reasons for which it could not be read."""
    lost: dict[str, Tally] = defaultdict(Tally)
    rules: dict[str, Counter[str]] = defaultdict(Counter)
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    for tally in tallies.values():
        if by_place:
            for (action, place), counted in fold(getattr(tally, by_place), 0, 1).items():
                if action in LOSSES:
                    lost[place].add(counted)
        for (action, rule, place), counted in getattr(tally, by_rule).items():
            if action in LOSSES:
                (reasons if action == "unreadable" else rules)[place][rule or action] += counted.documents
    return dict(lost), _ranked(rules, limit=_TOP_RULES), _ranked(reasons, limit=None)


def _ranked(counts: Mapping[str, Counter[str]], *, limit: int | None) -> defaultdict[str, tuple[tuple[str, int], ...]]:
    ranked: defaultdict[str, tuple[tuple[str, int], ...]] = defaultdict(tuple)
    for place, counter in counts.items():
        ranked[place] = tuple(sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:limit])
    return ranked
