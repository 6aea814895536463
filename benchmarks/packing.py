"""Our packing against the concatenate-and-cut of Megatron and datatrove, on the same documents.

    python -m benchmarks.packing [--data DIR] [--tokenizer FILE] [--megabytes N] [--documents N]

Documents: the text of every .jsonl.zst under DIR and the code of the installed packages, encoded; and N lengths drawn from a
lognormal distribution. Megatron: the document and sample index of its ``GPTDataset``, by the functions it calls (megatron-core
as installed). datatrove: the windows of its ``DatatroveFileDataset`` over the merged file, in the same order, by the functions
of its merger (datatrove as installed). Both fill every sequence and drop what is left at the end. Times are of one process's
CPU, from lengths to who is where. At the end, the size of what is written beside a shard, by kind of id and mean length.
"""

import argparse
import contextlib
import dataclasses
import hashlib
import io
import json
import sys
import sysconfig
import tempfile
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import zstandard

from tokenizer.assembling import save
from tokenizer.breaks import Break, Breaks
from tokenizer.encode import Encoder
from tokenizer.lineage import document_numbers, lineage_table, write_lineage
from tokenizer.packing import PackedSequences, boundaries, pack
from tokenizer.train import Training, count_words, train

from .measuring import ROOT

Ints = npt.NDArray[np.int64]
_TRAINED_ON_BYTES = 20_000_000
_SEED = 0
_LENGTHS = (4_096, 32_768)


@dataclass(frozen=True)
class Result:
    """How some documents came to lie in sequences; ``cut`` has a place for each document in more than one."""

    name: str
    sequences: int
    padding: float
    dropped: int
    cut: Ints
    seconds: float
    packed: PackedSequences | None = None


def main() -> None:
    arguments = _arguments()
    texts = list(_texts(arguments.data, int(arguments.megabytes * 1e6)))
    encoder = Encoder(arguments.tokenizer or _trained(texts))
    began = time.process_time()
    ids = [*encoder.encode_batch(texts)]
    encoding = time.process_time() - began
    lengths = np.array([each.size + 1 for each in ids])
    size = sum(len(text.encode()) for text in texts)
    print(f"{len(ids):,} documents, {size / 1e6:,.0f} MB, {lengths.sum():,} tokens, encoded in {encoding:.1f} s of CPU\n")
    breaks = Breaks.of(arguments.tokenizer or _trained(texts))

    def cut(document: int, earliest: int, latest: int) -> int:
        return breaks.best(ids[document], earliest=earliest, latest=latest)

    for capacity in _LENGTHS:
        results = compare(lengths, capacity=capacity, cut=cut)
        print_table(f"real text, sequences of {capacity:,}", results, lengths=lengths, capacity=capacity)
        _print_cuts(results[0], ids, breaks)
        print(f"packing takes {results[0].seconds / encoding:.2%} of the time of encoding\n")
    random = np.random.default_rng(_SEED)
    drawn = np.clip(random.lognormal(6, 1.2, arguments.documents).astype(np.int64), 2, 2_000_000)
    for capacity in _LENGTHS:
        results = compare(drawn, capacity=capacity, cut=None)
        print_table(f"lognormal lengths, sequences of {capacity:,}", results, lengths=drawn, capacity=capacity)
        _print_cost(drawn, capacity=capacity, seconds=results[0].seconds)
    _print_sidecars()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data", help="holds .jsonl.zst files")
    parser.add_argument("--tokenizer", type=Path, metavar="FILE", help="a tokenizer.json; without, a small one is trained")
    parser.add_argument("--megabytes", type=float, default=40, help="of real text, half of it code")
    parser.add_argument("--documents", type=int, default=1_000_000, help="lengths to draw")
    arguments = parser.parse_args()
    if not any(arguments.data.rglob("*.jsonl.zst")):
        sys.exit(f"{arguments.data}: no .jsonl.zst in it; give --data DIR")
    return arguments


