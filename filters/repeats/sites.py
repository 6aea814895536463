"""The site of a document: whose pages are expected to repeat the same lines.

Enters: the URI and the source of a document. Leaves: a 64-bit number of the host (lower case, without user, port and a
leading ``www.``), or of the source where the URI has no host.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Literal

import numpy as np

from filters.near_duplicates.hashing import Hashes

_AUTHORITY = re.compile(r"[a-z][a-z0-9+.-]{0,30}://(?:[^/?#@]{0,200}@)?(\[[0-9a-f:.]+\]|[^/?#:@]+)", re.IGNORECASE)


@lru_cache(maxsize=1 << 16)
def _number(name: str) -> int:
    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def site_of(uri: str, source: str) -> str:
    """``host/example.kr`` or ``source/news``: what a document's lines are counted over."""
    if found := _AUTHORITY.match(uri):
        return f"host/{found[1].lower().removeprefix('www.').rstrip('.')}"
    return f"source/{source}"


def site_numbers(uris: Sequence[str], sources: Sequence[str], *, by: Literal["site", "source"]) -> Hashes:
    """The number of each document's site, or of its source."""
    names = map(site_of, uris, sources) if by == "site" else (f"source/{source}" for source in sources)
    return np.fromiter(map(_number, names), dtype=np.uint64, count=len(sources))
