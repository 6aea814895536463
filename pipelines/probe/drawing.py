"""Takes the clusters of a stratum: which ones is a pure function of the seed, of paths and of places in files.

What enters: strata with the share that is wanted. What leaves: :class:`Drawn`, the clusters taken and how many there are, each
a handful of pieces that the source's own reader reads. Stretches that no reader can be pointed at (of compressed files, web
archives and row groups) are copied to small files of the same format under the same path in ``directory``.

Sampling is simple and random without replacement within a stratum. Where a stratum is too large to be looked through, windows
of files are taken first and clusters inside them second; the windows are then what the estimates take for clusters (ultimate
clusters: Hansen, Hurwitz and Madow 1953).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from mixing.repeats import unit_hash, unit_hashes
from pipelines.readers.opening import MAGIC_BY_SUFFIX, FileError, open_file
from pipelines.readers.record import Piece

from .strata import Stratum
from .thinning import Thinned, thin_rows, thin_stream

#: Clusters that a stratum is cut into, about, and the bounds of their size: many small ones say more than a few large ones.
_CLUSTERS = 2000
_LEAST_BYTES, _MOST_BYTES = 4 << 10, 64 << 10
#: So many at least are taken of a stratum that is cut.
_LEAST_TAKEN = 12


@dataclass(frozen=True, slots=True)
class Cluster:
    """Records that are taken together. ``root`` is where paths in ids start; ``num_bytes`` its size among its stratum's."""

    pieces: tuple[Piece, ...]
    root: str
    num_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What was taken of a stratum: ``num_clusters`` and ``num_bytes`` are those of all of it.

    ``inner_share`` is the share of a cluster that was read. Strata of one ``group`` are measured in the same bytes.
    """

    source: str
    group: str
    clusters: tuple[Cluster, ...]
    num_clusters: int
    num_bytes: int
    inner_share: float = 1.0
    is_files: bool = False
    problems: tuple[tuple[str, str, str], ...] = ()

    @property
    def rate(self) -> float:
        """The chance of a record to be taken."""
        return len(self.clusters) / self.num_clusters * self.inner_share if self.num_clusters else 1.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """Draws strata. ``root`` is the recipe's, ``directory`` an empty one for copies."""

    seed: int
    root: str
    directory: str
    _counter: list[int] = field(default_factory=lambda: [0])

    def draw(self, stratum: Stratum) -> list[Drawn]:
        """The clusters taken; a file that cannot be cut is a stratum of its own, taken whole."""
        if stratum.kind == "files" or stratum.share >= 1.0:
            return [self._files(stratum)]
        if stratum.kind == "ranges":
            return self._ranges(stratum)
        return self._copied(stratum)

    def _group(self, stratum: Stratum) -> str:
        return f"{stratum.source.name}/{stratum.kind}"

    def _files(self, stratum: Stratum) -> Drawn:
        num_taken = math.ceil(stratum.share * len(stratum.files) - 1e-9)
        hashes = unit_hashes(
            (f"probe/{piece.path.removeprefix(self.root)}" for piece in _printable(stratum.files)), seed=self.seed
        )
        places = sorted(sorted(range(len(stratum.files)), key=lambda place: int(hashes[place]))[:num_taken])
        return Drawn(
            source=stratum.source.name,
            group=self._group(stratum),
            clusters=tuple(Cluster((stratum.files[p],), self.root, stratum.files[p].size) for p in places),
            num_clusters=len(stratum.files),
            num_bytes=stratum.num_bytes,
            is_files=stratum.kind == "files",
        )

    def _ranges(self, stratum: Stratum) -> list[Drawn]:
        size = cluster_bytes(stratum)
        ends: list[int] = []
        for piece in stratum.files:
            ends.append((ends[-1] if ends else 0) + max(-(-piece.size // size), 1))
        num_clusters = ends[-1]
        wanted = min(num_clusters, max(math.ceil(stratum.share * num_clusters), _LEAST_TAKEN))
        taken = chosen(num_clusters, wanted=wanted, seed=self.seed, name=f"probe/{self._group(stratum)}")
        clusters: list[Cluster] = []
        whole: dict[str, Piece] = {}
        file = 0
        for place in taken:
            while place >= ends[file]:
                file += 1
            piece = stratum.files[file]
            number = place - (ends[file - 1] if file else 0)
            if piece.path in whole or not _can_be_cut(piece):
                whole[piece.path] = piece
                clusters.append(Cluster((), self.root, 0))
                continue
            start, end = number * size, min((number + 1) * size, piece.size)
            part = Piece(piece.path, start, None if end >= piece.size else end, end - start)
            clusters.append(Cluster((part,), self.root, end - start))
        drawn = Drawn(
            source=stratum.source.name,
            group=self._group(stratum),
            clusters=tuple(clusters),
            num_clusters=num_clusters,
            num_bytes=stratum.num_bytes,
        )
        return [drawn, *(self._alone(stratum, piece) for piece in whole.values())]

    def _alone(self, stratum: Stratum, piece: Piece) -> Drawn:
        """A file that is at fault, read as a whole: its reader says what is the matter."""
        cluster = Cluster((piece,), self.root, piece.size)
        group = f"{self._group(stratum)}/{piece.path}"
        return Drawn(source=stratum.source.name, group=group, clusters=(cluster,), num_clusters=1, num_bytes=piece.size)

    def _copied(self, stratum: Stratum) -> list[Drawn]:
        thin = thin_rows if stratum.kind == "rows" else thin_stream
        self._counter[0] += 1
        root = f"{self.directory}/{self._counter[0]:04d}"
        thinned = thin(
            stratum,
            root=root,
            prefix=self.root,
            seed=self.seed,
            cluster_bytes=cluster_bytes(stratum),
            least_taken=_LEAST_TAKEN,
        )
        drawn = Drawn(
            source=stratum.source.name,
            group=self._group(stratum),
            clusters=tuple(Cluster(taken.pieces, root, taken.num_bytes) for taken in thinned.taken),
            num_clusters=thinned.num_clusters,
            num_bytes=thinned.num_bytes,
            inner_share=thinned.inner_share,
            problems=thinned.problems,
        )
        return [*([drawn] if thinned.num_clusters else []), *(self._alone(stratum, piece) for piece in _unread(thinned))]


def _unread(thinned: Thinned) -> Sequence[Piece]:
    return thinned.unread


def _printable(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The pieces with paths that can be hashed: file names need not be UTF-8."""
    return [Piece(piece.path.encode(errors="surrogateescape").decode(errors="backslashreplace")) for piece in pieces]


def cluster_bytes(stratum: Stratum) -> int:
    """The size of a cluster of a stratum that is cut: what makes some thousands of them."""
    return min(max(stratum.content_bytes // _CLUSTERS, _LEAST_BYTES), _MOST_BYTES)


def chosen(count: int, *, wanted: int, seed: int, name: str) -> list[int]:
    """``wanted`` different numbers below ``count``, ascending, each set of them as likely as any other."""
    if wanted >= count:
        return list(range(count))
    num_drawn = min(wanted, count - wanted)
    drawn: set[int] = set()
    number = 0
    while len(drawn) < num_drawn:
        drawn.add(unit_hash(f"{name}/{number}", seed=seed) * count >> 64)
        number += 1
    if num_drawn == wanted:
        return sorted(drawn)
    return [place for place in range(count) if place not in drawn]


def _can_be_cut(piece: Piece) -> bool:
    """Whether a file begins like plain lines: not like a compressed file, nor like UTF-16."""
    try:
        with open_file(piece.path) as handle:
            head = handle.read(8)
    except FileError:
        return False
    return not head.startswith((*MAGIC_BY_SUFFIX.values(), b"\xff\xfe", b"\xfe\xff"))
