"""What a source is made of, for sampling: strata of clusters, and how much of each is to be taken.

What enters: the pieces of a build's sources, a whole file each. What leaves: strata of one source and one way of taking
clusters out of it, with the share that is wanted. Nothing is opened here.

Files of a tree are clusters of one document. They are divided by size into strata of equal bytes, so that the few large files,
which hold most of the text, are sampled as well as the many small ones (stratification by size: Cochran, Sampling
Techniques, 3rd edition, 1977, chapter 5A). Of all other formats a cluster is a stretch of a file.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipelines.readers.opening import compression_suffix
from pipelines.readers.record import Piece
from pipelines.recipe_tables import Source

#: How clusters are taken: whole files, byte ranges of plain lines, stretches of a stream (compressed lines, web archives), or
#: rows of Parquet.
Kind = Literal["files", "ranges", "stream", "rows"]

#: Bytes of content in a byte on disk, about: for how much is to be taken, not for any figure.
_EXPANSION = {".gz": 4.0, ".zst": 4.0, ".bz2": 5.0, ".xz": 5.0}
_PARQUET_EXPANSION = 3.0
_SIZE_STRATA = 5
#: Fewer files than this in a stratum say nothing about how they differ.
_LEAST_CLUSTERS = 4
#: Sources share this part of the sample's bytes equally; the rest goes by size.
_EQUAL_PART = 0.25
#: So much of every source is read whatever is wanted: small sources whole, which costs seconds and leaves no sampling error;
#: and of all of them together at most so much for that.
_LEAST_BYTES, _MOST_LEAST_BYTES = 512_000, 12_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """Files of one source whose clusters are all as likely to be taken; ``content_bytes`` are as they are read, about."""

    source: Source
    kind: Kind
    files: tuple[Piece, ...]
    num_bytes: int
    content_bytes: int
    share: float = 1.0


def content_bytes(piece: Piece) -> int:
    """The bytes that a file holds when it is unpacked, about."""
    if piece.path.lower().endswith((".parquet", ".pq")):
        return int(piece.size * _PARQUET_EXPANSION)
    return int(piece.size * _EXPANSION.get(compression_suffix(piece.path), 1.0))


def strata_of(source: Source, pieces: Sequence[Piece]) -> list[Stratum]:
    """The strata of one source, ``share`` still 1."""
    by_kind: dict[Kind, list[Piece]] = {}
    for piece in pieces:
        by_kind.setdefault(_kind(source, piece), []).append(piece)
    strata: list[Stratum] = []
    for kind, own in sorted(by_kind.items()):
        for part in _by_size(own) if kind == "files" else [own]:
            strata.append(
                Stratum(
                    source=source,
                    kind=kind,
                    files=tuple(part),
                    num_bytes=sum(piece.size for piece in part),
                    content_bytes=sum(map(content_bytes, part)),
                )
            )
    return strata


def _kind(source: Source, piece: Piece) -> Kind:
    if source.format.endswith("-tree"):
        return "files"
    if source.format == "parquet":
        return "rows"
    return "ranges" if source.format == "jsonl" and not compression_suffix(piece.path) else "stream"


def _by_size(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The files by size, in groups of about equal bytes and at least twice :data:`_LEAST_CLUSTERS` files."""
    ordered = sorted(pieces, key=lambda piece: (piece.size, piece.path))
    num_groups = max(1, min(_SIZE_STRATA, len(ordered) // (2 * _LEAST_CLUSTERS)))
    total = sum(piece.size for piece in ordered)
    groups: list[list[Piece]] = [[]]
    done = 0
    for place, piece in enumerate(ordered):
        left = len(ordered) - place
        is_full = done >= total * len(groups) / num_groups or left <= 2 * _LEAST_CLUSTERS * (num_groups - len(groups))
        if len(groups) < num_groups and is_full and len(groups[-1]) >= 2 * _LEAST_CLUSTERS:
            groups.append([])
        groups[-1].append(piece)
        done += piece.size
    return groups


def with_shares(
    strata: Iterable[Stratum],
    *,
    wanted_bytes: float,
    dearness: Mapping[str, float] | None = None,
    least_shares: Mapping[str, float] | None = None,
) -> list[Stratum]:
    """The strata with the share of each that makes ``wanted_bytes`` of content in all, or somewhat more.

    A quarter goes to the sources in equal parts, and small ones are read whole, so that something can be said about them.
    ``dearness``: how much more a byte of a source costs than one of a long text. ``least_shares``: of sources that are known
    to need more.
    """
    found = list(strata)
    cost: dict[str, float] = {}
    for stratum in found:
        name = stratum.source.name
        cost[name] = cost.get(name, 0.0) + stratum.content_bytes * (dearness or {}).get(name, 1.0)
    total = sum(cost.values())
    if wanted_bytes >= total:
        return found
    least = min(_LEAST_BYTES, _MOST_LEAST_BYTES / max(len(cost), 1))
    equal = max(wanted_bytes * _EQUAL_PART / max(len(cost), 1), least)
    by_size = wanted_bytes / max(total, 1.0)
    known = least_shares or {}
    shares = {name: min(1.0, max(by_size, equal / max(own, 1.0), known.get(name, 0.0))) for name, own in cost.items()}
    return [_sampled(stratum, shares[stratum.source.name]) for stratum in found]


def _sampled(stratum: Stratum, share: float) -> Stratum:
    if stratum.kind == "files":
        num_files = len(stratum.files)
        share = max(math.ceil(share * num_files), min(_LEAST_CLUSTERS, num_files)) / max(num_files, 1)
    return Stratum(
        source=stratum.source,
        kind=stratum.kind,
        files=stratum.files,
        num_bytes=stratum.num_bytes,
        content_bytes=stratum.content_bytes,
        share=min(share, 1.0),
    )
