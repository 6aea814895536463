"""Packing: every token exactly once, little padding, documents whole where they fit."""

import time

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokenizer.packing import PackedSequences, fill_sequences, pack


def _rows(packed: PackedSequences) -> list[tuple[int, int, int, int, int]]:
    columns = (packed.sequence, packed.start, packed.document, packed.document_start, packed.length)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@pytest.mark.parametrize(
    ("lengths", "rows", "num_sequences"),
    [
        ([], [], 0),
        ([10], [(0, 0, 0, 0, 10)], 1),
        # Exact fits.
        ([4, 6, 10], [(0, 0, 0, 0, 4), (0, 4, 1, 0, 6), (1, 0, 2, 0, 10)], 2),
        # A long document: two full sequences and a rest of 3 that joins the 7, its tokens in order across sequences.
        ([23, 7], [(0, 0, 0, 0, 3), (0, 3, 1, 0, 7), (1, 0, 0, 3, 10), (2, 0, 0, 13, 10)], 3),
        ([7, 23], [(0, 0, 0, 0, 7), (0, 7, 1, 0, 3), (1, 0, 1, 3, 10), (2, 0, 1, 13, 10)], 3),
        # Three of six need two sequences and not three: one of them is cut.
        ([6, 6, 6], [(0, 0, 1, 0, 6), (0, 6, 2, 0, 4), (1, 0, 0, 0, 6), (1, 6, 2, 4, 2)], 2),
        # Best fit: the 3 goes to the 7, not to the 5.
        ([5, 7, 3], [(0, 0, 0, 0, 5), (1, 0, 1, 0, 7), (1, 7, 2, 0, 3)], 2),
    ],
)
def test_exact_rows(lengths: list[int], rows: list[tuple[int, ...]], num_sequences: int) -> None:
    packed = pack(np.array(lengths, dtype=np.int64), capacity=10)
    assert _rows(packed) == rows
    assert packed.num_sequences == num_sequences
    assert packed.num_padding == num_sequences * 10 - sum(lengths)


def _check(packed: PackedSequences, *, lengths: npt.NDArray[np.int64], max_padding: float) -> None:
    capacity = packed.capacity
    assert packed.num_tokens == lengths.sum()
    fewest = -(-int(lengths.sum()) // capacity)
    assert packed.num_sequences == fewest or packed.num_padding <= max_padding * packed.num_sequences * capacity
    places: set[tuple[int, int]] = set()
    tokens: set[tuple[int, int]] = set()
    next_token = np.zeros(lengths.size, dtype=np.int64)
    next_place = np.zeros(packed.num_sequences, dtype=np.int64)
    last_sequence = np.full(lengths.size, -1)
    for sequence, start, document, document_start, length in _rows(packed):
        assert length > 0
        assert start == next_place[sequence]
        assert document_start == next_token[document]
        assert sequence > last_sequence[document]
        next_place[sequence] += length
        next_token[document] += length
        last_sequence[document] = sequence
        places |= {(sequence, start + place) for place in range(length)}
        tokens |= {(document, document_start + token) for token in range(length)}
    assert (next_place <= capacity).all()
    assert (next_place > 0).all()
    assert np.array_equal(next_token, lengths)
    assert len(places) == len(tokens) == lengths.sum()


@given(
    st.lists(st.integers(1, 40) | st.integers(1, 5), max_size=60),
    st.integers(1, 16),
    st.sampled_from([0.0, 0.004, 0.2, 0.9]),
)
@settings(deadline=None, max_examples=400)
def test_every_token_exactly_once(lengths: list[int], capacity: int, max_padding: float) -> None:
    array = np.array(lengths, dtype=np.int64)
    packed = pack(array, capacity=capacity, max_padding=max_padding)
    _check(packed, lengths=array, max_padding=max_padding)
    assert _rows(packed) == _rows(pack(array, capacity=capacity, max_padding=max_padding))


def _best_fit_reference(lengths: list[int], *, capacity: int) -> list[int]:
    """The rooms left by best fit over ``lengths`` in descending order, one document after the other."""
    rooms: list[int] = []
    for length in sorted(lengths, reverse=True):
        fitting = [room for room in rooms if room >= length]
        if fitting:
            rooms.remove(min(fitting))
            rooms.append(min(fitting) - length)
        else:
            rooms.append(capacity - length)
    return sorted(rooms)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=80))
