"""``malmoi filter``: a verdict for every line, in order."""

import io
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from pipelines.filter_command import DEFAULT_RECIPE, run_filter
from pipelines.recipe import load_recipe
from tests.pipelines.command_recipe import write_recipe

LONG = "도서관에서 책을 읽는 사람들이 조용히 앉아 있었다."
KEPT = {"keep": True, "reasons": [], "segment": "korean", "language": "ko", "scores": {"language": 1}}
SHORT = {"rule": "length_too_few_chars", "value": 9, "threshold": 20, "detail": ""}


def filtered(recipe: str | None, *lines: Any, **options: Any) -> tuple[int, list[Any], list[str]]:
    """The exit code, the answers and the messages for lines, which are bytes or made JSON of."""
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines]
    out, messages = io.StringIO(), io.StringIO()
    code = run_filter(recipe, raw, out, messages=messages, **options)
    return code, [json.loads(line) for line in out.getvalue().splitlines()], messages.getvalue().splitlines()


@pytest.fixture(name="recipe")
def _recipe(tmp_path: Path) -> str:
    return write_recipe(tmp_path)


def test_a_verdict_for_every_line_in_order(recipe: str) -> None:
    code, answers, messages = filtered(
        recipe,
        {"id": "kept", "text": LONG},
        {"id": 2, "text": "오늘은 쉰다."[:7] + "아."},
        b'{"id": "half", "te\n',
        {"id": "thai", "text": "สวัสดีครับ วันนี้อากาศดีมาก"},
        {"id": "blank", "text": " \n"},
        {"id": "code", "text": "import os\n", "segment": "code", "language": "python"},
        {"text": LONG},
    )
    assert code == 0
    assert answers[0] == {"id": "kept", **KEPT}
    assert answers[1] == {"id": 2, **KEPT, "keep": False, "reasons": [SHORT]}
    assert (answers[2]["id"], answers[2]["keep"], answers[2]["reasons"][0]["rule"]) == ("half", False, "unreadable")
    assert [reason["rule"] for reason in answers[3]["reasons"]] == ["language_not_wanted"]
    assert answers[4]["reasons"] == [
        {"rule": "empty_text", "value": None, "threshold": None, "detail": "nothing but white space"}
    ]
    assert (answers[5]["segment"], answers[5]["language"], answers[5]["reasons"][0]["rule"]) == (
        "code",
        "python",
        "code_too_little",
    )
    assert answers[6] == {"id": None, **KEPT}
    assert messages[0].startswith("malmoi: line 3: not JSON (Unterminated string")
    assert messages[-1] == "malmoi: 6 documents: 2 kept, 4 dropped; 1 line could not be read"


def test_the_size_of_batches_changes_nothing(recipe: str) -> None:
    lines = [{"id": n, "text": LONG[: 5 + 3 * n]} for n in range(12)]
    assert filtered(recipe, *lines, batch_rows=1) == filtered(recipe, *lines, batch_rows=5) == filtered(recipe, *lines)


def test_text_is_judged_in_normal_form(recipe: str) -> None:
    decomposed = unicodedata.normalize("NFD", LONG)
    assert filtered(recipe, {"id": "a", "text": decomposed})[1] == filtered(recipe, {"id": "a", "text": LONG})[1]


def test_columns_have_names(recipe: str) -> None:
    _, answers, _ = filtered(recipe, {"key": "a", "body": LONG}, text_column="body", id_column="key")
    assert answers == [{"id": "a", **KEPT}]


def test_no_line_is_no_mistake(recipe: str) -> None:
    assert filtered(recipe) == (0, [], ["malmoi: 0 documents: 0 kept, 0 dropped"])


def test_a_file_of_something_else_fails(recipe: str) -> None:
    code, answers, messages = filtered(recipe, b"a,b\n", b"1,2\n")
    assert (code, [answer["keep"] for answer in answers]) == (1, [False, False])
    assert messages[-1] == 'malmoi: no line is a document; give JSON Lines: one {"id": "…", "text": "…"} a line'


def test_a_wrong_recipe_is_told(tmp_path: Path) -> None:
    assert filtered(str(tmp_path / "none.toml"))[0] == 2
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('nam = "a"\n', encoding="utf-8")
    code, answers, messages = filtered(str(wrong), {"text": LONG})
    assert (code, answers) == (2, [])
    assert "unknown key 'nam'; did you mean 'name'?" in messages[0]


def test_the_default_recipe_is_there() -> None:
    assert "ko" in load_recipe(DEFAULT_RECIPE, rules_only=True).recipe.filter


def test_too_much_personal_data_is_a_reason(recipe: str) -> None:
    numbers = " ".join(f"문의 전화는 010-{1000 + n}-{2000 + n}입니다." for n in range(40))
    (answer,) = filtered(recipe, {"id": "a", "text": numbers})[1]
    assert [(reason["rule"], reason["threshold"]) for reason in answer["reasons"]] == [("pii_density", 20)]
