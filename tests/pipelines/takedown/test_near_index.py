"""What a document that goes held together stays together."""

import pytest

from pipelines.takedown.near_index import mended_pairs


@pytest.mark.parametrize(
    ("pairs", "gone", "mended"),
    [
        ([(1, 2, 0), (2, 3, 0)], {2}, [(1, 3, 0)]),
        ([(1, 2, 0), (1, 3, 1), (1, 4, 2)], {1}, [(2, 3, 1), (2, 4, 2)]),
        ([(1, 2, 0), (2, 3, 1), (3, 4, 0)], {2, 3}, [(1, 4, 1)]),
        ([(1, 2, 0)], {2}, []),
        ([(1, 2, 0), (1, 2, 0)], {1, 2}, []),
        ([(1, 2, 0), (2, 3, 0), (5, 6, 0), (6, 7, 3)], {2, 6}, [(1, 3, 0), (5, 7, 3)]),
        ([], {1}, []),
    ],
)
def test_mended_pairs(pairs: list[tuple[int, int, int]], gone: set[int], mended: list[tuple[int, int, int]]) -> None:
    assert mended_pairs(pairs, frozenset(gone)) == mended
