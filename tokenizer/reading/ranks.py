"""Byte-pair ranks, as tiktoken and tekken store them, made into ``tokenizers`` objects.

The bytes of a file enter; a ``Tokenizer`` with the same ids leaves. tiktoken stores tokens and no merges: it always joins
the neighbours whose union has the lowest rank. So every way to make a token of two others is a merge, and merges stand in the
order of what they make (the merges of one token among themselves by the ranks of their parts).
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers

from tokenizer.byte_names import byte_names
from tokenizer.reading.split_patterns import split_pattern_of


def read_tiktoken(content: bytes, *, name: str) -> Tokenizer:
    """A file of lines ``base64 rank``; ``name`` tells the split pattern.

    Raises:
        ValueError: the file is no such, or its pattern is not known.
    """
    pattern = split_pattern_of(name)
    ranks: dict[bytes, int] = {}
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            token, rank = line.split()
            ranks[base64.b64decode(token, validate=True)] = int(rank)
        except (ValueError, binascii.Error) as error:
            raise ValueError(f"{name}, line {number}: {line[:60]!r} is not `base64 rank` ({error})") from None
    return from_ranks(ranks, pattern=pattern)


def read_tekken(content: bytes, *, name: str) -> Tokenizer:
    """Mistral's ``tekken.json``: the file holds more entries than the tokenizer uses, and its split pattern.

    Special tokens come before the others in tekken's ids; here they are left out, for none is ever produced from text.

    Raises:
        ValueError: the file is no such.
    """
    try:
        raw: Mapping[str, Any] = json.loads(content)
        config = raw["config"]
        size = int(config["default_vocab_size"]) - int(config["default_num_special_tokens"])
        ranks = {base64.b64decode(entry["token_bytes"]): int(entry["rank"]) for entry in raw["vocab"][:size]}
        return from_ranks(ranks, pattern=str(config["pattern"]))
    except (KeyError, TypeError, binascii.Error) as error:
        raise ValueError(f"{name} is no tekken.json ({type(error).__name__}: {error})") from None


def from_ranks(ranks: Mapping[bytes, int], *, pattern: str) -> Tokenizer:
    """A byte-level tokenizer that splits by ``pattern`` and joins what has the lowest rank.

    Raises:
        ValueError: a single byte is missing.
    """
    missing = [byte for byte in range(256) if bytes([byte]) not in ranks]
    if missing:
        raise ValueError(f"{len(missing)} single bytes have no rank, the first of them {missing[0]}: not byte-level BPE")
    names = byte_names()
    merges: list[tuple[int, int, int, bytes]] = []
    for token, rank in ranks.items():
        for cut in range(1, len(token)):
            left, right = ranks.get(token[:cut]), ranks.get(token[cut:])
            if left is not None and right is not None:
                merges.append((rank, left, right, token))
    merges.sort()
    visible = {rank: "".join(names[byte] for byte in token) for token, rank in ranks.items()}
    pairs = [(visible[left], visible[right]) for _, left, right, _ in merges]
    vocabulary = {visible[rank]: rank for rank in sorted(visible)}
    tokenizer = Tokenizer(models.BPE(vocabulary, pairs, ignore_merges=True))
    split = pre_tokenizers.Split(Regex(pattern), "isolated")
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, byte_level])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer
