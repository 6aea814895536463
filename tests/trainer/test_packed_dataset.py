"""Shards written by our writer, opened by stock megatron-core on CPU without a launcher."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tokenizer.indexed_dataset import IndexedDatasetWriter
from tokenizer.packing import fill_sequences, pack
from tokenizer.special_tokens import END_OF_TEXT_ID, PAD_ID, SPECIAL_TOKEN_IDS

torch = pytest.importorskip("torch")
pytest.importorskip("megatron.core")

from megatron.core.datasets.indexed_dataset import DType, IndexedDataset, IndexedDatasetBuilder  # noqa: E402

from trainer.megatron.packed_dataset import PackedDataset, build_packed_dataset, read_shards  # noqa: E402

LENGTH = 64


@pytest.fixture
def process_group(tmp_path: Path) -> Iterator[None]:
    """One process; megatron's blend of several shards asks for the rank."""
    torch.distributed.init_process_group("gloo", init_method=f"file://{tmp_path}/store", rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


def _sequences(*, num_documents: int, vocab_size: int, seed: int) -> npt.NDArray[np.integer]:
    """Packed sequences of documents that have no pad id in them and end in end-of-text."""
    random = np.random.default_rng(seed)
    lengths = random.integers(1, 3 * LENGTH, num_documents)
    offsets = np.cumsum(lengths) - lengths
    tokens = random.integers(40, vocab_size, lengths.sum())
    tokens[offsets + lengths - 1] = END_OF_TEXT_ID
    packed = pack(lengths, capacity=LENGTH, max_padding=0.5)
    return fill_sequences(
        packed,
        read=lambda document, start, length: tokens[offsets[document] + start :][:length],
        dtype=tokens.dtype,
        pad_id=PAD_ID,
    )


def _write(directory: Path, *, parts: dict[str, npt.NDArray[np.integer]], vocab_size: int) -> None:
    files: dict[str, object] = {}
    for name, sequences in parts.items():
        prefix = directory / name
        prefix.parent.mkdir(parents=True, exist_ok=True)
        with open(f"{prefix}.bin", "wb") as bin_file, open(f"{prefix}.idx", "wb") as idx_file:
            writer = IndexedDatasetWriter(bin_file, vocab_size=vocab_size)
            writer.add(sequences)
            writer.write_index(idx_file)
        for suffix in (".bin", ".idx"):
            content = Path(f"{prefix}{suffix}").read_bytes()
            files[f"{name}{suffix}"] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    description = {
        "tokenizer": {"sha256": "0" * 64, "vocab_size": vocab_size},
        "special_tokens": SPECIAL_TOKEN_IDS,
        "sequence_length": LENGTH,
        "files": files,
    }
    (directory / "shards.json").write_text(json.dumps(description))


@pytest.mark.parametrize("vocab_size", [1_000, 65_499, 65_500, 100_000])
def test_bytes_are_those_of_megatrons_builder(tmp_path: Path, vocab_size: int) -> None:
    sequences = _sequences(num_documents=50, vocab_size=vocab_size, seed=1)
    _write(tmp_path, parts={"ours": sequences}, vocab_size=vocab_size)
    builder = IndexedDatasetBuilder(str(tmp_path / "theirs.bin"), dtype=DType.optimal_dtype(vocab_size))
    for sequence in sequences:
        builder.add_document(torch.from_numpy(sequence), [len(sequence)])
    builder.finalize(str(tmp_path / "theirs.idx"))
    for suffix in (".bin", ".idx"):
        assert (tmp_path / f"ours{suffix}").read_bytes() == (tmp_path / f"theirs{suffix}").read_bytes()


def test_megatrons_reader_returns_what_was_written(tmp_path: Path) -> None:
    sequences = _sequences(num_documents=50, vocab_size=70_000, seed=2)
    _write(tmp_path, parts={"part": sequences}, vocab_size=70_000)
    read = IndexedDataset(str(tmp_path / "part"))
    assert len(read) == len(sequences)
    assert all(np.array_equal(read[number], sequence) for number, sequence in enumerate(sequences))


@pytest.mark.usefixtures("process_group")
@pytest.mark.parametrize("num_parts", [1, 3])
def test_each_sample_is_a_packed_sequence_and_each_sequence_comes_once(tmp_path: Path, num_parts: int) -> None:
    parts = {
        f"{LENGTH}/segment{number}/part-00000": _sequences(num_documents=40, vocab_size=900, seed=number)
        for number in range(num_parts)
    }
    _write(tmp_path / "shards", parts=parts, vocab_size=900)
    dataset = build_packed_dataset(tmp_path / "shards", sequence_length=LENGTH, seed=7, cache_directory=tmp_path / "cache")
    expected = Counter(sequence.tobytes() for part in parts.values() for sequence in part.astype(np.int64))
    found: Counter[bytes] = Counter()
    assert len(dataset) == expected.total()
    for number in range(len(dataset)):
        sample = dataset[number]
        tokens, labels, mask = (sample[name].numpy() for name in ("tokens", "labels", "loss_mask"))
        following = np.append(tokens[1:], 0)
        assert np.array_equal(labels, following)
        # Megatron shows padding as id 0, which is end-of-text here, and masks it; restore it to compare.
        padded = np.ones(LENGTH, dtype=bool)
        num_tokens = int(mask.sum()) + 1
        padded[:num_tokens] = False
        assert np.array_equal(mask, np.arange(LENGTH) < num_tokens - 1)
        assert not tokens[padded].any()
        found[np.where(padded, PAD_ID, tokens).tobytes()] += 1
        assert np.array_equal(sample["position_ids"].numpy(), np.arange(LENGTH))
    assert found == expected


def test_single_shard_is_one_dataset_and_order_follows_the_seed(tmp_path: Path) -> None:
    _write(tmp_path, parts={"part-00000": _sequences(num_documents=60, vocab_size=900, seed=4)}, vocab_size=900)
    orders: list[list[bytes]] = []
    for seed in (1, 1, 2):
        dataset = build_packed_dataset(tmp_path, sequence_length=LENGTH, seed=seed, cache_directory=tmp_path / "cache")
        assert type(dataset) is PackedDataset
        orders.append([dataset[number]["tokens"].numpy().tobytes() for number in range(len(dataset))])
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == sorted(orders[2])


def _with_padding_within() -> npt.NDArray[np.integer]:
    """[document of 10] [padding of 20, where one was taken down] [document of 12] [padding]; and one without padding."""
    sequences = np.full((2, LENGTH), 50)
    sequences[0, 9] = sequences[0, 41] = sequences[1, -1] = END_OF_TEXT_ID
    sequences[0, 10:30] = sequences[0, 42:] = PAD_ID
    return sequences


@pytest.mark.parametrize("first", [0, 1])
def test_padding_within_a_sequence_teaches_nothing(tmp_path: Path, first: int) -> None:
    _write(tmp_path, parts={"part-00000": _with_padding_within()}, vocab_size=900)
    dataset = build_packed_dataset(tmp_path, sequence_length=LENGTH, seed=1, cache_directory=tmp_path / "cache")
    samples = {number: dataset[number] for number in (first, 1 - first)}
    by_padding = {bool((sample["tokens"].numpy()[10:30] == 0).all()): sample for sample in samples.values()}
    # Predicted are tokens 1 to 9 and 31 to 41: neither padding, nor what follows padding from padding.
    expected = np.zeros(LENGTH)
    expected[:9] = expected[30:41] = 1
    assert np.array_equal(by_padding[True]["loss_mask"].numpy(), expected)
    assert np.array_equal(by_padding[False]["loss_mask"].numpy(), np.arange(LENGTH) < LENGTH - 1)


def test_positions_and_attention_begin_anew_behind_padding(tmp_path: Path) -> None:
    _write(tmp_path, parts={"part-00000": _with_padding_within()[:1]}, vocab_size=900)
    dataset = build_packed_dataset(
        tmp_path,
        sequence_length=LENGTH,
        seed=1,
        cache_directory=tmp_path / "cache",
        reset_position_ids=True,
        reset_attention_mask=True,
        create_attention_mask=True,
    )
    positions = dataset[0]["position_ids"].numpy()
    assert positions[:10].tolist() == [*range(10)]
    assert positions[30:42].tolist() == [*range(12)]
    hidden = dataset[0]["attention_mask"].numpy()[0]
    assert hidden[30:42, :30].all()
    assert not hidden[41, 30:42].any()


def test_a_sequence_of_padding_only_has_no_loss(tmp_path: Path) -> None:
    sequences = np.concatenate([np.full((1, LENGTH), PAD_ID), _with_padding_within()[1:]])
    _write(tmp_path, parts={"part-00000": sequences}, vocab_size=900)
    dataset = build_packed_dataset(tmp_path, sequence_length=LENGTH, seed=1, cache_directory=tmp_path / "cache")
    assert sorted(int(dataset[number]["loss_mask"].sum()) for number in range(2)) == [0, LENGTH - 1]


def test_end_of_text_can_be_masked_too(tmp_path: Path) -> None:
    sequence = np.full((1, LENGTH), 50)
    sequence[0, 9] = sequence[0, 30] = END_OF_TEXT_ID
    sequence[0, 31:] = PAD_ID
    _write(tmp_path, parts={"part-00000": sequence}, vocab_size=900)
    for eod_mask_loss, expected in ((False, set(range(30))), (True, set(range(30)) - {9})):
        dataset = build_packed_dataset(
            tmp_path, sequence_length=LENGTH, seed=1, cache_directory=tmp_path / "cache", eod_mask_loss=eod_mask_loss
        )
        assert set(np.flatnonzero(dataset[0]["loss_mask"].numpy()).tolist()) == expected


def test_shards_built_anew_at_the_same_path_do_not_meet_the_old_index(tmp_path: Path) -> None:
    for num_documents in (60, 20):
        sequences = _sequences(num_documents=num_documents, vocab_size=900, seed=5)
        _write(tmp_path, parts={"part-00000": sequences}, vocab_size=900)
        dataset = build_packed_dataset(tmp_path, sequence_length=LENGTH, seed=1, cache_directory=tmp_path / "cache")
        assert len(dataset) == len(sequences)


def test_wrong_length_is_an_error_that_names_the_shard(tmp_path: Path) -> None:
    _write(tmp_path, parts={"part-00000": _sequences(num_documents=5, vocab_size=900, seed=1)}, vocab_size=900)
    with pytest.raises(ValueError, match=r"part-00000 has a sequence of 64 tokens, not 128: pack for that length"):
        read_shards(tmp_path, sequence_length=128)


def test_shards_of_another_length_and_empty_shards_are_left_out(tmp_path: Path) -> None:
    full = _sequences(num_documents=5, vocab_size=900, seed=1)
    parts = {"64/korean/part-00000": full, "64/code/part-00000": full[:0], "128/korean/part-00000": full.repeat(2, axis=1)}
    _write(tmp_path, parts=parts, vocab_size=900)
    assert read_shards(tmp_path, sequence_length=64).prefixes == (str(tmp_path / "64/korean/part-00000"),)
    assert read_shards(tmp_path, sequence_length=128).prefixes == (str(tmp_path / "128/korean/part-00000"),)
    with pytest.raises(ValueError, match="lists no sequence of 32 tokens"):
        read_shards(tmp_path, sequence_length=32)
