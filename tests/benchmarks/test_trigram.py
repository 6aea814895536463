"""The trigram that the tiny model is measured against: probabilities counted by hand, and that they are probabilities."""

from fractions import Fraction

import numpy as np
import pytest

from benchmarks.trigram import Trigram

#: Ids 0 a, 1 b, 2 c; 3 is the place before a document. The documents are "a b c" and "a b b" and "c b c", of which the first
#: token is context only. No count of counts of 3 or 4: every discount is 3/4.
TRIPLES = np.array([(3, 0, 1), (0, 1, 2), (3, 0, 1), (0, 1, 1), (3, 2, 1), (2, 1, 2)])
DISCOUNT = Fraction(3, 4)

# Distinct: before "b" stand a, c (ab, cb) and b (bb); before "c" stands b. In pairs: "ab" 1 context, "cb" 1, "bb" 1, "bc" 2.
ONE = {
    "a": 2 * DISCOUNT / 4 * Fraction(1, 3),
    "b": (3 - DISCOUNT) / 4 + 2 * DISCOUNT / 4 * Fraction(1, 3),
    "c": (1 - DISCOUNT) / 4 + 2 * DISCOUNT / 4 * Fraction(1, 3),
}
AFTER_B = {
    "a": 2 * DISCOUNT / 3 * ONE["a"],
    "b": (1 - DISCOUNT) / 3 + 2 * DISCOUNT / 3 * ONE["b"],
    "c": (2 - DISCOUNT) / 3 + 2 * DISCOUNT / 3 * ONE["c"],
}
AFTER_A = {"b": (1 - DISCOUNT) + DISCOUNT * ONE["b"]}


@pytest.mark.parametrize(
    ("triple", "expected"),
    [
        ((0, 1, 2), (1 - DISCOUNT) / 2 + 2 * DISCOUNT / 2 * AFTER_B["c"]),
        ((0, 1, 1), (1 - DISCOUNT) / 2 + 2 * DISCOUNT / 2 * AFTER_B["b"]),
        ((0, 1, 0), 2 * DISCOUNT / 2 * AFTER_B["a"]),
        ((3, 0, 1), (2 - DISCOUNT) / 2 + DISCOUNT / 2 * AFTER_A["b"]),
        # A context of two that was never seen: what the last one alone says; and one of none.
        ((1, 1, 2), AFTER_B["c"]),
        ((0, 3, 1), ONE["b"]),
        ((0, 3, 0), ONE["a"]),
    ],
)
def test_a_probability_is_the_one_counted_by_hand(triple: tuple[int, int, int], expected: Fraction) -> None:
    found = Trigram(TRIPLES, vocab_size=3).probabilities(np.array([triple]))
    assert found.tolist() == pytest.approx([float(expected)], abs=1e-12)


def test_discounts_are_those_of_the_counts_of_counts() -> None:
    # After (0, 1) come tokens 0 .. 9 with these counts: n1 = 4, n2 = 3, n3 = 1, n4 = 1, so y = 0.4.
    counts = np.array([1, 1, 1, 1, 2, 2, 2, 3, 4, 9])
    triples = np.array([(0, 1, token) for token, count in enumerate(counts) for _ in range(count)])
    model = Trigram(triples, vocab_size=10)
    first, second, third = 1 - 2 * 0.4 * 3 / 4, 2 - 3 * 0.4 * 1 / 3, 3 - 4 * 0.4 * 1 / 1
    freed = (4 * first + 3 * second + 3 * third) / counts.sum()
    # All pairs and single tokens have one context: the discount is 3/4, and what is left is the same for all ten.
    expected = [(count - [first, second, third][min(count, 3) - 1]) / counts.sum() + freed / 10 for count in counts.tolist()]
    found = model.probabilities(np.array([(0, 1, token) for token in range(10)]))
    assert found.tolist() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_probabilities_add_up_to_one_in_every_context(seed: int) -> None:
    random = np.random.default_rng(seed)
    size = 12
    triples = np.minimum(random.geometric(0.25, size=(2_000, 3)) - 1, size - 1)
    triples[::7, 0] = size
    model = Trigram(triples, vocab_size=size)
    for context in [(0, 0), (3, 5), (11, 11), (size, 2), (10, 9)]:
        line = model.probabilities(np.array([(*context, token) for token in range(size)]))
        assert line.min() > 0
        assert line.sum() == pytest.approx(1, abs=1e-12)
