"""PII: recall, look-alikes left alone, precision and speed of our scanner, of stock Presidio, of ko-pii and of datatrove.

    python -m benchmarks.pii [--seed N] [--sentences N] [--json] [--misses N] [--speed] [--only NAME]

Two labelled sets in the same run: sentences of our own generator (``benchmarks/pii_sentences``, written without a look at
the recognisers) and the official documents of ko-pii's generator. Recall is shown as *covered* (spans of the right entity cover
every character) and, for tools that name things differently, as *hidden* (spans of any entity do). Speed is of one process
on one core, on real Korean documents of 4 KB where ``--data`` has them, else on generated ones; tools slower by far get fewer.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from typing import Any

from .measuring import ROOT
from .pii_sentences.finders import FINDERS, HOW_PEERS_RUN, Find
from .pii_sentences.generate import ENTITIES, generate
from .pii_sentences.marked import Sentence
from .pii_sentences.peer_corpus import ko_pii_documents
from .pii_sentences.scoring import Scores, around, score

_ACCURACY = ("malmoi", "presidio", "ko-pii", "datatrove")
_DOCUMENT_BYTES = 4096
# Documents of 4 KB that each tool gets in the speed test: so many that it takes seconds, not minutes.
_NUM_DOCUMENTS = {
    "malmoi": 1200,
    "presidio": 80,
    "ko-pii": 120,
    "datatrove": 1200,
    "presidio+ours": 80,
    "presidio+ours-nlp": 80,
}
# Ratios are of the documents that every tool gets.
_NUM_COMMON = 80


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--sentences", type=int, default=6000, help="of our generator; ko-pii's gives a tenth as many documents"
    )
    parser.add_argument("--json", action="store_true", help="everything as one JSON object")
    parser.add_argument(
        "--misses",
        type=int,
        default=0,
        metavar="N",
        help="up to N misses and false alarms of each entity, and finds in real text",
    )
    parser.add_argument("--speed", action="store_true", help="only the speeds")
    parser.add_argument("--only", action="append", choices=list(FINDERS), help="only this tool (may be repeated)")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/ko", help="Korean .jsonl.zst for the speeds")
    parser.add_argument("--speed-of", choices=list(FINDERS), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.speed_of:
        print(json.dumps(_speed(arguments.speed_of, arguments.data, arguments.seed)))
        return
    report: dict[str, Any] = {"seed": arguments.seed, "sentences": arguments.sentences, "how peers run": HOW_PEERS_RUN}
    scores: dict[str, dict[str, Scores]] = {}
    if not arguments.speed:
        names = list(arguments.only or _ACCURACY)
        scores = _accuracy(names, seed=arguments.seed, num_sentences=arguments.sentences)
        report["accuracy"] = {set_: {name: _as_json(s) for name, s in of.items()} for set_, of in scores.items()}
    if arguments.speed or not arguments.misses:
        report["speed"] = {name: _speed_in_process(name, arguments) for name in arguments.only or FINDERS}
    if arguments.json:
        print(json.dumps(report, ensure_ascii=False, indent=1))
        return
    for set_, of in scores.items():
        _print_accuracy(set_, of)
        for name in arguments.only or ("malmoi",):
            _print_misses(of[name], arguments.misses, f"{name} on {set_}")
    if arguments.misses:
        for name in arguments.only or ("malmoi",):
            _print_found(name, arguments)
    _print_speed(report.get("speed", {}))
    for name, how in HOW_PEERS_RUN.items():
        print(f"{name}: {how}")


def _accuracy(names: list[str], *, seed: int, num_sentences: int) -> dict[str, dict[str, Scores]]:
    sets: dict[str, list[Sentence]] = {
        "our sentences": generate(seed=seed, num_sentences=num_sentences),
        "ko-pii's documents": ko_pii_documents(seed=seed, num_documents=max(1, num_sentences // 10)),
    }
    scores: dict[str, dict[str, Scores]] = {set_: {} for set_ in sets}
    for name in names:
        find = FINDERS[name]()
        for set_, sentences in sets.items():
            started = time.monotonic()
            scores[set_][name] = score(sentences, find)
            print(f"{name} on {set_}: {time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)
    return scores


def documents(data: Path, *, count: int, seed: int) -> tuple[str, list[str]]:
    """What they are, and up to ``count`` texts of 4 KB."""
    files = sorted(data.glob("*.jsonl.zst"))
    if files:
        rows = zip_longest(*(_pieces(file, count) for file in files))
        texts = [text for row in rows for text in row if text]
        return f"Korean documents of {data}", texts[:count]
    texts, text = [], ""
    for sentence in generate(seed=seed, num_sentences=count * 90):
        text += sentence.text + "\n"
        if len(text.encode()) >= _DOCUMENT_BYTES:
            texts.append(text)
            text = ""
    return "generated documents (dense with personal data)", texts[:count]


def _pieces(file: Path, count: int) -> Iterator[str]:
    """The first 4 KB of each document that has so much, at most ``count``."""
    import zstandard

    num = 0
    with zstandard.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            raw = json.loads(line)["text"].encode()
            if len(raw) >= _DOCUMENT_BYTES and num < count:
                num += 1
                yield raw[:_DOCUMENT_BYTES].decode(errors="ignore")


def _speed(name: str, data: Path, seed: int) -> dict[str, Any]:
    """Of CPU time, over all documents of this tool and over the common ones."""
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[-1]})
    what, texts = documents(data, count=_NUM_DOCUMENTS[name], seed=seed)
    before = _peak_mb()
    find = FINDERS[name]()
    num_spans = sum(len(find(text)) for text in texts)
    mb_s, mb_s_common = _best_mb_s(find, texts), _best_mb_s(find, texts[:_NUM_COMMON])
    return {
        **{"documents": len(texts), "what": what, "mb_s": mb_s, "mb_s_common": mb_s_common, "spans": num_spans},
        **{"peak_mb": _peak_mb(), "peak_mb_before": before},
    }


def _peak_mb() -> float:
    """Of this program; ``getrusage`` would also count the process that forked it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


