"""The keys that two recipes say differently."""

from typing import Any

import pytest

from pipelines.diff.recipes import MISSING, Change, changes, told


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {}, []),
        ({"a": 1}, {"a": 1}, []),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, [("a.c", 2, 3)]),
        ({"a": 1}, {}, [("a", 1, MISSING)]),
        ({}, {"rules": {"length": {"min": 1}}}, [("rules", MISSING, {"length": {"min": 1}})]),
        ({"a": [1, 2]}, {"a": [1, 3]}, [("a", [1, 2], [1, 3])]),
        (
            {"source": [{"name": "x", "p": 1}, {"name": "y", "p": 2}]},
            {"source": [{"name": "w", "p": 9}, {"name": "x", "p": 1}, {"name": "y", "p": 3}]},
            [("source[w]", MISSING, {"name": "w", "p": 9}), ("source[y].p", 2, 3)],
        ),
        ({"a": [{"name": "x"}, {"name": "x"}]}, {"a": []}, [("a", [{"name": "x"}, {"name": "x"}], [])]),
        ({"b": None, "a": True}, {"b": 1, "a": False}, [("a", True, False), ("b", None, 1)]),
        ({"a": {"x": 1}}, {"a": 3}, [("a", {"x": 1}, 3)]),
    ],
)
def test_changes(old: dict[str, Any], new: dict[str, Any], expected: list[Any]) -> None:
    assert changes(old, new) == [Change(*row) for row in expected]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (1, 2.5, ("1", "2.5")),
        (True, None, ("true", "(not set)")),
        ("", "ko", ('""', "ko")),
        (["의", "다"], ["다", "이", "는"], ("without 의", "with 이, 는")),
        (["a"], ["a", "b"], ("without nothing more", "with b")),
        ([1, 2], [2, 1], ("[1, 2]", "[2, 1]")),
        (MISSING, {"min": 1, "on": True}, ("(none)", "{min = 1, on = true}")),
        ("x" * 80, "y", ("x" * 59 + "…", "y")),
    ],
)
def test_told(old: Any, new: Any, expected: tuple[str, str]) -> None:
    assert told(Change("key", old, new)) == expected
