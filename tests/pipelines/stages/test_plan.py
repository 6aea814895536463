"""The plan stage: shares to the token, both stages, the cap, the same bytes however the rows come; and what cannot be."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mixing.forms import forms
from pipelines.engine.stage import StageFailedError

from .planning import Result, Rows, planned, recipe

SEGMENTS = ("korean", "multilingual", "code")
RANDOM = np.random.default_rng(20_260_101)


def lengths(count: int, *, mean: float = 6.0) -> Any:
    return np.clip(RANDOM.lognormal(mean, 1.2, count), 5, 100_000).astype(int)


def scores(count: int) -> Any:
    values = RANDOM.random(count).astype(np.float32)
    values[::17] = np.nan
    return values


CORPUS = [
    Rows("korean", "ko", "web", lengths(2_000), scores(2_000)),
    Rows("korean", "ko", "wiki", lengths(200), scores(200)),
    Rows("multilingual", "en", "web", lengths(2_500), scores(2_500)),
    Rows("multilingual", "en", "wiki", lengths(500), scores(500)),
    Rows("multilingual", "ja", "web", lengths(500), scores(500)),
    Rows("multilingual", "de", "web", lengths(400), scores(400)),
    Rows("multilingual", "fr", "forum", lengths(600), scores(600)),
    Rows("code", "python", "github", lengths(1_500)),
    Rows("code", "c", "github", lengths(700)),
]
MIX = {
    "languages": {"multilingual": {"en": 0.6, "ja": 0.2, "others": 0.2}},
    "sources": {"wiki": {"min": 0.12}, "forum": {"weight": 2.0, "max": 0.02}},
    "knowledge": {"buckets": [0.25, 0.5, 0.75, 0.9], "factors": [1, 1, 1.5, 2, 3]},
}


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return planned(tmp_path_factory.mktemp("plan"), CORPUS, recipe(MIX), num_partitions=3)


def use_tokens(result: Result, *, long: bool | None = None) -> Any:
    """The tokens of each document's uses in their forms; of those in long (or short) sequences alone."""
    table, made = result.table, recipe(MIX)
    rates = np.array([getattr(made.fim, segment) for segment in table["segment"]])
    total = np.zeros(len(table["id"]), np.int64)
    for use in range(4):
        is_fim = forms(table["hash"], use, fim_rate=rates, spm=made.fim.spm) > 0
        tokens = np.where(is_fim & (table["fim_tokens"] > 0), table["fim_tokens"], table["num_tokens"])
        is_long = (table["long"] >> np.uint32(use)) & np.uint32(1) > 0
        counted = (table["repeats"] > use) & (True if long is None else is_long == long)
        total += tokens * counted
    return total


def test_segments_are_thirds_to_the_token(result: Result) -> None:
    tokens = use_tokens(result)
    held = [int(tokens[result.table["segment"] == segment].sum()) for segment in SEGMENTS]
    assert held == [result.plan["segments"][segment]["planned_tokens"] for segment in SEGMENTS]
    assert held == [result.plan["segments"][segment]["target_tokens"] for segment in SEGMENTS]
    assert max(held) - min(held) <= 1
    assert result.plan["total_tokens"] == sum(held)
    assert result.plan["shortfalls"] == []


def test_languages_have_their_shares_to_the_token(result: Result) -> None:
    plan = result.plan
    whole = plan["segments"]["multilingual"]["planned_tokens"]
    for language, share in (("en", 0.6), ("ja", 0.2)):
        assert plan["languages"][language]["share"] == share
        assert abs(plan["languages"][language]["planned_tokens"] - share * whole) <= 2
    assert plan["languages"]["fr"]["share"] is None
    assert plan["languages"]["fr"]["segment"] == "multilingual"


def test_sources_are_within_their_limits(result: Result) -> None:
    total = result.plan["total_tokens"]
    wiki, forum = (result.plan["sources"][name] for name in ("wiki", "forum"))
    assert wiki["planned_tokens"] / total == pytest.approx(0.12, abs=1e-5)
    assert forum["planned_tokens"] / total <= 0.02 + 1e-5
    assert (wiki["min"], wiki["max"], wiki["weight"]) == (0.12, 1.0, 1.0)
    assert (forum["min"], forum["max"], forum["weight"]) == (0.0, 0.02, 2.0)


def test_knowledge_is_used_more_often(result: Result) -> None:
    korean = {row["low"]: row for row in result.plan["knowledge"] if row["segment"] == "korean"}
    assert [row["factor"] for row in korean.values()] == [1.0, 1.0, 1.0, 1.5, 2.0, 3.0]
    assert korean[None]["high"] is None
    epochs = [row["epochs"] for row in korean.values()]
    assert epochs[5] > 1.8 * epochs[1]
    assert sum(row["documents"] for row in korean.values()) == 2_200
    assert "code" not in {row["segment"] for row in result.plan["knowledge"]}


