"""Ingest, filter and exact dedup: the engine against a plain Python loop and against datatrove's executor.

    python -m benchmarks.curation [--data DIR] [--repeats N] [--copies N]

``--copies 4`` takes every file four times, for a run of minutes, in which the start of processes does not count; the
documents of the last three are then exact duplicates.
Same files, same rules, same splitter of words and same language identification for all three. The plain loop reads,
normalises, judges (a thousand at a time), hashes and writes Parquet with the project's own functions and nothing else: what
the engine adds on top of it is what partitions, ledger, hashes, manifests and Beam cost. datatrove runs its own reader, its
own Gopher and FineWeb filters and its own exact dedup; it stops at a document's first failing rule, ours name every one.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from .measuring import ROOT, Measured, measure

_RULES = """
[filter.default]
[filter.default.gopher_repetition]
[filter.default.gopher_quality]
min_stop_words = 0
[filter.default.fineweb_quality]
"""
_RECIPE = """
name = "curation"
root = "{root}"
partition_bytes = "{partition}MB"
[segments]
korean = ["ko"]
multilingual = ["en", "ja", "de", "fr", "zh"]
[[source]]
name = "data"
format = "jsonl"
id = "path"
paths = {paths}
{rules}
[pii]
remove = false
[dedup.lines]
remove = false
[dedup.near]
remove = false
[tokenizer]
[mix]
korean = "1/3"
multilingual = "1/3"
code = "1/3"
"""

_NAMES = ("loop", "datatrove", "engine, 1 worker", "engine, 2 workers")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=Path, default=ROOT.parent / "shared/data", help="holds ko/ and multilingual/ (.jsonl.zst)"
    )
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--copies", type=int, default=1, help="how often each file is taken")
    parser.add_argument("--partition", type=int, default=4, help="partition_bytes in MB")
    parser.add_argument("--run", nargs="+", choices=_NAMES, help="only these (default: all four)")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only:
        _PEERS[arguments.only](arguments.data, arguments.out)
        return
    if not input_files(arguments.data):
        sys.exit(f"no .jsonl.zst in {arguments.data}/ko or /multilingual; give --data DIR")
    with tempfile.TemporaryDirectory(prefix="curation-data-") as copied:
        data = arguments.data if arguments.copies == 1 else _copies(arguments.data, Path(copied), arguments.copies)
        num_bytes, num_documents = _size(input_files(data))
        print(f"{len(input_files(data))} files, {num_documents:,} documents, {num_bytes / 1e6:.1f} MB of text")
        rows: dict[str, list[Measured]] = {}
        for _ in range(arguments.repeats):
            for name in arguments.run or _NAMES:
                rows.setdefault(name, []).append(_run(name, data, arguments.partition))
                print(f"{name}: {rows[name][-1].wall_s:.1f} s", file=sys.stderr, flush=True)
    _print(rows, num_bytes, num_documents)


def _copies(data: Path, directory: Path, number: int) -> Path:
    """A directory that holds every input file ``number`` times."""
    for path in input_files(data):
        target = directory / path.parent.name
        target.mkdir(exist_ok=True)
        for copy in range(number):
            shutil.copy(path, target / f"{copy}-{path.name}")
    return directory


def input_files(data: Path) -> list[Path]:
    return [path for part in ("ko", "multilingual") for path in sorted((data / part).glob("*.jsonl.zst"))]


def _records(files: list[Path]) -> Iterator[tuple[Path, Any]]:
    from pipelines.readers import jsonl
    from pipelines.readers.record import Piece, ReaderSettings, Record

    for path in files:
        piece = Piece(str(path), 0, None, path.stat().st_size)
        for item in jsonl.read(piece, settings=ReaderSettings()):
            if isinstance(item, Record):
                yield path, item


def _size(files: list[Path]) -> tuple[int, int]:
    sizes = [len(record.text.encode()) for _, record in _records(files)]
    return sum(sizes), len(sizes)


def _recipe(data: Path, directory: Path, partition: int) -> Path:
    path = directory / "curation.toml"
    names = json.dumps([str(file.relative_to(data)) for file in input_files(data)])
    path.write_text(_RECIPE.format(root=data, paths=names, rules=_RULES, partition=partition), encoding="utf-8")
    return path


def _run(name: str, data: Path, partition: int) -> Measured:
    directory = Path(tempfile.mkdtemp(prefix="curation-"))
    try:
        if name.startswith("engine"):
            recipe = _recipe(data, directory, partition)
            command = ["malmoi", "build", recipe, "--out", directory / "run", "--until", "dedup", "--quiet"]
            return measure([sys.executable, "-m", *command, "--workers", name.split()[1]])
        return measure([sys.executable, "-m", "benchmarks.curation", "--only", name, "--data", data, "--out", directory])
    finally:
        shutil.rmtree(directory)


def plain_loop(data: Path, out: Path) -> None:
    """Reads, normalises, judges, drops exact duplicates and writes what is kept."""
    import pyarrow as pa

    from filters.content_hash import content_hash
    from filters.document import DOCUMENT_SCHEMA, Document
    from filters.normalise import normalise
    from pipelines.engine.partition import BATCH_ROWS, TableWriter
    from pipelines.judge import Judge
    from pipelines.recipe import load_recipe

    judge = Judge(load_recipe(str(_recipe(data, out, 4))).recipe)
    seen: set[bytes] = set()
    for file in input_files(data):
        writer = TableWriter(str(out / f"{file.parent.name}-{file.name}.parquet"), DOCUMENT_SCHEMA)
        records = (record for _, record in _records([file]))
        while some := [*islice(records, BATCH_ROWS)]:
            documents = [Document(id=f"{file}#{record.ordinal}", text=normalise(record.text)[0]) for record in some]
            rows: list[dict[str, Any]] = []
            for document, verdict in zip(documents, judge.judge(documents), strict=True):
                if verdict.failures or (digest := content_hash(document.text, code=False)) in seen:
                    continue
                seen.add(digest)
                told = {"segment": verdict.segment, "language": verdict.language, "language_score": verdict.language_score}
                place = {"id": document.id, "text": document.text, "source": "data", "uri": str(file), "licence": ""}
                rows.append({**place, **told, "scores": {}, "metadata": {}})
            writer.write(pa.RecordBatch.from_pylist(rows, schema=DOCUMENT_SCHEMA))
        writer.close()


def datatrove(data: Path, out: Path) -> None:
    """The same with datatrove 0.10: three pipelines, as its exact dedup wants."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup.exact_dedup import (
        ExactDedupConfig,
        ExactDedupFilter,
        ExactDedupSignature,
        ExactFindDedups,
    )
    from datatrove.pipeline.filters import (
        FineWebQualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
        LambdaFilter,
    )
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import ParquetWriter
    from datatrove.utils.hashing import HashConfig

    from filters.language import LanguageIdentifier
    from filters.normalise import normalise
    from filters.words import word_splitter
    from tests.filters.rules.datatrove_peer import our_splitters

    identifier = LanguageIdentifier()
    wanted = {"ko", "en", "ja", "de", "fr", "zh"}

    def in_a_wanted_language(document: Any) -> bool:
        document.text, _ = normalise(document.text)
        return identifier.identify(document.text)[0] in wanted

    config = ExactDedupConfig(content_getter=lambda document: document.text, hash_config=HashConfig(hash_fc="sha1"))
    names = [str(path.relative_to(data)) for path in input_files(data)]
    (out / "paths.txt").write_text("\n".join(names), encoding="utf-8")
    filtered, signatures, found = (str(out / name) for name in ("filtered", "signatures", "found"))

    def reader(folder: str, **options: Any) -> Any:
        from datatrove.pipeline.readers import ParquetReader

        return ParquetReader(folder, **options)

    pipelines = [
        [
            JsonlReader(str(data), paths_file=str(out / "paths.txt"), compression="zstd"),
            LambdaFilter(in_a_wanted_language),
            GopherRepetitionFilter(),
            GopherQualityFilter(min_stop_words=0),
            FineWebQualityFilter(),
            ParquetWriter(filtered, output_filename="${rank}.parquet"),
        ],
        [reader(filtered), ExactDedupSignature(signatures, config=config)],
        [ExactFindDedups(signatures, found, config=config)],
        [reader(filtered), ExactDedupFilter(found, config=config), ParquetWriter(str(out / "kept"))],
    ]
    with our_splitters(word_splitter("unicode")):
        for number, steps in enumerate(pipelines):
            LocalPipelineExecutor(pipeline=steps, tasks=1, workers=1, logging_dir=str(out / f"logs-{number}")).run()


