"""Uses of each document: against a slow reference, to the token, within the cap, stable when the corpus grows."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixing.fitting import fit
from mixing.forms import forms
from mixing.repeats import unit_hashes
from mixing.uses import Documents, all_tokens, choose_uses


def documents(lengths: list[int], *, factors: list[float] | None = None, fim_rate: float = 0.0, seed: int = 0) -> Documents:
    hashes = unit_hashes([f"문서-{number}" for number in range(len(lengths))], seed=seed)
    fim = np.zeros(len(lengths), np.uint32)
    for use in range(16):
        fim |= (forms(hashes, use, fim_rate=fim_rate, spm=0.5) > 0).astype(np.uint32) << np.uint32(use)
    sizes = np.array(lengths, np.int32)
    return Documents(
        hashes=hashes,
        lengths=sizes,
        fim_lengths=np.where(sizes < 500, sizes + 5, 0).astype(np.int32),
        fim_uses=fim,
        factors=np.array(factors or [1.0] * len(lengths)),
    )


def use_length(own: Documents, place: int, use: int) -> int:
    is_fim = (int(own.fim_uses[place]) >> use) & 1
    return int(own.fim_lengths[place] if is_fim and own.fim_lengths[place] else own.lengths[place])


def slowly(own: Documents, target: int, max_epochs: int) -> list[int]:
    """All uses in the order in which they enter, up to the first that is too much."""
    units = [(int(value) + 1) / 2**64 for value in own.hashes]
    entries = sorted(
        ((use + units[place]) / own.factors[place], place, use) for place in range(len(own)) for use in range(max_epochs)
    )
    counts = [0] * len(own)
    for _, place, use in entries:
        if use_length(own, place, use) > target:
            break
        target -= use_length(own, place, use)
        counts[place] += 1
    return counts


FACTORS = st.sampled_from([0.5, 1.0, 1.5, 2.0, 3.0])


@given(
    st.lists(st.tuples(st.integers(1, 1_000), FACTORS), min_size=1, max_size=30),
    st.floats(0, 1.1),
    st.integers(1, 5),
    st.integers(0, 99),
    st.sampled_from([0.0, 0.5]),
)
@settings(deadline=None)
def test_as_the_slow_one_but_for_the_last_few(
    rows: list[tuple[int, float]], part: float, max_epochs: int, seed: int, fim_rate: float
) -> None:
    own = documents([row[0] for row in rows], factors=[row[1] for row in rows], fim_rate=fim_rate, seed=seed)
    target = int(all_tokens(own, max_epochs) * part)
    counts = choose_uses(own, target=target, max_epochs=max_epochs)
    expected = np.array(slowly(own, target, max_epochs))
    assert counts.min() >= 0
    assert counts.max() <= max_epochs
    planned = sum(use_length(own, place, use) for place in range(len(own)) for use in range(counts[place]))
    assert planned == all_tokens(own, counts)
    assert abs(planned - target) <= target - all_tokens(own, expected.astype(np.int8)) or planned == all_tokens(own, max_epochs)
    # Documents differ by one use at most, and only by being exchanged near the end.
    assert np.abs(counts - expected).max() <= 2


def test_equal_lengths_are_taken_in_the_order_of_entry() -> None:
    own = documents([10] * 200, factors=[1.0, 2.0] * 100)
    for target in (0, 10, 500, 1_990, 3_330, 7_990):
        assert choose_uses(own, target=target, max_epochs=4).tolist() == slowly(own, target, 4)


@pytest.mark.parametrize(("target", "uses"), [(0, 0), (-5, 0), (4 * 60, 4), (10**9, 4)])
def test_ends(target: int, uses: int) -> None:
    assert choose_uses(documents([10, 20, 30]), target=target, max_epochs=4).tolist() == [uses] * 3
    assert choose_uses(documents([]), target=target, max_epochs=4).tolist() == []


def test_one_huge_document() -> None:
    own = documents([5_000_000])
    assert choose_uses(own, target=11_000_000, max_epochs=4).tolist() == [2]
    assert choose_uses(own, target=14_000_000, max_epochs=4).tolist() == [3]
    assert choose_uses(own, target=30_000_000, max_epochs=4).tolist() == [4]


def test_factors_are_how_often() -> None:
    random = np.random.default_rng(0)
    factors = np.array([1.0, 1.5, 2.0, 3.0])[random.integers(0, 4, 40_000)]
    own = replace(documents(random.integers(50, 5_000, 40_000).tolist()), factors=factors)
    counts = choose_uses(own, target=int(own.lengths.sum() * 1.2), max_epochs=4)
    per_factor = [counts[factors == factor].mean() / factor for factor in (1.0, 1.5, 2.0, 3.0)]
    assert per_factor == pytest.approx([per_factor[0]] * 4, rel=0.02)
    # Beyond the cap the others make up for it.
    counts = choose_uses(own, target=int(own.lengths.sum() * 3), max_epochs=4)
    assert counts[factors == 3.0].min() == 4
    assert counts[factors == 1.0].mean() > 1.7


@pytest.mark.parametrize("part", [0.3, 1.0, 2.5, 3.9])
def test_to_the_token(part: float) -> None:
    random = np.random.default_rng(1)
    own = documents(np.append(random.integers(50, 2_000, 3_000), [50_000] * 6).tolist(), fim_rate=0.3)
    target = int(own.lengths.sum() * part)
    assert all_tokens(own, choose_uses(own, target=target, max_epochs=4)) == target


def test_a_growing_corpus_leaves_the_others_alone() -> None:
    random = np.random.default_rng(0)
    factors = [1.0, 2.0] * 5_050
    own = documents(random.integers(50, 5_000, 10_100).tolist(), factors=factors, fim_rate=0.1)
    target = int(own.lengths.sum() * 1.4)
    before = choose_uses(own.at(slice(0, 10_000)), target=target, max_epochs=4)
    after = choose_uses(own, target=target, max_epochs=4)
    changed = before != after[:10_000]
    # 1 % more documents for the same target: 1.4 % of the others are used once less, and nothing else changes.
    assert np.count_nonzero(changed) < 10_000 * 0.02
    assert np.abs(before - after[:10_000]).max() == 1
    # With a target that grows as the corpus does, next to nothing does.
    grown = choose_uses(own, target=int(target * all_tokens(own, 1) / all_tokens(own.at(slice(0, 10_000)), 1)), max_epochs=4)
    assert np.count_nonzero(before != grown[:10_000]) < 10_000 * 0.005


def test_order_of_the_documents_does_not_matter() -> None:
    random = np.random.default_rng(1)
    own = documents(random.integers(1, 5_000, 30_000).tolist(), fim_rate=0.2)
    order = random.permutation(30_000)
    one = choose_uses(own, target=33_333_333, max_epochs=4)
    two = choose_uses(own.at(order), target=33_333_333, max_epochs=4)
    assert np.array_equal(one[order], two)


def test_the_window_is_no_different_from_sorting_all(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(2)
    own = documents(random.integers(10, 3_000, 2_000).tolist(), fim_rate=0.2)
    target = int(own.lengths.sum() * 1.7)
    expected = choose_uses(own, target=target, max_epochs=4)
    monkeypatch.setattr("mixing.uses._WINDOW", 64)
    monkeypatch.setattr("mixing.uses._CHUNK", 100)
    counts = choose_uses(own, target=target, max_epochs=4)
    assert all_tokens(own, counts) == all_tokens(own, expected) == target
    assert np.count_nonzero(counts != expected) <= 16
    assert fit(own.entries(np.zeros(2_000)), own.use_lengths(0), target=0).sum() == 0
