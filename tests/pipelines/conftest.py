"""What tests of several commands read: a small run from texts to shards."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def packed_tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # Not at the top: most tests here need neither a tokenizer nor shards.
    from .packed_run import make_tokenizer

    return make_tokenizer(tmp_path_factory.mktemp("packed-tokenizer"))


@pytest.fixture(scope="session")
def packed_run(packed_tokenizer: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole run. Read only."""
    from .packed_run import build_packed_run

    return build_packed_run(tmp_path_factory.mktemp("packed") / "run", tokenizer=packed_tokenizer)
