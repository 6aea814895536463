"""The stages from signatures to near-dedup, unit by unit in this process: winners, generations, rounds, bad input."""

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from filters.near_duplicates.buckets import Edges, Prints, prints_of
from filters.near_duplicates.sketch import band_keys
from pipelines.engine import files
from pipelines.engine.partition import PartitionWriter
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, Unit, commit
from pipelines.recipe_tables import Recipe
from pipelines.stages import candidates, clusters, duplicates, near_dedup, signatures
from pipelines.stages.candidates import fewest, in_parts, in_several
from pipelines.stages.context import Context
from pipelines.stages.signature_index import indexes, range_of, rows_schema
from pipelines.stages.signatures import WritingSignatures, fixed_binary, num_ranges_for
from pipelines.stages.verification import TrueSimilarity, jaccard, shingles

TEXT = (
    "서울시는 올해 안에 한강 공원의 산책로를 새로 고치기로 했다. 낡은 벤치와 가로등을 바꾸고, 자전거 길과 걷는 길을 나누어 서로 "
    "부딪히는 사고를 줄인다는 계획이다. 공사는 다음 달 초에 여의도에서 시작해 내년 봄에 모두 끝난다. 시민들은 공사 동안 강 건너편 길을 "
    "이용해야 하며, 주말에는 안내 직원이 다리마다 나와 길을 알려 준다."
)
OTHER = (
    "고양이는 하루의 절반이 넘는 시간을 잠으로 보낸다. 사냥에 쓸 힘을 아끼려는 버릇이 집에서 사는 고양이에게도 남아 있기 때문이다. "
    "새벽과 해 질 무렵에 가장 활발하며, 높은 곳에 올라가 둘레를 살피는 것을 좋아한다."
)
#: id -> text, knowledge score. The first four are near-duplicates of one another.
DOCUMENTS: dict[str, tuple[str, float]] = {
    "short": (TEXT.replace("올해 안에 ", ""), 0.0),
    "first": (TEXT, 0.0),
    "spaced": (TEXT.replace(" ", "  "), 0.0),
    "good": (TEXT.replace("서울시는", "서울시가").replace("했다", "하였다"), 0.5),
    "other": (OTHER, 0.9),
    "one": ("가", 0.0),
    "marks": ("…!?", 0.0),
    "repeated": ("사과 " * 400, 0.0),
    "repeated-more": ("사과 " * 700, 0.0),
}


def recipe(sources: Sequence[str] = ("s",), against: Sequence[str] = (), **near: Any) -> Recipe:
    return Recipe.model_validate(
        {
            "name": "near",
            "source": [{"name": name, "format": "jsonl", "paths": ["-"]} for name in sources],
            "dedup": {"near": near, "against": [str(path) for path in against]},
            "tokenizer": {},
            "mix": {"korean": "1/3", "multilingual": "1/3", "code": "1/3"},
        }
    )


def run_stage(stage: Stage, *, backwards: bool = False, only: int | None = None) -> dict[str, Any]:
    """Runs the waiting units, with their shuffled records, as the runner does."""
    waiting = stage.begin()[:only]
    progress = Progress(stage.run, stage=stage.name)
    records: dict[str, list[bytes]] = defaultdict(list)
    if stage.shuffle:
        found = [pair for unit in stage.shuffled_from for pair in stage.shuffle.emit(unit, progress=progress)]
        for number in range(stage.shuffle.rounds + 1):
            records.clear()
            for key, blob in found[::-1] if backwards else found:
                records[key].append(blob)
            if number < stage.shuffle.rounds:
                found = [pair for key, blobs in records.items() for pair in stage.shuffle.regroup(key, blobs)]
    stage.job.setup()
    for unit in reversed(waiting) if backwards else waiting:
        own = Unit(unit.name, (unit.payload, sorted(records[unit.name])), unit.cost) if stage.shuffle else unit
        commit(stage.directory, unit.name, stage.job.run(own, directory=stage.directory, progress=progress))
    return stage.finish() if only is None else {}


def documents_stage(run: Path, parts: Sequence[Sequence[tuple[str, str, float, str]]]) -> dict[str, Any]:
    """A stage of documents: partitions of (id, text, knowledge score, source)."""
    entries: list[dict[str, Any]] = []
    for number, rows in enumerate(parts):
        with PartitionWriter(str(run / "documents"), f"part-{number:05d}") as out:
            for identifier, text, score, source in rows:
                scores = [("knowledge", score)] if score else []
                row = (identifier, text, source, "", "", "korean", "ko", 1.0, scores, [])
                out.add(row, text_bytes=len(text.encode()))
        entries.append(out.entry)
    kept = sum(entry["kept"] for entry in entries)
    return {"fingerprint": "documents", "config": {}, "partitions": entries, "totals": {"kept": kept, "stats": {}}}


