"""What becomes of tokens under the build's tokenizer, and what trains the probe's."""

from typing import Any

import numpy as np
import pytest

from pipelines.probe.compression import Counted, compression
from pipelines.probe.sampled_tokenizer import Chosen, choose, chosen_shares


def counted(*, seen: float, unseen: float, rate: float, num: int = 40, sources: int = 1, noise: float = 0.0) -> Counted:
    """Documents of 1,000 bytes, half of them trained on."""
    trained = np.arange(num) % 2 == 0
    wave = 1 + noise * np.sin(np.arange(num))
    tokens = np.rint(1000 * np.where(trained, seen, unseen) * wave).astype(np.int64)
    return Counted(tokens, np.full(num, 1000), np.full(num, rate), trained, np.arange(num) // 2 % sources)


@pytest.mark.parametrize(
    ("trained", "rate", "chosen"),
    [
        # Read whole: those that will train, as far as half of them stay unseen.
        (0.2, 1.0, Chosen(0.2, 1)),
        (0.5, 1.0, Chosen(0.5, 1)),
        (1.0, 1.0, Chosen(0.5, 2)),
        # A tenth: each trained on stands for more.
        (0.2, 0.1, Chosen(0.5, 4)),
        (0.01, 0.1, Chosen(0.1, 1)),
        (1e-4, 1e-4, Chosen(0.5, 2)),
    ],
)
def test_choose(trained: float, rate: float, chosen: Chosen) -> None:
    found = choose(trained, rate)
    assert (found.share, found.weight) == (pytest.approx(chosen.share), chosen.weight)
    assert found.share * found.weight * rate == pytest.approx(trained)


def test_thin_sources_count_for_what_was_not_sampled() -> None:
    def entry(source: str, size: int) -> dict[str, Any]:
        return {"stats": {"sources": {source: {}}, "segments": {"korean": {"text_bytes": size}}}}

    manifest = {"partitions": [entry("small", 1000), entry("large", 1000)]}
    # 10,000 bytes in all, of which 2,000 of Korean will train.
    found = chosen_shares(manifest, {"small": 1.0, "large": 1 / 9}, train_bytes=6000)
    assert {key: (own.share, own.weight) for key, own in found.items()} == {
        ("small", "korean"): (pytest.approx(0.2), 1),
        ("large", "korean"): (pytest.approx(0.45), 4),
    }


def test_read_whole_stays_as_it_is() -> None:
    found = compression(counted(seen=0.2, unseen=0.22, rate=1.0, noise=0.02), trained=0.5)
    assert found.expected == pytest.approx(1.0)
    assert found.low == pytest.approx(1.0)
    assert found.high == pytest.approx(1.0)
    assert found.spreads == pytest.approx(0.0)


@pytest.mark.parametrize(("trained", "nearer"), [(1.0, "seen"), (0.02, "unseen")])
def test_thin_samples_lie_between_the_levels(trained: float, nearer: str) -> None:
    own = counted(seen=0.2, unseen=0.24, rate=0.02, noise=0.02)
    found = compression(own, trained=trained)
    levels = own.tokens * found.expected / own.sizes
    middle = float(levels.mean())
    assert 0.2 < middle < 0.24
    assert (abs(middle - 0.2) < abs(middle - 0.24)) == (nearer == "seen")
    assert (found.low <= found.expected).all()
    assert (found.expected <= found.high).all()
    assert (own.tokens * found.low / own.sizes).mean() == pytest.approx(0.2, rel=0.05)
    assert (own.tokens * found.high / own.sizes).mean() == pytest.approx(0.24, rel=0.05)


def test_too_few_documents_say_nothing() -> None:
    """Bad inputs: one document, none trained on, no noise at all."""
    one = Counted(np.array([20]), np.array([100]), np.array([0.5]), np.array([True]), np.array([0]))
    none = Counted(np.array([20] * 9), np.array([100] * 9), np.full(9, 0.5), np.zeros(9, np.bool_), np.zeros(9, np.int64))
    for own in (one, none, counted(seen=0.2, unseen=0.2, rate=0.1)):
        found = compression(own, trained=0.5)
        assert np.isfinite([found.low, found.expected, found.high]).all()
        assert (found.low < found.high).all()
        assert found.spreads[0] > 0


def test_sources_that_differ_are_told_apart() -> None:
    """Two sources of many documents, one whose levels are far apart; a third of two documents is between them."""
    trained = np.tile([True, False], 101)
    cell = np.array([0] * 100 + [1] * 100 + [2] * 2)
    wave = 1 + 0.02 * np.sin(np.arange(202))
    tokens = np.rint(200 * np.where(trained, 1.0, np.where(cell == 1, 1.3, 1.05)) * wave).astype(np.int64)
    found = compression(Counted(tokens, np.full(202, 1000), np.full(202, 0.05), trained, cell), trained=0.5)
    moved = [float(found.expected[(cell == number) & trained].mean()) for number in range(3)]
    assert moved[0] < moved[2] < moved[1]
    assert found.spreads[2] > found.spreads[0]
