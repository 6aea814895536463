"""Repeats are found in a batch and across batches."""

import random

from pipelines.chat.seen_ids import SeenIds


def test_repeats() -> None:
    seen = SeenIds()
    assert seen.repeated(["a", "b", "a", ""]) == [False, False, True, False]
    assert seen.repeated(["c", "b", ""]) == [False, True, True]
    assert seen.repeated([]) == []


def test_many_batches_agree_with_a_set() -> None:
    rng = random.Random(1)
    seen, known = SeenIds(), set[str]()
    for _ in range(200):
        ids = [str(rng.randrange(3000)) for _ in range(rng.randrange(40))]
        expected: list[bool] = []
        for text in ids:
            expected.append(text in known)
            known.add(text)
        assert seen.repeated(ids) == expected
