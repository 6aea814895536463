"""Generators of junk: the same seed gives the same documents, all of them distinct, of the right size."""

import statistics

import pytest

from benchmarks import good, junk
from benchmarks.junk.disguise import disguise
from benchmarks.junk.draw import Draw
from benchmarks.junk.mojibake import misread
from benchmarks.quality import RIGHT_RULES

NAMES = sorted(junk.generators())
PASSAGES = good.passages({}, split="test")
NUMBER = 40


def _made(name: str, *, seed: int = 1, split: str = "test") -> list[str]:
    return junk.documents(name, number=NUMBER, seed=seed, split=split, passages=PASSAGES)


def test_every_class_has_rules_that_would_be_right() -> None:
    assert {name.split(",")[0] for name in NAMES} == set(RIGHT_RULES)
    assert [name for name in NAMES if name.endswith(", disguised")] == [
        "adult, disguised",
        "gambling, disguised",
        "loan, disguised",
        "phishing, disguised",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_deterministic_and_distinct(name: str) -> None:
    made = _made(name)
    assert made == _made(name)
    assert len(set(made)) == NUMBER
    assert made != _made(name, seed=2)
    assert not set(made) & set(_made(name, split="dev"))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "too_short"])
def test_sizes(name: str) -> None:
    lengths = [len(text) for text in _made(name)]
    assert min(lengths) >= 50
    assert 250 <= statistics.median(lengths) <= 3000
    assert max(lengths) <= 20_000


def test_too_short_is_short() -> None:
    assert max(len(text) for text in _made("too_short")) <= 40


@pytest.mark.parametrize("name", [name for name in NAMES if "{" not in name])
def test_no_slot_is_left_open(name: str) -> None:
    assert not [text for text in _made(name) if "{n" in text or "{key" in text or "{site" in text]


def test_disguise_hides_most_terms() -> None:
    text = "카지노 바카라 " * 50
    hidden = [disguise(Draw(f"key {number}"), text, ["카지노", "바카라"]) for number in range(20)]
    assert len(set(hidden)) == 20
    left = sum(version.count("카지노") + version.count("바카라") for version in hidden)
    assert 0 < left < 0.2 * 100 * 20


@pytest.mark.parametrize(
    ("written", "read", "wrong"),
    [("utf-8", "latin-1", "ê°\x80"), ("cp949", "latin-1", "°¡"), ("cp949", "utf-8", "\ufffd\ufffd")],
)
def test_misread(written: str, read: str, wrong: str) -> None:
    assert misread("가", written, read, "replace") == wrong
