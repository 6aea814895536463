"""The plan as a table of text: aligned, narrow, with what is short and what to do."""

from pathlib import Path
from typing import Any

from pipelines.plan_table import plan_table
from tests.pipelines.stages.planning import Rows, planned, recipe

COUNTS = {
    "documents": 1_200,
    "tokens": 9_000,
    "planned_documents": 1_300,
    "planned_tokens": 10_000,
    "planned_plain_tokens": 9_900,
}
LIMITS = {"weight": 1.0, "min": 0.0, "max": 1.0, "target_tokens": 10_000}


def row(**other: Any) -> dict[str, Any]:
    return {**COUNTS, "epochs": 1.1, "target_tokens": 10_000, **other}


PLAN: dict[str, Any] = {
    "seed": 1,
    "explanation": "the recipe asks for 30,000 tokens",
    "limited_by": None,
    "total_tokens": 30_000,
    "wanted_tokens": 30_000,
    "max_epochs": 4,
    "short": "relax",
    # As JSON with sorted keys has them.
    "segments": {
        name: row(share=1 / 3, fim_documents=9, by_length={"4096": 9_000, "32768": 1_000}, uses={"1": 1_200})
        for name in ("code", "korean", "multilingual")
    },
    "languages": {
        "en": row(segment="multilingual", share=0.6, planned_tokens=6_000),
        "ja": row(segment="multilingual", share=None, planned_tokens=4_000),
        "ko": row(segment="korean", share=None),
        "python": row(segment="code", share=None),
    },
    "sources": {
        "github": row(**LIMITS),
        "a-source-with-a-name-that-is-far-too-long": row(**{**LIMITS, "weight": 2.0, "max": 0.3}),
    },
    "knowledge": [
        row(segment="korean", low=None, high=None, factor=1.0, planned_tokens=1_000),
        row(segment="korean", low=0.9, high=1.0, factor=3.0, planned_tokens=9_000),
    ],
    "sequence_lengths": {"32768": {"share": 0.1, "tokens": 3_000}, "4096": {"share": 0.9, "tokens": 27_000}},
    "shortfalls": [
        {
            "what": "ja in multilingual",
            "wanted_tokens": 5_000,
            "possible_tokens": 4_000,
            "binding": "max_epochs = 4: 1,000 tokens give 4,000",
            "remedy": "add documents of it, raise max_epochs to 5, or lower its share; this plan: 0.1333 of the mix for it, and so on",
        }
    ],
}

TABLE = """\
segment       documents  tokens  planned  of the mix    wished  epochs
korean            1,200   9,000   10,000    33.333 %  33.333 %   1.100
multilingual      1,200   9,000   10,000    33.333 %  33.333 %   1.100
code              1,200   9,000   10,000    33.333 %  33.333 %   1.100

language  documents  tokens  planned  of segment    wished  epochs
ko            1,200   9,000   10,000   100.000 %             1.100
en            1,200   9,000    6,000    60.000 %  60.000 %   1.100
ja            1,200   9,000    4,000    40.000 %             1.100
python        1,200   9,000   10,000   100.000 %             1.100

source                          documents  tokens  planned  of the mix      wished  epochs
github                              1,200   9,000   10,000    33.333 %               1.100
a-source-with-a-name-that-is-…      1,200   9,000   10,000    33.333 %  x 2 0-30 %   1.100

knowledge         documents  tokens  planned  of segment  wished  epochs
korean no score       1,200   9,000    1,000    10.000 %     x 1   1.100
korean 0.90-1.00      1,200   9,000    9,000    90.000 %     x 3   1.100

sequences of  korean  multilingual   code  tokens  of the mix    wished
4,096          9,000         9,000  9,000  27,000    90.000 %  90.000 %
32,768         1,000         1,000  1,000   3,000    10.000 %  10.000 %

Total: 30,000 tokens; the recipe asks for 30,000 tokens.

! ja in multilingual: 5,000 tokens wanted, 4,000 possible, short by 1,000
  binding: max_epochs = 4: 1,000 tokens give 4,000
  remedy: add documents of it, raise max_epochs to 5, or lower its share; this plan: 0.1333 of the
  mix for it, and so on"""


def test_the_whole_table() -> None:
    assert plan_table(PLAN) == TABLE


def test_what_is_not_there_is_left_out() -> None:
    plan = {**PLAN, "knowledge": [], "shortfalls": []}
    table = plan_table(plan)
    assert "knowledge" not in table
    assert "!" not in table


def test_too_much_is_told_as_such() -> None:
    row = {"what": "code", "wanted_tokens": 10, "possible_tokens": 40, "binding": "b", "remedy": "r"}
    assert "! code: 10 tokens wanted, 40 possible, too many by 30" in plan_table({**PLAN, "shortfalls": [row]})


def test_a_real_plan_is_narrow(tmp_path: Path) -> None:
    groups = [
        Rows(segment, language, "web", [1_000_000_000] * 3)
        for segment, language in (("korean", "ko"), ("multilingual", "en"), ("code", "python"))
    ]
    table = plan_table(planned(tmp_path, groups, recipe({"total_tokens": 9_000_000_000})).plan)
    assert max(map(len, table.splitlines())) <= 100
    assert "3,000,000,000" in table