FACTORIES = [("signatures", signatures.stage), ("candidates", candidates.stage), ("clusters", clusters.stage)]
FACTORIES += [("near-dedup", near_dedup.stage)]


def build(run: Path, made: Recipe, manifest: dict[str, Any], **how: Any) -> Context:
    context = Context(made, str(run), str(run))
    context.manifests["documents"] = manifest
    context.documents = "documents"
    for name, factory in FACTORIES:
        stage = factory(context)
        assert stage is not None
        context.manifests[name] = run_stage(stage, **how)
    return context


def dedup(run: Path, documents: dict[str, tuple[str, float]] = DOCUMENTS, *, parts: int = 2, **near: Any) -> Context:
    rows = [(identifier, text, score, "s") for identifier, (text, score) in documents.items()]
    return build(run, recipe(**near), documents_stage(run, [rows[number::parts] for number in range(parts)]))


def table(run: Path, stage: str) -> list[dict[str, Any]]:
    """All rows of a stage, by id."""
    tables = [pq.read_table(path) for path in sorted((run / stage).glob("part-*.parquet")) if ".bands" not in path.name]
    rows = [row for own in tables for row in own.to_pylist()]
    return sorted(rows, key=lambda row: row["id"])


def kept(run: Path) -> dict[str, float]:
    """The documents kept, with the sizes of their clusters."""
    return {row["id"]: dict(row["scores"]).get("near_duplicates", 1.0) for row in table(run, "near-dedup")}


def test_the_best_of_each_cluster_stays(tmp_path: Path) -> None:
    context = dedup(tmp_path)
    assert kept(tmp_path) == {"good": 4, "other": 1, "one": 1, "marks": 1, "repeated-more": 2}
    ledger = {row["id"]: row for row in table(tmp_path, "near-dedup/ledger")}
    assert {identifier: row["kept_id"] for identifier, row in ledger.items()} == {
        **{"first": "good", "short": "good", "spaced": "good", "repeated": "repeated-more"}
    }
    row = ledger["spaced"]
    assert (row["action"], row["failures"][0]["rule"], row["failures"][0]["threshold"]) == ("duplicate", "near_duplicate", 0.7)
    assert row["failures"][0]["detail"] == "one of 4 near-duplicates"
    assert 0.9 < row["failures"][0]["value"] <= 1  # spaces, a particle, an ending
    assert 0.7 <= ledger["short"]["failures"][0]["value"] < 1
    totals = context.manifests["near-dedup"]["totals"]
    assert (totals["in"], totals["kept"], totals["duplicate"]) == (9, 5, 4)
    assert totals["stats"]["cluster_sizes"] == {"2": {"documents": 1}, "3-10": {"documents": 1}}
    assert context.manifests["clusters"]["totals"]["stats"] == {"documents": 9, "clustered": 6, "clusters": 2, "lost": 4}
    assert context.manifests["candidates"]["config"]["expected_recall"]["0.8"] > 0.99


@pytest.mark.parametrize(
    ("keep", "left"),
    [(2, {"good", "spaced"}), (3, {"good", "spaced", "first"}), (9, {"good", "spaced", "first", "short"})],
)
def test_quality_then_length_then_id(tmp_path: Path, keep: int, left: set[str]) -> None:
    dedup(tmp_path, keep=keep)
    assert set(kept(tmp_path)) & {"good", "spaced", "first", "short"} == left
    same = {f"{letter}": (TEXT, 0.0) for letter in "cab"}
    dedup(tmp_path / "same", same)
    assert set(kept(tmp_path / "same")) == {"a"}


def test_neither_order_nor_partitions_nor_kills_show(tmp_path: Path) -> None:
    dedup(tmp_path / "a")
    wanted = [{k: v for k, v in row.items() if k != "cluster"} for row in table(tmp_path / "a", "clusters")]
    for number, parts in enumerate((1, 3, 9)):
        shuffled = list(DOCUMENTS.items())
        random.Random(number).shuffle(shuffled)
        run = tmp_path / str(number)
        dedup(run, dict(shuffled), parts=parts)
        assert [{k: v for k, v in row.items() if k != "cluster"} for row in table(run, "clusters")] == wanted
        assert kept(run) == kept(tmp_path / "a")


