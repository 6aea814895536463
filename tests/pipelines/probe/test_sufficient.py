"""Which sources are given more: those of few records or few clusters, within bytes that are bounded."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.engine import files
from pipelines.probe.drawing import Cluster, Drawn
from pipelines.probe.strata import Stratum, with_shares
from pipelines.probe.sufficient import least_shares, source_rates
from pipelines.readers.record import Piece
from pipelines.recipe_tables import Source


def stratum(name: str, size: int) -> Stratum:
    source = Source.model_validate({"name": name, "format": "jsonl", "paths": ["x"]})
    return Stratum(source=source, kind="ranges", files=(Piece("x", 0, None, size),), num_bytes=size, content_bytes=size)


def drawn(name: str, *, size: int, taken: int, clusters: int = 10, of: int = 100) -> Drawn:
    own = tuple(Cluster((Piece("x"),), "/", taken // clusters) for _ in range(clusters))
    return Drawn(source=name, group=f"{name}/ranges", clusters=own, num_clusters=of, num_bytes=size)


def ingested(run: Path, sources: dict[str, tuple[int, int]]) -> dict[str, Any]:
    """The manifest of sources with so many records in so many of ten clusters."""
    entries: list[dict[str, Any]] = []
    for number, (name, (records, filled)) in enumerate(sources.items()):
        part = f"part-{number:05d}"
        ends = [[10 * min(place + 1, filled), 0] for place in range(10)]
        files.write_json(str(run / "ingest" / "clusters" / f"{part}.json"), ends)
        entries.append({"name": part, "in": records, "stats": {"sources": {name: {}}}})
    return {"partitions": entries}


@pytest.mark.parametrize(
    ("size", "taken", "records", "filled", "share"),
    [
        # Enough of both.
        (1_000_000, 100_000, 60, 6, None),
        # Half of the records: 1.3 times twice as much.
        (1_000_000, 100_000, 30, 10, 0.26),
        # Records enough, but half of the clusters.
        (1_000_000, 100_000, 600, 3, 0.26),
        # None at all: much more, but not everything.
        (1_000_000, 10_000, 0, 0, 0.13),
        # Never more than all there is.
        (1_000_000, 500_000, 10, 10, 1.0),
        # Nor than 4 MB of a source, however little that shows.
        (100_000_000, 2_000_000, 3, 3, 0.04),
        (100_000_000, 4_000_000, 3, 3, None),
    ],
)
def test_least_shares(tmp_path: Path, size: int, taken: int, records: int, filled: int, share: float | None) -> None:
    manifest = ingested(tmp_path, {"s": (records, filled)})
    found = least_shares([stratum("s", size)], [drawn("s", size=size, taken=taken)], manifest, str(tmp_path))
    assert found == ({} if share is None else {"s": pytest.approx(share)})


def test_a_source_read_whole_needs_no_more(tmp_path: Path) -> None:
    manifest = ingested(tmp_path, {"s": (1, 1)})
    own = drawn("s", size=1000, taken=990, clusters=10, of=10)
    assert source_rates([own]) == {"s": 1.0}
    assert least_shares([stratum("s", 1000)], [own], manifest, str(tmp_path)) == {}


def test_the_cheapest_come_first_and_all_together_are_bounded(tmp_path: Path) -> None:
    names = [f"s{n}" for n in range(6)]
    manifest = ingested(tmp_path, dict.fromkeys(names, (3, 3)))
    sizes = {name: 50_000_000 * (n + 1) for n, name in enumerate(reversed(names))}
    strata = [stratum(name, sizes[name]) for name in names]
    taken = [drawn(name, size=sizes[name], taken=10_000 * (6 - n)) for n, name in enumerate(names)]
    found = least_shares(strata, taken, manifest, str(tmp_path))
    assert sum(share * sizes[name] for name, share in found.items()) <= 12_000_000
    assert "s5" in found


@pytest.mark.parametrize(
    ("sizes", "shares"),
    [
        # The small one whole, the large one by what is wanted.
        ({"a": 400_000, "b": 100_000_000}, {"a": 1.0, "b": 0.01}),
        # A thousand sources share what is set aside for them.
        ({f"s{n}": 1_000_000 for n in range(1000)}, {f"s{n}": 0.012 for n in range(1000)}),
    ],
)
def test_small_sources_are_read_whole(sizes: dict[str, int], shares: dict[str, float]) -> None:
    found = with_shares([stratum(name, size) for name, size in sizes.items()], wanted_bytes=1_004_000)
    assert {own.source.name: own.share for own in found} == pytest.approx(shares, rel=0.01)


def test_what_is_known_to_need_more_gets_it() -> None:
    found = with_shares([stratum("a", 100_000_000)], wanted_bytes=1_000_000, least_shares={"a": 0.04})
    assert [own.share for own in found] == [0.04]
