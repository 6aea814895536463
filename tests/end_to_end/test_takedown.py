"""Takedowns of a finished run: gone everywhere, nothing else touched, whole, resumable, and not coming back."""

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from tokenizers import Tokenizer

from pipelines.tombstones import NO_ID
from tokenizer.indexed_dataset import IndexedDatasetReader
from tokenizer.lineage import read_lineage

from .near_corpus import make_near_corpus, write_near_recipe
from .running import ROOT, environment, malmoi, output_bytes

#: Stops the command as ``kill -9`` does, before the nth file of a name is written, or moved to its place.
_KILLED = """
import os, sys
from pipelines.engine import files
from pipelines.takedown import journal
what, name, left = sys.argv.pop(1).split(" ")
left = int(left)
def stopping(function):
    def stopped(*args, **kwargs):
        global left
        left -= name in args[0]
        if left < 0:
            os._exit(9)
        return function(*args, **kwargs)
    return stopped
if what == "write":
    files.writing = stopping(files.writing)
else:
    journal._replace = stopping(journal._replace)
import malmoi
sys.exit(malmoi.main(sys.argv[1:]))
"""


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def documents(run: Path, stage: str) -> dict[str, str]:
    return {
        row["id"]: row["text"]
        for path in sorted((run / stage).glob("part-*.parquet"))
        for row in pq.read_table(path, columns=["id", "text"]).to_pylist()
    }


def last_stage(run: Path) -> str:
    return next(stage for stage in ("decontaminate", "near-dedup", "dedup") if (run / stage / "manifest.json").exists())


@pytest.fixture(scope="module")
def near_recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("near-corpus")
    make_near_corpus(root)
    return write_near_recipe(tmp_path_factory.mktemp("near-recipe") / "near.toml", root)


