"""``malmoi plan`` over small corpora: exact where everything is read, told where something is wrong, and its bad inputs."""

import gzip
import io
import json
import random
from pathlib import Path
from typing import Any

import pytest

from malmoi import main
from pipelines.plan_command import forecast_text, run_plan
from tests.end_to_end.corpus import ENGLISH, KOREAN, document, json_lines, make_corpus, write_recipe

#: What every forecast has, whatever was read.
KEYS = {
    *(
        "version",
        "recipe_fingerprint",
        "confidence",
        "sampled",
        "stages",
        "rules",
        "unseen",
        "segments",
        "languages",
        "sources",
    ),
    *("workers", "machine", "problems", "missing_sources", "hours", "cpu_hours", "disk", "disk_bytes", "memory_bytes"),
}


def plan(recipe: Path, **options: Any) -> dict[str, Any]:
    out = io.StringIO()
    assert run_plan(str(recipe), out, as_json=True, quiet=True, **options) == 0
    told = json.loads(out.getvalue())
    assert told.keys() >= KEYS
    assert forecast_text(told)
    assert max(map(len, forecast_text(told).splitlines())) <= 130
    return told


def one(value: float) -> dict[str, float]:
    return {"low": value, "expected": value, "high": value}


RECIPE = """\
name = "small"
root = "{root}"
[[source]]
name = "texts"
format = "jsonl"
paths = ["{path}"]
{more}
[filter.default]
min_language_score = 0.1
[filter.default.length]
min_chars = {min_chars}
[tokenizer]
vocab_size = 600
[fim]
korean = 0
multilingual = 0
code = 0
[mix]
korean = {korean}
multilingual = {multilingual}
code = 0
"""


def small(tmp_path: Path, *, min_chars: int = 10, path: str = "in", more: str = "", korean: float = 1) -> Path:
    recipe = tmp_path / "small.toml"
    text = RECIPE.format(root=tmp_path, path=path, more=more, min_chars=min_chars, korean=korean, multilingual=1 - korean)
    recipe.write_text(text, encoding="utf-8")
    (tmp_path / "in").mkdir(exist_ok=True)
    return recipe


def korean(count: int, *, seed: int = 1) -> list[tuple[str, str]]:
    rng = random.Random(seed)
    return [(f"k{n}", document(KOREAN, rng)) for n in range(count)]


def test_everything_is_read_and_exact(tmp_path: Path) -> None:
    """The corpus of the end-to-end tests, whose outcome a build has: 5 exact copies, 4 near ones, 7 short ones."""
    make_corpus(tmp_path / "corpus", documents=60)
    recipe = write_recipe(tmp_path / "r.toml", tmp_path / "corpus")
    told = plan(recipe, run=str(tmp_path / "run"), workers=4)
    assert json.loads((tmp_path / "run/forecast.json").read_text(encoding="utf-8"))["stages"] == told["stages"]
    assert told["sampled"]["whole"]
    kept = {stage: (row["in"], row["kept"]) for stage, row in told["stages"].items()}
    assert kept == {
        "ingest": (one(433), one(433)),
        "filter": (one(433), one(426)),
        "dedup": (one(426), one(421)),
        "near-dedup": (one(421), one(417)),
    }
    assert told["rules"]["dedup"] == {"exact_duplicate": one(5)}
    assert told["rules"]["near-dedup"] == {"near_duplicate": one(4)}
    assert {name: row["documents"] for name, row in told["segments"].items()} == {
        "korean": one(237),
        "multilingual": one(120),
        "code": one(60),
    }
    assert told["unseen"] == dict.fromkeys(told["stages"], 0)
    tokens = {name: row["tokens"] for name, row in told["segments"].items()}
    assert all(found["low"] == found["high"] > 10_000 for found in tokens.values())
    assert abs(sum(found["expected"] for found in tokens.values()) - told["tokens"]["expected"]) <= 1
    assert all(row["epochs"]["low"] == row["epochs"]["high"] >= 1 for row in told["segments"].values())
    planned = {name: row["planned_tokens"]["expected"] for name, row in told["segments"].items()}
    assert max(planned.values()) - min(planned.values()) <= 1
    assert told["workers"] == 4
    assert told["problems"] == []


def test_a_sample_holds_the_truth_and_is_the_same_again(tmp_path: Path) -> None:
    recipe = small(tmp_path)
    rng = random.Random(4)
    rows = [(f"n{n}", document(KOREAN, rng).split("\n\n")[0] if n % 3 else "짧다") for n in range(7000)]
    (tmp_path / "in/a.jsonl").write_bytes(json_lines(rows))
    first = plan(recipe, share=0.3)
    assert not first["sampled"]["whole"]
    assert 2000 <= first["sampled"]["records"] <= 4000
    again = plan(recipe, share=0.3)
    for name in KEYS - {"hours", "cpu_hours", "memory_bytes"}:
        assert first[name] == again[name], name
    assert "(" in forecast_text(first)
    row, short = first["stages"]["filter"], first["rules"]["filter"]["length_too_few_chars"]
    assert row["in"]["low"] <= 7000 <= row["in"]["high"] < 1.2 * row["in"]["low"]
    assert row["kept"]["low"] <= 4666 <= row["kept"]["high"]
    assert row["retention"]["low"] <= 0.6666 <= row["retention"]["high"]
    assert short["low"] <= 2334 <= short["high"]
    tokens = first["segments"]["korean"]["tokens"]
    assert tokens["low"] < tokens["expected"] < tokens["high"] < 1.4 * tokens["low"]


