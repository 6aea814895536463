"""Documents that are written together make the same bytes as documents that are written one by one."""

import random
from pathlib import Path
from typing import Any

import pytest

from pipelines.engine.partition import PartitionWriter
from pipelines.readers.record import Piece, Records
from pipelines.recipe_tables import Source
from pipelines.stages.ingest_writer import Batch, RecordWriter
from pipelines.tombstones import Tombstones

PLACE = Piece("/data/가/a.jsonl", 0, None, 1)
DIRTY = ["e\u0301", "가\u200b나", "끝\r\n", "비\u00a0번"]


def source(**settings: Any) -> Source:
    return Source.model_validate({"name": "web", "format": "jsonl", "paths": ["*"], "licence": "MIT"} | settings)


def records(number: int, *, seed: int, side: bool, empty: bool) -> Records:
    generator = random.Random(seed)
    texts = [generator.choice(["짧다", "가나다 " * generator.randrange(1, 400), *DIRTY]) for _ in range(number)]
    if empty:
        texts[number // 2] = "\u200b"
    rows = range(number)
    return Records(
        texts=texts,
        ordinals=[n * 7 for n in rows],
        raw_bytes=[1] * number,
        native_ids=[None if n % 5 == 0 else f"id-{n}" for n in rows] if side else None,
        uris=["" if n % 3 == 0 else f"https://a.kr/{n}" for n in rows] if side else None,
        licences=[None if n % 4 == 0 else "공공누리" for n in rows] if side else None,
        languages=["ko"] * number if side else None,
        metadata=[{"b": "1", "a": str(n)} if n % 2 else {} for n in rows] if side else None,
    )


def written(directory: Path, given: Records, settings: Source, *, most_bytes: int, together: bool) -> list[bytes]:
    """The bytes of all partitions and ledgers."""
    entries: list[dict[str, Any]] = []
    while len(given):
        with PartitionWriter(str(directory), f"part-{len(entries):03d}") as out:
            writer = RecordWriter(out, Batch(settings, "/data", (PLACE,)), Tombstones())
            if together:
                done = writer.documents(PLACE, given, most_bytes=most_bytes)
            else:
                done = 0
                for record in given:
                    writer.document(PLACE, record)
                    done += 1
                    if out.text_bytes_added >= most_bytes:
                        break
        entries.append(out.entry)
        given = given.after(done)
    files = sorted(directory.rglob("*.parquet"))
    return [repr([{**entry, "stats": sorted(map(str, entry["stats"].items()))} for entry in entries]).encode()] + [
        path.relative_to(directory).as_posix().encode() + path.read_bytes() for path in files
    ]


@pytest.mark.parametrize("settings", [{}, {"id": "path"}, {"kind": "code"}])
@pytest.mark.parametrize("side", [False, True])
@pytest.mark.parametrize("empty", [False, True])
@pytest.mark.parametrize(("number", "most_bytes"), [(1, 1), (2500, 10_000_000), (2500, 100_000), (30, 1)])
def test_the_same_bytes(
    tmp_path: Path, settings: dict[str, str], side: bool, empty: bool, number: int, most_bytes: int
) -> None:
    given = records(number, seed=number, side=side, empty=empty)
    bytes_of = [
        written(tmp_path / name, given, source(**settings), most_bytes=most_bytes, together=name == "together")
        for name in ("together", "alone")
    ]
    assert bytes_of[0] == bytes_of[1]


def test_row_groups_end_at_four_megabytes_too(tmp_path: Path) -> None:
    given = Records(texts=["가" * 400_000] * 9 + ["나"] * 1200, ordinals=range(1209), raw_bytes=[1] * 1209)
    bytes_of = [
        written(tmp_path / name, given, source(), most_bytes=1 << 40, together=name == "together")
        for name in ("together", "alone")
    ]
    assert bytes_of[0] == bytes_of[1]
