"""Archives: what is read of them, and everything that refuses one."""

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pipelines.sample import archive
from pipelines.sample.archive import members, safe_path
from pipelines.sample.errors import ArchiveError
from tests.pipelines.sample.packages import make_deb, make_tgz, make_zip

Make = Callable[[Path, Mapping[str, bytes]], Path]
FILES = {"./root/가나다.txt": "말".encode(), "root/b.py": b"x = 1\n", "root/empty.txt": b""}
READ = {"root/가나다.txt": "말".encode(), "root/b.py": b"x = 1\n", "root/empty.txt": b""}


@pytest.mark.parametrize(
    ("make", "name"), [(make_zip, "a.whl"), (make_tgz, "a.tar.gz"), (make_tgz, "a.tgz"), (make_deb, "a.deb")]
)
def test_members_of_every_kind(make: Make, name: str, tmp_path: Path) -> None:
    path = make(tmp_path / name, FILES)
    assert {name: read() for name, read in members(path)} == READ


def test_deb_with_zstd_data(tmp_path: Path) -> None:
    import zstandard

    from tests.pipelines.sample.packages import tar_bytes

    packed = zstandard.ZstdCompressor().compress(tar_bytes(FILES))
    header = f"{'data.tar.zst':<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(packed):<10}`\n".encode()
    (tmp_path / "a.deb").write_bytes(b"!<arch>\n" + header + packed)
    assert {name: read() for name, read in members(tmp_path / "a.deb")} == READ


def test_links_are_passed_over(tmp_path: Path) -> None:
    path = make_tgz(tmp_path / "a.tgz", {"a/x.txt": b"x"}, links={"a/passwd": "/etc/passwd"})
    assert [name for name, _ in members(path)] == ["a/x.txt"]
    zipped = tmp_path / "a.whl"
    with zipfile.ZipFile(zipped, "w") as packed:
        link = zipfile.ZipInfo("a/link")
        link.external_attr = 0o120777 << 16
        packed.writestr(link, "/etc/passwd")
        packed.writestr("a/x.txt", "x")
    assert [name for name, _ in members(zipped)] == ["a/x.txt"]


@pytest.mark.parametrize(("make", "kind"), [(make_zip, "a.whl"), (make_tgz, "a.tgz"), (make_deb, "a.deb")])
@pytest.mark.parametrize("name", ["../evil.txt", "a/../../evil.txt", "/etc/evil.txt", "a/..", "C:/evil.txt", "a\\..\\evil.txt"])
def test_a_member_that_points_outside_refuses_the_archive(make: Make, kind: str, name: str, tmp_path: Path) -> None:
    path = make(tmp_path / kind, {"good.txt": b"good", name: b"evil"})
    with pytest.raises(ArchiveError, match=r"points outside of the archive; nothing of it is used"):
        list(members(path))


@pytest.mark.parametrize("name", ["", ".", "./", "a\0b"])
def test_no_path_at_all(name: str) -> None:
    with pytest.raises(ArchiveError):
        safe_path(name, archive=Path("a.whl"))


@pytest.mark.parametrize(("name", "cleaned"), [("./a/b", "a/b"), ("a//b", "a/b"), ("a/..b", "a/..b"), ("가/나.md", "가/나.md")])
def test_safe_path(name: str, cleaned: str) -> None:
    assert safe_path(name, archive=Path("a.whl")) == cleaned


@pytest.mark.parametrize(("make", "kind"), [(make_zip, "a.whl"), (make_tgz, "a.tgz"), (make_deb, "a.deb")])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.7])
def test_a_truncated_archive_names_itself_and_the_remedy(make: Make, kind: str, share: float, tmp_path: Path) -> None:
    path = make(tmp_path / kind, {"a.txt": bytes(range(256)) * 400})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ArchiveError, match=rf"{kind} "):
        [read() for _, read in members(path)]


def test_what_is_no_archive(tmp_path: Path) -> None:
    for name in ("a.whl", "a.tgz", "a.deb"):
        path = tmp_path / name
        path.write_bytes(b"<html>404</html>")
        with pytest.raises(ArchiveError, match=name):
            list(members(path))


def test_a_flipped_byte_in_a_zip_is_found(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.whl", {"a.txt": b"abcdefgh" * 10})
    data = bytearray(path.read_bytes())
    data[60] ^= 1
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match=r"Bad CRC-32"):
        [read() for _, read in members(path)]


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBER_BYTES", 10)
    for path in (make_zip(tmp_path / "a.whl", {"a.txt": b"x" * 11}), make_tgz(tmp_path / "a.tgz", {"a.txt": b"x" * 11})):
        with pytest.raises(ArchiveError, match=r"a\.txt has 11 bytes, more than 10"):
            list(members(path))
