"""Input as it comes: about 1 % of it broken in every way we know. Each broken thing is a ledger row or a clear error.

Nothing here may hang, end in a traceback, or lose a document without a row.
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from .broken_corpus import SOURCES, Expected, make_broken_corpus, page, sentence
from .running import ROOT, command, environment, malmoi, output_bytes

LOSSES = ("dropped", "duplicate", "contaminated", "unreadable")
RECIPE = """\
name = "broken"
root = "{root}"
{sources}
[filter.default.length]
min_chars = 10
[tokenizer]
vocab_size = 700
[mix]
korean = "1/3"
multilingual = "1/3"
code = "1/3"
"""


def write_recipe(path: Path, root: Path, *sources: tuple[str, str, Sequence[str], str]) -> Path:
    """A recipe of sources given as name, format, paths, further lines."""
    tables = [
        f'[[source]]\nname = "{name}"\nformat = "{form}"\npaths = {json.dumps(list(paths))}\n{extra}'
        for name, form, paths, extra in sources
    ]
    path.write_text(RECIPE.format(root=root, sources="\n".join(tables)), encoding="utf-8")
    return path


def build(recipe: Path, run: Path, *, until: str = "ingest", timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    """One build, which must say what it has to say without a traceback."""
    done = malmoi("build", recipe, "--out", run, "--quiet", "--until", until, timeout_s=timeout_s)
    assert "Traceback" not in done.stderr
    return done


def read_json(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def ledger(run: Path, stage: str = "ingest") -> list[dict[str, Any]]:
    return [row for path in sorted((run / stage / "ledger").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def losses(run: Path, stage: str = "ingest") -> dict[str, tuple[str, str]]:
    """What a stage lost: id -> (action, first rule)."""
    rows = [row for row in ledger(run, stage) if row["action"] != "edited"]
    lost = {row["id"]: (row["action"], row["failures"][0]["rule"]) for row in rows}
    assert len(lost) == len(rows)
    return lost


def kept(run: Path, stage: str = "ingest") -> list[str]:
    ids = [pq.read_table(path, columns=["id"])["id"].to_pylist() for path in sorted((run / stage).glob("part-*.parquet"))]
    return sorted(identifier for part in ids for identifier in part)


def part_times(run: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in sorted((run / "ingest").rglob("part-*"))}


# One per cent of everything, below the threshold


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Expected]]:
    """The run of the broken corpus up to the tokens. Read only."""
    root = tmp_path_factory.mktemp("broken")
    expected = make_broken_corpus(root)
    recipe = write_recipe(root / "r.toml", root, *[(name, form, [name], extra) for name, form, extra, _ in SOURCES])
    run = tmp_path_factory.mktemp("broken-run") / "run"
    done = build(recipe, run, until="tokens", timeout_s=120)
    assert done.returncode == 0, done.stderr
    return run, expected


def test_every_broken_thing_has_its_row(broken: tuple[Path, dict[str, Expected]]) -> None:
    run, expected = broken
    assert losses(run) == {identifier: row for source in expected.values() for identifier, row in source.ledger.items()}


def test_every_good_document_around_is_kept(broken: tuple[Path, dict[str, Expected]]) -> None:
    run, expected = broken
    assert kept(run) == sorted(identifier for source in expected.values() for identifier in source.kept)


def test_every_row_names_the_file_and_what_is_wrong(broken: tuple[Path, dict[str, Expected]]) -> None:
    for row in ledger(broken[0]):
        if row["action"] == "unreadable":
            assert [len(failure["detail"]) > 20 for failure in row["failures"]] == [True], row
            assert row["uri"], row


def test_documents_are_conserved_at_every_stage(broken: tuple[Path, dict[str, Expected]]) -> None:
    run, expected = broken
    before = sum(len(source.kept) + len(source.ledger) for source in expected.values())
    for stage in ("ingest", "filter", "dedup", "near-dedup", "tokens"):
        totals = read_json(run / stage / "manifest.json")["totals"]
        assert totals["in"] == before
        assert totals["in"] == totals["kept"] + sum(totals[action] for action in LOSSES)
        if stage != "tokens":
            assert totals["kept"] == len(kept(run, stage))
            lost = [row for row in ledger(run, stage) if row["action"] in LOSSES]
            assert totals["in"] - totals["kept"] == len(lost)
        before = totals["kept"]
    for name, source in expected.items():
        counts = read_json(run / "ingest/manifest.json")["totals"]["stats"]["sources"][name]
        assert (counts["in"], counts["kept"]) == (len(source.kept) + len(source.ledger), len(source.kept))


# Above the threshold


def test_too_much_bad_input_stops_with_figures_and_remedy_and_resumes_without_reading_again(tmp_path: Path) -> None:
    lines = [json.dumps({"id": f"d{n}", "text": sentence(n) if n % 20 else None}) for n in range(200)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines) + "\n")
    run = tmp_path / "run"
    done = build(write_recipe(tmp_path / "r.toml", tmp_path, ("web", "jsonl", ["a.jsonl"], "")), run)
    assert done.returncode == 1
    for told in ("source 'web'", "10 of 200 records", "5.0%", "1.0%", "null_text 10", "a.jsonl, byte 0", "max_unreadable"):
        assert told in done.stderr
    before = part_times(run)
    assert before
    recipe = write_recipe(tmp_path / "r.toml", tmp_path, ("web", "jsonl", ["a.jsonl"], "max_unreadable = 0.06"))
    assert build(recipe, run).returncode == 0
    assert part_times(run) == before
    assert len(kept(run)) == 190


def test_a_truncated_file_stops_the_run_unless_it_is_listed(tmp_path: Path) -> None:
    name = "odd [1].jsonl.gz"  # read as a pattern it would not match itself
    data = "".join(json.dumps({"id": f"d{n}", "text": sentence(n)}) + "\n" for n in range(500))
    (tmp_path / name).write_bytes(gzip.compress(data.encode(), mtime=0)[:-600])
    run = tmp_path / "run"
    done = build(write_recipe(tmp_path / "r.toml", tmp_path, ("web", "jsonl", ["odd*"], "")), run)
    assert done.returncode == 1
    remedy = f"truncated_ok = ['{name}']"
    assert "source 'web': 1 file(s) end in mid-record" in done.stderr
    assert remedy in done.stderr
    before = part_times(run)
    assert build(write_recipe(tmp_path / "r.toml", tmp_path, ("web", "jsonl", ["odd*"], remedy)), run).returncode == 0
    assert part_times(run) == before
    assert len(kept(run)) > 100
    assert list(losses(run).values()) == [("unreadable", "truncated_file")]


def test_one_damaged_file_counts_by_what_it_may_have_held(tmp_path: Path) -> None:
    """One row for half of the input must not pass for 0.2 % of it."""
    rows = pa.table({"id": [f"r{n}" for n in range(500)], "text": [sentence(n) for n in range(500)]})
    pq.write_table(rows, tmp_path / "a.parquet")
    pq.write_table(rows.rename_columns(["id", "body"]), tmp_path / "b.parquet")
    done = build(write_recipe(tmp_path / "r.toml", tmp_path, ("t", "parquet", ["*.parquet"], "")), tmp_path / "run")
    assert done.returncode == 1
    assert "1 of 501 records" in done.stderr
    assert "1 file(s) with up to 50.0% of its bytes" in done.stderr
    assert "no column 'text'; there are: 'id', 'body': set text_column" in done.stderr


# Paths and places


@pytest.mark.parametrize(
    ("form", "pattern", "told"),
    [
        ("jsonl", "no/such/*.jsonl", "no/such/*.jsonl"),
        ("jsonl", "gone.jsonl", "gone.jsonl"),
        ("jsonl", "nothing-inside", "only these are read: .jsonl"),
        ("jsonl", "texts", "only these are read: .jsonl"),
    ],
)
def test_a_path_without_files_is_told_before_anything_runs(tmp_path: Path, form: str, pattern: str, told: str) -> None:
    (tmp_path / "nothing-inside").mkdir()
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/a.txt").write_text("글")
    done = build(write_recipe(tmp_path / "r.toml", tmp_path, ("web", form, [pattern], "")), tmp_path / "run")
    assert done.returncode == 1
    assert "source 'web': no input matches" in done.stderr
    assert told in done.stderr
    assert not (tmp_path / "run/ingest").exists()


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A recipe with one small tree of texts."""
    (tmp_path / "t").mkdir()
    for number in range(20):
        (tmp_path / f"t/{number:02d}.txt").write_text(sentence(number))
    return write_recipe(tmp_path / "r.toml", tmp_path, ("t", "text-tree", ["t"], ""))


