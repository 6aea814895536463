"""Packing: every token exactly once, little padding, documents whole where they fit, owners never twice in a sequence."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokenizer.best_fit import best_fit_bins
from tokenizer.exact_fit import exact_fit_bins
from tokenizer.packing import PackedSequences, boundaries, fill_sequences, pack


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
        # A long document: two full sequences and a rest of 3 that joins the 7.
        ([23, 7], [(0, 0, 0, 20, 3), (0, 3, 1, 0, 7), (1, 0, 0, 10, 10), (2, 0, 0, 0, 10)], 3),
        ([7, 23], [(0, 0, 0, 0, 7), (0, 7, 1, 20, 3), (1, 0, 1, 10, 10), (2, 0, 1, 0, 10)], 3),
        # Three of six need two sequences and not three: one of them is cut.
        ([6, 6, 6], [(0, 0, 0, 0, 4), (0, 4, 2, 0, 6), (1, 0, 0, 4, 2), (1, 2, 1, 0, 6)], 2),
        # Best fit: the 3 goes to the 7, not to the 5.
        ([5, 7, 3], [(0, 0, 0, 0, 5), (1, 0, 1, 0, 7), (1, 7, 2, 0, 3)], 2),
    ],
)
def test_exact_rows(lengths: list[int], rows: list[tuple[int, ...]], num_sequences: int) -> None:
    packed = pack(np.array(lengths, dtype=np.int64), capacity=10)
    assert _rows(packed) == rows
    assert packed.num_sequences == num_sequences
    assert packed.num_padding == num_sequences * 10 - sum(lengths)


def _check(packed: PackedSequences, *, lengths: npt.NDArray[np.int64], owner: npt.NDArray[np.int64] | None = None) -> None:
    """Every token exactly once and in its place, no sequence over capacity or empty, no owner twice in one."""
    owner = np.arange(lengths.size) if owner is None else owner
    begins = packed.sequence * packed.capacity + packed.start
    assert (np.diff(begins) > 0).all()
    assert (packed.length > 0).all()
    used = np.bincount(packed.sequence, weights=packed.length, minlength=packed.num_sequences)
    assert ((used > 0) & (used <= packed.capacity)).all()
    assert used.size == packed.num_sequences
    first = np.diff(packed.sequence, prepend=-1) > 0
    assert (packed.start == np.where(first, 0, np.append(0, (packed.start + packed.length)[:-1])[: first.size])).all()
    order = np.lexsort((packed.document_start, packed.document))
    document, start, length = packed.document[order], packed.document_start[order], packed.length[order]
    new = np.diff(document, prepend=-1) > 0
    assert (start == np.where(new, 0, np.append(0, (start + length)[:-1])[: new.size])).all()
    assert np.array_equal(np.bincount(document, weights=length, minlength=lengths.size), lengths)
    assert packed.num_split == int((np.bincount(document, minlength=lengths.size) > 1).sum())
    places = packed.sequence * (int(owner.max(initial=0)) + 1) + owner[packed.document]
    assert np.unique(places).size == places.size


def _allowed(lengths: npt.NDArray[np.int64], *, capacity: int, max_padding: float) -> int:
    tokens = int(lengths.sum())
    return max(-(-tokens // capacity), int(tokens / (capacity * (1 - max_padding))))


@given(
    st.lists(st.integers(1, 40) | st.integers(1, 5), max_size=60),
    st.integers(1, 16),
    st.sampled_from([0.0, 0.001, 0.2, 0.9]),
)
@settings(deadline=None, max_examples=200)
def test_every_token_exactly_once_with_little_padding(lengths: list[int], capacity: int, max_padding: float) -> None:
    array = np.array(lengths, dtype=np.int64)
    packed = pack(array, capacity=capacity, max_padding=max_padding)
    _check(packed, lengths=array)
    # A gap may be there for no document but one that has a piece beside it.
    assert packed.num_sequences <= _allowed(array, capacity=capacity, max_padding=max_padding) + 1
    assert _rows(packed) == _rows(pack(array.copy(), capacity=capacity, max_padding=max_padding))


def _line_ends(every: int) -> Callable[[int, int, int], int]:
    """A document whose lines have ``every`` tokens."""

    def cut(document: int, earliest: int, latest: int) -> int:
        place = (latest + document) // every * every - document
        return place if place > earliest else latest

    return cut


@given(
    st.lists(st.tuples(st.integers(1, 300) | st.integers(1, 12), st.integers(0, 8)), max_size=60),
    st.integers(1, 100),
    st.sampled_from([0.0, 0.01, 0.3]),
    st.sampled_from([None, 1, 3, 7, 50]),
)
@settings(deadline=None, max_examples=200)
def test_owners_are_never_together(rows: list[tuple[int, int]], capacity: int, max_padding: float, every: int | None) -> None:
    lengths, owner = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    packed = pack(
        lengths, capacity=capacity, owner=owner, max_padding=max_padding, cut=None if every is None else _line_ends(every)
    )
    _check(packed, lengths=lengths, owner=owner)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=80), st.integers(30, 40))
@settings(deadline=None, max_examples=200)
def test_exact_fit_places_every_length_once(lengths: list[int], capacity: int) -> None:
    array = np.sort(np.array(lengths))[::-1]
    found, bins = exact_fit_bins(array, capacity=capacity, apart={3: 1, 7: 2})
    used = np.bincount(found, weights=array, minlength=bins)
    assert ((used > 0) & (used <= capacity)).all()
    assert used.size == bins
    for size, most in ((3, 1), (7, 2)):
        assert np.bincount(found[array == size], minlength=1).max() <= most
    rest = best_fit_bins(array, capacity=capacity, apart={3: 1, 7: 2})[0]
    for size, most in ((3, 1), (7, 2)):
        assert np.bincount(rest[array == size], minlength=1).max() <= most


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


def _share(packed: PackedSequences) -> float:
    return packed.num_padding / (packed.num_sequences * packed.capacity)


@pytest.mark.parametrize(
    ("name", "num_cut"),
    [
        # Every document above half a sequence needs one of its own, and those are more than the tokens would fill.
        ("uniform", 30),
        ("up to three quarters", 0),
        ("lognormal", 0),
        ("mid", 0),
        ("just over half", 5_200),
        ("all but one", 0),
        ("few lengths", 100),
    ],
)
def test_a_document_that_fits_is_cut_only_for_the_sake_of_padding(name: str, num_cut: int) -> None:
    random = np.random.default_rng(0)
    lengths = {
        "uniform": random.integers(1, 4_096, 20_000),
        "up to three quarters": random.integers(1, 3_073, 20_000),
        "lognormal": np.clip(random.lognormal(6, 1.2, 50_000).astype(np.int64), 1, 4_096),
        "mid": np.clip(random.normal(900, 200, 20_000).astype(np.int64), 300, 4_096),
        "just over half": np.full(10_000, 2_049),
        "all but one": np.full(3_000, 4_095),
        "few lengths": random.integers(20, 25, 200_000),
    }[name]
    packed = pack(lengths, capacity=4_096)
    assert _share(packed) <= 0.001
    assert packed.num_split <= num_cut
    _check(packed, lengths=lengths)


@pytest.mark.parametrize("capacity", [4_096, 32_768])
@pytest.mark.parametrize("short_share", [0.0, 0.05, 0.5])
def test_long_documents_are_cut_at_lines_and_hardly_another_one(capacity: int, short_share: float) -> None:
    random = np.random.default_rng(1)
    long = np.clip(random.lognormal(np.log(2 * capacity), 1, 400).astype(np.int64), capacity // 20, None)
    short = np.clip(random.lognormal(6, 1, int(short_share * long.sum() / 660)).astype(np.int64), 5, capacity)
    lengths = random.permutation(np.append(long, short))
    packed = pack(lengths, capacity=capacity, cut=_line_ends(13))
    _check(packed, lengths=lengths)
    assert _share(packed) <= 0.001 or packed.num_sequences == -(-int(lengths.sum()) // capacity)
    unavoidable = int((lengths > capacity).sum())
    assert packed.num_split <= 1.02 * unavoidable
    fewest = int(-(-lengths // capacity).sum())
    assert packed.length.size <= 1.1 * fewest
    ends = packed.document_start + packed.length
    cuts = ends < lengths[packed.document]
    at_lines = ((ends + packed.document) % 13 == 0)[cuts].mean()
    assert at_lines > (0.25 if capacity == 4_096 else 0.9) if short_share == 0 else 0.9


def test_a_document_just_over_a_sequence_leaves_no_tiny_piece() -> None:
    lengths = np.append(np.full(50, 4_100), np.arange(1, 61).repeat(20))
    packed = pack(lengths, capacity=4_096, cut=_line_ends(10))
    _check(packed, lengths=lengths)
    assert packed.length[lengths[packed.document] == 4_100].min() >= 64


def test_one_huge_document_is_nearly_all() -> None:
    lengths = np.append(10_000_000, np.full(20, 50))
    packed = pack(lengths, capacity=4_096, cut=_line_ends(20))
    _check(packed, lengths=lengths)
    assert packed.num_sequences <= 2_443
    # All of one owner: none of the short ones may go beside a piece of the huge one, nor beside another.
    owner = np.zeros(21, dtype=np.int64)
    packed = pack(lengths, capacity=4_096, owner=owner, cut=_line_ends(20))
    _check(packed, lengths=lengths, owner=owner)
    assert packed.num_sequences <= 2_463


def test_four_uses_of_each_tiny_document_stay_apart_and_cost_nothing() -> None:
    random = np.random.default_rng(0)
    lengths, owner = random.integers(20, 60, 50_000), np.arange(50_000)
    order = random.permutation(200_000)
    lengths, owner = np.tile(lengths, 4)[order], np.tile(owner, 4)[order]
    packed = pack(lengths, capacity=4_096, owner=owner)
    _check(packed, lengths=lengths, owner=owner)
    assert _share(packed) <= 0.001
    assert packed.num_split == 0
    # The other form of a document is some tokens longer.
    lengths = lengths + random.integers(0, 2, lengths.size) * 4
    packed = pack(lengths, capacity=4_096, owner=owner)
    _check(packed, lengths=lengths, owner=owner)
    assert _share(packed) <= 0.001
    assert packed.num_split <= 20


@pytest.mark.parametrize(("uses", "num_sequences"), [(1, 1), (4, 4), (20_000, 20_000)])
def test_uses_of_one_owner_take_a_sequence_each(uses: int, num_sequences: int) -> None:
    packed = pack(np.full(uses, 7), capacity=50, owner=np.full(uses, 9))
    assert packed.num_sequences == num_sequences
    assert packed.num_split == 0


def test_within_a_sequence_owners_alone_make_the_order() -> None:
    lengths, owner = np.arange(1, 9), np.array([5, 3, 8, 1, 4, 2, 7, 6])
    order = np.array([4, 0, 7, 3, 1, 6, 5, 2])
    one = pack(lengths, capacity=36, owner=owner)
    other = pack(lengths[order], capacity=36, owner=owner[order])
    assert owner[one.document].tolist() == owner[order][other.document].tolist() != sorted(owner.tolist())


def test_sequences_of_short_documents_do_not_come_first() -> None:
    lengths = np.random.default_rng(0).permutation(np.repeat([10, 4_000], [40_000, 1_000]))
    packed = pack(lengths, capacity=4_096)
    documents = np.bincount(packed.sequence)
    half = documents.size // 2
    assert abs(documents[:half].mean() / documents[half:].mean() - 1) < 0.2


def test_a_million_documents_take_seconds() -> None:
    lengths = np.clip(np.random.default_rng(0).lognormal(6, 1.2, 1_000_000).astype(np.int64), 1, 200_000)
    began = time.process_time()
    packed = pack(lengths, capacity=4_096, owner=np.repeat(np.arange(250_000), 4), cut=_line_ends(20))
    assert time.process_time() - began < 20
    assert packed.num_tokens == lengths.sum()
    assert _share(packed) < 0.001


def _nonsense(place: int) -> Callable[[int, int, int], int]:
    return lambda *_: place


@pytest.mark.parametrize(
    ("lengths", "arguments", "message"),
    [
        ([3, 0, 2], {}, "document 1 has 0 tokens"),
        ([3, -2], {}, "document 1 has -2 tokens"),
        ([3], {"capacity": 0}, "capacity is 0"),
        ([3], {"max_padding": 1.0}, "max_padding is 1.0"),
        ([3], {"max_padding": -0.1}, "max_padding is -0.1"),
        ([[3]], {}, "lengths have 2 dimensions"),
        ([3], {"owner": np.array([1, 2])}, "2 owners for 1 documents"),
        ([3, 4], {"owner": np.array([1, -2])}, "document 1 has owner -2"),
        ([3, 25], {"cut": _nonsense(0)}, r"cut\(1, 6, 10\) gave 0: it has to give a place after 6"),
        ([25], {"cut": _nonsense(11)}, r"cut\(0, 6, 10\) gave 11"),
    ],
)
def test_bad_input_is_named(lengths: list[int], arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pack(np.array(lengths), **{"capacity": 10, **arguments})


@pytest.mark.parametrize(
    ("lengths", "offsets", "counts"),
    [
        ([], [], []),
        ([10], [0], [1]),
        ([7], [0, 7], [2]),
        ([4, 6, 10], [0, 4, 0], [2, 1]),
        ([23, 6], [0, 3, 9, 0, 0], [3, 1, 1]),
    ],
)
def test_boundaries_are_the_begins_of_pieces_and_of_padding(lengths: list[int], offsets: list[int], counts: list[int]) -> None:
    found = boundaries(pack(np.array(lengths, dtype=np.int64), capacity=10))
    assert [column.tolist() for column in found] == [offsets, counts]


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
        [*range(100, 107), *range(127, 130)],
        [*range(117, 127)],
        [*range(107, 117)],
        [*range(130, 134), *range(134, 140)],
    ]
    part = fill_sequences(packed, **fill, first=1, last=3)
    assert np.array_equal(part, rows[1:3])
    padded = fill_sequences(pack(np.array([3]), capacity=5), **fill)
    assert padded.tolist() == [[100, 101, 102, 7, 7]]
