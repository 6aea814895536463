"""What the order of words is worth to the language model."""

import random

from filters.korean.sampling import sample
from filters.korean.tag_pairs import OTHER, class_name, tag_pairs
from filters.korean.word_measures import measure
from filters.korean.word_order import order_gain

TEXT = (
    "우리 마을에는 작은 도서관이 하나 있다. 주말이면 아이들이 모여 책을 읽고 어른들은 차를 마신다. 지난달에는 동네 사람들이 돈을 모아 "
    "낡은 책장을 새것으로 바꾸었다. 도서관을 지키는 할아버지는 아이들의 이름을 모두 기억하신다."
)


def test_order() -> None:
    words = TEXT.split()
    random.Random(1).shuffle(words)
    samples = [sample(text, max_runs=64) for text in (TEXT, " ".join(words))]
    measures = measure(samples)
    assert measures.order[0] > 2 > 1 > measures.order[1]
    as_written, shuffled = (order_gain(one).gain for one in samples)
    assert as_written is not None
    assert shuffled is not None
    assert as_written > 2 > 0.8 > shuffled


def test_too_short_to_tell() -> None:
    assert order_gain(sample("나는 간다.", max_runs=64)) == (None, 2)


def test_classes() -> None:
    table = tag_pairs()
    assert table.weights.shape == (len(table.last), len(table.first))
    assert class_name("을", "JKO", table.last) == "을/JKO"
    assert class_name("사과", "NNG", table.last) == "NNG"
    assert class_name("짓", "VV-I", table.first) == "VV"
    assert class_name("?", "UNKNOWN", table.first) == OTHER
    # A noun after an object is rarer than a verb.
    assert table.weights[table.last["을/JKO"], table.first["VV"]] > 0 > table.weights[table.last["을/JKO"], table.first["JX"]]