def test_no_document_is_used_above_the_cap(result: Result) -> None:
    assert result.table["repeats"].max() <= result.plan["max_epochs"] == 4
    assert all(row["epochs"] <= 4 for table in ("segments", "languages", "sources") for row in result.plan[table].values())
    assert not (result.table["long"] >> result.table["repeats"].astype(np.uint32)).any()


def test_both_stages_hold_the_same_mix(result: Result) -> None:
    in_long, in_short = use_tokens(result, long=True), use_tokens(result, long=False)
    for segment in SEGMENTS:
        own = result.table["segment"] == segment
        row = result.plan["segments"][segment]
        assert row["by_length"] == {"4096": int(in_short[own].sum()), "32768": int(in_long[own].sum())}
        assert row["by_length"]["32768"] / row["planned_tokens"] == pytest.approx(0.1, abs=0.0005)
    for language in ("en", "ja", "de", "fr", "python", "c"):
        own = result.table["language"] == language
        assert in_long[own].sum() / (in_long + in_short)[own].sum() == pytest.approx(0.1, abs=0.0006)
    assert result.plan["sequence_lengths"] == {
        "4096": {"share": 0.9, "tokens": int(in_short.sum())},
        "32768": {"share": 0.1, "tokens": int(in_long.sum())},
    }


def test_long_documents_are_in_long_sequences_first(result: Result) -> None:
    table = result.table
    long_ones = (table["num_tokens"] > 4096) & (table["num_tokens"] <= 32768) & (table["repeats"] > 0)
    short_ones = (table["num_tokens"] <= 4096) & (table["repeats"] > 0)
    assert (table["long"][long_ones] > 0).mean() > 10 * (table["long"][short_ones] > 0).mean()


def test_the_rest_of_the_tables(result: Result) -> None:
    plan, table = result.plan, result.table
    for segment in SEGMENTS:
        own = table["segment"] == segment
        row = plan["segments"][segment]
        assert row["documents"] == own.sum()
        assert row["tokens"] == table["num_tokens"][own].sum()
        assert row["planned_documents"] == table["repeats"][own].sum()
        assert row["planned_plain_tokens"] == (table["num_tokens"] * table["repeats"])[own].sum()
        assert row["epochs"] == round(row["planned_plain_tokens"] / row["tokens"], 6)
        assert row["uses"] == {
            str(n): int((table["repeats"][own] == n).sum()) for n in range(5) if (table["repeats"][own] == n).any()
        }
    assert plan["segments"]["code"]["fim_documents"] / plan["segments"]["code"]["planned_documents"] == pytest.approx(
        0.5, abs=0.05
    )
    assert plan["segments"]["korean"]["fim_documents"] / plan["segments"]["korean"]["planned_documents"] == pytest.approx(
        0.1, abs=0.03
    )
    assert (plan["seed"], plan["wanted_tokens"], plan["limited_by"], plan["short"]) == (0, None, None, "shrink")
    for name in ("languages", "sources"):
        assert sum(row["planned_tokens"] for row in plan[name].values()) == plan["total_tokens"]


def test_the_same_bytes_however_the_rows_come(tmp_path: Path, result: Result) -> None:
    order = np.random.default_rng(3).permutation(len(result.table["id"]))
    other = planned(tmp_path, CORPUS, recipe(MIX), num_partitions=7, order=order)
    assert other.bytes["plan.json"] == result.bytes["plan.json"]
    assert other.by_id() == result.by_id()
    again = planned(tmp_path / "again", CORPUS, recipe(MIX), num_partitions=3)
    assert again.bytes == result.bytes


