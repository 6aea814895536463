"""``malmoi dedup`` as a user runs it: files in, two files out, an index for the next time."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest
import zstandard

from pipelines import dedup_command
from pipelines.dedup_command import run_dedup
from pipelines.engine import files
from pipelines.engine.progress import Progress
from pipelines.engine.stage import commit
from pipelines.engine.supervisor import BuildFailedError
from pipelines.stages import given_lines
from tests.pipelines.stages.test_near_duplicates import OTHER, TEXT, slices

Line = dict[str, Any]


def write(path: Path, lines: list[Line | str]) -> Path:
    text = "".join((line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)) + "\n" for line in lines)
    data = text.encode()
    packed = {".gz": lambda: gzip.compress(data, mtime=0), ".zst": lambda: zstandard.compress(data)}
    path.write_bytes(packed.get(path.suffix, lambda: data)())
    return path


def dedup(out: Path, *inputs: Path, **how: Any) -> list[Line]:
    assert run_dedup([str(path) for path in inputs], str(out), quiet=True, **how) == 0
    return [json.loads(line) for line in (out / "clusters.jsonl").read_text(encoding="utf-8").splitlines()]


def test_lines_in_clusters_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines: list[Line | str] = [
        {"id": "b", "text": TEXT, "더": [1, 2]},
        '{"text": "' + OTHER + '",   "id": "c"}',
        {"id": "a", "text": TEXT.replace(" ", "")},
        "no json",
        "",
        {"id": "c", "text": ""},
        {"id": "d"},
    ]
    found = dedup(tmp_path / "out", write(tmp_path / "in.jsonl", lines))
    empty = {"duplicate_of": None, "similarity": None}
    assert found[:3] == [
        {"id": "b", "kept": True, **empty, "cluster": "b", "cluster_size": 2},
        {"id": "c", "kept": True, **empty, "cluster": "c", "cluster_size": 1},
        {
            "id": "a",
            "kept": False,
            "duplicate_of": "b",
            "similarity": found[2]["similarity"],
            "cluster": "b",
            "cluster_size": 2,
        },
    ]
    assert found[2]["similarity"] > 0.9
    assert [(row["kept"], row.get("error", "")[:20]) for row in found[3:]] == [
        (False, "not JSON (Expecting "),
        (True, ""),
        (False, "the object has no 't"),
    ]
    whole = (tmp_path / "in.jsonl").read_bytes().splitlines(keepends=True)
    assert (tmp_path / "out/kept.jsonl").read_bytes() == whole[0] + whole[1] + whole[5]
    told = capsys.readouterr().err
    assert "4 documents: 3 kept, 1 near-duplicates (1 cluster); 2 lines could not be read" in told
    assert "threshold 0.7, 20 bands of 6 rows" in told
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        *(".lock", "clusters.jsonl", "kept.jsonl", "resolved.json", "signatures")
    ]


def test_compressed_files_numbers_for_ids_and_other_columns(tmp_path: Path) -> None:
    first = write(tmp_path / "a.jsonl.gz", [{"n": 1, "body": TEXT}, {"n": 2, "body": OTHER}, {"body": OTHER}])
    second = write(tmp_path / "b.jsonl.zst", [{"n": 3, "body": TEXT + " 끝."}])
    columns = {"text_column": "body", "id_column": "n"}
    found = dedup(tmp_path / "longest", first, second, **columns)
    assert [(row["id"], row["duplicate_of"]) for row in found[:2]] == [(1, 3), (2, f"{first}#{found_at(first, 2)}")]
    found = dedup(tmp_path / "order", first, second, prefer="order", **columns)
    assert [(row["id"], row["duplicate_of"]) for row in found][::3] == [(1, None), (3, 1)]


def found_at(path: Path, line: int) -> int:
    """Where a line of a .gz file begins."""
    return sum(map(len, gzip.decompress(path.read_bytes()).splitlines(keepends=True)[:line]))


def lines_of(rows: list[tuple[str, str, float, str]]) -> list[Line | str]:
    return [{"id": identifier, "text": text} for identifier, text, _, _ in rows]


def test_three_slices_and_a_shuffle(tmp_path: Path) -> None:
    parts = slices(90, seed=3)
    inputs = [write(tmp_path / f"{number}.jsonl", lines_of(part)) for number, part in enumerate(parts)]
    wanted = dedup(tmp_path / "whole", *inputs, prefer="order")
    older: list[str] = []
    found: list[Line] = []
    for number, path in enumerate(inputs):
        found += dedup(tmp_path / f"out{number}", path, against=older)
        older.append(str(tmp_path / f"out{number}"))
    assert found == wanted
    assert sum(row["kept"] for row in wanted) < 60
    kept = b"".join((tmp_path / f"out{number}/kept.jsonl").read_bytes() for number in range(3))
    assert kept == (tmp_path / "whole/kept.jsonl").read_bytes()

    rows = [row for part in parts for row in part]
    plain = dedup(tmp_path / "plain", write(tmp_path / "plain.jsonl", lines_of(rows)))
    random.Random(1).shuffle(rows)
    again = dedup(tmp_path / "again", write(tmp_path / "shuffled.jsonl", lines_of(rows)), workers=2)
    assert sorted(again, key=lambda row: row["id"]) == sorted(plain, key=lambda row: row["id"])


def test_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    inputs = [write(tmp_path / f"{number}.jsonl", lines_of(part)) for number, part in enumerate(slices(40, seed=5))]
    wanted = dedup(tmp_path / "whole", *inputs)
    out = tmp_path / "killed"
    names = [str(path) for path in inputs]
    context = dedup_command.make_context(names, str(out), recipe=None, against=(), prefer=None)
    stage = given_lines.stage(context)
    unit = stage.begin()[0]
    stage.job.setup()
    entries = stage.job.run(unit, directory=stage.directory, progress=Progress(stage.run, stage=stage.name))
    commit(stage.directory, unit.name, entries)
    (out / "documents/part-00002-000.parquet.tmp-dead").write_bytes(b"half")
    assert dedup(out, *inputs) == wanted


def test_nothing_to_read(tmp_path: Path) -> None:
    assert dedup(tmp_path / "out", write(tmp_path / "empty.jsonl", [])) == []
    broken = write(tmp_path / "broken.jsonl", ["a", "b"])
    assert run_dedup([str(broken)], str(tmp_path / "broken"), quiet=True) == 1


@pytest.mark.parametrize(
    ("inputs", "how", "told"),
    [
        (["nowhere.jsonl"], {}, "no input matches"),
        (["in.jsonl"], {"against": ["nowhere"]}, "nowhere has no finished index of signatures"),
        (["cut.jsonl.gz"], {}, r"ends inside its compressed data, after \d+ bytes of content: fetch it again$"),
    ],
)
def test_what_cannot_be_used(tmp_path: Path, inputs: list[str], how: dict[str, Any], told: str) -> None:
    write(tmp_path / "in.jsonl", [{"id": 1, "text": TEXT}])
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(b'{"id": 1, "text": "a"}\n' * 999)[:-20])
    with pytest.raises(BuildFailedError, match=told):
        run_dedup([str(tmp_path / name) for name in inputs], str(tmp_path / "out"), quiet=True, **how)


def test_what_would_be_overwritten(tmp_path: Path) -> None:
    source = str(write(tmp_path / "kept.jsonl", [{"id": 1, "text": TEXT}]))
    with pytest.raises(ValueError, match="would be overwritten"):
        run_dedup([source], str(tmp_path))
    files.make_directory(str(tmp_path / "run/ingest"))
    with pytest.raises(ValueError, match="is the directory of a build"):
        run_dedup([source], str(tmp_path / "run"))
    with pytest.raises(ValueError, match="is --out and --against"):
        run_dedup([source], str(tmp_path / "out"), against=[str(tmp_path / "out")])
