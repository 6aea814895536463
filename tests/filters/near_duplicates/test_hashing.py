"""Hashes: as the slow definition has them, and of runs and ranges alike wherever they stand."""

import numpy as np

from filters.near_duplicates.hashing import mix, mix_one, multipliers, range_hashes, run_hashes


def test_mix_is_splitmix64() -> None:
    # The first outputs of SplitMix64 seeded with 0 (Steele et al.'s reference implementation).
    golden = 0x9E3779B97F4A7C15
    assert [mix_one(golden * step % 2**64) for step in (1, 2, 3)] == [
        0xE220A8397B1DCDAF,
        0x6E789E6AA1B965F4,
        0x06C45D188009454F,
    ]
    assert mix(np.array([golden], dtype=np.uint64)).tolist() == [0xE220A8397B1DCDAF]


def test_multipliers_are_odd_and_differ_by_seed() -> None:
    assert (multipliers(10, seed=0) & np.uint64(1)).all()
    assert not set(multipliers(10, seed=0).tolist()) & set(multipliers(10, seed=1).tolist())


def test_runs() -> None:
    values = np.array([1, 2, 3, 1, 2, 3], dtype=np.uint64)
    hashes = run_hashes(values, n=3).tolist()
    assert hashes[0] == hashes[3]
    assert len(set(hashes)) == 3
    assert len(run_hashes(values, n=7)) == 0


def test_ranges() -> None:
    values = np.array([7, 1, 2, 9, 1, 2, 2, 1, 0, 1, 2, 0], dtype=np.int32)
    starts, stops = np.array([1, 4, 6, 8, 9]), np.array([3, 6, 8, 11, 12])
    hashes = range_hashes(values, starts, stops).tolist()
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 4
    assert len(range_hashes(values, starts[:0], stops[:0])) == 0
