"""The answer of ``malmoi diff`` as plain values, which the page and ``--json`` show.

Both sides, the comparison and the samples enter; a JSON object leaves, every list in it sorted by what changed most.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pipelines.report.losses import segment_order
from pipelines.report.run_directory import Manifest

from .comparing import Comparison, Totals, kept_by_both
from .recipes import changes
from .rows import KEPT, NOT_READ, Fate
from .samples import Sample
from .sides import Side

Json = dict[str, Any]
_SIDES = ("a", "b")
_KINDS = {"segment": "segments", "language": "languages", "source": "sources"}


def answer(
    sides: tuple[Side, Side],
    notes: Sequence[str],
    comparison: Comparison,
    *,
    edits: tuple[Counter[Any], Counter[Any]],
    samples: Mapping[tuple[str, Any], Sequence[Sample]],
) -> Json:
    """All that is known of the difference."""
    return {
        **{label: _about(side) for label, side in zip(_SIDES, sides, strict=True)},
        "notes": [*notes, *_notes(sides, comparison)],
        "recipe": [change._asdict() for change in changes(sides[0].recipe, sides[1].recipe)],
        "stages": _stages(sides),
        "documents": _documents(sides, comparison),
        **{plural: _totals(comparison, kind) for kind, plural in _KINDS.items()},
        "rules": _rules(comparison, edits),
        "relabelled": _relabelled(comparison),
        "samples": _samples(samples, comparison),
    }


def _about(side: Side) -> Json:
    return {
        "run": side.path,
        "recipe": side.name,
        "fingerprint": side.fingerprint,
        "finished": side.finished,
        "compared_after": side.last.stage,
        "tokens": side.has_tokens,
        "plan": side.has_plan,
    }


def _notes(sides: tuple[Side, Side], comparison: Comparison) -> list[str]:
    notes: list[str] = []
    if sides[0].has_tokens != sides[1].has_tokens:
        notes.append(f"only {'A' if sides[0].has_tokens else 'B'} has counted its tokens")
    shared = sum(count for (a, b, _), count in comparison.moves.items() if NOT_READ not in (a, b))
    if not shared:
        notes.append("no document of A is in B: the runs are of different corpora, or name their documents otherwise")
    for run, count in sorted(comparison.repeated_ids.items()):
        if count:
            told = f"{count:,} records of {'AB'[run]} have an id that another record has"
            notes.append(f"{told}; of these, one is compared: the kept one, else the first")
    for stage, other in zip(sides[0].manifests, sides[1].manifests, strict=False):
        if stage.stage == other.stage and stage.config == other.config and stage.code != other.code:
            notes.append(f"{stage.stage} has the same settings in both and was done by another version of malmoi")
    return notes


def _stages(sides: tuple[Side, Side]) -> list[Json]:
    by_side = [{manifest.stage: manifest for manifest in side.manifests} for side in sides]
    names = [manifest.stage for manifest in sides[0].manifests]
    for manifest in sides[1].manifests:
        if manifest.stage not in names:
            names.append(manifest.stage)
    return [
        {
            "stage": name,
            **{label: _counts(found.get(name)) for label, found in zip(_SIDES, by_side, strict=True)},
            "same_settings": all(name in found for found in by_side) and by_side[0][name].config == by_side[1][name].config,
        }
        for name in names
    ]


def _counts(manifest: Manifest | None) -> Json | None:
    if manifest is None:
        return None
    totals = manifest.totals
    return {"in": totals.num_in, "kept": totals.kept, "edited": totals.edited, **totals.losses}


def _documents(sides: tuple[Side, Side], comparison: Comparison) -> Json:
    moves = comparison.moves
    only: dict[str, Counter[tuple[str, str]]] = {label: Counter() for label in _SIDES}
    lost_by_both = elsewhere = 0
    for (a, b, _), count in moves.items():
        if a == KEPT and b != KEPT:
            only["a"][b.stage, b.action] += count
        elif b == KEPT and a != KEPT:
            only["b"][a.stage, a.action] += count
        elif a != KEPT and NOT_READ not in (a, b):
            lost_by_both += count
            elsewhere += count if a != b else 0
    return {
        "read": dict(zip(_SIDES, (side.num_in for side in sides), strict=True)),
        "kept": dict(zip(_SIDES, (side.last.totals.kept for side in sides), strict=True)),
        "kept_by_both": kept_by_both(comparison),
        **{f"only_{label}": _only(only[label]) for label in _SIDES},
        "lost_by_both": lost_by_both,
        "lost_by_other_rules": elsewhere,
        "rewritten": sum(comparison.rewritten.values()),
        "rewritten_by_segment": dict(sorted(comparison.rewritten.items(), key=lambda item: segment_order(item[0]))),
    }


def _only(fates: Counter[tuple[str, str]]) -> Json:
    by_fate = [
        {"stage": stage, "action": action, "documents": count}
        for (stage, action), count in sorted(fates.items(), key=lambda item: (-item[1], item[0]))
    ]
    return {"documents": sum(fates.values()), "in_the_other": by_fate}


def _totals(comparison: Comparison, kind: str) -> list[Json]:
    names = {name for _, of_kind, name in comparison.kept if of_kind == kind}
    rows = [
        {"name": name, **{label: asdict(comparison.kept.get((run, kind, name), Totals())) for run, label in enumerate(_SIDES)}}
        for name in names
    ]
    if kind == "segment":
        return sorted(rows, key=lambda row: segment_order(row["name"]))
    return sorted(rows, key=lambda row: (-max(row["a"]["documents"], row["b"]["documents"]), row["name"]))


def _rules(comparison: Comparison, edits: tuple[Counter[Any], Counter[Any]]) -> list[Json]:
    """For each rule how many documents it took (or edited) in each run, and how many of them the other run keeps."""
    counts: dict[tuple[str, str, str], dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))

    def count(fate: Fate, what: str, segment: str, number: int) -> None:
        for rule in fate.rules or ("",):
            counts[fate.stage, fate.action, rule][segment][what] += number

    for (run, fate, segment), number in comparison.lost.items():
        count(fate, _SIDES[run], segment, number)
    for (a, b, segment), number in comparison.moves.items():
        if a == KEPT and b not in (KEPT, NOT_READ):
            count(b, "newly_lost", segment, number)
        elif b == KEPT and a not in (KEPT, NOT_READ):
            count(a, "newly_kept", segment, number)
    for label, of_run in zip(_SIDES, edits, strict=True):
        for (stage, rule, segment), number in of_run.items():
            counts[stage, "edited", rule][segment][label] += number
    rows = [_rule_row(key, by_segment) for key, by_segment in counts.items()]
    return sorted(rows, key=_by_change)


_COLUMNS = ("a", "b", "newly_lost", "newly_kept")


def _rule_row(key: tuple[str, str, str], by_segment: Mapping[str, Counter[str]]) -> Json:
    stage, action, rule = key
    segments = {name: {what: by_segment[name][what] for what in _COLUMNS} for name in sorted(by_segment, key=segment_order)}
    totals = {what: sum(row[what] for row in segments.values()) for what in _COLUMNS}
    return {"stage": stage, "action": action, "rule": rule, **totals, "segments": segments}


def _by_change(row: Json) -> tuple[int, int, int, str, str, str]:
    moved = row["newly_lost"] + row["newly_kept"]
    return -moved, -abs(row["a"] - row["b"]), -row["a"], row["stage"], row["action"], row["rule"]


def _relabelled(comparison: Comparison) -> list[Json]:
    rows = sorted(comparison.relabelled.items(), key=lambda item: (-item[1], item[0]))
    return [{"what": kind, "a": old, "b": new, "documents": count} for (kind, old, new), count in rows]


_SAMPLE_KINDS = ("lost", "gained", "rewritten", "segment", "language")


def _samples(samples: Mapping[tuple[str, Any], Sequence[Sample]], comparison: Comparison) -> list[Json]:
    """The samples, those of the rules that moved most documents first."""
    moved: Counter[tuple[str, Any]] = Counter()
    for (a, b, _), count in comparison.moves.items():
        for what, kept, other in (("lost", a, b), ("gained", b, a)):
            if kept == KEPT and other != KEPT:
                moved.update({(what, (other.stage, other.action, rule)): count for rule in other.rules or ("",)})
    for (what, old, new), count in comparison.relabelled.items():
        moved[what, (old, new, "")] += count
    rows: list[Json] = []
    for what, key in sorted(samples, key=lambda kind: (_SAMPLE_KINDS.index(kind[0]), -moved[kind], kind[1])):
        found = samples[what, key]
        names = ("a", "b") if what in ("segment", "language") else ("stage", "action", "rule")
        about = {} if what == "rewritten" else dict(zip(names, key, strict=False))
        rows.append({"what": what, **about, "documents": [_sample(one) for one in found]})
    return rows


def _sample(one: Sample) -> Json:
    values = asdict(one)
    values["failures"] = [failure._asdict() for failure in one.failures]
    return {name: value for name, value in values.items() if value not in ("", [], ())}
