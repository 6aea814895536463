"""Targets from shares, exactly."""

import pytest

from mixing.shares import InfeasibleMix, mix_targets

THIRDS = {"korean": 1 / 3, "multilingual": 1 / 3, "code": 1 / 3}


@pytest.mark.parametrize(
    ("available", "shares", "total_tokens", "max_epochs", "targets", "limited_by"),
    [
        # Nothing is lost: all are repeated up to the largest.
        ((600, 300, 200), THIRDS, None, 4, (600, 600, 600), None),
        # Code may be used four times only: the total shrinks, the larger are sampled down, the thirds stay.
        ((900, 900, 100), THIRDS, None, 4, (400, 400, 400), "code"),
        ((900, 900, 100), THIRDS, None, 2.5, (250, 250, 250), "code"),
        # A budget, smaller and larger than what there is.
        ((900, 900, 900), THIRDS, 300, 4, (100, 100, 100), None),
        ((900, 900, 900), THIRDS, 5_400, 4, (1_800, 1_800, 1_800), None),
        ((900, 900, 100), THIRDS, 5_400, 4, (400, 400, 400), "code"),
        # What does not divide by three goes to the first.
        ((900, 900, 900), THIRDS, 100, 4, (34, 33, 33), None),
        # Other shares; the largest for its share sets the total.
        ((600, 300, 200), {"korean": 0.5, "multilingual": 0.3, "code": 0.2}, None, 4, (600, 360, 240), None),
        ((100, 900, 100), {"korean": 0.5, "multilingual": 0.3, "code": 0.2}, None, 4, (400, 240, 160), "korean"),
        # A third as people write it.
        ((600, 600, 600), {"korean": 0.3333333, "multilingual": 0.3333333, "code": 0.3333333}, None, 4, (600,) * 3, None),
        # A segment left out may be empty or not.
        ((600, 300, 0), {"korean": 0.5, "multilingual": 0.5, "code": 0.0}, None, 4, (600, 600, 0), None),
        ((600, 300, 50), {"korean": 0.5, "multilingual": 0.5, "code": 0}, None, 4, (600, 600, 0), None),
        ((10**15, 10**15 // 3, 1_234_567_890_123_457), THIRDS, None, 4, (1_234_567_890_123_457,) * 3, None),
    ],
)
def test_targets(
    available: tuple[int, ...],
    shares: dict[str, float],
    total_tokens: int | None,
    max_epochs: float,
    targets: tuple[int, ...],
    limited_by: str | None,
) -> None:
    mix = mix_targets(
        dict(zip(THIRDS, available, strict=True)), shares=shares, total_tokens=total_tokens, max_epochs=max_epochs
    )
    assert tuple(segment.target_tokens for segment in mix.segments) == targets
    assert mix.total_tokens == sum(targets)
    assert mix.limited_by == limited_by
    for segment, tokens in zip(mix.segments, available, strict=True):
        assert segment.available_tokens == tokens
        assert segment.epochs == (segment.target_tokens / tokens if tokens else 0)
        assert segment.epochs <= max_epochs


def test_explanations() -> None:
    available = {"korean": 900, "multilingual": 900, "code": 100}
    assert mix_targets(available, shares=THIRDS).explanation == (
        "code has 100 tokens, used at most 4 times: the total is 1200 tokens instead of 2700, so that the shares stay exact"
    )
    assert mix_targets(available, shares=THIRDS, max_epochs=9).explanation == (
        "korean is the largest for its share and used once in full: the total is 2700 tokens"
    )
    assert mix_targets(available, shares=THIRDS, total_tokens=9).explanation == "the recipe asks for 9 tokens"


@pytest.mark.parametrize(
    ("available", "shares", "settings", "message"),
    [
        ((1, 1, 1), {"korean": 0.5, "multilingual": 0.3, "code": 0.3}, {}, r"add up to 1\.1 instead of 1 \(korean 0\.5"),
        ((1, 1, 1), {"korean": 0.33, "multilingual": 0.33, "code": 0.33}, {}, r"add up to 0\.99 instead of 1"),
        ((1, 1, 1), {"korean": 1.5, "multilingual": -0.5, "code": 0}, {}, r"the share of korean is 1\.5"),
        ((1, 1, 1), {"korean": 0.5, "multilingual": 0.5}, {}, "code has 1 tokens but no share"),
        ((1, 1, 1), THIRDS, {"total_tokens": 0}, "total_tokens is 0"),
        ((1, 1, 1), THIRDS, {"max_epochs": 0}, "max_epochs is 0"),
        ((1, 1, 1), {}, {}, "add up to 0 instead of 1"),
    ],
)
def test_mistakes_are_named(
    available: tuple[int, ...], shares: dict[str, float], settings: dict[str, float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        mix_targets(dict(zip(THIRDS, available, strict=True)), shares=shares, **settings)  # pyright: ignore


@pytest.mark.parametrize("available", [{"korean": 1, "multilingual": 1, "code": 0}, {"korean": 1, "multilingual": 1}])
def test_a_segment_without_tokens_is_infeasible(available: dict[str, int]) -> None:
    with pytest.raises(InfeasibleMix, match=r"code is to be 0\.3333 of the mix and has no tokens.*add a source of it"):
        mix_targets(available, shares=THIRDS)
