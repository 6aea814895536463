"""Gathering from end to end: the same bytes each time, going on after a failure, and saying what is missing."""

import json
from pathlib import Path

import pytest

from pipelines.sample import as_text, gather, gathering, machine, tree
from pipelines.sample.errors import ArchiveError, MismatchError
from pipelines.sample.report import SampleReport
from tests.pipelines.sample.packages import CODE, KOREAN, Registry, make_zip, read_json_lines, tree_bytes, write_table


@pytest.fixture(autouse=True)
def small_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine whose standard library is one file and which has no Vim."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "one.py").write_text('"""One."""\n')
    monkeypatch.setattr(machine.sysconfig, "get_path", lambda _: str(tmp_path / "lib"))
    monkeypatch.setattr(machine, "_tutor", lambda *_, **__: [])


def _gather(tmp_path: Path, registry: Registry, *, to: str = "sample", offline: bool = False) -> SampleReport:
    table = write_table(tmp_path / "table.toml", registry)
    return gather(tmp_path / to, cache=tmp_path / "cache", offline=offline, progress=lambda _: None, table=table)


def test_a_whole_sample(registry: Registry, tmp_path: Path) -> None:
    report = _gather(tmp_path, registry)
    files = tree_bytes(tmp_path / "sample")
    texts = {name: data for name, data in files.items() if not name.startswith("ko/malmoi-texts/")}
    assert sorted(texts) == [
        "code/codes/add.js",
        "de/mond/mond.txt",
        "ko/moon/b.md",
        "ko/moon/deep/a.md",
        "licences.jsonl",
        "sample.json",
    ]
    assert texts["code/codes/add.js"] == CODE.encode()
    assert texts["ko/moon/deep/a.md"] == (KOREAN * 2).encode()
    assert report.missing == ()
    assert report.empty_directories == ()
    assert {source.path: source.num_files for source in report.gathered if source.name != "malmoi-texts"} == {
        "ko/moon": 2,
        "de/mond": 1,
        "code/codes": 1,
    }
    # Each package was asked for once, although two sources share one.
    assert sorted(registry.asked) == ["codes", "texts"]


def test_every_file_has_a_licence(registry: Registry, tmp_path: Path) -> None:
    _gather(tmp_path, registry)
    files = tree_bytes(tmp_path / "sample")
    rows = read_json_lines(files.pop("licences.jsonl"))
    files.pop("sample.json")
    assert [row["path"] for row in rows] == sorted(files)
    assert rows[0] == {"path": "code/codes/add.js", "licence": "Apache-2.0", "package": "codes", "version": "2.0.0"}
    assert {row["licence"] for row in rows} == {"Apache-2.0", "CC-BY-4.0", "CC0-1.0", "MIT"}


def test_the_summary(registry: Registry, tmp_path: Path) -> None:
    _gather(tmp_path, registry)
    summary = json.loads((tmp_path / "sample" / "sample.json").read_text(encoding="utf-8"))
    moon = summary["sources"][0]
    assert {key: moon[key] for key in ("directory", "name", "num_files", "num_bytes", "status", "package")} == {
        "directory": "ko",
        "name": "moon",
        "num_files": 2,
        "num_bytes": 3 * len(KOREAN.encode()),
        "status": "gathered",
        "package": "texts",
    }
    assert len(moon["sha256"]) == len(moon["content_sha256"]) == 64
    assert summary["missing"] == []


def test_the_same_bytes_in_another_place(registry: Registry, tmp_path: Path) -> None:
    _gather(tmp_path, registry)
    _gather(tmp_path, registry, to="again")
    assert tree_bytes(tmp_path / "sample") == tree_bytes(tmp_path / "again")


def test_a_second_run_touches_nothing(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _gather(tmp_path, registry)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "sample").glob("*/*/*")}
    registry.asked.clear()
    monkeypatch.setattr(gathering, "write_tree", lambda *_, **__: pytest.fail("written again"))
    _gather(tmp_path, registry)
    assert registry.asked == []
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "sample").glob("*/*/*")} == before


@pytest.mark.parametrize("damage", ["delete", "shorten", "forget", "garble"])
def test_a_damaged_sample_is_mended(damage: str, registry: Registry, tmp_path: Path) -> None:
    _gather(tmp_path, registry)
    whole = tree_bytes(tmp_path / "sample")
    file = tmp_path / "sample" / "ko" / "moon" / "b.md"
    record = tmp_path / "sample" / ".malmoi-sample" / "ko--moon.json"
    match damage:
        case "delete":
            file.unlink()
        case "shorten":
            file.write_bytes(b"")
        case "forget":
            record.unlink()
            (file.parent / "left-over.md").write_text("of an unfinished run")
        case _:
            record.write_text('["half')
    _gather(tmp_path, registry)
    assert tree_bytes(tmp_path / "sample") == whole


def test_killed_between_two_sources(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _gather(tmp_path, registry, to="whole")
    write, written = tree.write_tree, []

    def dies_at_the_second(directory: Path, **values: object) -> tree.Record:
        if len(written) == 1:
            raise KeyboardInterrupt
        written.append(values["path"])
        return write(directory, **values)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(gathering, "write_tree", dies_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            _gather(tmp_path, registry)
    assert written == ["ko/moon"]
    assert not (tmp_path / "sample" / "sample.json").exists()
    _gather(tmp_path, registry)
    assert tree_bytes(tmp_path / "sample") == tree_bytes(tmp_path / "whole")


def test_without_one_registry_the_rest_goes_on(registry: Registry, tmp_path: Path) -> None:
    registry.without = {"npm"}
    report = _gather(tmp_path, registry)
    assert [(source.path, source.reason) for source in report.missing] == [("code/codes", "npm is not here")]
    # No package filled code/, so this Python's library stands in; de/ and ko/ need no stand-in.
    local = [source.path for source in report.gathered if source.registry == "this machine"]
    assert local == ["ko/malmoi-texts", "code/python"]
    assert (tmp_path / "sample" / "code" / "python" / "one.py").read_text() == '"""One."""\n'
    assert "NOT GATHERED: 1 of 5 sources\n  npm is not here: code/codes" in as_text(report)


def test_a_stand_in_goes_when_the_package_comes(registry: Registry, tmp_path: Path) -> None:
    registry.without = {"npm"}
    _gather(tmp_path, registry)
    registry.without = set()
    _gather(tmp_path, registry)
    _gather(tmp_path, registry, to="at-once")
    assert tree_bytes(tmp_path / "sample") == tree_bytes(tmp_path / "at-once")


def test_offline_with_an_empty_cache(registry: Registry, tmp_path: Path) -> None:
    report = _gather(tmp_path, registry, offline=True)
    assert registry.asked == []
    assert [source.path for source in report.gathered] == ["ko/malmoi-texts", "code/python"]
    assert {source.reason for source in report.missing} == {"not in the cache, and nothing is fetched offline"}
    assert report.empty_directories == ("de",)
    assert as_text(report).splitlines()[-1] == "nothing at all for: de"


def test_offline_with_a_full_cache_is_the_whole_sample(registry: Registry, tmp_path: Path) -> None:
    _gather(tmp_path, registry)
    _gather(tmp_path, registry, to="offline", offline=True)
    assert tree_bytes(tmp_path / "sample") == tree_bytes(tmp_path / "offline")


def test_a_changed_package_stops_the_run(registry: Registry, tmp_path: Path) -> None:
    table = write_table(tmp_path / "table.toml", registry)
    make_zip(registry.folder / "texts-1.0-py3-none-any.whl", {"texts/ko/b.md": b"changed"})
    with pytest.raises(MismatchError, match=r"texts 1\.0 \(pypi\) is not the pinned file"):
        gather(tmp_path / "sample", cache=tmp_path / "cache", progress=lambda _: None, table=table)
    assert not (tmp_path / "sample" / "ko" / "moon").exists()


def test_a_package_that_points_outside_stops_the_run(registry: Registry, tmp_path: Path) -> None:
    make_zip(registry.folder / "texts-1.0-py3-none-any.whl", {"texts/ko/b.md": b"x", "../../evil.md": b"evil"})
    with pytest.raises(ArchiveError, match="points outside"):
        _gather(tmp_path, registry)
    assert not list(tmp_path.rglob("evil.md"))


def test_what_others_put_into_the_directory_stays(registry: Registry, tmp_path: Path) -> None:
    mine = tmp_path / "sample" / "ko" / "mine" / "a.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("내 글")
    _gather(tmp_path, registry)
    assert mine.read_text() == "내 글"
