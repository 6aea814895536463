"""Tokenizers of the ``tokenizers`` package, for comparison."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from tokenizer.byte_names import byte_names
from tokenizer.reading.comparable import Tokens

_BYTE_FALLBACK = re.compile(r"<0x([0-9A-F]{2})>")


class HuggingFace:
    """A ``tokenizers`` object, compared."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        # Not stored in any file, so it has to be set on each loaded object.
        tokenizer.encode_special_tokens = True
        # Truncation and padding are for batches of a model's input.
        tokenizer.no_truncation()
        tokenizer.no_padding()

    @property
    def num_entries(self) -> int:
        return self._tokenizer.get_vocab_size(with_added_tokens=True)

    @property
    def byte_entries(self) -> NDArray[np.bool_]:
        vocabulary: Mapping[str, int] = self._tokenizer.get_vocab(with_added_tokens=True)
        found = np.zeros(max(vocabulary.values(), default=-1) + 1, dtype=np.bool_)
        # In a byte-level vocabulary, the names of bytes above 127 are single letters; elsewhere those are characters.
        if "ByteLevel" in str(self._tokenizer.pre_tokenizer) + str(self._tokenizer.decoder):
            found[[vocabulary[name] for name in byte_names()[0x80:] if name in vocabulary]] = True
        for name, number in vocabulary.items():
            if (match := _BYTE_FALLBACK.fullmatch(name)) and int(match[1], 16) >= 0x80:
                found[number] = True
        return found

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        found: list[Tokens] = []
        for encoding in self._tokenizer.encode_batch(list(texts), add_special_tokens=False):
            places = np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2)
            found.append(Tokens(np.array(encoding.ids, dtype=np.int32), places[:, 0], places[:, 1]))
        return found

    def count(self, texts: Sequence[str]) -> int:
        return sum(len(encoding) for encoding in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False))

    def decode(self, ids: Sequence[int]) -> str:
        return self._tokenizer.decode(list(ids), skip_special_tokens=False)