@settings(deadline=None, max_examples=300)
def test_grouped_best_fit_equals_one_after_the_other(lengths: list[int]) -> None:
    packed = pack(np.array(lengths), capacity=30, max_padding=0.99)
    used = np.bincount(packed.sequence, weights=packed.length).astype(int)
    assert sorted((30 - used).tolist()) == _best_fit_reference(lengths, capacity=30)
    # Documents that fit are whole.
    assert packed.length.size == len(lengths)


def test_a_document_that_fits_is_cut_only_for_the_sake_of_padding() -> None:
    lengths = np.random.default_rng(0).integers(1, 4_096, 20_000)
    packed = pack(lengths, capacity=4_096)
    assert packed.length.size == lengths.size
    assert packed.num_padding / (packed.num_sequences * 4_096) < 0.004
    # All just over half a sequence: best fit alone would leave half of everything empty.
    packed = pack(np.full(1_000, 2_049), capacity=4_096)
    assert packed.num_padding / (packed.num_sequences * 4_096) <= 0.004
    assert packed.length.size < 1_501


def test_sequences_of_short_documents_do_not_come_first() -> None:
    lengths = np.random.default_rng(0).permutation(np.repeat([10, 4_000], [40_000, 1_000]))
    packed = pack(lengths, capacity=4_096)
    documents = np.bincount(packed.sequence)
    half = documents.size // 2
    assert abs(documents[:half].mean() / documents[half:].mean() - 1) < 0.2


def test_a_million_documents_take_seconds() -> None:
    lengths = np.clip(np.random.default_rng(0).lognormal(6, 1.2, 1_000_000).astype(np.int64), 1, 200_000)
    began = time.monotonic()
    packed = pack(lengths, capacity=4_096)
    assert time.monotonic() - began < 15
    assert packed.num_tokens == lengths.sum()
    assert packed.num_padding / (packed.num_sequences * 4_096) < 0.0001


@pytest.mark.parametrize(
    ("lengths", "capacity", "max_padding", "message"),
    [
        ([3, 0, 2], 10, 0.004, "document 1 has 0 tokens"),
        ([3], 0, 0.004, "capacity is 0"),
        ([3], 10, 1.0, "max_padding is 1.0"),
        ([3], 10, -0.1, "max_padding is -0.1"),
    ],
)
def test_bad_input_is_named(lengths: list[int], capacity: int, max_padding: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pack(np.array(lengths), capacity=capacity, max_padding=max_padding)


def test_fill_sequences_puts_every_token_in_its_place() -> None:
    lengths = np.array([7, 23, 4, 6])
    offsets = np.cumsum(lengths) - lengths
    tokens = np.arange(100, 140, dtype=np.uint16)

    def read(document: int, start: int, length: int) -> np.ndarray:
        return tokens[offsets[document] + start :][:length]

    fill = {"read": read, "dtype": np.dtype(np.uint16), "pad_id": 7}
    packed = pack(lengths, capacity=10)
    rows = fill_sequences(packed, **fill)
    assert rows.dtype == np.uint16
    assert rows.tolist() == [
        [*range(100, 107), *range(107, 110)],
        [*range(110, 120)],
        [*range(120, 130)],
        [*range(130, 134), *range(134, 140)],
    ]
    part = fill_sequences(packed, **fill, first=1, last=3)
    assert np.array_equal(part, rows[1:3])
    padded = fill_sequences(pack(np.array([3]), capacity=5), **fill)
    assert padded.tolist() == [[100, 101, 102, 7, 7]]
