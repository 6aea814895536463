"""``malmoi pii``: every line searched, in order; offsets in the text that came in."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.pii_command import run_pii
from tests.pipelines.command_recipe import write_recipe


def searched(recipe: str | None, *lines: Any) -> tuple[int, list[Any], list[str]]:
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines]
    out, messages = io.StringIO(), io.StringIO()
    code = run_pii(recipe, raw, out, messages=messages)
    return code, [json.loads(line) for line in out.getvalue().splitlines()], messages.getvalue().splitlines()


@pytest.fixture(name="recipe")
def _recipe(tmp_path: Path) -> str:
    return write_recipe(tmp_path)


def test_spans_are_in_the_text_that_came_in(recipe: str) -> None:
    text = "😀 문의는 hong@example.com으로, 전화는 010-1234-5678입니다."
    code, (answer,), messages = searched(recipe, {"id": "a", "text": text})
    assert code == 0
    assert [(span["entity"], text[span["start"] : span["end"]]) for span in answer["spans"]] == [
        ("EMAIL_ADDRESS", "hong@example.com"),
        ("PHONE_NUMBER", "010-1234-5678"),
    ]
    assert all(set(span) == {"start", "end", "entity", "score"} and 0 < span["score"] <= 1 for span in answer["spans"])
    assert set(answer) == {"id", "text", "spans"}
    assert answer["text"] == "😀 문의는 *****@example.com으로, 전화는 010-****-****입니다."
    assert messages == ["malmoi: 1 document, 1 with personal data: 1 EMAIL_ADDRESS, 1 PHONE_NUMBER"]


def test_a_text_without_any_is_handed_on_as_it_is(recipe: str) -> None:
    text = "2024-01-15에 펴낸 책, 제3판\t\u200b 끝\r\n"
    assert searched(recipe, {"id": 1, "text": text})[1] == [{"id": 1, "text": text, "spans": []}]


def test_what_cannot_be_searched_is_never_handed_on(recipe: str) -> None:
    code, answers, messages = searched(
        recipe, {"id": "a", "text": "\ud800 010-1234-5678"}, b'{"id": "b", "text": "010-1234-5678\n', {"id": "c", "text": "글"}
    )
    assert code == 0
    assert [(answer["id"], answer["text"], answer["spans"]) for answer in answers] == [
        ("a", None, []),
        ("b", None, []),
        ("c", "글", []),
    ]
    assert "half of a surrogate pair" in answers[0]["error"]
    assert not any("5678" in line for line in messages)
    assert messages[-1] == "malmoi: 1 document, 0 with personal data; 2 lines could not be read"


def test_a_file_of_something_else_fails(recipe: str) -> None:
    assert searched(recipe, b"a,b\n")[0] == 1
    assert searched("none.toml")[0] == 2
