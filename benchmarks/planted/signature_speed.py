"""How fast signatures are made: ours and datatrove's first stage with the same bands and rows, and rensa's, one core each.

Enters: documents. Leaves: MB/s of UTF-8 text, by CPU time, the peak resident memory and how
much of it came with the documents. Each tool runs in a process of its own; models are loaded and some documents signed
before the clock runs. The slow ones get fewer documents.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ..measuring import ROOT
from . import tools

_BATCH = 1000
_WARM = 20
_MIN_SECONDS = 3.0


def main(texts: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="signatures-") as directory:
        documents = Path(directory, "documents.json")
        documents.write_text(json.dumps(texts), encoding="utf-8")
        rows = {name: _measured(name, documents) for name in _TOOLS}
    rates = {name: row["bytes"] / row["seconds"] / 1e6 for name, row in rows.items()}
    print(f"\nSignatures, one core, {tools.BUCKETS} x {tools.HASHES} values a kind of shingle unless said otherwise:\n")
    print("| tool                     |     MB |  CPU s |   MB/s | peak MB | grown by MB |")
    print("|--------------------------|-------:|-------:|-------:|--------:|------------:|")
    for name, row in rows.items():
        print(
            f"| {name:<24} | {row['bytes'] / 1e6:>6.2f} | {row['seconds']:>6.2f} | {rates[name]:>6.3f} |"
            f" {row['peak_bytes'] / 1e6:>7.0f} | {row['grown_bytes'] / 1e6:>11.0f} |"
        )
    print(f"\nours over datatrove {rates['ours'] / rates['datatrove']:.0f}x; ", end="")
    print(f"over datatrove without its analyser {rates['ours'] / rates['datatrove, no analyser']:.1f}x")


def _measured(name: str, documents: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.planted.signature_speed", name, str(documents)]
    single = {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **single, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def _ours(bands: int, rows: int) -> Callable[[Sequence[str]], None]:
    from filters.near_duplicates.sketch import MinHash

    minhash = MinHash(bands=bands, rows=rows)

    def sign(texts: Sequence[str]) -> None:
        minhash.sketch(texts, languages=["ko"] * len(texts), segments=["korean"] * len(texts))

    return sign


def _ours_default() -> Callable[[Sequence[str]], None]:
    from filters.near_duplicates.sketch import MinHash

    return _ours(MinHash().bands, MinHash().rows)


def _datatrove(*, at_spaces: bool = False) -> Callable[[Sequence[str]], None]:
    """``at_spaces``: its stage without an analyser, to tell what of the time is Kiwi's."""
    tools.use_default_kiwi()
    if at_spaces:
        from datatrove.utils.word_tokenizers import load_word_tokenizer

        load_word_tokenizer("kor_Hang").word_tokenize = str.split

    def sign(texts: Sequence[str]) -> None:
        with tempfile.TemporaryDirectory(prefix="datatrove-") as directory:
            tools.datatrove_signatures(texts, directory)

    return sign


def _rensa(texts: Sequence[str]) -> None:
    tools.rensa_signatures([tools.character_grams(text) for text in texts])


#: A tool's name, how many documents it gets at once, and what makes it ready.
_TOOLS: dict[str, tuple[int, Callable[[], Callable[[Sequence[str]], None]]]] = {
    "ours": (_BATCH, lambda: _ours(tools.BUCKETS, tools.HASHES)),
    "ours, default bands": (_BATCH, _ours_default),
    "datatrove": (100, _datatrove),
    "datatrove, no analyser": (_BATCH, lambda: _datatrove(at_spaces=True)),
    "rensa, characters, 128": (_BATCH, lambda: _rensa),
}


def _run(name: str, texts: Path) -> dict[str, float]:
    """Signs the documents again and again until the clock shows enough."""
    batch, ready = _TOOLS[name]
    documents: list[str] = json.loads(texts.read_text(encoding="utf-8"))
    sign = ready()
    sign(documents[:_WARM])
    before = _peak_bytes()
    num_bytes, at = 0, 0
    start = time.process_time()
    while time.process_time() - start < _MIN_SECONDS:
        some = documents[at : at + batch]
        sign(some)
        num_bytes += sum(len(text.encode()) for text in some)
        at = at + batch if at + batch < len(documents) else 0
    seconds = time.process_time() - start
    peak = _peak_bytes()
    return {"bytes": num_bytes, "seconds": seconds, "peak_bytes": peak, "grown_bytes": peak - before}


def _peak_bytes() -> int:
    """Of this process alone: ``ru_maxrss`` would begin at what the process that started it had."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) * 1024 if found else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=list(_TOOLS))
    parser.add_argument("documents", type=Path, help="JSON, a list of texts")
    given = parser.parse_args()
    print(json.dumps(_run(given.name, given.documents)))
