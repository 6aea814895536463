"""malmoi decontaminate: lines that stay byte for byte, items named, passages cut, mistakes told."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.benchmark_files import BenchmarkError
from pipelines.decontaminate_command import run_decontaminate

LINES = [
    b'{"id":  1, "text": "\\uc5ed\\uc0ac. \xec\xa1\xb0\xec\x84\xa0\xec\x8b\x9c\xeb\x8c\x80\xec\x9d\x98 '
    + "세종 대왕은 훈민정음이 창제하던 연도가 언제일까요? 정답: 1443년. 그렇다.".encode()
    + b'"}',
    '{"text":"아무 상관 없는 글이다.",   "id":"b", "more": [1]}\r'.encode(),
    '{"id":"d","text":"머리말\\n2. 다음 중 수도가 잘못 이어진 것은?\\n① 한국 - 서울\\n② 일본 - 교토\\n③ 중국 - 베이징\\n\\n이것은 남는다."}'.encode(),
]
BENCHMARK = [
    {"id": "q1", "question": "조선 시대에 세종대왕이 훈민정음을 창제한 연도는 언제입니까?", "answer": "1443년"},
    {"question": "다음 중 수도가 잘못 이어진 것은?", "choices": ["한국 - 서울", "일본 - 교토", "중국 - 베이징"], "answer": 1},
    {"question": "왜?"},
]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(LINES) + b"\n")
    (tmp_path / "b.jsonl").write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in BENCHMARK))
    return tmp_path


def run(inputs: list[str] | None = None, **how: Any) -> tuple[int, list[bytes], list[dict[str, Any]], str, dict[str, Any]]:
    messages, results = io.StringIO(), io.StringIO()
    code = run_decontaminate(
        inputs or ["in.jsonl"], ["b.jsonl"], "out", as_json=True, messages=messages, results=results, **how
    )
    kept = Path("out/kept.jsonl").read_bytes().split(b"\n")[:-1]
    found = [json.loads(line) for line in Path("out/contaminated.jsonl").read_text().splitlines()]
    return code, kept, found, messages.getvalue(), json.loads(results.getvalue())


@pytest.mark.usefixtures("place")
def test_drop() -> None:
    code, kept, found, told, summary = run()
    assert (code, kept) == (0, LINES[1:2])
    assert [(row["id"], row["benchmark"], row["item"], row["overlap"], row["action"]) for row in found] == [
        (1, "b.jsonl", "q1", 1.0, "dropped"),
        ("d", "b.jsonl", "line 2", 1.0, "dropped"),
    ]
    passage = "조선시대의 세종 대왕은 훈민정음이 창제하던 연도가 언제일까요"
    assert found[0]["passages"] == [{"start": 4, "end": 4 + len(passage), "text": passage}]
    assert "1 item too short to be told from ordinary text, not looked for: b.jsonl line 3" in told
    assert "3 documents: 2 with benchmark questions (b.jsonl 2)" in told
    assert summary == {
        "documents": 3,
        "kept": 1,
        "contaminated": 2,
        "cut": 0,
        "unreadable": 0,
        "benchmarks": {"b.jsonl": {"found": 2, "items": 3, "unreadable": 0, "too_short": 1}},
        "too_short": [{"benchmark": "b.jsonl", "item": "line 3"}],
    }


@pytest.mark.usefixtures("place")
def test_cut() -> None:
    _, kept, found, _, summary = run(action="cut")
    assert kept[1] == LINES[1]
    assert [json.loads(kept[0]), json.loads(kept[2])] == [
        {"id": 1, "text": "역사. 그렇다."},
        {"id": "d", "text": "머리말\n\n이것은 남는다."},
    ]
    assert [row["action"] for row in found] == ["cut", "cut"]
    assert (summary["kept"], summary["cut"]) == (3, 2)


def test_what_is_only_a_question_goes_even_if_cut(place: Path) -> None:
    (place / "in.jsonl").write_text(json.dumps({"id": 1, "text": BENCHMARK[0]["question"]}) + "\n")
    _, kept, found, _, _ = run(action="cut")
    assert (kept, [row["action"] for row in found]) == ([], ["dropped"])


def test_lines_that_cannot_be_read_are_told_and_not_handed_on(place: Path) -> None:
    (place / "in.jsonl").write_bytes(b'{"id": 1}\n' + LINES[1] + b"\n\nnothing\n")
    code, kept, found, told, summary = run()
    assert (code, kept, found, summary["unreadable"]) == (0, LINES[1:2], [], 2)
    assert "line 1: the object has no 'text'" in told
    assert "line 4: not JSON" in told
    (place / "in.jsonl").write_bytes(b'{"id": 1}\n')
    assert run()[0] == 1


def test_an_empty_input(place: Path) -> None:
    (place / "in.jsonl").write_bytes(b"")
    assert run()[:3] == (0, [], [])


def test_the_recipe_names_columns(place: Path) -> None:
    (place / "b.jsonl").write_text(json.dumps({"frage": BENCHMARK[0]["question"], "n": "x"}) + "\n")
    (place / "r.toml").write_text('[decontaminate]\nquestion_columns = ["frage"]\nid_column = "n"\naction = "cut"\n')
    with pytest.raises(BenchmarkError, match="there are: 'frage', 'n'"):
        run()
    _, kept, found, _, _ = run(recipe="r.toml")
    assert (len(kept), found[0]["item"], found[0]["action"]) == (3, "x", "cut")


@pytest.mark.parametrize(
    ("inputs", "out", "told"),
    [
        (["out/kept.jsonl"], "out", "out/kept.jsonl would be overwritten"),
        (["in.jsonl"], "b.jsonl", "b.jsonl is a file: give --out a directory"),
        (["missing.jsonl"], "out", "no input matches 'missing.jsonl'"),
    ],
)
def test_mistakes(place: Path, inputs: list[str], out: str, told: str) -> None:
    (place / "out").mkdir()
    (place / "out" / "kept.jsonl").write_bytes(LINES[1])
    with pytest.raises(ValueError, match=told):
        run_decontaminate(inputs, ["b.jsonl"], out, messages=io.StringIO())
    assert (place / "out" / "kept.jsonl").read_bytes() == LINES[1]
