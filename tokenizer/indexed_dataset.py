"""Megatron's IndexedDataset files, written and read with NumPy alone.

Sequences of ids enter, ``part.bin`` (the ids, end to end) and ``part.idx`` leave, byte for byte what megatron-core 0.16.1's
``IndexedDatasetBuilder`` writes where each sequence is a document of its own. The index, little-endian: ``MMIDIDX`` and two
NULs, version 1 (u64), dtype code (u8), number of sequences (u64), number of document ends (u64), then a length (i32) and a
byte offset (i64) for each sequence and the document ends (i64, beginning with 0).
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt


class Writable(Protocol):
    """Whatever takes bytes in order: a file, or one that counts and hashes on the way."""

    def write(self, data: bytes, /) -> object: ...


_MAGIC = b"MMIDIDX\x00\x00"
_HEADER = struct.Struct("<9sQBQQ")
_VERSION = 1
_DTYPE_CODES: dict[np.dtype[Any], int] = {np.dtype(np.int32): 4, np.dtype(np.uint16): 8}
_MAX_UINT16_VOCAB_SIZE = 65_500


def optimal_dtype(vocab_size: int) -> np.dtype[Any]:
    """The dtype that Megatron chooses for ids below ``vocab_size``: ``uint16`` below 65,500, else ``int32``."""
    return np.dtype(np.uint16 if vocab_size < _MAX_UINT16_VOCAB_SIZE else np.int32)


class IndexedDatasetWriter:
    """Writes ids to ``bin_file`` as they come and the index at the end; both are opened and closed by the caller."""

    def __init__(self, bin_file: Writable, *, vocab_size: int) -> None:
        self._bin_file = bin_file
        self._vocab_size = vocab_size
        self.dtype: np.dtype[Any] = optimal_dtype(vocab_size)
        self._lengths: list[int] = []

    def add(self, sequences: npt.NDArray[np.integer]) -> None:
        """Append one sequence (one dimension) or one per row (two). Raises ``ValueError`` for an id out of range."""
        if sequences.ndim not in (1, 2):
            raise ValueError(f"sequences have {sequences.ndim} dimensions: give one sequence, or one per row")
        if sequences.size and not 0 <= int(sequences.min()) <= int(sequences.max()) < self._vocab_size:
            raise ValueError(
                f"ids from {sequences.min()} to {sequences.max()} do not fit a vocabulary of {self._vocab_size}: "
                "encode with the tokenizer that the shard names"
            )
        self._bin_file.write(np.ascontiguousarray(sequences, dtype=self.dtype.newbyteorder("<")).tobytes())
        self._lengths.extend([sequences.shape[-1]] * (1 if sequences.ndim == 1 else sequences.shape[0]))

    def add_ragged(self, values: npt.NDArray[np.integer], lengths: npt.NDArray[np.integer]) -> None:
        """Append sequences of several lengths that lie end to end in ``values``."""
        before = len(self._lengths)
        self.add(values)
        self._lengths[before:] = lengths.tolist()

    def write_index(self, idx_file: Writable) -> None:
        """Write the index of everything added."""
        lengths = np.array(self._lengths, dtype="<i4")
        ends = np.cumsum(lengths, dtype="<i8") * self.dtype.itemsize
        pointers = np.concatenate([np.zeros(1, dtype="<i8"), ends])[: lengths.size].astype("<i8")
        code = _DTYPE_CODES[self.dtype]
        idx_file.write(_HEADER.pack(_MAGIC, _VERSION, code, lengths.size, lengths.size + 1))
        idx_file.write(lengths.tobytes())
        idx_file.write(pointers.tobytes())
        idx_file.write(np.arange(lengths.size + 1, dtype="<i8").tobytes())


@dataclass(frozen=True, slots=True)
class Index:
    """What an ``.idx`` says: the dtype of the ids, and tokens and byte offset of each sequence."""

    dtype: np.dtype[Any]
    lengths: npt.NDArray[np.int32]
    pointers: npt.NDArray[np.int64]

    @property
    def num_bytes(self) -> int:
        """The bytes that the ids have to have."""
        return int(self.lengths.sum(dtype=np.int64)) * self.dtype.itemsize


def read_index(data: bytes, *, name: str) -> Index:
    """The index in the bytes of an ``.idx``. Raises ``ValueError`` with ``name`` where they are none."""
    if len(data) < _HEADER.size:
        raise ValueError(f"{name} has {len(data)} bytes: no index; write the shard again")
    magic, version, code, num_sequences, num_ends = _HEADER.unpack_from(data)
    dtypes = {code: dtype for dtype, code in _DTYPE_CODES.items()}
    if magic != _MAGIC or version != _VERSION or code not in dtypes:
        raise ValueError(f"{name} is no version 1 IndexedDataset of uint16 or int32 ids")
    if len(data) < _HEADER.size + 12 * num_sequences + 8 * num_ends:
        raise ValueError(f"{name} is cut short at {len(data)} bytes: write the shard again")
    lengths = np.frombuffer(data, "<i4", num_sequences, offset=_HEADER.size)
    return Index(dtypes[code], lengths, np.frombuffer(data, "<i8", num_sequences, offset=_HEADER.size + lengths.nbytes))


class IndexedDatasetReader:
    """The sequences of a shard, memory-mapped: ``reader[k]`` is a read-only view of sequence ``k``.

    Raises ``ValueError`` where the two files do not belong together or are no IndexedDataset.
    """

    def __init__(self, prefix: str | Path) -> None:
        idx_path, bin_path = Path(f"{prefix}.idx"), Path(f"{prefix}.bin")
        index = read_index(idx_path.read_bytes(), name=str(idx_path))
        self.dtype: np.dtype[Any] = index.dtype
        self.lengths = index.lengths
        self.pointers = index.pointers
        expected = index.num_bytes
        if bin_path.stat().st_size != expected:
            raise ValueError(f"{bin_path} has {bin_path.stat().st_size} bytes where its index says {expected}")
        # An empty file cannot be mapped.
        self._ids: npt.NDArray[np.integer] = (
            np.memmap(bin_path, dtype=self.dtype.newbyteorder("<"), mode="r") if expected else np.empty(0, self.dtype)
        )

    def __len__(self) -> int:
        return self.lengths.size

    def __getitem__(self, sequence: int) -> npt.NDArray[np.integer]:
        if not 0 <= sequence < len(self):
            raise IndexError(f"sequence {sequence} of {len(self)}: give 0 to {len(self) - 1}")
        start = int(self.pointers[sequence]) // self.dtype.itemsize
        return self._ids[start : start + int(self.lengths[sequence])]
