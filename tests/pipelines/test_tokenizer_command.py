"""``malmoi tokenizer train`` on files, as a user types it."""

import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer

import malmoi

KOREAN = "도서관에서 책을 읽는 사람들이 조용히 앉아 있었다. 학교에서는 아이들이 노래를 불렀다. "


@pytest.fixture
def files(tmp_path: Path) -> Path:
    lines = [json.dumps({"id": str(n), "text": KOREAN * 20}, ensure_ascii=False) for n in range(5)]
    (tmp_path / "a.jsonl").write_text("\n".join([*lines, '{"id": "x"}']) + "\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("The library was quiet that day.\n" * 50, encoding="utf-8")
    return tmp_path


def test_trains_on_several_kinds_of_file(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = files / "out"
    inputs = [str(files / "a.jsonl"), str(files / "b.txt")]
    assert malmoi.main(["tokenizer", "train", "--input", *inputs, "--out", str(out), "--vocab-size", "340"]) == 0
    told = capsys.readouterr().out
    assert "340 entries from 6 documents" in told
    assert "1 records could not be read" in told
    tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
    ids = tokenizer.encode(KOREAN).ids
    assert tokenizer.decode(ids) == KOREAN
    assert len(ids) < len(KOREAN.encode())


def test_too_little_text_is_told(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["tokenizer", "train", "--input", str(files / "b.txt"), "--out", str(files / "out"), "--vocab-size", "5000"]
    assert malmoi.main(words) == 0
    assert "asked for 5,000: there is not more to merge in so little text" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--input", "none.jsonl"], "none.jsonl"),
        (["--input", "{}/a.jsonl", "--text-column", "body"], "no document was found"),
        (["--input", "{}/a.jsonl", "--vocab-size", "10"], "vocab_size is 10"),
    ],
)
def test_mistakes(files: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str) -> None:
    command = [word.replace("{}", str(files)) for word in words]
    assert malmoi.main(["tokenizer", "train", *command, "--out", str(files / "out")]) == 1
    assert told in capsys.readouterr().err
    assert not (files / "out/tokenizer.json").exists()
