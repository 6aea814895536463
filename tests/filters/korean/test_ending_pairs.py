"""How words end, and what the endings of neighbours say of their order."""

import random

import numpy as np
import pytest

from filters.korean.ending_pairs import OTHER, class_of, ending_class, ending_pairs, fits
from filters.korean.gaps import SPACE
from filters.korean.sampling import sample

CLASSES = {OTHER: 0, "수": 1, "-를": 2, "-니다": 3, "-습니다": 4, "-다": 5}


@pytest.mark.parametrize(
    ("run", "number"),
    [
        ("수", 1),
        ("학교를", 2),
        ("했습니다", 4),
        ("합니다", 3),
        ("간다", 5),
        # An ending is no word, and a word is more than its ending.
        ("를", 0),
        ("습니다", 3),
        ("사과", 0),
    ],
)
def test_the_longest_known_ending(run: str, number: int) -> None:
    assert class_of(run, CLASSES) == number


def test_the_table() -> None:
    table = ending_pairs()
    assert table.tenths.shape == (len(table.classes), len(table.classes))
    # After an object a verb is likelier than another object.
    tenths = table.tenths[ending_class("책을")]
    assert tenths[ending_class("읽습니다")] > 0 > tenths[ending_class("친구를")]


def test_words_in_order_fit_and_shuffled_ones_do_not() -> None:
    text = (
        "우리 마을에는 작은 도서관이 하나 있다. 주말이면 아이들이 모여 책을 읽고 어른들은 차를 마신다. 지난달에는 동네 사람들이 "
        "돈을 모아 낡은 책장을 새것으로 바꾸었다. 도서관을 지키는 할아버지는 아이들의 이름을 모두 기억하신다."
    )
    words = text.replace(".", "").split()
    random.Random(1).shuffle(words)
    one, other = sample(text, max_runs=128), sample(" ".join(words), max_runs=128)
    classes = np.array([ending_class(run) for run in [*one.runs, *other.runs]])
    _, deviations = fits(np.array([*one.joins, *other.joins]), classes, np.array([0, len(one.runs)]))
    assert deviations[0] > 2.5 > 1 > deviations[1]


def test_too_few_pairs() -> None:
    num_pairs, deviations = fits(np.array([SPACE, SPACE]), np.array([0, 1]), np.array([0]))
    assert num_pairs.tolist() == [1]
    assert np.isnan(deviations[0])