def test_a_run_that_was_killed_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    context = dedup(tmp_path, parts=3)
    wanted = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}
    for name in ("signatures", "candidates", "clusters", "near-dedup"):
        files.remove_tree(str(tmp_path / name))
    for name, factory in FACTORIES:
        stage = factory(context)
        assert stage is not None
        run_stage(stage, only=1)
        context.manifests[name] = run_stage(stage, backwards=True)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")} == wanted


def test_nothing_at_all(tmp_path: Path) -> None:
    assert build(tmp_path / "a", recipe(), documents_stage(tmp_path / "a", [])).manifests["clusters"]["partitions"] == []
    build(tmp_path / "b", recipe(), documents_stage(tmp_path / "b", [[], []]))
    assert kept(tmp_path / "b") == {}


def test_without_near_there_is_no_stage(tmp_path: Path) -> None:
    context = Context(recipe(remove=False), str(tmp_path), str(tmp_path))
    assert [factory(context) for _, factory in FACTORIES] == [None, None, None, None]


def test_ids_that_repeat(tmp_path: Path) -> None:
    rows = [("same", TEXT, 0.0, "s"), ("same", OTHER, 0.0, "s"), ("same", TEXT + " 끝.", 0.0, "s"), ("same", TEXT, 0.0, "s")]
    build(tmp_path, recipe(), documents_stage(tmp_path, [rows]))
    assert [row["text"] for row in table(tmp_path, "near-dedup")] == [OTHER, TEXT + " 끝."]


def test_texts_without_shingles_are_duplicates_of_the_same_text_alone(tmp_path: Path) -> None:
    rows = {"a": ("?!", 0.0), "b": ("?!", 0.0), "c": ("...", 0.0), "d": ("…", 0.0), "e": ("가", 0.0), "f": ("가", 0.0)}
    dedup(tmp_path, rows)
    assert set(kept(tmp_path)) == {"a", "c", "d", "e"}


def slices(size: int, *, seed: int) -> list[list[tuple[str, str, float, str]]]:
    """Three slices of noisy copies of a few texts, as sources s0, s1, s2."""
    rng = random.Random(seed)
    pieces = [*TEXT.split(), *OTHER.split()]
    bases = [rng.sample(pieces, len(pieces)) for _ in range(6)]
    made: list[list[tuple[str, str, float, str]]] = [[], [], []]
    for number in range(size):
        words = list(rng.choice(bases))
        for _ in range(rng.choice([0, 1, 3, 6, 10])):
            words[rng.randrange(len(words))] = f"낱말{rng.randrange(1000)}"
        place = rng.randrange(3)
        made[place].append((f"d{number:03d}", " ".join(words), 0.0, f"s{place}"))
    return made


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("keep", [1, 2])
def test_three_slices_one_after_the_other_are_all_at_once(tmp_path: Path, seed: int, keep: int) -> None:
    parts = slices(60, seed=seed)
    whole = tmp_path / "whole"
    build(whole, recipe(("s0", "s1", "s2"), prefer="order", keep=keep), documents_stage(whole, parts))
    older: list[Path] = []
    for number, part in enumerate(parts):
        run = tmp_path / f"slice-{number}"
        build(run, recipe((f"s{number}",), older, keep=keep), documents_stage(run, [part[:7], part[7:]]))
        older.append(run)
    # The signatures alone are what a later run needs.
    rows = sorted((row for run in older for row in table(run, "clusters")), key=lambda row: row["id"])
    wanted = table(whole, "clusters")
    assert len(kept(whole)) < 50
    assert [{**row, "cluster": 0} for row in rows] == [{**row, "cluster": 0} for row in wanted]
    sizes = {key: value for run in older for key, value in kept(run).items()}
    assert sizes == kept(whole)


def test_an_older_run_that_is_not_there_or_differs(tmp_path: Path) -> None:
    old = tmp_path / "old"
    dedup(old, bands=10)
    manifest = documents_stage(tmp_path, [[("a", TEXT, 0.0, "s")]])
    with pytest.raises(ValueError, match=r"nowhere has no finished index of signatures"):
        build(tmp_path, recipe(against=["nowhere"]), manifest)
    with pytest.raises(ValueError, match=r"bands = 10 there and 20 here; give this run the same \[dedup.near\]"):
        build(tmp_path, recipe(against=[old]), manifest)


