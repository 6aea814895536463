"""The IndexedDataset files; tests/trainer compares them with megatron's own bytes."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tokenizer.indexed_dataset import IndexedDatasetReader, IndexedDatasetWriter, optimal_dtype


def _write(prefix: Path, *, sequences: list[list[int]], vocab_size: int) -> None:
    with open(f"{prefix}.bin", "wb") as bin_file, open(f"{prefix}.idx", "wb") as idx_file:
        writer = IndexedDatasetWriter(bin_file, vocab_size=vocab_size)
        for sequence in sequences:
            writer.add(np.array(sequence, dtype=np.uint32))
        writer.write_index(idx_file)


def test_exact_bytes(tmp_path: Path) -> None:
    _write(tmp_path / "part", sequences=[[1, 2, 3], [4]], vocab_size=10)
    assert (tmp_path / "part.bin").read_bytes().hex() == "0100020003000400"
    assert (tmp_path / "part.idx").read_bytes() == bytes.fromhex(
        "4d4d494449445800 00 0100000000000000 08 0200000000000000 0300000000000000"
        "03000000 01000000"
        "0000000000000000 0600000000000000"
        "0000000000000000 0100000000000000 0200000000000000"
    )


@pytest.mark.parametrize("vocab_size", [65_499, 65_500, 100_000])
def test_round_trip(tmp_path: Path, vocab_size: int) -> None:
    sequences = [[0, vocab_size - 1], [], [5] * 1_000]
    _write(tmp_path / "part", sequences=sequences, vocab_size=vocab_size)
    reader = IndexedDatasetReader(tmp_path / "part")
    assert reader.dtype == optimal_dtype(vocab_size) == (np.uint16 if vocab_size < 65_500 else np.int32)
    assert [reader[number].tolist() for number in range(len(reader))] == sequences
    with pytest.raises(IndexError, match="sequence 3 of 3"):
        reader[3]


def test_an_empty_shard(tmp_path: Path) -> None:
    _write(tmp_path / "part", sequences=[], vocab_size=10)
    assert len(IndexedDatasetReader(tmp_path / "part")) == 0


def test_rows_are_sequences() -> None:
    one, two = io.BytesIO(), io.BytesIO()
    rows = np.arange(6).reshape(2, 3)
    by_row, at_once = IndexedDatasetWriter(one, vocab_size=10), IndexedDatasetWriter(two, vocab_size=10)
    for row in rows:
        by_row.add(row)
    at_once.add(rows)
    by_row.write_index(one)
    at_once.write_index(two)
    assert one.getvalue() == two.getvalue()


@pytest.mark.parametrize(("ids", "message"), [([10], "ids from 10 to 10"), ([-1, 3], "ids from -1 to 3")])
def test_ids_out_of_range_are_refused(ids: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        IndexedDatasetWriter(io.BytesIO(), vocab_size=10).add(np.array(ids))


@pytest.mark.parametrize(
    ("suffix", "damage", "message"),
    [
        ("idx", lambda content: content[:20], "has 20 bytes: no index"),
        ("idx", lambda content: content[:-30], "is cut short"),
        ("idx", lambda content: b"X" + content[1:], "is no version 1 IndexedDataset"),
        ("bin", lambda content: content[:-1], "has 7 bytes where its index says 8"),
    ],
)
def test_damaged_files_are_named(tmp_path: Path, suffix: str, damage: Callable[[bytes], bytes], message: str) -> None:
    _write(tmp_path / "part", sequences=[[1, 2, 3], [4]], vocab_size=10)
    path = tmp_path / f"part.{suffix}"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=message):
        IndexedDatasetReader(tmp_path / "part")
