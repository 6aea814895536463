"""Encoding and packing against encoding alone, on the same documents and one core, with memory.

    python -m benchmarks.encode_and_pack [--data DIR] [--copies N]

A run is built up to its tokenizer. Then the same documents are encoded by the tokenizer in a plain loop that keeps nothing,
and by `malmoi build`, which goes on with tokens, plan and shards: fill-in-the-middle, the mix, two lengths, lineage,
checksums. Start-up of processes counts on both sides, so a corpus of minutes says more; ``--copies`` takes every file so
often. The code is Python's own library.
"""

import argparse
import json
import os
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path

from .curation import input_files
from .measuring import ROOT, Measured, measure

_RECIPE = """
name = "encode-and-pack"
root = "{root}"
partition_bytes = "16MB"
[segments]
korean = ["ko"]
multilingual = ["en", "ja", "de", "fr", "zh"]
[[source]]
name = "prose"
format = "jsonl"
id = "path"
paths = {prose}
[[source]]
name = "code"
format = "code-tree"
kind = "code"
paths = {code}
[pii]
remove = false
[dedup]
exact = false
[dedup.lines]
remove = false
[dedup.near]
remove = false
[tokenizer]
vocab_size = 32000
train_bytes = "12MB"
[mix]
korean = "1/3"
multilingual = "1/3"
code = "1/3"
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data", help="holds ko/ and multilingual/")
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--encode", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    # One core on both sides.
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    if arguments.encode:
        encode(arguments.encode)
        return
    if not input_files(arguments.data):
        sys.exit(f"no .jsonl.zst in {arguments.data}/ko or /multilingual; give --data DIR")
    with tempfile.TemporaryDirectory(prefix="encode-and-pack-") as directory:
        recipe = _recipe(arguments.data, Path(directory), arguments.copies)
        run = Path(directory) / "run"
        build = [sys.executable, "-m", "malmoi", "build", recipe, "--out", run, "--quiet", "--workers", "1"]
        measure([*build, "--until", "tokenizer"])
        alone = measure([sys.executable, "-m", "benchmarks.encode_and_pack", "--encode", run])
        packed = measure(build)
        _print(run, alone, packed)


def _recipe(data: Path, directory: Path, copies: int) -> Path:
    """The corpus, every file of it so often, and a recipe for it."""
    library = Path(sysconfig.get_path("stdlib"))
    for number in range(copies):
        (directory / f"prose/{number}").mkdir(parents=True)
        for path in input_files(data):
            shutil.copy(path, directory / f"prose/{number}/{path.parent.name}-{path.name}")
        shutil.copytree(library, directory / f"code/{number}", ignore=shutil.ignore_patterns("site-packages", "*.pyc"))
    path = directory / "recipe.toml"
    prose = [f"prose/{number}" for number in range(copies)]
    code = [f"code/{number}" for number in range(copies)]
    path.write_text(_RECIPE.format(root=directory, prose=json.dumps(prose), code=json.dumps(code)), encoding="utf-8")
    return path


def _documents(run: Path) -> list[Path]:
    return sorted((run / "filter").glob("part-*.parquet"))


def encode(run: Path) -> None:
    """The plain loop."""
    import pyarrow.parquet as pq

    from tokenizer.encode import Encoder

    encoder = Encoder(run / "tokenizer/tokenizer.json")
    for path in _documents(run):
        for batch in pq.ParquetFile(path).iter_batches(1_000, columns=["text"]):
            for _ in encoder.encode_batch(batch.column("text").to_pylist()):
                pass


def _print(run: Path, alone: Measured, packed: Measured) -> None:
    manifest = json.loads((run / "filter/manifest.json").read_text(encoding="utf-8"))
    size = manifest["totals"]["stats"]["text_bytes_kept"]
    shards = json.loads((run / "shards/shards.json").read_text(encoding="utf-8"))
    tokens = sum(row["tokens"] for row in shards["segments"].values())
    print(f"{size / 1e6:.0f} MB of text, {tokens / 1e6:.1f} M tokens in the shards")
    print(f"{'':<26}{'CPU s':>8}{'MB/s':>8}{'wall s':>8}{'peak MB':>9}")
    for name, row in (("encoding alone", alone), ("tokens, plan and shards", packed)):
        rate = size / 1e6 / row.cpu_s
        print(f"{name:<26}{row.cpu_s:>8.1f}{rate:>8.2f}{row.wall_s:>8.1f}{row.peak_bytes / 1e6:>9.0f}")
    print(f"speed of both against encoding alone: {alone.cpu_s / packed.cpu_s:.2f}")


if __name__ == "__main__":
    main()