@pytest.mark.parametrize("prefer", ["quality", "order"])
def test_by_rounds_is_as_in_memory(tmp_path: Path, prefer: str) -> None:
    parts = slices(80, seed=9)
    made = recipe(("s0", "s1", "s2"), prefer=prefer)
    context = build(tmp_path, made, documents_stage(tmp_path, parts))
    wanted = {path.name: path.read_bytes() for path in (tmp_path / "clusters").glob("*.parquet")}
    files.remove_tree(str(tmp_path / "clusters"))
    stage = clusters.stage(context, pairs_in_memory=0, range_documents=7)
    assert stage is not None
    assert stage.shuffle is not None
    assert stage.shuffle.rounds > 10
    assert run_stage(stage, backwards=True) == {**context.manifests["clusters"]}
    assert {path.name: path.read_bytes() for path in (tmp_path / "clusters").glob("*.parquet")} == wanted


def test_a_long_chain_of_pairs_by_rounds(tmp_path: Path) -> None:
    """Each document is like its neighbour alone: 150 of them are one cluster."""
    rng = np.random.default_rng(5)
    values = np.repeat(rng.integers(0, 1 << 32, (1, 1, 24), dtype=np.uint32), 150, axis=0)
    for row in range(1, 150):
        values[row] = values[row - 1]
        values[row, 0, row * 5 % 24 : row * 5 % 24 + 5] = row
    context = synthetic(tmp_path, values, np.zeros(150, dtype=np.int32), order=rng.permutation(150), bands=8, rows=3)
    results = []
    for pairs_in_memory in (10_000, 0):
        stage = clusters.stage(context, pairs_in_memory=pairs_in_memory, range_documents=11)
        assert stage is not None
        files.remove_tree(stage.directory)
        run_stage(stage)
        results.append(table(tmp_path, "clusters"))
    assert results[0] == results[1]
    assert {row["cluster_size"] for row in results[0]} == {150}


def synthetic(run: Path, values: np.ndarray, generations: np.ndarray, *, order: np.ndarray, bands: int, rows: int) -> Context:
    """A run whose signatures are made of MinHash values of one kind, in the given order of documents."""
    width, size = bands * rows, len(order)
    values = values[order]
    keys = band_keys(values, bands=bands, rows=rows).reshape(size, -1)
    blank = fixed_binary(np.zeros((size, 16), dtype=np.uint8))
    columns = [
        pa.array([f"d{number:04d}" for number in order.tolist()]),
        pa.repeat("s", size),
        *(blank, blank),
        pa.array(generations[order].astype(np.int32)),
        pa.array(np.zeros(size, dtype=np.float32)),
        pa.array((order * 7 % 11).astype(np.int32)),
        pa.array(np.full(size, 1, dtype=np.uint8)),
        pa.array(np.full(size, -1, dtype=np.int32)),
        fixed_binary(prints_of(values).reshape(size, width)),
    ]
    writing = WritingSignatures(str(run / "signatures"), "part-00000", 4, width)
    writing.add(pa.table(columns, schema=rows_schema(width)), keys)
    entry = writing.close()
    context = Context(recipe(bands=bands, rows=rows, threshold=0.5), str(run), str(run))
    context.manifests["signatures"] = {
        "fingerprint": "synthetic",
        "config": {"sketch": {"bands": bands, "rows": rows, "kinds": 1}, "ranges": 4, "generations": 1},
        "partitions": [entry],
        "totals": {"stats": entry["stats"]},
    }
    stage = candidates.stage(context)
    assert stage is not None
    context.manifests["candidates"] = run_stage(stage)
    return context


def test_verified_by_the_texts(tmp_path: Path) -> None:
    dedup(tmp_path, threshold=0.8, verify="true")
    assert set(kept(tmp_path)) == {"good", "other", "one", "marks", "repeated-more"}


def test_the_texts_decide_where_the_estimate_leaves_it_open(tmp_path: Path) -> None:
    context = dedup(tmp_path, {"first": (TEXT, 0.0), "short": DOCUMENTS["short"], "other": (OTHER, 0.0)}, parts=1)
    first, short, other = 0, 1, 2
    # Estimates as they may be wrong by: 0.65 of the first two, 0.75 of the first and the last.
    values = np.zeros((3, 1, 120), dtype=np.uint8)
    values[short, 0, :42], values[other, 0, 42:72] = 1, 2
    prints = Prints(values, np.ones(3, dtype=np.uint8))
    found = indexes(context)

    def alike(threshold: float) -> list[bool]:
        decided = TrueSimilarity(found, np.arange(3), prints, threshold)
        return decided(np.array([first, first]), np.array([short, other])).tolist()

    assert alike(0.7) == [True, False]
    assert alike(0.3) == [True, True], "far from the threshold the estimate decides"
    files.remove_tree(str(tmp_path / "documents"))
    assert alike(0.7) == [False, True], "where there are no texts any more it does too"


