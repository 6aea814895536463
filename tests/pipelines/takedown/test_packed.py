"""Takedowns of a small packed run: of every form and length, proved, whole afterwards; and what the proof would find."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from pipelines.engine import files
from pipelines.shard_set import open_shards
from pipelines.takedown.derived import subtract
from pipelines.takedown.grams import GramCollector, split
from pipelines.takedown.proof import prove
from pipelines.takedown.request import Request
from pipelines.takedown.tables import Ids
from pipelines.takedown.taking import take_down
from pipelines.tracing.document import trace_document
from pipelines.verify import verify
from tests.pipelines.packed_run import LONG_ID, edit_lineage, reseal, texts
from tokenizer.lineage import read_lineage

GONE = frozenset({"ko-1", "ko-2", LONG_ID, "py-0", "py-1", "en-5"})


@pytest.fixture(scope="module")
def taken(packed_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run without them. Read only."""
    run = tmp_path_factory.mktemp("taken") / "run"
    shutil.copytree(packed_run, run)
    outcome = take_down(str(run), Request(ids=GONE), tell=lambda _: None)
    assert outcome is not None
    assert outcome.proof["holds"]
    return run


def lineage_of(run: Path) -> dict[str, list[dict[str, Any]]]:
    return {name: read_lineage(run / f"shards/{name}.lineage.parquet").to_pylist() for name in open_shards(str(run)).names}


def test_what_goes_is_of_every_kind(packed_run: Path) -> None:
    """Both lengths, all three forms, a whole use and one in pieces."""
    rows = [(name, row) for name, own in lineage_of(packed_run).items() for row in own if row["document_id"] in GONE]
    assert {name.split("/")[0] for name, _ in rows} == {"64", "256"}
    assert {row["form"] for _, row in rows} == {0, 1, 2}
    assert any(row["document_start"] for _, row in rows)


def test_it_is_whole(taken: Path) -> None:
    report = verify(str(taken), sequences=None)
    assert report.problems == []
    assert report.counts["documents_rebuilt"] > 20


def test_every_other_token_and_boundary_stays(packed_run: Path, taken: Path) -> None:
    before, after = lineage_of(packed_run), lineage_of(taken)
    pad = open_shards(str(taken)).pad
    for name, rows in before.items():
        for suffix in ("idx", "boundaries.bin", "boundaries.idx"):
            path = f"shards/{name}.{suffix}"
            assert (packed_run / path).read_bytes() == (taken / path).read_bytes()
        assert after[name] == [row for row in rows if row["document_id"] not in GONE]
        expected, found = (np.fromfile(run / f"shards/{name}.bin", dtype="<u2") for run in (packed_run, taken))
        for row in rows:
            if row["document_id"] in GONE:
                start = row["sequence"] * int(name.split("/")[0]) + row["start"]
                expected[start : start + row["length"]] = pad
        assert np.array_equal(expected, found)


def test_the_token_files_are_without_their_patches(packed_run: Path, taken: Path) -> None:
    for path in sorted((packed_run / "tokens").glob("*.parquet")):
        before, after = (pq.read_table(run / "tokens" / path.name).to_pylist() for run in (packed_run, taken))
        ids, left = (np.fromfile(run / "tokens" / f"{path.stem}.tokens", dtype="<u2") for run in (packed_run, taken))
        kept = [row for row in before if row["id"] not in GONE]
        assert [{**row, "offset": 0} for row in kept] == [{**row, "offset": 0} for row in after]
        for old, new in zip(kept, after, strict=True):
            stored = slice(old["offset"], old["offset"] + old["stored_tokens"])
            assert np.array_equal(ids[stored], left[new["offset"] : new["offset"] + new["stored_tokens"]])
        assert len(left) == sum(row["stored_tokens"] for row in after)


def test_the_sums_of_the_plan(packed_run: Path, taken: Path) -> None:
    """Every sum is that of what is left; what was taken from each length is told, for the number of shards comes of it."""
    before, after = (files.read_json(str(run / "plan/plan.json")) for run in (packed_run, taken))
    summary = files.read_json(str(taken / "shards/shards.json"))
    for segment, row in after["segments"].items():
        assert row["documents"] == before["segments"][segment]["documents"] - sum(texts()[i][1] == segment for i in GONE)
        for length, tokens in row["by_length"].items():
            assert tokens + row["taken_down_by_length"][length] == before["segments"][segment]["by_length"][length]
            assert tokens == summary["lengths"][length]["segments"][segment]["tokens"]
        assert row["fim_documents"] == summary["segments"][segment]["fim_documents"]
        assert row["planned_documents"] == summary["segments"][segment]["documents"]
        assert row["planned_documents"] == sum(int(times) * number for times, number in row["uses"].items())
    assert after["total_tokens"] == before["total_tokens"]  # what was wished for