@pytest.mark.parametrize(
    ("out", "told"),
    [
        ("file", "a file stands where a directory should"),
        ("file/run", "a file stands where a directory should"),
        ("t/run", "lies inside its path 't'"),
        ("/proc/run", "cannot be written"),
    ],
)
def test_a_run_directory_that_cannot_be(texts: Path, tmp_path: Path, out: str, told: str) -> None:
    (tmp_path / "file").write_text("mine")
    done = build(texts, tmp_path / out)
    assert done.returncode == 1
    assert told in done.stderr
    assert (tmp_path / "file").read_text() == "mine"
    assert not (tmp_path / "t/run").exists()


def bound_by_modes(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Runs a command to which the modes of files apply: root reads everything, unless these two powers are taken away."""
    setpriv = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    return subprocess.run(
        [*setpriv, *words], cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=60, check=False
    )


def test_files_and_directories_that_may_not_be_used(tmp_path: Path) -> None:
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("run as root, to whom modes do not apply, and there is no setpriv to change that")
    (tmp_path / "t").mkdir()
    for number in range(120):
        (tmp_path / f"t/{number:03d}.txt").write_text(sentence(number))
    (tmp_path / "t/007.txt").chmod(0)
    recipe = write_recipe(tmp_path / "r.toml", tmp_path, ("t", "text-tree", ["t"], ""))

    def build_bound(run: str) -> subprocess.CompletedProcess[str]:
        done = bound_by_modes(command("build", recipe, "--out", tmp_path / run, "--quiet", "--until", "ingest"))
        assert "Traceback" not in done.stderr
        return done

    assert build_bound("run").returncode == 0
    assert losses(tmp_path / "run") == {"t/t/007.txt": ("unreadable", "permission_denied")}
    assert len(kept(tmp_path / "run")) == 119
    (tmp_path / "closed").mkdir(mode=0o555)
    done = build_bound("closed/run")
    assert done.returncode == 1
    assert f"{tmp_path}/closed/run cannot be written (Permission denied)" in done.stderr
    (tmp_path / "t/closed").mkdir(mode=0o000)
    done = build_bound("run")
    assert done.returncode == 1
    assert f"{tmp_path}/t/closed" in done.stderr
    assert "source 't'" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file system that is full")
def test_a_full_disk_is_told_and_the_run_goes_on_when_there_is_room(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    for number in range(40):
        (tmp_path / f"t/{number:02d}.txt").write_bytes(os.urandom(60_000).hex().encode())
    recipe = write_recipe(tmp_path / "r.toml", tmp_path, ("t", "text-tree", ["t"], ""))
    mount = tmp_path / "small"
    mount.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount], check=False, capture_output=True).returncode:
        pytest.skip("file systems may not be mounted here")
    try:
        done = build(recipe, mount / "run")
        assert done.returncode == 1
        assert "No space left on device" in done.stderr
        assert not list((mount / "run/ingest").glob("part-*.parquet"))
        subprocess.run(["mount", "-o", "remount,size=100m", mount], check=True)
        assert build(recipe, mount / "run").returncode == 0
        assert len(kept(mount / "run")) == 40
    finally:
        subprocess.run(["umount", "-l", mount], check=False)


# Ids


def test_an_id_that_comes_twice_is_a_row_and_ids_that_mean_nothing_are_an_error(tmp_path: Path) -> None:
    def lines(num_ids: int) -> str:
        made = [{"id": f"i{n % num_ids}", "text": sentence(n)} for n in range(500)]
        return "".join(json.dumps(line) + "\n" for line in made)

    (tmp_path / "a.jsonl").write_text(lines(499))
    recipe = write_recipe(tmp_path / "r.toml", tmp_path, ("web", "jsonl", ["a.jsonl"], ""))
    run = tmp_path / "run"
    assert build(recipe, run, until="dedup").returncode == 0
    assert losses(run, "dedup") == {"i0": ("dropped", "duplicate_id")}
    (tmp_path / "a.jsonl").write_text(lines(100))
    done = build(recipe, run, until="dedup")
    assert done.returncode == 1
    assert "source 'web': 400 documents (80.0%) have an id that another document has too" in done.stderr
    assert 'id = "path"' in done.stderr
    by_place = write_recipe(tmp_path / "r.toml", tmp_path, ("web", "jsonl", ["a.jsonl"], 'id = "path"'))
    assert build(by_place, run, until="dedup").returncode == 0
    assert read_json(run / "dedup/manifest.json")["totals"]["kept"] == 500


def test_one_file_in_two_sources_is_kept_once(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"id": f"i{n}", "text": sentence(n)}) + "\n" for n in range(50)))
    sources = [("first", "jsonl", ["*.jsonl"], ""), ("second", "jsonl", ["a.jsonl", "a.jsonl"], "")]
    run = tmp_path / "run"
    assert build(write_recipe(tmp_path / "r.toml", tmp_path, *sources), run, until="dedup").returncode == 0
    rows = ledger(run, "dedup")
    assert {(row["source"], row["action"], row["id"] == row["kept_id"]) for row in rows} == {("second", "duplicate", True)}
    assert (len(rows), len(kept(run, "dedup"))) == (50, 50)


# Sizes


#: Runs a command and prints the peak of its largest process, in KiB.
_PEAK = (
    "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


def test_a_line_of_200_mb_and_bombs_cost_no_memory(tmp_path: Path) -> None:
    """Lines that are too long are counted and passed over, in plain files and in compressed ones of 1000 : 1."""
    good = b"".join(json.dumps({"id": f"i{n}", "text": sentence(n)}).encode() + b"\n" for n in range(400))
    with open(tmp_path / "a.jsonl", "wb") as out:
        out.write(good + b'{"id": "long", "text": "')
        for _ in range(200):
            out.write(b"a" * 1_000_000)
        out.write(b'"}\n' + good.replace(b'"i', b'"j'))
    with gzip.open(tmp_path / "bomb.jsonl.gz", "wb", compresslevel=1) as packed:
        for _ in range(1000):
            packed.write(bytes(1_000_000))
        packed.write(b"\n" + good.replace(b'"i', b'"k'))
    recipe = write_recipe(tmp_path / "r.toml", tmp_path, ("web", "jsonl", ["a.jsonl", "bomb.jsonl.gz"], ""))
    words = command("build", recipe, "--out", tmp_path / "run", "--quiet", "--until", "ingest")
    asked = [sys.executable, "-c", _PEAK, *words]
    done = subprocess.run(asked, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert losses(tmp_path / "run") == {
        f"web/a.jsonl#{len(good)}": ("unreadable", "record_too_large"),
        "web/bomb.jsonl.gz#0": ("unreadable", "record_too_large"),
    }
    assert len(kept(tmp_path / "run")) == 1200
    assert int(done.stdout.split()[-1]) * 1024 < 1_200_000_000


# Runs that were tampered with


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A recipe and its finished run up to the duplicates. Read only."""
    root = tmp_path_factory.mktemp("finished")
    (root / "t").mkdir()
    for number in range(60):
        (root / f"t/{number:02d}.txt").write_text(sentence(number))
    recipe = write_recipe(root / "r.toml", root, ("t", "text-tree", ["t"], ""))
    assert build(recipe, root / "run", until="dedup").returncode == 0
    return recipe, root / "run"


def flipped(data: bytes) -> bytes:
    return data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 0xFF]) + data[len(data) // 2 + 1 :]


def halved(data: bytes) -> bytes:
    return data[: len(data) // 2]


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("ingest/manifest.json", halved),
        ("ingest/manifest.json", lambda _: b"{}\n"),
        pytest.param("ingest/manifest.json", lambda _: b"null\n", marks=pytest.mark.slow),
        pytest.param("ingest/manifest.json", lambda _: b"[]\n", marks=pytest.mark.slow),
        pytest.param("ingest/manifest.json", lambda _: b"\xff\xfe", marks=pytest.mark.slow),
        pytest.param("ingest/manifest.json", lambda _: b"", marks=pytest.mark.slow),
        ("ingest/parts/part-00000.json", lambda _: b"{}\n"),
        pytest.param("ingest/parts/part-00000.json", halved, marks=pytest.mark.slow),
        ("ingest/part-00000-000.parquet", halved),
        pytest.param("ingest/part-00000-000.parquet", lambda _: b"", marks=pytest.mark.slow),
        pytest.param("ingest/ledger/part-00000-000.parquet", halved, marks=pytest.mark.slow),
        pytest.param("filter/part-00000-000.parquet", halved, marks=pytest.mark.slow),
        pytest.param("filter/manifest.json", halved, marks=pytest.mark.slow),
        pytest.param("duplicates/part-00000-000.parquet", halved, marks=pytest.mark.slow),
        (".state/ingest.json", halved),
        pytest.param("resolved.json", halved, marks=pytest.mark.slow),
    ],
)
def test_a_damaged_file_of_a_run_is_made_anew_or_told(
    finished: tuple[Path, Path], tmp_path: Path, name: str, harm: Any
) -> None:
    """Never wrong output: the bytes of the undamaged run, at once or after doing what the message says."""
    recipe, undamaged = finished
    run = tmp_path / "run"
    shutil.copytree(undamaged, run)
    harmed = run / name
    harmed.write_bytes(harm(harmed.read_bytes()))
    if harmed.parent.name == "parts":  # they are looked at only where there is no manifest yet
        (run / "ingest/manifest.json").unlink()
    done = build(recipe, run, until="dedup")
    if done.returncode:
        assert done.returncode == 1
        assert str(harmed) in done.stderr
        assert "run again" in done.stderr
        harmed.unlink()
        assert build(recipe, run, until="dedup").returncode == 0
    assert output_bytes(run) == output_bytes(undamaged)


