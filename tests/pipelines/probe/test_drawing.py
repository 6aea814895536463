"""Which clusters are taken: shares, determinism, and that every record can be taken and none is taken twice."""

import gzip
import json
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from pipelines.probe import thinning, windows
from pipelines.probe.drawing import Drawing, Drawn, chosen
from pipelines.probe.strata import strata_of, with_shares
from pipelines.readers import jsonl, parquet
from pipelines.readers.planning import find_pieces
from pipelines.readers.record import ReaderSettings, Record
from pipelines.recipe_tables import Source

NUM = 4000


def source(format: str, path: Path) -> Source:  # noqa: A002
    return Source.model_validate({"name": "s", "format": format, "paths": [str(path)]})


def draw(own: Source, tmp_path: Path, *, share: float, seed: int = 1) -> list[Drawn]:
    pieces = find_pieces([str(p) for p in own.paths], format=own.format.replace("-", "_"), target_bytes=1 << 62)  # type: ignore[arg-type]
    strata = strata_of(own, pieces)
    content = sum(stratum.content_bytes for stratum in strata)
    directory = tmp_path / f"copies-{seed}-{share}"
    drawing = Drawing(seed, str(tmp_path), str(directory))
    return [part for stratum in with_shares(strata, wanted_bytes=share * content) for part in drawing.draw(stratum)]


def ids(drawn: list[Drawn], reader: object = jsonl) -> list[str]:
    found: list[str] = []
    for part in drawn:
        for cluster in part.clusters:
            for piece in cluster.pieces:
                for item in reader.read(piece, settings=ReaderSettings()):  # type: ignore[attr-defined]
                    assert isinstance(item, Record), item
                    assert item.native_id is not None
                    found.append(item.native_id)
    return found


def lines() -> bytes:
    rng = random.Random(3)
    rows = [{"id": str(n), "text": f"가나다 {rng.randbytes(40 + n % 300).hex()}"} for n in range(NUM)]
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def write(path: Path, kind: str) -> Source:
    data = lines()
    path = path / "in"
    path.mkdir()
    if kind == "plain":
        (path / "a.jsonl").write_bytes(data)
    elif kind == "zst":
        (path / "a.jsonl.zst").write_bytes(zstandard.ZstdCompressor().compress(data))
    elif kind == "gz":
        with gzip.GzipFile(path / "a.jsonl.gz", "wb", mtime=0) as out:
            out.write(data)
    elif kind == "members":
        rows = data.splitlines(keepends=True)
        (path / "a.jsonl.gz").write_bytes(
            b"".join(gzip.compress(b"".join(rows[n : n + 50]), mtime=0) for n in range(0, NUM, 50))
        )
    else:
        rows_ = [json.loads(line) for line in data.splitlines()]
        pq.write_table(pa.Table.from_pylist(rows_), path / "a.parquet", row_group_size=700)
        return source("parquet", path / "a.parquet")
    return source("jsonl", path)


@pytest.mark.parametrize("kind", ["plain", "zst", "gz", "members", "parquet"])
def test_share_and_determinism(tmp_path: Path, kind: str) -> None:
    own = write(tmp_path, kind)
    reader = parquet if kind == "parquet" else jsonl
    taken = ids(draw(own, tmp_path, share=0.5), reader)
    assert len(taken) == len(set(taken))
    assert 0.35 * NUM < len(taken) < 0.65 * NUM
    # Not only the heads.
    assert min(map(int, taken)) < NUM // 10
    assert max(map(int, taken)) > NUM - NUM // 10
    assert sorted(ids(draw(own, tmp_path, share=0.5, seed=2), reader)) != sorted(taken)
    whole = draw(own, tmp_path, share=1.0)
    assert sorted(map(int, ids(whole, reader))) == list(range(NUM))
    assert all(part.rate == 1 for part in whole)


@pytest.mark.parametrize("kind", ["plain", "zst", "parquet"])
def test_same_seed_same_sample(tmp_path: Path, kind: str) -> None:
    own = write(tmp_path, kind)
    reader = parquet if kind == "parquet" else jsonl
    assert ids(draw(own, tmp_path, share=0.4), reader) == ids(draw(own, tmp_path, share=0.4), reader)


@pytest.mark.parametrize("kind", ["zst", "members", "parquet"])
def test_windows_of_large_files(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own = write(tmp_path, kind)
    size = next(tmp_path.glob("in/a.*")).stat().st_size
    monkeypatch.setattr(thinning, "LOOKED_THROUGH_BYTES", 1000)
    for module in (thinning, windows):
        monkeypatch.setattr(module, "WINDOW_BYTES", max(size // 20, 500))
    monkeypatch.setattr(windows, "_WINDOWS", 10)
    monkeypatch.setattr(windows, "_BLOCK_BYTES", 4096)
    (part,) = draw(own, tmp_path, share=0.6)
    taken = ids([part], parquet if kind == "parquet" else jsonl)
    assert part.num_clusters in (20, 21)
    assert len(part.clusters) == 10
    assert part.num_bytes == size
    assert len(taken) == len(set(taken))
    assert len(taken) > 100


def test_files_by_size(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    for number in range(200):
        (tmp_path / f"t/{number:03d}.txt").write_text("x" * (number + 1 if number < 190 else 5000))
    drawn = draw(source("text-tree", tmp_path / "t"), tmp_path, share=0.2)
    assert sum(part.num_clusters for part in drawn) == 200
    assert sum(part.num_bytes for part in drawn) == sum(range(1, 191)) + 50000
    assert len(drawn) == 5
    assert all(len(part.clusters) >= min(4, part.num_clusters) for part in drawn)
    names = [cluster.pieces[0].path for part in drawn for cluster in part.clusters]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("name", "data", "rule"),
    [
        ("cut.jsonl.zst", zstandard.ZstdCompressor().compress(lines())[:-4000], "truncated_file"),
        ("cut.jsonl.gz", gzip.compress(lines(), mtime=0)[:-3000], "truncated_file"),
        ("bad.jsonl.gz", b"not gzip at all" * 100_000, "corrupt_file"),
    ],
)
def test_damaged_files_are_told(tmp_path: Path, name: str, data: bytes, rule: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(data)
    (tmp_path / "in/good.jsonl.gz").write_bytes(gzip.compress(lines(), mtime=0))
    drawn = draw(source("jsonl", tmp_path / "in"), tmp_path, share=0.3)
    problems = [problem for part in drawn for problem in part.problems]
    alone = [cluster.pieces[0].path for part in drawn for cluster in part.clusters if part.num_clusters == 1]
    if rule == "truncated_file":
        assert [(Path(path).name, own) for path, own, _ in problems] == [(name, rule)]
    else:
        assert [Path(path).name for path in alone] == [name]


@pytest.mark.parametrize(("count", "wanted"), [(10, 0), (10, 3), (10, 7), (10, 10), (10, 20), (1, 1), (1_000_000, 5)])
def test_chosen(count: int, wanted: int) -> None:
    found = chosen(count, wanted=wanted, seed=1, name="x")
    assert len(found) == min(count, wanted)
    assert found == sorted(set(found))
    assert all(0 <= place < count for place in found)
    assert found == chosen(count, wanted=wanted, seed=1, name="x")