@pytest.fixture(scope="module")
def near_run(near_recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An undisturbed run. Read only."""
    run = tmp_path_factory.mktemp("near-run") / "run"
    done = malmoi("build", near_recipe, "--out", run)
    assert done.returncode == 0, done.stderr
    return run


@pytest.fixture(scope="module")
def asked(near_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hundred ids of documents in the shards, by chance, and ones that are treated apart."""
    ids = sorted(set(documents(near_run, last_stage(near_run))) - {"near-0-0", "near-1-0"})
    chosen = [*random.Random(1).sample(ids, 100), "ko-1-short"]
    path = tmp_path_factory.mktemp("asked") / "ids.txt"
    path.write_text("\n".join(chosen), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def taken(near_run: Path, asked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run without them. Read only."""
    run = tmp_path_factory.mktemp("taken") / "run"
    shutil.copytree(near_run, run)
    done = malmoi("takedown", run, "--ids", asked)
    assert done.returncode == 0, done.stderr
    return run


def shards_of(run: Path) -> list[Path]:
    return [path for path in sorted(run.glob("shards/*/*/*.bin")) if not path.stem.endswith(".boundaries")]


FIM_PARTS = ("prefix", "suffix", "middle")


def gone_of(run: Path, before: Path) -> set[str]:
    return {*documents(before, "ingest")} - {*documents(run, "ingest")}


def grams(text: str) -> set[str]:
    """Runs of 13 words as white space separates them; of a shorter text the whole."""
    words = text.split()
    return {" ".join(words[i : i + 13]) for i in range(max(len(words) - 12, 1))}


def test_none_of_their_passages_is_left_in_any_shard(taken: Path, near_run: Path, asked: Path) -> None:
    gone = gone_of(taken, near_run)
    assert set(asked.read_text().split("\n")) <= gone
    lost = {
        g
        for stage in ("ingest", last_stage(near_run))
        for i, t in documents(near_run, stage).items()
        if i in gone
        for g in grams(t)
    }
    lost -= {gram for text in documents(taken, last_stage(taken)).values() for gram in grams(text)}
    assert len(lost) > 10_000
    tokenizer = Tokenizer.from_file(str(taken / "tokenizer/tokenizer.json"))
    special = read_json(taken / "shards/shards.json")["special_tokens"]
    pad, eod = special["<|pad|>"], special["<|endoftext|>"]
    num_texts = 0
    for path in shards_of(taken):
        for tokens in IndexedDatasetReader(path.with_suffix("")):
            ends = np.flatnonzero(np.isin(tokens, [pad, eod, *(special[f"<|fim_{part}|>"] for part in FIM_PARTS)])).tolist()
            for start, end in zip([0, *(end + 1 for end in ends)], [*ends, len(tokens)], strict=True):
                if end > start:
                    assert not grams(tokenizer.decode(tokens[start:end].tolist())) & lost
                    num_texts += 1
    assert num_texts > 300


def test_every_other_token_stays(taken: Path, near_run: Path) -> None:
    gone = gone_of(taken, near_run)
    pad = read_json(taken / "shards/shards.json")["special_tokens"]["<|pad|>"]
    untouched = 0
    for path in shards_of(near_run):
        prefix = str(path.relative_to(near_run).with_suffix(""))
        assert (near_run / f"{prefix}.idx").read_bytes() == (taken / f"{prefix}.idx").read_bytes()
        before, after = (IndexedDatasetReader(run / prefix) for run in (near_run, taken))
        expected = [np.array(sequence) for sequence in before]
        for suffix in ("bin", "idx"):
            boundaries = f"{prefix}.boundaries.{suffix}"
            assert (near_run / boundaries).read_bytes() == (taken / boundaries).read_bytes()
        lineage = read_lineage(near_run / f"{prefix}.lineage.parquet").to_pylist()
        for row in lineage:
            if row["document_id"] in gone:
                expected[row["sequence"]][row["start"] : row["start"] + row["length"]] = pad
        assert all(np.array_equal(one, other) for one, other in zip(expected, after, strict=True))
        left = read_lineage(taken / f"{prefix}.lineage.parquet").to_pylist()
        assert left == [row for row in lineage if row["document_id"] not in gone]
        untouched += len(before) - len({row["sequence"] for row in lineage if row["document_id"] in gone})
    assert untouched > 100


def test_their_ids_stand_nowhere(taken: Path, near_run: Path) -> None:
    gone = gone_of(taken, near_run)
    distinctive = {i.encode() for i in gone if not i.isdigit()}
    for path in sorted(taken.rglob("*")):
        if not path.is_file() or ".state" in path.parts:
            continue
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            for name in {"id", "kept_id", "document_id", "first_id"} & {*table.column_names}:
                assert not {*table[name].to_pylist()} & gone
        elif path.suffix in (".json", ".html") and path.name != "tokenizer.json":
            words = path.read_bytes().replace(b'"', b" ").replace(b"<", b" ").replace(b">", b" ").split()
            assert not {*words} & distinctive, path


def test_the_run_is_whole_and_complete(taken: Path, near_recipe: Path) -> None:
    verified = malmoi("verify", taken, "--json")
    assert verified.returncode == 0, verified.stdout
    assert read_json(taken / "takedowns/0001/proof.json")["holds"] is True
    before = output_bytes(taken)
    built = malmoi("build", near_recipe, "--out", taken)
    assert built.returncode == 0
    assert "nothing to do" in built.stderr
    assert output_bytes(taken) == before


def test_what_is_told_names_nobody(taken: Path, near_run: Path) -> None:
    told = read_json(taken / "takedowns/0001/takedown.json")
    assert told["documents"] == len(gone_of(taken, near_run))
    rows = pq.read_table(taken / "takedowns/0001/documents.parquet").to_pylist()
    assert len(rows) == told["documents"]
    assert {len(row["id_hash"]) for row in rows} == {32}
    assert sorted(path.name for path in (taken / "takedowns/0001").iterdir()) == [
        "documents.parquet",
        "proof.json",
        "takedown.json",
    ]
    assert told["shards_fingerprint_before"] != told["shards_fingerprint_after"]
    assert all(line.split()[0] in ("id", "prose", "code") for line in (taken / "tombstones").read_text().splitlines())


@pytest.mark.parametrize("stages", [("near-dedup",), ("clusters", "near-dedup"), ("repeats", "dedup", "shards")])
def test_stages_made_anew_agree(taken: Path, near_recipe: Path, tmp_path: Path, stages: tuple[str, ...]) -> None:
    run = tmp_path / "run"
    shutil.copytree(taken, run)
    for stage in stages:
        shutil.rmtree(run / stage)
    built = malmoi("build", near_recipe, "--out", run)
    assert built.returncode == 0, built.stderr
    assert documents(run, "dedup") == documents(taken, "dedup")
    ledger = [
        row for path in sorted((taken / "near-dedup/ledger").glob("*.parquet")) for row in pq.read_table(path).to_pylist()
    ]
    # Only clusters that are made anew have another best document where theirs was taken down.
    may_stay = {row["id"] for row in ledger if row["kept_id"] == NO_ID} if "clusters" in stages else set()
    before, after = documents(taken, "near-dedup"), documents(run, "near-dedup")
    assert {*after} - {*before} <= may_stay
    assert {*before} <= {*after}
    if "shards" not in stages:
        assert output_bytes(run / "shards") == output_bytes(taken / "shards")
    if before == after:
        assert malmoi("verify", run).returncode == 0


def test_they_do_not_come_back(taken: Path, near_run: Path, tmp_path: Path) -> None:
    """Neither when the whole run is made anew, nor in a later run that names the tombstones."""
    run, gone = tmp_path / "run", gone_of(taken, near_run)
    run.mkdir()
    shutil.copy(taken / "tombstones", run / "tombstones")
    given = f'path = "{near_run}/tokenizer/tokenizer.json"'
    root = Path(read_json(near_run / "resolved.json")["recipe"]["root"])
    assert malmoi("build", write_near_recipe(tmp_path / "own.toml", root, tokenizer=given), "--out", run).returncode == 0
    named = write_near_recipe(tmp_path / "named.toml", root, tokenizer=given, top=f'tombstones = ["{taken}/tombstones"]')
    assert malmoi("build", named, "--out", tmp_path / "later", "--until", "ingest").returncode == 0
    for made in (run, tmp_path / "later"):
        assert {*documents(made, "ingest")} == {*documents(near_run, "ingest")} - gone
        rows = [row for path in sorted((made / "ingest/ledger").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
        buried = [row for row in rows if row["failures"][0]["rule"] == "taken_down"]
        assert len(buried) == len(gone)
        assert all(row["id"].startswith("taken_down/") and row["action"] == "dropped" and not row["uri"] for row in buried)
    assert (
        not {i for path in run.glob("shards/*/*/*.lineage.parquet") for i in pq.read_table(path)["document_id"].to_pylist()}
        & gone
    )
    wrong = write_near_recipe(tmp_path / "wrong.toml", root, top='tombstones = ["none"]')
    failed = malmoi("build", wrong, "--out", tmp_path / "wrong")
    assert failed.returncode == 1
    assert "there are no tombstones at" in failed.stderr


_MOMENTS = ["write journal.json 0", "write shards.json 0", "move manifest.json 3", "write report.html 0", "write proof.json 0"]


def kill_and_go_on(moment: str, near_run: Path, taken: Path, asked: Path, near_recipe: Path, run: Path) -> None:
    shutil.copytree(near_run, run)
    words = [sys.executable, "-c", _KILLED, moment, "takedown", str(run), "--ids", str(asked)]
    killed = subprocess.run(words, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=120, check=False)
    assert killed.returncode == 9, killed.stderr
    if (run / "takedowns/0001/journal.json").exists():
        assert "unfinished: run the same `malmoi takedown` again" in malmoi("verify", run).stdout
        refused = malmoi("build", near_recipe, "--out", run)
        assert refused.returncode == 1
        assert "takedown 1" in refused.stderr
    again = malmoi("takedown", run, "--ids", asked)
    assert again.returncode == 0, again.stderr
    assert output_bytes(run) == output_bytes(taken)


@pytest.mark.parametrize("moment", _MOMENTS)
def test_killed_it_ends_in_the_same_bytes(
    near_run: Path, taken: Path, asked: Path, near_recipe: Path, tmp_path: Path, moment: str
) -> None:
    kill_and_go_on(moment, near_run, taken, asked, near_recipe, tmp_path / "run")


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment", [f"{what} / {left}" for what, most in (("write", 890), ("move", 800)) for left in range(1, most, 71)]
)
def test_killed_anywhere_it_ends_in_the_same_bytes(
    near_run: Path, taken: Path, asked: Path, near_recipe: Path, tmp_path: Path, moment: str
) -> None:
    kill_and_go_on(moment, near_run, taken, asked, near_recipe, tmp_path / "run")


def test_copies_go_and_near_duplicates_are_told(near_run: Path, tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text("near-0-copy\nnobody\n", encoding="utf-8")
    shown = malmoi("takedown", near_run, "--ids", ids, "--dry-run", "--json")
    told = json.loads(shown.stdout)
    assert told["ids"] == ["near-0-0", "near-0-copy"]
    assert told["unknown"] == ["nobody"]
    all_of_them = json.loads(malmoi("takedown", near_run, "--ids", ids, "--dry-run", "--json", "--with-duplicates").stdout)
    assert set(all_of_them["ids"]) == {"near-0-copy", *(f"near-0-{n}" for n in range(4))}
    assert {other for _, other in told["near"]} <= set(all_of_them["ids"])
    assert told["near"]
    assert all_of_them["near"] == []


def test_by_text_and_by_uri(near_run: Path, tmp_path: Path) -> None:
    text = documents(near_run, "ingest")["page-3"]
    letter = tmp_path / "letter.txt"
    letter.write_text(text.replace(" ", "  "), encoding="utf-8")  # white space is no difference
    shown = malmoi("takedown", near_run, "--texts", letter, "--uri-prefix", "https://blog.example/2/", "--dry-run", "--json")
    assert json.loads(shown.stdout)["ids"] == ["near-2-0", "near-2-1", "near-2-2", "near-2-3", "page-3"]


def test_a_second_takedown_and_the_models(near_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(near_run, run)
    ids = tmp_path / "ids.txt"
    for number, name in enumerate(("page-1", "shared-0"), start=1):
        ids.write_text(name, encoding="utf-8")
        if number == 1:
            import hashlib

            fingerprint = hashlib.sha256((run / "shards/shards.json").read_bytes()).hexdigest()
            uses = [{"model": "m1", "shards_fingerprint": fingerprint, "first_step": 0, "last_step": 10}]
            uses.append({"model": "m2", "shards_fingerprint": "other", "first_step": 0, "last_step": None})
            (run / "shards/used_by.jsonl").write_text("".join(json.dumps(use) + "\n" for use in uses), encoding="utf-8")
        done = malmoi("takedown", run, "--ids", ids, "--json")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert told["takedown"] == number
        assert [use["model"] for use in told["models"]] == ["m1"]
    assert malmoi("verify", run).returncode == 0
    again = malmoi("takedown", run, "--ids", ids)
    assert again.returncode == 1
    assert "holds no document of those 1 ids: nothing was changed" in again.stderr
    assert not (run / "takedowns/0003").exists()


def test_a_run_that_stopped(near_recipe: Path, near_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert malmoi("build", near_recipe, "--out", run, "--until", "dedup").returncode == 0
    ids = tmp_path / "ids.txt"
    ids.write_text("page-5", encoding="utf-8")
    assert malmoi("takedown", run, "--ids", ids).returncode == 0
    assert malmoi("verify", run).returncode == 0
    built = malmoi("build", near_recipe, "--out", run)
    assert built.returncode == 0, built.stderr
    assert {*documents(run, "ingest")} == {*documents(near_run, "ingest")} - {"page-5"}
    assert malmoi("verify", run).returncode == 0


def test_a_damaged_shard_changes_nothing(near_run: Path, asked: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(near_run, run)
    shard = next(run.glob("shards/*/korean/*.bin"))
    data = bytearray(shard.read_bytes())
    data[100] ^= 1
    shard.write_bytes(data)
    before = output_bytes(run)
    failed = malmoi("takedown", run, "--ids", asked)
    assert failed.returncode == 1
    assert "is damaged: its SHA-256 is not the one in its manifest; nothing was changed" in failed.stderr
    after = {name: hashed for name, hashed in output_bytes(run).items() if not name.startswith("takedowns/")}
    assert after == before
    verified = malmoi("verify", run)
    assert verified.returncode == 1
    assert "is damaged" in verified.stdout


@pytest.mark.parametrize("where", ["tokens", "shards", "json"])
def test_the_proof_finds_what_is_left(taken: Path, near_run: Path, where: str, tmp_path: Path) -> None:
    """Planted behind the takedown's back, as if a step had forgotten a file."""
    from pipelines.takedown.grams import GramCollector, split
    from pipelines.takedown.proof import prove
    from pipelines.takedown.tables import Ids

    run, gone = tmp_path / "run", gone_of(taken, near_run)
    shutil.copytree(taken, run)
    collector = GramCollector()
    collector.add(split([text for i, text in documents(near_run, "ingest").items() if i in gone]).own_runs())
    assert prove(str(run), ids=Ids(gone), grams=collector.result())["holds"]
    if where == "json":
        (run / "left.json").write_text(json.dumps({"seen": [min(i for i in gone if i.startswith("ko-"))]}), encoding="utf-8")
    else:
        pattern = "shards/*/korean/part-00000.*" if where == "shards" else "tokens/part-*.tokens"
        for path in near_run.glob(pattern):
            shutil.copy(path, run / path.relative_to(near_run))
    proof = prove(str(run), ids=Ids(gone), grams=collector.result())
    assert not proof["holds"]
    assert proof["problems"]
