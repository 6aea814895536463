"""The table that ships: complete, free of addresses, under licences that allow its use; and tables that are wrong."""

import re
from pathlib import Path

import pytest

from pipelines.sample.errors import TableError
from pipelines.sample.sources import TABLE, load_sources
from tests.pipelines.sample.packages import Registry, write_table

#: What a document of the sample may be under: use and redistribution with attribution, or share-alike.
ALLOWED = {
    "Apache-2.0",
    "BSD-3-Clause",
    "CC-BY-4.0",
    "GPL-2.0-or-later",
    "MIT",
    "MIT AND BSD-3-Clause",
    "MPL-2.0",
}


def test_the_table_that_ships() -> None:
    sources = load_sources()
    assert {source.directory for source in sources} == {"ko", "en", "ja", "de", "fr", "code"}
    assert {source.licence for source in sources} == ALLOWED
    assert {source.kind for source in sources if source.directory == "code"} == {"code"}
    korean_packages = {source.package.registry for source in sources if source.directory == "ko"}
    assert "pypi" in korean_packages
    assert len({source.fingerprint for source in sources}) == len(sources)


def test_no_address_in_the_table() -> None:
    assert not re.search(r"https?:|www\.|\.org\b|\.com\b|\.io\b", TABLE.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('registry = "npm"', 'registry = "warez"', r"\[package\.codes\]: registry 'warez' is none of pypi, npm, debian"),
        ('sha256 = "', 'sha256 = "x', r"\[package\.texts\]: sha256 'x[0-9a-f]{64}' is not 64 hexadecimal digits"),
        ('file = "codes', 'file = "../codes', r"file '\.\./codes-2\.0\.0\.tgz' is not a plain file name"),
        ('package = "codes"', 'package = "modes"', r"source codes: there is no \[package\.modes\]"),
        ('name = "mond"', 'name = "../mond"', r"'\.\./mond' cannot be a directory name"),
        ('name = "mond"\ndirectory = "de"', 'name = "moon"\ndirectory = "ko"', r"ko/moon is there twice"),
        ('format = "code-tree"', 'format = "exe"', r"source codes: 'exe' is none of jsonl, text-tree, html-tree, code-tree"),
        ('licence = "MIT"', 'lizenz = "MIT"', r"source moon: .*lizenz"),
        ("num_bytes = ", "size = ", r"\[package\.texts\]: .*size"),
    ],
)
def test_a_wrong_table(old: str, new: str, message: str, registry: Registry, tmp_path: Path) -> None:
    table = write_table(tmp_path / "table.toml", registry)
    content = table.read_text(encoding="utf-8")
    assert old in content
    table.write_text(content.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(TableError, match=message):
        load_sources(table)
