"""Plan against outcome: what a probe foretold, beside what the run came to.

``RUN/forecast.json`` (:mod:`pipelines.probe.forecast`, written by ``malmoi plan RECIPE --out RUN``) and what the page knows of
the run enter; rows leave. A figure of the forecast is an object with ``low``, ``expected`` and ``high``; one whose outcome is
not known yet stands alone. What a forecast of another version does not say has no row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.report.funnel import StageView
from pipelines.report.losses import RuleRow
from pipelines.report.messages import Told, told
from pipelines.report.mixture import MixRow
from pipelines.report.plan_view import SourceMix
from pipelines.report.run_directory import Json
from pipelines.stage_names import STAGE_NAMES

_ENDS = ("low", "expected", "high")
#: The groups of rows, in the order of the page.
GROUPS = ("run", "stages", "segments", "parts", "rules")


@dataclass(frozen=True, slots=True)
class Foretold:
    """One figure. ``unit``: share, count, hours, bytes, times."""

    group: str
    name: Told
    unit: str
    low: float
    expected: float
    high: float
    outcome: float | None

    @property
    def inside(self) -> bool | None:
        """Whether the outcome is in the interval; None while there is none."""
        return None if self.outcome is None else self.low <= self.outcome <= self.high

    @property
    def places(self) -> Mapping[str, float]:
        """Where the ends, what was expected and what came lie on a line from 0 to 1, with a margin around them."""
        known = {"low": self.low, "expected": self.expected, "high": self.high}
        if self.outcome is not None:
            known["outcome"] = self.outcome
        least, span = min(known.values()), max(known.values()) - min(known.values())
        return {name: 0.06 + 0.88 * (value - least) / span if span else 0.5 for name, value in known.items()}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the run came to, as far as it goes."""

    stages: Sequence[StageView] = ()
    rules: Sequence[RuleRow] = ()
    segments: Sequence[MixRow] = ()
    languages: Sequence[MixRow] = ()
    sources: Sequence[SourceMix] = ()
    hours: float | None = None
    disk_bytes: int | None = None


def foretold(forecast: Json | None, outcome: Outcome) -> list[Foretold]:
    """The figures of a forecast, in the order of GROUPS."""
    if forecast is None:
        return []
    return [*_run(forecast, outcome), *_stages(forecast, outcome), *_mix(forecast, outcome), *_rules(forecast, outcome)]


def confidence(forecast: Json | None) -> float | None:
    """How sure the intervals are, as a share."""
    value = (forecast or {}).get("confidence")
    return None if value is None else float(value)


def _run(forecast: Json, outcome: Outcome) -> Iterator[Foretold]:
    known = {
        "tokens": ("count", _total(outcome.segments, "tokens")),
        "planned_tokens": ("count", _total(outcome.segments, "planned_tokens")),
        "hours": ("hours", outcome.hours),
        "disk_bytes": ("bytes", outcome.disk_bytes),
    }
    for key, (unit, found) in known.items():
        if (interval := _interval(forecast.get(key))) is not None:
            yield Foretold("run", told(f"forecast.run_{key}"), unit, *interval, outcome=found)


def _stages(forecast: Json, outcome: Outcome) -> Iterator[Foretold]:
    views = {view.name: view for view in outcome.stages}
    for stage, figures in _tables(forecast, "stages"):
        view = views.get(stage)
        kept = None if view is None else view.counts.kept
        share = view.counts.kept / view.counts.num_in if view is not None and view.counts.num_in else None
        for key, unit, found in (("retention", "share", share), ("kept", "count", kept)):
            if (interval := _interval(figures.get(key))) is not None:
                yield Foretold("stages", told(f"forecast.{key}", stage=stage), unit, *interval, outcome=found)


def _mix(forecast: Json, outcome: Outcome) -> Iterator[Foretold]:
    for table, rows in (("segments", outcome.segments), ("languages", outcome.languages), ("sources", outcome.sources)):
        by_name = {row.name: row for row in rows}
        group = "segments" if table == "segments" else "parts"
        for name, figures in _tables(forecast, table):
            for key, unit in (("documents", "count"), ("tokens", "count"), ("planned_tokens", "count"), ("epochs", "times")):
                if (interval := _interval(figures.get(key))) is not None:
                    found = getattr(by_name.get(name), key, None)
                    yield Foretold(group, told(f"forecast.{key}", name=name), unit, *interval, outcome=found)


def _rules(forecast: Json, outcome: Outcome) -> Iterator[Foretold]:
    """Documents by stage and rule, and the most of any rule that the sample did not show."""
    done = {view.name for view in outcome.stages}
    counted: dict[str, dict[str, int]] = {stage: {} for stage in done}
    for row in outcome.rules:
        rules = counted.setdefault(row.stage, {})
        rules[row.rule] = rules.get(row.rule, 0) + row.tally.documents
    listed = {stage: dict(figures) for stage, figures in _tables(forecast, "rules")}
    for stage, figures in listed.items():
        for rule, raw in sorted(figures.items()):
            if (interval := _interval(raw)) is not None:
                found = counted.get(stage, {}).get(rule, 0) if stage in done else None
                yield Foretold("rules", told("forecast.rule", stage=stage, rule=rule), "count", *interval, outcome=found)
    for stage, most in sorted((forecast.get("unseen") or {}).items(), key=_in_order):
        others = [number for rule, number in counted.get(stage, {}).items() if rule not in listed.get(stage, {})]
        if stage in done:
            interval = (0.0, 0.0, float(most))
            name = told("forecast.unseen", stage=stage)
            yield Foretold("rules", name, "count", *interval, outcome=max(others, default=0))


def _tables(forecast: Json, name: str) -> list[tuple[str, Mapping[str, Any]]]:
    table: Mapping[str, Any] = forecast.get(name) or {}
    return sorted(((str(key), row) for key, row in table.items() if isinstance(row, dict)), key=_in_order)


def _in_order(row: tuple[str, Any]) -> tuple[int, str]:
    """Stages as they run: a JSON file is sorted by name."""
    return (STAGE_NAMES.index(row[0]) if row[0] in STAGE_NAMES else len(STAGE_NAMES), row[0])


def _interval(value: Any) -> tuple[float, float, float] | None:
    if not isinstance(value, dict) or any(value.get(end) is None for end in _ENDS):
        return None
    low, expected, high = (float(value[end]) for end in _ENDS)
    return low, expected, high


def _total(rows: Sequence[MixRow], name: str) -> int | None:
    known = [value for row in rows if (value := getattr(row, name)) is not None]
    return sum(known) if known else None
