"""Small packages made on the spot, and a table that pins them: what a registry would hand out."""

import gzip
import hashlib
import io
import json
import lzma
import shutil
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.sample import fetch
from pipelines.sample.errors import UnavailableError
from pipelines.sample.sources import Package

KOREAN = "달은 지구의 둘레를 돈다.\n"
CODE = "def add(left, right):\n    return left + right\n"

TABLE = """
[package.texts]
registry = "pypi"
name = "texts"
version = "1.0"
file = "texts-1.0-py3-none-any.whl"
num_bytes = {texts_bytes}
sha256 = "{texts_sha256}"

[package.codes]
registry = "npm"
name = "codes"
version = "2.0.0"
file = "codes-2.0.0.tgz"
num_bytes = {codes_bytes}
sha256 = "{codes_sha256}"

[[source]]
name = "moon"
directory = "ko"
package = "texts"
licence = "MIT"
format = "text-tree"
root = "texts/ko"
include = ["**/*.md"]
exclude = ["draft/**"]

[[source]]
name = "mond"
directory = "de"
package = "texts"
licence = "CC-BY-4.0"
format = "text-tree"
root = "texts/de"

[[source]]
name = "codes"
directory = "code"
package = "codes"
licence = "Apache-2.0"
format = "code-tree"
kind = "code"
root = "package"
include = ["**/*.js"]
"""


def make_zip(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return path


def tar_bytes(files: Mapping[str, bytes], *, links: Mapping[str, str] | None = None) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return stream.getvalue()


def make_tgz(path: Path, files: Mapping[str, bytes], *, links: Mapping[str, str] | None = None) -> Path:
    path.write_bytes(gzip.compress(tar_bytes(files, links=links), mtime=0))
    return path


def make_deb(path: Path, files: Mapping[str, bytes], *, data_name: str = "data.tar.xz") -> Path:
    def member(name: str, data: bytes) -> bytes:
        header = f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n".encode()
        return header + data + b"\n" * (len(data) % 2)

    data = lzma.compress(tar_bytes(files))
    path.write_bytes(
        b"!<arch>\n" + member("debian-binary", b"2.0\n") + member("control.tar.xz", b"odd") + member(data_name, data)
    )
    return path


def make_parquet(columns: Mapping[str, list[str | None]]) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), stream)
    return stream.getvalue()


class Registry:
    """A folder of package files that stands in for every registry, and what was asked of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.without: set[str] = set()

    def download(self, package: Package, folder: Path) -> Path:
        self.asked.append(package.name)
        if package.registry in self.without:
            raise UnavailableError(f"{package.registry} is not here")
        return Path(shutil.copy(self.folder / package.file, folder))


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    folder = tmp_path / "registry"
    folder.mkdir()
    texts = {
        "texts/ko/b.md": KOREAN.encode(),
        "texts/ko/deep/a.md": (KOREAN * 2).encode(),
        "texts/ko/draft/c.md": b"not finished",
        "texts/ko/picture.png": b"\x89PNG",
        "texts/de/mond.txt": b"Der Mond umkreist die Erde.\n",
    }
    make_zip(folder / "texts-1.0-py3-none-any.whl", texts)
    make_tgz(folder / "codes-2.0.0.tgz", {"package/add.js": CODE.encode(), "package/LICENSE": b"Apache"})
    made = Registry(folder)
    monkeypatch.setattr(fetch, "download", made.download)
    return made


def write_table(path: Path, registry: Registry) -> Path:
    values: dict[str, object] = {}
    for key, file in (("texts", "texts-1.0-py3-none-any.whl"), ("codes", "codes-2.0.0.tgz")):
        data = (registry.folder / file).read_bytes()
        values[f"{key}_sha256"] = hashlib.sha256(data).hexdigest()
        values[f"{key}_bytes"] = len(data)
    path.write_text(TABLE.format(**values), encoding="utf-8")
    return path


def tree_bytes(directory: Path) -> dict[str, bytes]:
    """Every file of the sample (not the records of what is complete) with its bytes."""
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    kept = [path for path in files if ".malmoi-sample" not in path.parts]
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in kept}


def read_json_lines(data: bytes) -> list[dict[str, str]]:
    return [json.loads(line) for line in data.decode().splitlines()]
