"""The tree keeps DESIGN.md section 1: arrows, names, size."""

import ast
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("filters", "mixing", "tokenizer", "pipelines", "trainer")


def test_imports_follow_the_arrows() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", [*PACKAGES, "malmoi"])
def test_no_other_distribution_owns_our_names(name: str) -> None:
    owners = importlib.metadata.packages_distributions().get(name, [])
    assert set(owners) <= {"malmoi"}


def _modules() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_and_does_no_more_than_that(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "a module docstring says what enters and what leaves"
    assert path.stem not in {"utils", "common", "helpers", "manager"}
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("name", ["apache_beam", "torch", "pipelines.engine.runner"])
def test_the_command_line_imports_nothing_heavy(name: str) -> None:
    code = f"import malmoi, pipelines.build, pipelines.report, sys; sys.exit({name!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_no_package_index_is_named() -> None:
    """Packages are named by name and version only."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.split(b"\0")
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "deb.debian" + ".org", "registry.npmjs" + ".org"]
    for name in filter(None, listed):
        text = (ROOT / name.decode()).read_bytes()
        assert not [host for host in hosts if host.encode() in text], name
