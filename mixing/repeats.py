"""Random numbers of documents and of their uses: what decides which documents are repeated, and where each use goes.

Ids enter, or hashes of documents and numbers of uses; 64-bit hashes leave. All are pure functions of (seed, id, use), so a
corpus that grows leaves the numbers of all its other documents as they were.
"""

import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt


def unit_hashes(ids: Iterable[str], *, seed: int) -> npt.NDArray[np.uint64]:
    """A 64-bit number for each id, uniform over ``uint64``: BLAKE2b keyed by the seed. About 1.8 M ids a second."""
    keyed = hashlib.blake2b(digest_size=8, key=seed.to_bytes(16, "little", signed=True))
    digests = bytearray()
    for document_id in ids:
        state = keyed.copy()
        state.update(document_id.encode())
        digests += state.digest()
    return np.frombuffer(bytes(digests), dtype="<u8").astype(np.uint64)


def unit_hash(document_id: str, *, seed: int) -> int:
    """The number of one id, see :func:`unit_hashes`."""
    return int(unit_hashes([document_id], seed=seed)[0])


def use_hashes(hashes: npt.NDArray[np.uint64], repeat: int | npt.NDArray[np.int64], *, stream: int) -> npt.NDArray[np.uint64]:
    """A uniform 64-bit number of each (document hash, repeat): the finaliser of SplitMix64 (Steele et al. 2014).

    ``stream`` names what the number is for; numbers of different streams have nothing to do with each other.
    """
    # Two odd constants: a step for each use, another for each stream (the golden ratio, and MurmurHash3's).
    use = np.asarray(repeat).astype(np.uint64) + np.uint64(1)
    with np.errstate(over="ignore"):
        bits = hashes + use * np.uint64(0x9E3779B97F4A7C15) + np.uint64(stream * 0xC2B2AE3D27D4EB4F % 2**64)
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return bits ^ (bits >> np.uint64(31))
