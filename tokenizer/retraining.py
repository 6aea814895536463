"""Retraining: a new vocabulary in which what stays keeps its id, and what a model needs to go over to it.

An old ``tokenizer.json`` and the new tokens enter; the new ids leave, and a migration: which rows of an embedding stay, which
are new, and the old tokens from whose rows (their mean) each new one can start.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from tokenizer.byte_names import bytes_of, visible_name
from tokenizer.special_tokens import SPECIAL_TOKEN_IDS, SPECIAL_TOKENS


@dataclass(frozen=True)
class OldTokenizer:
    """A tokenizer of this project's; ``ids`` by token, without the special ones."""

    tokenizer: Tokenizer
    ids: dict[bytes, int]

    @classmethod
    def load(cls, path: str | Path) -> "OldTokenizer":
        """Reads a ``tokenizer.json``.

        Raises:
            ValueError: no such file, not a tokenizer, or one whose special tokens are not this project's.
        """
        try:
            tokenizer = Tokenizer.from_buffer(Path(path).read_bytes())
        except FileNotFoundError:
            raise ValueError(f"there is no {path}: give the tokenizer.json to start from") from None
        except Exception as error:  # the library raises nothing more exact
            raise ValueError(f"{path} is not a tokenizer.json ({error})") from error
        for token, number in SPECIAL_TOKEN_IDS.items():
            if tokenizer.token_to_id(token) != number:
                raise ValueError(
                    f"{path} has not {token} at id {number}: it was not trained by this project, so its ids cannot be kept"
                )
        vocabulary = tokenizer.get_vocab(with_added_tokens=False)
        return cls(tokenizer, {bytes_of(name): n for name, n in vocabulary.items() if name not in SPECIAL_TOKEN_IDS})


def assigned_ids(tokens: Sequence[bytes], old: OldTokenizer) -> dict[bytes, int]:
    """An id for each token, without gaps: the old one where there is one that fits, the free ones in order for the others.

    A token whose old id lies beyond the new vocabulary gets another.
    """
    size = len(SPECIAL_TOKENS) + len(tokens)
    kept = {token: old.ids[token] for token in tokens if old.ids.get(token, size) < size}
    taken = set(kept.values())
    free = iter(number for number in range(len(SPECIAL_TOKENS), size) if number not in taken)
    return {token: kept[token] if token in kept else next(free) for token in tokens}


def migration(new: Tokenizer, old: OldTokenizer) -> dict[str, Any]:
    """What becomes of each id, for whoever has a model with the old vocabulary.

    ``new``: rows to make, each from the rows ``from`` of the old embedding (their mean; what the old tokenizer makes of the
    same bytes). ``moved``: rows to copy from another place. ``removed``: old tokens that are gone; every other row stays.
    """
    names = new.get_vocab(with_added_tokens=False)
    ids = {bytes_of(name): number for name, number in names.items() if name not in SPECIAL_TOKEN_IDS}
    made = sorted((number, token) for token, number in ids.items() if token not in old.ids)
    return {
        "old_vocab_size": old.tokenizer.get_vocab_size(),
        "new_vocab_size": new.get_vocab_size(),
        "kept": sum(old.ids.get(token) == number for token, number in ids.items()) + len(SPECIAL_TOKENS),
        "moved": [{"id": n, "from": old.ids[t]} for t, n in sorted(ids.items(), key=_by_id) if old.ids.get(t, n) != n],
        "new": [{"id": n, "token": visible_name(t), "from": _pieces(t, old)} for n, t in made],
        "removed": [{"id": n, "token": visible_name(t)} for t, n in sorted(old.ids.items(), key=_by_id) if t not in ids],
    }


def _by_id(item: tuple[bytes, int]) -> int:
    return item[1]


def _pieces(token: bytes, old: OldTokenizer) -> list[int]:
    """The old ids of a token's bytes: as the old tokenizer encodes them, or single bytes where they are no whole characters."""
    try:
        text = token.decode()
    except UnicodeDecodeError:
        return _longest(token, old)
    return old.tokenizer.encode(text, add_special_tokens=False).ids


def _longest(token: bytes, old: OldTokenizer) -> list[int]:
    """Of bytes that are a part of a character: the longest old tokens, from the left."""
    ids: list[int] = []
    while token:
        length = next(n for n in range(len(token), 0, -1) if token[:n] in old.ids)
        ids.append(old.ids[token[:length]])
        token = token[length:]
    return ids


def write_migration(path: Path, *, new: Tokenizer, old: OldTokenizer) -> dict[str, Any]:
    """Writes the migration as JSON; returns it."""
    told = migration(new, old)
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return told
