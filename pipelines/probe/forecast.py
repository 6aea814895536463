"""The forecast of a build from its probe: what ``malmoi plan`` prints and ``RUN/forecast.json`` holds.

What enters: a probe that has run, the number of workers. What leaves: a table of intervals ``{"low", "expected", "high"}`` at
``confidence`` 0.95, figures of the whole build as its manifests and ``plan.json`` count them::

    {"version": 1, "recipe_fingerprint", "confidence": 0.95,
     "sampled": {"whole": everything was read, "share": of the bytes, "records", "bytes", "content_bytes": of all, about,
                 "sources": {name: {"share", "clusters", "of_clusters", "records"}}},
     "stages": {stage: {"in", "kept", "retention" (kept / in), "text_bytes" (of what is kept)}},   # stages that hold documents
     "rules": {stage: {rule: documents}}, "unseen": {stage: documents: the most of any rule that is not listed},
     "segments": {name: {"documents", "tokens", "share" (wished), "epochs", "planned_tokens"}},
     "languages": {name: {"segment", "documents", "tokens", "epochs", "planned_tokens"}},
     "sources": {name: {"files", "bytes" (on disk), "read" (records), "kept", "text_bytes" (kept by ingest), "tokens", "epochs",
                 "planned_tokens"}},
     "tokens": in all, "planned_tokens", "limited_by", "explanation", "shortfalls": as in plan.json, of what is expected,
     "sequences": {length: sequences}, "workers", "machine",
     "hours": on ``workers``, "cpu_hours": {stage: hours of one core}, "disk_bytes", "disk": {stage: bytes},
     "memory_bytes": of one worker, about (or null), "problems": [what a build would stop for or could not read],
     "missing_sources": [...]}

``epochs``, ``planned_tokens`` and what hangs on them are missing where no token is left or no mix is possible; ``tokens`` too
where no tokenizer could be made. Hours are a judgement, not a statistic: CPU time as measured, by half more or a quarter less.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from filters.document import SEGMENTS
from pipelines.mix_wishes import buckets_of

from .compression import Compression, Counted, compression, trained_shares
from .copies import Factors, factors, groups_of
from .costs import Costs
from .estimating import Estimator
from .intervals import Figures, Interval
from .mix_forecast import PredictedCell, mix_forecast
from .probe import Probed

CONFIDENCE = 0.95


class Forecasting:
    """Makes a forecast; every table of it is a method."""

    def __init__(self, probed: Probed) -> None:
        self._probed = probed
        self._observed = probed.observed
        self._stages = probed.stages
        self._estimator = Estimator(probed.drawn, probed.observed.cluster)
        self._figures = Figures(self._estimator, probed.observed.num_records)
        size = probed.observed.num_records
        self._all = np.ones(size, np.bool_)
        self._plain = Factors(np.ones(size), np.ones(size), np.ones(size))
        self._sources = np.array(probed.observed.source, dtype=object)
        self._languages = np.array(probed.observed.language, dtype=object)
        self._segments = np.array(probed.observed.segment, dtype=object)
        self._copies: dict[tuple[str, str], Factors] = {}
        self._compressed = self._compression()

    def _left(self, stage: str) -> Any:
        return self._observed.left_after(stage, stages=self._stages)

    def _factors(self, stage: str, parts: Any) -> Factors:
        """The factors of what is left after a stage, copies pooled by ``parts``."""
        found = [name for name in ("dedup", "near-dedup") if name in self._stages and self._is_before(name, stage)]
        if not found:
            return self._plain
        key = (found[-1], ",".join(sorted(set(parts))))
        if key not in self._copies:
            groups = groups_of(self._observed.num_records, [self._observed.kept_for.get(name, {}) for name in found])
            among = self._left(self._stages[self._stages.index("dedup") - 1])
            left = among & ~np.isin(
                np.arange(len(groups)), [lost for n in found for lost in self._observed.kept_for.get(n, {})]
            )
            self._copies[key] = factors(
                groups,
                self._observed.cluster,
                self._estimator.rates,
                among=among,
                left=left,
                parts=[str(part) for part in parts],
                chained=found[-1] == "near-dedup",
            )
        return self._copies[key]

    def _is_before(self, name: str, stage: str) -> bool:
        return self._stages.index(name) <= self._stages.index(stage)

    def _compression(self) -> Compression | None:
        """What the build's own tokenizer will make of the counts; nothing where they are its own."""
        observed = self._observed
        if self._estimator.is_whole or self._probed.recipe.tokenizer.path or not observed.trained_on.any():
            return None
        sizes, rates = observed.sizes[self._stages[-1]], self._estimator.rates
        train_bytes = int(self._probed.recipe.tokenizer.train_bytes)
        standing = sizes / np.maximum(rates, 1e-12)
        shares = trained_shares(observed.segment, standing, train_bytes=train_bytes, names=SEGMENTS)
        low, expected, high = (np.ones(observed.num_records) for _ in range(3))
        cell = np.zeros(observed.num_records, np.int64)
        spreads: list[Any] = [np.zeros(1)]
        for segment in SEGMENTS:
            own = np.flatnonzero((self._segments == segment) & (observed.tokens > 0))
            if len(own):
                cells = np.unique(self._sources[own].astype(str), return_inverse=True)[1]
                counted = Counted(observed.tokens[own], sizes[own], rates[own], observed.trained_on[own], cells)
                made = compression(counted, trained=shares[segment])
                low[own], expected[own], high[own] = made.low, made.expected, made.high
                cell[own] = made.cell + sum(map(len, spreads))
                spreads.append(made.spreads)
        return Compression(low, expected, high, cell, np.concatenate(spreads))

    def stages(self) -> dict[str, dict[str, Interval]]:
        """What comes in and what stays, stage by stage."""
        result: dict[str, dict[str, Interval]] = {}
        before, entered = self._all, self._plain
        for stage in self._stages:
            left, own = self._left(stage), self._factors(stage, self._segments)
            coming = result[self._before(stage)]["kept"] if stage != "ingest" else self._figures.documents(before, entered)
            result[stage] = {
                "in": coming,
                "kept": self._figures.documents(left, own),
                "retention": self._figures.share(left, own, before, entered),
                "text_bytes": self._figures.amount(self._observed.sizes[stage] * left, own),
            }
            before, entered = left, own
        return result

    def _before(self, stage: str) -> str:
        return self._stages[self._stages.index(stage) - 1]

    def rules(self, stages: Mapping[str, Mapping[str, Interval]]) -> dict[str, dict[str, Interval]]:
        """How many documents each rule applied to."""
        result: dict[str, dict[str, Interval]] = {stage: {} for stage in self._stages}
        for (stage, rule), places in sorted(self._observed.rules.items()):
            marked = np.zeros(self._observed.num_records, np.bool_)
            marked[places] = True
            entering = self._plain if stage == "ingest" else self._factors(self._before(stage), self._segments)
            found = self._figures.documents(marked, entering, among=stages[stage]["in"].expected)
            if rule in ("exact_duplicate", "near_duplicate"):
                found = self._copies_lost(found, stages[stage])
            result[stage][rule] = found
        return {stage: own for stage, own in result.items() if own}

    def _copies_lost(self, seen: Interval, stage: Mapping[str, Interval]) -> Interval:
        """Copies that were seen say how many there are at least; what is left says how many more."""
        more = max(stage["in"].expected - stage["kept"].expected - seen.expected, 0.0)
        most = max(stage["in"].expected - stage["kept"].low - seen.expected, more)
        expected = seen.expected + more
        return Interval(seen.low, expected, expected + float(np.hypot(most - more, seen.high - seen.expected)))

    def parts(self, labels: Any, *, names: Sequence[str]) -> dict[str, dict[str, Interval]]:
        """Documents and tokens of what goes into the mix, by segment, language or source."""
        last = self._stages[-1]
        left, own = self._left(last), self._factors(last, labels)
        result: dict[str, dict[str, Interval]] = {}
        for name in names:
            marked = left & (labels == name)
            result[name] = {"documents": self._figures.documents(marked, own)}
            if "tokens" in self._probed.manifests:
                result[name]["tokens"] = self._figures.amount(self._observed.tokens * marked, own, self._compressed)
        return result

    def forecast(self, *, workers: int, machine: str) -> dict[str, Any]:
        """All of it."""
        stages = self.stages()
        rules = self.rules(stages)
        left = self._left(self._stages[-1])
        segments = self.parts(self._segments, names=[s for s in SEGMENTS if (left & (self._segments == s)).any()])
        languages = self.parts(self._languages, names=sorted(set(self._languages[left].tolist())))
        sources = self.parts(self._sources, names=sorted(set(self._probed.observed.source)))
        told: dict[str, Any] = {
            "version": 1,
            "recipe_fingerprint": self._probed.recipe.fingerprint(),
            "confidence": CONFIDENCE,
            "sampled": self._sampled(),
            "stages": {stage: _told_stage(own) for stage, own in stages.items()},
            "rules": {stage: {rule: found.told() for rule, found in own.items()} for stage, own in rules.items()},
            "unseen": {s: round(stages[s]["in"].expected * self._figures.unseen_share()) for s in self._stages},
            "segments": {name: _told(own) for name, own in segments.items()},
            "languages": {name: {"segment": self._segment_of(name), **_told(own)} for name, own in languages.items()},
            "sources": {name: {**self._source(name), **_told(own)} for name, own in sources.items()},
            "workers": workers,
            "machine": machine,
            "problems": self._probed.problems,
            "missing_sources": list(self._probed.missing_sources),
        }
        if "tokens" in self._probed.manifests:
            own = self._factors(self._stages[-1], self._segments)
            told["tokens"] = self._figures.amount(self._observed.tokens * left, own, self._compressed).told()
            mix_forecast(told, self._probed.recipe, self._cells(left))
        Costs(self._probed, self._estimator).add_to(told, workers=workers)
        return told

    def _sampled(self) -> dict[str, Any]:
        drawn = self._probed.drawn
        records = dict.fromkeys((part.source for part in drawn), 0)
        for source in self._probed.observed.source:
            records[source] += 1
        rows: dict[str, Any] = {}
        for name in sorted(records):
            own = [part for part in drawn if part.source == name]
            known, taken = sum(p.num_bytes for p in own), sum(c.num_bytes * p.inner_share for p in own for c in p.clusters)
            rows[name] = {
                "share": round(taken / known, 6) if known else 1.0,
                "clusters": sum(len(part.clusters) for part in own),
                "of_clusters": sum(part.num_clusters for part in own),
                "records": records[name],
            }
        num_bytes = int(self._observed.sizes["ingest"].sum())
        everything = self._estimator.total(self._observed.sizes["ingest"], by="bytes").total
        return {
            "whole": self._estimator.is_whole,
            "records": self._probed.observed.num_records,
            "bytes": num_bytes,
            "content_bytes": self._probed.content_bytes,
            "share": round(num_bytes / max(everything, 1), 6),
            "sources": rows,
        }

    def _segment_of(self, language: str) -> str:
        return str(self._segments[np.flatnonzero((self._languages == language) & (self._segments != ""))[0]])

    def _source(self, name: str) -> dict[str, Any]:
        own = [part for part in self._probed.drawn if part.source == name]
        marked = self._sources == name
        kept = self._figures.amount(self._observed.sizes["ingest"] * marked, self._plain)
        return {
            "files": sum(part.num_clusters for part in own if part.is_files) or None,
            "read": self._figures.documents(marked, self._plain).told(),
            "text_bytes": kept.told(),
        }

    def _cells(self, left: Any) -> list[PredictedCell]:
        """What the mix is made of."""
        own = self._factors(self._stages[-1], self._segments)
        buckets = np.zeros(len(left), np.int64)
        for segment in SEGMENTS:
            rows = self._segments == segment
            scores = self._observed.knowledge[rows].astype(np.float32)
            buckets[rows] = buckets_of(self._probed.recipe, segment=segment, scores=scores)
        keys: dict[tuple[str, str, str, int], list[int]] = {}
        for place in np.flatnonzero(left).tolist():
            key = (self._segments[place], self._languages[place], self._sources[place], int(buckets[place]))
            keys.setdefault(key, []).append(place)
        cells: list[PredictedCell] = []
        for key in sorted(keys):
            marked = np.zeros(len(left), np.bool_)
            marked[keys[key]] = True
            tokens = self._figures.amount(self._observed.tokens * marked, own, self._compressed)
            cells.append(PredictedCell(*key, tokens))
        return cells


def _told_stage(own: Mapping[str, Interval]) -> dict[str, Any]:
    return {name: found.told(digits=4 if name == "retention" else None) for name, found in own.items()}


def _told(own: Mapping[str, Interval]) -> dict[str, Any]:
    return {name: found.told() for name, found in own.items()}
