"""Shards and token files as text again, fast enough to read all of them.

Enters: arrays of ids. Leaves: the bytes of the text that they stand for, a gather over a table of each id's bytes: no loop
touches a token. Special tokens are U+FFFD, over which no passage goes. The byte-level alphabet is that of GPT-2's vocabulary
(Radford et al. 2019): printable bytes are themselves, and the others the code points from 256 on, in order.
"""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from .grams import BREAK

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

_PRINTABLE = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]


def _byte_of() -> dict[str, int]:
    """The byte that each character of a byte-level vocabulary stands for."""
    others = [byte for byte in range(256) if byte not in _PRINTABLE]
    return {chr(b): b for b in _PRINTABLE} | {chr(256 + place): byte for place, byte in enumerate(others)}


class TokenBytes:
    """The bytes of every id of a tokenizer."""

    def __init__(self, tokenizer_json: bytes) -> None:
        tokenizer: Any = Tokenizer.from_buffer(tokenizer_json)
        alphabet = _byte_of()
        special = {token.content for token in tokenizer.get_added_tokens_decoder().values() if token.special}
        self.vocab_size: int = tokenizer.get_vocab_size(with_added_tokens=True)
        pieces = [b""] * self.vocab_size
        #: Which ids are special tokens.
        self.special = np.zeros(self.vocab_size, dtype=np.bool_)
        for token, number in tokenizer.get_vocab(with_added_tokens=True).items():
            known = token not in special and all(character in alphabet for character in token)
            pieces[number] = bytes(alphabet[c] for c in token) if known else BREAK.encode()
            self.special[number] = not known
        self._lengths: Ints = np.array([len(piece) for piece in pieces], dtype=np.int64)
        self._starts: Ints = np.cumsum(self._lengths) - self._lengths
        self._bytes: Bytes = np.frombuffer(b"".join(pieces), dtype=np.uint8)

    def texts(self, ids: NDArray[Any], bounds: Ints) -> list[str]:
        """The texts of ``ids[bounds[i]:bounds[i + 1]]``; half a character is U+FFFD.

        Raises:
            IndexError: an id is none of the tokenizer's.
        """
        lengths = self._lengths[ids]
        ends = np.concatenate(([0], np.cumsum(lengths)))
        places = np.repeat(self._starts[ids] - ends[:-1], lengths) + np.arange(ends[-1])
        data = self._bytes[places].tobytes()
        edges = ends[bounds].tolist()
        return [data[start:end].decode("utf-8", "replace") for start, end in pairwise(edges)]
