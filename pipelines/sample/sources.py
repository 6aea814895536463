"""The pinned table ``sources.toml``: the packages, and which files of each make which source of the sample.

The path of a table enters; frozen ``Source`` records leave, in the order of the table.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipelines.sample.errors import TableError

#: The table that ships with Malmoi.
TABLE = Path(__file__).with_name("sources.toml")

REGISTRIES = ("pypi", "npm", "debian")
SHAPES = ("files", "parquet-rows", "json-sections", "json-pages")
FORMATS = ("jsonl", "text-tree", "html-tree", "code-tree")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")

#: Part of every source's fingerprint: raise it when the same package would be written as other bytes.
_WRITER_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One file of one release on one registry. ``num_bytes`` and ``file`` are for people; ``sha256`` decides."""

    registry: str
    name: str
    version: str
    sha256: str
    file: str
    num_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One directory of the sample, under one licence. ``settings`` belong to its shape (see ``shapes``)."""

    name: str
    directory: str
    package: Package
    licence: str
    format: str
    kind: str = "prose"
    shape: str = "files"
    root: str = ""
    include: tuple[str, ...] = ("**",)
    exclude: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    note: str = ""

    @property
    def path(self) -> str:
        return f"{self.directory}/{self.name}"

    @property
    def fingerprint(self) -> str:
        """Changes whenever the bytes written for this source could."""
        facts = json.dumps([_WRITER_VERSION, asdict(self)], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(facts.encode()).hexdigest()


def load_sources(table: Path = TABLE) -> tuple[Source, ...]:
    """The sources of a table. Raises ``TableError`` naming the entry that is wrong."""
    content = tomllib.loads(table.read_text(encoding="utf-8"))
    packages = {key: _package(key, values, table=table) for key, values in content.get("package", {}).items()}
    sources = tuple(_source(values, packages=packages, table=table) for values in content.get("source", []))
    paths = [source.path for source in sources]
    for path in paths:
        if paths.count(path) > 1:
            raise TableError(f"{table}: {path} is there twice; give one of them another name")
    return sources


def _package(key: str, values: Mapping[str, Any], *, table: Path) -> Package:
    try:
        package = Package(**values)
    except TypeError as error:
        raise TableError(f"{table}: [package.{key}]: {error}") from None
    if package.registry not in REGISTRIES:
        raise TableError(f"{table}: [package.{key}]: registry {package.registry!r} is none of {', '.join(REGISTRIES)}")
    if not _SHA256.fullmatch(package.sha256):
        raise TableError(f"{table}: [package.{key}]: sha256 {package.sha256!r} is not 64 hexadecimal digits")
    if Path(package.file).name != package.file:
        raise TableError(f"{table}: [package.{key}]: file {package.file!r} is not a plain file name")
    return package


def _source(values: Mapping[str, Any], *, packages: Mapping[str, Package], table: Path) -> Source:
    name = values.get("name", "?")
    key: str = values.get("package", "")
    if key not in packages:
        raise TableError(f"{table}: source {name}: there is no [package.{key}]")
    fields: dict[str, Any] = {**values, "package": packages[key]}
    fields |= {key: tuple(values[key]) for key in ("include", "exclude") if key in values}
    try:
        source = Source(**fields)
    except TypeError as error:
        raise TableError(f"{table}: source {name}: {error}") from None
    for value, allowed in ((source.shape, SHAPES), (source.format, FORMATS), (source.kind, ("prose", "code"))):
        if value not in allowed:
            raise TableError(f"{table}: source {name}: {value!r} is none of {', '.join(allowed)}")
    for part in (source.name, source.directory):
        if not _PLAIN_NAME.fullmatch(part):
            raise TableError(f"{table}: source {name}: {part!r} cannot be a directory name (a-z, 0-9, . _ -)")
    return source
