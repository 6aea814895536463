"""Planted near-duplicates in real Korean documents: recall and precision of ours, datatrove's and rensa's MinHash; then speed.

    python -m benchmarks.near_duplicates [--data DIR] [--pairs N] [--seed N] [--misses N] [--no-speed] [--only TOOL]

Copies of real documents are changed in known ways (``benchmarks/planted``). Whether a pair must match, must not, or is not
counted follows from its own similarity (``planted/truth.py``), not from how it was made. All tools see the same texts in the
same run. Precision counts the listed pairs; below it stands what each tool reports among *all* pairs of all texts. The speeds
are of signatures: ours and datatrove's first stage with the same bands and rows, one core each.
"""

import argparse
import json
import sys
import time
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from .measuring import ROOT
from .planted import signature_speed
from .planted.documents import LEFT_OUT, draw
from .planted.kinds import KINDS, Pair, make_pairs
from .planted.tools import TOOLS, Pairs
from .planted.truth import Analyses, Similarity, Verdict

_POOL = 2000


@dataclass(frozen=True)
class Judged:
    """A listed pair with the places of its texts, lower one first."""

    pair: Pair
    places: tuple[int, int]
    similarity: Similarity


@dataclass(frozen=True)
class Counts:
    """Of pairs that must match and those that must not: how many there are, and how many a tool reports."""

    must: int
    found: int
    must_not: int
    wrong: int

    @property
    def recall(self) -> float:
        return self.found / self.must if self.must else 1.0

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.wrong) if self.found + self.wrong else 1.0


def main() -> None:
    arguments = _arguments()
    start = time.monotonic()
    analyses = Analyses()
    originals = draw(arguments.data, most=_POOL, seed=arguments.seed, left_out=arguments.left_out.split(","))
    pairs = make_pairs(originals, most=arguments.pairs, seed=arguments.seed, analyses=analyses)
    texts = list(dict.fromkeys(text for pair in pairs for text in (pair.first, pair.second)))
    analyses.read(unicodedata.normalize("NFKC", text) for text in texts)
    judged = _judge(pairs, texts, analyses)
    print(f"{len(originals):,} documents, {len(judged):,} pairs of {len(texts):,} texts, seed {arguments.seed}")
    _progress(start, "pairs made and judged")
    reports: dict[str, Pairs] = {}
    for name in arguments.only or TOOLS:
        reports[name] = TOOLS[name](texts)
        _progress(start, name)
    _print_kinds(judged, reports)
    reported = _judge_reports(judged, texts, reports, analyses)
    _print_reports(reported)
    for name, items in reported.items():
        wrong = [item for item in items if item.similarity.verdict is Verdict.MUST_NOT]
        _print_misses(name, judged, wrong, reports[name], arguments.misses)
    if not arguments.no_speed:
        signature_speed.main([original.text for original in originals])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/ko", help="holds .jsonl, .jsonl.gz, .jsonl.zst")
    parser.add_argument("--left-out", default=",".join(LEFT_OUT), help="sources (file names) not to draw from, with commas")
    parser.add_argument("--pairs", type=int, default=1800)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--misses", type=int, default=0, metavar="N", help="up to N wrong verdicts of each tool as JSON lines")
    parser.add_argument("--no-speed", action="store_true")
    parser.add_argument("--only", action="append", choices=list(TOOLS), help="only this tool (may be repeated)")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        sys.exit(f"{arguments.data}: no such directory; give --data DIR with Korean .jsonl.zst")
    return arguments


def _progress(start: float, done: str) -> None:
    print(f"{time.monotonic() - start:6.1f} s  {done}", file=sys.stderr, flush=True)


def _judge(pairs: Sequence[Pair], texts: Sequence[str], analyses: Analyses) -> list[Judged]:
    place = {text: index for index, text in enumerate(texts)}
    found: list[Judged] = []
    for pair in pairs:
        low, high = sorted((place[pair.first], place[pair.second]))
        found.append(Judged(pair, (low, high), analyses.similarity(pair.first, pair.second)))
    return found


