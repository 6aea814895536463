"""The ASCII side of a text as bytes: what can be looked for there costs a tenth of a regular expression.

Enters: folded text. Leaves: bytes with one byte for each code point, so that offsets are those of the text; whatever is not
ASCII is a question mark. Substrings of it, and of what :meth:`bytes.translate` makes of it, say where a closer look may pay.
"""

from functools import lru_cache


# Several recognisers ask for the same text in a row.
@lru_cache(maxsize=1)
def ascii_shape(text: str) -> bytes:
    """`text` in small letters, a byte a code point."""
    return text.encode("ascii", "replace").lower()
