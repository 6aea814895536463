"""The stage decontaminate, unit by unit in this process: what goes, what is cut, what the ledger and the manifest tell."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.benchmark_files import BenchmarkError
from pipelines.engine.partition import PartitionWriter
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, commit
from pipelines.recipe_tables import Recipe
from pipelines.stages import decontaminate
from pipelines.stages.context import Context

QUESTION = "조선 시대에 세종대왕이 훈민정음을 창제한 연도는 언제입니까?"
CODE = (
    'def has_close_elements(numbers: List[float], threshold: float) -> bool:\n    """Check if any two numbers are closer."""\n'
)
DOCUMENTS = [
    [("a", "깨끗한 글이다. 아무 물음도 없다.", "korean"), ("b", f"앞이다. {QUESTION} 1443년이다. 뒤다.", "korean")],
    [
        ("c", f"import os\n{CODE}x = 1\n", "code"),
        ("d", f"{QUESTION} 조선시대의세종대왕은훈민정음이창제하던연도가언제지", "korean"),
        ("e", "", "korean"),
    ],
]


def context(run: Path, **table: Any) -> Context:
    (run / "bench.jsonl").write_text(
        "".join(
            json.dumps(line, ensure_ascii=False) + "\n"
            for line in ({"id": "king", "question": QUESTION, "answer": "1443년"}, {"prompt": CODE}, {"question": "왜?"})
        )
    )
    made = Recipe.model_validate(
        {
            "name": "d",
            "source": [{"name": "s", "format": "jsonl", "paths": ["-"]}],
            "decontaminate": {"benchmarks": ["bench.jsonl"], **table},
            "tokenizer": {},
            "mix": {"korean": "1/3", "multilingual": "1/3", "code": "1/3"},
        }
    )
    entries: list[dict[str, Any]] = []
    for number, rows in enumerate(DOCUMENTS):
        with PartitionWriter(str(run / "near-dedup"), f"part-{number:05d}") as out:
            for identifier, text, segment in rows:
                row = (identifier, text, "s", "", "", segment, "ko", 1.0, [], [])
                out.add(row, text_bytes=len(text.encode()))
        entries.append(out.entry)
    manifest = {"fingerprint": "f", "partitions": entries, "totals": {"kept": sum(entry["kept"] for entry in entries)}}
    return Context(made, str(run), str(run), manifests={"near-dedup": manifest}, documents="near-dedup")


def run_stage(stage: Stage | None, *, backwards: bool = False) -> dict[str, Any]:
    assert stage is not None
    waiting = stage.begin()
    stage.job.setup()
    for unit in reversed(waiting) if backwards else waiting:
        commit(
            stage.directory,
            unit.name,
            stage.job.run(unit, directory=stage.directory, progress=Progress(stage.run, stage=stage.name)),
        )
    return stage.finish()


def rows(run: Path, kind: str = "") -> list[dict[str, Any]]:
    paths = sorted((run / "decontaminate" / kind).glob("*.parquet"))
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


def test_drop(tmp_path: Path) -> None:
    manifest = run_stage(decontaminate.stage(context(tmp_path)))
    assert [row["id"] for row in rows(tmp_path)] == ["a", "e"]
    told = {row["id"]: row for row in rows(tmp_path, "ledger")}
    assert {identifier: row["action"] for identifier, row in told.items()} == dict.fromkeys("bcd", "contaminated")
    failure = told["b"]["failures"][0]
    assert (failure["rule"], failure["value"]) == ("benchmark_overlap", 1.0)
    assert 0.8 < failure["threshold"] < 0.9
    assert failure["detail"] == f"bench.jsonl king: {QUESTION.rstrip('?')}"
    assert told["c"]["failures"][0]["detail"].startswith("bench.jsonl line 2: def has_close_elements(numbers")
    assert len(told["d"]["failures"]) == 2
    totals = manifest["totals"]
    assert (totals["in"], totals["kept"], totals["contaminated"], totals["edited"]) == (5, 2, 3, 0)
    assert totals["stats"]["benchmarks"] == {
        "bench.jsonl": {"items": 3, "unreadable": 0, "too_short": 1, "documents": 3, "passages": 4}
    }
    told_file = json.loads((tmp_path / "decontaminate" / "benchmarks.json").read_text())
    assert told_file["too_short"] == [{"benchmark": "bench.jsonl", "item": "line 3", "question": "왜?"}]


def test_cut(tmp_path: Path) -> None:
    manifest = run_stage(decontaminate.stage(context(tmp_path, action="cut")))
    assert {row["id"]: row["text"] for row in rows(tmp_path)} == {
        "a": DOCUMENTS[0][0][1],
        "b": "앞이다. 뒤다.",
        "c": "import os\nx = 1\n",
        "e": "",
    }
    assert {row["id"]: row["action"] for row in rows(tmp_path, "ledger")} == {"b": "edited", "c": "edited", "d": "contaminated"}
    totals = manifest["totals"]
    assert (totals["kept"], totals["contaminated"], totals["edited"]) == (4, 1, 2)
    assert totals["stats"]["text_bytes_kept"] == sum(len(row["text"].encode()) for row in rows(tmp_path))


def test_the_order_of_units_does_not_show(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    manifests = [
        run_stage(decontaminate.stage(context(tmp_path / "one"))),
        run_stage(decontaminate.stage(context(tmp_path / "two")), backwards=True),
    ]
    assert manifests[0] == manifests[1]


def test_a_changed_benchmark_is_another_stage(tmp_path: Path) -> None:
    own = context(tmp_path)
    before = decontaminate.stage(own)
    (tmp_path / "bench.jsonl").write_text('{"question": "다른 물음입니다"}\n')
    after = decontaminate.stage(own)
    assert before is not None
    assert after is not None
    assert before.fingerprint != after.fingerprint
    with pytest.raises(ValueError, match="changed while the build ran"):
        before.job.setup()


def test_without_benchmarks_there_is_no_stage(tmp_path: Path) -> None:
    assert decontaminate.stage(context(tmp_path, benchmarks=[])) is None


def test_a_missing_benchmark(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"missing\.jsonl"):
        decontaminate.stage(context(tmp_path, benchmarks=["missing.jsonl"]))
