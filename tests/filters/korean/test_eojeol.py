"""Rows of runs of Hangul: exact values where the grammar has one answer."""

import numpy as np
import pytest

from filters.korean.eojeol import CHOICES, IMPOSSIBLE, JOINTS, MAX_SYLLABLES, SYLLABLES, UNKNOWN, WRONG, RowTable


@pytest.mark.parametrize(
    ("run", "choices", "wrong"),
    [
        ("책을", 1, 0),
        ("책를", 1, 1),
        ("학교를", 1, 0),
        ("학교을", 1, 1),
        ("친구이", 1, 1),
        ("시스템가", 1, 1),
        ("정부은", 1, 1),
        ("방법는", 1, 1),
        ("밥와", 1, 1),
        ("자동차과", 1, 1),
        ("물로", 1, 0),
        ("물으로", 1, 1),
        ("회사으로", 1, 1),
        ("설정로", 1, 1),
        # Words that only look like it.
        ("국가", 0, 0),
        ("전문가", 0, 0),
        ("정신과", 0, 0),
        ("마을", 0, 0),
        ("지을", 0, 0),
        ("먹는", 0, 0),
        ("고양이", 0, 0),
        ("경로", 0, 0),
        ("가", 0, 0),
    ],
)
def test_particle_forms(run: str, choices: int, wrong: int) -> None:
    row = RowTable().rows([run])[0]
    assert (row[CHOICES], row[WRONG]) == (choices, wrong)


@pytest.mark.parametrize(
    ("run", "impossible"),
    [
        ("책을이", 1),
        ("문서를에서", 1),
        ("설정은까지", 1),
        ("했습니다를", 1),
        ("학교에서는", 0),
        ("나만의", 0),
        ("저에게는", 0),
        ("서울에서의", 0),
    ],
)
def test_impossible_particles(run: str, impossible: int) -> None:
    assert RowTable().rows([run])[0, IMPOSSIBLE] == impossible


@pytest.mark.parametrize(("run", "joints"), [("밥을먹고학교에갔다", 3), ("읽어들이다", 0), ("사용할때", 0), ("학교에서는", 0)])
def test_joints(run: str, joints: int) -> None:
    assert RowTable().rows([run])[0, JOINTS] == joints


def test_unknown_syllables_and_length() -> None:
    row = RowTable().rows(["뷁쉟궳"])[0]
    assert (row[UNKNOWN], row[SYLLABLES]) == (3, 3)
    assert RowTable().rows(["가" * 1000])[0, SYLLABLES] == MAX_SYLLABLES


def test_a_full_table_starts_afresh_and_says_the_same() -> None:
    runs = ["책을", "학교에서", "먹었습니다", "시스템의", "나는"]
    small = RowTable(max_rows=3)
    expected = RowTable().rows(runs)
    for run, row in zip(runs, expected, strict=True):
        assert np.array_equal(small.rows([run])[0], row)
        assert len(small) <= 3
    assert np.array_equal(small.rows(runs), expected)
