"""The quality exam: good Korean of every kind, junk of every class, our rules and FineWeb2's on the same documents.

    python -m benchmarks.quality [--data DIR] [--recipe FILE] [--per-class N] [--seed N] [--split test|dev] [--misses N]
    python -m benchmarks.quality --speed

The good documents are real text and text written for this (``benchmarks/good``), the junk comes from generators
(``benchmarks/junk``) that know nothing of the rules. FineWeb2's rules judge a part of each kind, for Kiwi is slow.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filters.document import Document, Failure

from . import good, junk
from .junk.draw import SPLITS
from .measuring import ROOT

#: The rules that tell what is wrong with a class, by the first part of their names.
RIGHT_RULES: dict[str, tuple[str, ...]] = {
    "gambling": ("korean_spam_gambling",),
    "loan": ("korean_spam_loan",),
    "adult": ("korean_spam_adult",),
    "phishing": ("korean_spam_phishing",),
    "shopping": ("korean_spam_shopping",),
    "seo": ("korean_spam_seo", "korean_keyword_stuffing"),
    "navigation": ("korean_navigation",),
    "cookie": ("korean_cookie_notice",),
    "mail_footer": ("korean_mail_footer",),
    "legal_footer": ("korean_legal_footer",),
    "hate": ("hate_speech",),
    "mojibake": ("mojibake",),
    "number_table": ("number_table",),
    "log_file": ("log_file",),
    "encoded_blob": ("encoded_blob",),
    "shuffled_words": ("korean_shuffled_words",),
    "keyword_list": ("korean_keyword_stuffing", "korean_spam_seo"),
    "gibberish": ("korean_gibberish", "korean_low_score"),
    "garbled_particles": ("korean_garbled_particles",),
    "spacing_destroyed": ("korean_run_together", "korean_broken_spacing"),
    "repeated_phrase": ("gopher_", "korean_repeated"),
    "machine_translated": ("korean_machine_translated",),
    "honorific": ("korean_honorific", "korean_repeated_boilerplate"),
    "too_short": ("length_",),
}
GOOD_GOAL, JUNK_GOAL = 0.97, 0.95
DEFAULT_DATA = ROOT.parent / "shared/data/ko"


@dataclass
class Group:
    """The documents of one kind or class and what was said of them. ``peer`` holds FineWeb2's verdicts on the first ones."""

    name: str
    texts: list[str]
    failures: list[list[Failure]] = field(default_factory=list)
    peer: list[bool] = field(default_factory=list)

    @property
    def kept(self) -> float:
        return sum(not failures for failures in self.failures) / max(1, len(self.failures))

    @property
    def peer_kept(self) -> float:
        return sum(self.peer) / max(1, len(self.peer))

    def named(self, prefixes: tuple[str, ...]) -> float:
        """The share of documents dropped with a rule of one of these names among the reasons."""
        hits = sum(any(f.rule.startswith(prefixes) for f in failures) for failures in self.failures)
        return hits / max(1, len(self.failures))


def main() -> None:
    arguments = _arguments()
    if arguments.speed:
        from . import quality_speed

        quality_speed.main(arguments.data, arguments.recipe)
        return
    goods, junks = labelled(arguments.data, per_class=arguments.per_class, seed=arguments.seed, split=arguments.split)
    judge = OurRules(arguments.recipe)
    for group in goods + junks:
        group.failures = judge(group.texts)
        _tell(group.name)
    for group in goods + junks if arguments.peer_per_class else []:
        group.peer = _peer(group.texts[: arguments.peer_per_class])
        _tell(f"FineWeb2: {group.name}")
    _tell("")
    print(json.dumps(_report(goods, junks), ensure_ascii=False, indent=1) if arguments.json else _tables(goods, junks))
    if arguments.misses:
        _print_misses(goods, junks, arguments.misses)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="real good text: SOURCE.jsonl.zst by name")
    parser.add_argument("--recipe", default=str(ROOT / "recipes/korean-web.toml"))
    parser.add_argument("--per-class", type=int, default=150, help="documents of each kind and class")
    parser.add_argument("--peer-per-class", type=int, default=40, help="of these for FineWeb2's rules; 0: none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--split", choices=SPLITS, default="test", help="halves of all words and templates")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--misses", type=int, default=0, help="print so many wrong verdicts of each kind and class")
    parser.add_argument("--speed", action="store_true", help="MB/s and peak memory on documents of 4 KB instead")
    return parser.parse_args()


def labelled(data: Path, *, per_class: int, seed: int, split: str) -> tuple[list[Group], list[Group]]:
    """The labelled set: groups of good documents and groups of junk."""
    real = good.real(data, per_kind=per_class, seed=seed)
    if not real:
        print(f"no .jsonl.zst of the known sources in {data}: only the written documents are good ones", file=sys.stderr)
    pieces = good.passages(real, split=split)
    goods = [Group(name, texts) for name, texts in (real | good.written_groups()).items()]
    junks = [
        Group(name, junk.documents(name, number=per_class, seed=seed, split=split, passages=pieces))
        for name in junk.generators()
    ]
    return goods, junks


