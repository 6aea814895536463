"""What a build will cost: hours, disk, memory.

What enters: the CPU time and the files of the probe's stages. What leaves: entries of the forecast. A stage's work on a
source grows with the source's bytes of text; training a tokenizer is one worker's work and grows with the text that it is
trained on, which the recipe bounds. Stages that a probe does not run (plan, shards) go by the planned tokens, at the higher of
the rates measured as CPU time of these stages' jobs in one process of an AMD EPYC core: over the sample corpus (6.5 thousand
documents, 6.9 M planned tokens) 1.32 s of shards and 0.20 s of plan, over 8.7 thousand documents of 8.5 M planned tokens
0.90 s and 0.14 s. Not measured but judged: how far the machine that builds is like this one (a quarter less or a half more),
how much training slows down with its text, and the start of workers.
"""

import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from filters.document import SEGMENTS

from .estimating import Estimator
from .intervals import Interval
from .probe import Probed
from .running import peak_memory_bytes

#: CPU seconds per million tokens of all uses.
_SHARDS_S_PER_M = 0.2
_PLAN_S_PER_M = 0.03
#: Beam's start of workers for a stage.
_START_S = 2.5
_SLOWER, _FASTER = 1.5, 0.75
#: Bytes of lineage and boundaries per byte of shard, at most.
_SIDECARS = 0.05
_SERIAL = frozenset({"tokenizer", "knowledge", "clusters"})


def machine_name() -> str:
    """The processor that this runs on, and how many of its cores there are."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    except OSError:
        pass
    return f"{name}, {os.cpu_count()} cores"


class Costs:
    """Scales what the probe cost."""

    def __init__(self, probed: Probed, estimator: Estimator) -> None:
        self._probed = probed
        sizes = probed.observed.sizes["ingest"]
        names = np.array(probed.observed.source, dtype=object)
        self._scale: dict[str, float] = {}
        for source in sorted(set(probed.observed.source)):
            own = sizes * (names == source)
            sampled = float(own.sum())
            self._scale[source] = estimator.total(own, by="bytes").total / sampled if sampled else 1.0
        whole = float(sizes.sum())
        self._overall = estimator.total(sizes, by="bytes").total / whole if whole else 1.0
        self._margin = estimator.total(sizes, by="bytes").margin / max(estimator.total(sizes, by="bytes").total, 1.0)

    def _source_of(self) -> dict[str, str]:
        """The source of each partition: the probe's hold one each."""
        entries = self._probed.manifests["ingest"]["partitions"]
        return {str(e["name"]): next(iter(e["stats"]["sources"]), "") for e in entries}

    def _scaled(self, amounts: Mapping[str, float]) -> float:
        sources = self._source_of()
        return sum(amount * self._scale.get(sources.get(name, ""), self._overall) for name, amount in amounts.items())

    def add_to(self, told: dict[str, Any], *, workers: int) -> None:
        """Adds hours, disk and memory to a forecast."""
        planned = told.get("planned_tokens", {}).get("expected", 0)
        cpu_s = {stage: self._cpu_s(stage) for stage in self._probed.runner.costs}
        cpu_s |= {"plan": planned / 1e6 * _PLAN_S_PER_M, "shards": planned / 1e6 * _SHARDS_S_PER_M}
        wall_s = 0.0
        for stage, seconds in cpu_s.items():
            setup = self._probed.runner.costs[stage].setup_s if stage in self._probed.runner.costs else 0.0
            wall_s += seconds / (1 if stage in _SERIAL else workers) + setup + (_START_S if seconds > 2 * _START_S else 0.0)
        low, high = _FASTER * (1 - min(self._margin, 0.9)), _SLOWER * (1 + self._margin)
        told["hours"] = Interval(wall_s * low / 3600, wall_s / 3600, wall_s * high / 3600).told(digits=4)
        told["cpu_hours"] = {stage: round(seconds / 3600, 5) for stage, seconds in cpu_s.items()}
        disk = {stage: self._disk(stage) for stage in self._probed.manifests}
        width = 4 if self._probed.recipe.tokenizer.vocab_size >= 65_500 else 2
        disk["shards"] = planned * width * (1 + _SIDECARS)
        total = sum(disk.values())
        told["disk"] = {stage: round(size) for stage, size in disk.items()}
        spread = max(self._margin, _relative(told.get("planned_tokens")), 0.05)
        told["disk_bytes"] = Interval(total * (1 - spread), total, total * (1 + spread)).told()
        told["memory_bytes"] = peak_memory_bytes()

    def _cpu_s(self, stage: str) -> float:
        cost = self._probed.runner.costs[stage]
        if stage in ("tokenizer", "knowledge"):
            return cost.work_s * self._trained_on()
        return self._scaled(cost.by_unit) if cost.by_unit else cost.work_s * self._overall

    def _trained_on(self) -> float:
        """How much more the tokenizer will be trained on than it was here."""
        if "tokenizer-sample" not in self._probed.manifests or self._probed.recipe.tokenizer.path:
            return 1.0
        totals = self._probed.manifests["tokenizer-sample"]["totals"]
        own = int(totals.get("stats", {}).get("text_bytes", 0))
        observed = self._probed.observed
        sizes = observed.sizes[self._probed.stages[-1]]
        segments = np.array(observed.segment, dtype=object)
        each = int(self._probed.recipe.tokenizer.train_bytes) / len(SEGMENTS)
        wanted = sum(min(each, float(sizes[segments == s].sum()) * self._overall) for s in SEGMENTS)
        # Merging grows more slowly than its text: most words have been seen before.
        return (wanted / own) ** 0.8 if own else 1.0

    def _disk(self, stage: str) -> float:
        entries = self._probed.manifests[stage]["partitions"]
        sizes = {str(e["name"]): float(sum(d["bytes"] for d in e["files"].values())) for e in entries}
        return sum(sizes.values()) if stage in _SERIAL else self._scaled(sizes)


def _relative(told: Mapping[str, float] | None) -> float:
    if not told or not told["expected"]:
        return 0.0
    return max(told["high"] - told["expected"], told["expected"] - told["low"]) / told["expected"]
