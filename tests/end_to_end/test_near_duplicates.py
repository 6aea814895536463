"""Near-duplicates over several runs: slice after slice gives what all at once gives, in any order of lines and files."""

import json
import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from .corpus import KOREAN, document, json_lines, near_copy
from .running import malmoi

_RECIPE = """\
name = "slices"
root = "{root}"
seed = 3
partition_bytes = "40KB"
{sources}
[dedup]
against = {against}
[dedup.near]
prefer = "order"
[pii]
remove = false
[tokenizer]
[mix]
korean = 1
multilingual = 0
code = 0
"""
_SOURCE = '[[source]]\nname = "s{0}"\nformat = "jsonl"\npaths = ["s{0}/*.jsonl"]\nlicence = "CC0-1.0"\n'


@pytest.fixture(scope="module")
def slices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three slices: new documents, exact and near copies of those of the same slice and of earlier and later ones."""
    root = tmp_path_factory.mktemp("slices")
    rng = random.Random(5)
    originals = [document(KOREAN, rng) for _ in range(90)]
    for number in range(3):
        lines = [(f"s{number}-{n}", originals[n]) for n in range(number * 25, number * 25 + 40)]
        lines += [(f"s{number}-near-{n}", near_copy(originals[n], rng)) for n in range(number, 90, 7)]
        lines += [(f"s{number}-nearer-{n}", near_copy(near_copy(originals[n], rng), rng)) for n in range(number, 90, 11)]
        rng.shuffle(lines)
        (root / f"s{number}").mkdir()
        for half in (0, 1):
            (root / f"s{number}/{half}.jsonl").write_bytes(json_lines(lines[half::2]))
    return root


def build(root: Path, out: Path, numbers: range, against: list[Path], *, workers: str = "1") -> None:
    recipe = out.with_suffix(".toml")
    sources = "".join(_SOURCE.format(number) for number in numbers)
    recipe.write_text(_RECIPE.format(root=root, sources=sources, against=json.dumps([str(path) for path in against])))
    done = malmoi("build", recipe, "--out", out, "--until", "near-dedup", "--workers", workers)
    assert done.returncode == 0, done.stderr


def kept(run: Path) -> set[str]:
    return {i for path in (run / "near-dedup").glob("part-*.parquet") for i in pq.read_table(path)["id"].to_pylist()}


def lost(run: Path) -> dict[str, str]:
    paths = [path for stage in ("dedup", "near-dedup") for path in (run / stage / "ledger").glob("*.parquet")]
    return {
        row["id"]: row["kept_id"] for path in paths for row in pq.read_table(path).to_pylist() if row["action"] == "duplicate"
    }


def test_three_slices_are_all_at_once(slices: Path, tmp_path: Path) -> None:
    build(slices, tmp_path / "all", range(3), [])
    runs: list[Path] = []
    for number in range(3):
        build(slices, tmp_path / f"run{number}", range(number, number + 1), runs)
        runs.append(tmp_path / f"run{number}")
    apart = set().union(*map(kept, runs))
    assert apart == kept(tmp_path / "all")
    assert sum(len(kept(run)) for run in runs) == len(apart)
    together = lost(tmp_path / "all")
    assert {k: v for run in runs for k, v in lost(run).items()}.keys() == together.keys()
    assert len(together) > 60
    # What goes names what stays, or what went later for another's sake; and what is older stays.
    assert set(together.values()) <= apart | together.keys()
    assert all(winner[1] <= loser[1] for loser, winner in together.items())


def test_the_order_of_lines_and_files_does_not_show(slices: Path, tmp_path: Path) -> None:
    build(slices, tmp_path / "all", range(3), [])
    rng = random.Random(9)
    for number in range(3):
        files = sorted((slices / f"s{number}").glob("*.jsonl"))
        lines = [line for path in files for line in path.read_bytes().splitlines(keepends=True)]
        rng.shuffle(lines)
        (tmp_path / f"shuffled/s{number}").mkdir(parents=True)
        (tmp_path / f"shuffled/s{number}/one.jsonl").write_bytes(b"".join(lines))
    build(tmp_path / "shuffled", tmp_path / "again", range(3), [], workers="2")
    assert kept(tmp_path / "again") == kept(tmp_path / "all")
    assert lost(tmp_path / "again") == lost(tmp_path / "all")