def test_more_documents_leave_the_others_alone(tmp_path: Path) -> None:
    mix = {"total_tokens": 3_000_000}
    added = [
        Rows(rows.segment, rows.language, rows.source, lengths(max(len(rows.lengths) // 100, 1)), prefix="new")
        for rows in CORPUS
    ]
    before = planned(tmp_path / "a", CORPUS, recipe(mix)).by_id()
    after = planned(tmp_path / "b", [*CORPUS, *added], recipe(mix)).by_id()
    changed = sum(after[name] != uses for name, uses in before.items())
    assert changed < 0.03 * len(before)


def test_a_budget(tmp_path: Path) -> None:
    plan = planned(tmp_path, CORPUS, recipe({"total_tokens": 1_234_567})).plan
    assert [plan["segments"][segment]["planned_tokens"] for segment in SEGMENTS] == [411_523, 411_522, 411_522]
    assert (plan["wanted_tokens"], plan["total_tokens"]) == (1_234_567, 1_234_567)


def test_one_stage(tmp_path: Path) -> None:
    result = planned(tmp_path, CORPUS, recipe(MIX, pack={"long_share": 0}))
    assert not result.table["long"].any()
    assert list(result.plan["sequence_lengths"]) == ["4096"]
    assert list(result.plan["segments"]["code"]["by_length"]) == ["4096"]


def test_whole_long_sequences_where_that_costs_next_to_nothing(tmp_path: Path) -> None:
    groups = [Rows(s, s[:2], "web", lengths(1_500, mean=5.0)) for s in SEGMENTS]
    pack = {"sequence_length": 128, "long_sequence_length": 256}
    plan = planned(tmp_path, groups, recipe(pack=pack)).plan
    held = [row["by_length"]["256"] for row in plan["segments"].values()]
    # Whole sequences, of which a two-thousandth stays free.
    assert all(0 <= -tokens % 256 <= tokens / 2_000 + 1 for tokens in held)


def test_a_language_that_is_short(tmp_path: Path) -> None:
    groups = [rows for rows in CORPUS if rows.language != "ja"] + [Rows("multilingual", "ja", "web", [50] * 100)]
    shrunk = planned(tmp_path / "a", groups, recipe({"languages": MIX["languages"]})).plan
    relaxed = planned(tmp_path / "b", groups, recipe({"languages": MIX["languages"], "short": "relax"})).plan
    assert shrunk["limited_by"] == "ja in multilingual"
    assert shrunk["languages"]["ja"]["epochs"] == 4.0
    assert abs(shrunk["languages"]["ja"]["planned_tokens"] - 0.2 * shrunk["segments"]["multilingual"]["planned_tokens"]) <= 1
    assert relaxed["limited_by"] is None
    assert relaxed["total_tokens"] > 10 * shrunk["total_tokens"]
    assert relaxed["languages"]["ja"]["epochs"] == 4.0
    for plan in (shrunk, relaxed):
        (row,) = plan["shortfalls"]
        assert row["what"] == "ja in multilingual"
        assert row["possible_tokens"] < row["wanted_tokens"]
        assert "max_epochs = 4" in row["binding"]
        tokens = [plan["segments"][segment]["planned_tokens"] for segment in SEGMENTS]
        assert max(tokens) - min(tokens) <= 1
    with pytest.raises(StageFailedError, match='plan: the mix cannot be met and short is "stop"'):
        planned(tmp_path / "c", groups, recipe({"languages": MIX["languages"], "short": "stop"}))


def without(*segments: str) -> list[Rows]:
    return [rows for rows in CORPUS if rows.segment not in segments]


@pytest.mark.parametrize(
    ("groups", "mix", "told"),
    [
        ([], {}, "korean is to be 0.3333 of the mix and has no tokens after filtering"),
        (without("code"), {}, "code is to be 0.3333 of the mix and has no tokens after filtering: add a source of it"),
        (without("korean"), {"short": "relax"}, "korean is to be 0.3333 of the mix and has no tokens"),
        (CORPUS, {"languages": {"multilingual": {"en": 0.5, "zh": 0.5}}}, "zh in multilingual is to be 0.5 of multilingual"),
        (CORPUS, {"sources": {"books": {"min": 0.1}}}, "source books is to be at least 0.1 of the mix and has no tokens"),
        (CORPUS, {"sources": {"github": {"max": 0.1}}}, "source github is to be at most 0.1 of the mix"),
    ],
)
def test_what_cannot_be(tmp_path: Path, groups: list[Rows], mix: dict[str, Any], told: str) -> None:
    with pytest.raises(StageFailedError) as raised:
        planned(tmp_path, groups, recipe(mix))
    assert told in str(raised.value)
    assert str(raised.value).startswith("plan: ")
    assert not list((tmp_path / "plan").iterdir())


@pytest.mark.parametrize("huge", [40_000, 3_000_000])
def test_a_segment_of_one_huge_document_and_others(tmp_path: Path, huge: int) -> None:
    groups = [*without("code"), Rows("code", "python", "github", [huge])]
    plan = planned(tmp_path, groups, recipe({"total_tokens": 3 * 50_000})).plan
    row = plan["segments"]["code"]
    assert row["planned_tokens"] in (0, 40_000)
    assert [s["what"] for s in plan["shortfalls"]] == ["code", "python"]
    assert "whole" in plan["shortfalls"][0]["binding"]
    assert plan["segments"]["korean"]["planned_tokens"] == 50_000


def test_a_huge_document_among_many(tmp_path: Path) -> None:
    groups = [*CORPUS, Rows("code", "python", "github", [2_000_000], prefix="huge")]
    plan = planned(tmp_path, groups, recipe()).plan
    tokens = [plan["segments"][segment]["planned_tokens"] for segment in SEGMENTS]
    assert max(tokens) - min(tokens) <= 1
    row = plan["segments"]["korean"]["by_length"]
    assert row["32768"] / (row["4096"] + row["32768"]) == pytest.approx(0.1, abs=1e-3)


def test_a_segment_left_out_may_be_empty_or_not(tmp_path: Path) -> None:
    mix = {"korean": 0.5, "multilingual": 0.5, "code": 0}
    for number, groups in enumerate((CORPUS, without("code"))):
        plan = planned(tmp_path / str(number), groups, recipe(mix)).plan
        assert plan["segments"]["code"]["planned_tokens"] == 0
        assert plan["segments"]["korean"]["planned_tokens"] == plan["segments"]["multilingual"]["planned_tokens"]
