"""The visible character that stands for each byte in the files of byte-level tokenizers (Radford et al. 2019)."""

from functools import cache


@cache
def byte_names() -> tuple[str, ...]:
    """By byte: printable Latin-1 as it is, the others from U+0100 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = (byte for byte in range(256) if byte not in printable)
    names = {byte: chr(byte) for byte in printable} | {byte: chr(0x100 + place) for place, byte in enumerate(others)}
    return tuple(names[byte] for byte in range(256))