def count(judged: Sequence[Judged], report: Pairs) -> Counts:
    must = [item for item in judged if item.similarity.verdict is Verdict.MUST]
    must_not = [item for item in judged if item.similarity.verdict is Verdict.MUST_NOT]
    found, wrong = (sum(item.places in report for item in items) for items in (must, must_not))
    return Counts(len(must), found, len(must_not), wrong)


def _print_kinds(judged: Sequence[Judged], reports: Mapping[str, Pairs]) -> None:
    """A row a kind: how similar its pairs are, then for each tool the share found and, after it, how many wrongly."""
    names = list(reports)
    print("\nRecall of pairs that must match; +n: pairs reported that must not match.\n")
    print(f"| {'kind':<26} | must | not |   ? |   R1 |   R2 |" + "".join(f" {name:>10} |" for name in names))
    print(f"|{'-' * 28}|-----:|----:|----:|-----:|-----:|" + "-----------:|" * len(names))
    for kind in KINDS:
        group = [item for item in judged if item.pair.kind == kind]
        if group:
            _print_row(kind, group, reports)
    _print_row("**all**", judged, reports)
    precisions = "".join(f" {count(judged, report).precision:>10.4f} |" for report in reports.values())
    print(f"| {'**precision**':<26} |      |     |     |      |      |{precisions}")


def _print_row(kind: str, group: Sequence[Judged], reports: Mapping[str, Pairs]) -> None:
    cells: list[str] = []
    all_counts = [count(group, report) for report in reports.values()]
    must, must_not = (all_counts[0].must, all_counts[0].must_not) if all_counts else (0, 0)
    for counts in all_counts:
        cells.append((f"{counts.recall:.3f}" if must else "") + (f" +{counts.wrong}" if counts.wrong else ""))
    r1, r2 = (fmean(getattr(item.similarity, name) for item in group) for name in ("r1", "r2"))
    print(
        f"| {kind:<26} | {must:>4} | {must_not:>3} | {len(group) - must - must_not:>3} | {r1:.2f} | {r2:.2f} |"
        + "".join(f" {cell:>10} |" for cell in cells)
    )


def _judge_reports(
    judged: Sequence[Judged], texts: Sequence[str], reports: Mapping[str, Pairs], analyses: Analyses
) -> dict[str, list[Judged]]:
    """All pairs that a tool reports, also of texts that are no listed pair, judged by the same truth."""
    kinds = {item.places: item.pair.kind for item in judged}
    found: dict[str, list[Judged]] = {}
    for name, report in reports.items():
        found[name] = [
            Judged(Pair(kinds.get((low, high), "not listed"), first, second), (low, high), analyses.similarity(first, second))
            for low, high in sorted(report)
            for first, second in [(texts[low], texts[high])]
        ]
    return found


def _print_reports(reported: Mapping[str, Sequence[Judged]]) -> None:
    print("\nAmong all pairs of all texts:\n")
    print("| tool       | reported | must match | must not | precision |")
    print("|------------|---------:|-----------:|---------:|----------:|")
    for name, items in reported.items():
        verdicts = [item.similarity.verdict for item in items]
        must, must_not = verdicts.count(Verdict.MUST), verdicts.count(Verdict.MUST_NOT)
        rate = must / max(1, must + must_not)
        print(f"| {name:<10} | {len(items):>8,} | {must:>10,} | {must_not:>8,} | {rate:>9.4f} |")


def _print_misses(name: str, judged: Sequence[Judged], wrong: Sequence[Judged], report: Pairs, most: int) -> None:
    """Up to ``most`` listed pairs missed, and of all pairs those wrongly reported, as JSON."""
    missed = [item for item in judged if item.similarity.verdict is Verdict.MUST and item.places not in report]
    for item in [*wrong[:most], *missed[:most]]:
        row = {"tool": name, "kind": item.pair.kind, "reported": item.places in report}
        row |= {"r1": round(item.similarity.r1, 3), "r2": round(item.similarity.r2, 3)}
        print(json.dumps(row | {"first": item.pair.first, "second": item.pair.second}, ensure_ascii=False))


if __name__ == "__main__":
    main()
