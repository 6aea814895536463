"""Reads a tokenizer whatever its format: the bytes of a file enter, something that can be compared leaves."""

import json
import re
from typing import Any

from tokenizers import Tokenizer

from tokenizer.reading.comparable import Comparable
from tokenizer.reading.hugging_face import HuggingFace
from tokenizer.reading.ranks import read_tekken, read_tiktoken
from tokenizer.reading.sentence_piece import SentencePiece

_TIKTOKEN_LINE = re.compile(rb"[A-Za-z0-9+/]+=* [0-9]+\s")


def read_tokenizer(content: bytes, *, name: str) -> Comparable:
    """A tokenizer from the bytes of its file, in whichever format they are; ``name`` is the file's.

    Raises:
        ValueError: no known format, or damaged; or a SentencePiece model where that package is not installed.
    """
    if content.lstrip()[:1] == b"{":
        return HuggingFace(_from_json(content, name))
    if _TIKTOKEN_LINE.match(content):
        return HuggingFace(read_tiktoken(content, name=name))
    # SentencePiece's protocol buffer begins with its first piece: field 1, with a length.
    if content[:1] == b"\n":
        return SentencePiece(content, name=name)
    raise ValueError(
        f"{name} is no tokenizer that can be read: give a tokenizer.json, a .tiktoken file, a tekken.json "
        "or a SentencePiece .model"
    )


def _from_json(content: bytes, name: str) -> Tokenizer:
    try:
        raw: dict[str, Any] = json.loads(content)
    except ValueError as error:
        raise ValueError(f"{name} is damaged JSON ({error}): fetch it again") from None
    if "config" in raw and "vocab" in raw:
        return read_tekken(content, name=name)
    if "model" not in raw:
        raise ValueError(
            f"{name} is JSON, but neither a tokenizer.json (no `model`) nor a tekken.json (no `config` and `vocab`)"
        )
    try:
        return Tokenizer.from_buffer(content)
    except Exception as error:  # the library raises nothing narrower
        raise ValueError(f"{name}: `tokenizers` cannot read it ({error}); it may be made for a newer version") from error
