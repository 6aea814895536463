"""The visible character that stands for each byte in the files of byte-level tokenizers (Radford et al. 2019)."""

from functools import cache

from tokenizers import Tokenizer


@cache
def byte_names() -> tuple[str, ...]:
    """By byte: printable Latin-1 as it is, the others from U+0100 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = (byte for byte in range(256) if byte not in printable)
    names = {byte: chr(byte) for byte in printable} | {byte: chr(0x100 + place) for place, byte in enumerate(others)}
    return tuple(names[byte] for byte in range(256))


def visible_name(token: bytes) -> str:
    """A token as those files write it."""
    names = byte_names()
    return "".join(names[byte] for byte in token)


def bytes_of(name: str) -> bytes:
    """The token that a file writes as ``name``.

    Raises:
        KeyError: a character that stands for no byte, as in the names of special tokens.
    """
    return bytes(_values()[letter] for letter in name)


def contents(tokenizer: Tokenizer) -> list[bytes | None]:
    """By id, the bytes of text that its token stands for: none for a special token, None where that cannot be told."""
    told: list[bytes | None] = [None] * tokenizer.get_vocab_size(with_added_tokens=True)
    added = tokenizer.get_added_tokens_decoder()
    for name, number in tokenizer.get_vocab(with_added_tokens=True).items():
        if number in added:
            told[number] = b"" if added[number].special else added[number].content.encode()
        elif all(letter in _values() for letter in name):
            told[number] = bytes_of(name)
    return told


@cache
def _values() -> dict[str, int]:
    return {name: byte for byte, name in enumerate(byte_names())}