_PEERS = {"loop": plain_loop, "datatrove": datatrove}


def _print(rows: dict[str, list[Measured]], num_bytes: int, num_documents: int) -> None:
    walls = {name: statistics.median(m.wall_s for m in measured) for name, measured in rows.items()}
    cpus = {name: statistics.median(m.cpu_s for m in measured) for name, measured in rows.items()}
    print(f"{'':<20}{'wall s':>9}{'CPU s':>9}{'MB/s':>8}{'documents/s':>13}{'peak MB':>9}{'largest MB':>12}")
    for name, measured in rows.items():
        peak, largest = (max(getattr(m, key) for m in measured) / 1e6 for key in ("peak_bytes", "largest_bytes"))
        print(
            f"{name:<20}{walls[name]:>9.1f}{cpus[name]:>9.1f}{num_bytes / 1e6 / walls[name]:>8.2f}"
            f"{num_documents / walls[name]:>13,.0f}{peak:>9.0f}{largest:>12.0f}"
        )
    loop, peer, one, two = _NAMES
    for over, under, told in ((one, loop, "engine over loop"), (peer, one, "datatrove over engine"), (one, two, "two workers")):
        if over in rows and under in rows:
            print(f"{told}: wall {walls[over] / walls[under]:.2f}, CPU {cpus[over] / cpus[under]:.2f}")


if __name__ == "__main__":
    main()
