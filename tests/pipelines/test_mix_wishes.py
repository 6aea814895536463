"""What a recipe asks of the mix: shares, limits, and the bucket of each knowledge score."""

from typing import Any

import numpy as np
import pytest

from mixing.wishes import SourceWish
from pipelines.mix_wishes import CURVE_STEPS, Bucket, buckets_of, full_tokens, knowledge_buckets, wishes_of
from tests.pipelines.stages.planning import recipe

STEPS = {"buckets": [0.25, 0.5, 0.75, 0.9], "factors": [1, 1, 1.5, 2, 3]}


def test_wishes() -> None:
    mix = {
        "languages": {"multilingual": {"en": "3/5", "others": 0.4}},
        "sources": {"wiki": {"weight": 2, "min": 0.01}, "forum": {"max": 0.3}},
        "temperature": 2,
        "total_tokens": 1_000,
        "max_epochs": 3,
        "short": "stop",
    }
    wishes = wishes_of(recipe(mix))
    assert wishes.segments == {"korean": 1 / 3, "multilingual": 1 / 3, "code": 1 / 3}
    assert wishes.languages == {"multilingual": {"en": 0.6, "others": 0.4}}
    assert wishes.sources == {"forum": SourceWish(max=0.3), "wiki": SourceWish(weight=2.0, min=0.01)}
    assert (wishes.temperature, wishes.total_tokens, wishes.max_epochs, wishes.short) == (2.0, 1_000, 3, "stop")


@pytest.mark.parametrize(
    ("shares", "pack", "tokens"),
    [
        # A tenth in sequences of 32,768: 327,680 tokens of each segment are ten long ones' worth. A two-thousandth stays free.
        (("1/3", "1/3", "1/3"), {}, 3 * (327_680 - 163)),
        (("1/3", "1/3", "1/3"), {"long_share": 0}, 3 * (4_096 - 2)),
        ((0.5, 0.5, 0), {"long_share": 0, "sequence_length": 100}, 200),
        (
            (0.5, 0.25, 0.25),
            {"long_share": 0.5, "sequence_length": 100, "long_sequence_length": 300},
            2_400,
        ),  # 1 of 2,400 is no quarter
    ],
)
def test_full_tokens(shares: tuple[Any, ...], pack: dict[str, Any], tokens: int) -> None:
    made = recipe(dict(zip(("korean", "multilingual", "code"), shares, strict=True)), pack=pack)
    assert full_tokens(made) == tokens


@pytest.mark.parametrize(
    ("score", "bucket"),
    [
        (0.0, 1),
        (0.2499, 1),
        (0.25, 2),
        (0.5, 3),
        (0.7499, 3),
        (0.9, 5),
        (0.8999, 4),
        (1.0, 5),
        (1.2, 5),
        (-0.1, 1),
        (np.nan, 0),
    ],
)
def test_bounds_belong_to_the_bucket_above(score: float, bucket: int) -> None:
    made = recipe({"knowledge": STEPS})
    # 0.9 as a float32 is below 0.9.
    scores = np.array([score], np.float32)
    assert buckets_of(made, segment="korean", scores=scores).tolist() == [bucket]
    assert buckets_of(made, segment="multilingual", scores=scores).tolist() == [bucket]
    assert buckets_of(made, segment="code", scores=scores).tolist() == [0]
    assert buckets_of(recipe(), segment="korean", scores=scores).tolist() == [0]


def test_buckets() -> None:
    unscored = Bucket(low=None, high=None, factor=1.0)
    made = recipe({"knowledge": {"buckets": [0.5], "factors": [1, 2], "segments": ["code"]}})
    expected = (unscored, Bucket(low=0.0, high=0.5, factor=1.0), Bucket(low=0.5, high=1.0, factor=2.0))
    assert knowledge_buckets(made, segment="code") == expected
    assert knowledge_buckets(made, segment="korean") == (unscored,)
    one = recipe({"knowledge": {"factors": [2]}})
    assert knowledge_buckets(one, segment="korean") == (unscored, Bucket(low=0.0, high=1.0, factor=2.0))


@pytest.mark.parametrize(
    ("curve", "first", "last"),
    [({}, 1.00125, 2.90125), ({"lowest": 2, "highest": 2}, 2.0, 2.0), ({"highest": 5, "power": 1}, 1.1, 4.9)],
)
def test_a_curve_is_followed_in_steps(curve: dict[str, Any], first: float, last: float) -> None:
    made = recipe({"knowledge": {"curve": curve}})
    buckets = knowledge_buckets(made, segment="korean")
    assert len(buckets) == CURVE_STEPS + 1
    assert (buckets[1].factor, buckets[-1].factor) == pytest.approx((first, last))
    scores = np.array([0.0, 0.049, 0.051, 0.999, 1.0, np.nan], np.float32)
    assert buckets_of(made, segment="korean", scores=scores).tolist() == [1, 1, 2, 20, 20, 0]