def test_a_flipped_byte_in_a_partition_never_passes_for_text(finished: tuple[Path, Path], tmp_path: Path) -> None:
    """Of the same length, so that nothing shows until it is read: every page has a checksum."""
    recipe, undamaged = finished
    run = tmp_path / "run"
    shutil.copytree(undamaged, run)
    harmed = run / "ingest/part-00000-000.parquet"
    harmed.write_bytes(flipped(harmed.read_bytes()))
    shutil.rmtree(run / "filter")
    done = build(recipe, run, until="dedup")
    assert done.returncode == 1
    assert f"{harmed} is damaged" in done.stderr
    assert "delete it and run again" in done.stderr
    harmed.unlink()
    assert build(recipe, run, until="dedup").returncode == 0
    assert output_bytes(run) == output_bytes(undamaged)


# Files that change under our hands


def test_files_that_vanish_shrink_or_change_while_they_are_read(tmp_path: Path) -> None:
    """Between planning and reading: the stage is made, then the files change, then its job runs."""
    from pipelines.build import make_context
    from pipelines.engine.progress import Progress
    from pipelines.engine.stage import StageFailedError, commit
    from pipelines.recipe import load_recipe
    from pipelines.stages import ingest

    def read(change: Any) -> tuple[str, dict[str, tuple[str, str]]]:
        root = tmp_path / change.__name__
        root.mkdir()
        for name in "ab":
            lines = [json.dumps({"id": f"{name}{n}", "text": sentence(n)}) + "\n" for n in range(300)]
            (root / f"{name}.jsonl").write_text("".join(lines))
        recipe = write_recipe(root / "r.toml", root, ("web", "jsonl", ["*.jsonl"], "max_unreadable = 1"))
        recipe.write_text(recipe.read_text().replace('name = "broken"', 'name = "broken"\npartition_bytes = "20KB"'))
        stage = ingest.stage(make_context(load_recipe(str(recipe)), str(root / "run")))
        waiting = stage.begin()
        change(root / "b.jsonl")
        progress = Progress(stage.run, stage="ingest")
        for unit in waiting:
            commit(stage.directory, unit.name, stage.job.run(unit, directory=stage.directory, progress=progress))
        try:
            stage.finish()
        except StageFailedError as error:
            return str(error), losses(root / "run")
        return "", losses(root / "run")

    def vanish(path: Path) -> None:
        path.unlink()

    def shrink(path: Path) -> None:
        os.truncate(path, 100)

    def grow(path: Path) -> None:
        with open(path, "a") as out:
            out.write(json.dumps({"id": "new", "text": sentence(1)}) + "\n")
        os.utime(path, (1, 1))

    told, lost = read(vanish)
    assert told == ""
    assert set(lost.values()) == {("unreadable", "file_not_found")}
    for change in (shrink, grow):
        told, _ = read(change)
        assert "1 input file(s) changed while they were read" in told
        assert str(tmp_path / change.__name__ / "b.jsonl") in told


