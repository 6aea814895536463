"""Peak memory of a build must not grow with the corpus: 200 MB of text against 2 GB.

    python -m benchmarks.memory [--small 200] [--large 2000] [--until shards]

The corpus is made by rule (the tests' generator with other numbers), so no two documents are equal.
"""

import argparse
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import zstandard

from tests.end_to_end import corpus as made

from .measuring import Measured, measure

_FILE_BYTES = 40_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=200, help="MB of text")
    parser.add_argument("--large", type=int, default=2000, help="MB of text")
    parser.add_argument("--until", default="shards")
    parser.add_argument("--workers", default="2")
    arguments = parser.parse_args()
    measured = [_build(size, arguments.until, arguments.workers) for size in (arguments.small, arguments.large)]
    print(f"{'text MB':>8}{'wall s':>9}{'peak MB, all':>14}{'peak MB, largest':>18}")
    for size, m in zip((arguments.small, arguments.large), measured, strict=True):
        print(f"{size:>8}{m.wall_s:>9.0f}{m.peak_bytes / 1e6:>14.0f}{m.largest_bytes / 1e6:>18.0f}")
    small, large = measured
    ratios = (large.peak_bytes / small.peak_bytes, large.largest_bytes / small.largest_bytes)
    print("large over small: all {:.2f}, largest {:.2f}".format(*ratios))


def _build(megabytes: int, until: str, workers: str) -> Measured:
    directory = Path(tempfile.mkdtemp(prefix="memory-"))
    try:
        _make(directory / "data", megabytes * 1_000_000)
        recipe = made.write_recipe(
            directory / "memory.toml", directory / "data", tokenizer='vocab_size = 8000\ntrain_bytes = "6MB"'
        )
        text = recipe.read_text(encoding="utf-8").replace('"60KB"', '"16MB"').replace("shard_tokens = 60000", "")
        recipe.write_text(text.replace("sequence_length = 512", "sequence_length = 4096"), encoding="utf-8")
        command = ["malmoi", "build", recipe, "--out", directory / "run", "--until", until, "--quiet", "--workers", workers]
        return measure([sys.executable, "-m", *command])
    finally:
        shutil.rmtree(directory)


def _make(root: Path, num_bytes: int) -> None:
    """A third each of Korean, English and code: documents of many made sentences in a random order, no two the same."""
    made.make_corpus(root, documents=30)
    rng = random.Random(5)
    for language, words in (("ko", made.KOREAN), ("en", made.ENGLISH)):
        pool = [made.document(words, rng) for _ in range(2_000)]
        for number, texts in enumerate(_filled(pool, num_bytes // 3, rng)):
            rows = [(f"big-{language}-{number}-{index}", text) for index, text in enumerate(texts)]
            data = zstandard.ZstdCompressor().compress(made.json_lines(rows))
            (root / language / f"big{number:04d}.jsonl.zst").write_bytes(data)
    pool = [made.module(rng, number) for number in range(2_000)]
    for number, texts in enumerate(_filled(pool, num_bytes // 3, rng)):
        directory = root / "code/pkg" / f"big{number:04d}"
        directory.mkdir()
        for index, text in enumerate(texts):
            (directory / f"m{index:06d}.py").write_text(text, encoding="utf-8")


def _filled(pool: list[str], num_bytes: int, rng: random.Random) -> Iterator[list[str]]:
    """Lists of texts of about _FILE_BYTES together, each text of six from the pool, until there are ``num_bytes``."""
    written = 0
    while written < num_bytes:
        texts: list[str] = []
        size = 0
        while size < min(_FILE_BYTES, num_bytes - written):
            texts.append("\n\n".join(rng.sample(pool, 6)))
            size += len(texts[-1].encode())
        written += size
        yield texts


if __name__ == "__main__":
    main()
