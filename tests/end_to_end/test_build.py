"""One build of a made-up corpus, from raw files to shards: the figures that a run must show."""

import json
import shutil
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from tokenizers import Tokenizer

from tokenizer.fim import PLAIN, PSM, SPM, Sentinels, original
from tokenizer.indexed_dataset import IndexedDatasetReader
from tokenizer.lineage import read_lineage

from .corpus import write_recipe
from .running import malmoi, output_bytes

SEGMENTS = ("korean", "multilingual", "code")
LOSSES = ("dropped", "duplicate", "contaminated", "unreadable")


def read_json(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def test_every_stage_conserves_documents(run: Path) -> None:
    before = None
    for stage in ("ingest", "filter", "dedup", "near-dedup", "tokens"):
        totals = read_json(run / stage / "manifest.json")["totals"]
        assert totals["in"] == totals["kept"] + sum(totals[action] for action in LOSSES)
        assert before is None or totals["in"] == before
        before = totals["kept"]
        rows = sum(pq.read_metadata(path).num_rows for path in (run / stage).glob("part-*.parquet"))
        assert rows == totals["kept"]
    # 4 x (60 + 3) Korean, 61 English, 3 x 20 others, 60 modules.
    assert read_json(run / "ingest/manifest.json")["totals"]["in"] == 252 + 61 + 60 + 60


def test_ledger_names_every_loss_with_all_its_rules(run: Path) -> None:
    rows = [row for path in sorted((run / "filter/ledger").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    short = [row for row in rows if row["id"] == "ko-0-short"]
    assert [row["action"] for row in short] == ["dropped"]
    failures = {failure["rule"]: (failure["value"], failure["threshold"]) for failure in short[0]["failures"]}
    assert failures["length_too_few_chars"] == (5.0, 40.0)
    assert len(failures) > 1, "every failing rule, not only the first"


def test_the_first_of_equal_documents_stays(run: Path) -> None:
    rows = [row for path in sorted((run / "dedup/ledger").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    assert {(row["id"], row["kept_id"], row["action"]) for row in rows} == {
        *((f"ko-{part}-copy", f"ko-{part}-0", "duplicate") for part in range(4)),
        ("en-same", "en-0", "duplicate"),
    }


def test_the_best_of_near_duplicates_stays(run: Path) -> None:
    rows = [row for path in sorted((run / "near-dedup/ledger").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    # The copies have a sentence more than what they copy.
    assert {(row["id"], row["kept_id"], row["action"]) for row in rows} == {
        (f"ko-{part}-1", f"ko-{part}-near", "duplicate") for part in range(4)
    }
    for row in rows:
        (failure,) = row["failures"]
        assert (failure["rule"], failure["threshold"]) == ("near_duplicate", pytest.approx(0.7))
        assert 0.7 <= failure["value"] <= 1
    kept = [row for path in (run / "near-dedup").glob("part-*.parquet") for row in pq.read_table(path).to_pylist()]
    assert {row["id"] for row in kept if dict(row["scores"]).get("near_duplicates") == 2} == {f"ko-{p}-near" for p in range(4)}


def test_segments_have_equal_shares_in_full_sequences_of_two_lengths(run: Path) -> None:
    shards = read_json(run / "shards/shards.json")
    assert shards["sequence_lengths"] == [512, 2048]
    total = sum(shards["segments"][segment]["tokens"] for segment in SEGMENTS)
    for of_length in (shards, *shards["lengths"].values()):
        tokens = [of_length["segments"][segment]["tokens"] for segment in SEGMENTS]
        assert max(tokens) - min(tokens) < 0.001 * total
    assert shards["lengths"]["2048"]["share"] == pytest.approx(0.1, abs=0.001)
    for length in (512, 2048):
        for segment in SEGMENTS:
            row = shards["lengths"][str(length)]["segments"][segment]
            assert row["tokens"] + row["padding"] == row["sequences"] * length
            # Never more than one sequence short of full, in each shard.
            assert row["padding"] < length * row["shards"]
            for prefix in sorted((run / "shards" / str(length) / segment).glob("part-?????.bin")):
                reader = IndexedDatasetReader(prefix.with_suffix(""))
                assert set(reader.lengths.tolist()) == {length}


def test_lineage_rebuilds_every_document(run: Path) -> None:
    tokenizer = Tokenizer.from_file(str(run / "tokenizer/tokenizer.json"))
    special = read_json(run / "shards/shards.json")["special_tokens"]
    eod, pad = special["<|endoftext|>"], special["<|pad|>"]
    texts = {
        row["id"]: row["text"]
        for path in (run / "near-dedup").glob("part-*.parquet")
        for row in pq.read_table(path, columns=["id", "text"]).to_pylist()
    }
    seen = set()
    forms = set()
    for path in sorted(run.glob("shards/*/*/*.lineage.parquet")):
        reader = IndexedDatasetReader(str(path).removesuffix(".lineage.parquet"))
        begins = IndexedDatasetReader(str(path).replace(".lineage.parquet", ".boundaries"))
        covered = np.zeros((len(reader), reader.lengths[0]), dtype=bool)
        pieces: dict[tuple[str, int], list[np.ndarray]] = {}
        form_of = {}
        owners: set[tuple[str, int]] = set()
        rows = read_lineage(path).to_pylist()
        for row in sorted(rows, key=lambda row: row["document_start"]):
            span = slice(row["start"], row["start"] + row["length"])
            assert not covered[row["sequence"], span].any()
            covered[row["sequence"], span] = True
            use = (row["document_id"], row["repeat"])
            pieces.setdefault(use, []).append(reader[row["sequence"]][span])
            form_of[use] = row["form"]
            # No document twice in one sequence.
            assert (row["document_id"], row["sequence"]) not in owners
            owners.add((row["document_id"], row["sequence"]))
            assert row["start"] in begins[row["sequence"]]
        for number in range(len(reader)):
            assert (reader[number][~covered[number]] == pad).all()
            assert pad not in reader[number][covered[number]]
        for use, parts in pieces.items():
            ids = np.concatenate(parts)
            own = original(ids, form=form_of[use], special=Sentinels.of(special), end_of_text_id=eod)
            assert "".join(tokenizer.decode(part.tolist(), skip_special_tokens=False) for part in own) == texts[use[0]]
            seen.add(use[0])
        forms |= set(form_of.values())
    assert len(seen) == len(texts)
    assert forms == {PLAIN, PSM, SPM}


def test_manifests_describe_the_files(run: Path) -> None:
    import hashlib

    for manifest in run.glob("*/manifest.json"):
        for entry in read_json(manifest)["partitions"]:
            for name, described in entry["files"].items():
                data = (manifest.parent / name).read_bytes()
                assert (len(data), hashlib.sha256(data).hexdigest()) == (described["bytes"], described["sha256"])


def test_a_finished_run_is_left_alone(run: Path, recipe: Path) -> None:
    before = output_bytes(run)
    start = time.monotonic()
    done = malmoi("build", recipe, "--out", run)
    assert done.returncode == 0
    assert "nothing to do" in done.stderr
    assert time.monotonic() - start < 5
    assert output_bytes(run) == before


def test_a_changed_threshold_runs_that_stage_and_the_later_ones(
    quick_recipe: Path, quick_run: Path, corpus: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(quick_run, run)
    given = quick_recipe.parent / "given.json"
    changed = write_recipe(tmp_path / "changed.toml", corpus, tokenizer=f'path = "{given}"', min_chars=3)
    times = {path.name: path.stat().st_mtime_ns for path in (run / "ingest").glob("part-*")}
    done = malmoi("build", changed, "--out", run)
    assert done.returncode == 0, done.stderr
    assert times == {path.name: path.stat().st_mtime_ns for path in (run / "ingest").glob("part-*")}
    old, new = (read_json(where / "filter/manifest.json") for where in (quick_run, run))
    assert old["fingerprint"] != new["fingerprint"]
    assert (
        read_json(run / "shards/manifest.json")["fingerprint"] != read_json(quick_run / "shards/manifest.json")["fingerprint"]
    )


def test_status_and_report(run: Path) -> None:
    status = malmoi("status", run, "--json")
    rows = json.loads(status.stdout)
    assert {row["state"] for row in rows} == {"done"}
    rows_by = {row["stage"]: row for row in rows}
    assert rows_by["filter"]["counts"]["kept"] == read_json(run / "filter/manifest.json")["totals"]["kept"]
    assert "ingest" in malmoi("status", run).stdout
    assert (run / "report.html").stat().st_size > 10_000


def test_status_of_something_else(tmp_path: Path) -> None:
    done = malmoi("status", tmp_path)
    assert done.returncode == 1
    assert "is not a run directory" in done.stderr


def test_until_stops_and_goes_on(quick_recipe: Path, quick_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert malmoi("build", quick_recipe, "--out", run, "--until", "dedup").returncode == 0
    assert not (run / "tokens").exists()
    assert malmoi("build", quick_recipe, "--out", run).returncode == 0
    assert output_bytes(run) == output_bytes(quick_run)
    wrong = malmoi("build", quick_recipe, "--out", run, "--until", "dedupe")
    assert wrong.returncode == 2
    assert "did you mean 'dedup'?" in wrong.stderr


def test_megatron_reads_the_shards(run: Path) -> None:
    indexed_dataset = pytest.importorskip("megatron.core.datasets.indexed_dataset")
    prefixes = sorted(run.glob("shards/*/*/part-*.bin"))
    assert len(prefixes) > 6
    for prefix in prefixes:
        dataset = indexed_dataset.IndexedDataset(str(prefix.with_suffix("")))
        ours = IndexedDatasetReader(prefix.with_suffix(""))
        assert len(dataset) == len(ours)
        assert all(np.array_equal(dataset[number], ours[number]) for number in range(len(ours)))


@pytest.mark.parametrize("length", [512, 2048])
def test_megatrons_own_builder_trains_from_the_blend_file(
    run: Path, length: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stock classes, as ``pretrain_gpt.py --data-args-path blend.txt`` uses them: every packed sequence once in an epoch."""
    torch = pytest.importorskip("torch")
    builder = pytest.importorskip("megatron.core.datasets.blended_megatron_dataset_builder")
    gpt_dataset = pytest.importorskip("megatron.core.datasets.gpt_dataset")
    from megatron.core.datasets.utils import get_blend_from_list

    from trainer.megatron.packed_dataset import ShardTokenizer, read_shards

    shards = run / "shards"
    monkeypatch.chdir(shards / str(length))
    blend = get_blend_from_list(Path("blend.txt").read_text(encoding="utf-8").split())
    sequences = sum(int(weight) for weight in blend[1])
    config = gpt_dataset.GPTDatasetConfig(
        random_seed=1,
        sequence_length=length,
        blend=blend,
        split="100,0,0",
        add_extra_token_to_sequence=False,
        path_to_cache=str(tmp_path / "cache"),
        tokenizer=ShardTokenizer(read_shards(shards, sequence_length=length)),
        reset_position_ids=False,
        reset_attention_mask=False,
        eod_mask_loss=False,
        create_attention_mask=False,
    )
    torch.distributed.init_process_group("gloo", init_method=f"file://{tmp_path}/store", rank=0, world_size=1)
    try:
        train, _, _ = builder.BlendedMegatronDatasetBuilder(
            gpt_dataset.GPTDataset, [sequences, 0, 0], lambda: True, config
        ).build()
        held = sum(
            shard["sequences"] for shard in read_json(shards / "shards.json")["lengths"][str(length)]["segments"].values()
        )
        # The builder draws a little more than it is asked for.
        assert sequences == held <= len(train) <= held * 1.01 + 3
        sample = train[0]
        assert sample["tokens"].shape == sample["labels"].shape == (length,)
    finally:
        torch.distributed.destroy_process_group()
