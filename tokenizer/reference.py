"""A slow encoder that reads like the definition: what ``tokenizer.json`` means, without the library.

A ``tokenizer.json`` of this project's and text enter, ids leave. The text is split into words; a word that is an entry is that
entry; any other starts as its bytes, and of all neighbours that may be merged those of the earliest merge are, from the left,
until none may. Tests hold the library against it.
"""

import json
from itertools import pairwise
from pathlib import Path

from tokenizer.byte_names import bytes_of
from tokenizer.special_tokens import SPECIAL_TOKEN_IDS
from tokenizer.split import split


class ReferenceEncoder:
    """Encodes ordinary text; special tokens in it are ordinary text."""

    def __init__(self, path: str | Path) -> None:
        model = json.loads(Path(path).read_text(encoding="utf-8"))["model"]
        self._ids = {bytes_of(name): n for name, n in model["vocab"].items() if name not in SPECIAL_TOKEN_IDS}
        self._ranks = {(bytes_of(left), bytes_of(right)): rank for rank, (left, right) in enumerate(model["merges"])}

    def encode(self, text: str) -> list[int]:
        """The ids of ``text``."""
        return [number for word in split(text) for number in self._word(word.encode())]

    def _word(self, word: bytes) -> list[int]:
        if word in self._ids:
            return [self._ids[word]]
        tokens = [word[place : place + 1] for place in range(len(word))]
        while known := [pair for pair in pairwise(tokens) if pair in self._ranks]:
            best = min(known, key=self._ranks.__getitem__)
            tokens = _merged(tokens, best)
        return [self._ids[token] for token in tokens]


def _merged(tokens: list[bytes], pair: tuple[bytes, bytes]) -> list[bytes]:
    result: list[bytes] = []
    rest = iter(range(len(tokens)))
    for place in rest:
        if tuple(tokens[place : place + 2]) == pair:
            result.append(pair[0] + pair[1])
            next(rest)
        else:
            result.append(tokens[place])
    return result
