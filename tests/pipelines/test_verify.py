"""``malmoi verify`` on small runs made by hand: whole ones, and every kind of damage with its file and remedy."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from filters.document import Failure
from pipelines.engine import files
from pipelines.engine.ledger import LedgerRow, add_up
from pipelines.engine.partition import PartitionWriter
from pipelines.engine.stage import commit
from pipelines.verify import run_verify, verify


def _row(name: str) -> tuple[Any, ...]:
    return (name, f"{name}의 글", "ko", f"{name}.txt", "CC0-1.0", "korean", "ko", 1.0, [], [])


def _stage(run: Path, stage: str, *, kept: list[str], lost: list[str], inputs: list[str]) -> None:
    directory = str(run / stage)
    with PartitionWriter(directory, "part-00000-000") as out:
        for name in kept:
            out.add(_row(name), text_bytes=len(_row(name)[1].encode()))
        for name in lost:
            out.tally.entered("ko", text_bytes=10)
            out.record(LedgerRow(id=name, action="dropped", failures=[Failure("length", 1.0, 2.0)], source="ko", text_bytes=10))
    commit(directory, "part-00000-000", [out.entry])
    totals = add_up([{key: value for key, value in out.entry.items() if key not in ("name", "files")}])
    manifest = {"stage": stage, "fingerprint": stage, "inputs": inputs, "partitions": [out.entry], "totals": totals}
    files.write_json(f"{directory}/manifest.json", manifest)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    files.write_json(str(tmp_path / "resolved.json"), {})
    _stage(tmp_path, "ingest", kept=["a", "b", "c"], lost=["d"], inputs=[])
    _stage(tmp_path, "filter", kept=["a", "b"], lost=["c"], inputs=["ingest"])
    return tmp_path


def _edit(path: Path, change: Callable[[Any], None]) -> None:
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    files.write_json(str(path), value)


def test_a_whole_run(run: Path) -> None:
    out = io.StringIO()
    assert run_verify(str(run), out) == 0
    assert f"{run} is whole: 4 files" in out.getvalue()
    told = io.StringIO()
    assert run_verify(f"{run}/", told, as_json=True) == 0
    assert json.loads(told.getvalue()) | {"checked": 0} == {
        **{"run": f"{run}/", "whole": True, "problems": [], "unfinished": [], "notes": [], "checked": 0}
    }


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _count(name: str, number: int) -> Callable[[Path], None]:
    """Changes a count of filter's only partition, in its part and in the manifest, as nothing but a fault of ours would."""

    def change(run: Path) -> None:
        def part(value: Any) -> None:
            value["partitions"][0][name] += number

        def manifest(value: Any) -> None:
            part(value)
            value["totals"][name] += number

        _edit(run / "filter/parts/part-00000-000.json", part)
        _edit(run / "filter/manifest.json", manifest)

    return change


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _wrong_total(run: Path) -> None:
    _edit(run / "filter/manifest.json", lambda value: value["totals"].update(kept=9))


def _other_input(run: Path) -> None:
    _edit(run / "filter/manifest.json", lambda value: value.update(inputs=["something else"]))


def _second_part(run: Path) -> None:
    commit(str(run / "filter"), "part-00001-000", [])
    _edit(run / "filter/manifest.json", lambda value: value["partitions"].clear())


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda run: _flip(run / "filter/part-00000-000.parquet"), "filter/part-00000-000.parquet is damaged: its SHA-256"),
        (lambda run: _truncate(run / "ingest/ledger/part-00000-000.parquet"), "ingest/ledger/part-00000-000.parquet has "),
        (lambda run: (run / "filter/part-00000-000.parquet").unlink(), "filter/part-00000-000.parquet is missing; delete it"),
        (_count("kept", 1), "filter/part-00000-000: 3 documents in, not so many accounted for"),
        (_count("edited", 1), "filter/ledger/part-00000-000.parquet: 0 documents are edited, its manifest counts 1"),
        (_count("in", 1), "filter/part-00000-000: 3 documents were kept by ingest, 4 came in"),
        (_wrong_total, "filter/manifest.json: its totals are not the sums of its partitions"),
        (_other_input, "filter was made from earlier stages that the run no longer holds"),
        (_second_part, "filter/manifest.json does not list what is in filter/parts"),
    ],
)
def test_damage(run: Path, damage: Callable[[Path], None], problem: str) -> None:
    damage(run)
    found = verify(str(run)).problems
    assert any(problem in told for told in found), found
    out = io.StringIO()
    assert run_verify(str(run), out) == 1
    assert "problem(s); checked" in out.getvalue()


def test_runs_that_it_was_compared_with_need_not_be_here(run: Path) -> None:
    _stage(run, "duplicates", kept=[], lost=[], inputs=["filter", "of another run"])
    assert any("duplicates was made from earlier stages" in told for told in verify(str(run)).problems)
    files.write_json(str(run / "resolved.json"), {"recipe": {"dedup": {"against": ["/elsewhere"]}}})
    assert not any("was made from earlier stages" in told for told in verify(str(run)).problems)
    _edit(run / "duplicates/manifest.json", lambda value: value.update(inputs=["gone", "of another run"]))
    assert any("duplicates was made from earlier stages" in told for told in verify(str(run)).problems)


def test_an_unfinished_stage_is_told_and_no_damage(run: Path) -> None:
    (run / "filter/manifest.json").unlink()
    report = verify(str(run))
    assert report.problems == []
    assert report.unfinished == ["filter"]


def test_an_unfinished_takedown(run: Path) -> None:
    files.write_json(str(run / "takedowns/0001/journal.json"), {"state": "switching", "request": ""})
    assert verify(str(run)).problems == ["takedown 1 is unfinished: run the same `malmoi takedown` again"]


def test_what_is_no_run(run: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such run directory"):
        verify(str(tmp_path / "none"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="is not a run directory"):
        verify(str(tmp_path / "empty"))
    files.write_json(str(tmp_path / "empty/resolved.json"), {})
    with pytest.raises(ValueError, match="no stage has committed anything"):
        verify(str(tmp_path / "empty"))
    (run / "filter/manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="is not JSON"):
        verify(str(run))
