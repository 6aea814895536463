"""Near-duplicates among 1, 3 and 10 million synthetic signatures: wall time, peak memory, and whether every cluster is right.

    python -m benchmarks.clustering [--sizes 1 3 10] [--workers 2] [--directory /tmp/clustering]

One document in five belongs to a planted cluster of 2 to 10,000; a member keeps each value of its cluster with a chance of
its own between 0.775 and 1, so that similarities in a cluster spread from 0.6 to 1. The files are those that the stage
``signatures`` writes (20 bands of 6 rows for two kinds); the stages ``candidates`` and ``clusters`` run through the engine as
in a build. For clusters of up to --exact members the components are found again by comparing all pairs; for larger ones and for
all other documents it is checked that nothing is joined that was not planted together.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from filters.near_duplicates.buckets import Prints, prints_of, similarities
from filters.near_duplicates.components import connect, singletons
from filters.near_duplicates.sketch import KINDS, band_keys
from pipelines.engine import files
from pipelines.engine.runner import run_stage
from pipelines.recipe_tables import Recipe
from pipelines.stages import candidates, clusters
from pipelines.stages.context import Context
from pipelines.stages.signature_index import CHUNK, rows_schema
from pipelines.stages.signatures import WritingSignatures, fixed_binary, num_ranges_for

from .measuring import measure

SEED = 7
BANDS, ROWS = 20, 6
VALUES = BANDS * ROWS
WIDTH = len(KINDS) * VALUES
PARTITION = 100_000
THRESHOLD = 0.7

Ints = NDArray[np.int64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=float, nargs="+", default=[1, 3, 10], help="millions of documents")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--exact", type=int, default=100)
    parser.add_argument("--directory", help="where to work (default: a temporary directory)")
    parser.add_argument("--run", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        run(arguments.directory, workers=arguments.workers)
        return
    heads = ("documents", "wall s", "CPU s", "peak MB, all", "largest MB", "lost", "checked", "wrong")
    print("".join(f"{head:>14}" for head in heads))
    for millions in arguments.sizes:
        number = int(millions * 1_000_000)
        directory = tempfile.mkdtemp(prefix="clustering-", dir=arguments.directory)
        try:
            make(directory, number, workers=arguments.workers)
            command = [sys.executable, "-m", "benchmarks.clustering", "--run", "--directory", directory]
            measured = measure([*command, "--workers", str(arguments.workers)])
            lost, checked, wrong = check(directory, number, exact=arguments.exact)
        finally:
            shutil.rmtree(directory)
        sizes = [round(size / 1e6) for size in (measured.peak_bytes, measured.largest_bytes)]
        row = (number, round(measured.wall_s), round(measured.cpu_s), *sizes, lost, checked, wrong)
        print("".join(f"{value:>14,}" for value in row), flush=True)


def planted(number: int) -> Ints:
    """The cluster of each document, -1 for those that have none. Sizes follow a power law."""
    rng = np.random.default_rng(SEED)
    sizes: list[int] = []
    while sum(sizes) < number // 5:
        sizes.append(int(min(10_000, 2 * rng.random() ** -1.25)))
    labels = np.full(number, -1, dtype=np.int64)
    members = np.repeat(np.arange(len(sizes)), sizes)[: number // 5]
    labels[rng.permutation(number)[: len(members)]] = members
    return labels


def values_of(documents: Ints, labels: Ints, *, chunk: int) -> NDArray[np.uint32]:
    """The MinHash values of documents, the same ones whenever they are made."""
    rng = np.random.default_rng((SEED, chunk))
    values = rng.integers(0, 1 << 32, (len(documents), WIDTH), dtype=np.uint32)
    own = np.flatnonzero(labels >= 0)
    places = labels[own][:, None].astype(np.uint64) * np.uint64(WIDTH) + np.arange(WIDTH, dtype=np.uint64)
    with np.errstate(over="ignore"):
        places = (places + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        places = (places ^ (places >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    shared = (places >> np.uint64(32)).astype(np.uint32)
    kept = rng.random((len(own), WIDTH), dtype=np.float32) < rng.uniform(0.775, 1, (len(own), 1))
    values[own] = np.where(kept, shared, values[own])
    return values.reshape(len(documents), len(KINDS), VALUES)


def chunks(number: int) -> Iterator[tuple[str, int, Ints]]:
    """The partitions, with the numbers of the documents of each of their chunks."""
    for first in range(0, number, PARTITION):
        end = min(first + PARTITION, number)
        for start in range(first, end, CHUNK):
            yield f"part-{first // PARTITION:05d}", start, np.arange(start, min(start + CHUNK, end))


def make(directory: str, number: int, *, workers: int) -> None:
    labels = planted(number)
    np.save(f"{directory}/planted.npy", labels)
    names = sorted({name for name, _, _ in chunks(number)})
    ranges = num_ranges_for(number * len(KINDS) * BANDS)
    with ProcessPoolExecutor(workers) as pool:
        entries = list(pool.map(make_part, *zip(*((directory, name, number, ranges) for name in names), strict=True)))
    manifest = {
        "fingerprint": "synthetic",
        "config": {"sketch": {"bands": BANDS, "rows": ROWS, "kinds": len(KINDS)}, "ranges": ranges, "generations": 1},
        "partitions": entries,
        "totals": {"stats": {"documents": number}},
    }
    files.write_json(f"{directory}/signatures/manifest.json", manifest)


def make_part(directory: str, name: str, number: int, ranges: int) -> dict[str, Any]:
    labels = np.load(f"{directory}/planted.npy", mmap_mode="r")
    writing = WritingSignatures(f"{directory}/signatures", name, ranges, WIDTH)
    for own, start, documents in chunks(number):
        if own == name:
            values = values_of(documents, np.asarray(labels[documents]), chunk=start)
            keys = band_keys(values, bands=BANDS, rows=ROWS).reshape(len(documents), -1)
            writing.add(_rows(documents, values), keys)
    return writing.close()


def _rows(documents: Ints, values: NDArray[np.uint32]) -> pa.Table:
    size = len(documents)
    keys = np.zeros((size, 16), dtype=np.uint8)
    keys[:, :8] = documents[:, None].view(np.uint8)
    columns = [
        pa.array([f"synthetic-{number:09d}" for number in documents.tolist()]),
        pa.repeat("synthetic", size),
        fixed_binary(keys),
        fixed_binary(keys),
        pa.array(np.zeros(size, dtype=np.int32)),
        pa.array(np.zeros(size, dtype=np.float32)),
        pa.array((documents * 7919 % 5000).astype(np.int32)),
        pa.array(np.full(size, 3, dtype=np.uint8)),
        pa.array(np.full(size, -1, dtype=np.int32)),
        fixed_binary(prints_of(values).reshape(size, WIDTH)),
    ]
    return pa.table(columns, schema=rows_schema(WIDTH))


def recipe() -> Recipe:
    return Recipe.model_validate(
        {
            "name": "clustering",
            "source": [{"name": "synthetic", "format": "jsonl", "paths": ["-"]}],
            "dedup": {"near": {"bands": BANDS, "rows": ROWS, "threshold": THRESHOLD}},
            "tokenizer": {},
            "mix": {"korean": "1/3", "multilingual": "1/3", "code": "1/3"},
        }
    )


def run(directory: str, *, workers: int) -> None:
    context = Context(recipe(), directory, directory)
    context.manifests["signatures"] = files.read_json(f"{directory}/signatures/manifest.json")
    for module, name in ((candidates, "candidates"), (clusters, "clusters")):
        stage = module.stage(context)
        assert stage is not None
        start = time.monotonic()
        context.manifests[name] = run_stage(stage, arguments=[], workers=workers)
        print(name, round(time.monotonic() - start, 1), context.manifests[name]["totals"]["stats"], file=sys.stderr)


def check(directory: str, number: int, *, exact: int) -> tuple[int, int, int]:
    """How many documents are lost, how many clusters were made again by comparing all pairs, and how many things are wrong."""
    labels = np.load(f"{directory}/planted.npy")
    tables = [pq.read_table(path, columns=["cluster", "kept"]) for path in sorted(Path(directory, "clusters").glob("part-*"))]
    found = pa.concat_tables(tables)
    cluster = found["cluster"].to_numpy()
    kept = found["kept"].to_numpy()
    joined = np.flatnonzero(cluster >= 0)
    wrong = int((labels[joined] < 0).sum()) + int((labels[joined] != labels[cluster[joined]]).sum())
    one_each = np.bincount(cluster[joined][kept[joined]], minlength=number)[np.unique(cluster[joined])] == 1
    wrong += int((~one_each).sum()) + int((~kept[cluster < 0]).sum())
    sizes = np.bincount(labels[labels >= 0])
    small = np.flatnonzero(sizes <= exact)
    rng = np.random.default_rng(1)
    chosen = np.sort(rng.choice(small, min(len(small), 2_000), replace=False))
    wanted = _by_brute_force(number, labels, chosen)
    members = np.flatnonzero(np.isin(labels, chosen))
    own = np.where(cluster[members] < 0, members, cluster[members])
    wrong += int((own != wanted[members]).sum())
    return int((~kept).sum()), len(chosen), wrong


def _by_brute_force(number: int, labels: Ints, chosen: Ints) -> Ints:
    """The components of some clusters, from all pairs that share a band and are estimated to be similar enough."""
    members = np.flatnonzero(np.isin(labels, chosen))
    parts: list[NDArray[np.uint32]] = []
    for _, start, documents in chunks(number):
        own = members[(members >= start) & (members <= documents[-1])] - start
        if len(own):
            parts.append(values_of(documents, labels[documents], chunk=start)[own])
    values = np.concatenate(parts)
    keys = band_keys(values, bands=BANDS, rows=ROWS).reshape(len(members), -1)
    prints = Prints(prints_of(values), np.full(len(members), 3, dtype=np.uint8))
    order = np.argsort(labels[members], kind="stable")
    ends = np.flatnonzero(np.diff(labels[members][order], append=-1)) + 1
    found = singletons(number)
    for own in np.split(order, ends[:-1]):
        one, other = (own[side] for side in np.triu_indices(len(own), 1))
        similar = (similarities(prints, one, other) >= THRESHOLD) & (keys[one] == keys[other]).any(axis=1)
        connect(found, members[one[similar]], members[other[similar]])
    return found


if __name__ == "__main__":
    main()
