"""The hash by which exact duplicates are found.

Enters: the text of a document (prose in the form that :mod:`filters.normalise` gives it). Leaves: 16 bytes (BLAKE2b, RFC
7693), equal for texts that differ only in what no reader would call a difference. For prose that is NFC against other
forms and all white space, for Korean is spaced in several ways and copies are re-wrapped; for code, where white space is
meaning, it is line ends, white space at the ends of lines, and empty lines at the end. Letter case always counts. With 16
bytes two different documents among ten billion share a hash with a chance under 10^-18.
"""

import unicodedata
from hashlib import blake2b

HASH_BYTES = 16

_WHITE_SPACE = b" \t\n\r\x0b\x0c"


def _code_bytes(text: str) -> bytes:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if " \n" in text or "\t\n" in text:
        text = "\n".join([line.rstrip(" \t") for line in text.split("\n")])
    return text.rstrip(" \t\n").encode("utf-8", "surrogatepass")


def _prose_bytes(text: str) -> bytes:
    if not (text.isascii() or unicodedata.is_normalized("NFC", text)):
        text = unicodedata.normalize("NFC", text)
    return text.encode("utf-8", "surrogatepass").translate(None, _WHITE_SPACE)


def content_hash(text: str, *, code: bool = False) -> bytes:
    """:data:`HASH_BYTES` bytes for ``text``, by the rules for prose or for code."""
    data = _code_bytes(text) if code else _prose_bytes(text)
    return blake2b(data, digest_size=HASH_BYTES).digest()
