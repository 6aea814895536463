"""Aligned and misaligned tokens and cuts, counted by hand."""

from collections.abc import Sequence

import numpy as np
import pytest

from tokenizer.alignment import Alignment, Morphemes, morpheme_begins

# 학교|에서 책|을: morphemes begin at 0, 2, 5, 6.
TEXT, BEGINS = "학교에서 책을", (0, 2, 5, 6)


def alignment(text: str, begins: Sequence[int], spans: Sequence[tuple[int, int]]) -> Alignment:
    places = np.array(spans, dtype=np.int32).reshape(-1, 2)
    return Morphemes(text, np.array(begins, dtype=np.int32)).alignment(places[:, 0], places[:, 1])


@pytest.mark.parametrize(
    ("text", "begins", "spans", "expected"),
    [
        # (tokens, aligned, misaligned, cuts, right cuts, boundaries)
        (TEXT, BEGINS, [(0, 2), (2, 4), (4, 6), (6, 7)], (4, 4, 0, 2, 2, 2)),
        (TEXT, BEGINS, [(0, 4), (4, 7)], (2, 2, 0, 0, 0, 2)),  # whole words
        (TEXT, BEGINS, [(0, 3), (3, 4), (4, 7)], (3, 1, 1, 1, 0, 2)),  # 학교에|서: a piece glued, and a piece
        (TEXT, BEGINS, [(0, 1), (1, 4), (4, 7)], (3, 1, 1, 1, 0, 2)),
        (
            TEXT,
            BEGINS,
            [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7)],
            (6, 2, 0, 4, 2, 2),
        ),  # a blank alone does not count
        (TEXT, BEGINS, [(0, 7)], (1, 1, 0, 0, 0, 2)),  # across a space
        # 학 in two pieces: both have the place of the whole character; a cut in a character is a wrong one.
        (TEXT, BEGINS, [(0, 1), (0, 1), (1, 2), (2, 4), (4, 7)], (5, 2, 0, 3, 1, 2)),
        (TEXT, BEGINS, [(0, 1), (0, 3), (3, 4), (4, 7)], (4, 1, 1, 2, 0, 2)),
        # Other letters are no morphemes, and between them and Hangul there always is a boundary.
        ("API로", (0, 3), [(0, 3), (3, 4)], (1, 1, 0, 0, 0, 0)),
        ("API로", (0, 3), [(0, 2), (2, 4)], (1, 1, 0, 0, 0, 0)),
        ("abc", (), [(0, 2), (2, 3)], (0, 0, 0, 0, 0, 0)),
        ("책 \n", (0,), [(0, 3)], (1, 1, 0, 0, 0, 0)),  # blanks behind
        ("", (), [], (0, 0, 0, 0, 0, 0)),
        (" \ud800가", (2,), [(0, 1), (1, 2), (2, 3)], (1, 1, 0, 0, 0, 0)),
    ],
)
def test_counts(
    text: str, begins: Sequence[int], spans: Sequence[tuple[int, int]], expected: tuple[int, int, int, int, int, int]
) -> None:
    assert alignment(text, begins, spans) == Alignment(*expected)


def test_shares_and_sums() -> None:
    total = Alignment(4, 3, 1, 5, 2, 8) + Alignment(6, 2, 1, 5, 3, 2)
    assert total == Alignment(10, 5, 2, 10, 5, 10)
    assert (total.aligned_share, total.misaligned_share, total.precision, total.recall) == (0.5, 0.2, 0.5, 0.5)
    assert (Alignment().aligned_share, Alignment().precision, Alignment().recall) == (0.0, 0.0, 0.0)


def test_morphemes_of_whole_lines() -> None:
    texts = ["학교에서 책을\n읽었다", "", "no Hangul", "들어온 사람"]
    assert [begins.tolist() for begins in morpheme_begins(texts)] == [[0, 2, 5, 6, 8, 9, 10], [], [], [0, 2, 4]]


def test_a_long_line_is_analysed_in_parts() -> None:
    (begins,) = morpheme_begins(["책을 " * 3000])
    assert (begins[0], begins[-1]) == (0, 8998)
    assert len(begins) >= 5900
