"""Whether documents can be rebuilt from the shards, byte for byte.

Enters: the shards of a run, its tokenizer, and the last stage of documents. Leaves: problems, each with sequence and document.
Of every piece of some sequences, chosen by hash, the whole document is put together from all its pieces in the shard and
compared with its text: decoded with the tokenizer's table of bytes, not as text, so that nothing is mended on the way. Only
a hash of each rebuilt document is kept until the partitions are read, each at most once, and of them only the row groups
that hold one.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixing.repeats import unit_hash, use_hashes
from tokenizer.fim import FORM_NAMES, PLAIN, FormError, original

from .engine import files
from .shard_pieces import Pieces
from .shard_set import ShardSet, Tokens, sequence_length
from .takedown.layout import StageFiles
from .takedown.tables import Ids, chosen_rows, read_columns
from .token_bytes import TokenBytes

#: Sequences that are rebuilt unless more are asked for.
DEFAULT_SEQUENCES = 1_000
#: Any number: which sequences are chosen must not depend on anything but their names.
_SEED = 1_000
_STREAM = 0x74657874
#: Documents that wait for their texts to be read.
_MAX_WAITING = 300_000
_DIGEST_BYTES = 16
_REMEDY = (
    "delete shards/manifest.json and shards/{name}.bin and run `malmoi build` again; if it is told again, delete tokens/ too"
)

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class _Rebuilt:
    """A document as a shard has it."""

    shard: str
    sequence: int
    form: int
    digest: bytes
    num_bytes: int


@dataclass
class TextCheck:
    """Rebuilds documents of one run; ``counts`` what was rebuilt."""

    shards: ShardSet
    decoder: TokenBytes
    documents: StageFiles
    counts: dict[str, int] = field(default_factory=dict[str, int])
    _waiting: dict[str, list[_Rebuilt]] = field(default_factory=dict[str, list[_Rebuilt]])

    def problems(self, chosen: Mapping[str, Ints]) -> Iterator[str]:
        """What is wrong with the documents in sequences of shards."""
        self.counts = dict.fromkeys(("sequences_rebuilt", "documents_rebuilt"), 0)
        for name, sequences in sorted(chosen.items()):
            self.counts["sequences_rebuilt"] += len(sequences)
            try:
                pieces = Pieces.of(self.shards.lineage(name), capacity=sequence_length(name))
                with self.shards.tokens(name) as tokens:
                    yield from self._rebuild(name, pieces, tokens, sequences)
            except (ValueError, OSError) as error:
                yield f"shards/{name}: {error}"
            if len(self._waiting) >= _MAX_WAITING:
                yield from self._compare()
        yield from self._compare()

    def _rebuild(self, name: str, pieces: Pieces, tokens: Tokens, sequences: Ints) -> Iterator[str]:
        """Puts together each document of which a piece stands in one of the sequences."""
        rows = np.flatnonzero(np.isin(pieces.sequence, sequences))
        uses, firsts = np.unique(pieces.use[rows], return_index=True)
        # In the order of the file: most documents are one piece.
        for place in np.argsort(rows[firsts], kind="stable").tolist():
            use, row = int(uses[place]), int(rows[firsts[place]])
            own = pieces.by_use[pieces.first_of_use[use] : pieces.first_of_use[use + 1]]
            form = int(pieces.form[row])
            try:
                digest, num_bytes = self._digest(pieces, tokens, own, form)
            except (FormError, IndexError) as error:
                yield f"shards/{name}.bin: {pieces.named(row)}: {error}; {_REMEDY.format(name=name)}"
                continue
            found = _Rebuilt(name, int(pieces.sequence[row]), form, digest, num_bytes)
            others = self._waiting.setdefault(pieces.ids[pieces.document[row]], [])
            if all(other.digest != digest for other in others):
                others.append(found)
            self.counts["documents_rebuilt"] += 1

    def _digest(self, pieces: Pieces, tokens: Tokens, rows: Ints, form: int) -> tuple[bytes, int]:
        """The hash and the length of the text of a use, given its pieces in order."""
        hashed, num_bytes = hashlib.blake2b(digest_size=_DIGEST_BYTES), 0
        for data in self._parts(pieces, tokens, rows, form):
            hashed.update(data)
            num_bytes += len(data)
        return hashed.digest(), num_bytes

    def _parts(self, pieces: Pieces, tokens: Tokens, rows: Ints, form: int) -> Iterator[bytes]:
        read = (tokens.read(int(pieces.begins[row]), int(pieces.length[row])) for row in rows.tolist())
        special, end = self.shards.sentinels, self.shards.end_of_text
        if form != PLAIN or len(rows) == 1:
            # No longer than a sequence.
            ids = np.concatenate(list(read))
            for part in original(ids, form=form, special=special, end_of_text_id=end):
                yield self._bytes(part)
            return
        last = rows.tolist()[-1]
        for row, ids in zip(rows.tolist(), read, strict=True):
            yield self._bytes(original(ids, form=PLAIN, special=special, end_of_text_id=end)[0] if row == last else ids)

    def _bytes(self, ids: NDArray[Any]) -> bytes:
        return self.decoder.data(ids, np.array([0, len(ids)]))[0]

    def _compare(self) -> Iterator[str]:
        """Looks up the texts of the documents that wait."""
        wanted = Ids(self._waiting)
        unreadable = False
        for entry in self.documents.entries if self._waiting else ():
            path = files.join(self.documents.directory, f"{entry['name']}.parquet")
            try:
                mask = wanted.among(read_columns(path, ["id"])["id"])
                for table in chosen_rows(path, mask, columns=["id", "text"]):
                    for identifier, text in zip(*(column.to_pylist() for column in table.columns), strict=True):
                        yield from self._compared(identifier, text.encode(), f"{self.documents.name}/{entry['name']}.parquet")
            except (ValueError, FileNotFoundError):
                unreadable = True  # told already: its checksum is not the one in its manifest
        for identifier, found in sorted(self._waiting.items()) if not unreadable else ():
            place = f"sequence {found[0].sequence}, document {identifier!r}"
            yield f"shards/{found[0].shard}: {place} is in no partition of {self.documents.name}; run `malmoi build` again"
        self._waiting = {}

    def _compared(self, identifier: str, text: bytes, where: str) -> Iterator[str]:
        """A problem for each way in which shards have a document that is not its text."""
        digest = hashlib.blake2b(text, digest_size=_DIGEST_BYTES).digest()
        for found in self._waiting.pop(identifier, ()):
            if found.digest != digest:
                told = f"its {FORM_NAMES[found.form]} use rebuilt from the shard ({found.num_bytes:,} bytes) is not its text in"
                yield (
                    f"shards/{found.shard}.bin: sequence {found.sequence}, document {identifier!r}: {told} {where} "
                    f"({len(text):,} bytes); {_REMEDY.format(name=found.shard)}"
                )


def chosen_sequences(shards: ShardSet, number: int | None, *, skipped: frozenset[str] = frozenset()) -> dict[str, Ints]:
    """The sequences to be rebuilt, by their shards: ``number`` of all, the lowest by hash; None: all.

    Raises:
        ValueError: the tokens of a shard are not there.
    """
    everything = {name: np.arange(shards.num_sequences(name)) for name in shards.names if name not in skipped}
    if number is None:
        return {name: own for name, own in everything.items() if len(own)}
    hashes = {
        name: use_hashes(np.full(len(own), unit_hash(name, seed=_SEED), dtype=np.uint64), own, stream=_STREAM)
        for name, own in everything.items()
    }
    together = np.concatenate([np.zeros(0, dtype=np.uint64), *hashes.values()])
    if number < len(together):
        bound = np.partition(together, number)[number]
        everything = {name: own[hashes[name] < bound] for name, own in everything.items()}
    return {name: own for name, own in everything.items() if len(own)}
