"""``malmoi knowledge train`` and ``score`` on files and on lines."""

import io
import json
from pathlib import Path

import pytest

from pipelines.knowledge_command import score_files, score_lines, train_from_files
from tests.filters.knowledge.material_texts import documents

FORMAL = "사용자는 계약이 끝난 날부터 14일 이내에 물품을 반환하여야 한다."
TALK = "어제 너무 피곤해서 그냥 잤어요ㅠㅠ 다들 저녁 뭐 드셨어요?"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("corpus")
    made = documents()
    knowledge = [
        json.dumps({"id": str(n), "text": d.text, "source": d.source}) for n, d in enumerate(made) if d.side == "knowledge"
    ]
    (directory / "law.jsonl").write_text("\n".join([*knowledge, "{broken"]) + "\n", encoding="utf-8")
    (directory / "talk").mkdir()
    for number, document in enumerate(d for d in made if d.side == "ordinary"):
        (directory / f"talk/{number}.txt").write_text(document.text, encoding="utf-8")
    (directory / "empty.jsonl").write_text('{"body": "x"}\n', encoding="utf-8")
    return directory


@pytest.fixture(scope="module")
def model(corpus: Path) -> str:
    out = str(corpus / "model")
    told = train_from_files([str(corpus / "law.jsonl")], [str(corpus / "talk")], out=out, name="mine")
    assert told.startswith(f"{out}: trained on 36 documents of knowledge and 36 of ordinary text (ko)\nheld out: AUC ")
    assert "ko knowledge: left out by sources" in told
    assert "ko ordinary: left out by documents" in told
    assert "1 records could not be read; the first: " in told
    return out


def test_the_card_names_the_sources(model: str) -> None:
    card = json.loads((Path(model) / "card.json").read_text(encoding="utf-8"))
    assert card["name"] == "mine"
    own = {(row["source"], row["side"]) for row in card["sources"] if not row["is_anchor"]}
    assert own == {(f"knowledge-{name}", "knowledge") for name in "가나다"} | {("talk", "ordinary")}


def test_lines_are_scored_in_order(model: str) -> None:
    rows = [{"id": "a", "text": FORMAL}, {"id": 7, "text": TALK}, {"text": "An English sentence."}, {"id": "b", "text": " "}]
    lines = [json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows]
    out, messages = io.StringIO(), io.StringIO()
    assert score_lines(model, [*lines, b"{broken\n"], out, messages=messages) == 0
    scored = [json.loads(row) for row in out.getvalue().splitlines()]
    assert [row["id"] for row in scored] == ["a", 7, None, "b", None]
    assert scored[0]["score"] > 0.8
    assert scored[1]["score"] < 0.2
    assert [row["score"] for row in scored[2:]] == [None, None, None]
    assert "line 5: not JSON" in messages.getvalue()


def test_no_readable_line_is_a_failure(model: str) -> None:
    assert score_lines(model, [b"nothing\n"], io.StringIO(), messages=io.StringIO()) == 1
    assert score_lines(model, [], io.StringIO(), messages=io.StringIO()) == 0


def test_files_are_scored(model: str, corpus: Path) -> None:
    out = io.StringIO()
    told = score_files(model, [str(corpus / "law.jsonl"), str(corpus / "talk")], out)
    assert told.startswith("72 documents scored; 1 records could not be read; the first: ")
    scored = [json.loads(row) for row in out.getvalue().splitlines()]
    assert scored[0]["id"] == "0"
    assert all((row["score"] > 0.5) == (number < 36) for number, row in enumerate(scored))


@pytest.mark.parametrize(
    ("knowledge", "ordinary", "told"),
    [
        ("law.jsonl", "law.jsonl", "is given as knowledge and as ordinary text"),
        ("empty.jsonl", "talk", "empty.jsonl, byte 0: no column 'text'"),
        ("none.jsonl", "talk", "none.jsonl"),
    ],
)
def test_mistakes(corpus: Path, tmp_path: Path, knowledge: str, ordinary: str, told: str) -> None:
    with pytest.raises((ValueError, OSError), match=told):
        train_from_files([str(corpus / knowledge)], [str(corpus / ordinary)], out=str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no knowledge model in"):
        score_lines(str(tmp_path), [], io.StringIO())
