"""Random numbers of documents and of their uses: fixed for all time, uniform, of nothing but seed, id and use."""

import numpy as np
import pytest

from mixing.repeats import unit_hash, unit_hashes, use_hashes


def test_hashes_are_fixed_for_all_time() -> None:
    assert unit_hashes(["doc-1", "문서", ""], seed=1).tolist() == [
        1466178812579534767,
        5706271721546223115,
        17425050001192069564,
    ]
    assert unit_hash("문서", seed=1) == unit_hashes(["문서"], seed=1)[0]
    assert unit_hash("문서", seed=1) != unit_hash("문서", seed=2)
    assert unit_hashes([], seed=1).tolist() == []


def test_hashes_are_uniform() -> None:
    units = unit_hashes((f"문서-{number}" for number in range(100_000)), seed=-3) / 2**64
    assert np.abs(np.histogram(units, bins=10, range=(0, 1))[0] - 10_000).max() < 400


@pytest.mark.parametrize("stream", [1, 2])
def test_uses_are_uniform_and_independent_of_one_another(stream: int) -> None:
    hashes = unit_hashes((f"문서-{number}" for number in range(100_000)), seed=1)
    uses = [use_hashes(hashes, use, stream=stream) / 2**64 for use in range(3)]
    numbers = [hashes / 2**64, use_hashes(hashes, 0, stream=3 - stream) / 2**64, *uses]
    assert np.abs(np.histogram(uses[1], bins=10, range=(0, 1))[0] - 10_000).max() < 400
    assert np.abs(np.corrcoef(numbers) - np.eye(5)).max() < 0.015


def test_the_same_by_one_number_of_use_or_one_for_each() -> None:
    hashes = unit_hashes(["가", "나", "다"], seed=7)
    one_by_one = [use_hashes(hashes[[place]], use, stream=1)[0] for place, use in enumerate((0, 3, 1))]
    assert use_hashes(hashes, np.array([0, 3, 1]), stream=1).tolist() == one_by_one
    assert use_hashes(np.array([0, 2**64 - 1], np.uint64), 15, stream=2).tolist() == [16322472374459849977, 8944174385826419498]
