"""The losses: which rules, sources and languages they fall on.

The ledger tallies of the stages and their manifests enter; tables leave, each sorted by documents and then by name.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from filters.document import SEGMENTS
from pipelines.engine.ledger import LOSSES
from pipelines.report.ledger_tally import LedgerTally, Tally
from pipelines.report.run_directory import Json, Manifest
from pipelines.report.samples import Sample

#: A table longer than this ends in a line that says how many rows it leaves out.
MAX_ROWS = 300
_TOP_RULES = 3

#: (rule, documents), most documents first.
Ranked = tuple[tuple[str, int], ...]


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
    top_rules: Ranked
    unreadable: Ranked = ()

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
    by_rule = [tally.by_action_rule_source for tally in tallies.values()]
    top = _reasons(by_rule, actions=LOSSES, limit=_TOP_RULES)
    unreadable = _reasons(by_rule, actions=("unreadable",), limit=None)
    lost_bytes: Counter[str] = Counter()
    for tally in tallies.values():
        for (action, source), counted in tally.by_action_source.items():
            if action in LOSSES:
                lost_bytes[source] += counted.text_bytes
    names = {name for table in tables for name in table} | {*lost_bytes}
    rows = [
        PlaceRow(
            name=name,
            segment="",
            licence=licences.get(name, ""),
            num_in=int((tables[0].get(name) or {}).get("in", 0)) if tables else None,
            kept=int((tables[-1].get(name) or {}).get("kept", 0)) if tables else 0,
            losses={fate: sum(int((table.get(name) or {}).get(fate, 0)) for table in tables) for fate in LOSSES},
            lost_bytes=lost_bytes[name],
            top_rules=top.get(name, ()),
            unreadable=unreadable.get(name, ()),
        )
        for name in names
    ]
    return sorted(rows, key=lambda row: (-(row.num_in or 0), row.name))


def language_rows(manifests: Sequence[Manifest], tallies: Mapping[str, LedgerTally]) -> list[PlaceRow]:
    """What was lost, over all stages, and what is left of each language that lost any."""
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
    by_rule = [tally.by_action_rule_language for tally in tallies.values()]
    top = _reasons(by_rule, actions=LOSSES, limit=_TOP_RULES)
    rows = [
        PlaceRow(
            name=name,
            segment=min(segments[name].items(), key=lambda item: (-item[1], item[0]))[0] if segments[name] else "",
            licence="",
            num_in=None,
            kept=int((kept.get(name) or {}).get("documents", 0)),
            losses={fate: counts[name][fate] for fate in LOSSES},
            lost_bytes=lost_bytes[name],
            top_rules=top.get(name, ()),
        )
        for name in counts
    ]
    return sorted(rows, key=lambda row: (-row.lost, row.name))


def _reasons(
    tables: Iterable[Mapping[tuple[str, ...], Tally]], *, actions: Sequence[str], limit: int | None
) -> dict[str, Ranked]:
    """Per place: the rules that took most of its documents, of tables by (action, rule, place)."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for table in tables:
        for (action, rule, place), counted in table.items():
            if action in actions:
                counts[place][rule or action] += counted.documents
    return {
        place: tuple(sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:limit]) for place, counter in counts.items()
    }
