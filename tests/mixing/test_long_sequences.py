"""Uses for long sequences: to the token, long documents first, each once before any twice."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixing.long_sequences import choose_long
from mixing.repeats import unit_hashes
from mixing.uses import Counts, Documents

SHORT, LONG = 100, 800


def documents(lengths: list[int], seed: int = 0) -> Documents:
    count = len(lengths)
    return Documents(
        hashes=unit_hashes([f"문서-{number}" for number in range(count)], seed=seed),
        lengths=np.array(lengths, np.int32),
        fim_lengths=np.where(np.array(lengths) < SHORT - 5, np.array(lengths) + 5, 0).astype(np.int32),
        fim_uses=np.arange(count).astype(np.uint32) % 16,
        factors=np.ones(count),
    )


def tokens(own: Documents, bits: np.ndarray) -> int:
    return sum(int(own.use_lengths(use)[(bits >> np.uint32(use)) & 1 > 0].sum()) for use in range(16))


def chosen(own: Documents, counts: list[int], target: int) -> list[int]:
    array: Counts = np.array(counts, dtype=np.int8)
    return choose_long(own, array, target=target, sequence_length=SHORT, long_sequence_length=LONG).tolist()


@pytest.mark.parametrize(
    ("lengths", "counts", "target", "bits"),
    [
        ([50, 500, 900], [2, 2, 2], 0, [0, 0, 0]),
        # First the one that a long sequence holds whole, once.
        ([50, 500, 900], [2, 2, 2], 500, [0, 1, 0]),
        # Then the longer one, then repeats in the same order.
        ([50, 500, 900], [2, 2, 2], 1_400, [0, 1, 1]),
        ([50, 500, 900], [2, 2, 2], 1_900, [0, 3, 1]),
        ([50, 500, 900], [2, 2, 2], 2_800, [0, 3, 3]),
        ([50, 500, 900], [2, 2, 2], 2_850, [2, 3, 3]),
        ([50, 500, 900], [2, 2, 2], 10_000, [3, 3, 3]),
        # What is too long for what is left is passed over for the short.
        ([50, 500, 900], [2, 2, 2], 55, [2, 0, 0]),
        ([50, 500, 900], [2, 2, 2], 550, [2, 1, 0]),
        # Nothing but long ones: the nearest.
        ([900, 900], [1, 0], 500, [1, 0]),
        ([900, 900], [1, 0], 400, [0, 0]),
        ([], [], 100, []),
        ([50], [0], 100, [0]),
    ],
)
def test_exact(lengths: list[int], counts: list[int], target: int, bits: list[int]) -> None:
    own = documents(lengths)
    own.fim_uses[:] = 0
    assert chosen(own, counts, target) == bits


@given(st.lists(st.tuples(st.integers(1, 1_500), st.integers(0, 4)), min_size=1, max_size=30), st.floats(0, 1))
@settings(deadline=None)
def test_only_uses_that_there_are_and_long_ones_first(rows: list[tuple[int, int]], part: float) -> None:
    own, counts = documents([row[0] for row in rows]), [row[1] for row in rows]
    everything = tokens(own, np.array([(1 << count) - 1 for count in counts], np.uint32))
    target = int(everything * part)
    bits = chosen(own, counts, target)
    assert all(bit < 1 << count for bit, count in zip(bits, counts, strict=True))
    short = [(1 << count) - 1 if row[0] <= SHORT else 0 for row, count in zip(rows, counts, strict=True)]
    in_short = tokens(own, np.array(bits, np.uint32) & np.array(short, np.uint32))
    left_long = [row[0] for row, bit, count in zip(rows, bits, counts, strict=True) if row[0] > SHORT and count and not bit & 1]
    # A short document goes in only where no first use of a longer one would have fitted.
    if in_short and left_long:
        assert min(left_long) > target - (tokens(own, np.array(bits, np.uint32)) - in_short)


@pytest.mark.parametrize("part", [0.05, 0.1, 0.3, 0.9])
def test_to_the_token(part: float, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    own = documents(np.append(random.integers(5, 99, 5_000), random.integers(101, 2_000, 100)).tolist())
    counts = random.integers(0, 5, len(own))
    everything = tokens(own, ((1 << counts) - 1).astype(np.uint32))
    target = int(everything * part)
    all_sorted = chosen(own, counts.tolist(), target)
    assert tokens(own, np.array(all_sorted, np.uint32)) == target
    monkeypatch.setattr("mixing.long_sequences._WINDOW", 512)
    monkeypatch.setattr("mixing.long_sequences._CHUNK", 100)
    by_window = chosen(own, counts.tolist(), target)
    assert tokens(own, np.array(by_window, np.uint32)) == target
    assert sum(one != other for one, other in zip(all_sorted, by_window, strict=True)) <= 16


def test_order_of_the_documents_does_not_matter() -> None:
    random = np.random.default_rng(1)
    own = documents(random.integers(5, 2_000, 3_000).tolist())
    counts, order = random.integers(0, 5, 3_000), random.permutation(3_000)
    one, two = chosen(own, counts.tolist(), 400_000), chosen(own.at(order), counts[order].tolist(), 400_000)
    assert np.array(one)[order].tolist() == two