@pytest.mark.parametrize(
    ("segment", "language", "kinds"), [("korean", "ko", 2), ("", "ko", 2), ("multilingual", "en", 1), ("code", "python", 1)]
)
def test_true_shingles_are_those_of_the_signatures(segment: str, language: str, kinds: int) -> None:
    found = shingles(TEXT, segment, language)
    assert len(found) == kinds
    assert all(len(own) > 20 and (np.diff(own.astype(object)) > 0).all() for own in found)
    assert jaccard(found[0], found[0]) == 1
    assert jaccard(found[0], found[0][:0]) == 0


@pytest.mark.parametrize(
    ("num_keys", "num_ranges"),
    [(0, 1), (1, 1), (16_000_000, 1), (16_000_001, 2), (33_000_000, 4), (400_000_000, 32)],
)
def test_ranges_are_prefixes(num_keys: int, num_ranges: int) -> None:
    assert num_ranges_for(num_keys) == num_ranges
    keys = np.array([0, 1 << 62, 1 << 63, (1 << 64) - 1], dtype=np.uint64)
    assert range_of(keys, num_ranges).tolist() == [0, num_ranges // 4, num_ranges // 2, num_ranges - 1]


def test_keys_that_are_there_several_times_are_all_found() -> None:
    keys = np.random.default_rng(2).integers(0, 500, 1_000, dtype=np.uint64) << np.uint64(40)
    counts = dict(zip(*np.unique(keys, return_counts=True), strict=True))
    found = in_several(keys)
    assert all(marked for marked, key in zip(found.tolist(), keys, strict=True) if counts[key] > 1)
    assert in_several(np.zeros(0, dtype=np.uint64)).tolist() == []


def test_buckets_are_cut_only_where_one_alone_is_too_large() -> None:
    sizes = [3, 3, 9, 1]
    buckets = np.repeat(np.arange(4), sizes)
    parts = [own.tolist() for _, own in in_parts(np.arange(16), buckets, limit=5)]
    assert parts == [[0] * 3, [1] * 3, [2] * 5, [2] * 4 + [3]]


def test_fewest_pairs_up_to_each_generation() -> None:
    def edges(rows: Sequence[tuple[int, int, int]]) -> Any:
        first, second, generation = np.array(rows, dtype=np.int64).reshape(-1, 3).T
        return Edges(first, second, generation.astype(np.int32))

    first, second, generation = fewest([edges([(7, 3, 1), (3, 9, 0)]), edges([(9, 3, 0), (7, 9, 1), (5, 7, 2)])])
    assert list(zip(first.tolist(), second.tolist(), generation.tolist(), strict=True)) == [(9, 3, 0), (7, 3, 1), (5, 3, 2)]
    assert [len(column) for column in fewest([])] == [0, 0, 0]


def test_texts_that_an_older_run_has_go_first(tmp_path: Path) -> None:
    """Its ids do not count: a page keeps its id when it changes."""
    old, run = tmp_path / "old", tmp_path / "run"
    dedup(old, {"x": (TEXT, 0.0), "y": (OTHER, 0.0)})
    rows = [("x", "새 글", 0.0, "s"), ("a", TEXT, 0.0, "s"), ("b", TEXT, 0.0, "s"), ("b", "새 글 둘", 0.0, "s")]
    context = Context(recipe(against=[old]), str(run), str(run))
    context.manifests["filter"] = documents_stage(run, [rows[:2], rows[2:]])
    files.filesystem(str(run))[0].mv(str(run / "documents"), str(run / "filter"), recursive=True)
    manifest = run_stage(duplicates.stage(context))
    assert manifest["totals"]["stats"] == {"exact_duplicate": 2, "duplicate_id": 1}
    lost = [row for path in sorted((run / "duplicates").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    assert [(row["row"], row["rule"], row["kept_id"]) for row in lost] == [
        (1, "exact_duplicate", "x"),
        (0, "exact_duplicate", "x"),
        (1, "duplicate_id", "b"),
    ]