# Encodings


def test_mislabelled_korean_is_read_or_told(tmp_path: Path) -> None:
    """Trees say no encoding: detection reads them. JSON is UTF-8: the row says what to set."""
    (tmp_path / "t").mkdir()
    for encoding in ("utf-8", "utf-8-sig", "cp949", "euc-kr", "utf-16", "utf-16-le", "utf-16-be", "iso2022_kr", "johab"):
        (tmp_path / f"t/{encoding}.txt").write_bytes((sentence(1) * 3).encode(encoding))
    for number, label in enumerate(("utf-8", "iso-8859-1", "windows-1252", "no-such-charset")):
        html = page(number).replace("<head>", f"<head><meta charset={label}>")
        (tmp_path / f"t/{label}.html").write_bytes(html.encode("cp949"))
    (tmp_path / "a.jsonl").write_bytes(
        b"".join(json.dumps({"text": sentence(n)}, ensure_ascii=False).encode("cp949") + b"\n" for n in range(20))
    )
    run = tmp_path / "run"
    sources = [("txt", "text-tree", ["t"], "max_unreadable = 1"), ("html", "html-tree", ["t"], "")]
    recipe = write_recipe(tmp_path / "r.toml", tmp_path, *sources, ("old", "jsonl", ["a.jsonl"], ""))
    done = build(recipe, run)
    assert done.returncode == 1
    assert "source 'old': 20 of 20 records are unreadable" in done.stderr
    assert 'it reads as CP949: set encoding = "cp949"' in done.stderr
    assert "source 'html'" not in done.stderr
    recipe = write_recipe(tmp_path / "r.toml", tmp_path, *sources, ("old", "jsonl", ["a.jsonl"], 'encoding = "cp949"'))
    assert build(recipe, run).returncode == 0
    texts = {
        row["id"]: row["text"]
        for path in (run / "ingest").glob("part-*.parquet")
        for row in pq.read_table(path, columns=["id", "text"]).to_pylist()
    }
    assert {identifier for identifier, text in texts.items() if "오늘은 날씨가 좋아서" not in text} == set()
    lost = losses(run)
    assert len(texts) + len(lost) == 9 + 4 + 20
    assert set(lost) <= {"txt/t/johab.txt"}
