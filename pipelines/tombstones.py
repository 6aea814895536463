"""Tombstones: which documents must never come back, as hashes from which neither an id nor a text can be read.

A text file, so that lists of several runs are put together with ``sort -u``: a line per document and kind, in order,
``id <hash>`` (BLAKE2b of the id), ``prose <hash>`` and ``code <hash>`` (:mod:`filters.content_hash` of the text as ingest
keeps it), each of 16 bytes in hexadecimal. ``malmoi takedown`` writes ``RUN/tombstones``; ingest reads it, and what the
recipe's ``tombstones = [...]`` names, and drops what is listed with the rule ``taken_down``.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from filters.content_hash import HASH_BYTES, content_hash

from .engine import files
from .engine.fingerprint import digest

NAME = "tombstones"
RULE = "taken_down"
#: What stands in place of the id of a document that was taken down.
NO_ID = "(taken down)"
_KINDS = ("id", "prose", "code")


def id_hash(identifier: str) -> bytes:
    """16 bytes for an id."""
    return hashlib.blake2b(identifier.encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).digest()


@dataclass(frozen=True)
class Tombstones:
    """Hashes of ids and of texts, of prose and of code."""

    ids: frozenset[bytes] = frozenset()
    prose: frozenset[bytes] = frozenset()
    code: frozenset[bytes] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.ids or self.prose or self.code)

    def __or__(self, other: "Tombstones") -> "Tombstones":
        return Tombstones(self.ids | other.ids, self.prose | other.prose, self.code | other.code)

    def hold(self, identifier: str, text: str, *, code: bool) -> bool:
        """Whether the document is one of them, by its id or by its text."""
        if id_hash(identifier) in self.ids:
            return True
        texts = self.code if code else self.prose
        return bool(texts) and content_hash(text, code=code) in texts

    def to_bytes(self) -> bytes:
        """The file: the same for the same tombstones."""
        pairs = zip(_KINDS, (self.ids, self.prose, self.code), strict=True)
        lines = sorted(f"{kind} {hashed.hex()}\n" for kind, hashes in pairs for hashed in hashes)
        return "".join(lines).encode()


def read_tombstones(path: str) -> Tombstones:
    """The tombstones of a file, or of a run directory that holds one.

    Raises:
        ValueError: there is none, or it is something else.
    """
    found: dict[str, set[bytes]] = {kind: set() for kind in _KINDS}
    try:
        lines = files.read_bytes(path).decode("ascii").splitlines()
    except IsADirectoryError:
        return read_tombstones(files.join(path, NAME))
    except (FileNotFoundError, NotADirectoryError):
        raise ValueError(
            f"there are no tombstones at {path}: name a file that `malmoi takedown` wrote (RUN/{NAME}), or its RUN"
        ) from None
    except UnicodeDecodeError:
        lines = [""]
    for number, line in enumerate(lines, start=1):
        kind, _, hashed = line.partition(" ")
        if kind not in found or len(hashed) != 2 * HASH_BYTES or not set(hashed) <= set("0123456789abcdef"):
            raise ValueError(f"{path}: line {number} is no tombstone ('id', 'prose' or 'code' and 32 hexadecimal digits)")
        found[kind].add(bytes.fromhex(hashed))
    return Tombstones(*(frozenset(found[kind]) for kind in _KINDS))


def own_path(run: str) -> str:
    """Where a run keeps the tombstones of its own takedowns."""
    return files.join(run, NAME)


def of_run(run: str, others: Iterable[str]) -> Tombstones:
    """The tombstones that a run's ingest honours: its own, and those of the files that its recipe names."""
    own = own_path(run)
    total = read_tombstones(own) if files.exists(own) else Tombstones()
    for path in others:
        total |= read_tombstones(path)
    return total


def digests(run: str, paths: Sequence[str]) -> list[str]:
    """What the named files hold, for the fingerprint of ingest.

    The run's own are left out: a takedown takes the documents out of every stage, so nothing has to run again for it.
    """
    own = {own_path(run), run}
    return [digest(read_tombstones(path).to_bytes().decode()) for path in paths if path not in own]