class OurRules:
    """The rules of a recipe, applied as the filter stage applies them: the one place that knows how."""

    def __init__(self, recipe: str) -> None:
        from pipelines.judge import Judge
        from pipelines.recipe import load_recipe

        self._judge = Judge(load_recipe(recipe).recipe)

    def __call__(self, texts: Sequence[str]) -> list[list[Failure]]:
        documents = [Document(id=str(number), text=text) for number, text in enumerate(texts)]
        return [verdict.failures for verdict in self._judge.judge(documents)]


def _peer(texts: Sequence[str]) -> list[bool]:
    from . import fineweb2

    return [fineweb2.keeps(text) for text in texts]


def _tell(name: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{name:<60}", end="", file=sys.stderr, flush=True)


def _right(name: str) -> tuple[str, ...]:
    return RIGHT_RULES[name.split(",")[0]]


def _report(goods: list[Group], junks: list[Group]) -> dict[str, Any]:
    return {
        "good": [{"kind": g.name, "n": len(g.texts), "kept": g.kept, "fineweb2_kept": g.peer_kept} for g in goods],
        "junk": [
            {
                **{"class": g.name, "n": len(g.texts), "dropped": 1 - g.kept, "named": g.named(_right(g.name))},
                "fineweb2_dropped": 1 - g.peer_kept,
            }
            for g in junks
        ],
        "rules_on_good": dict(_rules(goods)),
    }


def _rules(groups: list[Group]) -> list[tuple[str, int]]:
    counts = Counter(rule for group in groups for failures in group.failures for rule in {f.rule for f in failures})
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _tables(goods: list[Group], junks: list[Group]) -> str:
    rows = ["", f"{'good documents, kept %':<42}{'n':>6}{'ours':>8}{'FineWeb2':>10}"]
    rows += [f"{g.name:<42}{len(g.texts):>6}{_percent(g.kept, GOOD_GOAL):>8}{_plain(g.peer, g.peer_kept):>10}" for g in goods]
    rows.append(f"{'all':<42}{sum(len(g.texts) for g in goods):>6}{_over(goods, 'kept'):>7}{_over(goods, 'peer_kept'):>9}")
    rows += ["", f"{'junk, dropped %':<42}{'n':>6}{'ours':>8}{'named':>8}{'FineWeb2':>10}"]
    for g in junks:
        ours, named = _percent(1 - g.kept, JUNK_GOAL), _percent(g.named(_right(g.name)), JUNK_GOAL)
        rows.append(f"{g.name:<42}{len(g.texts):>6}{ours:>8}{named:>8}{_plain(g.peer, 1 - g.peer_kept):>10}")
    rows += ["", "junk: the rules that hit most, with the share that they hit"]
    rows += [f"{g.name:<26}{_often(g)}" for g in junks]
    rows += ["", "rules that hit good documents"]
    rows += [f"{number:>6}  {rule:<36}{_where(goods, rule)}" for rule, number in _rules(goods)]
    rows += ["", "! misses the goal: 97 % of good kept, 95 % of junk dropped and rightly named"]
    return "\n".join(rows)


def _percent(share: float, goal: float) -> str:
    return f"{'!' if share < goal else ''}{100 * share:.1f}"


def _plain(peer: list[bool], share: float) -> str:
    return f"{100 * share:.1f}" if peer else "-"


def _over(groups: list[Group], key: str) -> str:
    """The mean over all documents."""
    return f"{100 * sum(getattr(g, key) * len(g.texts) for g in groups) / max(1, sum(len(g.texts) for g in groups)):.1f}"


def _often(group: Group) -> str:
    shares = [(rule, number / max(1, len(group.texts))) for rule, number in _rules([group])[:4]]
    return ", ".join(f"{rule} {100 * share:.0f}" for rule, share in shares)


def _where(goods: list[Group], rule: str) -> str:
    hits = [(sum(any(f.rule == rule for f in failures) for failures in g.failures), g.name) for g in goods]
    return ", ".join(f"{name} {number}" for number, name in sorted(hits, key=lambda hit: (-hit[0], hit[1])) if number)[:160]


def _print_misses(goods: list[Group], junks: list[Group], number: int) -> None:
    for group in goods:
        wrong = [(text, failures) for text, failures in zip(group.texts, group.failures, strict=True) if failures]
        _print_some("good but dropped", group.name, wrong[:number])
    for group in junks:
        right = _right(group.name)
        pairs = list(zip(group.texts, group.failures, strict=True))
        kept = [(text, failures) for text, failures in pairs if not failures]
        unnamed = [(t, fs) for t, fs in pairs if fs and not any(f.rule.startswith(right) for f in fs)]
        _print_some("junk but kept", group.name, kept[:number])
        _print_some("junk, dropped by another name", group.name, unnamed[:number])


def _print_some(what: str, name: str, wrong: list[tuple[str, list[Failure]]]) -> None:
    for text, failures in wrong:
        told = "; ".join(f"{f.rule} {_number(f.value)} ({_number(f.threshold)}) {f.detail}".rstrip() for f in failures)
        print(f"\n=== {what}: {name} [{told}]\n{text[:700]}")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


if __name__ == "__main__":
    main()
