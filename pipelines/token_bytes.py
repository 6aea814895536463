"""Shards and token files as text again, fast enough to read all of them.

Enters: arrays of ids. Leaves: the bytes of the text that they stand for, a gather over a table of each id's bytes: no loop
touches a token. Special tokens are U+FFFD, over which no passage goes and which is in no rebuilt document. The byte-level
alphabet is that of GPT-2's vocabulary (Radford et al. 2019).
"""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from tokenizer.byte_names import contents

#: What stands for a special token, and for half a character.
BREAK = "\ufffd"

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]


class TokenBytes:
    """The bytes of every id of a tokenizer."""

    def __init__(self, tokenizer_json: bytes) -> None:
        tokenizer: Any = Tokenizer.from_buffer(tokenizer_json)
        told = contents(tokenizer)
        self.vocab_size = len(told)
        #: Which ids are special tokens, or stand for no bytes that could be told.
        self.special = np.array([not token for token in told], dtype=np.bool_)
        #: The names of the special tokens, by their ids.
        self.special_names: dict[int, str] = {n: str(tokenizer.id_to_token(n)) for n in np.flatnonzero(self.special).tolist()}
        #: Whether what was encoded comes back byte for byte: each entry stands for bytes, and nothing is changed before.
        self.exact = tokenizer.normalizer is None and None not in told
        pieces = [token or BREAK.encode() for token in told]
        self._lengths: Ints = np.array([len(piece) for piece in pieces], dtype=np.int64)
        self._starts: Ints = np.cumsum(self._lengths) - self._lengths
        self._bytes: Bytes = np.frombuffer(b"".join(pieces), dtype=np.uint8)

    def data(self, ids: NDArray[Any], bounds: Ints) -> list[bytes]:
        """The bytes of ``ids[bounds[i]:bounds[i + 1]]``.

        Raises:
            IndexError: an id is none of the tokenizer's.
        """
        lengths = self._lengths[ids]
        ends = np.concatenate(([0], np.cumsum(lengths)))
        places = np.repeat(self._starts[ids] - ends[:-1], lengths) + np.arange(ends[-1])
        joined = self._bytes[places].tobytes()
        return [joined[start:end] for start, end in pairwise(ends[bounds].tolist())]

    def texts(self, ids: NDArray[Any], bounds: Ints) -> list[str]:
        """The same as texts; half a character is U+FFFD."""
        return [data.decode("utf-8", "replace") for data in self.data(ids, bounds)]
