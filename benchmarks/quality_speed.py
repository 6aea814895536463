"""How fast: the cheap gates, the whole filter stage, and datatrove's Korean pipeline, on the same documents of 4 KB.

    python -m benchmarks.quality --speed [--data DIR] [--recipe FILE]

Each runs in a process of its own on one core; seconds are of its CPU time, so that a busy machine does not count. Models
are loaded, and a hundred documents judged, before the clock runs.
datatrove's pipeline is its rules with FineWeb2's numbers and its Korean word tokenizer; being slow, it judges the first
documents only, for half a minute.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from filters.document import Document

from . import good
from .measuring import ROOT

DOCUMENT_BYTES = 4000
_MOST_BYTES = 12_000_000
_BATCH = 1000
_WARM = 100
_PEER_SECONDS = 30.0
_NAMES = ("cheap gates", "filter stage", "datatrove")
#: The rules that look at characters, words and lines only.
CHEAP = ("character_shares", "fineweb_quality", "gopher_quality", "gopher_repetition", "length")


def main(data: Path, recipe: str) -> None:
    """Prints MB/s, peak memory and ratios."""
    rows = {name: _measured(name, data, recipe) for name in _NAMES}
    print(f"{'one core':<16}{'documents':>10}{'MB':>8}{'CPU s':>8}{'MB/s':>8}{'peak MB':>9}{'kept %':>8}")
    for name, row in rows.items():
        rate = row["bytes"] / row["seconds"] / 1e6
        print(
            f"{name:<16}{row['documents']:>10.0f}{row['bytes'] / 1e6:>8.2f}{row['seconds']:>8.2f}{rate:>8.2f}"
            f"{row['peak_bytes'] / 1e6:>9.0f}{100 * row['kept'] / row['documents']:>8.1f}"
        )
    rates = {name: row["bytes"] / row["seconds"] for name, row in rows.items()}
    print(f"filter stage over datatrove {rates['filter stage'] / rates['datatrove']:.1f}x")
    print(f"cheap gates over datatrove {rates['cheap gates'] / rates['datatrove']:.1f}x")


def documents(data: Path) -> list[str]:
    """Pieces of 4 KB of the real good text, cut at line ends or spaces, the sources by turns."""
    by_source: list[list[str]] = []
    for source in sorted(good.KIND_OF_SOURCE):
        if (data / f"{source}.jsonl.zst").exists() and good.KIND_OF_SOURCE[source] != "dialogue":
            by_source.append(_pieces(good.documents(data / f"{source}.jsonl.zst", most_chars=200_000)))
    turns = max(map(len, by_source), default=0)
    mixed = [pieces[turn] for turn in range(turns) for pieces in by_source if turn < len(pieces)]
    return mixed[: _MOST_BYTES // DOCUMENT_BYTES]


def _pieces(texts: list[str]) -> list[str]:
    found: list[str] = []
    for text in texts:
        raw = text.encode()
        while len(raw) >= DOCUMENT_BYTES:
            head = raw[:DOCUMENT_BYTES].decode(errors="ignore")
            cut = max(head.rfind("\n"), head.rfind(" "))
            piece = head[: cut if cut > len(head) // 2 else len(head)]
            found.append(piece)
            raw = raw[len(piece.encode()) :]
    return found


def _measured(name: str, data: Path, recipe: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.quality_speed", "--only", name, "--data", str(data), "--recipe", recipe]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def _run(name: str, data: Path, recipe: str) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    texts = documents(data)
    judge = {"cheap gates": _cheap_gates, "filter stage": _filter_stage, "datatrove": _datatrove}[name](recipe)
    judge(texts[:_WARM])
    most = _PEER_SECONDS if name == "datatrove" else float("inf")
    size = 20 if name == "datatrove" else _BATCH
    judged = num_bytes = kept = 0
    start = time.process_time()
    for first in range(_WARM, len(texts), size):
        part = texts[first : first + size]
        kept += judge(part)
        judged += len(part)
        num_bytes += sum(len(text.encode()) for text in part)
        if time.process_time() - start > most:
            break
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"documents": judged, "bytes": num_bytes, "seconds": seconds, "peak_bytes": peak, "kept": kept}))


def _filter_stage(recipe: str) -> Callable[[list[str]], int]:
    """All that the stage does: language, every rule with the morphological ones, personal data taken out."""
    from pipelines.recipe import load_recipe
    from pipelines.stages.filter import Filter

    stage = Filter(load_recipe(recipe).recipe)
    stage.setup()

    def run(texts: list[str]) -> int:
        documents = [Document(id=str(number), text=text) for number, text in enumerate(texts)]
        return int((~stage.judge_and_edit(documents)[0].failed).sum())

    return run


def _cheap_gates(recipe: str) -> Callable[[list[str]], int]:
    """The cheap rules with the recipe's Korean numbers, all of them on every document; no language identification."""
    import numpy as np

    from filters.batch import Batch, findings
    from filters.words import word_splitter
    from pipelines.recipe import load_recipe, made_rule

    wanted = load_recipe(recipe).recipe.rules_for("ko")
    split = word_splitter(wanted.words)
    rules = [made_rule(name, wanted.rules.get(name, {})) for name in CHEAP]

    def run(texts: list[str]) -> int:
        batch = Batch([Document(id=str(number), text=text) for number, text in enumerate(texts)], split_words=split)
        failed = np.zeros(len(texts), dtype=np.bool_)
        for rule in rules:
            for finding in findings([rule], batch):
                failed[finding.rows] = True
        return int((~failed).sum())

    return run


def _datatrove(_recipe: str) -> Callable[[list[str]], int]:
    from . import fineweb2

    return lambda texts: sum(map(fineweb2.keeps, texts))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--recipe", required=True)
    given = parser.parse_args()
    _run(given.only, given.data, given.recipe)
