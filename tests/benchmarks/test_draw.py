"""Choices of one document: particles, slots, halves of lists."""

import pytest

from benchmarks.junk.draw import Draw, half, items, with_particle

PARTICLES = [
    ("대출", "을", "대출을"),
    ("카지노", "을", "카지노를"),
    ("집", "은", "집은"),
    ("나무", "이", "나무가"),
    ("서울", "으로", "서울로"),
    ("집", "으로", "집으로"),
    ("나무", "으로", "나무로"),
    ("책", "과", "책과"),
    ("노래", "과", "노래와"),
    ("win77", "을", "win77를"),
    ("나무", "에서", "나무에서"),
]


@pytest.mark.parametrize(("word", "particle", "whole"), PARTICLES)
def test_particles_follow_the_last_sound(word: str, particle: str, whole: str) -> None:
    assert with_particle(word, particle) == whole


def test_items_stand_between_slashes_and_line_ends() -> None:
    assert items("가 / 나 다\n  라/마 /\n  바 ") == ("가", "나 다", "라/마", "바")


def test_slots() -> None:
    draw = Draw("key")
    assert draw.fill("{a:을} {a} {b}", {"a": ["집"], "b": ["{a:은}"]}) == "집을 집 집은"
    assert draw.fill("{n:7-7} {n:100-100:50}", {}) == "7 100"
    assert {draw.fill("{n:100-300:100}", {}) for _ in range(50)} == {"100", "200", "300"}


def test_the_two_splits_share_nothing() -> None:
    options = tuple(str(number) for number in range(21))
    dev, test = half(options, "dev"), half(options, "test")
    assert set(dev) | set(test) == set(options)
    assert not set(dev) & set(test)
    assert abs(len(dev) - len(test)) == 1


def test_a_passage_is_cut_at_a_word() -> None:
    draw = Draw("key", passages=("가나다 라마바 사아자",))
    assert draw.passage(9, 9) == "가나다 라마바"
    assert draw.passage(20, 20) == "가나다 라마바 사아자\n가나다"
