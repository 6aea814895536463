"""One corpus, one tokenizer and one undisturbed run that the end-to-end tests compare with."""

import shutil
from pathlib import Path

import pytest

from .corpus import make_corpus, write_recipe
from .running import malmoi


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("corpus")
    make_corpus(root)
    return root


@pytest.fixture(scope="session")
def recipe(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recipe(tmp_path_factory.mktemp("recipe") / "made.toml", corpus)


@pytest.fixture(scope="session")
def run(recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An undisturbed run with a tokenizer of its own. Read only."""
    out = tmp_path_factory.mktemp("run") / "run"
    done = malmoi("build", recipe, "--out", out)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="session")
def quick_recipe(corpus: Path, run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same build with the tokenizer given, for tests that build again and again."""
    directory = tmp_path_factory.mktemp("quick")
    shutil.copy(run / "tokenizer/tokenizer.json", directory / "given.json")
    return write_recipe(directory / "quick.toml", corpus, tokenizer=f'path = "{directory}/given.json"')


@pytest.fixture(scope="session")
def quick_run(quick_recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An undisturbed run of the quick recipe in one process. Read only."""
    out = tmp_path_factory.mktemp("quick-run") / "run"
    done = malmoi("build", quick_recipe, "--out", out, "--workers", "1")
    assert done.returncode == 0, done.stderr
    return out
