"""Fingerprints against a slow reference: every shared passage is found, and what is said of its reach is true."""

import random
from itertools import pairwise

import numpy as np
import pytest

from filters.near_duplicates.folding import fold_all
from filters.repeats.fingerprints import Fingerprints, Geometry, fingerprints, proven
from filters.repeats.passages import join_stretches
from filters.repeats.rolling import Rolling

LETTERS = "가나다라마바사아자차카타파하abcdefghijk0123"


def fingerprints_of(texts: list[str], min_chars: int) -> Fingerprints:
    return fingerprints(texts, fold_all(texts), geometry=Geometry(min_chars))


def winnowed(hashes: list[int], among: int) -> list[int]:
    """The places of the smallest of every ``among`` hashes by their upper halves, the rightmost of equals; one by one."""
    ordered = [value >> 32 for value in hashes]
    taken = {
        max(range(start, start + among), key=lambda place: (-ordered[place], place))
        for start in range(len(hashes) - among + 1)
    }  # fmt: skip
    return sorted(taken)


@pytest.mark.parametrize("min_chars", [50, 51, 64])
def test_the_reference_agrees(min_chars: int) -> None:
    rng = random.Random(min_chars)
    geometry = Geometry(min_chars)
    texts = [
        "".join(rng.choices(letters, k=size))
        for letters in ("가", "가나", LETTERS)
        for size in (0, 1, min_chars - 1, min_chars, 300)
    ]
    found = fingerprints_of(texts, min_chars)
    for row, text in enumerate(texts):
        codes = np.array([ord(letter) for letter in text], dtype=np.uint32)
        hashes = Rolling(codes).windows(geometry.window).tolist()
        expected = winnowed(hashes, geometry.among)
        starts = found.starts[found.rows == row].tolist()
        assert found.hashes[found.rows == row].tolist() == [hashes[place] for place in starts]
        assert set(starts) <= set(expected)
        # Of a row of equals the ends of every ``among`` places stay.
        if len({hashes[place] for place in expected}) == len(expected):
            assert starts == expected
        kept = [hashes[place] for place in starts]
        for start in range(len(hashes) - geometry.among + 1):
            assert any(hashes[place] in kept for place in range(start, start + geometry.among))
        assert all(after - before <= geometry.among for before, after in pairwise(starts))


@pytest.mark.parametrize(
    ("min_chars", "window", "among", "stride", "min_proven"), [(300, 151, 150, 25, 200), (50, 26, 25, 4, 34)]
)
def test_geometry(min_chars: int, window: int, among: int, stride: int, min_proven: int) -> None:
    geometry = Geometry(min_chars)
    assert (geometry.window, geometry.among, geometry.stride, geometry.min_proven) == (window, among, stride, min_proven)


def shared(first: str, second: str, min_chars: int) -> list[tuple[int, int, str]]:
    """The stretches of ``second`` that ``first`` is found to hold."""
    found = fingerprints_of([first, second], min_chars)
    own = [np.flatnonzero(found.rows == row) for row in (0, 1)]
    places = {int(found.hashes[place]): place for place in own[0][::-1]}
    pairs = [(place, places[int(found.hashes[place])]) for place in own[1] if int(found.hashes[place]) in places]
    taken, others = (np.array(column, dtype=np.int64) for column in (zip(*pairs, strict=True) if pairs else ((), ())))
    starts, ends = proven(found.starts[taken], found.around[taken], found.around[others], geometry=Geometry(min_chars))
    stretches = [(int(start), int(end), "") for start, end in zip(starts, ends, strict=True)]
    return join_stretches(stretches, min_chars=Geometry(min_chars).min_proven)


@pytest.mark.parametrize("seed", range(40))
def test_every_shared_passage_is_found_but_for_its_ends(seed: int) -> None:
    rng = random.Random(seed)
    min_chars = 60
    size = rng.randint(min_chars, 400)
    passage = "".join(rng.choices(LETTERS, k=size))
    before = "".join(rng.choices(LETTERS, k=rng.randint(0, 200)))
    first = (
        "".join(rng.choices(LETTERS, k=rng.randint(0, 200))) + passage + "".join(rng.choices(LETTERS, k=rng.randint(0, 200)))
    )
    second = before + passage + "".join(rng.choices(LETTERS, k=rng.randint(0, 200)))
    stretches = shared(first, second, min_chars)
    assert len(stretches) == 1
    start, end, _ = stretches[0]
    stride = Geometry(min_chars).stride
    # By chance the texts may agree in a letter or two more.
    assert len(before) - 3 <= start < len(before) + 2 * stride
    assert len(before) + size - 2 * stride < end <= len(before) + size + 3


@pytest.mark.parametrize("seed", range(20))
def test_a_passage_of_whole_sentences_is_found_whole(seed: int) -> None:
    rng = random.Random(seed)

    def sentences(num: int) -> str:
        return " ".join(
            "".join(rng.choices(LETTERS, k=rng.randint(25, 45))) + rng.choice([".", "?\n", "!"]) for _ in range(num)
        )

    passage, before = sentences(4), sentences(rng.randint(0, 4))
    first, second = f"{sentences(3)}\n{passage} {sentences(2)}", f"{before} {passage}\n{sentences(rng.randint(0, 3))}"
    sizes = [sum(map(str.isalnum, text)) for text in (before, passage)]
    assert shared(first, second, 100) == [(sizes[0], sum(sizes), "")]


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_found_that_is_not_shared(seed: int) -> None:
    rng = random.Random(seed)
    passage = "".join(rng.choices(LETTERS, k=40))
    first, second = ("".join(rng.choices(LETTERS, k=100)) + passage + "".join(rng.choices(LETTERS, k=100)) for _ in range(2))
    assert shared(first, second, 60) == []


@pytest.mark.parametrize("text", ["", "가", "!" * 1000, "가" * 99, "\n" * 1000])
def test_short_texts_have_none(text: str) -> None:
    found = fingerprints_of([text], 100)
    assert (len(found.rows), found.around.shape) == (0, (0, 12))


def test_texts_do_not_run_into_one_another() -> None:
    rng = random.Random(0)
    texts = ["".join(rng.choices(LETTERS, k=size)) for size in (120, 30, 0, 500, 100)]
    together, alone = fingerprints_of(texts, 100), [fingerprints_of([text], 100) for text in texts]
    assert together.hashes.tolist() == [value for own in alone for value in own.hashes.tolist()]
    assert together.around.tolist() == [value for own in alone for value in own.around.tolist()]
    assert together.starts.tolist() == [value for own in alone for value in own.starts.tolist()]


def test_a_long_row_of_one_letter_is_quick() -> None:
    found = fingerprints_of(["가" * 2_000_000], 300)
    assert len(set(found.hashes.tolist())) == 1
    assert len(found.rows) < 30_000
    assert max(np.diff(found.starts)) <= 150
