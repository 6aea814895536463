"""Fetches a pinned package by name and version into the cache, and lets nothing through that is not the pinned bytes.

A ``Package`` enters; the path of its verified file leaves. Each registry is reached through its own tool (``pip``, ``npm``,
``apt-get``), so that mirrors, proxies and certificates are those that the machine is set up with. A file gets its name in
the cache only when it is whole and its SHA-256 is right, by a rename: processes may share a cache.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.sample.errors import MismatchError, UnavailableError
from pipelines.sample.sources import Package

_TIMEOUT_S = 900
#: What the tools say when it is the registry that cannot be reached, not the package that is not there.
_UNREACHABLE = re.compile(
    r"NewConnectionError|ConnectTimeout|ConnectionError|ProxyError|Failed to establish|name resolution|Could not resolve"
    r"|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|Could not connect|Unable to connect"
    r"|Connection refused|Cannot initiate the connection"
)
_PIP_GOT = re.compile(r"\bGot\s+([0-9a-f]{64})")


def default_cache() -> Path:
    """``$MALMOI_CACHE``, else ``~/.cache/malmoi/sample``."""
    named = os.environ.get("MALMOI_CACHE")
    return Path(named).expanduser() if named else Path.home() / ".cache" / "malmoi" / "sample"


class Fetcher:
    """The packages of one run. A registry found out of reach is not tried again. Safe to use from several threads."""

    def __init__(self, cache: Path, *, offline: bool) -> None:
        self._cache = cache
        self._offline = offline
        self._out_of_reach: dict[str, str] = {}
        self._lock = threading.Lock()

    def obtain(self, package: Package) -> Path:
        """The verified file. Raises ``UnavailableError`` (go on without it) or ``MismatchError`` (stop)."""
        kept = self._cache / f"{package.sha256[:16]}-{package.file}"
        if kept.is_file() and sha256_of(kept) == package.sha256:
            return kept
        if self._offline:
            raise UnavailableError("not in the cache, and nothing is fetched offline")
        with self._lock:
            reason = self._out_of_reach.get(package.registry)
        if reason:
            raise UnavailableError(reason)
        self._cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._cache, prefix=".fetching-") as folder:
            try:
                found = download(package, Path(folder))
            except _OutOfReachError as error:
                with self._lock:
                    self._out_of_reach[package.registry] = str(error)
                raise UnavailableError(str(error)) from error
            verify(found, package=package)
            os.replace(found, kept)
        return kept


class _OutOfReachError(UnavailableError):
    """The registry as a whole does not answer."""


def verify(path: Path, *, package: Package) -> None:
    """Raises ``MismatchError`` unless the file is the pinned one."""
    got = sha256_of(path)
    if got != package.sha256:
        raise _mismatch(package, got=got)


def sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def download(package: Package, folder: Path) -> Path:
    """Has the registry's own tool put the package into ``folder``; the file it put there, not verified yet."""
    match package.registry:
        case "pypi":
            command = _pip_command(package, folder)
        case "npm":
            options = ["--fetch-retries=1", "--ignore-scripts", "--no-audit", "--no-fund"]
            command = [_tool("npm", package), "pack", f"{package.name}@{package.version}", *options]
        case _:
            options = ["-o", "Acquire::Retries=1", "-o", "APT::Sandbox::User=root"]
            command = [_tool("apt-get", package), *options, "download", f"{package.name}={package.version}"]
    output = _run(command, folder=folder, package=package)
    files = [path for path in folder.iterdir() if path.suffix in (".whl", ".zip", ".gz", ".bz2", ".tgz", ".deb")]
    if len(files) != 1:
        raise UnavailableError(f"{_named(package)}: the tool fetched {len(files)} files, not one: {_telling_line(output)}")
    return files[0]


def _pip_command(package: Package, folder: Path) -> list[str]:
    """pip is given the hash as well: it runs a source distribution's metadata hook only on bytes that it has verified."""
    if importlib.util.find_spec("pip") is None:
        raise UnavailableError(f"{_named(package)}: this Python has no pip; run: {sys.executable} -m ensurepip")
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8")
    is_wheel = package.file.endswith(".whl")
    kind = ["--only-binary", ":all:"] if is_wheel else ["--no-binary", package.name]
    options = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--retries", "1", "--timeout", "30"]
    hashes = ["--require-hashes", "--requirement", str(wanted), "--ignore-requires-python"]
    return [sys.executable, "-m", "pip", "download", "--no-deps", *kind, *hashes, *options, "--dest", str(folder)]


def _tool(name: str, package: Package) -> str:
    found = shutil.which(name)
    if found is None:
        raise UnavailableError(f"{_named(package)}: {name} is not on this machine")
    return found


def _run(command: Sequence[str], *, folder: Path, package: Package) -> str:
    """The tool's output. Raises what its failure means."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnavailableError(f"{_named(package)}: no answer within {_TIMEOUT_S} s; run again to go on") from None
    output = done.stdout.decode("utf-8", "replace")
    if "DO NOT MATCH THE HASHES" in output:
        got = _PIP_GOT.search(output)
        raise _mismatch(package, got=got.group(1) if got else "another one")
    if done.returncode and _UNREACHABLE.search(output):
        raise _OutOfReachError(f"{package.registry} cannot be reached from here; run again when it can")
    if done.returncode:
        raise UnavailableError(f"{_named(package)} is not to be had here: {_telling_line(output)}")
    return output


def _environment() -> Mapping[str, str]:
    # English messages: what they mean is read from their words.
    return {**os.environ, "LC_ALL": "C.UTF-8"}


def _mismatch(package: Package, *, got: str) -> MismatchError:
    return MismatchError(
        f"{_named(package)} is not the pinned file: SHA-256 expected {package.sha256}, got {got}. Nothing of it was used. "
        f"Ask whoever runs your mirror why {package.file} was changed; pin the new one only after reading it"
    )


def _named(package: Package) -> str:
    return f"{package.name} {package.version} ({package.registry})"


def _telling_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if line.lower().startswith(("error", "e:", "npm error"))]
    return (telling or lines or ["no message"])[0][:300]
