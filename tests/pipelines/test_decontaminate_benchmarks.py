"""Benchmark files: the columns and shapes of public ones, and what is told of the others."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import zstandard

from pipelines.benchmark_files import BenchmarkError, read_benchmarks
from pipelines.benchmark_items import Asked, Columns, NoQuestionError, asked

ANY = Columns()


@pytest.mark.parametrize(
    ("values", "columns", "expected"),
    [
        ({"question": "q", "answer": "a"}, ANY, Asked("", "q", (), "a")),
        ({"Question": "q", "Answer": 3}, ANY, Asked("", "q", (), "3")),
        ({"id": 7, "문제": "q", "정답": "a"}, ANY, Asked("7", "q", (), "a")),
        (
            {"task_id": "HumanEval/0", "prompt": "def f():", "canonical_solution": "return"},
            ANY,
            Asked("HumanEval/0", "def f():", (), "return"),
        ),
        ({"question": "q", "choices": ["x", "y"], "answer": 1}, ANY, Asked("", "q", ("x", "y"), "")),
        (
            {"question": "q", "choices": {"text": ["x", "y"], "label": ["A", "B"]}, "answerKey": "A"},
            ANY,
            Asked("", "q", ("x", "y"), ""),
        ),
        (
            {"question": "q", "A": "x", "B": "y", "C": "z", "D": "w", "answer": "B"},
            ANY,
            Asked("", "q", ("x", "y", "z", "w"), ""),
        ),
        ({"question": {"stem": "q", "choices": [{"text": "x"}, {"text": "y"}]}}, ANY, Asked("", "q", ("x", "y"), "")),
        ({"question": "q", "answers": {"text": ["a"], "answer_start": [3]}}, ANY, Asked("", "q", (), "a\n3"[:1])),
        ({"prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}]}, ANY, Asked("", "q", (), "")),
        ({"instruction": "i", "input": "q", "output": "a"}, ANY, Asked("", "i\nq", (), "a")),
        ({"instruction": "i", "input": "", "output": "a"}, ANY, Asked("", "i", (), "a")),
        ({"question": "", "text": "q"}, ANY, Asked("", "q", (), "")),
        (
            {"q1": "one", "q2": "two", "r": "a", "n": "x"},
            Columns(("q1", "q2"), (), ("r",), "n"),
            Asked("x", "one\ntwo", (), "a"),
        ),
        (
            {"question": "q", "right": "x", "wrong": ["y", "z"]},
            Columns((), ("right", "wrong"), (), ""),
            Asked("", "q", ("x", "y", "z"), ""),
        ),
    ],
)
def test_shapes(values: dict[str, Any], columns: Columns, expected: Asked) -> None:
    assert asked(values, columns) == expected


@pytest.mark.parametrize(
    ("values", "columns", "told"),
    [
        ({}, ANY, "no column with a question; there are: none"),
        ({"passage": "p"}, ANY, "there are: 'passage': name the one with the question in question_columns"),
        ({"question": None}, ANY, "column 'question' is null"),
        ({"question": " "}, ANY, "column 'question' is empty"),
        ({"question": True}, ANY, "column 'question' is a bool without text"),
        ({"question": []}, ANY, "column 'question' is a list without text"),
        ({"question": "q"}, Columns(("ask",)), "no column 'ask'; there are: 'question'"),
    ],
)
def test_no_question(values: dict[str, Any], columns: Columns, told: str) -> None:
    with pytest.raises(NoQuestionError) as error:
        asked(values, columns)
    assert told in str(error.value)


def write(path: Path, *lines: Any) -> str:
    path.write_text("".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    return str(path)


def test_files_of_every_kind(tmp_path: Path) -> None:
    line = json.dumps({"question": "물음 하나"}).encode() + b"\n"
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(line))
    (tmp_path / "c.jsonl.zst").write_bytes(zstandard.compress(line * 2))
    write(tmp_path / "a.jsonl", "\ufeff" + line.decode(), "\n", {"question": "둘", "id": 5})
    found = read_benchmarks([str(tmp_path), str(tmp_path / "a.jsonl")], ANY, root=str(tmp_path))
    assert [(item.benchmark, item.item) for item in found.items] == [
        *(("a.jsonl", "line 1"), ("a.jsonl", "5"), ("b.jsonl.gz", "line 1")),
        *(("c.jsonl.zst", "line 1"), ("c.jsonl.zst", "line 2")),
    ]
    assert found.problems == []


def test_a_few_bad_lines_are_told(tmp_path: Path) -> None:
    path = write(tmp_path / "b.jsonl", *({"question": f"물음 {number}"} for number in range(9)), {"answer": "a"}, "{]\n")
    found = read_benchmarks([path], ANY, root=str(tmp_path))
    assert len(found.items) == 9
    assert found.problems == [
        "b.jsonl, line 10: no column with a question; there are: 'answer': name the one with the question in question_columns",
        "b.jsonl, line 11: not JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1)): a benchmark "
        "is JSON Lines, one question a line",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "has no lines"),
        (b"\n\n", "has no lines"),
        (b"plain text\n", "line 1: not JSON"),
        (b'[{"question": "q"}]\n', "one JSON array: convert it with jq"),
        (b'[\n{"question": "q"}\n]\n', "one JSON array: convert it with jq"),
        (b'"q"\n', "line 1: a JSON str, not an object"),
        (
            b'{"context": "c"}\n' * 20,
            "there are: 'context': name the one with the question in question_columns; 20 lines of 20",
        ),
        (b'{"question": 1.5}\n{"question": null}\n', "column 'question' is null"),
        ('{"question": "물음"}\n'.encode("cp949"), "is not UTF-8"),
        (b"\x1f\x8b\x08\x00", "is compressed: add .gz"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "b.jsonl").write_bytes(content)
    with pytest.raises(BenchmarkError) as error:
        read_benchmarks([str(tmp_path / "b.jsonl")], ANY)
    assert told in str(error.value)
    assert error.value.exit_code == 2


@pytest.mark.parametrize("name", ["missing.jsonl", "folder"])
def test_nothing_there(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(BenchmarkError, match=name):
        read_benchmarks([str(tmp_path / name)], ANY)
