"""Reads the encoded documents of ``tokens``, wherever they lie, as the streams that go into shards.

What enters: the token files, and of each use of a document its place there and its form. What leaves: any stretch of a use.
"""

import os
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import pyarrow as pa

from pipelines.engine import files
from tokenizer.fim import PLAIN, Ids, Patch, Sentinels, stream
from tokenizer.special_tokens import END_OF_TEXT

_MAX_OPEN_FILES = 128


class TokenFiles:
    """The token files of a run.

    Not memory-mapped: a shard's documents lie all over the token files, and every page once touched would count as memory
    of this process (measured on 2 GB of text: 1.2 GB instead of 0.3).
    """

    def __init__(self, run: str, partitions: Sequence[str], dtype: "np.dtype[Any]") -> None:
        self._paths = [files.join(run, "tokens", f"{name}.tokens") for name in partitions]
        self._dtype = dtype.newbyteorder("<")
        self._local = files.is_local(run)
        self._open: OrderedDict[int, int] = OrderedDict()

    def read(self, partition: int, start: int, length: int) -> Ids:
        size = self._dtype.itemsize
        if self._local:
            data = os.pread(self._descriptor(partition), length * size, start * size)
        else:
            fs, name = files.filesystem(self._paths[partition])
            data = cast(bytes, fs.cat_file(name, start=start * size, end=(start + length) * size))
        return np.frombuffer(data, self._dtype)

    def _descriptor(self, partition: int) -> int:
        """The open file of a partition; those used longest ago are closed, for a system lets few be open at once."""
        if partition in self._open:
            self._open.move_to_end(partition)
        else:
            if len(self._open) >= _MAX_OPEN_FILES:
                os.close(self._open.popitem(last=False)[1])
            self._open[partition] = os.open(files.filesystem(self._paths[partition])[1], os.O_RDONLY)
        return self._open[partition]

    def close(self) -> None:
        while self._open:
            os.close(self._open.popitem()[1])


class Uses:
    """The uses of documents that go into one shard: rows of ``uses.USES``, numbered from 0."""

    def __init__(self, table: pa.Table, tokens: TokenFiles, *, special_tokens: Mapping[str, int]) -> None:
        self._partition, self._offset, self._num_tokens, self._stored, self._form = (
            table[name].to_numpy().tolist() for name in ("partition", "offset", "num_tokens", "stored_tokens", "form")
        )
        self._parts = table["fim_parts"]
        self._tokens = tokens
        self._special_tokens = special_tokens

    def read(self, use: int, start: int, length: int) -> Ids:
        """``length`` ids of a use from ``start`` on, end of text included."""
        if self._form[use] == PLAIN:
            return self._tokens.read(self._partition[use], self._offset[use] + start, length)
        # No longer than a sequence, so it is put together whole.
        stored = self._tokens.read(self._partition[use], self._offset[use], self._stored[use])
        num_text = self._num_tokens[use] - 1
        patch = Patch(stored[num_text + 1 :], tuple(self._parts[use].as_py()))
        whole = stream(
            stored[:num_text],
            patch,
            form=self._form[use],
            special=Sentinels.of(self._special_tokens),
            end_of_text_id=self._special_tokens[END_OF_TEXT],
        )
        return whole[start : start + length]