def test_a_second_takedown(taken: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(taken, run)
    before = files.read_json(str(run / "plan/plan.json"))
    assert take_down(str(run), Request(ids=frozenset({"ko-3", "py-2"})), tell=lambda _: None)
    assert verify(str(run), sequences=None).problems == []
    after = files.read_json(str(run / "plan/plan.json"))
    row, old = after["segments"]["korean"], before["segments"]["korean"]
    assert sum(row["taken_down_by_length"].values()) > sum(old["taken_down_by_length"].values())
    assert take_down(str(run), Request(ids=frozenset({"ko-3"})), tell=lambda _: None) is None


def test_trace_tells_of_it(taken: Path) -> None:
    told = trace_document(open_shards(str(taken)), "py-1")
    assert (told.state, told.takedown, told.uses) == ("taken down", 1, ())


def grams_of(ids: frozenset[str]) -> Any:
    collector = GramCollector()
    collector.add(split([texts()[identifier][3] for identifier in sorted(ids)]).own_runs())
    return collector.result()


def test_the_proof_finds_a_use_in_another_order(packed_run: Path, taken: Path, tmp_path: Path) -> None:
    """Text that is cut into parts shorter than a passage of 13 words is found all the same."""
    run = tmp_path / "run"
    shutil.copytree(taken, run)
    uses = {
        (name, row["document_id"])
        for name, rows in lineage_of(packed_run).items()
        for row in rows
        if row["form"] and row["document_id"] in GONE
    }
    assert uses
    for name, identifier in sorted(uses):
        for suffix in ("bin", "lineage.parquet"):
            shutil.copy(packed_run / f"shards/{name}.{suffix}", run / f"shards/{name}.{suffix}")
        # Under a name that nobody asked for, and nothing else of those that go.
        kept = {identifier} | (set(texts()) - GONE)
        ids = np.fromfile(run / f"shards/{name}.bin", dtype="<u2")
        for row in lineage_of(packed_run)[name]:
            if row["document_id"] not in kept or (row["document_id"] == identifier and not row["form"]):
                start = row["sequence"] * int(name.split("/")[0]) + row["start"]
                ids[start : start + row["length"]] = open_shards(str(run)).pad
        (run / f"shards/{name}.bin").write_bytes(ids.tobytes())

        def renamed(rows: list[dict[str, Any]], identifier: str = identifier, kept: set[str] = kept) -> list[dict[str, Any]]:
            left = [r for r in rows if r["document_id"] in kept and (r["document_id"] != identifier or r["form"])]
            return [{**r, "document_id": "other"} if r["document_id"] == identifier else r for r in left]

        edit_lineage(run, name, renamed)
        reseal(run, "shards")
        proof = prove(str(run), ids=Ids(GONE), grams=grams_of(frozenset({identifier})))
        assert any(f"shards/{name}.bin holds" in problem for problem in proof["problems"]), (name, identifier)
        shutil.copy(taken / f"shards/{name}.bin", run / f"shards/{name}.bin")
        shutil.copy(taken / f"shards/{name}.lineage.parquet", run / f"shards/{name}.lineage.parquet")


def test_the_proof_finds_tokens_that_are_nobodys(taken: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(taken, run)
    path = run / "shards/64/korean/part-00000.bin"
    ids = np.fromfile(path, dtype="<u2")
    ids[np.flatnonzero(ids == open_shards(str(run)).pad)[0]] = 99
    path.write_bytes(ids.tobytes())
    proof = prove(str(run), ids=Ids(GONE), grams=grams_of(GONE))
    assert proof["problems"] == [
        "shards/64/korean/part-00000.bin holds tokens that are no document's by its lineage, and no padding"
    ]


def test_the_proof_finds_what_is_left_in_token_files(packed_run: Path, taken: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(taken, run)
    for path in (packed_run / "tokens").glob("part-*"):
        shutil.copy(path, run / "tokens" / path.name)
    proof = prove(str(run), ids=Ids(GONE), grams=grams_of(GONE))
    assert any(".tokens holds" in problem for problem in proof["problems"])


def test_subtract() -> None:
    def row(**more: Any) -> dict[str, Any]:
        return {
            "documents": 3,
            "tokens": 30,
            "planned_documents": 5,
            "planned_tokens": 51,
            "planned_plain_tokens": 50,
            "epochs": 1.666667,
            **more,
        }

    plan = {
        "total_tokens": 51,
        "segments": {"korean": row(fim_documents=1, by_length={"64": 51, "256": 0}, uses={"1": 1, "2": 2}, share=1.0)},
        "languages": {"ko": row(segment="korean")},
        "sources": {"a": row(documents=1), "b": row()},
        "knowledge": [row(segment="korean", low=None, high=None), row(segment="korean", low=0.0, high=1.0)],
        "sequence_lengths": {"64": {"tokens": 51, "share": 0.9}, "256": {"tokens": 0, "share": 0.1}},
    }
    gone = {"documents": 1, "tokens": 10, "planned_documents": 2, "planned_tokens": 21, "planned_plain_tokens": 20}
    sums = {
        "segments": {"korean": {**gone, "fim_documents": 1, "by_length": {"64": 21, "256": 0}, "uses": {"2": 1}}},
        "languages": {"ko": gone},
        "sources": {"a": gone},
        "knowledge": {"1": gone},
    }
    subtract(plan, sums)
    left = {
        "documents": 2,
        "tokens": 20,
        "planned_documents": 3,
        "planned_tokens": 30,
        "planned_plain_tokens": 30,
        "epochs": 1.5,
    }
    assert plan["segments"]["korean"] == {
        **{**left, "fim_documents": 0, "by_length": {"64": 30, "256": 0}, "uses": {"1": 1, "2": 1}, "share": 1.0},
        "taken_down_by_length": {"64": 21, "256": 0},
    }
    assert plan["languages"] == {"ko": {**left, "segment": "korean"}}
    assert list(plan["sources"]) == ["b"]
    assert [bucket["documents"] for bucket in plan["knowledge"]] == [3, 2]
    assert plan["sequence_lengths"]["64"] == {"tokens": 30, "share": 0.9}