@pytest.mark.parametrize(
    ("count", "kept"),
    [(3, 3), (1, 1)],
)
def test_few_documents(tmp_path: Path, count: int, kept: int) -> None:
    recipe = small(tmp_path)
    (tmp_path / "in/a.jsonl").write_bytes(json_lines(korean(count)))
    told = plan(recipe, share=0.01)
    assert told["stages"]["near-dedup"]["kept"] == one(kept)
    assert told["sampled"]["whole"]


def test_one_huge_document(tmp_path: Path) -> None:
    recipe = small(tmp_path)
    text = "\n\n".join(text for _, text in korean(200))
    (tmp_path / "in/a.jsonl").write_bytes(json_lines([("huge", text)]))
    told = plan(recipe)
    assert told["stages"]["ingest"]["kept"] == one(1)
    assert told["segments"]["korean"]["documents"] == one(1)


def test_all_documents_are_dropped(tmp_path: Path) -> None:
    recipe = small(tmp_path, min_chars=100_000)
    (tmp_path / "in/a.jsonl").write_bytes(json_lines(korean(5)))
    told = plan(recipe)
    assert told["stages"]["filter"]["kept"] == one(0)
    assert told["stages"]["filter"]["retention"] == one(0)
    assert "tokens" not in told
    assert told["segments"] == {}
    assert any("every document was dropped" in problem for problem in told["problems"])


def test_a_segment_without_tokens_is_told(tmp_path: Path) -> None:
    recipe = small(tmp_path, korean=0.5)
    (tmp_path / "in/a.jsonl").write_bytes(json_lines(korean(5)))
    told = plan(recipe)
    assert any(problem.startswith("a build would stop at plan: ") and "multilingual" in problem for problem in told["problems"])
    assert "planned_tokens" not in told


def test_damaged_input_is_told_and_not_fatal(tmp_path: Path) -> None:
    recipe = small(tmp_path)
    (tmp_path / "in/a.jsonl.gz").write_bytes(gzip.compress(json_lines(korean(50)), mtime=0)[:-500])
    (tmp_path / "in/b.jsonl").write_bytes(json_lines(korean(10, seed=2)) + b"{broken\n" * 5)
    (tmp_path / "in/c.jsonl.zst").write_bytes(b"this is no Zstandard")
    told = plan(recipe)
    unreadable = told["rules"]["ingest"]
    assert unreadable["truncated_file"] == one(1)
    assert unreadable["invalid_json"] == one(5)
    assert unreadable["corrupt_file"] == one(1)
    assert any("in/a.jsonl.gz" in problem and "would stop" in problem for problem in told["problems"])
    assert told["stages"]["ingest"]["kept"]["expected"] >= 50


def test_ids_that_are_used_twice(tmp_path: Path) -> None:
    recipe = small(tmp_path)
    rows = korean(20)
    (tmp_path / "in/a.jsonl").write_bytes(json_lines([*rows, *[(i, text + " 다른 글이다.") for i, text in rows[:5]]]))
    told = plan(recipe)
    assert told["rules"]["dedup"]["duplicate_id"] == one(5)
    assert told["stages"]["dedup"]["kept"] == one(20)
    assert any("have an id that another document has too" in problem for problem in told["problems"])


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--share", "0"], 2, "--share 0.0: give a share above 0 and at most 1"),
        (["--share", "-0.5"], 2, "--share -0.5"),
        (["--share", "1.5"], 2, "--share 1.5"),
        (["--share", "nan"], 2, "--share nan"),
        (["--workers", "0"], 2, "--workers must be at least 1"),
        (["--root", "/nowhere"], 1, "source 'texts': no input matches '/nowhere/in'"),
    ],
)
def test_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, message: str) -> None:
    recipe = small(tmp_path)
    (tmp_path / "in/a.jsonl").write_bytes(json_lines(korean(3)))
    assert main(["plan", str(recipe), "--quiet", *words]) == code
    assert message in capsys.readouterr().err


def test_wrong_recipe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", str(tmp_path / "none.toml")]) == 2
    assert "no such recipe" in capsys.readouterr().err
    recipe = small(tmp_path, path="gone", more="optional = true")
    assert main(["plan", str(recipe), "--quiet"]) == 1
    assert "no source has any file" in capsys.readouterr().err


def test_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = small(tmp_path, korean=0.5)
    rng = random.Random(9)
    english = [(f"e{n}", document(ENGLISH, rng)) for n in range(10)]
    (tmp_path / "in/a.jsonl").write_bytes(json_lines([*korean(20), *english]))
    assert main(["plan", str(recipe), "--quiet", "--workers", "3"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Everything was read: 30 records.")
    assert "stage       documents in  kept  retention  text kept\ningest                30    30     100.0%" in shown
    assert "on 3 workers" in shown
    assert "sequences of 4096: " in shown