def _texts(data: Path, max_bytes: int) -> Iterator[str]:
    """As much of each file as of any other, and as much code as of all files."""
    paths = sorted(data.rglob("*.jsonl.zst"))
    for path in paths:
        with zstandard.open(path, "rb") as raw:
            lines = io.TextIOWrapper(raw, encoding="utf-8")
            rows = map(json.loads, lines)
            yield from _first((str(row["text"]) for row in rows if "text" in row), max_bytes // 2 // len(paths))
    yield from _first(_code(), max_bytes // 2)


def _code() -> Iterator[str]:
    paths = Path(sysconfig.get_path("purelib")).rglob("*.py")
    for path in sorted(paths, key=lambda path: hashlib.blake2b(str(path).encode()).digest()):
        with contextlib.suppress(UnicodeDecodeError):
            yield path.read_text(encoding="utf-8")


def _first(texts: Iterable[str], max_bytes: int) -> Iterator[str]:
    for text in texts:
        if max_bytes <= 0:
            return
        max_bytes -= len(text.encode("utf-8", "replace"))
        yield text


def _trained(texts: Sequence[str]) -> Path:
    directory = Path(tempfile.gettempdir()) / "malmoi-packing"
    path = directory / "tokenizer.json"
    if not path.exists():
        directory.mkdir(exist_ok=True)
        order = np.random.default_rng(_SEED).permutation(len(texts)).tolist()
        some = _first(map(texts.__getitem__, order), _TRAINED_ON_BYTES)
        save(train(count_words(some), Training(vocab_size=32_000)).tokenizer, directory=directory)
    return path


def compare(lengths: Ints, *, capacity: int, cut: Callable[[int, int, int], int] | None) -> list[Result]:
    """Ours, Megatron's and datatrove's, in that order."""
    order = np.random.default_rng(_SEED).permutation(lengths.size)

    def cut_shuffled(document: int, earliest: int, latest: int) -> int:
        assert cut is not None
        return cut(int(order[document]), earliest, latest)

    began = time.process_time()
    packed = pack(lengths[order], capacity=capacity, cut=cut_shuffled if cut else None)
    seconds = time.process_time() - began
    pieces = np.bincount(packed.document, minlength=lengths.size)
    padding = packed.num_padding / (packed.num_sequences * capacity)
    ours = Result("malmoi", packed.num_sequences, padding, 0, order[pieces > 1], seconds, _unshuffled(packed, order))
    return [ours, megatron(lengths, capacity=capacity), datatrove(lengths, capacity=capacity, order=order)]


def _unshuffled(packed: PackedSequences, order: Ints) -> PackedSequences:
    return dataclasses.replace(packed, document=order[packed.document])


def megatron(lengths: Ints, *, capacity: int) -> Result:
    """One epoch of megatron-core's ``GPTDataset``: its indices, made as it makes them."""
    from megatron.core.datasets import gpt_dataset, helpers

    began = time.process_time()
    build_documents: Any = gpt_dataset._build_document_index  # pyright: ignore[reportPrivateUsage]
    state = np.random.RandomState(1234)
    documents = build_documents(np.arange(lengths.size, dtype=np.int32), 1, state, False)
    sizes = lengths.astype(np.int32)
    samples: Any = helpers.build_sample_idx(sizes, documents, capacity, 1, int(lengths.sum()), True, True)
    seconds = time.process_time() - began
    # A sample begins at an offset in a document: where that is not 0, the document is in two samples.
    inside = samples[:, 1] > 0
    cut = np.unique(documents[samples[inside, 0]])
    return Result("Megatron", len(samples) - 1, 0.0, int(lengths.sum()) - (len(samples) - 1) * capacity, cut, seconds)


def datatrove(lengths: Ints, *, capacity: int, order: Ints) -> Result:
    """The windows that datatrove's dataset reads from a merged file of the documents in this order."""
    from datatrove.utils.dataset import DatatroveFileDataset

    began = time.process_time()
    ends = np.cumsum(lengths[order])
    with tempfile.NamedTemporaryFile(suffix=".ds") as file:
        dataset = DatatroveFileDataset(file.name, capacity, token_size=2, fsize=int(ends[-1]) * 2)
        windows = len(dataset)
    # A window is one token longer than a sequence: the last one is the label of the one before.
    bounds = np.arange(1, windows) * (capacity + 1)
    holders = np.searchsorted(ends, bounds, side="right")
    cut = np.unique(order[holders[(ends[holders] - lengths[order][holders]) < bounds]])
    seconds = time.process_time() - began
    return Result("datatrove", windows, 0.0, int(ends[-1]) - windows * (capacity + 1), cut, seconds)


def print_table(title: str, results: Sequence[Result], *, lengths: Ints, capacity: int) -> None:
    longer = int((lengths > capacity).sum())
    print(f"{title}: {lengths.size:,} documents, {longer:,} ({longer / lengths.size:.2%}) longer than that")
    print("| | sequences | padding | tokens dropped | documents cut | of those that fit | against the unavoidable | CPU s |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for result in results:
        fitting = int((lengths[result.cut] <= capacity).sum())
        ratio = f"{result.cut.size / longer:.2f}x" if longer else "-"
        print(
            f"| {result.name} | {result.sequences:,} | {result.padding:.3%} | {result.dropped:,} "
            f"| {result.cut.size:,} ({result.cut.size / lengths.size:.2%}) | {fitting:,} | {ratio} | {result.seconds:.2f} |"
        )
    print(flush=True)


def _print_cuts(ours: Result, ids: Sequence[Any], breaks: Breaks) -> None:
    """What the text is where documents were cut."""
    packed = ours.packed
    assert packed is not None
    kinds: Counter[str] = Counter()
    places = packed.document_start > 0
    for document, start in zip(packed.document[places].tolist(), packed.document_start[places].tolist(), strict=True):
        kinds[Break(int(breaks.kinds(ids[document], first=start, last=start + 1)[0])).name.lower().replace("_", " ")] += 1
    told = ", ".join(f"{name} {count / kinds.total():.1%}" for name, count in kinds.most_common())
    shortest = packed.length[np.bincount(packed.document)[packed.document] > 1].min(initial=packed.capacity)
    print(f"{kinds.total():,} cuts, at: {told}; shortest piece of a document that was cut: {shortest} tokens")


def _print_cost(lengths: Ints, *, capacity: int, seconds: float) -> None:
    tracemalloc.start()
    pack(lengths, capacity=capacity)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    millions = lengths.size / 1e6
    print(
        f"{seconds / millions:.1f} s of CPU and {peak / millions / 1e6:,.0f} MB at most for a million documents\n", flush=True
    )


_IDS: dict[str, Callable[[int], str]] = {
    "path and number": lambda number: f"nsmc-reviews/part-{number // 200_000:05d}.jsonl.zst#{number % 200_000}",
    "number": lambda number: f"nsmc:{10_000_000 + number}",
    "address": lambda number: f"https://news{number % 97}.example.kr/article/{_digest(number)[:8]}.html",
    "SHA-1": lambda number: _digest(number),
}


def _digest(number: int) -> str:
    return hashlib.sha1(str(number).encode(), usedforsecurity=False).hexdigest()


def _print_sidecars() -> None:
    """Lineage and boundaries as a share of a shard of 16 million tokens of four bytes."""
    means = (30, 60, 120, 500)
    print("| ids | " + " | ".join(f"documents of {mean} tokens" for mean in means) + " |")
    print("|---|" + "--:|" * len(means))
    for kind, name in _IDS.items():
        print(f"| {kind} | " + " | ".join(f"{_sidecar_share(name, mean):.2%}" for mean in means) + " |", flush=True)


def _sidecar_share(name: Callable[[int], str], mean: int) -> float:
    random = np.random.default_rng(_SEED)
    count = 16_000_000 // mean
    lengths = np.clip(random.lognormal(np.log(mean) - 0.125, 0.5, count).astype(np.int64), 3, None)
    ids = pa.array([name(number) for number in random.choice(3 * count, count, replace=False).tolist()])
    packed = pack(lengths, capacity=_LENGTHS[0], owner=document_numbers(ids))
    zeros = np.zeros(packed.length.size, dtype=np.int8)
    columns = {field: getattr(packed, field) for field in ("sequence", "start", "length", "document_start")}
    table = lineage_table(**columns, document_id=ids.take(pa.array(packed.document)), repeat=zeros, form=zeros)
    file = io.BytesIO()
    write_lineage(table, to=file)
    offsets, counts = boundaries(packed)
    # An index has 20 bytes a sequence.
    return (file.tell() + 2 * offsets.size + 20 * counts.size) / (4 * _LENGTHS[0] * packed.num_sequences)


if __name__ == "__main__":
    main()