def _best_mb_s(find: Find, texts: list[str]) -> float:
    """The best of three passes."""
    seconds = []
    for _ in range(3):
        started = time.process_time()
        for text in texts:
            find(text)
        seconds.append(time.process_time() - started)
    return sum(len(text.encode()) for text in texts) / 1e6 / min(seconds)


def _speed_in_process(name: str, arguments: argparse.Namespace) -> dict[str, Any]:
    command = [
        sys.executable,
        "-m",
        "benchmarks.pii",
        "--speed-of",
        name,
        "--data",
        str(arguments.data),
        "--seed",
        str(arguments.seed),
    ]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )
    if done.returncode:
        raise RuntimeError(f"speed of {name}: exit {done.returncode}\n{done.stderr[-2000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"{name}: {result['mb_s']:.3f} MB/s", file=sys.stderr, flush=True)
    return result


def _as_json(scores: Scores) -> dict[str, Any]:
    return {
        "recall": {entity: asdict(recall) for entity, recall in scores.recall.items()},
        "look-alikes": {kind: [scores.clean[kind], number] for kind, number in sorted(scores.look_alikes.items())},
        **{"left alone": scores.left_alone, "precision": scores.precision, "spans": scores.num_spans},
    }


def _print_accuracy(set_: str, of: dict[str, Scores]) -> None:
    print(f"\n{set_}: recall (ours: exact / covered / hidden; others: covered / hidden)")
    print(f"{'':<22}{'items':>6}" + "".join(f"{name:>{22 if name == 'malmoi' else 15}}" for name in of))
    first = next(iter(of.values()))
    for entity in (entity for entity in ENTITIES if entity in first.recall):
        cells = []
        for name, scores in of.items():
            recall = scores.recall[entity]
            keys = ("exact", "covered", "hidden") if name == "malmoi" else ("covered", "hidden")
            cell = " ".join(f"{getattr(recall, key) / recall.num:.3f}" for key in keys)
            cells.append(f"{cell:>{22 if name == 'malmoi' else 15}}")
        print(f"{entity:<22}{first.recall[entity].num:>6}" + "".join(cells))
    for title, key in (("look-alikes left alone", "left_alone"), ("precision of all spans", "precision")):
        cells = [f"{getattr(scores, key):>{22 if name == 'malmoi' else 15}.4f}" for name, scores in of.items()]
        print(f"{title:<22}{first.look_alikes.total() if key == 'left_alone' else '':>6}" + "".join(cells))
    for kind in sorted(first.look_alikes):
        cells = []
        for name, scores in of.items():
            cells.append(f"{scores.clean[kind] / scores.look_alikes[kind]:>{22 if name == 'malmoi' else 15}.3f}")
        print(f"  {kind[:19]:<20}{first.look_alikes[kind]:>6}" + "".join(cells))


def _print_misses(scores: Scores, number: int, title: str) -> None:
    if not number:
        return
    print(f"\n{title}: recall of forms under 0.995 (covered / items)")
    for (entity, form), recall in sorted(scores.forms.items()):
        if recall.covered / recall.num < 0.995:
            print(f"  {entity} [{form}] {recall.covered} / {recall.num}")
    for what, examples in (("missed", scores.misses), ("false alarms", scores.false_alarms)):
        for entity, places in sorted(examples.items()):
            print(f"\n{title}: {what} {entity} ({len(places)})")
            for form, place in places[:: max(1, len(places) // number)][:number]:
                print(f"  [{form}] {place}")


def _print_found(name: str, arguments: argparse.Namespace) -> None:
    """What the tool finds in the documents of the speed test, which nobody labelled: to be read, and judged, by people."""
    what, texts = documents(arguments.data, count=_NUM_DOCUMENTS[name], seed=arguments.seed)
    find, places = FINDERS[name](), dict[str, dict[str, str]]()
    for text in texts:
        for span in find(text):
            places.setdefault(span.entity, {}).setdefault(text[span.start : span.end], around(text, span.start, span.end))
    print(f"\n{name} on {what}: distinct values found in {len(texts)} texts of 4 KB")
    for entity, examples in sorted(places.items()):
        print(f"{entity} ({len(examples)})")
        for place in list(examples.values())[:: max(1, len(examples) // arguments.misses)][: arguments.misses]:
            print(f"  {place}")


def _print_speed(speeds: dict[str, dict[str, Any]]) -> None:
    if not speeds:
        return
    print(f"\nspeed, one core, 4 KB: {next(iter(speeds.values()))['what']}")
    columns = (
        f"{'documents':>10}{'MB/s':>9}{'spans':>8}{'peak MB':>9}{f'MB/s of first {_NUM_COMMON}':>18}{'ours is x times':>17}"
    )
    print(f"{'':<18}{columns}")
    for name, speed in speeds.items():
        common = speed["mb_s_common"]
        ratio = f"{speeds['malmoi']['mb_s_common'] / common:.1f}" if "malmoi" in speeds else ""
        cells = f"{speed['documents']:>10}{speed['mb_s']:>9.3f}{speed['spans']:>8}{speed['peak_mb']:>9.0f}"
        print(f"{name:<18}{cells}{common:>18.3f}{ratio:>17}")


if __name__ == "__main__":
    main()
