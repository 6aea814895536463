"""Shingles: sets and multisets whose Jaccard similarity is the one that the slow definitions give."""

import re
import unicodedata
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters.near_duplicates.folding import fold
from filters.near_duplicates.shingles import Shingles, as_multiset, as_set, character_shingles, stem_shingles, token_shingles
from filters.near_duplicates.tokens import tokens

TEXT = st.text(alphabet="가나다라는을 .ab1\n", max_size=40)


def _of(shingles: Shingles, row: int) -> set[int]:
    return set(shingles.hashes[shingles.starts[row] : shingles.starts[row + 1]].tolist())


def _jaccard(shingles: Shingles) -> float:
    first, second = _of(shingles, 0), _of(shingles, 1)
    return len(first & second) / max(1, len(first | second))


def _runs(text: str, n: int) -> set[str]:
    folded = fold(text)
    return {folded[start : start + n] for start in range(max(1, len(folded) - n + 1))} if folded else set()


@settings(deadline=None)
@given(TEXT, TEXT, st.integers(1, 6))
def test_character_shingles_are_the_runs_of_characters(first: str, second: str, n: int) -> None:
    shingles = character_shingles([first, second], n=n)
    runs = [_runs(first, n), _runs(second, n)]
    assert [len(_of(shingles, row)) for row in range(2)] == [*map(len, runs)]
    assert _jaccard(shingles) == len(runs[0] & runs[1]) / max(1, len(runs[0] | runs[1]))


@settings(deadline=None)
@given(st.lists(st.text(alphabet="aB_1 +\n가", max_size=30), max_size=4))
def test_tokens_are_words_and_signs(texts: list[str]) -> None:
    hashes, starts = tokens(texts)
    expected = [re.findall(r"\w+|[^\w\s]", text) for text in texts]
    assert np.diff(starts).tolist() == [*map(len, expected)]
    flat = [token for found in expected for token in found]
    assert len(set(zip(flat, hashes.tolist(), strict=True))) == len(set(flat)) == len(set(hashes.tolist()))


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("def f(a):\n    return a+1\n", "def f( a ) :\r\n\treturn a + 1", True),
        ("def f(a): return a+1", "def f(b): return b+1", False),
        ("Name = 1", "name = 1", False),
        ("x", "x", True),
        ("x", "y", False),
    ],
)
def test_token_shingles_do_not_see_layout(first: str, second: str, alike: bool) -> None:
    shingles = token_shingles([first, second])
    assert (_of(shingles, 0) == _of(shingles, 1)) is alike


ALIKE = [
    ("학교에서 공부를 합니다", "학교에서는 공부 한다"),
    ("파일을 저장하고 종료합니다.", "종료했어요. 파일도 저장했고요"),
    ("개인정보 보호", unicodedata.normalize("NFD", "개인정보를 보호한다")),
]


@pytest.mark.parametrize(("first", "second"), ALIKE)
def test_stem_shingles_are_blind_to_particles_endings_and_order(first: str, second: str) -> None:
    assert _jaccard(stem_shingles([first, second])) == 1


def test_pairs_of_stems_hardly_see_spaces_inside_compounds() -> None:
    assert _jaccard(stem_shingles(["개인정보보호법 시행령", "개인정보 보호법 시행령"])) == pytest.approx(7 / 8)


def test_the_kth_occurrence_is_a_shingle_of_its_own() -> None:
    once, thrice = (stem_shingles(["사과 당근즙 " * times]) for times in (1, 3))
    assert len(once.hashes) == 3
    assert len(_of(thrice, 0)) == 9
    assert _of(once, 0) < _of(thrice, 0)


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 5), max_size=8), min_size=1, max_size=5))
def test_sets_and_multisets(rows: list[list[int]]) -> None:
    hashes = np.array([value << 40 for row in rows for value in row], dtype=np.uint64)
    starts = np.cumsum([0, *map(len, rows)])
    distinct, repeated = as_set(hashes, starts), as_multiset(hashes, starts)
    for row, values in enumerate(rows):
        assert len(_of(distinct, row)) == len(set(values))
        assert len(_of(repeated, row)) == len(values)
        for other, other_values in enumerate(rows):
            assert len(_of(distinct, row) & _of(distinct, other)) == len({*values} & {*other_values})
            assert len(_of(repeated, row) & _of(repeated, other)) == (Counter(values) & Counter(other_values)).total()


@settings(deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=6))
def test_shingles_do_not_depend_on_the_batch(texts: list[str]) -> None:
    for shingles_of in (character_shingles, stem_shingles, token_shingles):
        together = shingles_of(texts)
        for row, text in enumerate(texts):
            assert _of(together, row) == _of(shingles_of([text]), 0)


def test_too_many_texts_at_once_are_told() -> None:
    with pytest.raises(ValueError, match="give at most 1,048,575"):
        as_set(np.zeros(0, dtype=np.uint64), np.zeros((1 << 20) + 1, dtype=np.int64))
