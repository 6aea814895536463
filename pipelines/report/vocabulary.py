"""What the entries of a tokenizer are: how many hold Hangul, Chinese characters, Latin letters, or a piece of a character.

``tokenizer.json`` enters, already parsed; counts leave. An entry counts under the first of :data:`KINDS` that it is.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from tokenizer.byte_names import bytes_of

KINDS = ("special", "hangul", "han", "latin", "other", "signs", "bytes")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]")
_HAN = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")


def special_entries(tokenizer: Mapping[str, Any]) -> dict[str, int]:
    """Special tokens and their ids."""
    added = tokenizer.get("added_tokens") or ()
    return {str(token["content"]): int(token["id"]) for token in added if token.get("special")}


def entry_kinds(tokenizer: Mapping[str, Any]) -> dict[str, int]:
    """Entries by kind, in the order of KINDS; empty where the vocabulary is none of byte-level BPE."""
    vocabulary = (tokenizer.get("model") or {}).get("vocab")
    if not isinstance(vocabulary, dict):
        return {}
    special = special_entries(tokenizer)
    counts = Counter(_kind(str(entry)) for entry in vocabulary if entry not in special)
    counts["special"] = len(special)
    return {kind: counts[kind] for kind in KINDS if counts[kind]}


def _kind(entry: str) -> str:
    try:
        text = bytes_of(entry).decode()
    except UnicodeDecodeError:
        # Whole characters beside a piece of one still say what the entry is for.
        text = bytes_of(entry).decode(errors="ignore")
        if not text.strip():
            return "bytes"
    except KeyError:
        text = entry
    for kind, pattern in (("hangul", _HANGUL), ("han", _HAN), ("latin", _LATIN)):
        if pattern.search(text):
            return kind
    return "other" if any(map(str.isalpha, text)) else "signs"
