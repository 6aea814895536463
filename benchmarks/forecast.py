"""``malmoi plan`` against the outcome: how many of its intervals hold what the build then made, and how wide they are.

``python -m benchmarks.forecast RECIPE --run RUN [--seeds 1 2 3] [--shares 0.05 0.2]``: builds the recipe into RUN up to the
plan unless that is there, probes it once for every seed and share, and prints for each kind of figure how many
were inside, the widths, and the figures that were outside. A width is half of the interval, of what is expected.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from pipelines.engine import files
from pipelines.probe.forecast import Forecasting
from pipelines.probe.probe import probe
from pipelines.recipe import load_recipe
from pipelines.stage_names import STAGE_NAMES

from .measuring import ROOT


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of a forecast and what it turned out to be."""

    kind: str
    name: str
    low: float
    expected: float
    high: float
    outcome: float

    @property
    def is_inside(self) -> bool:
        """Whether the outcome lies in the interval, which rounding may have made whole numbers of."""
        slack = 0.5 if abs(self.outcome) > 1 else 5e-4
        return self.low - slack <= self.outcome <= self.high + slack

    @property
    def width(self) -> float:
        """Half of the interval, of what is expected."""
        return (self.high - self.low) / 2 / self.expected if self.expected else 0.0


def compared(told: Mapping[str, Any], run: str) -> Iterator[Compared]:
    """Every figure of a forecast that the manifests of a run have too."""
    manifests = {name: files.read_json(files.join(run, name, "manifest.json")) for name in STAGE_NAMES}
    for stage, row in told["stages"].items():
        totals = manifests[stage]["totals"]
        outcome = {
            "in": totals["in"],
            "kept": totals["kept"],
            "retention": totals["kept"] / totals["in"] if totals["in"] else 0.0,
            "text_bytes": totals["stats"]["text_bytes_kept"],
        }
        for name, value in outcome.items():
            yield _one(f"stages: {name}", stage, row[name], value)
        for rule, counts in totals["stats"]["rules"].items():
            missing = {"low": 0, "expected": 0, "high": told["unseen"][stage]}
            found = told["rules"].get(stage, {}).get(rule)
            yield _one("rules" if found else "rules not foreseen", f"{stage}/{rule}", found or missing, counts["documents"])
    yield from _parts(told, manifests["tokens"]["totals"]["stats"])
    yield from _sources(told, run, manifests)


def _parts(told: Mapping[str, Any], stats: Mapping[str, Any]) -> Iterator[Compared]:
    for table in ("segments", "languages"):
        for name, row in stats[table].items():
            if name not in told[table]:
                missing = {"low": 0, "expected": 0, "high": told["unseen"]["filter"]}
                yield _one(f"{table} not foreseen", name, missing, row["documents"])
                continue
            for figure in ("documents", "tokens"):
                yield _one(f"{table}: {figure}", name, told[table][name][figure], row[figure])


def _sources(told: Mapping[str, Any], run: str, manifests: Mapping[str, Any]) -> Iterator[Compared]:
    tokens: dict[str, int] = {}
    documents: dict[str, int] = {}
    from pipelines.engine.partition import read_batches

    for entry in manifests["tokens"]["partitions"]:
        path = files.join(run, "tokens", f"{entry['name']}.parquet")
        for batch in read_batches(path, columns=["source", "num_tokens"]):
            for source, count in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                tokens[source] = tokens.get(source, 0) + count
                documents[source] = documents.get(source, 0) + 1
    for source, row in told["sources"].items():
        yield _one("sources: tokens", source, row["tokens"], tokens.get(source, 0))
        yield _one("sources: documents", source, row["documents"], documents.get(source, 0))
        read = manifests["ingest"]["totals"]["stats"]["sources"].get(source, {"in": 0})["in"]
        yield _one("sources: read", source, row["read"], read)
    yield from _planned(told, files.read_json(files.join(run, "plan", "plan.json")))


def _planned(told: Mapping[str, Any], plan: Mapping[str, Any] | None) -> Iterator[Compared]:
    """What the mix makes of it, where the run got so far."""
    if plan is None:
        return
    yield _one("planned tokens", "all", told["planned_tokens"], plan["total_tokens"])
    for table in ("segments", "languages", "sources"):
        for name, row in plan[table].items():
            for figure in ("planned_tokens", "epochs"):
                if figure in told[table].get(name, {}):
                    yield _one(f"{table}: {figure}", name, told[table][name][figure], row[figure])


def _one(kind: str, name: str, found: Mapping[str, float], outcome: float) -> Compared:
    return Compared(kind, name, found["low"], found["expected"], found["high"], outcome)


def _print(rows: Sequence[Compared], *, shown: int) -> None:
    print(f"{'figures':<24}{'number':>8}{'inside':>9}{'median width':>14}{'widest':>9}{'median error':>14}")
    for kind in [*sorted({row.kind for row in rows}), "all"]:
        own = [row for row in rows if kind in (row.kind, "all")]
        widths = [row.width for row in own if row.expected]
        errors = [abs(row.outcome / row.expected - 1) for row in own if row.expected]
        inside = sum(row.is_inside for row in own) / len(own)
        told = (median(widths), max(widths), median(errors)) if widths else (0.0, 0.0, 0.0)
        print(f"{kind:<24}{len(own):>8}{inside:>9.1%}{told[0]:>14.1%}{told[1]:>9.0%}{told[2]:>14.1%}")
    outside = [row for row in rows if not row.is_inside]
    for row in outside[:shown]:
        print(
            f"  outside: {row.kind}: {row.name}: {row.low:,.4g} - {row.expected:,.6g} - {row.high:,.6g}, was {row.outcome:,.6g}"
        )


def _build(recipe: str, run: str, *, root: str | None) -> None:
    """Makes the outcome, unless it is there."""
    if not files.exists(files.join(run, "plan", "manifest.json")):
        command = [sys.executable, "-m", "malmoi", "build", recipe, "--out", run, "--until", "plan"]
        subprocess.run([*command, *(["--root", root] if root else [])], cwd=ROOT, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe")
    parser.add_argument("--run", required=True)
    parser.add_argument("--root")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--shares", type=float, nargs="+", default=[0.05, 0.2])
    parser.add_argument("--outside", type=int, default=20, help="how many figures that were outside are listed")
    arguments = parser.parse_args()
    _build(arguments.recipe, arguments.run, root=arguments.root)
    everything: list[Compared] = []
    for share in arguments.shares:
        for seed in arguments.seeds:
            with tempfile.TemporaryDirectory(prefix="malmoi-forecast-") as directory:
                loaded = load_recipe(arguments.recipe)
                probed = probe(loaded, directory, root=arguments.root, share=share, seed=seed, tell=lambda _: None)
                told = Forecasting(probed).forecast(workers=1, machine="")
            rows = [*compared(told, str(Path(arguments.run).absolute()))]
            print(
                f"\n{share:g} of {arguments.recipe}, seed {seed}: {told['sampled']['records']:,} records, {len(rows)} figures"
            )
            _print(rows, shown=arguments.outside)
            everything += rows
    print("\nall probes together")
    _print(everything, shown=0)


if __name__ == "__main__":
    main()
