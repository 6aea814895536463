"""Boilerplate lines and repeated passages: speed of each step on one core, with memory, on real documents.

    python -m benchmarks.repeats [--data DIR] [--megabytes N]

Documents of DIR (`.jsonl.zst`, as ``shared/data/ko``) are written as partitions of 16 MB over and over until there are N MB,
every page on a made-up site of 200 pages with a menu and a footer, so that every page is edited: the worst that lines can be.
Each setting runs the stages ``repeats-index``, ``repeats`` and
``dedup`` in a process of its own; dedup with nothing to find is what the others are to be compared with. Seconds are of CPU.
"""

import argparse
import io
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import zstandard

from .measuring import ROOT, measure

SETTINGS: dict[str, dict[str, Any]] = {
    "neither": {"lines": {"remove": False}},
    "lines": {},
    "report passages": {"lines": {"remove": False}, "substrings": {"action": "report"}},
    "cut passages": {"lines": {"remove": False}, "substrings": {"action": "cut"}},
    "lines and cut": {"substrings": {"action": "cut"}},
}
STAGES = ("repeats-index", "repeats", "dedup")
_PARTITION_BYTES = 16_000_000
_PAGES = 200
_PAGE_CHARS = 1_000
_MENU = "홈 | 회사소개 | 공지사항 | 고객센터 | 로그인"
_FOOTER = "저작권자 ⓒ 말모이일보 무단전재 및 재배포 금지\n주소: 서울특별시 종로구 세종대로 1 | 대표전화: 02-123-4567"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/ko")
    parser.add_argument("--megabytes", type=int, default=60)
    arguments = parser.parse_args()
    files = sorted(arguments.data.glob("*.jsonl.zst"))
    if not files:
        sys.exit(f"no .jsonl.zst in {arguments.data}; give --data DIR")
    print(f"{'':<18}" + "".join(f"{stage:>16}" for stage in STAGES) + f"{'MB/s added':>12}{'peak MB':>9}{'index MB':>10}")
    base = 0.0
    for setting in SETTINGS:
        with tempfile.TemporaryDirectory(prefix="repeats-") as directory:
            num_bytes = write_partitions(Path(directory), files, arguments.megabytes * 1_000_000)
            report = Path(directory) / "told.json"
            code = f"import json, pathlib; from benchmarks.repeats import run; p = pathlib.Path({directory!r}); "
            code += f"(p / 'told.json').write_text(json.dumps(run(p, {setting!r})))"
            measure([sys.executable, "-c", code])
            told = json.loads(report.read_text())
        seconds = [told["seconds"].get(stage, 0.0) for stage in STAGES]
        base = base or sum(seconds)
        added = f"{num_bytes / 1e6 / (sum(seconds) - base):.1f}" if sum(seconds) > base else "-"
        cells = "".join(f"{s:>7.1f} s {num_bytes / 1e6 / s if s else 0:>5.0f}/s" for s in seconds)
        print(f"{setting:<18}{cells}{added:>12}{told['peak_bytes'] / 1e6:>9.0f}{told['index_bytes'] / 1e6:>10.1f}", flush=True)


def documents(files: list[Path]) -> Iterator[str]:
    """The documents of all files again and again; short ones (reviews) together, a page's length of them."""
    page = ""
    while True:
        for file in files:
            with file.open("rb") as raw:
                for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(raw), encoding="utf-8"):
                    page += json.loads(line)["text"] + "\n"
                    if len(page) >= _PAGE_CHARS:
                        yield page
                        page = ""


def write_partitions(run_directory: Path, files: list[Path], num_bytes: int) -> int:
    """RUN/filter and RUN/duplicates, with the manifest of the first; the bytes of text."""
    from pipelines.engine.partition import PartitionWriter, TableWriter
    from pipelines.stages.duplicates import LOSERS_SCHEMA

    entries: list[dict[str, Any]] = []
    written = number = 0
    texts = documents(files)
    while written < num_bytes:
        name, size = f"part-{len(entries):05d}", 0
        with PartitionWriter(str(run_directory / "filter"), name) as out:
            while size < _PARTITION_BYTES and written + size < num_bytes:
                text = f"{_MENU}\n\n{next(texts)}\n\n{_FOOTER}"
                uri = f"https://site{number // _PAGES}.kr/{number}"
                out.add((str(number), text, "web", uri, "", "korean", "ko", 1.0, [], []), text_bytes=len(text.encode()))
                size += len(text.encode())
                number += 1
        entries.append(out.entry)
        written += size
        writer = TableWriter(str(run_directory / "duplicates" / f"{name}.parquet"), LOSERS_SCHEMA)
        writer.write(pa.RecordBatch.from_pylist([], schema=LOSERS_SCHEMA))
        writer.close()
    totals = {"kept": sum(entry["kept"] for entry in entries), "stats": {"text_bytes_kept": written}}
    manifest = {"fingerprint": "f", "partitions": entries, "totals": totals}
    (run_directory / "filter" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return written


def run(run_directory: Path, setting: str) -> dict[str, Any]:
    """The stages of one setting, unit by unit; seconds of CPU, and the peak memory of this process."""
    from pipelines.engine.progress import Progress
    from pipelines.engine.stage import commit
    from pipelines.recipe_tables import Recipe
    from pipelines.stages import dedup, repeats, repeats_index
    from pipelines.stages.context import Context

    source = {"name": "web", "format": "jsonl", "paths": ["x"]}
    mix = {"korean": 1, "multilingual": 0, "code": 0}
    recipe = Recipe.model_validate({"name": "r", "source": [source], "dedup": SETTINGS[setting], "tokenizer": {}, "mix": mix})
    context = Context(recipe, str(run_directory), str(run_directory))
    context.manifests["filter"] = json.loads((run_directory / "filter/manifest.json").read_text(encoding="utf-8"))
    context.manifests["duplicates"] = {"fingerprint": "d"}
    seconds: dict[str, float] = {}
    for name, factory in zip(STAGES, (repeats_index.stage, repeats.stage, dedup.stage), strict=True):
        if not (stage := factory(context)):
            continue
        start = time.process_time()
        progress = Progress(stage.run, stage=name)
        for unit in stage.begin():
            commit(stage.directory, unit.name, stage.job.run(unit, directory=stage.directory, progress=progress))
        context.manifests[name] = stage.finish()
        seconds[name] = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    index = run_directory / "repeats-index"
    return {"seconds": seconds, "peak_bytes": peak, "index_bytes": sum(p.stat().st_size for p in index.glob("*.parquet"))}


if __name__ == "__main__":
    main()
