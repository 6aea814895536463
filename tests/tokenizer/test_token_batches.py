"""Batches of a constant number of tokens: all sequences once, similar lengths, groups whole, the same for the same seed."""

import numpy as np
import pytest

from tokenizer.token_batches import token_batches


@pytest.mark.parametrize(
    ("lengths", "max_tokens", "padded", "expected"),
    [
        ([], 10, True, []),
        ([5], 5, True, [{0}]),
        ([5, 5, 5, 5], 10, True, [{0, 1}, {2, 3}]),  # any two
        ([1, 9, 2, 8], 18, True, [{0, 2}, {1, 3}]),
        ([1, 1, 8], 10, False, [{0, 1, 2}]),
        ([1, 1, 8], 10, True, [{0, 1}, {2}]),
        ([7, 7], 7, True, [{0}, {1}]),
    ],
)
def test_what_comes_together(lengths: list[int], max_tokens: int, padded: bool, expected: list[set[int]]) -> None:
    batches = token_batches(lengths, max_tokens=max_tokens, seed=1, padded=padded)
    assert sorted(map(len, batches)) == sorted(map(len, expected))
    assert sorted(number for batch in batches for number in batch.tolist()) == list(range(len(lengths)))
    if len(set(lengths)) > 1:
        assert sorted(sorted(batch.tolist()) for batch in batches) == sorted(map(sorted, expected))


@pytest.mark.parametrize("padded", [True, False])
def test_many(padded: bool) -> None:
    lengths = np.random.default_rng(1).integers(1, 4096, 5000)
    groups = np.random.default_rng(2).integers(0, 1500, 5000)
    sums = np.bincount(groups, lengths)
    budget = int(max(sums.max(), np.bincount(groups).max() * 4096))
    batches = token_batches(lengths, max_tokens=budget, seed=3, groups=groups, padded=padded)
    assert sorted(np.concatenate(batches).tolist()) == list(range(5000))
    costs = [int(lengths[b].max() * len(b) if padded else lengths[b].sum()) for b in batches]
    assert max(costs) <= budget
    homes = [set(groups[batch].tolist()) for batch in batches]
    assert sum(map(len, homes)) == len(set(groups.tolist()))
    again = token_batches(lengths, max_tokens=budget, seed=3, groups=groups, padded=padded)
    assert [batch.tolist() for batch in again] == [batch.tolist() for batch in batches]
    other = token_batches(lengths, max_tokens=budget, seed=4, groups=groups, padded=padded)
    assert [batch.tolist() for batch in other] != [batch.tolist() for batch in batches]


def test_padding_is_small() -> None:
    lengths = np.random.default_rng(1).integers(16, 4096, 20_000)
    batches = token_batches(lengths, max_tokens=65_536, seed=1)
    padded = sum(int(lengths[batch].max()) * len(batch) for batch in batches)
    assert padded / lengths.sum() < 1.01
    assert padded / (65_536 * len(batches)) > 0.95


def test_the_ids_that_are_given_out_never_change() -> None:
    batches = token_batches([3, 1, 2, 3, 2, 1], max_tokens=6, seed=7)
    assert [batch.tolist() for batch in batches] == [[5, 1, 2], [0], [4, 3]]


@pytest.mark.parametrize(
    ("lengths", "groups", "told"),
    [
        ([3, 0], None, "sequence 1 has 0 tokens"),
        ([3, 11], None, "sequence 1 takes 11 tokens, more than max_tokens = 10"),
        ([6, 5], [4, 4], "a group of 2 sequences takes 12 tokens, more than max_tokens = 10"),
        ([6, 5], [4], "1 groups for 2 sequences"),
    ],
)
def test_mistakes(lengths: list[int], groups: list[int] | None, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        token_batches(lengths, max_tokens=10, seed=1, groups=groups)
